"""What the environment's variables ask for: which proxy for which URL. Reads what it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .._siblings import URL, InvalidURL, pool

if TYPE_CHECKING:
    from collections.abc import Mapping
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

__all__ = ["NoProxy", "ProxyRules"]

_FOR_ALL = ("all_proxy", "ALL_PROXY")
_VARIABLES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", *_FOR_ALL)

# `ipaddress` is imported where there are proxies and exceptions from them: few programs have any.
_Network: TypeAlias = "IPv4Network | IPv6Network"
_Address: TypeAlias = "IPv4Address | IPv6Address"


class _Rule(NamedTuple):
    """One entry of NO_PROXY."""

    name: str = ""  # a domain: itself and what is under it
    network: _Network | None = None
    port: int | None = None

    def matches(self, host: str, address: _Address | None, port: int) -> bool:
        if self.port is not None and self.port != port:
            return False
        if address is not None:
            return self.network is not None and address in self.network
        return bool(self.name) and (host == self.name or host.endswith("." + self.name))


class NoProxy:
    """The hosts that are reached directly, from the text of NO_PROXY.

    Entries are separated by commas or blanks: a domain (with or without a leading dot or `*.`) stands
    for itself and all names under it; an address or a CIDR network for addresses; `:port` limits an
    entry to that port; `*` alone is everything. Entries that make no sense are ignored.
    """

    def __init__(self, text: str) -> None:
        self._all = False
        self._rules: list[_Rule] = []
        for entry in text.replace(",", " ").split():
            if entry == "*":
                self._all = True
            elif rule := _rule(entry):
                self._rules.append(rule)

    def matches(self, url: URL) -> bool:
        """Whether this URL is reached directly."""
        if self._all:
            return True
        host = url.host.rstrip(".")
        address = _address(host)
        port = url.port or 0
        return any(rule.matches(host, address, port) for rule in self._rules)


def _rule(entry: str) -> _Rule | None:
    import ipaddress

    host, port = entry, None
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        if rest.startswith("/"):  # [fd00::]/8
            host += rest
        elif rest:
            port = rest.removeprefix(":")
    elif entry.count(":") == 1:
        host, _, port = entry.partition(":")
    number = None
    if port is not None:
        if not (port.isascii() and port.isdigit()) or len(port) > 5:
            return None
        number = int(port)
    try:
        network = ipaddress.ip_network(host.partition("%")[0], strict=False)
    except ValueError:
        pass
    else:
        return _Rule(network=_unmapped(network), port=number)
    name = host.removeprefix("*").removeprefix(".").rstrip(".")
    if not name or "*" in name or "/" in name:
        return None
    try:
        name = URL(f"http://{name}/").host
    except InvalidURL:
        return None
    if address := _address(name):
        return _Rule(network=ipaddress.ip_network(address), port=number)
    return _Rule(name=name, port=number)


def _address(host: str) -> _Address | None:
    import ipaddress

    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _unmapped(network: _Network) -> _Network:
    """IPv4-mapped networks are their IPv4 ones, as addresses are."""
    import ipaddress

    if isinstance(network, ipaddress.IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return ipaddress.ip_network((mapped, network.prefixlen - 96))
    return network


class ProxyRules:
    """Which proxy a URL goes through, from the environment's variables.

    `http_proxy` and `https_proxy` are for those schemes, `all_proxy` for both, `no_proxy` for none. A
    lower-case name wins over the upper-case one. `HTTP_PROXY` is ignored in a CGI program (where
    REQUEST_METHOD is set), since a client could set it there by a Proxy header (CVE-2016-5385).

    Attributes:
        ignored: (variable, reason) of the values that make no sense.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.ignored: list[tuple[str, str]] = []
        self._proxies: dict[str, pool.Proxy] = {}
        # Each name is looked up once: to miss one in `os.environ` takes a microsecond.
        given = {name: value for name in _VARIABLES if (value := environ.get(name)) is not None}
        if "HTTP_PROXY" in given and "REQUEST_METHOD" in environ:
            del given["HTTP_PROXY"]
        for scheme in ("http", "https") if given else ():
            for variable in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY", *_FOR_ALL):
                if variable in given:
                    self._read(scheme, variable, given[variable].strip())
                    if scheme in self._proxies or variable not in _FOR_ALL:
                        break
        direct = environ.get("no_proxy", environ.get("NO_PROXY", "")) if self._proxies else ""
        self._direct = NoProxy(direct)

    def _read(self, scheme: str, variable: str, value: str) -> None:
        if not value:
            return
        try:
            self._proxies[scheme] = pool.Proxy.of(value if "://" in value else f"http://{value}")
        except InvalidURL as error:
            if variable not in dict(self.ignored):  # all_proxy is read once for each scheme
                self.ignored.append((variable, str(error)))

    def proxy_for(self, url: URL) -> pool.Proxy | None:
        """Return the proxy for this URL, or None to reach it directly."""
        proxy = self._proxies.get(url.scheme)
        return None if proxy is None or self._direct.matches(url) else proxy

    def __bool__(self) -> bool:
        return bool(self._proxies)
