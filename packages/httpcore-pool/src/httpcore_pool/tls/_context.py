"""Contexts: made of a `TLSConfig` once for all that want the same, and shared from then on.

What only OpenSSL can judge of a config is judged here too. A context of the caller's is handed on as it is.
"""

from __future__ import annotations

import functools
import os
import re
import ssl
import warnings
from typing import TYPE_CHECKING, NamedTuple, cast

from ._own_certificate import load_certificate

if TYPE_CHECKING:
    from .._trust import ClientCertificate, TLSConfig

__all__ = [
    "check_authorities",
    "check_ciphers",
    "check_unnamed",
    "context_of",
    "shared_context",
    "warn_unverified",
]

_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")  # how OpenSSL finds a certificate in a folder
_PEM_SUFFIXES = (".pem", ".crt", ".cer")


class _Recipe(NamedTuple):
    """What a context is made of."""

    source: str | bytes | tuple[str | bytes, ...] | bool
    alpn: tuple[str, ...]
    keylog: str | None
    certificate: ClientCertificate | None
    minimum_version: str
    ciphers: str | None
    crls: tuple[str, ...]
    checks_name: bool
    stamps: tuple[object, ...]


def context_of(config: TLSConfig, alpn: tuple[str, ...]) -> ssl.SSLContext:
    """Return the context for a config that offers these protocols.

    Raises:
        ValueError, OSError: a file can't be read, or is not what it should be.
        ImportError: the system's store needs an extra that is not installed.
    """
    source = True if config.source is None else config.source
    if not isinstance(source, (str, bytes, bool, tuple)):
        return source
    if source is False and not config.pins:
        warn_unverified()
    return shared_context(
        _Recipe(
            source,
            alpn,
            config.keylog,
            config.certificate,
            cast("str", config.minimum_version),
            config.ciphers,
            cast("tuple[str, ...]", config.crls),
            config.verify_name is None and config.server_name != "",
            _stamps(config),
        )
    )


def _stamps(config: TLSConfig) -> tuple[object, ...]:
    """Return what tells whether a file of the config has been replaced: then its context is another."""
    own, source = config.certificate, config.source
    files: list[object] = [*config.crls, *(source if isinstance(source, tuple) else (source,))]
    if own is not None:
        files += own.certificate, own.key
    return tuple([_stamp(each) for each in files if isinstance(each, str) and each != "system"])


def _stamp(path: str) -> object:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:  # it is told when the file is read
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@functools.cache
def warn_unverified() -> None:
    """Say once in a process that nobody is verified."""
    warnings.warn(
        "ssl=False: certificates are not verified, so anyone on the way can read and change what is sent",
        stacklevel=_callers_level(),
    )


def _callers_level() -> int:
    """Return the `stacklevel` at which whoever calls us warns about those who use the library."""
    import inspect  # here, as it is slow to import and needed once

    ours = __name__.rpartition("httpcore_pool")[0] + "httpcore_"  # or below another's _vendor
    frame, level = inspect.currentframe(), 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith(ours):
        frame, level = frame.f_back, level + 1
    return level


@functools.lru_cache(maxsize=64)
def shared_context(recipe: _Recipe) -> ssl.SSLContext:
    """Return the context for a recipe, made once for each."""
    source = recipe.source
    context = _system_context() if source == "system" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False  # RFC 9525 2
    if not (recipe.checks_name and source):
        context.check_hostname = False
    if source is False:
        context.verify_mode = ssl.CERT_NONE
    elif source is True:
        import certifi

        context.load_verify_locations(certifi.where())
    elif source != "system":
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        parts = source if isinstance(source, tuple) else (source,)
        trusted = [_trust(context, part) for part in parts]
        if not any(trusted):
            raise ValueError(f"ssl={source!r}: there is no CA certificate in it")
    for path in recipe.crls:
        _revoke(context, path)
    context.minimum_version = ssl.TLSVersion[recipe.minimum_version.replace(".", "_")]
    if recipe.ciphers is not None:
        _choose(context, recipe.ciphers)
    if recipe.certificate is not None:
        load_certificate(context, recipe.certificate)
    if recipe.alpn:
        context.set_alpn_protocols(list(recipe.alpn))
    if recipe.keylog is not None:
        context.keylog_filename = recipe.keylog
    return context


def _system_context() -> ssl.SSLContext:
    try:
        import truststore
    except ImportError as error:
        raise ImportError(
            "ssl='system' needs truststore: install httpcore-pool[truststore]"
        ) from error
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trust(context: ssl.SSLContext, part: str | bytes) -> bool:
    """Add the CA certificates of a file, a folder or bytes to whom a context trusts.

    Returns:
        Whether there are any: a folder may have none.
    """
    if isinstance(part, bytes):
        # What surrounds the blocks of PEM is anybody's text: RFC 7468 2.
        is_pem = b"-----BEGIN " in part
        context.load_verify_locations(cadata=part.decode("ascii", "ignore") if is_pem else part)
        return True
    if not os.path.isdir(part):  # noqa: PTH112
        try:
            context.load_verify_locations(cafile=part)
        except ssl.SSLError as error:
            raise ValueError(f"ssl={part!r}: not a file of CA certificates in PEM") from error
        return True
    context.load_verify_locations(capath=part)
    names = os.listdir(part)  # noqa: PTH208
    if any(map(_HASHED.fullmatch, names)):
        return True  # OpenSSL looks into it for each certificate
    found = False
    for name in names:
        if name.lower().endswith(_PEM_SUFFIXES):
            try:
                context.load_verify_locations(cafile=os.path.join(part, name))  # noqa: PTH118
                found = True
            except ssl.SSLError:
                pass  # a key, or a certificate in another form, that lies beside them
    return found


def _choose(context: ssl.SSLContext, ciphers: str) -> None:
    """Choose the ciphers of TLS 1.2, without those that show no certificate or that hide nothing.

    With the former OpenSSL verifies nothing, whatever it was asked to. "ALL" has them too.
    """
    context.set_ciphers(f"{ciphers}:!aNULL:!eNULL")


def _revoke(context: ssl.SSLContext, path: str) -> None:
    """Have a context ask a revocation list whether the server's certificate is in it."""
    lists = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        lists.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise ValueError(f"crls={path!r}: not a file of revocation lists in PEM") from error
    if lists.cert_store_stats()["x509"]:
        raise ValueError(f"crls={path!r}: there are certificates in it, which would be trusted")
    context.load_verify_locations(cafile=path)
    context.verify_flags |= ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF


def check_authorities(certificates: bytes) -> None:
    """Refuse bytes that are no CA certificates.

    Raises:
        ValueError: they are in neither PEM nor DER, or end too early.
    """
    try:
        _trust(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), certificates)
    except (ssl.SSLError, ValueError) as error:
        raise ValueError("ssl: the bytes are not CA certificates in PEM or DER") from error


def check_ciphers(ciphers: str) -> None:
    """Refuse a list with nothing that OpenSSL knows, or that may be used.

    Raises:
        ValueError: it is such a list.
    """
    try:
        _choose(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), ciphers)
    except ssl.SSLError as error:
        raise ValueError(
            f"ciphers={ciphers!r}: there is no cipher of TLS 1.2 in it that OpenSSL knows"
        ) from error


def check_unnamed(context: ssl.SSLContext) -> None:
    """Refuse a caller's context that can't leave the check of the name to us.

    Raises:
        ValueError: it checks another name itself, or verifies nothing that we could rely on.
    """
    if context.check_hostname or context.verify_mode == ssl.CERT_NONE:
        raise ValueError(
            "verify_name and server_name='' need an ssl.SSLContext with check_hostname=False and "
            "verify_mode=CERT_REQUIRED: it is never changed"
        )
