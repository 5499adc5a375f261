"""What the adapters of the client share: they stand on another one, and leave responses behind."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["Layer", "discard"]

_DRAIN_BYTES = 64 * 1024  # a rest up to this is read, so that the connection can be kept


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


async def discard(response: pool.Response) -> None:
    """Be done with a response that nobody will read.

    A small body is read as transferred (never decoded: it may be a bomb) to keep the connection.

    Raises:
        TotalTimeout: the time of the whole request ran out meanwhile.
    """
    left = _DRAIN_BYTES
    try:
        # One that says it is large is given up at once: its rest may never come.
        length = response.headers.get("Content-Length", "")
        if length.isdecimal() and int(length[:20]) > left:
            return
        async for piece in response.raw():
            left -= len(piece)
            if left <= 0:
                break
    except pool.TotalTimeout:
        raise  # there is no time left for what was to follow
    except pool.HTTPError:
        pass  # the connection is gone, but the response was had
    finally:
        await response.close()
