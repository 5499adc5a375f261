"""What callers say as `ssl=`: whom we trust, who we are, and how TLS is spoken.

Values alone, checked where they enter. What follows from them is made in `tls` when the first connection
needs it: until then nobody pays for OpenSSL, except who says what only OpenSSL can judge.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ._hashed import Hashed
from ._siblings import URL, Value

if TYPE_CHECKING:
    import ssl

__all__ = ["ClientCertificate", "SSLTypes", "TLSConfig"]

# Fields as they are kept. Callers may say more: a path as `pathlib` has it, several as a list.
Authorities: TypeAlias = "str | bytes | tuple[str | bytes, ...]"
_Path: TypeAlias = "str | os.PathLike[str]"
_Data: TypeAlias = "_Path | bytes | bytearray"
_Unlocks: TypeAlias = "str | bytes | Callable[[], str | bytes] | None"
_Own: TypeAlias = "_Data | tuple[_Data, _Data | None] | tuple[_Data, _Data | None, _Unlocks]"
_Source: TypeAlias = "_Data | tuple[_Data, ...] | bool | ssl.SSLContext | None"
SSLTypes: TypeAlias = "_Source | TLSConfig"

_BEGIN = "-----BEGIN "  # of PEM: RFC 7468 2
_VERSIONS = ("TLSv1.2", "TLSv1.3")
_PROTOCOLS = ("h2", "http/1.1")

# What would change an SSLContext, and how its owner does it.
_OWNERS = {
    "keylog": "keylog_filename",
    "certificate": "load_cert_chain()",
    "minimum_version": "minimum_version",
    "ciphers": "set_ciphers()",
    "alpn": "set_alpn_protocols()",
    "crls": "load_verify_locations() and verify_flags",
}


# What is meant for one server.
_ONE_SERVERS = ("certificate", "server_name", "verify_name", "pins", "alpn")


class ClientCertificate(Value):
    """The certificate that we show to servers that ask for one.

    Attributes:
        certificate: a path of a file in PEM, or what would be in it as bytes or text: the certificate,
            and those between it and a CA that the server knows.
        key: the private key, in the same forms; None where it is beside the certificate.
        password: that of the key, a str or bytes, or a function without arguments that returns it; None
            if it has none. Nobody is ever asked for it on the terminal.

    Raises:
        TypeError: an attribute is something else.
        ValueError: bytes are not in PEM.
        FileNotFoundError: a path does not exist.
    """

    certificate: str | bytes
    key: str | bytes | None = None
    password: _Unlocks = None

    if TYPE_CHECKING:

        def __init__(
            self, certificate: _Data, key: _Data | None = None, password: _Unlocks = None
        ) -> None: ...

    def _check(self) -> None:
        values = vars(self)
        values["certificate"] = _own_pem("certificate", self.certificate)
        if self.key is not None:
            values["key"] = _own_pem("key", self.key)
        password: object = self.password
        if not (password is None or isinstance(password, (str, bytes)) or callable(password)):
            raise TypeError(
                "a certificate's password must be a str, bytes, a function or None, not "
                f"{type(password).__name__}"
            )

    @classmethod
    def of(cls, value: ClientCertificate | _Own) -> ClientCertificate:
        """Read what callers may write: a `(certificate, key)` or `(certificate, key, password)` too."""
        if isinstance(value, ClientCertificate):
            return value
        return cls(*cast("Any", value)) if isinstance(value, tuple) else cls(value)

    def __repr__(self) -> str:
        key = "" if self.key is None else f", key={_shown(self.key)}"
        password = "" if self.password is None else ", password=***"
        return f"ClientCertificate({_shown(self.certificate)}{key}{password})"


class TLSConfig(Hashed):
    """Whom to trust, who we are, and how TLS is spoken.

    Attributes:
        source: None or True for certifi's bundle; "system" for the operating system's store (extra
            `truststore`); CA certificates, which then are the whole trust, as the path of a file in
            PEM or of a folder, as bytes (PEM or DER) or as text in PEM, or a tuple of these; False for
            no verification; or an `ssl.SSLContext`, used as it is and never changed (it offers HTTP/2
            only if its owner has set that with `set_alpn_protocols`). A folder is one as OpenSSL reads
            it, with names made of hashes, or else any with PEM files (`.pem`, `.crt`, `.cer`). Any
            certificate that is given so is trusted for what it has signed, no matter who signed it.
        keylog: a file to which the secrets of all connections are appended, for programs such as
            Wireshark; None for none.
        certificate: what to show to a server that asks who we are: a `ClientCertificate`, or what its
            `of` reads; None for nothing. In TLS 1.2 it goes out before `verify_name` and `pins` are
            looked at.
        minimum_version: the lowest version spoken: "TLSv1.2" or "TLSv1.3".
        ciphers: those of TLS 1.2, in OpenSSL's notation for lists; None for Python's. Those without a
            certificate or without encryption are always left out.
        server_name: the name that is sent (SNI, RFC 6066 3) and that the certificate must be for, in
            place of the URL's host; "" sends none.
        verify_name: the name or IP address that the certificate must be for, in place of those
            (RFC 9525 6; a common name does not count).
        pins: fingerprints of which the server's certificate must have one, besides all else that is
            checked: "sha256:" and the certificate's SHA-256 in hex, or "sha256//" and its public key's in
            Base64 (RFC 7469 2.4); one or a tuple. With `source=False` they alone say who it is.
        alpn: the protocols to offer (RFC 7301), best first: "h2", "http/1.1"; None for that order. Those
            that may not be spoken are left out; () offers nothing, and HTTP/1.1 is spoken.
        crls: paths of revocation lists in PEM (RFC 5280 5); the server's certificate is refused if it is
            in that of its issuer, or if there is none that is valid; one or a tuple.

    Raises:
        TypeError: an attribute is something else.
        ValueError: an attribute can't work, by itself or with this source.
        FileNotFoundError: a path does not exist.
    """

    source: Authorities | bool | ssl.SSLContext | None = None
    keylog: str | None = None
    certificate: ClientCertificate | None = None
    minimum_version: str | ssl.TLSVersion = "TLSv1.2"
    ciphers: str | None = None
    server_name: str | None = None
    verify_name: str | None = None
    pins: str | tuple[str, ...] = ()
    alpn: tuple[str, ...] | None = None
    crls: str | tuple[str, ...] = ()

    if TYPE_CHECKING:

        def __init__(
            self,
            source: _Source = None,
            keylog: str | None = None,
            certificate: ClientCertificate | _Own | None = None,
            minimum_version: str | ssl.TLSVersion = "TLSv1.2",
            ciphers: str | None = None,
            server_name: str | None = None,
            verify_name: str | None = None,
            pins: str | Iterable[str] = (),
            alpn: list[str] | tuple[str, ...] | None = None,
            crls: _Path | Iterable[_Path] = (),
        ) -> None: ...

    def _check(self) -> None:
        values = vars(self)
        values["source"] = self._read_source()
        if self.keylog is not None:
            values["keylog"] = os.fspath(self.keylog)
        if self.certificate is not None:
            values["certificate"] = ClientCertificate.of(self.certificate)
        values["minimum_version"] = _read_version(self.minimum_version)
        if self.server_name != "":
            values["server_name"] = _read_name("server_name", self.server_name)
        values["verify_name"] = _read_name("verify_name", self.verify_name)
        if self.pins != ():
            from .tls._pins import read_pins

            values["pins"] = read_pins(self.pins)
        if self.alpn is not None:
            values["alpn"] = _read_protocols(self.alpn)
        values["crls"] = tuple(
            [_existing("crls", "file", path) for path in _several("crls", self.crls)]
        )
        self._check_together()
        if self.ciphers is not None:
            from .tls._context import check_ciphers

            check_ciphers(self.ciphers)

    def _read_source(self) -> Any:
        source: Any = self.source
        if source is None or source == "system" or isinstance(source, bool):
            return source
        if isinstance(source, tuple) and source:
            return tuple([_authorities(each) for each in cast("tuple[object, ...]", source)])
        if isinstance(source, (str, bytes, bytearray, os.PathLike)):
            return _authorities(cast("object", source))
        from ssl import SSLContext  # here: who has one has imported it

        if not isinstance(source, SSLContext):
            raise _no_source(cast("object", source))
        return source

    def _check_together(self) -> None:
        """Refuse what can't be had with this source."""
        source = self.source
        by_hand = self.verify_name is not None or self.server_name == ""
        if source is False and (self.crls or self.verify_name is not None):
            raise ValueError("crls and verify_name say nothing with ssl=False: nothing is verified")
        if source == "system" and (self.crls or by_hand):
            raise ValueError(
                "crls, verify_name and server_name='' can't be had with ssl='system': there the "
                "operating system verifies"
            )
        if not self.is_context:
            return
        for name, owner in _OWNERS.items():
            if getattr(self, name) != self._defaults[name]:
                raise ValueError(
                    f"{name} can't be given for an ssl.SSLContext: it is never changed, and has "
                    f"{owner} for its owner"
                )
        if by_hand:
            from .tls._context import check_unnamed

            check_unnamed(cast("ssl.SSLContext", source))

    @property
    def is_context(self) -> bool:
        """Whether the source is an `ssl.SSLContext` of the caller's own."""
        return not (self.source is None or isinstance(self.source, (str, bytes, tuple, bool)))

    @classmethod
    def of(cls, value: SSLTypes) -> TLSConfig:
        """Read what callers may write as `ssl=`.

        Raises:
            TypeError, ValueError, FileNotFoundError: it can't be that.
        """
        if value is None:
            return _DEFAULT
        return value if isinstance(value, TLSConfig) else cls(cast("Any", value))

    def for_others(self) -> TLSConfig:
        """Return what holds for servers that this was not said of: an https proxy, or where a redirect leads.

        It has the same authorities and revocation lists; certifi's bundle in place of `False` or of a
        caller's context. What is meant for one server is left out: our certificate, names, pins, ALPN.
        """
        values = vars(self)
        keeps = not (self.is_context or self.source is False)
        if keeps and all(values[name] == self._defaults[name] for name in _ONE_SERVERS):
            return self
        if (known := values.get("_for_others")) is None:
            kept = ("keylog", "minimum_version", "ciphers", *(("source", "crls") if keeps else ()))
            known = values["_for_others"] = TLSConfig(**{name: values[name] for name in kept})
        return cast("TLSConfig", known)

    def offered(self, spoken: tuple[str, ...]) -> tuple[str, ...]:
        """Return the protocols to offer by ALPN, of those that may be spoken.

        Raises:
            ValueError: there is none among them.
        """
        if self.alpn is None:
            return spoken
        offered = tuple([name for name in self.alpn if name in spoken])
        if not offered and (self.alpn or "http/1.1" not in spoken):
            raise ValueError(f"alpn={self.alpn!r} has nothing of what may be spoken: {spoken!r}")
        return offered

    def context(self, alpn: tuple[str, ...]) -> ssl.SSLContext:
        """Return the context; one is made for all that want the same, when it is first needed.

        Raises:
            ValueError, OSError: a file can't be read, or is not what it should be.
            ImportError: the system's store needs an extra that is not installed.
        """
        from .tls._context import context_of  # here: who speaks plain HTTP alone never needs it

        return context_of(self, alpn)

    def __repr__(self) -> str:
        said = [(name, getattr(self, name)) for name in self._fields]
        shown = [f"{name}={_shown(value)}" for name, value in said if value != self._defaults[name]]
        return f"TLSConfig({', '.join(shown)})"


def _shown(value: object) -> str:
    """What is in memory may be secret, and is long."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    if isinstance(value, tuple):
        return f"({', '.join(map(_shown, cast('tuple[object, ...]', value)))},)"
    return repr(value)


def _no_source(value: object) -> TypeError:
    return TypeError(
        "ssl must be a path to CA certificates or their bytes, a tuple of these, an ssl.SSLContext, "
        f"'system', True, False or None, not {type(value).__name__}"
    )


def _authorities(value: object) -> str | bytes:
    """Read one part of a source: a path, or certificates, which are bytes then."""
    if isinstance(value, (str, os.PathLike)):
        given = os.fspath(cast("str | os.PathLike[str]", value))
        if _BEGIN not in given:
            if "://" in given:
                from ._siblings import masking  # here, as mistakes are few

                shown = masking.masked_unparsed(given)
                raise ValueError(
                    f"ssl={shown!r} is a URL, and not a path: use base_url= for what a client asks"
                )
            return _existing("ssl", "file or folder of CA certificates", given)
        value = given.encode()
    if not isinstance(value, (bytes, bytearray)):
        raise _no_source(value)
    from .tls._context import check_authorities

    given_bytes = bytes(value)
    check_authorities(given_bytes)
    return given_bytes


def _own_pem(name: str, value: object) -> str | bytes:
    """Read a part of a client certificate: a path, or PEM, which is bytes then."""
    if isinstance(value, (bytes, bytearray)):
        if _BEGIN.encode() not in value:
            raise ValueError(f"ClientCertificate({name}=...) in memory must be in PEM")
        return bytes(value)
    if isinstance(value, str) and _BEGIN in value:
        return value.encode()
    return _existing(name, f"file with a {name}", value)


def _existing(name: str, what: str, path: object) -> str:
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{name} must be a path, not {type(path).__name__}")
    given = os.fspath(cast("str | os.PathLike[str]", path))
    if not os.path.exists(given):  # noqa: PTH110
        raise FileNotFoundError(f"{name}={given!r}: no such {what}")
    return given


def _several(name: str, value: object) -> Iterable[object]:
    """One path or several."""
    if isinstance(value, (str, os.PathLike)):
        return (cast("object", value),)
    if not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a path or several, not {type(value).__name__}")
    return cast("Iterable[object]", value)


def _read_version(value: object) -> str:
    name = getattr(value, "name", value)  # a member of ssl.TLSVersion
    version = name.replace("_", ".") if isinstance(name, str) else None
    if version not in _VERSIONS:
        raise ValueError(f"minimum_version must be 'TLSv1.2' or 'TLSv1.3', not {name!r}")
    return version


def _read_name(argument: str, value: object) -> str | None:
    """Read a name as the host of a URL is read: in A-labels, an IPv6 address without brackets."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a str or None, not {type(value).__name__}")
    try:
        if not value or not set("/?#@%*[]\\").isdisjoint(value):
            raise ValueError("it is to be a host's name or address alone")
        host = URL(f"https://[{value}]" if ":" in value else f"https://{value}").host
    except ValueError as error:
        raise ValueError(f"{argument}={value!r}: {error}") from error
    return host.removesuffix(".")


def _read_protocols(value: object) -> tuple[str, ...]:
    names = cast("tuple[object, ...]", value)
    if not isinstance(value, (tuple, list)) or not all(name in _PROTOCOLS for name in names):
        raise ValueError(f"alpn must be a tuple of 'h2' and 'http/1.1', not {value!r}")
    return tuple([str(name) for name in names])


_DEFAULT = TLSConfig()  # of whoever says nothing; frozen, so all can share it
