"""HTTP/2 frames of a server, whole ones with something wrong here and there, against h2.

- What h2 takes we take, with the same meaning, and what we take h2 takes, but for what
  tests/pool/connection/test_http2_differential.py names, with reasons.
- They mean the same however they are cut; what we answer is the same, too.
"""

from ...pool.connection.conftest import H2State
from ...pool.connection.test_http2_differential import Ours, Server, compare
from ..shapes import Source

_NAMES = [
    b"x-a",
    b"x-b",
    b"X-Upper",
    b"x y",
    b"",
    b":path",
    b":status",
    b"connection",
    b"te",
    b"host",
]
_NAMES += [
    b"content-length",
    b"content-length",
    b"cookie",
    b"transfer-encoding",
    b"\xe9",
    b"set-cookie",
]
_VALUES = [
    b"",
    b"b",
    b"0",
    b"5",
    b"trailers",
    b" b",
    b"b\t",
    b"a\r\nb",
    b"\xff",
    b"00",
    b"5, 5",
    b"gzip",
]
_VALUES += [b"v" * 300, b"-1", b"+5", b"1_0", b"\x00", b"1" * 20]
_STATUSES = [
    b"200",
    b"200",
    b"404",
    b"100",
    b"103",
    b"101",
    b"204",
    b"304",
    b"20",
    b"abc",
    b"2000",
    b"",
]
_STREAMS = [1, 3, 5, 7, 2, 0, 0x7FFFFFFF]
_KINDS = [
    "head",
    "head",
    "block",
    "data",
    "data",
    "data",
    "reset",
    "window",
    "settings",
    "raw",
    "goaway",
]
_KINDS += ["ping", "unknown", "push", "continuation", "open block", "priority"]

# A head of 200 and five octets, on each of the three streams.
_USUAL = [bytes([0, stream, 0, 0, 0, 0, 3, stream, 3, 1, 0]) for stream in range(3)]
SEEDS = [b"\x00" + each for each in _USUAL] + [b"\x00" + b"".join(_USUAL), b"\x01" + _USUAL[0]]


def check(data):
    source = Source(data)
    cut = source.octet()
    made = []
    while source and len(made) < 16:
        made.append(_description(source))
    compare(H2State(), made)
    _same_in_pieces(made, cut)


def _description(source):
    kind = source.pick(_KINDS)
    match kind:
        case "head":
            where = source.pick(_STREAMS), source.pick(_STATUSES), _fields(source)
            return kind, *where, source.flag(), source.flag()
        case "block":
            return kind, source.pick(_STREAMS), _fields(source), source.flag()
        case "data":
            where = source.pick(_STREAMS), source.pick([0, 2, 3, 5, 100, 16384, 16385])
            return kind, *where, source.flag(), source.flag()
        case "reset":
            return kind, source.pick(_STREAMS), source.pick([0, 7, 8, 13, 0xABC])
        case "window":
            return kind, source.pick(_STREAMS), source.pick([1, 1000, 0, 2**31 - 1, 2**31])
        case "settings":
            return (
                kind,
                source.pick([1, 2, 3, 4, 5, 6, 8, 99]),
                source.pick([0, 1, 2**14, 2**14 - 1, 2**24, 2**31 - 1, 2**31, 2**32 - 1]),
            )
        case "raw":
            where = source.octet() % 12, source.octet() % 40, source.pick(_STREAMS)
            return kind, *where, source.octet()
        case "goaway":
            return kind, source.pick([0, 1, 3, 5, 2**31 - 1])
        case "priority":
            return kind, source.pick(_STREAMS), source.pick(_STREAMS)
        case _:
            return (kind,)


def _fields(source):
    return [(source.pick(_NAMES), source.pick(_VALUES)) for _ in range(source.octet() % 4)]


def _same_in_pieces(descriptions, cut):
    def outcome(size):
        ours = Ours(H2State())
        server = Server(ours.client)
        written = b"".join(server.write(*made) for made in descriptions)
        for at in range(0, len(written), size):
            if ours.client.state.failure is None:  # else nobody reads on
                ours.hear(written[at : at + size])
        state = ours.client.state
        streams = [(str(stream.failure), stream.go_ahead) for stream in ours.streams.values()]
        return ours.meaning(), streams, str(state.failure), state.draining, state.take()

    whole = outcome(2**20)
    for size in {1 + cut % 9, 10 + cut}:
        found = outcome(size)
        assert whole == found, (size, whole, found)
