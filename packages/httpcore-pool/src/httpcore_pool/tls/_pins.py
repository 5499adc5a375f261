"""Pins: fingerprints of the certificate, or of the key, that a server must show.

- `sha256:HEX`: SHA-256 of the whole certificate, as browsers show it; colons may be in it;
- `sha256//BASE64`: SHA-256 of its SubjectPublicKeyInfo (RFC 7469 2.4), which outlives a renewal.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable
from typing import cast

__all__ = ["pin_of", "pins_of", "read_pins"]

_HEX = re.compile(r"sha256:((?:[0-9a-f]{2}:?){31}[0-9a-f]{2})", re.IGNORECASE)
_BASE64 = re.compile(r"sha256//[0-9A-Za-z+/]{43}=")
_SEQUENCE, _INTEGER, _VERSION = 0x30, 0x02, 0xA0


def read_pins(pins: object) -> tuple[str, ...]:
    """Return pins in the form in which `pins_of` gives them.

    Args:
        pins: one, or an iterable of them.

    Raises:
        TypeError: that is something else.
        ValueError: one has neither form.
    """
    if isinstance(pins, str):
        pins = (pins,)
    if isinstance(pins, bytes) or not isinstance(pins, Iterable):
        raise TypeError(f"pins must be a str or several, not {type(pins).__name__}")
    return tuple([_read(pin) for pin in cast("Iterable[object]", pins)])


def _read(pin: object) -> str:
    if not isinstance(pin, str):
        raise TypeError(f"a pin must be a str, not {type(pin).__name__}")
    if found := _HEX.fullmatch(pin):
        return f"sha256:{found[1].replace(':', '').lower()}"
    if _BASE64.fullmatch(pin):
        return pin
    raise ValueError(
        f"{pin!r} is no pin: 'sha256:' and the certificate's SHA-256 in 64 hex digits, or 'sha256//' and"
        " its public key's in Base64"
    )


def pin_of(certificate: bytes) -> str:
    """Return the pin of a certificate as a whole."""
    return f"sha256:{hashlib.sha256(certificate).hexdigest()}"


def pins_of(certificate: bytes) -> tuple[str, str]:
    """Return both pins of a certificate in DER.

    Raises:
        ValueError: it is none.
    """
    key = hashlib.sha256(_public_key_info(certificate)).digest()
    encoded = binascii.b2a_base64(key, newline=False).decode()
    return pin_of(certificate), f"sha256//{encoded}"


def _public_key_info(certificate: bytes) -> bytes:
    """Cut the SubjectPublicKeyInfo out of a certificate (RFC 5280 4.1)."""
    at, end = _content(certificate, 0, len(certificate), _SEQUENCE)
    at, end = _content(certificate, at, end, _SEQUENCE)  # the part that is signed
    if at < end and certificate[at] == _VERSION:
        at = _content(certificate, at, end, _VERSION)[1]
    # serialNumber, signature, issuer, validity, subject
    for tag in (_INTEGER, _SEQUENCE, _SEQUENCE, _SEQUENCE, _SEQUENCE):
        at = _content(certificate, at, end, tag)[1]
    return certificate[at : _content(certificate, at, end, _SEQUENCE)[1]]


def _content(der: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of an element begins and ends; its length has the form of DER (X.690 10.1)."""
    if at + 2 > end or der[at] != tag:
        raise ValueError("the certificate is not in DER")
    length, at = der[at + 1], at + 2
    if length >= 0x80:
        octets = der[at : min(at + length - 0x80, end)]
        at += length - 0x80
        length = int.from_bytes(octets, "big")
        if not octets or length < 0x80 or octets[0] == 0:
            raise ValueError("the certificate is not in DER")
    if at + length > end:
        raise ValueError("the certificate is cut off")
    return at, at + length
