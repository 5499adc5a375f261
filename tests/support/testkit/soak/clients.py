"""The clients of a world: one for each route, with connections that all workers share."""

from __future__ import annotations

import httpcore_client as httpcore
from httpcore_client.retry import RetryAdapter, RetryPolicy
from testkit.faults import stats
from testkit.soak.plan import ROUTES

PATIENCE_SECONDS = 20  # for what must come, on a machine that has much else to do


class Clients:
    """The clients; each worker has twins of them, with cookies of its own.

    Args:
        world: of `testkit.worlds`.
        bundle: whom to trust.
        plain, tls, proxy: URLs.

    Attributes:
        urls: by route.
    """

    def __init__(self, world, bundle, plain, tls, proxy):
        self._world = world
        self._ssl = bundle
        self._proxy = proxy
        self.urls = {route: plain if "plain" in route else tls for route in ROUTES}
        self._clients = {route: self.make(route) for route in ROUTES}

    def make(self, route):
        """Make a client."""
        proxied, one = "proxied" in route, route.endswith("1")
        return self._world.client(
            ssl=self._ssl,
            trust_env=False,
            http2=not one,
            http1=route != "plain2",
            proxy=self._proxy if proxied else False,
            timeout=httpcore.Timeout(*[PATIENCE_SECONDS] * 4),
            pool_limits=httpcore.PoolLimits(
                max_connections=6 if one else 2, keepalive_expiry=2, max_requests=200
            ),
        )

    def twin(self, route, name, *, retries):
        """Return a client that shares connections, but no cookies."""
        policy = RetryPolicy(attempts=3, backoff_initial=0.01)
        adapters = [RetryAdapter(policy)] if retries else []
        named = {"X-Worker": name}
        return self._clients[route].replace(cookies={}, headers=named, adapters=adapters)

    async def stats(self):
        return [await stats(client) for client in self._clients.values()]

    async def close(self):
        for client in self._clients.values():
            await client.close()
