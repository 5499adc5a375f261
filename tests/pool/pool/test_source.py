"""Bodies and pools: what becomes of a body whose pool is closed, or of a pool that nobody closed."""

import gc

import pytest

from httpcore_pool import (
    ClosedError,
    ConnectionPool,
    Request,
    ScriptedBackend,
    StreamClosed,
    run_sync,
)

HERE = "http://example.org/"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CLOSED = "the pool was closed while the request was running"


async def raised_by(awaitable):
    with pytest.raises(BaseException) as caught:
        await awaitable
    return caught.value


@pytest.mark.parametrize("scheme", ["plain", "tls"])
@pytest.mark.parametrize("http2", [False, True])
def test_what_runs_when_the_pool_is_closed_says_so(world, pool_of, origin, scheme, http2):
    url = getattr(origin, scheme)

    async def scenario():
        pool = pool_of(world, http2=http2)
        response = await pool.send(Request("GET", f"{url}/stall"))

        async def reads():
            return await raised_by(response.read())

        async def closes():
            await pool.close()

        error, _ = await world.gather(reads, closes)
        await pool.close()
        now = pool.stats()
        return type(error), error.message, error.url, (now.open, now.queued), response.is_closed

    assert (ClosedError, CLOSED, f"{url}/stall", (0, 0), True) == world.run(scenario)


def test_a_request_without_an_answer_when_the_pool_is_closed_says_so(
    world, pool_of, peer, handlers
):
    silent = peer(handlers.drain)

    async def scenario():
        pool = pool_of(world)

        async def asks():
            return await raised_by(pool.send(Request("GET", silent.url)))

        async def closes():
            while not pool.stats().in_use:
                await pool.backend.event().wait(0.001)
            await pool.backend.event().wait(0.02)
            await pool.close()

        error, _ = await world.gather(asks, closes)
        return type(error), error.message

    assert (ClosedError, CLOSED) == world.run(scenario)


def test_a_dial_when_the_pool_is_closed_says_so(run):
    class Closing(ScriptedBackend):
        async def connect_tcp(self, addresses, timeout, how=None):
            await pool.close()
            return await super().connect_tcp(addresses, timeout, how)

    pool = ConnectionPool(Closing())
    error = run_sync(raised_by(pool.send(Request("GET", HERE))))
    assert (ClosedError, CLOSED) == (type(error), error.message)


def test_an_end_that_the_closing_pool_may_have_made_is_no_end(run):
    async def scenario():
        # The end of the connection is the end of this body.
        backend = ScriptedBackend([b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo", closes])
        nonlocal pool
        pool = ConnectionPool(backend)
        return await raised_by((await pool.send(Request("GET", HERE))).read())

    def closes(stream):
        run_sync(pool.close())
        return b""

    pool = None
    error = run(scenario)
    assert (ClosedError, CLOSED) == (type(error), error.message)


def test_an_aborted_body_lets_go(run):
    async def scenario():
        backend = ScriptedBackend([OK[:-2]])
        async with ConnectionPool(backend) as pool:
            response = await pool.send(Request("GET", HERE))
            await response._body.source.abort()
            return pool.stats().open, backend.streams[0].closed

    assert (0, True) == run(scenario)


def test_an_interrupt_passes_a_closing_pool():
    def closes(stream):
        run_sync(pool.close())
        raise KeyboardInterrupt

    pool = ConnectionPool(ScriptedBackend([OK[:-2], closes]))

    async def scenario():
        return await raised_by((await pool.send(Request("GET", HERE))).read())

    assert KeyboardInterrupt is type(run_sync(scenario()))


@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_a_pool_that_is_dropped_open_warns_once_and_closes(world, pool_of, origin, scheme):
    async def scenario():
        pool = pool_of(world)
        for path in ("/", "/echo"):
            await (await pool.send(Request("GET", getattr(origin, scheme) + path))).read()
        await pool.warm(origin.plain)
        await pool.warm(origin.tls)
        connection = next(iter(pool._state._entries)).connection
        with pytest.warns(ResourceWarning, match="was dropped without being closed") as warned:
            del pool
            gc.collect()
        await world.Backend().event().wait(0.01)  # asyncio closes in its own time
        return [str(w.message) for w in warned], connection.is_closed

    ((message,), closed) = world.run(scenario)
    assert ("2 open, 2 idle" in message, True) == (True, closed)


def test_a_pool_that_could_not_be_made_or_is_empty_does_not_warn():
    with pytest.raises(TypeError):
        ConnectionPool(ScriptedBackend(), limits=1)
    ConnectionPool(ScriptedBackend())
    gc.collect()


def test_what_comes_after_another_has_closed_it_is_nobody_s():
    """The connection is let go of once, and closed, as nobody knows where it stands."""
    given = []

    def close_and_give(_):
        run_sync(given[0].close())
        return b"world"

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
    backend = ScriptedBackend([lambda stream: head, close_and_give])

    async def scenario():
        async with ConnectionPool(backend) as pool:
            response = await pool.send(Request("GET", "http://a.test/"))
            given.append(response)
            pieces = response.raw()
            assert b"hello" == await anext(pieces)
            with pytest.raises(StreamClosed, match="the response was closed while it was read"):
                await anext(pieces)
            return pool.stats()

    stats = run_sync(scenario())
    assert (0, 0) == (stats.in_use, stats.open)
    assert backend.streams[0].closed is True
