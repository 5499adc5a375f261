"""Uploads over HTTP/2 that can't go on: for want of room, of a server, or of somebody who reads."""

import asyncio
from time import monotonic

import h2.errors
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    AsyncioBackend,
    ReadError,
    ReadTimeout,
    Request,
    ScriptedBackend,
    ScriptedStream,
    Timeout,
    TotalTimeout,
    WriteError,
    WriteTimeout,
    discard,
    run_sync,
)
from httpcore_pool.connection import _http2_upload
from testkit.scripted_h2 import facts_of, post, raised_by, respond, widen

CODES = h2.settings.SettingCodes
WIDE = {CODES.INITIAL_WINDOW_SIZE: 2**31 - 1}

pytestmark = pytest.mark.usefixtures("request_lane")


class Asked:
    """A clock that nobody can ask for ever: who goes round and round without a wait is found."""

    left = 1000

    def now(self):
        self.left -= 1
        assert self.left
        return super().now()


class AskedScripted(Asked, ScriptedBackend):
    pass


class AskedAsyncio(Asked, AsyncioBackend):
    pass


class Ended(ScriptedStream):
    """Says again that it has ended, as a socket does; not for ever, so that who asks for ever is found."""

    def __init__(self, script=()):
        super().__init__(script)
        self.left = 10

    async def read(self, max_bytes, timeout=None):
        if self._steps:
            return await super().read(max_bytes, timeout)
        self.left -= 1
        assert self.left
        return b""


# Crumbs of a window that are gone when they are to be taken.


def set_to_less(peer):
    peer.h2.update_settings({CODES.INITIAL_WINDOW_SIZE: 65_535 - 1000})


def test_crumbs_that_a_setting_takes_back_are_waited_for_anew(h2_peer):
    # RFC 9113 6.9.2: at the moment at which patience has ended.
    peer = h2_peer()

    def silent(stream):
        peer.backend.time += 1  # long enough for a look before the next piece
        peer.take(stream)
        set_to_less(peer)
        stream._steps.appendleft(peer.h2.data_to_send())
        raise ReadTimeout("nothing comes", 0.1)

    connection = peer.connect(
        peer.step(widen(500, 1, None)),
        *(silent, peer.step(widen(50_000, 1, None)), peer.step(respond(1))),
        backend=AskedScripted(),
    )
    assert 200 == run_sync(facts_of(connection, post(bytes(80_000))))[0]
    assert (bytes(80_000), True) == peer.content(1)


def test_crumbs_that_another_upload_takes_are_waited_for_anew(h2_peer, live, settled, monkeypatch):
    monkeypatch.setattr(_http2_upload, "_PATIENCE_SECONDS", 0.01)

    async def scenario():
        peer, backend = h2_peer(WIDE), AskedAsyncio()
        connection = peer.connect(stream=live, backend=backend, timeout=Timeout.of(None))
        peer.stream.feed(peer.step())
        assert 200 == (await first_of(connection, peer, bytes(64_535)))[0]
        uploads = [asyncio.ensure_future(facts_of(connection, post(bytes(9000)))) for _ in range(2)]
        await settled()
        patient = monotonic() + 2 * 0.01
        while monotonic() < patient:
            await asyncio.sleep(0)
        await settled()
        crumbs = sorted(len(peer.content(number)[0]) for number in (3, 5))
        peer.h2.increment_flow_control_window(50_000)
        peer.stream.feed(peer.step())
        await settled()
        peer.stream.feed(peer.step(lambda p: (respond(3)(p), respond(5)(p))))
        return crumbs, [answer[0] for answer in await asyncio.gather(*uploads)]

    assert ([0, 1000], [200, 200]) == asyncio.run(scenario())


async def first_of(connection, peer, content):
    """Send content that is answered at once."""
    first = asyncio.ensure_future(facts_of(connection, post(content)))
    for _ in range(50):
        await asyncio.sleep(0)
    peer.stream.feed(peer.step(respond(1)))
    return await first


# News that bring no room.

NEWS = {
    "settings": lambda p: p.h2.update_settings({CODES.MAX_CONCURRENT_STREAMS: 50}),
    "a stream's window": widen(1000, 1),
    "the connection's window": widen(1000, None),
    "an informational response": lambda p: p.head(1, 103),
    "nothing": lambda p: p.h2.ping(b"12345678"),
}


@pytest.mark.parametrize("news", NEWS)
def test_news_without_room_do_not_put_off_the_write_limit(run, h2_peer, news):
    """CVE-2019-9517: the limit is on progress, and who talks much lets through nothing all the same."""

    async def scenario():
        # Of the two windows one stays shut.
        peer = h2_peer(WIDE if news == "a stream's window" else None)

        def told(p):
            p.backend.time += 1
            NEWS[news](p)

        connection = peer.connect(peer.step(), *[peer.step(told)] * 20)
        error = await raised_by(connection.send(post(bytes(80_000))))
        return type(error), error.limit, peer.backend.time

    assert (WriteTimeout, 4, 4) == run(scenario)


def test_octets_that_go_out_put_off_the_write_limit(run, h2_peer):
    async def scenario():
        peer = h2_peer()

        def a_little(p):
            p.backend.time += 3
            widen(5000, 1, None)(p)

        connection = peer.connect(peer.step(), *[peer.step(a_little)] * 3, peer.step(respond(1)))
        return (await facts_of(connection, post(bytes(80_000))))[0], peer.backend.time

    assert (200, 9) == run(scenario)


def test_time_that_the_caller_takes_is_not_the_servers(run, h2_peer):
    """Behind the head of a success: between two pieces that are read, nobody waits for room."""

    async def scenario():
        peer = h2_peer()

        def says(data):
            return peer.step(lambda p: p.h2.send_data(1, data, end_stream=False))

        rest = peer.step(lambda p: (widen(50_000, 1, None)(p), p.h2.end_stream(1)))
        connection = peer.connect(
            peer.step(lambda p: p.head(1)), says(b"one"), says(b"two"), says(b"three"), rest
        )
        response, found = await connection.send(post(bytes(80_000))), []
        async with response.stream() as pieces:
            async for piece in pieces:
                found.append(piece)
                peer.backend.time += 3
        return found, peer.content(1)[1]

    assert ([b"one", b"two", b"three"], True) == run(scenario)


def drip(seconds):
    """Say an octet of the response, after so many seconds."""

    def act(peer):
        peer.backend.time += seconds
        peer.h2.send_data(1, b"x")

    return act


def test_a_drip_behind_the_head_is_below_the_lowest_rate_though_an_upload_waits(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)),
            *[peer.step(drip(1))] * 20,
            timeout=Timeout(write=4, lowest_rate=100),
        )
        response = await connection.send(post(bytes(80_000)))
        error = await raised_by(response.read())
        return type(error), "below the lowest rate" in str(error), peer.backend.time

    assert (ReadTimeout, True, 5) == run(scenario)


def test_to_discard_a_response_takes_no_longer_for_an_upload_that_waits(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)), *[peer.step(drip(0.25))] * 20, timeout=Timeout(write=30)
        )
        await discard(await connection.send(post(bytes(80_000))))
        return connection.is_closed, peer.backend.time, peer.resets()

    assert (False, 1, [(1, h2.errors.ErrorCodes.CANCEL)]) == run(scenario)


def test_a_server_that_takes_an_octet_now_and_then_does_not_put_off_the_total(run, h2_peer):
    """Nor where it is in the octets of TCP, and not in windows."""

    async def scenario(total):
        peer = h2_peer()

        class Slow(ScriptedStream):
            async def write_some(self, data, timeout=None):
                peer.backend.time += 1
                self.written += data[:8000]
                return len(data[:8000])

        connection = peer.connect(
            *[peer.step()] * 2, peer.step(respond(1)), stream=Slow, timeout=Timeout(total=total)
        )
        result = await result_of(facts_of(connection, post(bytes(60_000))))
        return result, peer.backend.time

    async def both():
        return await scenario(3), await scenario(None)

    (total, took), (answer, _) = run(both)
    assert TotalTimeout is type(total)
    assert 4 == took  # one of them for RST_STREAM
    assert 200 == answer[0]


async def result_of(awaitable):
    try:
        return await awaitable
    except Exception as error:
        return error


# The end of a connection, behind a whole success.

ENDS = {
    "an end": b"",
    "an error": ReadError("the connection broke: reset"),
    "GOAWAY and an end": frames.GoAwayFrame(0, 1, 0).serialize(),
    "a fault": b"\0\0\1\0\0\0\0\0\0x",
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("body", [b"", b"thanks"])
def test_a_server_that_leaves_behind_a_whole_success_has_answered(run, h2_peer, end, body):
    """Whoever waits for room learns it: there will be none."""

    async def scenario():
        peer = h2_peer()
        connection = peer.connect(peer.step(respond(1, body)), ENDS[end], stream=Ended)
        return await facts_of(connection, post(bytes(80_000))), connection.is_closed

    assert ((200, "HTTP/2", body), True) == run(scenario)


@pytest.mark.parametrize("length", [None, "80000"])
def test_content_that_a_server_takes_no_more_behind_a_whole_success_is_let_go(run, h2_peer, length):
    """Its source is closed, also where only its last octets stay here."""
    ended = []

    def source():
        try:
            yield bytes(80_000)
        finally:
            ended.append(True)

    class Full(ScriptedStream):
        is_full = False

        async def write_some(self, data, timeout=None):
            if self.is_full:
                raise WriteTimeout("took nothing", timeout)
            return await super().write_some(data, timeout)

    async def scenario():
        peer = h2_peer()

        def fill(p):
            respond(1, b"thanks")(p)
            widen(50_000, 1, None)(p)
            p.stream.is_full = True

        connection = peer.connect(peer.step(), peer.step(fill), stream=Full)
        request = post(source(), headers={} if length is None else {"Content-Length": length})
        facts = await facts_of(connection, request)
        return facts, list(ended), connection.state.streams

    assert ((200, "HTTP/2", b"thanks"), [True], {}) == run(scenario)


# A stream that both sides have ended.


@pytest.mark.parametrize("content", ["bytes", "iterator"])
def test_a_stream_is_over_once_both_sides_have_ended_it_in_either_order(run, h2_peer, content):
    """RFC 9113 5.1.2: it counts no more, or the connection would soon be full."""

    async def scenario():
        peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 1})
        script = [peer.step()]
        for number in (1, 3, 5):
            script += [
                peer.step(respond(number, b"thanks")),
                peer.step(widen(80_000, number, None)),
            ]
        connection, sent = peer.connect(*script), []
        for number in (1, 3, 5):
            given = iter([bytes(40_000)] * 2) if content == "iterator" else bytes(80_000)
            answer = await facts_of(connection, post(given))
            sent.append((answer[2], len(peer.content(number)[0]), peer.content(number)[1]))
        return sent, connection.state.streams, peer.resets()

    assert ([(b"thanks", 80_000, True)] * 3, {}, []) == run(scenario)


# Room that was dealt to who does not send.


async def another_upload(peer, connection, settled):
    """Send content that takes all that the window is widened by; return the status."""
    other = asyncio.ensure_future(facts_of(connection, post(bytes(9000))))
    await settled()
    peer.h2.increment_flow_control_window(9000)
    peer.stream.feed(peer.step())
    await settled()
    assert (bytes(9000), True) == peer.content(3)
    peer.stream.feed(peer.step(respond(3)))
    return (await other)[0]


def test_an_upload_whose_response_nobody_reads_leaves_the_window_to_the_others(
    h2_peer, live, settled
):
    async def scenario():
        peer = h2_peer(WIDE)
        connection = peer.connect(stream=live, backend=AsyncioBackend(), timeout=Timeout.of(None))
        peer.stream.feed(peer.step())
        begun = asyncio.ensure_future(connection.send(post(bytes(70_000))))
        await settled()
        peer.stream.feed(peer.step(lambda p: (p.head(1), p.h2.send_data(1, b"one"))))
        response = await begun
        async with response.stream() as pieces:
            assert b"one" == await anext(pieces)
            return await another_upload(peer, connection, settled)

    assert 200 == asyncio.run(scenario())


@pytest.mark.parametrize("end", ["cancelled", "timed out"])
def test_a_tunnel_that_sends_no_more_leaves_the_window_to_the_others(h2_peer, live, settled, end):
    async def scenario():
        peer = h2_peer(WIDE)
        connection = peer.connect(stream=live, backend=AsyncioBackend(), timeout=Timeout.of(None))
        peer.stream.feed(peer.step(lambda p: p.head(1)))
        response = await connection.send(Request("CONNECT", "https://db.internal:5432"))
        limit = 0.01 if end == "timed out" else None
        writing = asyncio.ensure_future(response.network_stream.write(bytes(70_000), limit))
        await settled()
        if end == "cancelled":
            writing.cancel()
        (error,) = await asyncio.gather(writing, return_exceptions=True)
        status = await another_upload(peer, connection, settled)
        await response.close()
        return type(error), status

    expected = WriteTimeout if end == "timed out" else asyncio.CancelledError
    assert (expected, 200) == asyncio.run(scenario())


def test_each_write_of_a_tunnel_has_its_own_limit(run, h2_peer):
    async def scenario():
        peer = h2_peer()

        def told(p):
            p.backend.time += 1
            p.h2.send_data(1, b"news")

        script = [peer.step(lambda p: p.head(1)), *[peer.step(told)] * 20]
        connection = peer.connect(*script)
        response = await connection.send(Request("CONNECT", "https://db.internal:5432"))
        stream, found = response.network_stream, []
        for limit in (3, 5):
            before = peer.backend.time
            error = await raised_by(stream.write(bytes(70_000), limit))
            found.append((type(error), error.limit, peer.backend.time - before))
        await stream.close()
        return found

    assert [(WriteTimeout, 3, 3), (WriteTimeout, 5, 5)] == run(scenario)


def test_a_tunnel_that_waits_for_room_hears_the_server(run, h2_peer):
    """Which may take nothing before."""

    async def scenario():
        peer = h2_peer()
        connection = peer.connect(
            peer.step(lambda p: p.head(1)),
            peer.step(lambda p: p.h2.send_data(1, b"news")),
            peer.step(widen(50_000, 1, None)),
        )
        response = await connection.send(Request("CONNECT", "https://db.internal:5432"))
        stream, content = response.network_stream, bytes(70_000)
        taken = [await stream.write_some(content, 3), await stream.write_some(content, 3)]
        said = await stream.read_available(100)
        taken.append(await stream.write_some(content[sum(taken) :], 3))
        await stream.close()
        with pytest.raises(WriteError, match="it was closed"):
            await stream.write_some(b"x", 3)
        return taken, said, len(peer.content(1)[0])

    assert ([65_535, 0, 4465], b"news", 70_000) == run(scenario)
