"""One HTTP/2 connection: many streams at once, and its end."""

import asyncio

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    AsyncioBackend,
    ClosedError,
    Options,
    ReadError,
    RemoteProtocolError,
    Request,
    Timeout,
    WriteError,
    run_sync,
)
from testkit.scripted_h2 import facts_of, get, raised_by, respond

CODES = h2.settings.SettingCodes

pytestmark = pytest.mark.usefixtures("request_lane")


# Many at once.


def test_several_streams_run_at_once(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        bodies = peer.step(
            lambda p: [p.h2.send_data(i, b"body %d" % i, end_stream=True) for i in (3, 1)]
        )
        connection = peer.connect(
            peer.step(lambda p: p.head(1)), peer.step(lambda p: p.head(3)), bodies
        )
        first, second = await connection.send(get()), await connection.send(get())
        shown = repr(connection)
        return await first.read(), await second.read(), shown, connection.exchanges

    assert (
        b"body 1",
        b"body 3",
        "<HTTP2Connection to scripted:0, 2 streams, 2 requests>",
        2,
    ) == run(scenario)


def test_many_requests_at_once_over_one_connection(world, pool_of, origin):
    async def scenario():
        async with pool_of(world) as pool:

            async def one():
                response = await pool.send(Request("GET", f"{origin.tls}/bytes/100000"))
                return response.protocol, len(await response.read())

            answers = await world.gather(*[one] * 50)
            return set(answers), len(answers), pool.connections_opened

    assert ({("HTTP/2", 100_000)}, 50, 1) == world.run(scenario)


def test_more_requests_at_once_than_the_server_allows_on_one_connection(world, pool_of, origin):
    # The origin allows 100, and says so only after it was connected to.
    async def scenario():
        async with pool_of(world) as pool:

            async def one():
                response = await pool.send(Request("GET", origin.tls))
                return response.protocol, await response.read()

            answers = await world.gather(*[one] * 150)
            return set(answers), len(answers), pool.connections_opened <= 2

    assert ({("HTTP/2", b"hello, world")}, 150, True) == world.run(scenario)


def test_large_bodies_go_both_ways_at_once(world, pool_of, origin):
    async def scenario():
        async with pool_of(world) as pool:

            async def up():
                response = await pool.send(Request("POST", f"{origin.tls}/echo", bytes(700_000)))
                return (await response.read(), response.json()["length"])[1]

            async def down():
                response = await pool.send(Request("GET", f"{origin.tls}/stream/3000000"))
                return len(await response.read())

            answers = await world.gather(*[up, down] * 3)
            return answers, pool.connections_opened

    assert ([700_000, 3_000_000] * 3, 1) == world.run(scenario)


# How many the server allows.


def test_before_the_servers_settings_a_hundred_streams_are_assumed(h2_peer):
    # RFC 9113 6.5.2 recommends no fewer; until SETTINGS come the formal limit is none.
    peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 7})
    connection = peer.connect(peer.step(respond(1)))
    before = connection.capacity, connection.is_settled
    run_sync(facts_of(connection))
    assert ((100, False), (7, True)) == (before, (connection.capacity, connection.is_settled))


# The end of a connection.


def test_a_goaway_fails_the_streams_above_the_last_and_others_go_on(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        goaway = frames.GoAwayFrame(0, last_stream_id=1, error_code=0).serialize()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)),
            peer.step(raw=goaway),
            peer.step(lambda p: p.h2.send_data(1, b"hello", end_stream=True)),
        )
        first = await connection.send(get())
        error = await raised_by(connection.send(get()))
        closed = connection.is_closed
        refused = await raised_by(connection.send(get()))
        return type(error), error.sent, str(error), closed, type(refused), await first.read()

    kind, sent, text, closed, refused, body = run(scenario)
    assert (RemoteProtocolError, False, True, ClosedError, b"hello") == (
        kind,
        sent,
        closed,
        refused,
        body,
    )
    assert "GET https://user:[secure]@example.org/path?q=1: the server is going away" in text


@pytest.mark.parametrize(
    "end",
    [b"", ReadError("reset"), b"\0\0\1\0\0\0\0\0\0x", b"\0\0\5\4\0\0\0\0\0hello"],
    ids=["end", "reset", "data on stream 0", "odd settings"],
)
def test_a_dead_connection_fails_every_stream_with_an_error_of_its_own(run, h2_peer, end):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)), peer.step(lambda p: p.head(3)), end
        )
        first, second = await connection.send(get()), await connection.send(get())
        third = await raised_by(connection.send(get()))
        errors = [third, await raised_by(first.read()), await raised_by(second.read())]
        refused = await raised_by(connection.send(get()))
        return errors, connection.is_closed, type(refused)

    errors, closed, refused = run(scenario)
    assert (3, {True}, True, ClosedError) == (
        len(set(map(id, errors))),
        {type(error) in (ReadError, RemoteProtocolError) for error in errors},
        closed,
        refused,
    )
    assert [True, True] == [error.answered for error in errors[1:]]


def test_close_says_goodbye_and_fails_what_runs(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda p: p.head(1)))
        response = await connection.send(get())
        await connection.close()
        await connection.close()
        error = await raised_by(response.read())
        goodbyes = peer.of(h2.events.ConnectionTerminated)
        refused = await raised_by(connection.send(get()))
        return type(error), len(goodbyes), peer.stream.closed, repr(connection), type(refused)

    shown = "<HTTP2Connection to scripted:0, closed, 1 requests>"
    assert (ReadError, 1, True, shown, ClosedError) == run(scenario)


@pytest.mark.parametrize("error", [WriteError("broken pipe"), KeyboardInterrupt()])
def test_close_closes_although_goodbye_can_not_be_said(h2_peer, error):
    peer = h2_peer()
    connection = peer.connect()
    peer.stream.write_error = error
    try:
        run_sync(connection.close())
    except KeyboardInterrupt:
        pass
    assert (True, True) == (peer.stream.closed, connection.is_closed)


def test_close_after_a_failure_closes_the_stream(h2_peer):
    peer = h2_peer()
    connection = peer.connect(b"")
    run_sync(raised_by(connection.send(get())))
    run_sync(connection.close())
    assert (True, []) == (peer.stream.closed, peer.of(h2.events.ConnectionTerminated))


def test_a_forgotten_connection_says_nothing_and_carries_nothing(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1)))
        await facts_of(connection)
        connection.forget()
        refused = await raised_by(connection.send(get()))
        await connection.close()
        goodbyes = peer.of(h2.events.ConnectionTerminated)
        return connection.is_closed, peer.stream.closed, goodbyes, type(refused)

    assert (True, True, [], ClosedError) == run(scenario)


def test_used_up_identifiers_end_the_connection(h2_peer):
    connection = h2_peer().connect()
    connection.state.next_id = 2**31 + 1
    assert ClosedError is type(run_sync(raised_by(connection.send(get()))))
    assert connection.is_closed


# Idle.


def test_frames_that_come_while_idle_are_taken_in(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1)))
        await facts_of(connection)
        quiet = await connection.is_stale()
        peer.stream._steps.append(frames.PingFrame(0, b"12345678").serialize())
        busy = await connection.is_stale()
        answered = len(peer.of(h2.events.PingAckReceived))
        goaway = frames.GoAwayFrame(0, last_stream_id=1, error_code=0)
        peer.stream._steps.append(goaway.serialize())
        return quiet, busy, answered, await connection.is_stale()

    assert (False, False, 1, True) == run(scenario)


@pytest.mark.parametrize("end", [b"", ReadError("reset")])
def test_an_end_while_idle_is_noticed(run, h2_peer, end):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1)))
        await facts_of(connection)
        peer.stream._steps.append(end)
        return await connection.is_stale(), connection.is_closed, await connection.is_stale()

    assert (True, True, True) == run(scenario)


def test_an_end_behind_other_frames_is_noticed(run, h2_peer):
    """Such as what was still coming for a request that was left early."""

    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1)))
        await facts_of(connection)
        peer.stream._steps += [frames.PingFrame(0, b"12345678").serialize(), b""]
        return await connection.is_stale()

    assert run(scenario)


def test_a_server_that_sends_without_end_is_not_heard_to_it(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1)))
        await facts_of(connection)
        peer.stream._steps += [frames.PingFrame(0, b"12345678").serialize()] * 1000
        return await connection.is_stale(), len(peer.stream._steps)

    stale, left = run(scenario)
    assert not stale
    assert left > 900


def test_whether_it_is_stale_is_told_while_another_reads(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        request = asyncio.ensure_future(facts_of(connection))
        await settled()
        stale = await connection.is_stale()
        peer.stream.feed(peer.step(respond(1, b"hello")))
        return stale, await request

    assert (False, (200, "HTTP/2", b"hello")) == asyncio.run(scenario())


def test_a_request_of_its_own_limits_needs_none_of_the_connections(h2_peer):
    peer = h2_peer()
    connection = peer.connect(timeout=None)
    options = Options(timeout=Timeout(read=2)).begun(0.0, Timeout())
    error = run_sync(raised_by(connection.send(get(options=options))))
    assert 2 == error.limit
