"""A server of HTTP/2 whose octets decide what it says, and `Referee`, who reads along."""

from collections import Counter, deque

from httpcore_pool.hpack import Encoder

_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_ENDS = _ACK = 1
_PADDED = 8
_INCREMENTS = [1, 7, 100, 4096, 70_000, 400_000, 2**31 - 1, 0]
_STATUSES = [b"200", b"100", b"103", b"200", b"204", b"302", b"413", b"20x"]
_INITIAL, _LARGEST, _STREAMS = 4, 5, 3
SAID = [
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
"""SETTINGS, by their identifiers (RFC 9113 6.5.2)."""


class HTTP2Server:
    """What a server says that does as its octets decide.

    Args:
        source: what decides.
        referee: knows the streams that there are.
        said: what its SETTINGS may be.
    """

    def __init__(self, source, referee, said=SAID):
        self._source = source
        self._referee = referee
        self._settings_said = said
        self._encoder = Encoder()
        self._sent = Counter()  # octets, by stream
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
        said = self._source.pick(self._settings_said)
        payload = b"".join(key.to_bytes(2) + value.to_bytes(4) for key, value in said.items())
        return frame(_SETTINGS, 0, 0, payload)

    def _frame(self):
        source = self._source
        kind = source.octet() % 12
        stream_id = source.pick([*self._referee.streams] or [0])
        match kind:
            case 0:
                return self._data(stream_id, source.octet(), source.octet())
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

    def _data(self, stream_id, flags, size):
        """Octets that tell their stream and place, with padding or without."""
        begin = self._sent[stream_id] + 100 * stream_id
        self._sent[stream_id] += size
        data = bytes((begin + at) % 251 for at in range(size))
        if flags & _PADDED:
            data = bytes([flags // 16]) + data + bytes(flags // 16)
        return frame(_DATA, flags & (_ENDS | _PADDED), stream_id, data)


def frame(kind, flags, stream_id, payload):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream_id.to_bytes(4) + payload


class _Stream:
    def __init__(self, window):
        self.window = window
        self.content = bytearray()
        self.ended, self.reset = False, None  # by us
        self.over = False  # the server has reset it
        self.received, self.told_end = bytearray(), False


class Referee:
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
            case 0 if stream_id in self.streams and not self.streams[stream_id].told_end:
                stream = self.streams[stream_id]
                padding = payload[:1] if flags & _PADDED else b""
                stream.received += payload[len(padding) : len(payload) - sum(padding)]
                stream.told_end |= bool(flags & _ENDS)
            case 1 if stream_id in self.streams:
                self.streams[stream_id].told_end |= bool(flags & _ENDS)
            case 3 if stream_id in self.streams:
                self.streams[stream_id].over = True
            case 4 if not flags & _ACK:
                pairs = [payload[at : at + 6] for at in range(0, len(payload) - 5, 6)]
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
