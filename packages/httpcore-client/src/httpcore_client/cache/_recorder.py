"""`Recorder`: keeps a copy of a body while it passes, and gives it away once the body is complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Recorder"]


class Recorder(pool.WrappedSource):
    """Passes each piece on at once. It is kept when the end was read, just before the reader learns of it.

    A body that is closed early, that breaks or is too large is not kept, and nothing of it stays.

    Args:
        source: the body.
        keep: is given all of it.
        most: so many bytes are copied at most.
    """

    def __init__(
        self, source: pool.ByteSource, keep: Callable[[bytes], Awaitable[None]], most: int
    ) -> None:
        super().__init__(source)
        self._keep = keep
        self._most = most
        # One buffer: pieces may be tiny, and each is an object of many times its size.
        self._copy: bytearray | None = bytearray()

    async def read_chunk(self) -> bytes:
        """Return the next bytes, b"" at the end."""
        if self.closed:
            return b""
        try:
            data = await self.source.read_chunk()
            if data:
                self._record(data)
                return data
            if self._copy is not None and not self.source.cut:
                await self._keep(bytes(self._copy))
        except BaseException:
            await self.close()
            raise
        self.closed, self.cut = True, self.cut or self.source.cut
        self.trailers, self._copy = self.source.trailers, None
        return b""

    def _record(self, data: bytes) -> None:
        if self._copy is None:
            return
        if len(self._copy) + len(data) > self._most:
            self._copy = None
        else:
            self._copy += data

    async def given_up(self) -> None:
        self._copy = None  # what was read is not kept

    def __del__(self) -> None:
        if self.source.closed:
            self.closed = True  # what was all there with the head holds nothing
        super().__del__()
