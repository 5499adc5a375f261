"""WebSocket frames of a server, right ones, odd ones and others, compressed or not.

- Our reader and wsproto alone give the same messages and control frames, in every split, and both meet a
  fault or none. Which one is told depends on what came first, where there is more than one.
- No message is larger than the limit. A frame of ours is one that wsproto reads as what was meant.
"""

import zlib

from wsproto.frame_protocol import FrameProtocol

from httpcore_client.websocket import _frames
from httpcore_client.websocket._deflate import Payloads
from httpcore_client.websocket._incoming import Incoming
from httpcore_client.websocket._wsproto import Opcode, ParseFailed
from testkit.websocket import close_frame, deflated, frame

from ...extras.websocket.test_lanes import BEHIND, Plain
from ..shapes import Source, splits

SEEDS = [
    b"\x00\x01\x80\x05\x00hello\x0a\x02\x80\x03\x00abc",
    b"\x01\x01\xc0\x05\x00hello\x09\x80\x01\x00x",
    b"\x00\x01\x00\x03\x00abc\x00\x80\x02\x00de\x08",
    b"\x01\x01\x40\x03\x00abc\x00\x80\x02\x00de",
]
_LIMIT = 300
_KINDS = [1, 2, 0, 9, 10, 8, 3, 11, "octets", "deflated"]


def check(data):
    source = Source(data)
    agreed = source.pick(
        [None, "permessage-deflate", "permessage-deflate; server_no_context_takeover"]
    )
    octets = b"".join(_some_frame(source) for _ in range(10) if source) + BEHIND
    expected = _read(Plain, [octets], agreed)
    for pieces in splits(octets):
        for lane in (_frames.Reader, Plain):
            found = _read(lane, pieces, agreed)
            assert expected == found, (expected, found, pieces)
    _is_read(data)


def _some_frame(source):
    kind = source.pick(_KINDS)
    if kind == "octets":
        return source.octets(source.octet() % 20)
    flags, size = source.octet() & 0xF0, source.octet()
    if kind == 8:
        return close_frame(source.pick([1000, 1001, 1005, 999, 4000, 5000]), "κ" * (size % 9))
    times = source.octet()
    payload = source.octets(size) * (1 if times < 200 else times - 199)
    if kind == "deflated":
        payload, kind, flags = deflated(payload, forgets=True)[0], 1 + flags // 128, flags | 0xC0
    elif flags & 0x40:
        payload = zlib.compress(payload, wbits=-15)
    mask = b"mask" if times == 199 else b""
    length = times if times in (125, 126, 127, 0) and size % 8 == 7 else None
    return frame(kind, payload, flags=flags, mask=mask, length=length)


def _read(lane, pieces, agreed):
    """The messages and control frames that come of some octets, and whether a fault is at their end."""
    payloads = Payloads(_LIMIT)
    if agreed is not None:
        payloads.finalize(agreed)
    frames, found = lane(payloads), []
    incoming = Incoming(frames)
    try:
        for piece in pieces:
            frames.feed(piece)
            while (came := incoming.next()) is not None:
                assert len(came[1] or b"") <= _LIMIT or came[0] is Opcode.CLOSE, came
                found.append(came)
                if came[0] is Opcode.CLOSE:
                    return found
    except ParseFailed:
        found.append("fault")
    return found


def _is_read(payload):
    server = FrameProtocol(client=False, extensions=[])
    kind = Opcode.BINARY if len(payload) > 125 else (Opcode.BINARY, Opcode.PING)[len(payload) % 2]
    server.receive_bytes(_frames.write_frame(kind, payload))
    (read,) = server.received_frames()
    assert (kind, payload, True) == (read.opcode, bytes(read.payload), read.message_finished)
