"""WebSocket frames, read naively: what a server has said, and what a client has sent (RFC 6455, RFC 7692)."""

import codecs
import zlib
from typing import NamedTuple

from wsproto.extensions import PerMessageDeflate
from wsproto.frame_protocol import FrameProtocol

from testkit.websocket import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT

_TAIL = b"\x00\x00\xff\xff"  # RFC 7692 7.2.1
_LAST_BLOCK = b"\x01\x00\x00\xff\xff"
_MOST_INFLATED = 1_000_000  # of what is too much anyway
_ANY_FAULT = frozenset({1002, 1007, 1009})
CODES = {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}  # RFC 6455 7.4, and IANA's


class Agreed(NamedTuple):
    """What a server agreed to of permessage-deflate."""

    bits: int = 15
    client_forgets: bool = False
    server_forgets: bool = False


class Reading:
    """What octets of a server say, up to the first fault or Close.

    Attributes:
        messages, pings, pongs: those that are whole.
        close: the code and reason of the Close that came, or None.
        faults: the codes that the first fault may be told with (RFC 6455 7.4.1): a frame may have two.
        maybe: those of a frame that is not whole yet.
    """

    def __init__(self, octets, agreed, limit):
        self.messages, self.pings, self.pongs = [], [], []
        self.close, self.faults, self.maybe = None, set(), frozenset()
        self._octets, self._at = octets, 0
        self._agreed, self._limit = agreed, limit
        self._inflater = zlib.decompressobj(-15)
        self._is_begun = False  # a block that has not ended, or octets before it does
        self._kind = None  # of the message that is on its way
        self._compressed, self._said, self._text = False, b"", None
        while not (self.faults or self.maybe or self.close) and self._at < len(octets):
            self._frame()

    def _frame(self):
        octets, at = self._octets, self._at
        first, second = octets[at], octets[at + 1] if at + 1 < len(octets) else 0
        size, start = second & 0x7F, at + 2
        width = {126: 2, 127: 8}.get(size, 0)
        if len(octets) < start + width:
            self.maybe = _ANY_FAULT
            return
        size = int.from_bytes(octets[start : start + width]) if width else size
        start += width
        opcode, is_last, rsv1 = first & 0x0F, first >= 0x80, bool(first & 0x40)
        is_control = opcode >= CLOSE
        if (
            opcode not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG)
            or first & 0x30
            or (rsv1 and not (self._agreed and opcode in (TEXT, BINARY)))
            or second & 0x80
            or size >> 63
            or (width and size <= (125 if width == 2 else 0xFFFF))
            or (is_control and (not is_last or size > 125))
        ):
            self.faults.add(1002)
        compressed = rsv1 and self._agreed if opcode else self._compressed
        most = None if self._limit is None else self._limit - len(self._said)
        if not is_control and not compressed and most is not None and size > most:
            self.faults.add(1009)
        if self.faults:
            return
        self._at = start + size
        payload = octets[start : self._at]
        if len(payload) < size:
            self.maybe = _ANY_FAULT
        elif is_control:
            self._control(opcode, payload)
        elif (opcode == CONTINUATION) != (self._kind is not None):
            self.faults = {1002, 1007, 1009} if compressed else {1002}
            if opcode == TEXT:
                self.faults.add(1007)
        else:
            if opcode:
                self._kind, self._compressed, self._said = opcode, compressed, b""
                self._text = codecs.getincrementaldecoder("utf-8")()
            self._data(payload, is_last=is_last)

    def _control(self, opcode, payload):
        if opcode == PING:
            self.pings.append(payload)
        elif opcode == PONG:
            self.pongs.append(payload)
        elif not payload:
            self.close = 1005, ""
        elif len(payload) == 1 or (code := int.from_bytes(payload[:2])) not in CODES:
            self.faults.add(1002)
        else:
            try:
                self.close = code, payload[2:].decode()
            except UnicodeDecodeError:
                self.faults.add(1007)

    def _data(self, payload, *, is_last):
        if self._compressed:
            payload = self._inflated(payload)
            if is_last and self._is_begun and not self.faults:
                payload += self._inflated(_TAIL)
                if not self.faults and not self._is_between_blocks():
                    self.faults.add(1007)
            if is_last and self._agreed.server_forgets:
                self._inflater = zlib.decompressobj(-15)
            if is_last:
                self._is_begun = False
        self._said += payload
        if self._limit is not None and len(self._said) > self._limit:
            self.faults.add(1009)
        if self._kind == TEXT:
            try:
                self._text.decode(payload, is_last)
            except UnicodeDecodeError:
                self.faults.add(1007)
        if is_last and not self.faults:
            self.messages.append(self._said.decode() if self._kind == TEXT else self._said)
            self._kind, self._compressed, self._said = None, False, b""

    def _inflated(self, octets):
        found, step = b"", 1 + len(octets) // 500
        for at in range(0, len(octets), step):
            piece = octets[at : at + step]
            while piece and len(found) < _MOST_INFLATED:
                try:
                    found += self._inflater.decompress(piece, _MOST_INFLATED)
                except zlib.error:
                    self.faults.add(1007)
                    return found
                self._is_begun = not self._inflater.eof
                piece = self._inflater.unused_data
                if self._inflater.eof:
                    self._inflater = zlib.decompressobj(-15)
        return found

    def _is_between_blocks(self):
        inflater = self._inflater.copy()
        try:
            return inflater.decompress(_LAST_BLOCK) == b"" and inflater.eof
        except zlib.error:
            return False


class Sent(NamedTuple):
    """What a client has sent.

    Attributes:
        frames: pairs of an opcode and what it says: text, bytes, a code and reason.
        ends: where each ends among the octets.
        rest: what is left of a frame that is torn.
    """

    frames: list
    ends: list
    rest: bytes


def read_sent(octets, agreed):
    """Read it: wsproto does so as a server, and we look at masks and windows."""
    bits, forgets, _ = agreed or Agreed()
    extensions = []
    if agreed and bits > 8:  # of that wsproto has none, and zlib makes none: all is sent as it is
        extensions.append(PerMessageDeflate(forgets, bits))
        extensions[0].accept("permessage-deflate")
    server = FrameProtocol(client=False, extensions=extensions)
    frames, ends, keys, at = [], [], [], 0
    inflater = zlib.decompressobj(-bits)
    while (end := _end(octets, at)) is not None:
        key, masked = _masked(octets[at:end])
        if octets[at] == 0x80 | CLOSE:  # wsproto does not know all codes
            frames.append((CLOSE, _closing(_unmasked(key, masked))))
        else:
            server.receive_bytes(octets[at:end])
            (read,) = server.received_frames()
            assert read.message_finished
            said = read.payload if isinstance(read.payload, str) else bytes(read.payload)
            frames.append((int(read.opcode), said))
        ends.append(end)
        keys.append(key)
        if octets[at] & 0x40 and bits < 15:
            inflater = zlib.decompressobj(-bits) if forgets else inflater
            assert _fits_window(inflater, _unmasked(key, masked) + _TAIL, said), frames[-1]
        at = end
    assert len(keys) < 3 or len({*keys}) > 1, "RFC 6455 5.3: each frame has a key of its own"
    return Sent(frames, ends, octets[at:])


def _end(octets, at):
    """Where the frame at some place ends, None if it is torn."""
    if len(octets) < at + 2:
        return None
    size = octets[at + 1] & 0x7F
    width = {126: 2, 127: 8}.get(size, 0)
    size = int.from_bytes(octets[at + 2 : at + 2 + width]) if width else size
    end = at + 6 + width + size
    return end if end <= len(octets) else None


def _masked(frame):
    start = 2 + {126: 2, 127: 8}.get(frame[1] & 0x7F, 0)
    return frame[start : start + 4], frame[start + 4 :]


def _unmasked(key, masked):
    return bytes(octet ^ key[at % 4] for at, octet in enumerate(masked))


def _closing(payload):
    """The code and reason of a Close (RFC 6455 5.5.1)."""
    if not payload:
        return 1005, ""
    code = int.from_bytes(payload[:2])
    assert len(payload) > 1
    assert code in CODES, code
    return code, payload[2:].decode()


def _fits_window(inflater, payload, said):
    """Whether it inflates where no more than the window is kept: zlib sees that in small pieces only."""
    said, found = said.encode() if isinstance(said, str) else said, bytearray()
    while payload:
        found += inflater.decompress(payload, 64)
        payload = inflater.unconsumed_tail
    return bytes(found) == said
