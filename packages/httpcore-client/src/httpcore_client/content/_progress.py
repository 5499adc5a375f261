"""Telling a caller how much of a request's content is out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from .._siblings import pool

if TYPE_CHECKING:
    from .._siblings import Backend

__all__ = ["UploadProgress", "with_progress"]

UploadProgress: TypeAlias = Callable[[int, int | None], object]

_PIECE_BYTES = 256 * 1024  # of what comes in larger ones, so that there is something to tell


def with_progress(body: pool.RequestBody, callback: UploadProgress) -> pool.RequestBody:
    """Return the same content, which says how it goes.

    Args:
        body: the content.
        callback: is called with the bytes sent so far and how many there are, None if that is not
            known, when the network has taken them; the last time with all. If it is sent again, it
            begins again. In async clients it may be a coroutine function. What it raises ends the
            request.
    """
    return _ProgressBody(body, callback)


class _ProgressBody(pool.RequestBody):
    eager: bool = True

    def __init__(self, body: pool.RequestBody, callback: UploadProgress) -> None:
        self._body = body
        self._callback = callback
        self.length = body.length
        self.replayable = body.replayable
        self.needs_loop = body.needs_loop

    def _open(self, backend: Backend | None) -> pool.BodyReader:
        return _ProgressReader(self._body.open(backend), self._callback, self.length)

    def __str__(self) -> str:
        return str(self._body)


class _ProgressReader(pool.BodyReader):
    """Whoever asks for the next piece has sent the one before."""

    __slots__ = ("_at", "_callback", "_data", "_given", "_reader", "_told", "_total")

    def __init__(
        self, reader: pool.BodyReader, callback: UploadProgress, total: int | None
    ) -> None:
        self._reader = reader
        self._callback = callback
        self._total = total
        self._given = 0
        self._told = -1
        self._data = b""  # is given from `_at` on
        self._at = 0

    async def read_chunk(self) -> bytes:
        if self._given:
            await self._tell()
        if self._at >= len(self._data):
            self._data, self._at = await self._reader.read_chunk(), 0
        piece = self._data[self._at : self._at + _PIECE_BYTES]
        self._at += len(piece)
        self._given += len(piece)
        if not piece:
            await self._tell()
        return piece

    async def _tell(self) -> None:
        if self._told != self._given:
            self._told = self._given
            told = self._callback(self._given, self._total)
            if isinstance(told, Awaitable):
                await told

    async def close(self) -> None:
        await self._reader.close()
