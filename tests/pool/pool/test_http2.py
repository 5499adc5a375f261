"""The pool with HTTP/2: what is learnt late, what is refused, and what is to be had over HTTP/1.1 only."""

import asyncio
import gc

import h2.errors
import h2.events
import h2.settings
import hyperframe.frame as frames
import pytest

from httpcore_pool import (
    AsyncioBackend,
    BytesBody,
    ConnectionPool,
    HTTP2Settings,
    HTTP11Required,
    Options,
    PoolLimits,
    RemoteProtocolError,
    Request,
    ScriptedBackend,
    run_sync,
)
from httpcore_pool.pool import _ways as module
from testkit.scripted_h2 import raised_by

HERE = "http://example.org/"
CODES = h2.settings.SettingCodes
ERRORS = h2.errors.ErrorCodes
LEFT = []


@pytest.fixture(autouse=True)
def everything_is_closed():
    yield
    while LEFT:
        run_sync(LEFT.pop().close())


def open_pool(*scripts, **options):
    backend = ScriptedBackend(*scripts)
    LEFT.append(ConnectionPool(backend, **{"http1": False, **options}))
    return LEFT[-1], backend


async def body_of(pool, url=HERE, method="GET", content=None, **options):
    made = Options(**options)
    return await (await pool.send(Request(method, url, content, options=made))).read()


# What the server did not process is sent again.


def goaway(last):
    return frames.GoAwayFrame(0, last, ERRORS.NO_ERROR).serialize()


def test_a_server_that_serves_one_request_a_connection_is_served_by_many(run, h2_peer):
    # Each refuses the request and goes away, until the last one takes it.
    async def scenario():
        peers = [h2_peer() for _ in range(32)]
        scripts = [[peer.step(raw=goaway(0))] for peer in peers[:-1]]
        scripts.append([peers[-1].step(lambda p: p.answer(1, b"hello"))])
        pool, _ = open_pool(*scripts)
        body = await body_of(pool, method="POST", content=b"x")
        opened = pool.connections_opened
        await pool.close()
        return body, opened

    assert (b"hello", 32) == run(scenario)


def test_it_is_told_after_so_many(h2_peer):
    pool, _ = open_pool(*[[h2_peer().step(raw=goaway(0))] for _ in range(40)])
    error = run_sync(raised_by(body_of(pool)))
    assert (RemoteProtocolError, False, 32) == (type(error), error.sent, pool.connections_opened)


def refuse(number, code=ERRORS.REFUSED_STREAM):
    return lambda peer: peer.h2.reset_stream(number, code)


def test_a_server_that_refuses_again_and_again_and_stays_is_told_sooner(h2_peer):
    peer = h2_peer()
    pool, _ = open_pool([peer.step(refuse(number)) for number in (1, 3, 5, 7, 9)])
    error = run_sync(raised_by(body_of(pool)))
    assert (RemoteProtocolError, False) == (type(error), error.sent)
    assert 4 == len(peer.of(h2.events.RequestReceived))


def test_a_reset_is_an_answer_and_nothing_is_sent_again(run, h2_peer):
    async def scenario():
        peer = h2_peer()
        pool, _ = open_pool(
            [peer.step(lambda p: p.answer(1)), peer.step(refuse(3, ERRORS.INTERNAL_ERROR))]
        )
        await body_of(pool)
        error = await raised_by(body_of(pool))
        asked = len(peer.of(h2.events.RequestReceived))
        await pool.close()
        return type(error), error.sent, error.answered, asked

    assert (RemoteProtocolError, True, True, 2) == run(scenario)


# How many a connection carries is learnt from its SETTINGS.


class Live(AsyncioBackend):
    """Gives out the streams of these peers, in order."""

    def __init__(self, live, *peers):
        super().__init__()
        self.streams = [live() for _ in peers]
        for peer, stream in zip(peers, self.streams, strict=True):
            peer.stream = stream
        self._left = list(self.streams)

    async def resolve(self, host, timeout):
        return ["192.0.2.1"]

    async def connect_tcp(self, addresses, timeout, how=None):
        return self._left.pop(0)


def asked(peer):
    return len(peer.of(h2.events.RequestReceived))


def test_a_new_connection_carries_one_request_until_its_settings_came(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 3})
        async with ConnectionPool(Live(live, peer), http1=False) as pool:
            tasks = [asyncio.ensure_future(body_of(pool)) for _ in range(3)]
            await settled()
            before = asked(peer), pool.stats().queued
            peer.stream.feed(peer.step())
            await settled()
            after = asked(peer), pool.stats().queued
            peer.stream.feed(peer.step(lambda p: [p.answer(number, b"x") for number in (1, 3, 5)]))
            return before, after, await asyncio.gather(*tasks), pool.connections_opened

    assert ((1, 2), (3, 0), [b"x"] * 3, 1) == asyncio.run(scenario())


def test_a_connection_that_dies_before_its_settings_leaves_the_others_to_dial(
    h2_peer, live, settled
):
    async def scenario():
        dies, lives = h2_peer(), h2_peer()
        async with ConnectionPool(Live(live, dies, lives), http1=False) as pool:
            tasks = [asyncio.ensure_future(body_of(pool)) for _ in range(3)]
            await settled()
            dies.stream.feed(b"")
            await settled()
            lives.stream.feed(lives.step(lambda p: p.answer(1, b"x")))
            await settled()
            lives.stream.feed(lives.step(lambda p: p.answer(3, b"x")))
            answers = await asyncio.gather(*tasks, return_exceptions=True)
            return [type(answer).__name__ for answer in answers], pool.connections_opened

    assert (["ReadError", "bytes", "bytes"], 2) == asyncio.run(scenario())


def test_a_request_that_is_cancelled_before_the_settings_leaves_its_connection(
    h2_peer, live, settled
):
    async def scenario():
        peer = h2_peer()
        async with ConnectionPool(Live(live, peer), http1=False) as pool:
            tasks = [asyncio.ensure_future(body_of(pool)) for _ in range(3)]
            await settled()
            tasks[0].cancel()
            await settled()
            before = asked(peer), pool.stats().queued
            peer.stream.feed(peer.step())
            await settled()
            after = asked(peer), pool.stats().queued
            peer.stream.feed(peer.step(lambda p: [p.answer(number, b"x") for number in (3, 5)]))
            return before, after, await asyncio.gather(*tasks[1:]), pool.connections_opened

    assert ((2, 1), (3, 0), [b"x"] * 2, 1) == asyncio.run(scenario())


def test_a_server_that_allows_more_later_gets_more(h2_peer, live, settled):
    async def scenario():
        peer = h2_peer({CODES.MAX_CONCURRENT_STREAMS: 1})
        pool = ConnectionPool(Live(live, peer), http1=False, limits=PoolLimits(max_connections=1))
        async with pool:
            tasks = [asyncio.ensure_future(body_of(pool)) for _ in range(3)]
            peer.stream.feed(peer.step())
            await settled()
            before = asked(peer)
            peer.h2.update_settings({CODES.MAX_CONCURRENT_STREAMS: 2})
            peer.stream.feed(peer.step())
            await settled()
            after = asked(peer)
            for number in (1, 3, 5):
                peer.stream.feed(peer.step(lambda p, number=number: p.answer(number, b"x")))
                await settled()
            return before, after, await asyncio.gather(*tasks)

    assert (1, 2, [b"x"] * 3) == asyncio.run(scenario())


@pytest.mark.parametrize("how", ["the next request", "close"])
def test_what_gives_way_to_a_narrow_connection_is_closed_soon(h2_peer, live, settled, how):
    # It is learnt while a frame is read that another connection carries one request only.
    async def scenario():
        idle, narrow, more = h2_peer(), h2_peer({CODES.MAX_CONCURRENT_STREAMS: 1}), h2_peer()
        pool = ConnectionPool(
            Live(live, idle, narrow, more), http1=False, limits=PoolLimits(max_connections=2)
        )
        idle.stream.feed(idle.step(lambda p: p.answer(1)))
        await body_of(pool, "http://other.test/")
        tasks = [asyncio.ensure_future(body_of(pool)) for _ in range(2)]
        await settled()
        narrow.stream.feed(narrow.step(lambda p: p.answer(1, b"narrow")))
        more.stream.feed(more.step(lambda p: p.answer(1, b"more")))
        bodies = await asyncio.gather(*tasks)
        if how == "the next request":
            more.stream.feed(more.step(lambda p: p.answer(3)))
            narrow.stream.feed(narrow.step(lambda p: p.answer(3)))
            await body_of(pool)
        else:
            await pool.close()
        closed = idle.stream.closed
        await pool.close()
        return bodies, closed

    assert ([b"narrow", b"more"], True) == asyncio.run(scenario())


def test_a_pool_that_was_dropped_does_not_live_on_for_its_connections(h2_peer):
    peer = h2_peer()
    pool = ConnectionPool(ScriptedBackend([peer.step(lambda p: p.head(1))]), http1=False)
    response = run_sync(pool.send(Request("GET", HERE)))
    connection = response._body.source.source._connection
    run_sync(response.close())
    with pytest.warns(ResourceWarning, match="dropped without being closed"):
        del pool, response
        gc.collect()
    connection.wire.on_resize()  # nobody is left to be told


def test_settings_and_limits_reach_the_connections(h2_peer):
    peer = h2_peer()
    pool, _ = open_pool(
        [peer.step(lambda p: p.answer(1))], http2_settings=HTTP2Settings(stream_window_bytes=70_000)
    )
    run_sync(body_of(pool))
    assert 70_000 == peer.h2.remote_settings.initial_window_size


# HTTP/1.1 where the server wants it (RFC 9113 7, HTTP_1_1_REQUIRED).


class Choosy:
    """Speaks both over TLS; over HTTP/2 it refuses to: `asked` has the protocols of its requests."""

    def __init__(self, h2_peer, handlers, at_once=1):
        self.asked = []
        self._new_peer = h2_peer
        self._handlers = handlers
        self._at_once = at_once  # so many requests are refused together

    def __call__(self, sock):
        if sock.selected_alpn_protocol() == "h2":
            self._refuse(sock, self._new_peer())
        else:
            while self._handlers.read_head(sock):
                self.asked.append("HTTP/1.1")
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

    def _refuse(self, sock, peer):
        sock.sendall(peer.h2.data_to_send())
        waiting = []
        while data := sock.recv(65_536):
            for event in peer.h2.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    self.asked.append("HTTP/2")
                    waiting.append(event.stream_id)
            if len(waiting) >= self._at_once:
                for number in waiting:
                    peer.h2.reset_stream(number, ERRORS.HTTP_1_1_REQUIRED)
                waiting.clear()
            sock.sendall(peer.h2.data_to_send())


@pytest.fixture
def choosy(h2_peer, handlers, peer, authority):
    def start(**options):
        server = Choosy(h2_peer, handlers, **options)
        return server, peer(server, context=authority.server_context(("h2", "http/1.1"))).url

    return start


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_server_that_wants_http_1_gets_it_and_is_remembered(world, pool_of, choosy, method):
    server, url = choosy()

    async def scenario():
        async with pool_of(world) as pool:
            content = b"x" if method == "POST" else None
            return [await body_of(pool, url + "/", method, content) for _ in range(3)]

    assert [b"hello"] * 3 == world.run(scenario)
    assert ["HTTP/2", *["HTTP/1.1"] * 3] == server.asked


def test_several_at_once_get_it_too(world, pool_of, choosy):
    server, url = choosy(at_once=3)

    async def scenario():
        async with pool_of(world) as pool:
            return await world.gather(*[lambda: body_of(pool, url + "/")] * 3)

    assert [b"hello"] * 3 == world.run(scenario)
    assert ["HTTP/1.1"] * 3 == server.asked[-3:]


def test_where_http_1_may_not_be_spoken_it_is_an_error(world, pool_of, choosy):
    server, url = choosy()

    async def scenario():
        async with pool_of(world, http1=False) as pool:
            return await raised_by(body_of(pool, url + "/"))

    error = world.run(scenario)
    assert (HTTP11Required, False, url + "/") == (type(error), error.sent, error.url)
    assert ["HTTP/2"] == server.asked


class Once(BytesBody):
    """Content of a known length that can be read once: nothing is waited for before it is begun."""

    replayable = False


def test_a_body_that_can_not_be_sent_twice_is_an_error(world, pool_of, choosy):
    server, url = choosy()

    async def scenario():
        async with pool_of(world) as pool:
            return await raised_by(body_of(pool, url + "/", "POST", Once(b"x")))

    assert HTTP11Required is type(world.run(scenario))
    assert ["HTTP/2"] == server.asked


def test_so_many_such_places_are_remembered(world, pool_of, choosy, monkeypatch):
    monkeypatch.setattr(module, "_MOST_HTTP1_ONLY", 1)
    (one, first), (two, second) = choosy(), choosy()

    async def scenario():
        async with pool_of(world) as pool:
            for url in (first, second, second, first):
                await body_of(pool, url + "/")

    world.run(scenario)
    assert ["HTTP/2", "HTTP/1.1"] * 2 == one.asked
    assert ["HTTP/2", "HTTP/1.1", "HTTP/1.1"] == two.asked
