"""How our own certificate gets into a context: Python loads it from files alone."""

from __future__ import annotations

import contextlib
import os
import ssl
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

    from .._trust import ClientCertificate

__all__ = ["load_certificate"]

_OPEN_FILES = "/proc/self/fd"  # where Linux names files that have no other name


def load_certificate(context: ssl.SSLContext, own: ClientCertificate) -> None:
    """Load certificate and key into a context.

    Raises:
        ValueError: they can't be read, don't fit, or have another password.
        OSError: a file can't be read.
    """
    asked: list[None] = []

    def password() -> str | bytes:
        # Without a function OpenSSL would ask on the terminal.
        asked.append(None)
        if own.password is None:
            raise ValueError("the key of the client certificate needs a password")
        return own.password() if callable(own.password) else own.password

    with contextlib.ExitStack() as files:
        certificate = files.enter_context(_named(own.certificate))
        key = None if own.key is None else files.enter_context(_named(own.key))
        try:
            context.load_cert_chain(certificate, key, password)
        except ssl.SSLError as error:
            missing = _missing(certificate, key)
            raise ValueError(_why(error, own, missing, is_locked=bool(asked))) from error
        except OSError as error:
            if error.filename is None:  # it does not say which
                error.filename = ", ".join(name for name in (certificate, key) if name)
            raise
    context.post_handshake_auth = True  # some ask only once they know the path: RFC 8446 4.6.2


def _missing(certificate: str, key: str | None) -> str | None:
    """Return what is not where it should be, of the files of a certificate and its key."""
    if b" PRIVATE KEY-----" not in Path(key or certificate).read_bytes():
        return "there is no private key in PEM"
    if b" CERTIFICATE-----" not in Path(certificate).read_bytes():
        return "there is no certificate in PEM"
    return None


def _why(
    error: ssl.SSLError, own: ClientCertificate, missing: str | None, *, is_locked: bool
) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"the key is another one than that of the certificate: {own!r}"
    if is_locked:
        return f"the password is not that of the key: {own!r}"
    return f"{missing or 'not a certificate and its key in PEM'}: {own!r}"


@contextlib.contextmanager
def _named(pem: str | bytes) -> Generator[str]:
    """Give what is in memory the name of a file, for as long as it is needed."""
    if isinstance(pem, str):
        yield pem
        return
    if hasattr(os, "memfd_create") and os.path.isdir(_OPEN_FILES):  # noqa: PTH112
        file, path = os.memfd_create("certificate"), None
        name = f"{_OPEN_FILES}/{file}"
    else:
        file, name = tempfile.mkstemp()  # which nobody else may read
        path = name
    try:
        with os.fdopen(file, "wb") as written:
            written.write(pem)
            written.flush()
            yield name
    finally:
        if path is not None:
            os.unlink(path)  # noqa: PTH108
