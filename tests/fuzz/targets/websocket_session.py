"""A whole WebSocket, from the handshake on: a server that says anything, and a caller that does anything.

- It opens where the server's answer is right, and nowhere else (RFC 6455 4.1, RFC 7692 7.1).
- What the caller gets is what the server sent whole, in order, by a naive reading of the octets; all of it
  before the end is told, and nothing behind a fault or a Close. No message is larger than the limit.
- What we send is, for wsproto as the server, what the caller sent, under masks that differ, within the
  parameters that were agreed. A pong answers one ping. There is one Close at most, with the code that is
  right (RFC 6455 7.4.1), and nothing behind it.
- Who only receives meets the same in every split, and all pings are answered.
- Each call ends within its limit, and in a documented error at worst, whose text is plain and without the
  URL's password. Behind the block the connection is closed.
"""

import hashlib

from httpcore_client import (
    HTTPError,
    ReadTimeout,
    RemoteProtocolError,
    Timeout,
)
from httpcore_client.websocket import UnexpectedMessage, WebSocketClosed, WebSocketRefused
from httpcore_pool import ScriptedStream
from testkit.websocket import BINARY, CLOSE, PING, PONG, TEXT

from ..frames import Reading, read_sent
from ..judges import plain_error
from ..shapes import Source, splits
from ..socket_server import OFFERED, SECRET, SocketPeer, SocketServer, World

_URL = f"ws://user:{SECRET}@a.test/chat"
_LIMITS = [None, 300, 125, 1, 126, 70_000]
_KEPT_BYTES, _OVERHEAD_BYTES = (
    64 * 1024,
    64,
)  # of messages that nobody receives: then no more is read
_MOST_PONGS = 32  # in one write
_PING_SECONDS, _CLOSE_SECONDS = 20, 10
_LATE = 0.1  # what a call may take beyond its limit
_TIMEOUT = Timeout(connect=5, read=5, write=5, pool=5)
_MOST_FRAMES, _MOST_CALLS = 8, 12
_NORMAL = (1000, 1001, 1005)
_MANY = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(40))
_PATTERNS = [_MANY, "hello, ", b"hello, ", "\u03ba\U0001f600\0", bytes(range(256)), "\ud800"]
_SIZES = [0, 1, 5, 40, 125, 126, 127, 300, 1, 5, 40, 2000, 65_535, 65_536]
_WHY = ["", "why", "κ" * 50, "κ" * 61 + "xx"]
SEEDS = [
    bytes([how, 0, extension, 0]) + rest
    for how in (0, 1, 3, 10)
    for extension in (0, 4, 12)
    for rest in (
        b"\x00\x1b\x00abc\x00\x03\x00abc\x0a\x00\x00",
        b"\x04\x3d\x00hello\x01\x80\x07\x01\x03abc\x0a\x03\x02\x00",
        b"\x00\x7d\x05hello\x00\x00\x7d\x00hello\x06\x00\x70\x00\x00\x00\x7d\x00hello\x04\x80",
        b"\x00\x00\x00\x01\x04\x00\x00\x00\x02\x03\x00\x00\x03\x00\x00\x00\x04\x00\x00\x05",
        b"\x00\x00\x01\x00\x19\x09[\x00\x01\x00\x00\x04",
        bytes(range(0, 250, 5)),
    )
]


def check(data):
    source = Source(data)
    how = source.octet()
    options = {
        "subprotocols": OFFERED,
        "compression": how // 2 % 4 != 3,
        "max_message_bytes": _LIMITS[how // 8 % len(_LIMITS)],
        "ping_interval": _PING_SECONDS,
        "ping_timeout": _PING_SECONDS,
        "close_timeout": _CLOSE_SECONDS,
        "timeout": _TIMEOUT,
    }
    server = SocketServer(source, offered=options["compression"])
    if how % 2:
        _Play(server, source, options).check()
    else:
        _check_receiving(server, source, options)


def _is_documented(error, server, *, was_there=True):
    """Look at what a handshake ended in."""
    plain_error(error, SECRET)
    assert server.is_right is not True or not was_there, error
    if was_there and server.is_right is False:
        assert isinstance(error, (WebSocketRefused, RemoteProtocolError)), error


def _is_right_close(said, told, *callers):
    """Whether a Close is one of the caller's, or says why the server's octets end it."""
    if said in callers:
        return True
    return said == told.close if told.close else said[0] in {*told.faults, *told.maybe}


# Who only receives.


def _check_receiving(server, source, options):
    octets = b"".join(server.frames() for _ in range(_MOST_FRAMES) if source)
    told = Reading(octets, server.agreed, options["max_message_bytes"])
    ends = {told.close[0]} if told.close else told.faults or {1006, *told.maybe}
    outcomes = [
        _receive_all(server, pieces, options, coalesces=number % 2 == 0)
        for number, pieces in enumerate(splits(octets))
    ]
    opened = [outcome for outcome in outcomes if outcome is not None]
    assert len(opened) in (0, len(outcomes))
    for messages, code, sent in opened:
        assert told.messages == messages, (told.messages, messages)
        assert code in ends, (code, ends)
        pongs, pings = [said for kind, said in sent if kind == PONG], told.pings
        if len(pings) <= _MOST_PONGS:
            assert pings == pongs
        else:  # RFC 6455 5.5.3: the last, at least
            assert pings[-1] == pongs[-1]
            assert _is_among(pongs, pings)
        last = sent[len(pongs) :]
        assert [kind for kind, _ in last] == ([] if code == 1006 else [CLOSE]), sent
        assert code == 1006 or _is_right_close(last[0][1], told), (last, told.close, told.faults)


def _receive_all(server, pieces, options, *, coalesces):
    first, *rest = pieces if coalesces else [b"", *pieces]
    stream = ScriptedStream([lambda stream: server.answer(stream.written) + first, *rest, b""])
    world, messages = World(), []
    world.stream = stream
    with world.client() as client:
        try:
            with client.websocket(_URL, **options) as ws:
                assert server.is_right is not False
                assert server.is_agreed(ws)
                stream.written = b""
                while True:
                    messages.append(ws.receive())
        except WebSocketClosed as error:
            plain_error(error, SECRET)
            assert client.stats().open == 0
            sent = read_sent(stream.written, server.agreed)
            assert sent.rest == b""
            return messages, error.code, sent.frames
        except HTTPError as error:
            _is_documented(error, server)
    return None


# Who does anything.


class _Interrupt(BaseException):
    """What Ctrl-C is."""


class _Play:
    """One WebSocket, whose caller and server do what the source says, and what came of it."""

    def __init__(self, server, source, options):
        self._server, self._source, self._options = server, source, options
        self._backend = World()
        self._peer = SocketPeer(source, self._backend, self._speak, self._go, self._come)
        self._backend.stream = self._peer
        self._came = b""  # the answer to the handshake, and frames
        self._sent = b""  # frames
        self._is_answered = False
        self._handed = []  # messages
        self._done, self._failed, self._pinged = [], [], []
        self._closed_at = None  # how many octets had been sent when the caller began to close
        self._told_before = None  # what the server had said then
        self._said = []  # codes and reasons that the caller closes with
        self._is_over = False  # a call has told so

    # The server.

    def _speak(self):
        source = self._source
        if not self._is_answered:
            self._is_answered = True
            behind = self._server.frames() if source.octet() % 2 else b""
            return self._server.answer(self._peer.written) + behind
        way = source.octet() % 16
        return {14: b"", 15: None}.get(way) if way > 13 else self._server.frames(self._pinged)

    def _go(self, data):
        if self._is_answered:
            self._sent += data

    def _come(self, data):
        self._came += data

    def _told(self):
        return self._read(self._came[len(self._server.greeting) :])

    def _read(self, octets):
        return Reading(octets, self._server.agreed, self._options["max_message_bytes"])

    # The caller.

    def check(self):
        with self._backend.client() as client:
            try:
                with client.websocket(_URL, **self._options) as ws:
                    assert self._server.is_right is not False
                    assert self._server.is_agreed(ws)
                    self._opened_at = len(self._came)
                    self._use(ws)
                    began = self._backend.time
                assert self._backend.time <= began + _CLOSE_SECONDS + _LATE
            except (_Interrupt, LookupError):
                pass
            except HTTPError as error:
                assert self._closed_at is None
                _is_documented(error, self._server, was_there=not self._peer.failed)
                return
            assert self._peer.closed
            assert client.stats().open == 0
        self._look_back()

    def _use(self, ws):
        source = self._source
        for _ in range(_MOST_CALLS):
            if not source:
                break
            call = source.pick([self._send, self._receive, self._receive, self._next, self._ping])
            if source.octet() % 16 == 15:
                call = self._close
            call(ws)
            assert SECRET not in repr(ws)
        way = source.octet() % 4
        self._begin_to_close((1000 if way < 2 else 1001, ""))
        if way > 1:
            raise LookupError if way == 2 else _Interrupt

    def _send(self, ws):
        source = self._source
        pattern, size = source.pick(_PATTERNS), source.pick(_SIZES)
        message = (pattern * (size // len(pattern) + 1))[:size]
        kind = source.octet() % 8
        if kind == 1 and isinstance(message, bytes):
            message = memoryview(message)
        try:
            ws.send(message)
        except UnicodeEncodeError:
            assert "\ud800" in message
        except WebSocketClosed as error:
            if not self._is_over:
                self._failed.append(message)
            self._end(error)
        else:
            assert not self._is_over
            self._done.append(message)

    def _receive(self, ws):
        limit = self._source.pick([None, None, 0, 1, 30])
        way = self._source.pick(["", "", "_text", "_bytes", "_json"])
        began = self._backend.time
        try:
            message = getattr(ws, f"receive{way}")(limit)
        except UnexpectedMessage as error:
            plain_error(error, SECRET)
            self._hand(error.received)
        except ReadTimeout as error:
            plain_error(error, SECRET)
            assert limit is not None
            assert self._backend.time - began >= limit
            self._has_all()
        except WebSocketClosed as error:
            self._end(error)
            self._is_at_end(error.code)
        except ValueError:
            assert way == "_json"
            self._hand(None)
        else:
            self._hand(None if way == "_json" else message)
        assert limit is None or self._backend.time - began - limit < _LATE

    def _next(self, ws):
        try:
            message = next(ws)
        except StopIteration:
            assert self._closed_at is not None or self._told().close[0] in _NORMAL
            self._is_over = True
            self._has_all()
        except WebSocketClosed as error:
            self._end(error)
            self._is_at_end(error.code)
        else:
            self._hand(message)

    def _is_at_end(self, code):
        self._has_all()
        if code in self._told().faults:  # RFC 6455 7.1.7
            assert self._peer.closed

    def _ping(self, ws):
        data, limit = b"ping %d" % len(self._pinged), self._source.pick([None, None, 0, 1])
        self._pinged.append(data)
        began = self._backend.time
        try:
            ws.ping(data, limit)
        except ReadTimeout as error:
            plain_error(error, SECRET)
            limit = _PING_SECONDS if limit is None else limit
            assert self._backend.time - began < limit + _LATE
            told = self._told()
            assert data not in told.pongs or self._may_be_full(told)
        except WebSocketClosed as error:
            self._end(error)
        else:
            assert data in self._told().pongs

    def _close(self, ws):
        code, reason = (
            self._source.pick([1000, 1001, 3000, 4999, 1005, 2000]),
            self._source.pick(_WHY),
        )
        began = self._backend.time
        if code in (1005, 2000) or len(reason) > 60:
            try:
                ws.close(code, reason)
            except ValueError:
                return
            raise AssertionError((code, reason))
        self._begin_to_close((code, reason))
        ws.close(code, reason)
        self._is_over = True
        assert self._backend.time - began <= _CLOSE_SECONDS + _LATE
        assert self._peer.closed
        assert ws.close_code is not None

    def _begin_to_close(self, said):
        self._said.append(said)
        if self._closed_at is None:
            self._closed_at = len(self._sent)
            # What came with the answer is read with what comes next, or before.
            is_read = len(self._came) > self._opened_at
            self._told_before = self._told() if is_read else self._read(b"")

    # What came of it.

    def _hand(self, message):
        """Note a message; None for the next one, which was read as JSON."""
        if message is None:
            message = self._told().messages[len(self._handed)]
        assert self._closed_at is None
        self._handed.append(message)

    def _may_be_full(self, told):
        size = sum(len(message) + _OVERHEAD_BYTES for message in told.messages)
        return size >= _KEPT_BYTES

    def _has_all(self):
        """Whether nothing is kept back."""
        told = self._told()
        was_lost = self._peer.is_broken or self._failed  # what was there may be so, too
        if not was_lost and self._closed_at is None and not self._may_be_full(told):
            assert told.messages == self._handed, (told.messages, self._handed)

    def _end(self, error):
        plain_error(error, SECRET)
        self._is_over = True
        if self._closed_at is None:
            told, was_lost = self._told(), error.code == 1006
            is_told = (error.code, error.reason) == told.close
            if told.close or told.faults:
                assert is_told or error.code in told.faults or (was_lost and self._peer.failed)
            else:
                assert was_lost or error.code in told.maybe
                assert not was_lost or not self._peer.is_there or self._peer.failed

    def _look_back(self):
        told, sent = self._told(), read_sent(self._sent, self._server.agreed)
        assert told.messages[: len(self._handed)] == self._handed, (told.messages, self._handed)
        said = {
            kinds: [said for kind, said in sent.frames if kind in kinds]
            for kinds in ((TEXT, BINARY), (PING,), (PONG,), (CLOSE,))
        }
        messages, pings, pongs, closes = said.values()
        assert messages in (self._done, self._done + self._failed[:1]), messages
        assert _is_among([ping for ping in pings if ping], self._pinged)
        assert b"" not in pings or self._backend.time >= _PING_SECONDS
        assert _is_among(pongs, told.pings)
        assert sent.rest == b"" or self._peer.failed
        must_close = self._peer.is_there and not self._failed and self._backend.time < _PING_SECONDS
        assert len(closes) <= 1
        assert closes or not must_close
        if closes:
            assert sent.frames[-1][0] == CLOSE
            self._is_right(closes[0], told, begins=sent.ends[-1] > self._closed_at)

    def _is_right(self, close, told, *, begins):
        before = self._told_before
        had_ended = (before.close or before.faults) and not self._may_be_full(before)
        callers = [] if had_ended or not begins else self._said[:1]
        assert _is_right_close(close, told, *callers), (close, told.close, told.faults)


def _is_among(some, all_):
    """Whether they are among others, in order."""
    rest = iter(all_)
    return all(each in rest for each in some)
