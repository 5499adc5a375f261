"""Which hosts NO_PROXY excepts from the environment's proxy. Names are never resolved for it."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple, TypeAlias

from .._siblings import URL, InvalidURL

__all__ = ["NoProxy"]

_Network: TypeAlias = "ipaddress.IPv4Network | ipaddress.IPv6Network"
_Address: TypeAlias = "ipaddress.IPv4Address | ipaddress.IPv6Address"

# What ends a host in a URL, and the star: what stands before it would be taken for the whole.
_NO_HOST = frozenset("*/?#@\\")


class _Rule(NamedTuple):
    """One entry."""

    name: str = ""  # a domain: itself and what is under it
    network: _Network | None = None
    port: int | None = None

    def matches(self, host: str, address: _Address | None, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if address is not None:
            return self.network is not None and address in self.network
        return host == self.name or host.endswith("." + self.name)


class NoProxy:
    """The hosts that are reached directly, from the text of NO_PROXY.

    Entries are separated by commas or blanks: a domain (with or without a leading dot or `*.`) stands
    for itself and all names under it; an address or a CIDR network for addresses; `:port` limits an
    entry to that port; `*` alone is everything.

    Attributes:
        ignored: the entries that make no sense.
    """

    def __init__(self, text: str) -> None:
        self.ignored: list[str] = []
        self._all = False
        self._rules: list[_Rule] = []
        for entry in text.replace(",", " ").split():
            if entry == "*":
                self._all = True
            elif rule := _rule(entry):
                self._rules.append(rule)
            else:
                self.ignored.append(entry)

    def matches(self, url: URL) -> bool:
        """Whether this URL is reached directly."""
        if self._all:
            return True
        host = url.host.rstrip(".")
        address = _address(host)
        port = url.port or 0
        return any(rule.matches(host, address, port) for rule in self._rules)


def _rule(entry: str) -> _Rule | None:
    host, port = entry, None
    bracketed = entry.startswith("[")  # as IPv6 alone is: RFC 3986 3.2.2
    if bracketed:
        host, closed, rest = entry[1:].partition("]")
        if rest.startswith("/"):  # [fd00::]/8
            host += rest
        elif rest.startswith(":"):
            port = rest[1:]
        elif rest or not closed:
            return None
        if ":" not in host:
            return None
    elif entry.count(":") == 1:
        host, _, port = entry.partition(":")
    number = None
    if port is not None:
        if not (port.isascii() and port.isdigit()) or len(port) > 5:
            return None
        number = int(port)
    try:
        network = ipaddress.ip_network(host, strict=False)  # of a zone it takes no notice
    except ValueError:
        if bracketed:
            return None
    else:
        return _Rule(network=_unmapped(network), port=number)
    name = host.removeprefix("*").removeprefix(".").rstrip(".")
    if not _NO_HOST.isdisjoint(name):
        return None
    try:
        name = URL(f"http://{name}/").host
    except InvalidURL:
        return None
    if address := _address(name):
        return _Rule(network=ipaddress.ip_network(address), port=number)
    return _Rule(name=name, port=number)


def _address(host: str) -> _Address | None:
    """Read a URL's host as an address, if it is one: of four numbers, or with colons."""
    if not host[-1:].isdecimal() and ":" not in host:
        return None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _unmapped(network: _Network) -> _Network:
    """IPv4-mapped networks are their IPv4 ones, as addresses are."""
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:  # which takes 96 bits
            return ipaddress.ip_network((mapped, network.prefixlen - 96))
    return network
