"""Request bodies: what a caller may give as content, its length, and whether it can be sent again.

What turns `data`, `json` and `files` into content lives in the client; this module knows only bytes
and where they come from.
"""

from __future__ import annotations

import io
import os
import stat
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import IO, Any, TypeAlias, cast

from ._errors import BodyNotReplayable, InvalidRequest

__all__ = ["BodyReader", "BytesBody", "Content", "RequestBody", "make_body"]

_FILE_PIECE_BYTES = 64 * 1024

Content: TypeAlias = (
    str | bytes | bytearray | memoryview | IO[bytes] | Iterable[bytes] | AsyncIterable[bytes] | None
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
    """

    length: int | None = None
    replayable: bool = True
    opened: bool = False
    needs_loop: bool = False

    def open(self) -> BodyReader:
        """Start a pass over the bytes.

        Raises:
            BodyNotReplayable: it is a one-shot iterator and was opened before.
        """
        if self.opened and not self.replayable:
            raise BodyNotReplayable(
                f"the request body, {self}, was used already and can't be read again; "
                "pass bytes, a list or a seekable file to make it replayable"
            )
        self.opened = True
        return self._open()

    @abstractmethod
    def _open(self) -> BodyReader: ...

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
        self.data: bytes = data
        self.length: int | None = len(data)

    def _open(self) -> BodyReader:
        return _BytesReader(self.data)

    def __str__(self) -> str:
        return f"{self.length} bytes"


def _checked(chunk: object, source: object) -> bytes:
    if isinstance(chunk, bytes):
        return chunk
    if isinstance(chunk, (bytearray, memoryview)):
        return bytes(cast("bytes", chunk))
    raise TypeError(
        f"a request body must yield bytes, but {type(source).__name__} yielded "
        f"{type(chunk).__name__}; encode it first"
    )


class _IteratorReader(BodyReader):
    __slots__ = ("_iterator", "_source")

    def __init__(self, iterator: Iterator[bytes], source: object) -> None:
        self._iterator = iterator
        self._source = source

    async def read_chunk(self) -> bytes:
        for chunk in self._iterator:
            if data := _checked(chunk, self._source):
                return data
        return b""


class _IterableBody(RequestBody):
    def __init__(self, source: Iterable[bytes]) -> None:
        self._source = source
        self.replayable = not isinstance(source, Iterator)

    def _open(self) -> BodyReader:
        return _IteratorReader(iter(self._source), self._source)

    def __str__(self) -> str:
        return f"a {type(self._source).__name__}"


class _AsyncIteratorReader(BodyReader):
    __slots__ = ("_iterator", "_source")

    def __init__(self, iterator: AsyncIterator[bytes], source: object) -> None:
        self._iterator = iterator
        self._source = source

    async def read_chunk(self) -> bytes:
        async for chunk in self._iterator:
            if data := _checked(chunk, self._source):
                return data
        return b""

    async def close(self) -> None:
        if hasattr(self._iterator, "aclose"):
            await cast("Any", self._iterator).aclose()


class _AsyncIterableBody(RequestBody):
    needs_loop: bool = True

    def __init__(self, source: AsyncIterable[bytes]) -> None:
        self._source = source
        self.replayable = not isinstance(source, AsyncIterator)

    def _open(self) -> BodyReader:
        return _AsyncIteratorReader(aiter(self._source), self._source)

    def __str__(self) -> str:
        return f"an {type(self._source).__name__}"


class _FileReader(BodyReader):
    __slots__ = ("_file", "_left")

    def __init__(self, file: IO[bytes], length: int | None) -> None:
        self._file = file
        self._left = length

    async def read_chunk(self) -> bytes:
        size = _FILE_PIECE_BYTES if self._left is None else min(self._left, _FILE_PIECE_BYTES)
        data = _checked(self._file.read(size), self._file) if size else b""
        if self._left is not None:
            self._left -= len(data)
        return data


class _FileBody(RequestBody):
    """What remains of a file, from where it stands."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._start = _position(file)
        self.replayable = self._start is not None
        self.length = None if self._start is None else _remaining(file, self._start)

    def _open(self) -> BodyReader:
        if self._start is not None:
            self._file.seek(self._start)
        return _FileReader(self._file, self.length)

    def __str__(self) -> str:
        return f"a {type(self._file).__name__}"


def _position(file: IO[bytes]) -> int | None:
    try:
        return file.tell() if file.seekable() else None
    except (OSError, AttributeError):
        return None


def _remaining(file: IO[bytes], start: int) -> int | None:
    """Bytes left, for the kinds of file whose size is the number of bytes that read() gives.

    A GzipFile, say, has a descriptor too, but its size is not the length of what it yields.
    """
    raw: object = getattr(file, "file", file)  # tempfile's wrapper
    if isinstance(raw, io.BytesIO):
        return max(0, len(raw.getbuffer()) - start)
    if isinstance(raw, (io.BufferedReader, io.BufferedRandom)):
        raw = cast("Any", raw).raw
    if isinstance(raw, io.FileIO):
        status = os.fstat(raw.fileno())
        if stat.S_ISREG(status.st_mode):
            return max(0, status.st_size - start)
    return None


def make_body(content: Content | RequestBody) -> RequestBody | None:
    """Turn what callers may give as content into a body; None where there is none.

    Text is sent as UTF-8. A file gives what remains of it. An iterator can be sent once, other
    iterables and seekable files again.

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
    if isinstance(content, io.TextIOBase):
        raise TypeError("content is a file open in text mode; open it in binary mode ('rb')")
    if isinstance(content, Mapping):
        raise TypeError("content can't be a mapping; use data= for a form or json= for JSON")
    if hasattr(content, "read"):
        return _FileBody(cast("IO[bytes]", content))
    if isinstance(content, AsyncIterable):
        return _AsyncIterableBody(content)
    if isinstance(content, Iterable):
        return _IterableBody(content)
    raise TypeError(
        "content must be bytes, text, a binary file, an iterable or async iterable of bytes, "
        f"or None, not {type(content).__name__}"
    )
