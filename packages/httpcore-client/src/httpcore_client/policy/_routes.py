"""Which route a URL takes: the patterns that `routes=` has for keys, and the order among them.

Patterns are looked up, from the most specific that a URL could have to the least: their order in a mapping
decides nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from .._route import Route
from .._siblings import URL, InvalidURL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._options import ProxyTypes
    from .._siblings import pool

__all__ = ["Pattern", "Routes"]

_ALL = "all"
_SCHEMES = (_ALL, "http", "https")
_EVERY_HOST = "*"
_MOST_KEPT = 1000  # origins whose route is remembered
_PATTERN = re.compile(
    r"(?:(?P<scheme>[^:]*)://)?"
    r"(?P<host>\[[^\]]+\]|[^:/?#@\[\]]*)"
    r"(?::(?P<port>[0-9]{1,5}))?"
)


class Pattern(NamedTuple):
    """What a key of `routes=` says.

    Attributes:
        scheme: "http", "https", or "all" for both.
        host: as URLs have it, without a dot at its end; "*.example.com" for every name under that one,
            which is not among them; "*" for every host.
        port: the port, which a scheme's default may be; None for all.
    """

    scheme: str
    host: str
    port: int | None

    @classmethod
    def of(cls, text: object) -> Pattern:
        """Read a key: `scheme://`, `host`, or both, the host perhaps with a port.

        Raises:
            TypeError: it is no text.
            ValueError: it is no pattern.
        """
        if not isinstance(text, str):
            raise TypeError(f"routes must have patterns for keys, which are text, not {text!r}")
        found = _PATTERN.fullmatch(text)
        if found is None or not text:
            _refuse(text, "it must be scheme://, a host, or both, with :port perhaps")
        scheme, host = found["scheme"], found["host"]
        if scheme is None and host in _SCHEMES:
            _refuse(text, f'a scheme is written "{host}://"')
        scheme = _ALL if scheme is None else scheme.lower()
        if scheme not in _SCHEMES:
            _refuse(text, "its scheme must be http, https or all")
        port = None if found["port"] is None else int(found["port"])
        if port is not None and (port > 65_535 or not host):
            _refuse(text, "its port must be one, after a host (* for every)")
        return cls(scheme, _host(text, host) if host else _EVERY_HOST, port)

    @classmethod
    def all_for(cls, scheme: str, host: str, port: int | None) -> Iterator[Pattern]:
        """Return every pattern that the URLs of an origin fit, the most specific first.

        A port comes before none, then the host before what it is under, a longer name of these before a
        shorter, and last a scheme before "all".
        """
        host = host.removesuffix(".")
        labels = host.split(".")
        hosts = [host, *(f"*.{'.'.join(labels[cut:])}" for cut in range(1, len(labels))), "*"]
        for number in (port, None):
            for each in hosts:
                yield cls(scheme, each, number)
                yield cls(_ALL, each, number)


def _host(text: str, host: str) -> str:
    """Return the host of a pattern as URLs have it."""
    if host == _EVERY_HOST:
        return host
    name = host.removeprefix("*.")
    try:
        url = URL(f"http://{name}/")
    except InvalidURL as error:
        _refuse(text, error.reason)
    read = url.host.removesuffix(".")
    if "*" in name:
        _refuse(text, 'a * stands at the front, for whole names: "*.example.com", or alone')
    if name == host:
        return read
    if read.rpartition(".")[2].isdigit():
        _refuse(text, "nothing is under an IP address")
    return f"*.{read}"


def _refuse(text: str, why: str) -> NoReturn:
    from .._siblings import masking  # here, as mistakes are few

    raise ValueError(f"routes: {masking.masked_unparsed(text)!r} is no pattern: {why}")


class Routes:
    """A client's routes, checked.

    Args:
        given: routes, or only their proxies, by pattern.
        proxy: what the client says of proxies, for all URLs that have no route or whose route says
            nothing of them.
        policy: which addresses may be dialled where a route's network says nothing of that.

    Raises:
        TypeError, ValueError: it is no such mapping, a pattern is wrong or there twice.
        InvalidURL: a proxy can't be used.
    """

    def __init__(
        self,
        given: Mapping[str, object],
        proxy: ProxyTypes = None,
        policy: pool.AddressPolicy | None = None,
    ) -> None:
        self._rest = Route(proxy)
        self._policy = policy
        self._found = lru_cache(_MOST_KEPT)(self._find)
        self._routes: dict[Pattern, Route] = {}
        texts: dict[Pattern, str] = {}
        for text, route in given.items():
            pattern = Pattern.of(text)
            if pattern in texts:
                raise ValueError(f"routes: {texts[pattern]!r} and {text!r} are the same pattern")
            texts[pattern] = text
            self._routes[pattern] = self._read(text, route)

    def _read(self, text: str, given: object) -> Route:
        try:
            route = Route.of(given)
            network = None if route.network is None else route.network.under(self._policy)
        except (TypeError, ValueError) as error:
            error.add_note(f"it was given for {text!r} in routes")
            raise
        proxy = self._rest.proxy if route.proxy is None else route.proxy
        return route.copy_with(proxy=proxy, network=network)

    def route_for(self, url: URL) -> Route:
        """Return the route of a URL, whose proxy is the client's where it states none."""
        return self._found(url.scheme, url.host, url.port)

    def _find(self, scheme: str, host: str, port: int | None) -> Route:
        for pattern in Pattern.all_for(scheme, host, port):
            if pattern in self._routes:
                return self._routes[pattern]
        return self._rest

    def __len__(self) -> int:
        return len(self._routes)
