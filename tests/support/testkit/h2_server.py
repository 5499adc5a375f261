"""An HTTP/2 server on real sockets that sends exactly the frames a test gives it, right or wrong.

An *act* is a function of a `Conversation`: it waits for what the client says, and sends frames. No state
machine stands in its way; only the client's windows are minded, by `send_data`.
"""

from __future__ import annotations

import asyncio
import select
import socket
import struct
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import hpack
import trio
from h2.errors import ErrorCodes
from hpack.hpack import encode_integer

from httpcore_client import HTTPError
from testkit.faults import MASK, PASSWORD, assert_no_secret
from testkit.peer import Peer
from testkit.raw_server import OTHER, SAME, Script

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = range(5)
PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(5, 10)
ACK = END_STREAM = 0x1
END_HEADERS = 0x4
HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE = range(1, 5)
MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = 5, 6
MAX_WINDOW = 2**31 - 1

_FRAME_OCTETS = 16_384  # RFC 9113 6.5.2: as long as SETTINGS don't say more
_WINDOW_OCTETS = 65_535  # RFC 9113 6.9.2: the same
_PATIENCE_SECONDS = 5
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, for no time


class Frame(NamedTuple):
    kind: int
    flags: int
    stream: int
    payload: bytes


# Frames as octets.


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _octets(text):
    return text.encode("latin-1") if isinstance(text, str) else text


def _string(octets):
    return bytes(encode_integer(len(octets), 7)) + octets


def block(*fields):
    """Encode a field section with no use of tables: RFC 7541 6.2.2."""
    return b"".join(b"\0" + _string(_octets(n)) + _string(_octets(v)) for n, v in fields)


def headers(stream, *fields, end=False):
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block(*fields))


def data(stream, octets=b"", *, end=True):
    return frame(DATA, END_STREAM if end else 0, stream, octets)


def response(stream, body=b"", status=200, *fields):
    """Return a whole response."""
    head = headers(stream, (":status", str(status)), *fields, end=not body)
    return head + (data(stream, body) if body else b"")


def reset(stream, code):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway(last, code=ErrorCodes.NO_ERROR):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last, code))


def settings(values=()):
    """Return SETTINGS with these values by identifier."""
    return frame(
        SETTINGS, 0, 0, b"".join(struct.pack(">HI", *item) for item in dict(values).items())
    )


def window_update(stream, octets):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", octets))


class Conversation:
    """One connection with a client.

    Attributes:
        connection: the socket.
        greeted: whether the client's preface came.
        frames: what the client sent after it, in order.
        requests: the fields of each request by stream, in order.
        settings: what the client set, by identifier.
        silent: whether PING is left without the answer that it must have (RFC 9113 6.7).
    """

    def __init__(self, connection):
        self.connection = connection
        connection.settimeout(_PATIENCE_SECONDS)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.greeted = False
        self.frames = []
        self.requests = {}
        self.settings = {}
        self.silent = False
        self._answers = b""  # they wait for the end of what is being sent
        self._rest = b""
        self._decoder = hpack.Decoder()
        self._credit = Counter({0: _WINDOW_OCTETS})

    # What the client says.

    def read(self):
        """Take in what comes next."""
        octets = self.connection.recv(65536)
        if not octets:
            raise ConnectionError("the client has gone")
        self._rest += octets
        if not self.greeted and len(self._rest) >= len(PREFACE):
            assert self._rest.startswith(PREFACE), self._rest
            self._rest = self._rest[len(PREFACE) :]
            self.greeted = True
        at = 0
        while self.greeted and len(self._rest) >= (end := at + 9 + self._length(at)):
            _, kind, flags, stream = struct.unpack_from(">IBBI", b"\0" + self._rest[at : at + 9])
            self._take(Frame(kind, flags, stream, self._rest[at + 9 : end]))
            at = end
        self._rest = self._rest[at:]

    def _length(self, at):
        return int.from_bytes(self._rest[at : at + 3], "big")

    def _take(self, got):
        self.frames.append(got)
        if got.kind == HEADERS and got.stream not in self.requests:
            assert END_HEADERS == got.flags & ~END_STREAM, got
            self.requests[got.stream] = dict(self._decoder.decode(got.payload))
        elif got.kind == SETTINGS:
            self.settings.update(struct.iter_unpack(">HI", got.payload))
        elif got.kind == WINDOW_UPDATE:
            self._credit[got.stream] += int.from_bytes(got.payload, "big")
        elif got.kind == PING and not got.flags & ACK and not self.silent:
            self._answers += frame(PING, ACK, 0, got.payload)

    def _answer_pings(self):
        answers, self._answers = self._answers, b""
        if answers:
            with suppress(OSError):  # after our own end there is nothing to say
                self.connection.sendall(answers)

    def until(self, met):
        """Read until a condition is met; return what it gives."""
        while not (found := met()):
            self._answer_pings()
            self.read()
        return found

    def of(self, kind, stream=None):
        """Return the frames of a kind that came so far, of one stream or of all."""
        return [f for f in self.frames if kind == f.kind and stream in (None, f.stream)]

    def stream(self, path):
        """Wait for a request for a path, and return its stream."""
        return self.until(lambda: self._stream(path))

    def _stream(self, path):
        found = [stream for stream, fields in self.requests.items() if path == fields[":path"]]
        return found[-1] if found else None

    def streams(self, count):
        """Wait for so many requests, all told; return their streams in order."""
        return self.until(lambda: len(self.requests) >= count and list(self.requests))

    def ended(self, stream):
        """Return the content of a request, once it is whole."""
        self.until(lambda: any(f.flags & END_STREAM for f in self._message(stream)))
        return self.content(stream)

    def _message(self, stream):
        return self.of(HEADERS, stream) + self.of(DATA, stream)

    def content(self, stream):
        """Return the content of a request as far as it came."""
        return b"".join(f.payload for f in self.of(DATA, stream))

    def resets(self, stream=None):
        """Return the codes of the client's RST_STREAM frames."""
        return [int.from_bytes(f.payload, "big") for f in self.of(RST_STREAM, stream)]

    def goaways(self):
        """Return the codes of the client's GOAWAY frames."""
        return [int.from_bytes(f.payload[4:8], "big") for f in self.of(GOAWAY)]

    def ping(self):
        """Have the client take in what was sent so far, while somebody reads there."""
        before = self._acknowledged()
        self.send(frame(PING, 0, 0, b"taken in"))
        self.until(lambda: self._acknowledged() > before)

    def _acknowledged(self):
        return sum(got.flags & ACK for got in self.of(PING))

    # What we say.

    def greet(self, values=(), *, window=0):
        """Exchange SETTINGS, with these values; widen the connection's window by so many octets."""
        self.until(lambda: self.greeted)
        widened = window_update(0, window) if window else b""
        self.send(settings(values) + frame(SETTINGS, ACK, 0) + widened)

    def send(self, *octets):
        self.connection.sendall(b"".join(octets))

    def pour(self, octets):
        """Send and read at once: the client may not go on before we have taken what it says."""
        view = memoryview(octets)
        while view:
            sides = [self.connection]
            readable, writable, _ = select.select(sides, sides, [], _PATIENCE_SECONDS)
            if readable:
                self.read()
            if writable:
                sent = self.connection.send(view[:_WINDOW_OCTETS], socket.MSG_DONTWAIT)
                view = view[sent:]

    def deliver(self, octets, delivery, seed):
        """Send octets whole or cut, as the raw server does."""
        for piece in Script(octets, delivery=delivery, seed=seed).pieces():
            self.pour(piece)

    def answer(self, path, body=b"hello", status=200, *fields):
        """Wait for a request and answer it."""
        self.send(response(self.stream(path), body, status, *fields))

    def room(self, stream):
        """Return how many octets of content the client's windows have room for."""
        window = self.settings.get(INITIAL_WINDOW_SIZE, _WINDOW_OCTETS)
        return min(self._credit[0], window + self._credit[stream])

    def send_data(self, stream, octets, *, end=False):
        """Send content as the client's windows allow."""
        view = memoryview(octets)
        while view:
            size = min(self.until(lambda: max(0, self.room(stream))), _FRAME_OCTETS, len(view))
            self.pour(data(stream, bytes(view[:size]), end=end and size == len(view)))
            self._credit.subtract({0: size, stream: size})
            view = view[size:]

    # How it ends.

    def close(self):
        """End what we say; the client is still heard."""
        self.connection.shutdown(socket.SHUT_WR)

    def abort(self):
        """Reset the connection."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.connection.close()

    def hold(self):
        """Listen until the client has gone."""
        with suppress(OSError):
            while True:
                self._answer_pings()
                self.read()


class H2Server(Peer):
    """Plays the n-th act on the n-th connection, the last act on all further ones.

    An act that returns leaves the connection open until the client goes.

    Attributes:
        conversations: one for each connection, in order.
    """

    def __init__(self, *acts, context=None):
        super().__init__(*(partial(self._converse, act) for act in acts), context=context)
        self.conversations = []

    def __enter__(self):
        super().__enter__()
        self.url = self.url.replace("localhost", "127.0.0.1")  # no name to look up
        return self

    def _converse(self, act, connection):
        conversation = Conversation(connection)
        self.conversations.append(conversation)
        try:
            act(conversation)
        except OSError:
            pass  # the client went, or sent nothing more: what it said is what counts
        conversation.hold()

    def asked(self, path):
        """Return how often a path was asked for over HTTP/2."""
        requests = [fields for each in self.conversations for fields in each.requests.values()]
        return sum(path == fields[":path"] for fields in requests)


def serve(peer, first=OTHER):
    """Answer each request that is whole: the first with `first`, others with `SAME`."""
    peer.greet({INITIAL_WINDOW_SIZE: MAX_WINDOW}, window=MAX_WINDOW - _WINDOW_OCTETS)
    go_on(peer, first)


def go_on(peer, first=SAME, *, above=0):
    """Answer as `serve` does, from the first stream above one on."""
    while True:
        stream = peer.until(partial(_first, peer, above))
        peer.ended(stream)
        peer.send(response(stream, first))
        above, first = stream, SAME


def _first(peer, above):
    return min((stream for stream in peer.requests if stream > above), default=None)


@dataclass
class FrameScript:
    """What to send on a first connection, and when.

    Attributes:
        steps: pairs of a stream and octets: these go out when the stream's HEADERS came, or, for
            stream 0, when the preface did.
        then: "close" or "hold".
        delivery: one of `raw_server.DELIVERIES`.
        seed: where split octets are cut.
        delivered: set when everything was sent, or nobody takes it any more.
    """

    steps: list[tuple[int, bytes]]
    then: str = "hold"
    delivery: str = "whole"
    seed: int = 0
    delivered: threading.Event = field(default_factory=threading.Event)

    def play(self, peer):
        """Play the steps, then answer further requests: an act."""
        try:
            for stream, octets in self.steps:
                peer.until(partial(self._reached, peer, stream))
                peer.deliver(octets, self.delivery, self.seed)
            if self.then == "close":
                peer.close()
        finally:
            self.delivered.set()
        go_on(peer, above=max(stream for stream, _ in self.steps))

    @staticmethod
    def _reached(peer, stream):
        return stream in peer.requests if stream else peer.greeted


async def until(world, event):
    """Wait for a server's event without holding up the loop of a world."""
    hop = {"asyncio": asyncio.to_thread, "trio": trio.to_thread.run_sync}.get(world.name)
    came = await hop(event.wait, _PATIENCE_SECONDS) if hop else event.wait(_PATIENCE_SECONDS)
    assert came, "the server is not done"


async def answer_of(client, method, url, **options):
    """Return the response, or the error of ours, which holds no secret and names the request."""
    try:
        return await client.request(method, url, **options)
    except HTTPError as raised:
        error = raised
    assert_no_secret(error)
    assert (method, url.replace(PASSWORD, MASK)) == (error.method, error.url)
    return error
