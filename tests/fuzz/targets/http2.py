"""What a server sends over HTTP/2, as octets, to a whole connection with one request after another.

- Nothing but errors of the tree comes out; their text is short, printable, and has no secret.
- Each request gets its own answer: bodies name the stream on which they came.
- What we send is what h2's server takes without complaint, whatever came.
- No more content comes out than went in.
"""

import h2.config
import h2.connection
from h2.settings import SettingCodes, Settings

from httpcore_pool import (
    ClosedError,
    HTTP2Connection,
    HTTPError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    run_sync,
)
from httpcore_pool.hpack import Encoder

from ..judges import plain_error
from ..shapes import Source

_WINDOW, _WIDEST = SettingCodes.INITIAL_WINDOW_SIZE, 2**31 - 1
_FIELDS = [
    [(b":status", b"200")],
    [(b":status", b"200"), (b"content-length", b"5")],
    [(b":status", b"200"), (b"content-encoding", b"gzip")],
    [(b":status", b"103"), (b"link", b"</a>")],
    [(b":status", b"100")],
    [(b":status", b"204")],
    [(b":status", b"404"), (b"x-a", b"v" * 200), (b"set-cookie", b"a=b")],
    [(b"x-t", b"1")],
    [],
]
_SETTINGS = [
    b"",
    b"\x00\x03\x00\x00\x00\x01",
    b"\x00\x03\x00\x00\x00\x00",
    b"\x00\x04\x00\x00\x00\x02",
    b"\x00\x04\x7f\xff\xff\xff",
    b"\x00\x05\x00\x00\x40\x00",
    b"\x00\x06\x00\x00\x00\x40",
    b"\x00\x01\x00\x00\x00\x00",
    b"\x00\x08\x00\x00\x00\x01",
]
# Each request is a group; an octet says how many frames its answer has.
SEEDS = [
    bytes([0, 0, 2, 4, 0, 1, 1, 1]),
    bytes([1, 1, 3, 4, 0, 1, 3, 0, 1, 1]),
    bytes([2, 0, 3, 4, 1, 1, 0, 2, 3, 5, 7]),
]


def check(data):
    source = Source(data)
    answers = _Answers(source)
    stream = ScriptedStream(answers.steps())
    connection = HTTP2Connection(stream, ScriptedBackend())
    for _ in range(3):
        answers.attempt += 1
        try:
            run_sync(_exchange(connection, source, answers))
        except ClosedError:
            break
        except HTTPError as error:
            plain_error(error, "hunter2")
        if stream.closed:
            break
    run_sync(connection.close())
    h2_takes(stream.written)


async def _exchange(connection, source, answers):
    method = source.pick(["GET", "POST", "HEAD"])
    content = (
        b"x" * 70_000 if method == "POST" and source.flag() else b"x" if method == "POST" else None
    )
    response = await connection.send(Request(method, "https://user:hunter2@example.org/", content))
    received = 0
    async for piece in response.raw():
        received += len(piece)
        own = b"%d" % (2 * answers.attempt - 1)
        assert set(piece) <= {*own}, (own, piece)
        if source.octet() == 7:
            break  # a user that stops early
    await response.close()
    assert received <= answers.content


class _Answers:
    """What the server sends: an answer each time that something is read, as long as there are octets."""

    def __init__(self, source):
        self._source = source
        self._encoder = Encoder()
        self.attempt = 0
        self.content = 0

    def steps(self):
        yield lambda _: _frame(4, 0, 0, self._source.pick(_SETTINGS))
        for _ in range(12):
            yield self._answer

    def _answer(self, _):
        if not self._source:
            return b""
        frames = [self._frame() for _ in range(self._source.octet() % 6)]
        octets = b"".join(frames)
        return octets or None

    def _frame(self):
        source = self._source
        kind = source.octet() % 12
        stream_id = source.pick([2 * self.attempt - 1, 1, 3, 5, 0, 2])
        flags = source.octet()
        match kind:
            case 0:
                return self._data(stream_id, flags)
            case 1:
                block = self._encoder.encode(source.pick(_FIELDS))
                return _frame(1, (flags & 0x29) | 4, stream_id, block)
            case 3:
                return _frame(3, 0, stream_id, source.number(1).to_bytes(4))
            case 4:
                return _frame(4, flags & 1, 0, b"" if flags & 1 else source.pick(_SETTINGS))
            case 7:
                return _frame(7, 0, 0, source.pick([0, 1, 3, 9]).to_bytes(4) + bytes(3) + b"\x02")
            case 8:
                where = source.pick([0, stream_id])
                return _frame(8, 0, where, source.pick([1, 100_000, 0, 2**31 - 1]).to_bytes(4))
            case 10:
                return source.octets(flags % 24)  # no frame at all, or any
            case _:
                return _frame(kind, flags, stream_id, source.octets(source.octet() % 24))

    def _data(self, stream_id, flags):
        content = b"%d" % stream_id * (self._source.octet() * 40)
        self.content += len(content)
        return _frame(0, flags & 1, stream_id, content)


def _frame(kind, flags, stream_id, payload):
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream_id.to_bytes(4) + payload


def h2_takes(written):
    """h2 as the server, with windows and frames as large as any that may have been told."""
    server = h2.connection.H2Connection(
        h2.config.H2Configuration(client_side=False, header_encoding=None)
    )
    server.local_settings = Settings(client=False, initial_values={_WINDOW: _WIDEST})
    server.max_inbound_frame_size = 2**24 - 1
    server.initiate_connection()
    server.increment_flow_control_window(_WIDEST - 65_535)
    server.receive_data(written)
