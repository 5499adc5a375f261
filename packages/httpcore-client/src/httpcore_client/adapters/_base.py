"""What the adapters of the client share: they stand on another one."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["Layer"]


class Layer(pool.Adapter):
    """An adapter that passes requests on to the one below it: the base of all between client and pool.

    Args:
        inner: the adapter below.
    """

    def __init__(self, inner: pool.Adapter) -> None:
        self._inner = inner

    @property
    def inner(self) -> pool.Adapter:
        """The adapter below."""
        return self._inner

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request by the adapter below."""
        return await self._inner.send(request)

    def fill(self, request: pool.Request) -> pool.Request:
        """Return a request as this level would send it, as far as that is known without waiting.

        For `Client.prepare_request`. It may be for nothing: the request need not be sent.
        """
        return request

    async def close(self) -> None:
        """Close the adapter below."""
        await self._inner.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
