"""HTTP/2 frames as octets (RFC 9113 4, 6): cutting them out of what comes in, writing our own.

What a frame means is decided in `_http2_protocol`.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from h2.errors import ErrorCodes

from ._http11_head import escaped

__all__ = [
    "ACK",
    "CANCEL",
    "CONTINUATION",
    "DATA",
    "END_HEADERS",
    "END_STREAM",
    "GOAWAY",
    "HEADERS",
    "MAX_FRAME_BYTES",
    "MAX_ID",
    "PING",
    "PRIORITY",
    "PUSH_PROMISE",
    "RST_STREAM",
    "SETTINGS",
    "WINDOW_UPDATE",
    "Fault",
    "FrameBuffer",
    "StreamFault",
    "code_name",
    "content_of",
    "data_header",
    "goaway_frame",
    "head_frames",
    "ping_frame",
    "reset_frame",
    "two_numbers",
    "window_frame",
]

# Types (RFC 9113 6).
DATA: Final = 0x0
HEADERS: Final = 0x1
PRIORITY: Final = 0x2
RST_STREAM: Final = 0x3
SETTINGS: Final = 0x4
PUSH_PROMISE: Final = 0x5
PING: Final = 0x6
GOAWAY: Final = 0x7
WINDOW_UPDATE: Final = 0x8
CONTINUATION: Final = 0x9

# Flags.
END_STREAM: Final = 0x1
ACK: Final = 0x1
END_HEADERS: Final = 0x4
_PADDED: Final = 0x8
_WITH_PRIORITY: Final = 0x20

MAX_FRAME_BYTES: Final = 16_384  # what a receiver allows that says nothing else: RFC 9113 4.2
_HEADER_BYTES: Final = 9
_HEADER = Struct(">HBBBL")  # the length is the first two: 24 bits
_FRAME_OF_ONE = Struct(">HBBBLL")
_TWO = Struct(">LL")
MAX_ID: Final = 0x7FFF_FFFF  # without the reserved bit, which is ignored; the largest window, too


CANCEL: Final = ErrorCodes.CANCEL


class Fault(Exception):
    """The peer broke the protocol in a way that ends the connection (RFC 9113 5.4.1).

    Attributes:
        code: the error code for GOAWAY.
    """

    def __init__(self, code: ErrorCodes, message: str) -> None:
        super().__init__(message)
        self.code = code


class StreamFault(Exception):
    """The peer broke the protocol in a way that ends one stream (RFC 9113 5.4.2).

    Attributes:
        code: the error code for RST_STREAM.
    """

    def __init__(self, code: ErrorCodes, message: str) -> None:
        super().__init__(message)
        self.code = code


class FrameBuffer:
    """Cuts octets into frames, however they come."""

    __slots__ = ("_at", "_begins", "_data", "_started")

    def __init__(self) -> None:
        self._data = b""
        self._at = 0
        self._begins = 0  # where the last frame that was returned begins
        self._started = False

    def feed(self, data: bytes) -> None:
        """Take octets."""
        self._data = self._data[self._at :] + data
        self._at = 0

    def next(self) -> tuple[int, int, int, bytes] | None:
        """Return type, flags, stream identifier and payload of the next frame; None if it is not whole.

        Raises:
            Fault: it is too large, or this is not HTTP/2 at all.
        """
        at = self._at
        data = self._data
        begins = at + _HEADER_BYTES
        if begins > len(data):
            return None
        high, low, kind, flags, stream_id = _HEADER.unpack_from(data, at)
        length = high << 8 | low
        if length > MAX_FRAME_BYTES:
            self._refuse()
        self._started = True
        end = begins + length
        if end > len(data):
            return None
        self._begins, self._at = at, end
        return kind, flags, stream_id & MAX_ID, data[begins:end]

    def octets(self) -> bytes:
        """Return the whole of the frame that `next` returned last."""
        return self._data[self._begins : self._at]

    def _refuse(self) -> None:
        if not self._started:  # whatever it is, it is no frame: most likely HTTP/1.1
            line = self._data.partition(b"\r\n")[0]
            raise Fault(
                ErrorCodes.PROTOCOL_ERROR,
                f"the server does not speak HTTP/2 here, it answered {escaped(line)}",
            )
        raise Fault(ErrorCodes.FRAME_SIZE_ERROR, f"a frame of more than {MAX_FRAME_BYTES} bytes")


def content_of(flags: int, payload: bytes, *, priority: bool = False) -> bytes:
    """Return the payload of DATA or HEADERS without padding and priority (RFC 9113 6.1, 6.2).

    Raises:
        Fault: it is too short for what the flags say.
    """
    padded = flags & _PADDED
    begin, end = 1 if padded else 0, len(payload)
    if priority and flags & _WITH_PRIORITY:
        begin += 5
    if begin > end:
        raise Fault(ErrorCodes.FRAME_SIZE_ERROR, "a frame that is too short for its flags")
    if padded:
        end -= payload[0]
        if begin > end:
            raise Fault(ErrorCodes.PROTOCOL_ERROR, "a frame with more padding than payload")
    return payload[begin:end]


def head_frames(stream_id: int, block: bytes, *, end: bool) -> bytes:
    """Write HEADERS, and CONTINUATION as needed (RFC 9113 6.2, 6.10)."""
    kind, flags = HEADERS, END_STREAM if end else 0
    written = b""
    while len(block) > MAX_FRAME_BYTES:
        piece, block = block[:MAX_FRAME_BYTES], block[MAX_FRAME_BYTES:]
        written += _header(len(piece), kind, flags, stream_id) + piece
        kind, flags = CONTINUATION, 0
    return written + _header(len(block), kind, flags | END_HEADERS, stream_id) + block


def data_header(stream_id: int, length: int, *, end: bool) -> bytes:
    """Write what comes before so many bytes of content (RFC 9113 6.1)."""
    return _header(length, DATA, END_STREAM if end else 0, stream_id)


def _header(length: int, kind: int, flags: int, stream_id: int) -> bytes:
    return _HEADER.pack(length >> 8, length & 0xFF, kind, flags, stream_id)


def reset_frame(stream_id: int, code: int) -> bytes:
    """Write RST_STREAM (RFC 9113 6.4)."""
    return _FRAME_OF_ONE.pack(0, 4, RST_STREAM, 0, stream_id, code)


def window_frame(stream_id: int, increment: int) -> bytes:
    """Write WINDOW_UPDATE (RFC 9113 6.9); the stream 0 is the connection."""
    return _FRAME_OF_ONE.pack(0, 4, WINDOW_UPDATE, 0, stream_id, increment)


def ping_frame(number: int) -> bytes:
    """Write PING (RFC 9113 6.7)."""
    return _header(8, PING, 0, 0) + number.to_bytes(8)


def goaway_frame(code: int) -> bytes:
    """Write GOAWAY of a client that was pushed nothing (RFC 9113 6.8)."""
    return _header(8, GOAWAY, 0, 0) + _TWO.pack(0, code)


def two_numbers(payload: bytes) -> tuple[int, int]:
    """Return what GOAWAY begins with: last stream identifier and error code (RFC 9113 6.8)."""
    last, code = _TWO.unpack_from(payload)
    return last & MAX_ID, code


def code_name(code: int) -> str:
    """Return the name of an error code (RFC 9113 7)."""
    try:
        return ErrorCodes(code).name
    except ValueError:
        return f"error {code:#x}"
