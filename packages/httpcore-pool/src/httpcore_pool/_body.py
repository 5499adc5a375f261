"""Request bodies: what a caller may give as content, its length, and whether it can be sent again.

What turns `data`, `json` and `files` into content lives in the client; this module knows only bytes
and where they come from. Files, which are read in threads, have a module of their own (`_file_body`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Generator,
    Iterable,
    Iterator,
    Mapping,
)
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from ._errors import BodyNotReplayable, InvalidRequest

if TYPE_CHECKING:
    from .backends.base import Backend

__all__ = ["AsyncFile", "BodyReader", "BytesBody", "Content", "RequestBody", "checked", "make_body"]


class AsyncFile(Protocol):
    """A file whose `read` is awaited, as of aiofiles, anyio or Trio."""

    def read(self, size: int = -1, /) -> Awaitable[bytes]:
        """Return up to so many bytes; b"" at the end."""
        ...


Content: TypeAlias = (
    str
    | bytes
    | bytearray
    | memoryview
    | IO[bytes]
    | AsyncFile
    | Iterable[bytes]
    | AsyncIterable[bytes]
    | None
)


class BodyReader(ABC):
    """Reads one pass over a request body."""

    __slots__ = ()

    @abstractmethod
    async def read_chunk(self) -> bytes:
        """Return the next bytes, never empty before the end; b"" at the end."""
        ...

    async def close(self) -> None:  # noqa: B027 - most have nothing to release
        """Give up the rest."""


class RequestBody(ABC):
    """Where the bytes of a request come from.

    Attributes:
        length: the number of bytes, or None where it is not known beforehand.
        replayable: whether `open` works more than once.
        opened: whether `open` was called.
        needs_loop: whether reading awaits something that only an event loop can give.
        eager: whether a piece must have left before the next one is read. Otherwise small pieces of
            a body whose length is known may wait for each other.
    """

    length: int | None = None
    replayable: bool = True
    opened: bool = False
    needs_loop: bool = False
    eager: bool = False

    def open(self, backend: Backend | None = None) -> BodyReader:
        """Start a pass over the bytes.

        Args:
            backend: the world to read in, whose threads may do what would block; None: right here.

        Raises:
            BodyNotReplayable: it is a one-shot iterator and was opened before.
        """
        if self.opened and not self.replayable:
            raise BodyNotReplayable(
                f"the request body, {self}, was used already and can't be read again; "
                "pass bytes, a list or a seekable file to make it replayable"
            )
        self.opened = True
        return self._open(backend)

    @abstractmethod
    def _open(self, backend: Backend | None) -> BodyReader: ...

    def __str__(self) -> str:
        return type(self).__name__


class _BytesReader(BodyReader):
    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read_chunk(self) -> bytes:
        data, self._data = self._data, b""
        return data


class BytesBody(RequestBody):
    """Bytes in memory."""

    def __init__(self, data: bytes) -> None:
        if not isinstance(data, bytes):
            raise TypeError(f"data must be bytes, not {type(data).__name__}")
        self.data: bytes = data
        self.length: int | None = len(data)

    def _open(self, backend: Backend | None) -> BodyReader:
        return _BytesReader(self.data)

    def __str__(self) -> str:
        return f"{self.length} bytes"


def checked(chunk: object, source: object) -> bytes:
    """Return a piece that a source gave as bytes, or raise a TypeError."""
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, (bytearray, memoryview)):
        return bytes(cast("bytes", chunk))
    raise TypeError(
        f"a request body must yield bytes, but {type(source).__name__} yielded "
        f"{type(chunk).__name__}; encode it first"
    )


class _IteratorReader(BodyReader):
    """Iterates in place, in the event loop too: a generator may belong to its thread."""

    __slots__ = ("_iterator", "_source")

    def __init__(self, iterator: Iterator[bytes], source: object) -> None:
        self._iterator = iterator
        self._source = source

    async def read_chunk(self) -> bytes:
        for chunk in self._iterator:
            if data := checked(chunk, self._source):
                return data
        return b""

    async def close(self) -> None:
        if issubclass(
            type(self._iterator), Generator
        ):  # other iterators have an owner who ends them
            cast("Any", self._iterator).close()


def _check_fresh(source: object, frame: str) -> None:
    """Refuse a generator that has ended: it would be sent as nothing."""
    if getattr(source, frame, source) is None:
        raise BodyNotReplayable(
            f"the request body, a {type(source).__name__}, was used up before; make a new one"
        )


class _IterableBody(RequestBody):
    def __init__(self, source: Iterable[bytes]) -> None:
        self._source = source
        self._iterator: Iterator[bytes] | None = None
        self.replayable = not isinstance(source, Iterator)

    def _open(self, backend: Backend | None) -> BodyReader:
        _check_fresh(self._source, "gi_frame")
        iterator = iter(self._source)
        if iterator is self._iterator:
            raise _hands_out_one(self)
        self._iterator = iterator
        return _IteratorReader(iterator, self._source)

    def __str__(self) -> str:
        return f"a {type(self._source).__name__}"


class _AsyncIteratorReader(BodyReader):
    __slots__ = ("_iterator", "_source")

    def __init__(self, iterator: AsyncIterator[bytes], source: object) -> None:
        self._iterator = iterator
        self._source = source

    async def read_chunk(self) -> bytes:
        async for chunk in self._iterator:
            if data := checked(chunk, self._source):
                return data
        return b""

    async def close(self) -> None:
        if issubclass(type(self._iterator), AsyncGenerator):
            await cast("Any", self._iterator).aclose()


class _AsyncIterableBody(RequestBody):
    needs_loop: bool = True

    def __init__(self, source: AsyncIterable[bytes]) -> None:
        self._source = source
        self._iterator: AsyncIterator[bytes] | None = None
        self.replayable = not isinstance(source, AsyncIterator)

    def _open(self, backend: Backend | None) -> BodyReader:
        _check_fresh(self._source, "ag_frame")
        iterator = aiter(self._source)
        if iterator is self._iterator:
            raise _hands_out_one(self)
        self._iterator = iterator
        return _AsyncIteratorReader(iterator, self._source)

    def __str__(self) -> str:
        return f"an {type(self._source).__name__}"


def _hands_out_one(body: RequestBody) -> BodyNotReplayable:
    return BodyNotReplayable(
        f"the request body, {body}, can't be read again: it gives the same iterator each time"
    )


def make_body(content: Content | RequestBody) -> RequestBody | None:
    """Turn what callers may give as content into a body; None where there is none.

    Text is sent as UTF-8. A file gives what remains of it. An iterator can be sent once, other
    iterables and seekable files again. Iterators run where the request does: one that blocks holds up
    an event loop, a file does not.

    Raises:
        TypeError: it is nothing that bytes can be read from.
        InvalidRequest: it is text with a surrogate in it.
    """
    if content is None or isinstance(content, RequestBody):
        return content
    if isinstance(content, bytes):
        return BytesBody(content)
    if isinstance(content, str):
        try:
            return BytesBody(content.encode("utf-8"))
        except UnicodeEncodeError as error:
            raise InvalidRequest(
                f"content can't be sent as UTF-8: {error.reason} at position {error.start}"
            ) from error
    if isinstance(content, (bytearray, memoryview)):
        return BytesBody(bytes(content))
    if isinstance(content, Mapping):
        raise TypeError("content can't be a mapping; use data= for a form or json= for JSON")
    if hasattr(content, "status_code"):
        raise TypeError("content is a response; give its content, or what its stream() returns")
    if hasattr(content, "read"):
        from ._file_body import make_file_body  # what most requests have no need of

        return make_file_body(content)
    if isinstance(content, AsyncIterable):
        return _AsyncIterableBody(content)
    if isinstance(content, Iterable):
        return _IterableBody(content)
    if hasattr(content, "__fspath__"):
        raise TypeError("content is a path; open the file that it names: open(path, 'rb')")
    raise TypeError(
        "content must be bytes, text, a binary file, an iterable or async iterable of bytes, "
        f"or None, not {type(content).__name__}"
    )
