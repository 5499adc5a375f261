"""Raw streams inside of HTTP/2 (RFC 9113 8.5, RFC 8441), other requests beside them, and any server.

- What is read is a beginning of what the server sent on that stream; where the end is told, all of it.
  Nothing is lost by a limit of time, nor by reading little at a time.
- What goes out is what was written, in order, within the server's windows; of what failed a beginning, and
  nothing behind the end that the server has told.
- Each call ends in its time, with an error of the tree at worst, whose text is plain. Once all are closed the
  server knows, the connection keeps nothing of them, and h2 takes all that we said.
"""

from httpcore_pool import (
    HTTP2Connection,
    HTTPError,
    Options,
    ReadError,
    Request,
    ScriptedBackend,
    WriteError,
    WriteTimeout,
    run_sync,
)

from ..http2_server import SAID, HTTP2Server, Referee
from ..judges import plain_error
from ..peer import TIMEOUTS, Peer
from ..shapes import Source
from .http2 import h2_takes

_ENABLE_CONNECT_PROTOCOL, _CANCEL = 8, 8
_SAID = [{_ENABLE_CONNECT_PROTOCOL: 1, **each} for each in SAID]
_URL = "https://user:hunter2@example.org/chat"
_SIZES = [0, 1, 5, 100, 5000, 16_384, 70_000]
_MOST_STREAMS, _MOST_STEPS = 3, 40
_SECONDS = 5.0
_LATE = (
    1.1  # what a call may take beyond its limit: two attempts to answer a server that takes nothing
)
# Whether the connection has a limit, whether it looks before it sends, SETTINGS; then what is done and said.
SEEDS = [
    bytes([0, 0, 0, 3, 2, 4]) + rest
    for rest in (
        b"\0" * 30,
        bytes([0, 2, 0, 1, 3, 0, 0, 9, 1, 5, 6]) * 3,
        bytes(range(0, 250, 3)),
        bytes(range(1, 250, 5)) + bytes(range(250, 0, -7)),
        bytes([1, 0, 2, 4, 5, 1, 0, 0, 0, 8, 2, 3, 1, 8, 0, 0, 6] * 4),
    )
]


def check(data):
    source = Source(data)
    backend, referee = ScriptedBackend(), Referee()
    server = HTTP2Server(source, referee, _SAID)
    peer = Peer(source, backend, server.speak, referee.went, referee.came)
    connection = HTTP2Connection(peer, backend, timeout=source.pick(TIMEOUTS))
    play = _Play(source, backend, referee, connection)
    for _ in range(_MOST_STEPS):
        if not source:
            break
        play.step()
    play.close()
    state = connection.state
    assert {} == state.streams == state.openers == state.windows._line
    assert 0 == state.windows._dealt
    h2_takes(peer.written)
    is_there = not (connection.is_closed or peer.failed)
    for tunnel in play.tunnels:
        tunnel.is_right(is_there=is_there)
    run_sync(connection.close())


class _Tunnel:
    """What a raw stream was given, and gave."""

    def __init__(self, response, record):
        self.response, self.stream = response, response.network_stream
        self.record = record
        self.written, self.read = b"", b""
        self.is_closed = self.ended = self.broke = False

    def is_right(self, *, is_there):
        """Look at all of it, once it is closed; and whether the connection is there still."""
        told = self.record.ended or self.record.reset is not None or self.record.over
        assert told or not is_there
        assert self.record.reset != _CANCEL or not self.ended or not is_there
        sent, received = bytes(self.record.content), bytes(self.record.received)
        assert self.written.startswith(sent), (len(sent), len(self.written))
        assert received.startswith(self.read), (received, self.read)
        assert not self.ended or (received == self.read and self.record.told_end)


class _Play:
    """Calls of tunnels, and of others beside them, as the source has it."""

    def __init__(self, source, backend, referee, connection):
        self._source, self._backend = source, backend
        self._referee, self._connection = referee, connection
        self.tunnels = []

    def step(self):
        steps = [self._open, self._read, self._read, self._look, self._write, self._write_some]
        steps += [self._ask, self._close_one, self._is_ready, self._read, self._write]
        self._source.pick(steps)()

    def close(self):
        for tunnel in self.tunnels:
            run_sync(tunnel.stream.close())
            run_sync(tunnel.response.close())

    def _call(self, coroutine, limit=None):
        """Give what a call returns, or its error."""
        began = self._backend.time
        try:
            outcome = run_sync(coroutine)
        except HTTPError as error:
            plain_error(error, "hunter2")
            outcome = error
        assert limit is None or self._backend.time - began <= limit + _LATE
        return outcome

    def _some(self):
        """One of the tunnels, or None."""
        return self.tunnels[self._source.octet() % len(self.tunnels)] if self.tunnels else None

    def _open(self):
        if len(self.tunnels) == _MOST_STREAMS:
            return
        protocol = "websocket" if self._source.flag() else None
        options = Options(connect_protocol=protocol)
        response = self._call(self._connection.send(Request("CONNECT", _URL, options=options)))
        if isinstance(response, HTTPError):
            return
        record = self._referee.streams[max(self._referee.streams)]
        if response.network_stream is None:
            assert not 200 <= response.status_code < 300 or record.told_end
            self._call(response.read())
            run_sync(response.close())
            return
        assert 200 <= response.status_code < 300
        self.tunnels.append(_Tunnel(response, record))

    def _ask(self):
        """Another request on the same connection."""
        response = self._call(self._connection.send(Request("GET", "https://example.org/")))
        if not isinstance(response, HTTPError):
            self._call(response.read())
            run_sync(response.close())

    def _read(self):
        tunnel = self._some()
        if tunnel is not None:
            size = 1 + self._source.octet() * 7
            self._has_read(tunnel, size, self._call(tunnel.stream.read(size, _SECONDS), _SECONDS))

    def _look(self):
        tunnel = self._some()
        if tunnel is not None:
            size = 1 + self._source.octet() * 7
            self._has_read(tunnel, size, self._call(tunnel.stream.read_available(size), 0))

    def _has_read(self, tunnel, size, outcome):
        if isinstance(outcome, bytes):
            assert not tunnel.is_closed
            assert len(outcome) <= size
            assert not (tunnel.ended and outcome)
            tunnel.read += outcome
            tunnel.ended |= not outcome
        elif outcome is not None:
            assert not (tunnel.ended and not tunnel.is_closed), outcome
            assert not tunnel.is_closed or isinstance(outcome, ReadError)

    def _write(self):
        tunnel = self._some()
        if tunnel is not None:
            data = self._content(tunnel)
            outcome = self._call(tunnel.stream.write(data, _SECONDS), 3 * _SECONDS)
            self._has_written(tunnel, data, len(data) if outcome is None else outcome)

    def _write_some(self):
        tunnel = self._some()
        if tunnel is not None:
            data = self._content(tunnel)
            outcome = self._call(tunnel.stream.write_some(data, _SECONDS), 3 * _SECONDS)
            self._has_written(tunnel, data, outcome)

    def _content(self, tunnel):
        """Content that tells its place."""
        begin, size = len(tunnel.written), self._source.pick(_SIZES)
        return (bytes((begin + at) % 253 for at in range(min(size, 253))) * (size // 253 + 1))[
            :size
        ]

    @staticmethod
    def _has_written(tunnel, data, outcome):
        went = len(tunnel.record.content) - len(tunnel.written)
        if isinstance(outcome, HTTPError):
            assert tunnel.is_closed <= isinstance(outcome, WriteError)
            # What was taken may be on its way still.
            outcome = outcome.taken if isinstance(outcome, WriteTimeout) else max(0, went)
            assert went <= outcome
        else:
            assert went == outcome or not (data[:outcome] or went > 0), (went, outcome)
            assert not (tunnel.ended and outcome)
            assert outcome or not data or tunnel.stream._has_news
        tunnel.written += data[:outcome]

    def _close_one(self):
        tunnel = self._some()
        if tunnel is not None:
            run_sync(tunnel.stream.close())
            tunnel.is_closed = True

    def _is_ready(self):
        """Who is told that there is something to read does not wait for it."""
        tunnel = self._some()
        if tunnel is None or tunnel.is_closed:
            return
        tunnel.stream.is_writable()
        if tunnel.stream._has_news:
            self._has_read(tunnel, 9, self._call(tunnel.stream.read(9, _SECONDS), 0))
