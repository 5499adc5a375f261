"""`PooledSource`: the body of a response whose end lets go of the connection. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._streams import ByteSource

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._request import Request
    from ..connection import HTTPConnection
    from ._entry import Entry
    from ._pool import ConnectionPool

__all__ = ["PooledSource"]


class PooledSource(ByteSource):
    """Holds the connection of one request until the body ends, which `closed` tells: exactly once."""

    def __init__(
        self,
        source: ByteSource,
        pool: ConnectionPool,
        entry: Entry[HTTPConnection],
        request: Request,
    ) -> None:
        self._source = source
        self._pool = pool
        self._entry = entry
        self._request = request

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        source, pool = self._source, self._pool
        try:
            data = await source.read_chunk()
        except BaseException as error:
            if not self.closed:
                self.closed = self.cut = True
                await pool._let_go(self._entry, self._request, broke=True)
            pool._check_ran(self._request, error)
            raise
        if self.closed:  # by another, while this one was waiting: that one has let go
            return b""
        if source.closed or not data:
            self.closed = True
            self.trailers = source.trailers
            closing = pool._release(self._entry)
            if closing:
                await pool._close_all(closing, self._request)
            if pool._closed and not data:
                # In threads the end that we see may be the one that the closing pool has made.
                self.cut = True
                pool._check_ran(self._request)
        return data

    def hurry(self, seconds: float) -> None:
        self._source.hurry(seconds)

    async def close(self) -> None:
        await self._give_up(self._source.close)

    async def abort(self) -> None:
        await self._give_up(self._source.abort)

    async def _give_up(self, how: Callable[[], Awaitable[None]]) -> None:
        if not self.closed:
            self.closed = self.cut = True
            try:
                await how()
            finally:
                await self._pool._let_go(self._entry, self._request)

    def abandon(self) -> None:
        self._source.closed = True  # one warning is enough
        self._source.abandon()
        self._pool._dropped.append(self._entry)  # let go when the pool is used next

    def __repr__(self) -> str:
        return repr(self._source)
