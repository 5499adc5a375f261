"""Bodies on their way, of which a copy is kept: as much as there is room for, or nothing."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["CapturedBody", "CapturedSource", "Copy"]


class Copy:
    """A copy of a body, up to a limit; of one that has more, nothing but its size.

    Attributes:
        most: the limit.
        data: what was kept.
        size: how many bytes there were.
    """

    __slots__ = ("data", "most", "size")

    def __init__(self, most: int) -> None:
        self.most = most
        self.data = bytearray()
        self.size = 0

    @property
    def is_whole(self) -> bool:
        """Whether all was kept."""
        return self.size <= self.most

    def take(self, data: bytes) -> None:
        """Keep a piece."""
        self.size += len(data)
        if self.is_whole:
            self.data += data
        else:
            self.data.clear()


class CapturedBody(pool.RequestBody):
    """The content of a request that is no bytes in memory.

    Attributes:
        copy: that of the last pass over it.
    """

    def __init__(self, body: pool.RequestBody, most: int) -> None:
        self._body = body
        self._most = most
        self.length: int | None = body.length
        self.eager: bool = body.eager
        self.needs_loop: bool = body.needs_loop
        self.replayable: bool = body.replayable
        self.copy = Copy(most)

    def _open(self, backend: pool.Backend | None) -> pool.BodyReader:
        self.copy = Copy(self._most)
        return _CapturedReader(self._body.open(backend), self.copy)

    def __str__(self) -> str:
        return str(self._body)


class _CapturedReader(pool.BodyReader):
    def __init__(self, reader: pool.BodyReader, copy: Copy) -> None:
        self._reader = reader
        self._copy = copy

    async def read_chunk(self) -> bytes:
        data = await self._reader.read_chunk()
        self._copy.take(data)
        return data

    async def close(self) -> None:
        await self._reader.close()


class CapturedSource(pool.WrappedSource):
    """The body of a response.

    Args:
        source: where it comes from.
        copy: is given what comes.
    """

    def __init__(self, source: pool.ByteSource, copy: Copy) -> None:
        super().__init__(source)
        self._copy = copy

    async def read_chunk(self) -> bytes:
        source = self.source
        try:
            data = await source.read_chunk()
        finally:
            self.closed, self.cut, self.trailers = source.closed, source.cut, source.trailers
        self._copy.take(data)
        return data
