"""A connection that breaks, or takes no more, while content goes out over HTTP/2."""

from collections import deque

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    ClosedError,
    Options,
    ReadError,
    RemoteProtocolError,
    Request,
    ScriptedStream,
    Timeout,
    WriteError,
    WriteTimeout,
    run_sync,
)
from testkit.scripted_h2 import HERE, facts_of, post, raised_by, respond, widen

ERRORS = h2.errors.ErrorCodes

pytestmark = pytest.mark.usefixtures("request_lane")


class Breaking(ScriptedStream):
    """Takes no more once so much was written; what the server said before is still there."""

    most = 30_000

    async def write(self, data, timeout=None):
        if len(self.written) + len(data) > self.most:
            raise WriteError("broken pipe")
        await super().write(data, timeout)

    def is_readable(self):
        return len(self.written) > 200 and bool(self._steps)


def pieces_of(size, count=9):
    return [bytes(size)] * count


def test_an_answer_that_came_before_a_write_failed_is_delivered(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(), peer.step(respond(1, b"too large", 413)), b"", stream=Breaking
        )
        facts = await facts_of(connection, post(pieces_of(10_000)))
        return facts, connection.is_closed

    assert ((413, "HTTP/2", b"too large"), True) == run(scenario)


def test_an_answer_that_is_cut_off_there_says_so(h2_peer):
    def cut(p):
        p.head(1, 413)
        p.h2.send_data(1, b"too")

    peer = h2_peer()
    connection = peer.connect(peer.step(cut), b"", stream=Breaking)

    async def scenario():
        response = await connection.send(post(pieces_of(10_000)))
        source = response._body.source
        return response.status_code, await source.read_chunk(), await raised_by(source.read_chunk())

    status, data, error = run_sync(scenario())
    assert (413, b"too", ReadError, True) == (status, data, type(error), error.answered)


@pytest.mark.parametrize(("last", "sent"), [(0, False), (1, True)])
def test_a_goaway_that_came_before_a_write_failed_decides_about_a_replay(run, h2_peer, last, sent):
    async def scenario():
        peer = h2_peer()
        goaway = frames.GoAwayFrame(0, last, ERRORS.NO_ERROR).serialize()
        connection = peer.connect(peer.step(raw=goaway), ReadError("reset"), stream=Breaking)
        error = await raised_by(connection.send(post(pieces_of(10_000))))
        return isinstance(error, RemoteProtocolError), error.sent

    assert (not sent, sent) == run(scenario)


def test_a_write_that_fails_with_nothing_to_hear_is_told(h2_peer):
    peer = h2_peer()
    connection = peer.connect(stream=Breaking)
    error = run_sync(raised_by(connection.send(post(pieces_of(10_000)))))
    assert (WriteError, True, False) == (type(error), error.sent, error.answered)


class Reluctant(ScriptedStream):
    """Takes so much at once: then the server has to be heard before it takes more."""

    def __init__(self, script):
        super().__init__(script)
        self.takes = deque([30, 0, 1000, 0])
        self.heard_at = []

    async def write_some(self, data, timeout=None):
        if not self.takes:
            return await super().write_some(data, timeout)
        taken = min(self.takes.popleft(), len(data))
        self.written += data[:taken]
        return taken

    def is_readable(self):
        return bool(self._steps)

    async def read(self, max_bytes, timeout=None):
        self.heard_at.append(len(self.written))
        return await super().read(max_bytes, timeout)


def test_a_writer_hears_the_server_that_takes_no_more(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        ping = frames.PingFrame(0, b"12345678").serialize()
        connection = peer.connect(
            *[peer.step(raw=ping)] * 3, peer.step(widen(50_000, 1, None)), stream=Reluctant
        )
        connection.wire.stream._steps.append(peer.step(respond(1)))
        facts = await facts_of(connection, post(bytes(80_000)))
        pings = len(peer.of(h2.events.PingAckReceived))
        return facts[0], peer.stream.heard_at[:4], pings, len(peer.content(1)[0])

    assert (200, [30, 30, 1030, 1030], 3, 80_000) == run(scenario)


@pytest.mark.parametrize("end", [b"", ReadError("reset"), b"\0\0\1\0\0\0\0\0\0x"])
def test_a_writer_that_hears_the_end_stops(run, h2_peer, end):
    async def scenario():
        connection = h2_peer().connect(end, stream=Reluctant)
        error = await raised_by(connection.send(post(bytes(80_000))))
        return type(error) in (WriteError, ReadError, RemoteProtocolError), connection.is_closed

    assert (True, True) == run(scenario)


def test_a_server_that_takes_nothing_is_a_write_timeout(h2_peer):
    peer = h2_peer()

    class Full(Reluctant):
        async def write_some(self, data, timeout=None):
            peer.backend.time += 1.5
            timeouts.append(timeout)
            return 0

    timeouts = []
    connection = peer.connect(stream=Full)
    error = run_sync(raised_by(connection.send(post(b"hello"))))
    assert (WriteTimeout, 4) == (type(error), error.limit)
    assert [4.0, 2.5, 1.0, 0.5] == timeouts  # the last is for RST_STREAM
    assert connection.is_closed  # to new requests


@pytest.mark.parametrize("taken", [0, 7, 40])
def test_the_write_limit_of_one_request_is_nothing_to_the_others(run, h2_peer, taken):
    """What it has begun goes on with the next write, be it in the middle of a frame."""

    class Slow(ScriptedStream):
        async def write_some(self, data, timeout=None):
            if timeout != 1 or slow:
                return await super().write_some(data, timeout)
            error = WriteTimeout("too slow", timeout)
            error.taken = min(taken, len(data))
            self.written += data[: error.taken]
            slow.append(error)
            raise error

    slow = []

    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)),
            peer.step(lambda p: p.h2.send_data(1, b"hello", end_stream=True)),
            stream=Slow,
        )
        other = await connection.send(Request("GET", HERE))
        slow.clear()
        hasty = Options(timeout=Timeout(read=3, write=1))
        error = await raised_by(connection.send(post(b"content", options=hasty)))
        closed = connection.is_closed, type(await raised_by(connection.send(post(b"x"))))
        return type(error), closed, await other.read(), peer.resets()

    expected = (WriteTimeout, (True, ClosedError), b"hello", [(3, ERRORS.CANCEL)])
    assert expected == run(scenario)


def test_without_a_limit_it_goes_on_until_the_server_takes_it(h2_peer):
    peer = h2_peer()
    connection = peer.connect(stream=Reluctant, timeout=Timeout.of(None))
    connection.wire.stream._steps.append(peer.step())
    connection.wire.stream.takes.extend([0] * 5)
    steps = [peer.step(lambda p: None, frames.PingFrame(0, bytes(8)).serialize()) for _ in range(8)]
    peer.stream._steps.extend(steps)
    peer.stream._steps.append(peer.step(respond(1)))
    assert 200 == run_sync(facts_of(connection, post(b"hello")))[0]
