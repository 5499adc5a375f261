"""What the adapters of the client share: they stand on another one."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["Layer"]


class Layer(pool.Adapter):
    """An adapter that passes requests on to the one below it."""

    def __init__(self, inner: pool.Adapter) -> None:
        self._inner = inner

    @property
    def inner(self) -> pool.Adapter:
        """The adapter below."""
        return self._inner

    async def close(self) -> None:
        """Close the adapter below."""
        await self._inner.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"
