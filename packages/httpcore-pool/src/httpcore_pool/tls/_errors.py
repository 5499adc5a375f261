"""Why TLS failed: what was expected, what came, and what can be done about it.

OpenSSL's numbers and words decide; everything here is about messages, and none of it about trust.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Any

from .._errors import CertificateError, ConnectError
from ._names import is_address, names_of, parsed
from ._pins import pin_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._trust import TLSConfig

__all__ = ["Peer", "closed", "pin_missing", "reason_of", "refused", "tls_failed", "wrong_name"]

_MOST_NAMES = 5  # of a certificate, in a message
_LONGEST_NAME = 100  # characters of one

_MOSTLY_PLAIN = "most proxies are http://, even for https URLs"

# X509_V_ERR_... of OpenSSL's x509_vfy.h
_HOST_MISMATCH = 62
_ADDRESS_MISMATCH = 64


class Peer:
    """Who is at the other end, for messages.

    Args:
        host: its name.
        expected: the name that its certificate must be for.
        config: whom we trust, and what we show.
        is_proxy: whether it is a proxy on the way.

    Attributes:
        doubt: why it may be that it does not speak TLS.
    """

    __slots__ = ("_config", "doubt", "expected", "name", "setting")

    def __init__(self, host: str, expected: str, config: TLSConfig, *, is_proxy: bool) -> None:
        self.name = f"the proxy {host!r}" if is_proxy else repr(host)
        self.doubt = _MOSTLY_PLAIN if is_proxy else ""
        self.expected = expected
        self.setting = "the proxy's ssl" if is_proxy else "ssl"
        self._config = config

    @property
    def doubted(self) -> str:
        """Its name, and the doubt."""
        return f"{self.name} ({self.doubt})" if self.doubt else self.name

    @property
    def shows_certificate(self) -> bool:
        """Whether we may have a certificate to show it."""
        return self._config.is_context or self._config.certificate is not None

    @property
    def trusted(self) -> str:
        """Whose authorities we trust, in an aside."""
        source = self._config.source
        if source is None or source is True:
            whose = "certifi"
        elif source == "system":
            whose = "the operating system"
        elif self._config.is_context:
            whose = "your ssl.SSLContext"
        else:
            parts = source if isinstance(source, tuple) else (source,)
            whose = " and ".join(
                f"<{len(part)} bytes>" if isinstance(part, bytes) else repr(part) for part in parts
            )
        return f"(trusted are those of {whose})"


class _Shown:
    """The chain that a peer has shown, if Python tells of it."""

    def __init__(self, tls: ssl.SSLObject) -> None:
        inner: Any = getattr(tls, "_sslobj", None)
        # Public from 3.13 on, but only for bytes.
        get: Callable[[], Iterable[Any] | None] | None = getattr(
            inner, "get_unverified_chain", None
        )
        chain = list((get and get()) or ())
        try:
            self.chain: list[dict[str, Any]] = [certificate.get_info() for certificate in chain]
        except (ValueError, ssl.SSLError):  # anybody can put in names that are no text
            self.chain = []
        self.leaf = self.chain[0] if self.chain else {}
        self.der = ssl.PEM_cert_to_DER_cert(chain[0].public_bytes()) if chain else None

    @property
    def root(self) -> str:
        """Who has signed the last certificate shown."""
        return _name(self.chain[-1]["issuer"]) if self.chain else "unknown"


def refused(
    error: ssl.SSLCertVerificationError, tls: ssl.SSLObject, peer: Peer
) -> CertificateError:
    """Return the error for a certificate that OpenSSL does not trust."""
    shown = _Shown(tls)
    say = _REASONS.get(error.verify_code)
    why = "" if say is None else f"{say(shown, peer)} (OpenSSL: {error.verify_message})"
    return _untrusted(peer, why or error.verify_message, error.verify_code, shown.der)


def wrong_name(tls: ssl.SSLObject, peer: Peer) -> CertificateError:
    """Return the error for a certificate that is for somebody else."""
    code = _ADDRESS_MISMATCH if is_address(peer.expected) else _HOST_MISMATCH
    why = _mismatch(parsed(tls), peer)
    return _untrusted(peer, why, code, tls.getpeercert(binary_form=True))


def pin_missing(pins: tuple[str, ...], certificate: bytes | None, peer: Peer) -> CertificateError:
    """Return the error for a certificate that has none of the pins."""
    got = " and ".join(pins) if pins else "none"
    why = f"it has none of the pins; its own are {got}"
    return _untrusted(peer, why, None, certificate)


def _untrusted(peer: Peer, why: str, code: int | None, der: bytes | None) -> CertificateError:
    return CertificateError(f"the certificate of {peer.name} is not trusted: {why}", code, der)


def _name(fields: Iterable[Iterable[tuple[str, str]]]) -> str:
    """The most telling part of a distinguished name."""
    parts = {key: value for rdn in fields for key, value in rdn}
    for key in ("commonName", "organizationalUnitName", "organizationName"):
        if key in parts:
            return repr(parts[key][:_LONGEST_NAME])
    return "somebody without a name"


def _expired(shown: _Shown, _: Peer) -> str:
    for certificate in shown.chain:
        if _is_past(end := certificate["notAfter"]):
            if certificate is shown.leaf:
                return f"it expired on {end}"
            return f"that of {_name(certificate['subject'])}, on which it rests, expired on {end}"
    return "it, or one on which it rests, has expired"


def _is_past(date: str) -> bool:
    try:
        return ssl.cert_time_to_seconds(date) < time.time()
    except ValueError:  # of the year 0, say, or none at all
        return False


def _not_yet_valid(shown: _Shown, _: Peer) -> str:
    begin = shown.leaf.get("notBefore", "a later time")
    return (
        f"it, or one on which it rests, is not valid yet (it is from {begin}; is the clock right?)"
    )


def _mismatched(shown: _Shown, peer: Peer) -> str:
    return _mismatch(shown.leaf, peer)


def _mismatch(certificate: dict[str, Any], peer: Peer) -> str:
    names = [name for _, name in names_of(certificate)]
    shown = ", ".join(repr(name[:_LONGEST_NAME]) for name in names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        shown += f" and {len(names) - _MOST_NAMES} more"
    if not names:
        shown = "no host (a common name is none)"
    return (
        f"it is for {shown}, not for {peer.expected!r}; if that is right, add the name that it has: "
        f"{peer.setting}=TLSConfig(..., verify_name='...')"
    )


def _self_signed(shown: _Shown, peer: Peer) -> str:
    pin = repr(pin_of(shown.der)) if shown.der else "..."
    return (
        f"it is signed by itself {peer.trusted}; if you have checked by another way that it is the right "
        f"one, trust its file, {peer.setting}='path/to/certificate.pem', or its pin, "
        f"{peer.setting}=TLSConfig(False, pins={pin})"
    )


def _unknown_authority(shown: _Shown, peer: Peer) -> str:
    said = f"it goes back to {shown.root}, which is not trusted {peer.trusted}"
    if len(shown.chain) == 1:
        said = (
            f"it is by {shown.root}, which is not trusted {peer.trusted}, and the server has shown no other "
            "(if that is an intermediate authority, it must)"
        )
    return (
        f"{said}; {peer.setting}='path/to/ca.pem' trusts an authority of your own, "
        f"{peer.setting}='system' those of the operating system"
    )


def _weak_key(_: _Shown, peer: Peer) -> str:
    return (
        "its key, or one on which it rests, is too short for OpenSSL's security level; for a server that "
        f"nobody can mend, {peer.setting}=TLSConfig(..., ciphers='DEFAULT:@SECLEVEL=1') lowers it"
    )


def _weak_digest(_: _Shown, peer: Peer) -> str:
    return (
        "it, or one on which it rests, is signed over a weak hash, such as SHA-1; for a server that nobody "
        f"can mend, {peer.setting}=TLSConfig(..., ciphers='DEFAULT:@SECLEVEL=0') lowers OpenSSL's level"
    )


def _revoked(_: _Shown, __: Peer) -> str:
    return "it has been revoked"


def _no_list(shown: _Shown, _: Peer) -> str:
    issuer = _name(shown.leaf["issuer"]) if shown.leaf else "its issuer"
    return f"there is no revocation list of {issuer} among the crls"


def _early_list(_: _Shown, __: Peer) -> str:
    return "the revocation list of its issuer is not valid yet (is the clock right?)"


def _old_list(_: _Shown, __: Peer) -> str:
    return "the revocation list of its issuer has expired; crls needs a newer one"


def _constraints(_: _Shown, __: Peer) -> str:
    return "an authority on which it rests may not issue it for this name (name constraints)"


def _purpose(_: _Shown, __: Peer) -> str:
    return "it, or one on which it rests, is not meant for servers (extended key usage)"


def _no_authority(_: _Shown, __: Peer) -> str:
    return "one on which it rests is not that of an authority (basic constraints)"


_REASONS: dict[int, Callable[[_Shown, Peer], str]] = {
    **dict.fromkeys((2, 19, 20, 21), _unknown_authority),
    3: _no_list,
    9: _not_yet_valid,
    10: _expired,
    11: _early_list,
    12: _old_list,
    18: _self_signed,
    23: _revoked,
    **dict.fromkeys((24, 79), _no_authority),  # as OpenSSL 1.1 and 3 number it
    26: _purpose,
    **dict.fromkeys((47, 48), _constraints),
    **dict.fromkeys((_HOST_MISMATCH, _ADDRESS_MISMATCH), _mismatched),
    **dict.fromkeys((66, 67), _weak_key),
    68: _weak_digest,
}


# Failures that are no matter of trust. What OpenSSL says of them, by its version.

_WANTED = "it wants a client certificate: {setting}=TLSConfig(..., certificate=...)"
_DISLIKED = "it does not accept our client certificate"
_NO_TLS = "it does not seem to speak TLS there"
_HINTS: dict[str, str] = {
    **dict.fromkeys(
        ("wrong version number", "record layer failure", "packet length too long"),
        _NO_TLS,
    ),
    "alert certificate required": _WANTED,
    "alert handshake failure": (
        "it has no cipher in common with us, or does not know the name, or wants a client certificate"
    ),
    "alert unknown ca": _DISLIKED,
    "alert bad certificate": _DISLIKED,
    "alert unsupported certificate": _DISLIKED,
    "alert certificate revoked": _DISLIKED,
    "alert certificate expired": f"{_DISLIKED}, which has expired",
    "alert certificate unknown": _DISLIKED,
    "alert access denied": "it does not let us in",
    "alert protocol version": "it speaks no version of TLS that we do; see minimum_version",
    "unsupported protocol": "it speaks no version of TLS that we do; see minimum_version",
    "unrecognized name": "it has no certificate for the name we sent (SNI); see server_name",
    "alert no application protocol": "it speaks none of the protocols offered (ALPN)",
    "dh key too small": "it uses a key that is too short for OpenSSL's security level; see ciphers",
    "unsafe legacy renegotiation disabled": "it needs a renegotiation that is not safe (RFC 5746)",
}


def tls_failed(error: ssl.SSLError, peer: Peer) -> ConnectError:
    """Return the error for a handshake that failed for another reason."""
    return ConnectError(f"TLS with {peer.name} failed: {reason_of(error, peer)}")


def closed(peer: Peer) -> ConnectError:
    """Return the error for a peer that closes the connection instead."""
    return ConnectError(f"TLS with {peer.doubted} failed: it closed the connection")


def reason_of(error: ssl.SSLError, peer: Peer) -> str:
    """Return OpenSSL's words for what happened, and what they mean, if that is known."""
    reason = (error.reason or str(error)).replace("_", " ").lower()
    for said, hint in _HINTS.items():
        if said in reason:
            if hint.startswith(_DISLIKED) and not peer.shows_certificate:
                hint = _WANTED
            if hint is _NO_TLS and peer.doubt:
                hint = f"{hint}; {peer.doubt}"
            return f"{reason} ({hint.format(setting=peer.setting)})"
    return reason
