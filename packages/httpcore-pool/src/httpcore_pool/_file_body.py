"""Files as request bodies: what remains of them from where they stand, in bounded memory.

Decides whose length is known, who can be sent again, and who is read in a thread: what the standard
library's `io` reads, since a disk may keep an event loop waiting. Objects of other kinds that have `read`
may belong to their thread, and are read in place, as iterators are.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import AsyncIterable
from typing import IO, TYPE_CHECKING, Any, cast

from ._body import BodyReader, RequestBody, checked
from ._errors import LocalProtocolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._body import AsyncFile
    from .backends.base import Backend

__all__ = ["make_file_body"]

_PIECE_BYTES = 1024 * 1024  # what is read at once: in smaller pieces the way to a thread costs more
_PIPE_PIECE_BYTES = 64 * 1024  # most that a pipe holds

# Wrappers that give a file's bytes as they are, by the package they come from: where the file is.
_WRAPPERS = {"aiofiles": "_file", "anyio": "wrapped", "tempfile": "file", "trio": "wrapped"}


def make_file_body(file: Any) -> RequestBody:
    """Return the body for a file, sync or async.

    Raises:
        TypeError: it is open in text mode, or not for reading.
        ValueError: it is closed.
    """
    inner = getattr(file, _WRAPPERS.get(_package(file), ""), None)
    plain: Any = inner if isinstance(inner, io.IOBase) else file
    if isinstance(plain, io.TextIOBase) or _gives_text(plain):
        raise TypeError("content is a file open in text mode; open it in binary mode ('rb')")
    if isinstance(plain, io.IOBase):
        if not plain.readable():
            raise TypeError("content is a file that is not open for reading; open it with 'rb'")
    elif _reads_async(plain):
        return _AsyncFileBody(plain)
    return _FileBody(cast("IO[bytes]", plain), file)


def _gives_text(file: Any) -> bool:
    """Whether what has an encoding gives text: some that make up bytes as they go have one, too."""
    if not isinstance(getattr(file, "encoding", None), str):
        return False
    return _reads_async(file) or not isinstance(file.read(0), bytes)


def _package(file: object) -> str:
    return type(file).__module__.partition(".")[0]


def _reads_async(file: Any) -> bool:
    if isinstance(file, AsyncIterable):
        return True
    from inspect import iscoroutinefunction  # slow to import, and seldom needed

    return iscoroutinefunction(file.read)


class _FileBody(RequestBody):
    """What remains of a file, from where it stands.

    Args:
        file: what is read.
        given: what the caller gave. It is kept, since a temporary file closes with its wrapper.
    """

    def __init__(self, file: IO[bytes], given: object) -> None:
        self._file = file
        self._given = given
        status = _status(file)
        self._start = start = _position(file, status)
        self.replayable = start is not None
        self.length = None if start is None else _remaining(file, start, status)

    def _open(self, backend: Backend | None) -> BodyReader:
        if isinstance(self._file, io.BytesIO) or not isinstance(self._file, io.IOBase):
            backend = None  # in memory, or not known to allow another thread
        if self._start is None:
            return _PipeReader(self._file, backend)
        return _FileReader(self._file, self._start, self.length, backend)

    def __str__(self) -> str:
        return f"a {type(self._given).__name__}"


class _PipeReader(BodyReader):
    """Reads what comes, as it comes: a pipe, a socket, or whatever has `read`."""

    __slots__ = ("_backend", "_file", "_read")

    def __init__(self, file: IO[bytes], backend: Backend | None) -> None:
        self._file = file
        self._backend = backend
        # read would wait until there is a whole piece.
        self._read: Callable[[int], object] = getattr(file, "read1", file.read)

    async def read_chunk(self) -> bytes:
        if self._backend is None:
            return checked(self._read(_PIPE_PIECE_BYTES), self._file)
        # It may wait for ever. What comes after a cancel is lost, but the body counts as used.
        read = self._backend.to_thread(self._read, _PIPE_PIECE_BYTES, abandon_on_cancel=True)
        return checked(await read, self._file)


class _FileReader(BodyReader):
    """Reads a seekable file from a position of its own, which nobody else moves."""

    __slots__ = ("_backend", "_file", "_left", "_position")

    def __init__(
        self, file: IO[bytes], position: int, length: int | None, backend: Backend | None
    ) -> None:
        self._file = file
        self._position = position
        self._left = length
        self._backend = backend

    async def read_chunk(self) -> bytes:
        left = self._left
        size = _PIECE_BYTES if left is None else min(left, _PIECE_BYTES)
        if not size:
            return b""
        if self._backend is None:
            data = self._read(size)
        else:
            data = await self._backend.to_thread(self._read, size)
        if left is not None:
            self._left = left - len(data)
            if not data:
                raise LocalProtocolError(
                    f"the file ended {left} bytes before the length that it had; it was cut while "
                    "it was sent"
                )
        return data

    def _read(self, size: int) -> bytes:
        file = self._file
        file.seek(self._position)
        data = checked(file.read(size), file)
        self._position += len(data)
        if file.tell() != self._position:
            raise LocalProtocolError(
                "the file was read or moved elsewhere while it was sent; open it once for each "
                "request that runs at the same time"
            )
        return data


class _AsyncFileBody(RequestBody):
    """What an object with an async `read` still gives. Where it stands can't be asked without waiting."""

    needs_loop: bool = True
    replayable: bool = False

    def __init__(self, file: AsyncFile) -> None:
        self._file = file

    def _open(self, backend: Backend | None) -> BodyReader:
        return _AsyncFileReader(self._file)

    def __str__(self) -> str:
        return f"a {type(self._file).__name__}"


class _AsyncFileReader(BodyReader):
    __slots__ = ("_file",)

    def __init__(self, file: AsyncFile) -> None:
        self._file = file

    async def read_chunk(self) -> bytes:
        return checked(await self._file.read(_PIECE_BYTES), self._file)


def _status(file: object) -> os.stat_result | None:
    """What the system says of a file, for the kinds whose bytes are those that read() gives.

    A GzipFile, say, has a descriptor too, but its size is not the length of what it yields.
    """
    raw = file
    if isinstance(file, (io.BufferedReader, io.BufferedRandom)):
        raw = cast("Any", file).raw
    return os.fstat(raw.fileno()) if isinstance(raw, io.FileIO) else None


def _position(file: IO[bytes], status: os.stat_result | None) -> int | None:
    if status is not None and stat.S_ISCHR(status.st_mode):
        return None  # /dev/zero can be moved, and is always at 0
    try:
        return file.tell() if file.seekable() else None
    except (OSError, AttributeError):
        return None


def _remaining(file: IO[bytes], start: int, status: os.stat_result | None) -> int | None:
    """Bytes left, where that can be known."""
    if isinstance(file, io.BytesIO):
        return max(0, len(file.getbuffer()) - start)
    if _package(file) == "tempfile":  # in memory or on disk: it keeps that to itself
        end = file.seek(0, io.SEEK_END)
        file.seek(start)
        return max(0, end - start)
    if status is None or not stat.S_ISREG(status.st_mode):
        return None
    if not status.st_size and file.read(1):  # as in /proc: it is made when it is read
        file.seek(start)
        return None
    return max(0, status.st_size - start)
