"""`RouteAdapter`: sends each request its way. The rule is `policy/_routes`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._options import ClientOptions
from .._siblings import pool
from ._base import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._options import ProxyTypes

__all__ = ["RouteAdapter"]


class RouteAdapter(Layer):
    """Fills in what a request leaves open of the way to its URL: proxy, trust, network.

    It stands under the `RedirectAdapter`, so that each hop has a route of its own, and over the
    `EnvironmentAdapter`, which has the last word.

    Args:
        inner: the adapter below.
        routes: routes, or only their proxies, by pattern.
        proxy: what the client says of proxies, for all URLs that have no route or whose route says
            nothing of them.
        policy: which addresses may be dialled where a route's network says nothing of that.

    Raises:
        TypeError, ValueError: a pattern or a route is wrong.
    """

    def __init__(
        self,
        inner: pool.Adapter,
        routes: Mapping[str, object],
        proxy: ProxyTypes = None,
        policy: pool.AddressPolicy | None = None,
    ) -> None:
        from ..policy._routes import Routes  # here, as few clients have routes

        super().__init__(inner)
        self._routes = Routes(routes, proxy, policy)

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request by its route."""
        return await self._inner.send(self.fill(request))

    def fill(self, request: pool.Request) -> pool.Request:
        """Return the request as it is sent on: with the proxy, trust and network of its route."""
        options, route = ClientOptions.of(request.options), self._routes.route_for(request.url)
        asked = options.proxy is not None or options.direct  # by the request itself
        changes: dict[str, Any] = {}
        if route.proxy is not None and not asked:
            proxy, direct = route.proxy or None, route.proxy is False
            changes.update(proxy=proxy, direct=direct, proxy_by_url=True)
        if route.ssl is not None and options.ssl is None:
            changes["ssl"] = route.ssl
        network = route.network
        if network is not None and options.proxy is not None and network.unix_socket is not None:
            network = None  # the socket leads to what the route is for, and not to this proxy
        if network is not None and options.network is None:
            self._check(request, network, options)
            changes["network"] = network
        return request.with_options(options.copy_with(**changes)) if changes else request

    def _check(self, request: pool.Request, network: pool.Network, options: ClientOptions) -> None:
        """Keep what another origin has led to from a Unix socket, where a policy keeps strangers out.

        No address is judged there: the caller may name the socket, who answered a request may not.
        """
        if network.unix_socket and network.address_policy is not None and options.foreign:
            raise pool.AddressRefused(
                "the address policy does not let what another origin has led to reach the Unix socket that "
                f"{request.url.host!r} is routed to"
            ).about(request)

    def __repr__(self) -> str:
        return f"<RouteAdapter {len(self._routes)} routes>"
