"""What is read and written here is what wsproto, the referee, reads and would have written."""

import random
from time import process_time

import pytest
from wsproto.frame_protocol import FrameProtocol

from httpcore_client.websocket import _frames
from httpcore_client.websocket._deflate import Payloads
from httpcore_client.websocket._incoming import Incoming
from httpcore_client.websocket._wsproto import Opcode, ParseFailed
from testkit.websocket import (
    BINARY,
    CONTINUATION,
    FIN,
    PING,
    PONG,
    RSV1,
    RSV2,
    TEXT,
    close_frame,
    deflated,
    frame,
)

LIMIT = 300
BEHIND = bytes(14)  # so that each head is whole: before that nothing is said of it here
KINDS = (CONTINUATION, TEXT, BINARY, BINARY, TEXT, PING, PONG)


class Plain:
    """The referee alone."""

    def __init__(self, payloads):
        self._frames = FrameProtocol(client=True, extensions=[payloads])
        self.feed = self._frames.receive_bytes

    def next(self):
        for each in self._frames.received_frames():
            return each.opcode, each.payload, each.message_finished
        return None


def read(lane, pieces, *, compressed=False):
    """The messages and control frames that come of some octets, and the code of the fault at their end."""
    payloads = Payloads(LIMIT)
    if compressed:
        payloads.finalize("permessage-deflate")
    frames, found = lane(payloads), []
    incoming = Incoming(frames)
    try:
        for piece in pieces:
            frames.feed(piece)
            while (came := incoming.next()) is not None:
                found.append(came)
                if came[0] is Opcode.CLOSE:
                    return found
    except ParseFailed as error:
        found.append(int(error.code))
    return found


def splits(octets):
    return [
        [octets],
        [octets[at : at + 1] for at in range(len(octets))],
        *([octets[:at], octets[at:]] for at in range(1, len(octets))),
    ]


def some_frames(seed):
    """Frames that are mostly right, in an order that is mostly right."""
    draw = random.Random(seed)
    found, is_open = [], False
    for _ in range(draw.randint(1, 6)):
        kind = draw.choice((CONTINUATION, PING) if is_open and draw.random() < 0.9 else KINDS)
        text = "κόσμε" * draw.choice((0, 1, 3, 13, 20, 29, 31))
        payload = text.encode()[draw.random() < 0.05 :]
        flags = FIN * (draw.random() < 0.7)
        if kind in (PING, PONG):
            flags, payload = FIN, payload[:125]
        else:
            is_open = not flags
        if kind in (TEXT, BINARY) and draw.random() < 0.3:
            payload, flags = deflated(payload, forgets=True)[0], flags | RSV1
        if draw.random() < 0.05:
            flags |= RSV2
        found.append(frame(kind, payload, flags=flags))
    return b"".join([*found, close_frame(4000, "κ") * (draw.random() < 0.8), BEHIND])


@pytest.mark.parametrize("compressed", [False, True], ids=["as it is", "compressed"])
def test_the_reader_and_the_referee_read_the_same(compressed):
    ends = set()
    for seed in range(60):
        octets = some_frames(seed)
        wanted = read(Plain, [octets], compressed=compressed)
        ends.add(wanted[-1] if isinstance(wanted[-1], int) else wanted[-1][0])
        for pieces in splits(octets)[: 40 if seed else None]:
            assert wanted == read(_frames.Reader, pieces, compressed=compressed), (seed, pieces)
    assert {1002, 1007, 1009, Opcode.CLOSE} <= ends


def test_a_message_within_a_message_is_met_also_behind_a_ping_that_came_in_pieces():
    octets = frame(TEXT, "a", flags=0) + frame(PING, "p") + frame(TEXT, "b") + BEHIND
    for pieces in splits(octets):
        assert 1002 == read(_frames.Reader, pieces)[-1]


def test_what_is_changed_in_any_octet_is_read_the_same():
    first, second = deflated(b"hello, hello", b"hello, hello")
    octets = b"".join(
        [
            frame(TEXT, first, flags=FIN | RSV1),
            frame(TEXT, "κ"),
            frame(BINARY, bytes(126)),
            frame(PING, "p"),
            frame(TEXT, second, flags=RSV1),
            frame(PONG, "q"),
            frame(CONTINUATION, ""),
            close_frame(4000, "κ"),
            BEHIND,
        ]
    )
    for at in range(len(octets) - len(BEHIND)):
        for change in (0x01, 0x02, 0x40, 0x80, 0xFE):
            changed = bytearray(octets)
            changed[at] ^= change
            changed = bytes(changed)
            wanted = read(Plain, [changed], compressed=True)
            for pieces in ([changed], [changed[:at], changed[at:]]):
                assert wanted == read(_frames.Reader, pieces, compressed=True), (at, change)


def test_the_usual_frames_are_not_left_to_the_referee():
    frames = _frames.Reader(Payloads(LIMIT))
    frames._referee = None
    frames.feed(b"".join(frame(kind, "m") for kind in (TEXT, BINARY, PING, PONG)))
    assert [
        (Opcode.TEXT, "m", True),
        *((kind, b"m", True) for kind in (Opcode.BINARY, Opcode.PING, Opcode.PONG)),
        None,
    ] == [frames.next() for _ in range(5)]


@pytest.mark.parametrize("size", [0, 1, 3, 4, 125, 126, 65535, 65536])
def test_the_referee_reads_what_is_written(size):
    server = FrameProtocol(client=False, extensions=[])
    payload = bytes(at % 251 for at in range(size))
    server.receive_bytes(_frames.write_frame(BINARY, payload))
    (read,) = server.received_frames()
    assert (Opcode.BINARY, payload, True, True) == tuple(read)


def test_each_frame_has_a_mask_of_its_own():
    assert 100 == len({_frames.write_frame(TEXT, b"")[2:] for _ in range(100)})


def test_what_is_behind_many_blocks_that_are_marked_as_the_last_is_not_copied_for_each():
    payloads = Payloads(None)
    payloads.finalize("permessage-deflate")
    ends, stored = b"\x03\x00" * 8000, (b"\x00\xff\xff\x00\x00" + bytes(65535)) * 128
    began = process_time()
    assert bytes(128 * 65535) == payloads.inflate(ends + stored + b"\x00")
    assert process_time() - began < 2  # it takes a fortieth of that, or else four times as long
