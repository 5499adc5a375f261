"""Content in pieces over HTTP/2, up to three at once, while a server says anything at any moment.

- By a naive reading of the frames, no more goes out than the server's windows allow, in no larger frames, and
  nothing behind the end of a stream, its reset or our GOAWAY. h2's server takes all of it.
- What goes out is a beginning of the content; where its end is told, or nobody ended it early, all of it, as
  far as Content-Length lets it go.
- It ends in time, whatever the server takes or leaves, with a response or an error of the tree, whose text
  is plain; then the caller's generators are closed, and the connection keeps nothing of it.
"""

from collections import deque

from httpcore_pool import (
    HTTP2Connection,
    HTTPError,
    InvalidRequest,
    Request,
    ScriptedBackend,
    run_sync,
)
from httpcore_pool.hpack import Encoder

from ..judges import plain_error
from ..peer import (
    FAREWELL_SECONDS,
    TIMEOUTS,
    ContentError,
    Peer,
    are_closed,
    some_content,
    some_fields,
)
from ..shapes import Source
from .http2 import h2_takes

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_ENDS = _ACK = 1
_CANCEL = 8
_INCREMENTS = [1, 7, 100, 4096, 70_000, 400_000, 2**31 - 1, 0]
_STATUSES = [b"200", b"100", b"103", b"200", b"204", b"302", b"413", b"20x"]
_INITIAL, _LARGEST, _STREAMS = 4, 5, 3
_SAID = [
    {},
    {_INITIAL: 0},
    {_INITIAL: 1},
    {_INITIAL: 1000},
    {_INITIAL: 2**20},
    {_INITIAL: 2**31 - 1},
    {_LARGEST: 2**14},
    {_LARGEST: 2**17},
    {_STREAMS: 1},
    {_STREAMS: 0, _INITIAL: 70_000},
    {_INITIAL: 2**31},
]
# How many requests there are, what each sends and how it is read; then what the server does.
SEEDS = [
    bytes([0, 1, 4, 1, 2, 1, 0]) + rest
    for rest in (
        b"\x00\x00\x00",
        b"\x01" * 60,
        bytes(range(0, 256, 3)),
        bytes([3, 8, 1, 0, 6, 3, 8, 0, 0, 6, 1, 1, 0, 0, 1] * 8),
    )
] + [bytes([2, 2, 3, 1, 2, 1, 1, 2, 5, 2, 2, 1, 1]) + bytes(range(n, 256, 7)) for n in range(7)]
# SETTINGS drive a window below 0, and an update does not bring it back above.
SEEDS.append(
    bytes.fromhex(
        "0002040500000004010501000003080403020210000805000009020503090805090005090400040009000008080008f2"
        "0100010d000901010501000108055e01080405000003040304010009050000082d090401030201"
    )
)


def check(data):
    source = Source(data)
    backend, referee = ScriptedBackend(), _Referee()
    server = _Server(source, referee)
    peer = Peer(source, backend, server.speak, referee.went, referee.came)
    choice = source.octet()
    timeout = TIMEOUTS[choice // 3 % len(TIMEOUTS)]
    connection = HTTP2Connection(peer, backend, timeout=timeout)
    contents, opened = [], []
    for number in range(1 + choice % 3):
        content, whole = some_content(source, number)
        fields, whole = some_fields(source, whole)
        contents.append((content, whole))
        try:
            request = Request("POST", "https://user:hunter2@example.org/", content, fields)
        except InvalidRequest:  # octets in memory that are another number
            continue
        began = backend.time
        response = _outcome(connection.send(request))
        assert timeout.total is None or backend.time - began < timeout.total + FAREWELL_SECONDS
        if response is not None:
            opened.append((max(referee.streams), response))
        if source.flag():
            _read(source, connection, peer, referee, opened)
    while opened:
        _read(source, connection, peer, referee, opened)
    _is_right(referee, [whole for _, whole in contents])
    state = connection.state
    assert {} == state.streams == state.openers == state.windows._line
    assert 0 == state.windows._dealt
    h2_takes(peer.written)
    run_sync(connection.close())
    assert are_closed(content for content, _ in contents)


def _outcome(coroutine):
    try:
        return run_sync(coroutine)
    except ContentError:
        return None
    except HTTPError as error:
        plain_error(error, "hunter2")
        return None


def _read(source, connection, peer, referee, opened):
    if not opened:
        return
    stream_id, response = opened.pop(source.octet() % len(opened))
    if source.octet() % 4 == 3:
        run_sync(response.close())
        return
    stream = referee.streams[stream_id]
    may_be_unused = "Expect" in response.request.headers and not stream.content
    if _outcome(response.read()) is not None and response.status_code < 300 and not may_be_unused:
        was_given_up = stream.reset == _CANCEL and not peer.failed
        assert not was_given_up or stream.over or connection.is_closed, stream_id
        assert stream.ended or stream.over or connection.is_closed or stream.reset, stream_id


def _is_right(referee, contents):
    for stream in referee.streams.values():
        sent = bytes(stream.content)
        assert any(whole.startswith(sent) for whole in contents)
        assert not stream.ended or sent in contents, (len(sent), stream.ended)


class _Server:
    def __init__(self, source, referee):
        self._source = source
        self._referee = referee
        self._encoder = Encoder()
        self._begun = False

    def speak(self):
        if not self._begun:
            self._begun = True
            return self._settings()
        if not self._source:
            return None
        frames = [self._frame() for _ in range(1 + self._source.octet() % 3)]
        return b"".join(frames)

    def _settings(self):
        said = self._source.pick(_SAID)
        payload = b"".join(key.to_bytes(2) + value.to_bytes(4) for key, value in said.items())
        return frame(_SETTINGS, 0, 0, payload)

    def _frame(self):
        source = self._source
        kind = source.octet() % 12
        stream_id = source.pick([*self._referee.streams] or [0])
        match kind:
            case 0:
                return frame(_DATA, source.octet() & _ENDS, stream_id, b"d" * source.octet())
            case 1 | 2:
                block = self._encoder.encode([(b":status", source.pick(_STATUSES))])
                return frame(_HEADERS, source.octet() & _ENDS | 4, stream_id, block)
            case 3:
                return frame(_RESET, 0, stream_id, source.pick([0, 5, 7, 8, 13]).to_bytes(4))
            case 4:
                return self._settings()
            case 5:
                return frame(_PING, 0, 0, bytes(8))
            case 6:
                last = source.pick([2**31 - 1, 0, 1, 3])
                return frame(_GOAWAY, 0, 0, last.to_bytes(4) + bytes(3) + b"\x02")
            case 7:
                return source.octets(source.octet() % 12)
            case _:
                where = source.pick([0, stream_id])
                return frame(_WINDOW, 0, where, source.pick(_INCREMENTS).to_bytes(4))


def frame(kind, flags, stream_id, payload):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream_id.to_bytes(4) + payload


class _Stream:
    def __init__(self, window):
        self.window = window
        self.content = bytearray()
        self.ended, self.reset = False, None  # by us
        self.over = False  # the server has reset it


class _Referee:
    """Reads what both sides say, and knows the windows. SETTINGS hold once we have acknowledged them."""

    def __init__(self):
        self.streams = {}
        self._shared = self._initial = 65_535
        self._largest = 16_384
        self._said = deque()
        self._left = False  # we have said GOAWAY
        self._going, self._coming = b"", b""
        self._preface = 24

    def went(self, octets):
        skipped = min(self._preface, len(octets))
        self._preface -= skipped
        self._going += octets[skipped:]
        *frames, self._going = _frames(self._going)
        for kind, flags, stream_id, payload in frames:
            self._we_say(kind, flags, stream_id, payload)

    def came(self, octets):
        self._coming += octets
        *frames, self._coming = _frames(self._coming)
        for kind, flags, stream_id, payload in frames:
            self._it_says(kind, flags, stream_id, payload)

    def _we_say(self, kind, flags, stream_id, payload):
        stream = self.streams.get(stream_id)
        match kind:
            case 0:
                assert (False, None, False) == (stream.ended, stream.reset, self._left), stream_id
                stream.content += payload
                stream.window -= len(payload)
                self._shared -= len(payload)
                assert len(payload) <= self._largest
                assert not payload or min(stream.window, self._shared) >= 0, stream_id
                stream.ended = bool(flags & _ENDS)
            case 1:
                assert not self._left
                self.streams[stream_id] = _Stream(self._initial)
                self.streams[stream_id].ended = bool(flags & _ENDS)
            case 3:
                stream.reset = int.from_bytes(payload)
            case 4 if flags & _ACK:
                self._acknowledged(self._said.popleft())
            case 7:
                self._left = True

    def _acknowledged(self, said):
        self._largest = said.get(_LARGEST, self._largest)
        difference = said.get(_INITIAL, self._initial) - self._initial
        self._initial += difference
        for stream in self.streams.values():
            stream.window += difference

    def _it_says(self, kind, flags, stream_id, payload):
        match kind:
            case 3 if stream_id in self.streams:
                self.streams[stream_id].over = True
            case 4 if not flags & _ACK:
                pairs = [payload[at : at + 6] for at in range(0, len(payload), 6)]
                self._said.append({each[1]: int.from_bytes(each[2:]) for each in pairs})
            case 8 if stream_id == 0:
                self._shared += int.from_bytes(payload)
            case 8 if stream_id in self.streams:
                self.streams[stream_id].window += int.from_bytes(payload)


def _frames(octets):
    """Give whole frames, and what is left behind them."""
    while len(octets) >= 9 and len(octets) >= (end := 9 + int.from_bytes(octets[:3])):
        yield octets[3], octets[4], int.from_bytes(octets[5:9]), octets[9:end]
        octets = octets[end:]
    yield octets
