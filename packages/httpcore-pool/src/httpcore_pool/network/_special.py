"""Which addresses are of the public internet: IANA's special-purpose registries, and what hides in IPv6.

They are our own tables, as what Python's `ipaddress` calls global has changed within releases. The registries
are https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry (RFC 6890).
"""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

__all__ = ["leads_to", "why_not_public", "why_not_public_name"]

_IPV4 = {
    "0.0.0.0/8": "this network (RFC 791)",
    "10.0.0.0/8": "private (RFC 1918)",
    "100.64.0.0/10": "shared by carriers, and metadata of clouds (RFC 6598)",
    "127.0.0.0/8": "loopback (RFC 1122)",
    "168.63.129.16/32": "metadata of a cloud (Azure)",
    "169.254.0.0/16": "link-local, and metadata of clouds (RFC 3927)",
    "172.16.0.0/12": "private (RFC 1918)",
    "192.0.0.0/24": "protocol assignments, and metadata of clouds (RFC 6890)",
    "192.0.2.0/24": "documentation (RFC 5737)",
    "192.88.99.0/24": "a relay of 6to4 (RFC 7526)",
    "192.168.0.0/16": "private (RFC 1918)",
    "198.18.0.0/15": "benchmarks (RFC 2544)",
    "198.51.100.0/24": "documentation (RFC 5737)",
    "203.0.113.0/24": "documentation (RFC 5737)",
    "224.0.0.0/4": "multicast (RFC 5771)",
    "240.0.0.0/4": "reserved, or broadcast (RFC 1112)",
}

# What is outside of global unicast (RFC 4291 2.4) is refused anyway; it stands here for its name.
_IPV6 = {
    "::/128": "unspecified (RFC 4291)",
    "::1/128": "loopback (RFC 4291)",
    "::ffff:0:0/96": "an IPv4 address written as IPv6 (RFC 4291)",
    "64:ff9b:1::/48": "a network's own NAT64 (RFC 8215)",
    "100::/64": "discarded (RFC 6666)",
    "2001::/23": "protocol assignments, such as Teredo (RFC 2928)",
    "2001:db8::/32": "documentation (RFC 3849)",
    "2002::/16": "6to4, which nobody has to route any more (RFC 7526)",
    "3fff::/20": "documentation (RFC 9637)",
    "5f00::/16": "segment routing (RFC 9602)",
    "fc00::/7": "private (RFC 4193)",
    "fe80::/10": "link-local (RFC 4291)",
    "fec0::/10": "site-local (RFC 3879)",
    "ff00::/8": "multicast (RFC 4291)",
}

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052 2.1
_6TO4 = IPv6Network("2002::/16")  # RFC 3056 2
_ISATAP = (0x00005EFE, 0x02005EFE)  # the upper half of an interface identifier: RFC 5214 6.1

# Names that mean something inside of a network only: the registry of special-use domain names.
_NAMES = {
    "localhost": "loopback (RFC 6761)",
    "localdomain": "loopback, by custom",
    "localdomain6": "loopback, by custom",
    "local": "link-local (RFC 6762)",
    "internal": "private (reserved by ICANN)",
    "home.arpa": "private (RFC 8375)",
    "lan": "private, by custom",
    "svc": "private, by custom (Kubernetes)",
}


@cache
def _ipv4() -> list[tuple[IPv4Network, str]]:
    return [(IPv4Network(network), why) for network, why in _IPV4.items()]


@cache
def _ipv6() -> list[tuple[IPv6Network, str]]:
    return [(IPv6Network(network), why) for network, why in _IPV6.items()]


def why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    """Say why an address is not of the public internet; None if it is.

    An IPv6 address that leads to an IPv4 one is no better than that.
    """
    if isinstance(address, IPv4Address):
        return next((why for network, why in _ipv4() if address in network), None)
    leads = leads_to(address)
    if leads is not None:
        how, inner = leads
        if (why := why_not_public(inner)) is not None:
            return f"{how} of {inner}, which is {why}"
        if address in _NAT64:  # as hosts without IPv4 reach the rest of the internet
            return None
    why = next((why for network, why in _ipv6() if address in network), None)
    if why is None and address not in _GLOBAL_UNICAST:
        return "not global unicast (RFC 4291)"
    return why


def leads_to(address: IPv4Address | IPv6Address) -> tuple[str, IPv4Address] | None:
    """Return the IPv4 address that some gateway may make of an IPv6 one, after what does so."""
    if isinstance(address, IPv4Address):
        return None
    number = int(address)
    low = IPv4Address(number & 0xFFFFFFFF)
    if address in _NAT64:
        return "NAT64", low
    if address in _6TO4:
        return "6to4", IPv4Address(number >> 80 & 0xFFFFFFFF)
    if number >> 32 & 0xFFFFFFFF in _ISATAP:
        return "ISATAP", low
    return None


def why_not_public_name(host: str) -> str | None:
    """Say why a name is known to lead to no public address, whoever looks it up; None if it may."""
    name = host.rstrip(".")
    if "." not in name and name not in _NAMES:
        return "a name without a dot, which means something inside of a network only"
    return next(
        (why for end, why in _NAMES.items() if name == end or name.endswith(f".{end}")), None
    )
