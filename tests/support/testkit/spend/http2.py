"""Frames over HTTP/2."""

from functools import partial

from h2.errors import ErrorCodes

from httpcore_client import Timeout
from testkit.h2_server import (
    ACK,
    CONTINUATION,
    DATA,
    END_HEADERS,
    HEADERS,
    INITIAL_WINDOW_SIZE,
    MAX_CONCURRENT_STREAMS,
    PING,
    PRIORITY,
    PUSH_PROMISE,
    SETTINGS,
    block,
    data,
    frame,
    goaway,
    headers,
    reset,
    settings,
    window_update,
)
from testkit.spend import ANSWER, Attack, MiB

H2 = {"http1": False}
OK = headers(1, (":status", "200"))
PADDED = 0x8
_UNIT_BYTES = 64 * 1024


def flood(unit, *, before=b"", end=b"", greeting=()):
    """Greet, wait for a request, and send frames again and again: `unit` may be a function of a number."""

    def play(wire):
        peer = wire.http2()
        peer.greet(dict(greeting))
        peer.streams(1)
        peer.pour(before)
        sent = 0
        while sent < wire.size:
            piece = unit(sent) if callable(unit) else unit * max(1, _UNIT_BYTES // len(unit))
            peer.pour(piece)
            sent += len(piece)
        peer.pour(end)
        peer.hold()

    return play


def after_an_answer(unit):
    """Answer one request, and send frames while another waits."""

    def play(wire):
        peer = wire.http2()
        peer.greet()
        peer.answer("/")
        peer.streams(2)
        for _ in range(wire.size // len(unit) // 1_000 + 1):
            peer.pour(unit * 1_000)
        peer.hold()

    return play


def within_windows(unit, octets):
    """Send DATA of so many octets of content as often as the client's windows allow."""

    def play(wire):
        peer = wire.http2()
        peer.greet()
        peer.streams(1)
        peer.pour(OK)
        sent, many = 0, 1_000
        while sent < wire.size:
            while peer.room(1) < octets * many:
                peer.read()
            peer.pour(unit * many)
            peer._credit.subtract({0: octets * many, 1: octets * many})
            sent += len(unit) * many
        peer.pour(data(1))
        peer.hold()

    return play


def bomb(wire):
    """A field of 4,000 octets in the table, and then its index again and again."""
    peer = wire.http2()
    peer.greet()
    peer.streams(1)
    name = b"\x40\x01n\x7f\xa1\x1e" + b"v" * 4_000  # RFC 7541 6.2.1
    peer.send(frame(HEADERS, END_HEADERS, 1, b"\x88" + name + b"\xbe" * 16_000))
    peer.hold()


def refusals(wire):
    peer = wire.http2()
    peer.greet()
    answered = 0
    while True:
        stream = peer.streams(answered + 1)[-1]
        answered += 1
        peer.send(reset(stream, ErrorCodes.REFUSED_STREAM))


def farewells(wire):
    peer = wire.http2()
    peer.greet()
    peer.streams(1)
    peer.send(goaway(0))
    peer.hold()


def dribbling(wire):
    """A window of one octet, widened by one whenever it was used up."""
    peer = wire.http2()
    peer.greet({INITIAL_WINDOW_SIZE: 1})
    peer.streams(1)
    for count in range(wire.size // 13):
        peer.until(partial(_has, peer, count + 1))
        peer.send(window_update(1, 1))
    peer.hold()


def _has(peer, octets):
    return len(peer.of(DATA, 1)) >= octets


def allowing(greeting):
    def play(wire):
        peer = wire.http2()
        peer.greet(greeting)
        peer.hold()

    return play


def upload(client, url):
    client.post(url, content=bytes(MiB))


def twice(client, url):
    client.get(url)
    client.get(url)


USELESS = "1,000 frames that bring nothing"
SHORT = {"timeout": Timeout(connect=1, read=1, write=1, pool=0.3), **H2}


def attack(name, bound, play, outcome="RemoteProtocolError", **more):
    return Attack(name, bound, play, outcome, **{"options": H2, **more})


BLOCK = block((":status", "200"))
LONG = frame(CONTINUATION, 0, 1, block(("x", "a" * 16_000)))
ATTACKS = [
    attack(
        "CONTINUATION without end, empty",
        "64 frames",
        flood(frame(CONTINUATION, 0, 1), before=frame(HEADERS, 0, 1, BLOCK)),
    ),
    attack(
        "CONTINUATION without end, full",
        "head_bytes: 100 KiB",
        flood(LONG, before=frame(HEADERS, 0, 1, BLOCK)),
    ),
    attack("an HPACK bomb, 64 MB in 20 KB", "head_bytes, while it is decoded", bomb),
    attack("PING", USELESS, flood(frame(PING, 0, 0, bytes(8)))),
    attack("PING acknowledged that nobody sent", USELESS, flood(frame(PING, ACK, 0, bytes(8)))),
    attack("SETTINGS", USELESS, flood(settings())),
    attack(
        "SETTINGS of a thousand values",
        "1,000 frames, which are 6 MB",
        flood(frame(SETTINGS, 0, 0, b"\0\4\0\1\0\0" * 1_000)),
    ),
    attack("PRIORITY", USELESS, flood(frame(PRIORITY, 0, 1, bytes(5)))),
    attack("WINDOW_UPDATE", USELESS, flood(window_update(1, 1))),
    attack("frames of unknown kinds", USELESS, flood(frame(0xEE, 0, 0, bytes(100)))),
    attack(
        "RST_STREAM of what is over",
        USELESS,
        after_an_answer(reset(1, ErrorCodes.CANCEL)),
        ask=twice,
    ),
    attack(
        "PUSH_PROMISE", "refused", flood(frame(PUSH_PROMISE, END_HEADERS, 1, b"\0\0\0\2" + BLOCK))
    ),
    attack("empty DATA", USELESS, flood(data(1, end=False), before=OK)),
    attack(
        "DATA that is padding",
        USELESS,
        within_windows(frame(DATA, PADDED, 1, b"\xff" + bytes(255)), 256),
    ),
    attack(
        "DATA of one octet",
        "linear",
        within_windows(data(1, b"a", end=False), 1),
        ANSWER,
        share=0.5,
    ),
    attack("103 without end", "informational: 32", flood(headers(1, (":status", "103")))),
    attack(
        "trailers of 1 MB",
        "head_bytes",
        flood(LONG, before=OK + frame(HEADERS, 1, 1, block(("x", "a")))),
    ),
    attack("GOAWAY before each answer", "32 attempts", farewells),
    attack("each stream refused", "4 attempts", refusals),
    attack(
        "no streams allowed",
        "Timeout(read)",
        allowing({MAX_CONCURRENT_STREAMS: 0}),
        "ReadTimeout",
        options=SHORT,
    ),
    attack(
        "a window that stays shut",
        "Timeout(write)",
        allowing({INITIAL_WINDOW_SIZE: 0}),
        "WriteTimeout",
        options=SHORT,
        ask=upload,
    ),
    attack(
        "a window of one octet at a time",
        "Timeout(total)",
        dribbling,
        "TotalTimeout",
        options={"timeout": Timeout(total=1), **H2},
        ask=upload,
    ),
]
