"""Whether a certificate is for a name, where OpenSSL is not asked: RFC 9525 6.

It is asked wherever the name is also the one sent as SNI. Nothing here verifies a signature or a date.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import ssl

__all__ = ["is_address", "is_for", "names_of", "parsed"]

# One label, which a wildcard may stand for.
_LABEL = re.compile(r"[a-z0-9-]+")


def parsed(tls: ssl.SSLObject) -> dict[str, Any]:
    """Return the peer's certificate as Python reads it; nothing where there is none that it can read."""
    try:
        return cast("dict[str, Any]", tls.getpeercert() or {})
    except (ValueError, OSError):  # names that are no text; `ssl.SSLError` is the latter
        return {}


def names_of(certificate: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the names of hosts in the subjectAltName: pairs of "DNS" or "IP Address", and the name.

    A common name is none (RFC 9525 2).

    Args:
        certificate: as `ssl.SSLObject.getpeercert` gives it.
    """
    names = certificate.get("subjectAltName", ())
    return [
        (kind, name if kind == "DNS" else str(_address(name) or name))
        for kind, name in names
        if kind in ("DNS", "IP Address")
    ]


def is_for(certificate: dict[str, Any], name: str) -> bool:
    """Whether the certificate is for a host: a name in A-labels, or an address without brackets."""
    names = names_of(certificate)
    address = _address(name)
    if address is not None:  # RFC 9525 6.5: by its value, and never by a name that looks like it
        return any(kind == "IP Address" and _address(given) == address for kind, given in names)
    return any(kind == "DNS" and _covers(given.lower(), name.lower()) for kind, given in names)


def _covers(presented: str, name: str) -> bool:
    """RFC 9525 6.3: the same, or with a wildcard for the whole of the left-most label.

    As with OpenSSL at least two labels follow a wildcard, and it stands for letters, digits and hyphens.
    """
    if not presented.startswith("*."):
        return presented == name
    label, _, rest = name.partition(".")
    return "." in rest and rest == presented[2:] and _LABEL.fullmatch(label) is not None


def is_address(name: str) -> bool:
    """Whether this is an IP address, and no name."""
    return _address(name) is not None


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
