"""What comes back over HTTP/1.1, from octets to the pieces of a body: readers without I/O.

A `ResponseReader` is given octets as they come and gives the body out. Those here belong to the quick
lane, behind a head that `read_head` has read; a chunked body is left to h11 (`_http11_referee`) from the
first line on that is more than a plain one.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from .._errors import RemoteProtocolError
from ._http11_head import CHUNKED, escaped

if TYPE_CHECKING:
    from .._config import MessageLimits
    from ._http11_head import ResponseHead
    from ._http11_referee import H11Reader

__all__ = ["PLAIN_CHUNK_BYTES", "ChunkedReader", "LengthReader", "ResponseReader", "reader_for"]

PLAIN_CHUNK_BYTES = 24
"""A chunk's line, its CR LF and those behind the chunk: what no sender can do without (RFC 9112 7.1)."""

_CRLF = b"\r\n"
_CUT_SHORT = "peer closed connection without sending complete message body"


class ResponseReader(ABC):
    """Turns the octets of one response's body into its pieces."""

    __slots__ = ()

    @abstractmethod
    def feed(self, data: bytes) -> None:
        """Take the next octets; b"" is the end of the connection.

        Raises:
            RemoteProtocolError: the body can't end here.
        """
        ...

    @abstractmethod
    def next(self) -> bytes | None:
        """Return the next piece of the body, b"" at its end, None where more octets are needed.

        Raises:
            RemoteProtocolError: the body is malformed.
        """
        ...

    @property
    @abstractmethod
    def left(self) -> int | None:
        """How many octets of the body are still to come; None if that is not known."""
        ...

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        """The trailer fields (RFC 9112 7.1.2), once the end has come."""
        return []

    @property
    def switched(self) -> bytes | None:
        """The octets behind a 101, or a 2xx to CONNECT: no longer HTTP. None if nothing switched."""
        return None

    @property
    @abstractmethod
    def reusable(self) -> bool:
        """At the end: whether the connection stands right before another response."""
        ...


def reader_for(head: ResponseHead, limits: MessageLimits) -> ResponseReader:
    """Return the quick lane's reader for the body behind a head, with its first octets in it."""
    if head.length == CHUNKED:
        return ChunkedReader(head.rest, limits, keeps=head.keeps)
    return LengthReader(head.length, head.rest, keeps=head.keeps)


class LengthReader(ResponseReader):
    """A body framed by its Content-Length, or none at all (length 0)."""

    __slots__ = ("_data", "_keeps", "_left", "_length")

    def __init__(self, length: int, data: bytes, *, keeps: bool) -> None:
        self._length = self._left = length
        self._data = data
        self._keeps = keeps

    def feed(self, data: bytes) -> None:
        if not data:
            received = self._length - self._left
            raise RemoteProtocolError(
                f"{_CUT_SHORT} (received {received} bytes, expected {self._length})"
            )
        self._data = data

    def next(self) -> bytes | None:
        left = self._left
        if not left:
            return b""
        data = self._data
        if not data:
            return None
        size = len(data)
        if size <= left:
            self._left = left - size
            self._data = b""
            return data
        # What follows nobody asked for. The data stay, so that the connection is not used again.
        self._left = 0
        return data[:left]

    @property
    def left(self) -> int | None:
        return self._left

    @property
    def reusable(self) -> bool:
        return self._keeps and not self._data


# RFC 9112 7.1, without extensions: a chunk's line, and the beginning of what may become one.
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})\r\n")
_SIZE_START = re.compile(rb"[0-9A-Fa-f]{0,16}\r?")


class ChunkedReader(ResponseReader):
    """A chunked body of plain chunks; from the first extension or trailer on h11 reads it."""

    __slots__ = (
        "_at",
        "_data",
        "_ended",
        "_footer",
        "_h11",
        "_keeps",
        "_left",
        "_limits",
        "_spare",
    )

    def __init__(self, data: bytes, limits: MessageLimits, *, keeps: bool) -> None:
        self._data = data
        self._at = 0
        self._left = 0  # of the chunk that was begun
        self._footer = False  # whether that chunk's CR LF is still to come
        self._ended = False
        self._keeps = keeps
        self._limits = limits
        self._spare = 0  # octets, of those that plain chunks may have
        self._h11: H11Reader | None = None

    def feed(self, data: bytes) -> None:
        if self._h11 is not None:
            self._h11.feed(data)
        elif not data:
            raise RemoteProtocolError(f"{_CUT_SHORT} (incomplete chunked read)")
        else:
            rest = self._data[self._at :]
            self._data = rest + data if rest else data
            self._at = 0

    def next(self) -> bytes | None:
        if self._h11 is not None:
            return self._h11.next()
        if self._ended:
            return b""
        if self._footer and not self._left and not self._end_chunk():
            return None
        if not self._left:
            line = _SIZE_LINE.match(self._data, self._at)
            size = int(line[1], 16) if line is not None else 0
            if line is None or size == 0:
                return self._end_body(line)
            self._spare += PLAIN_CHUNK_BYTES - len(_CRLF) - (line.end() - self._at)
            self._at = line.end()
            self._left = size
            self._footer = True
        begin = self._at
        piece = self._data[begin : begin + self._left]
        if not piece:
            return None
        self._at = begin + len(piece)
        self._left -= len(piece)
        return piece

    def _end_chunk(self) -> bool:
        """Pass over the CR LF behind a chunk; False if it has not come yet."""
        found = self._data[self._at : self._at + 2]
        if found == _CRLF:
            self._at += 2
            self._footer = False
            return True
        if _CRLF.startswith(found):
            return False
        raise RemoteProtocolError(f"malformed chunk footer: {escaped(found)} (expected {_CRLF!r})")

    def _end_body(self, last: re.Match[bytes] | None) -> bytes | None:
        """Read the last chunk and the empty line behind it, or leave to h11 what else stands here."""
        data, at = self._data, self._at
        if last is not None:
            found = data[last.end() : last.end() + 2]
            if found == _CRLF:
                self._at = last.end() + 2
                self._ended = True
                return b""
            if _CRLF.startswith(found):
                return None
        elif _SIZE_START.fullmatch(data, at):
            return None
        from ._http11_referee import H11Reader

        self._h11 = H11Reader.inside_chunked(
            self._limits, data[at:], keeps=self._keeps, spare=self._spare
        )
        return self._h11.next()

    @property
    def left(self) -> int | None:
        return None

    @property
    def trailers(self) -> list[tuple[bytes, bytes]]:
        return [] if self._h11 is None else self._h11.trailers

    @property
    def reusable(self) -> bool:
        if self._h11 is not None:
            return self._h11.reusable
        return self._keeps and self._at == len(self._data)
