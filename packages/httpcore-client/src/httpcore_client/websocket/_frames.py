"""Frames (RFC 6455 5.2). Pure.

All of ours are written here. Of the server's, the usual ones are read here: control frames (wsproto does not
know all codes of a Close), and those that are a whole message, and there whole. wsproto, the referee, reads
every other one from its first octet on and says what is wrong with it; here only its end is found. Tests hold
both together.
"""

from __future__ import annotations

import struct
from os import urandom
from typing import TYPE_CHECKING, Any

from ._wsproto import CloseReason, FrameProtocol, Opcode, ParseFailed

if TYPE_CHECKING:
    from ._deflate import Payloads

__all__ = ["CODES", "NO_STATUS", "Reader", "write_frame"]

# RFC 6455 7.4: what may be in a Close; 1012 to 1014 came later, in IANA's registry.
CODES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})
NO_STATUS = 1005  # RFC 6455 7.4.1: never on the wire

_XOR = [bytes(octet ^ key for octet in range(256)) for key in range(256)]
# By their first octet, which has FIN: what they are, and whether compressed (RSV1, RFC 7692 6).
_MESSAGES = (Opcode.TEXT, Opcode.BINARY)
_CONTROLS = (Opcode.CLOSE, Opcode.PING, Opcode.PONG)
_USUAL = {0x80 | kind: (kind, False) for kind in (*_MESSAGES, *_CONTROLS)}
_COMPRESSED = {0xC0 | kind: (kind, True) for kind in _MESSAGES}
_MOST_EMPTY = 1000  # fragments of one message that bring nothing: each costs more than its octets


def write_frame(opcode: int, payload: bytes, *, compressed: bool = False) -> bytes:
    """Return a frame of ours: a whole message, or a control frame; masked with a key of its own (5.3)."""
    first, size = 0x80 | opcode | (0x40 if compressed else 0), len(payload)
    if size < 126:
        head = struct.pack("!BB", first, 0x80 | size)
    elif size < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, size)
    key = urandom(4)
    masked = bytearray(payload)
    for at in range(4):
        masked[at::4] = masked[at::4].translate(_XOR[key[at]])
    return b"".join((head, key, masked))


class Reader:
    """The frames of a server.

    Args:
        payloads: bounds and inflates messages; what is compressed is agreed on before.
    """

    __slots__ = (
        *("_at", "_data", "_empty", "_in_fragments", "_owed", "_payloads", "_referee", "_refers"),
        "_usual",
    )

    def __init__(self, payloads: Payloads) -> None:
        self._payloads = payloads
        self._referee = FrameProtocol(client=True, extensions=[payloads])
        self._data = b""
        self._at = 0  # where the next frame, or what is left of the last one, begins in it
        self._owed = 0  # octets of a frame of the referee's that it has not been given
        self._refers = False  # the referee may have something to tell
        self._in_fragments = False  # and reads a message that has not ended
        self._empty = 0  # fragments of it
        self._usual = _USUAL | _COMPRESSED if payloads.agreed else _USUAL

    def feed(self, data: bytes) -> None:
        """Take octets; nothing is made of them yet."""
        self._data = (
            self._data[self._at :] + data
        )  # before it: part of a head or control frame, at most
        self._at = 0

    def next(self) -> tuple[Opcode, Any, bool] | None:
        """Return what comes next: its kind, what it says (text, bytes), and whether a message ends with it.

        Of a message that may be a piece; a Close says its code and reason. None where octets are missing.

        Raises:
            ParseFailed: the server broke the protocol, or the message is too big.
        """
        while True:
            if self._refers:
                for frame in self._referee.received_frames():
                    return frame.opcode, frame.payload, frame.message_finished
                self._refers = False
            data, at = self._data, self._at
            if not self._owed:
                if (bounds := self._bounds(data, at)) is None:
                    return None
                start, end = bounds
                kind = self._usual.get(data[at])
                if kind and self._is_usual(kind[0], start - at, end - start):
                    if end <= len(data):
                        self._at = end
                        return self._whole(*kind, data[start:end])
                    if kind[0] >= Opcode.CLOSE:
                        return None
                if data[at] & 0x0F < Opcode.CLOSE:
                    self._fragment(data[at] >= 0x80, start == end)
                self._owed = end - at
            given = data[at : at + self._owed]
            if not given:
                return None
            self._at += len(given)
            self._owed -= len(given)
            self._referee.receive_bytes(given)
            self._refers = True

    def _fragment(self, is_last: bool, is_empty: bool) -> None:  # noqa: FBT001
        self._in_fragments = not is_last
        self._empty = 0 if is_last else self._empty + is_empty
        if self._empty > _MOST_EMPTY:
            raise ParseFailed(
                f"more than {_MOST_EMPTY} empty fragments", CloseReason.POLICY_VIOLATION
            )

    @staticmethod
    def _bounds(data: bytes, at: int) -> tuple[int, int] | None:
        """Return where the payload of a frame begins and ends; None before that is known."""
        start = at + 2
        if len(data) < start:
            return None
        size = data[at + 1] & 0x7F
        if size > 125:
            start += 2 if size == 126 else 8
            if len(data) < start:
                return None
            size = int.from_bytes(data[at + 2 : start], "big")
        if data[at + 1] & 0x80:  # a mask, which none of a server's has
            start += 4
        return start, start + size

    def _is_usual(self, opcode: Opcode, head: int, size: int) -> bool:
        """Whether a frame comes where it may, with no mask and no longer head than it needs, and fits."""
        if opcode >= Opcode.CLOSE:
            return head == 2  # 5.5: it has 125 bytes at most
        shortest = 2 if size < 126 else 4 if size < 65536 else 10
        return not self._in_fragments and head == shortest and self._payloads.fits(size)

    def _whole(
        self,
        opcode: Opcode,
        compressed: bool,  # noqa: FBT001
        payload: bytes,
    ) -> tuple[Opcode, Any, bool]:
        if compressed:
            payload = self._payloads.inflate(payload)
        if opcode is Opcode.TEXT:
            return opcode, _text(payload), True
        return opcode, _closing(payload) if opcode is Opcode.CLOSE else payload, True


def _closing(payload: bytes) -> tuple[int, str]:
    """Return the code and the reason of a Close (RFC 6455 5.5.1)."""
    if not payload:
        return NO_STATUS, ""
    code = int.from_bytes(payload[:2], "big")
    if len(payload) < 2 or code not in CODES:
        raise ParseFailed("a Close whose code may not be sent")
    return code, _text(payload[2:])


def _text(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise ParseFailed(str(error), CloseReason.INVALID_FRAME_PAYLOAD_DATA) from None
