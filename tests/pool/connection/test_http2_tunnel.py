"""Tunnels over HTTP/2: CONNECT (RFC 9113 8.5) and extended CONNECT (RFC 8441) lead to a raw stream."""

import asyncio

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    AsyncioBackend,
    LocalProtocolError,
    Options,
    PoolTimeout,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Timeout,
    WriteError,
    WriteTimeout,
    run_sync,
)
from testkit.scripted_h2 import raised_by

HERE = "https://example.org/chat"
CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes
OFFERS = {CODES.ENABLE_CONNECT_PROTOCOL: 1}

pytestmark = pytest.mark.usefixtures("request_lane")


def connect(**options):
    return Request("CONNECT", "https://db.internal:5432", options=Options(**options))


def websocket():
    return Request("CONNECT", HERE, options=Options(connect_protocol="websocket"))


def says(data, *, end=False):
    return lambda peer: peer.h2.send_data(1, data, end_stream=end)


async def tunnel(peer, *script, request=None, **options):
    connection = peer.connect(peer.step(lambda p: p.head(1)), *script, **options)
    response = await connection.send(request or connect())
    return response, response.network_stream


def fields_of(peer):
    return [tuple(field) for field in peer.of(h2.events.RequestReceived)[0].headers]


# How it begins.


def test_connect_leads_to_a_raw_stream(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        response, stream = await tunnel(
            peer, peer.step(says(b"hello")), peer.step(says(b"", end=True))
        )
        await stream.write(b"ping")
        data = (
            await stream.read(3),
            await stream.read(9),
            await stream.read(9),
            await stream.read(9),
        )
        sent = peer.content(1)
        await stream.close()
        return response.status_code, await response.read(), data, sent, stream.peer, fields_of(peer)

    assert (
        200,
        b"",
        (b"hel", b"lo", b"", b""),
        (b"ping", False),
        "scripted:0",
        [(":method", "CONNECT"), (":authority", "db.internal:5432")],
    ) == run(scenario)


def test_what_comes_with_the_head_is_read_first(h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda p: (p.head(1), says(b"hello")(p))))
        stream = (await connection.send(connect())).network_stream
        readable = stream.is_readable()
        data = await stream.read(2), stream.is_readable(), await stream.read(9)
        afterwards = stream.is_readable()
        await stream.close()
        return readable, *data, afterwards

    assert (True, b"he", True, b"llo", False) == run_sync(scenario())


def test_all_may_come_with_the_head(h2_peer):
    async def scenario():
        peer = h2_peer()
        both = peer.step(lambda p: (p.head(1), says(b"hello", end=True)(p)))
        stream = (await peer.connect(both).send(connect())).network_stream
        data = await stream.read(9), await stream.read(9)
        await stream.close()
        return data, peer.content(1), peer.resets()

    assert ((b"hello", b""), (b"", True), []) == run_sync(scenario())


def test_what_is_there_is_read_without_waiting(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer)
        nothing = await stream.read_available(9)
        peer.h2.send_data(1, b"hello", end_stream=True)
        peer.stream._steps.append(peer.h2.data_to_send())
        found = [await stream.read_available(size) for size in (2, 9, 9)]
        await stream.close()
        return nothing, found

    assert (None, [b"he", b"llo", b""]) == run(scenario)


def test_a_stream_is_writable_while_both_windows_have_room(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer)
        found = [stream.is_writable()]
        await stream.write(bytes(65_535 - 255))
        found.append(stream.is_writable())
        for widened in (1, None):
            peer.h2.increment_flow_control_window(1000, widened)
            peer.stream._steps.append(peer.h2.data_to_send())
            await stream.read_available(9)
            found.append(stream.is_writable())
        peer.stream.is_writable = lambda: False
        found.append(stream.is_writable())
        peer.h2.end_stream(1)
        peer.stream._steps.append(peer.h2.data_to_send())
        await stream.read_available(9)
        found.append(stream.is_writable())
        await stream.close()
        return [*found, stream.is_writable()]

    assert [True, False, False, True, False, True, True] == run(scenario)


def test_empty_frames_do_not_put_off_the_limit_of_a_read(h2_peer):
    async def scenario():
        def nothing(peer):
            backend.time += 2
            peer.h2.send_data(1, b"")

        peer = h2_peer()
        _, stream = await tunnel(peer, *(peer.step(nothing) for _ in range(9)))
        backend = stream._exchange.backend
        with pytest.raises(ReadTimeout):
            await stream.read(9, 5)
        await stream.close()
        return backend.time

    assert 6 == run_sync(scenario())


def test_extended_connect_names_the_protocol(run, h2_peer):
    async def scenario():
        peer = h2_peer(OFFERS)
        connection = peer.connect(peer.step(lambda p: p.answer(1)), peer.step(lambda p: p.head(3)))
        await (await connection.send(Request("GET", HERE))).read()
        response = await connection.send(websocket())
        await response.network_stream.write(b"frame")
        fields = [tuple(field) for field in peer.of(h2.events.RequestReceived)[1].headers]
        await response.close()
        return fields, peer.content(3), peer.resets()

    fields, content, resets = run(scenario)
    assert [
        (":method", "CONNECT"),
        (":authority", "example.org"),
        (":scheme", "https"),
        (":path", "/chat"),
        (":protocol", "websocket"),
    ] == fields
    assert ((b"frame", False), [(3, ERRORS.CANCEL)]) == (content, resets)


def test_a_server_that_does_not_offer_it_gets_no_extended_connect(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.answer(1)))

    async def scenario():
        await (await connection.send(Request("GET", HERE))).read()
        return await raised_by(connection.send(websocket()))

    error = run_sync(scenario())
    assert (LocalProtocolError, 1) == (type(error), connection.exchanges)
    assert "does not offer extended CONNECT" in str(error)


def test_extended_connect_waits_to_learn_whether_the_server_offers_it(run, h2_peer):
    async def scenario():
        peer = h2_peer(OFFERS)
        connection = peer.connect(peer.step(), peer.step(lambda p: p.head(1)))
        response = await connection.send(websocket())
        await response.close()
        return response.status_code

    assert 200 == run(scenario)


def test_a_server_that_does_not_say_ends_the_wait(h2_peer):
    connection = h2_peer().connect(timeout=Timeout(pool=7))
    error = run_sync(raised_by(connection.send(websocket())))
    assert (PoolTimeout, 7, False, 0) == (
        type(error),
        error.limit,
        error.sent,
        connection.exchanges,
    )
    assert "the server has not said how many streams it allows" in str(error)


@pytest.mark.parametrize("status", [300, 403, 502])
def test_a_refusal_is_a_response_as_any(run, h2_peer, status):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(lambda p: p.answer(1, b"no", status)))
        response = await connection.send(connect())
        return response.status_code, await response.read(), response.network_stream

    assert (status, b"no", None) == run(scenario)


def test_a_tunnel_that_ends_with_its_head_has_no_stream(h2_peer):
    peer = h2_peer()
    connection = peer.connect(peer.step(lambda p: p.head(1, end=True)))
    response = run_sync(connection.send(connect()))
    assert (200, None, [(1, ERRORS.CANCEL)]) == (
        response.status_code,
        response.network_stream,
        peer.resets(),
    )


# What goes through.


def test_much_goes_through_as_the_windows_allow(run, h2_peer):
    async def scenario():
        def widen(p):
            for each in (1, None):
                p.h2.increment_flow_control_window(50_000, each)

        peer = h2_peer()
        _, stream = await tunnel(peer, peer.step(widen))
        await stream.write(bytes(100_000))
        sent = peer.content(1)
        await stream.close()
        return len(sent[0]), sent[1]

    assert (100_000, False) == run(scenario)


def test_a_window_is_given_back_as_it_is_read(h2_peer):
    async def scenario():
        left = [3_000_000]

        def feed(p):
            while left[0] and (room := min(p.h2.local_flow_control_window(1), left[0], 16_384)):
                left[0] -= room
                p.h2.send_data(1, bytes(room))

        peer = h2_peer()
        _, stream = await tunnel(peer, *[peer.step(feed)] * 50)
        size = 0
        while size < 3_000_000:
            size += len(await stream.read(65_536))
        await stream.close()
        return left[0]

    assert 0 == run_sync(scenario())


def test_limits_are_those_of_each_call(h2_peer):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer)
        read = await raised_by(stream.read(9, 0.5))
        write = await raised_by(stream.write(bytes(100_000), 0.25))
        none_left = await raised_by(stream.write(b"x", 0))
        await stream.close()
        return [(type(error), error.limit) for error in (read, write, none_left)]

    assert [(ReadTimeout, 0.5), (WriteTimeout, 0.25), (WriteTimeout, 0)] == run_sync(scenario())


@pytest.mark.parametrize("call", ["write", "write_some"])
def test_what_went_before_a_limit_is_told(run, h2_peer, call):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer)
        errors = [await raised_by(getattr(stream, call)(bytes(size), 0.25)) for size in (70_000, 9)]
        await stream.close()
        return [error.taken for error in errors], len(peer.content(1)[0])

    assert ([65_535, 0], 65_535) == run(scenario)


def test_a_quiet_tunnel_is_not_below_the_lowest_rate(h2_peer):
    async def scenario():
        def late(p):
            p.backend.time += 20.0
            p.h2.send_data(1, b"x")

        peer = h2_peer()
        _, stream = await tunnel(
            peer, peer.step(late), peer.step(late), timeout=Timeout(read=None, lowest_rate=1000)
        )
        data = await stream.read(9), await stream.read(9)
        await stream.close()
        return data

    assert (b"x", b"x") == run_sync(scenario())


def test_a_read_of_a_quiet_tunnel_that_ends_leaves_the_connection_to_others(h2_peer):
    async def scenario():
        peer = h2_peer()
        response, stream = await tunnel(peer)
        error = await raised_by(stream.read(9, 0.5))
        peer.stream._steps.append(peer.step(lambda p: p.answer(3, b"hello")))
        connection = response._body.source._connection
        closed = connection.is_closed
        await response.close()
        return type(error), closed

    assert (ReadTimeout, False) == run_sync(scenario())


def test_one_task_may_read_while_another_writes(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        peer.stream.feed(peer.step(lambda p: p.head(1)))
        stream = (await connection.send(connect())).network_stream
        reading = asyncio.ensure_future(stream.read(9, 5))
        await settled()
        writing = asyncio.ensure_future(stream.write(bytes(70_000), 5))
        await settled()
        before = len(peer.content(1)[0]), writing.done()
        for each in (1, None):
            peer.h2.increment_flow_control_window(10_000, each)
        peer.stream.feed(peer.step())
        await settled()
        after = len(peer.content(1)[0]), writing.done(), reading.done()
        peer.stream.feed(peer.step(says(b"hello")))
        await settled()
        found = await reading, await writing
        await stream.close()
        return before, after, found

    assert (
        (65_535, False),
        (70_000, True, False),
        (b"hello", None),
    ) == asyncio.run(scenario())


def test_a_writer_that_reads_for_both_wakes_the_reader(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=live, backend=AsyncioBackend())
        peer.stream.feed(peer.step(lambda p: p.head(1)))
        stream = (await connection.send(connect())).network_stream
        writing = asyncio.ensure_future(raised_by(stream.write(bytes(70_000), 5)))
        await settled()
        reading = asyncio.ensure_future(stream.read(9, 5))
        await settled()
        peer.stream.feed(peer.step(says(b"hello")))
        data = await reading
        peer.stream.feed(peer.step(lambda p: p.h2.reset_stream(1, ERRORS.INTERNAL_ERROR)))
        error = await writing
        await stream.close()
        return data, type(error), "INTERNAL_ERROR" in str(error)

    assert (b"hello", RemoteProtocolError, True) == asyncio.run(scenario())


# How it ends.


def test_closing_it_resets_the_stream_and_leaves_the_connection(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        response, stream = await tunnel(peer)
        await stream.close()
        await stream.close()
        other = peer.step(lambda p: p.answer(3, b"hello"))
        peer.stream._steps.append(other)
        connection = response._body.source._connection
        body = await (await connection.send(Request("GET", HERE))).read()
        return peer.resets(), response.is_closed, body

    assert ([(1, ERRORS.CANCEL)], True, b"hello") == run(scenario)


def test_what_is_closed_neither_reads_nor_writes(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer, peer.step(says(b"late")))
        await stream.close()
        errors = [await raised_by(stream.read(9)), await raised_by(stream.write(b"x"))]
        return [type(error) for error in errors], peer.content(1), stream.is_readable()

    assert ([ReadError, WriteError], (b"", False), True) == run(scenario)


def test_what_the_server_has_ended_takes_nothing_more(h2_peer):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer, peer.step(says(b"bye", end=True)))
        data = await stream.read(9), await stream.read(9)
        error = await raised_by(stream.write(b"x"))
        readable = stream.is_readable()
        await stream.close()
        return data, type(error), str(error), readable

    assert (
        (b"bye", b""),
        WriteError,
        "the server has ended the stream",
        True,
    ) == run_sync(scenario())


def test_what_the_server_has_ended_is_ended_here_in_order(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        response, stream = await tunnel(peer, peer.step(says(b"bye", end=True)))
        await stream.write(b"bye")
        data = await stream.read(9), await stream.read(9)
        await stream.close()
        await response.close()
        return data, peer.content(1), peer.resets()

    assert ((b"bye", b""), (b"bye", True), []) == run(scenario)


def test_a_read_that_is_cancelled_while_it_answers_loses_nothing(h2_peer, live, settled):
    class Full(live):
        room = None

        async def write(self, data, timeout=None):
            if self.room is not None:
                await self.room.wait()
            await super().write(data, timeout)

    async def read(stream, size):
        while size > 0:
            size -= len(await stream.read(99_000, 5))
        return size

    def sends(pieces):
        return lambda p: [p.h2.send_data(1, bytes(16_000)) for _ in range(pieces)]

    async def scenario():
        peer = h2_peer()
        connection = peer.connect(stream=Full, backend=AsyncioBackend())
        peer.stream.feed(peer.step(lambda p: p.head(1)), peer.step(sends(16)))
        stream = (await connection.send(connect())).network_stream
        await read(stream, 16 * 16_000)
        peer.stream.room = asyncio.Event()
        peer.stream.feed(peer.step(sends(1)))
        reading = asyncio.ensure_future(stream.read(99_000, 5))
        await settled()
        reading.cancel()
        await settled()
        peer.stream.room.set()
        left = await read(stream, 16_000)
        await stream.close()
        return reading.cancelled(), left

    assert (True, 0) == asyncio.run(scenario())


@pytest.mark.parametrize(
    "end", [frames.RstStreamFrame(1, ERRORS.CANCEL).serialize(), b"", ReadError("reset")]
)
def test_what_breaks_it_is_told_after_what_came(run, h2_peer, end):
    async def scenario():
        peer = h2_peer()
        _, stream = await tunnel(peer, peer.step(says(b"some")), end)
        data = await stream.read(9)
        read, write = await raised_by(stream.read(9)), await raised_by(stream.write(b"x"))
        await stream.close()
        return data, {type(error) in (RemoteProtocolError, ReadError) for error in (read, write)}

    assert (b"some", {True}) == run(scenario)


def test_forgetting_it_forgets_the_connection(h2_peer):
    async def scenario():
        peer = h2_peer()
        response, stream = await tunnel(peer)
        stream.forget()
        forgotten = peer.stream.closed
        await response.close()
        return forgotten

    assert run_sync(scenario())
