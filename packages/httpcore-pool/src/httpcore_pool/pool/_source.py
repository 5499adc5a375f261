"""`PooledSource`: the body of a response whose end lets go of the connection. It decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._streams import WrappedSource

if TYPE_CHECKING:
    from .._request import Request
    from .._streams import ByteSource
    from ..connection import HTTPConnection
    from ._entry import Entry
    from ._pool import ConnectionPool

__all__ = ["PooledSource"]


class PooledSource(WrappedSource):
    """Holds the connection of one request until the body ends, which `closed` tells: exactly once."""

    def __init__(
        self,
        source: ByteSource,
        pool: ConnectionPool,
        entry: Entry[HTTPConnection],
        request: Request,
    ) -> None:
        self.source = source  # not by the base: it is made for each response
        self._pool = pool
        self._entry = entry
        self._request = request

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        source, pool = self.source, self._pool
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

    async def given_up(self) -> None:
        await self._pool._let_go(self._entry, self._request)

    def abandon(self) -> None:
        super().abandon()
        self._pool._dropped.append(self._entry)  # let go when the pool is used next
