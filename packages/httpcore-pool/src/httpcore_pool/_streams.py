"""Where the bytes of a response come from, and the iterators that callers read them with.

A connection implements `ByteSource`; `Response` builds on it. All are classes with an explicit end:
no generator may own a connection, since nobody can say when it is finalised.
"""

from __future__ import annotations

import sys
import warnings
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from ._closing import Closing, SyncClosing
from ._driver import run_sync

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from ._siblings import Headers
    from .backends.base import NetworkStream

__all__ = [
    "ByteSource",
    "ByteStream",
    "BytesSource",
    "SyncByteStream",
    "SyncNetworkStream",
    "SyncTextStream",
    "TextStream",
    "WrappedSource",
]

_Item = TypeVar("_Item")


class ByteSource(ABC):
    """The body of one response as transferred, while it is on its way.

    Attributes:
        closed: whether it came to its end or was closed; what it held is released.
        cut: whether it was closed (or broke) before its end.
        trailers: the trailer fields that came behind the body, if any.
    """

    closed: bool = False
    cut: bool = False
    trailers: Headers | None = None

    @abstractmethod
    async def read_chunk(self) -> bytes:
        """Return the next bytes, never empty before the end; b"" at the end, then again b"".

        Raises:
            TransportError: the body ended early or broke; the source is closed.
        """
        ...

    @abstractmethod
    async def close(self) -> None:
        """Give up the rest and release what is held. Never raises; again does nothing."""
        ...

    def hurry(self, seconds: float) -> None:  # noqa: B027 - what is in memory has no need to
        """Let all that is still read come within so many seconds; later reads are too late."""

    async def abort(self) -> None:
        """Give up the rest, and do not trust what it came over any more. Never raises."""
        await self.close()

    def abandon(self) -> None:  # noqa: B027 - most have nothing to note
        """Note, without waiting or locking, that nobody will read or close this source."""

    def __del__(self) -> None:
        if not self.closed:
            self.closed = True
            self.abandon()  # first: the warning may be made an error
            # At the very end nothing can be imported any more, as to show a URL may need.
            if sys.is_finalizing():
                return
            warnings.warn(
                f"{self!r} was dropped without being read to its end or closed",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )


class BytesSource(ByteSource):
    """Bytes in memory, where a network would be: for adapters that answer by themselves."""

    closed: bool = True  # it holds nothing that must be released

    def __init__(self, data: bytes = b"") -> None:
        self._data = data

    async def read_chunk(self) -> bytes:
        return self.take()

    def take(self) -> bytes:
        """Return what is left, at once."""
        data, self._data = self._data, b""
        return data

    async def close(self) -> None:
        if self._data:
            self.cut = True
        self._data = b""


class WrappedSource(ByteSource):
    """A body that comes through another: the base of what `Response.wrap_source` is given.

    A subclass has a `read_chunk` over that of `source`, which takes `closed`, `cut` and `trailers` over
    where it ends. All else is passed on here, and `given_up` is told of an early end.

    Attributes:
        source: the other, which belongs to this one.
    """

    def __init__(self, source: ByteSource) -> None:
        self.source: ByteSource = source

    def hurry(self, seconds: float) -> None:
        """Pass it on."""
        self.source.hurry(seconds)

    async def close(self) -> None:
        """Give up the rest, as the other does."""
        await self._give_up(self.source.close)

    async def abort(self) -> None:
        """Give up the rest and what it came over, as the other does."""
        await self._give_up(self.source.abort)

    async def _give_up(self, how: Callable[[], Awaitable[None]]) -> None:
        if not self.closed:
            self.closed = self.cut = True
            try:
                await how()
            finally:
                await self.given_up()

    async def given_up(self) -> None:
        """Let go of what was held for the body, which was closed before its end. Called once."""

    def abandon(self) -> None:
        """Pass it on."""
        self.source.closed = True  # one warning is enough
        self.source.abandon()

    def __repr__(self) -> str:
        return repr(self.source)


class _Stream(Closing, Generic[_Item]):
    """What the streams of bytes and of text have in common.

    Args:
        next_: returns the next item, None at the end.
        close: releases what is held.
    """

    __slots__ = ("_close", "_next")

    def __init__(
        self,
        next_: Callable[[], Coroutine[Any, Any, _Item | None]],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._next = next_
        self._close = close

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> _Item:
        item = await self._next()
        if item is None:
            raise StopAsyncIteration
        return item

    async def close(self) -> None:
        """Release the connection; the rest of the body is given up."""
        await self._close()


class ByteStream(_Stream[bytes]):
    """Iterates over the pieces of a body, and closes the response when it is left early.

    ``async for piece in stream`` yields non-empty bytes. `close` (or leaving the ``async with``)
    releases the connection.
    """

    __slots__ = ()

    async def __anext__(self) -> bytes:
        piece = await self._next()
        if not piece:  # sources end with no bytes
            raise StopAsyncIteration
        return piece


class TextStream(_Stream[str]):
    """Iterates over the text of a body by the piece, or by the line; otherwise like `ByteStream`.

    Pieces are never empty. Lines come without their ends, so that they may be.
    """

    __slots__ = ()


class _SyncStream(SyncClosing, Generic[_Item]):
    """The twin of `_Stream`: a plain iterator."""

    __slots__ = ("_stream",)

    def __init__(self, stream: _Stream[_Item]) -> None:
        self._stream = stream

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Item:
        try:
            return run_sync(self._stream.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def close(self) -> None:
        """Release the connection; the rest of the body is given up."""
        run_sync(self._stream.close())


class SyncByteStream(_SyncStream[bytes]):
    """`ByteStream` for threads."""

    __slots__ = ()


class SyncTextStream(_SyncStream[str]):
    """`TextStream` for threads."""

    __slots__ = ()


class SyncNetworkStream(SyncClosing):
    """`NetworkStream` for threads, as a response hands it over."""

    __slots__ = ("_stream",)

    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes, b"" at the end; see `NetworkStream.read`."""
        return run_sync(self._stream.read(max_bytes, timeout))

    def write(self, data: bytes, timeout: float | None = None) -> None:
        """Send all of `data`; see `NetworkStream.write`."""
        run_sync(self._stream.write(data, timeout))

    def close(self) -> None:
        """Close the connection."""
        run_sync(self._stream.close())

    @property
    def peer(self) -> str:
        """The address at the other end, as `host:port`."""
        return self._stream.peer
