"""`Route`: which way requests take to some of all URLs. For which it is, the keys of `routes=` say."""

from __future__ import annotations

import os
from typing import Any, Literal, TypeAlias

from ._siblings import URL, Value, pool

__all__ = ["Route", "RouteTypes"]


class Route(Value):
    """The way to some URLs, as a value of a client's `routes`.

    Attributes:
        proxy: the proxy to go through; False for none, whatever the client and the environment say;
            None for what they say.
        ssl: whom to trust, as for a client; None for whom the client trusts.
        network: how hosts become connections; None for the client's way. It is under the client's
            address policy unless it has its own.

    Args:
        unix_socket: short for `network=Network(unix_socket=...)`. To a Unix socket no proxy is asked for
            the way, unless `proxy` names one.

    Raises:
        TypeError, ValueError: an argument is wrong.
        InvalidURL: the proxy can't be used.
    """

    proxy: pool.Proxy | Literal[False] | None = None
    ssl: pool.TLSConfig | None = None
    network: pool.Network | None = None

    def __init__(
        self,
        proxy: str | URL | pool.Proxy | Literal[False] | None = None,
        ssl: pool.SSLTypes = None,
        network: pool.Network | None = None,
        *,
        unix_socket: str | os.PathLike[str] | None = None,
    ) -> None:
        if unix_socket is not None:
            if network is not None:
                raise TypeError("Route(unix_socket=...) is a network: give one of both")
            network = pool.Network(unix_socket=unix_socket)
        super().__init__(proxy=proxy, ssl=ssl, network=network)

    @classmethod
    def of(cls, value: Any) -> Route:
        """Read what callers may write as a value of `routes`: a `Route`, or only its proxy.

        Raises:
            TypeError: the value is something else.
            InvalidURL: the proxy can't be used.
        """
        if isinstance(value, Route):
            return value
        if value is None:
            raise TypeError("a route must be a Route, a proxy or False (for no proxy), not None")
        return cls(proxy=value)

    def _check(self) -> None:
        values = vars(self)
        if values["proxy"] is not None and values["proxy"] is not False:
            values["proxy"] = pool.Proxy.of(values["proxy"])
        if values["ssl"] is not None:
            values["ssl"] = pool.TLSConfig.of(values["ssl"])
        network: object = self.network
        if network is None:
            return
        if not isinstance(network, pool.Network):
            raise TypeError(
                f"Route(network=...) must be a Network or None, not {type(network).__name__}"
            )
        if network.unix_socket is not None and self.proxy is None:
            values["proxy"] = False


RouteTypes: TypeAlias = Route | str | URL | pool.Proxy | Literal[False]
