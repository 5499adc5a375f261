"""More requests on an HTTP/2 connection than the server allows: who waits for a stream, and how long."""

import asyncio

import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    AsyncioBackend,
    ClosedError,
    Options,
    PoolTimeout,
    ReadError,
    Timeout,
    TotalTimeout,
    run_sync,
)
from testkit.scripted_h2 import facts_of, get, raised_by, respond

CODES = h2.settings.SettingCodes

pytestmark = pytest.mark.usefixtures("request_lane")


def one_stream(h2_peer, *script, **options):
    peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 1})
    return peer, peer.connect(peer.step(lambda p: p.head(1)), *script, **options)


def test_more_requests_than_the_server_allows_wait_for_a_stream(run, h2_peer):
    async def scenario():
        peer, connection = one_stream(h2_peer)
        peer_ends = peer.step(lambda p: p.h2.send_data(1, b"one", end_stream=True))
        first = await connection.send(get())
        peer.stream._steps += [peer_ends, peer.step(respond(3, b"two"))]
        second = await facts_of(connection)
        return await first.read(), second

    assert (b"one", (200, "HTTP/2", b"two")) == run(scenario)


def test_they_wait_for_the_limit_of_the_pool_and_nothing_is_sent(run, h2_peer):
    async def scenario():
        peer, connection = one_stream(h2_peer, timeout=Timeout(pool=7))
        response = await connection.send(get())
        before = len(peer.stream.written)
        error = await raised_by(connection.send(get("POST", b"x")))
        unsent = before == len(peer.stream.written)
        await response.close()
        return type(error), error.limit, error.sent, str(error), unsent, connection.exchanges

    kind, limit, sent, text, unsent, exchanges = run(scenario)
    assert (PoolTimeout, 7, False, True, 1) == (kind, limit, sent, unsent, exchanges)
    assert "none of the 1 streams that the server allows became free" in text


def test_who_watches_is_told_of_the_wait(run, h2_peer):
    async def scenario():
        seen = []
        watching = Options(trace=lambda event: seen.append(event.name))
        peer, connection = one_stream(h2_peer, timeout=Timeout(pool=7))
        peer_ends = peer.step(lambda p: p.h2.send_data(1, b"one", end_stream=True))
        first = await connection.send(get())
        await raised_by(connection.send(get(options=watching)))
        peer.stream._steps += [peer_ends, peer.step(respond(3, b"two"))]
        await facts_of(connection, get(options=watching))
        await first.read()
        return seen[:4]

    assert ["pool.start", "pool.failed", "pool.start", "pool.done"] == run(scenario)


def test_a_watcher_that_fails_after_the_wait_leaves_no_stream(run, h2_peer):
    def fail(event):
        if event.name == "pool.done":
            raise ZeroDivisionError

    async def scenario():
        peer, connection = one_stream(h2_peer)
        peer_ends = peer.step(lambda p: p.h2.send_data(1, b"one", end_stream=True))
        first = await connection.send(get())
        peer.stream._steps += [peer_ends]
        error = await raised_by(connection.send(get(options=Options(trace=fail))))
        await first.read()
        return type(error), len(connection.state.streams)

    assert (ZeroDivisionError, 0) == run(scenario)


def test_the_total_may_end_the_wait(h2_peer):
    def late(stream):
        connection._backend.time += 3.0

    _, connection = one_stream(h2_peer, late, timeout=Timeout(pool=7, total=2))

    async def scenario():
        response = await connection.send(get())
        error = await raised_by(connection.send(get()))
        await response.close()
        return type(error), error.limit

    assert (TotalTimeout, 2) == run_sync(scenario())


def test_they_are_served_in_their_order_whoever_reads(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 1})
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        tasks = [asyncio.ensure_future(facts_of(connection))]
        peer.stream.feed(peer.step(lambda p: p.head(1)))
        await settled()
        tasks += [asyncio.ensure_future(facts_of(connection)) for _ in range(3)]
        await settled()
        tasks[2].cancel()
        await settled()
        asked = []
        for number in (1, 3, 5):
            asked.append([event.stream_id for event in peer.of(h2.events.RequestReceived)])
            body = b"%d" % number
            if number == 1:
                peer.h2.send_data(1, body, end_stream=True)
            else:
                peer.answer(number, body)
            peer.stream.feed(peer.step())
            await settled()
        bodies = [task.result()[2] for task in tasks if not task.cancelled()]
        return asked, bodies

    assert ([[1], [1, 3], [1, 3, 5]], [b"1", b"3", b"5"]) == asyncio.run(scenario())


def test_a_limit_that_is_raised_lets_them_go_on(h2_peer):
    peer, connection = one_stream(h2_peer)

    async def scenario():
        first = await connection.send(get())
        raised = peer.step(lambda p: p.h2.update_settings({CODES.MAX_CONCURRENT_STREAMS: 2}))
        peer.stream._steps += [raised, peer.step(respond(3, b"two"))]
        second = await facts_of(connection)
        await first.close()
        return second

    assert (200, "HTTP/2", b"two") == run_sync(scenario())


def test_a_cancelled_exchange_lets_the_next_go_on_although_that_one_reads(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 1})
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        peer.stream.feed(peer.step(lambda p: p.head(1)))
        first = await connection.send(get())
        second = asyncio.ensure_future(facts_of(connection))
        await settled()  # it waits for a stream, and reads for that
        await first.close()
        peer.stream.feed(peer.step())  # the answer to a PING
        await settled()
        peer.stream.feed(peer.step(respond(3, b"two")))
        return peer.of(h2.events.PingReceived)[0].ping_data, await second

    assert (b"\0\0\0\0\0\0\0\1", (200, "HTTP/2", b"two")) == asyncio.run(scenario())


@pytest.mark.parametrize("end", ["GOAWAY", b"", ReadError("reset"), b"\0\0\1\0\0\0\0\0\0x"])
def test_who_waits_for_a_stream_when_the_connection_ends_has_sent_nothing(run, h2_peer, end):
    async def scenario():
        goaway = frames.GoAwayFrame(0, last_stream_id=1, error_code=0).serialize()
        last = goaway if end == "GOAWAY" else end
        peer, connection = one_stream(h2_peer)
        response = await connection.send(get())
        peer.stream._steps.append((lambda stream: last) if isinstance(last, bytes) else last)
        error = await raised_by(connection.send(get("POST", b"x")))
        await response.close()
        return isinstance(error, ClosedError) or not error.sent, connection.exchanges

    assert (True, 1) == run(scenario)
