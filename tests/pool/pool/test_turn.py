"""Getting a connection where none is at hand: waiting in line, dialling, dialling ahead, and who watches."""

import asyncio

import pytest
import trio

from httpcore_pool import (
    AsyncioBackend,
    ClosedError,
    ConnectError,
    ConnectionPool,
    Options,
    PoolLimits,
    PoolTimeout,
    Request,
    ScriptedBackend,
    Timeout,
    TrioBackend,
    run_sync,
)
from httpcore_pool._siblings import URL, Origin

HERE = "http://example.org/"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


async def raised_by(awaitable):
    with pytest.raises(BaseException) as caught:
        await awaitable
    return caught.value


async def body_of(pool, url=HERE, method="GET", content=None, **options):
    made = Options(**options)
    return await (await pool.send(Request(method, url, content, options=made))).read()


def answers(*replies):
    """A script that gives one reply to each request."""
    return [lambda stream, reply=reply: reply for reply in replies]


# Limits.


def test_an_origin_has_no_more_connections_than_it_may(world, pool_of, origin):
    async def scenario():
        other = origin.plain.replace("localhost", "127.0.0.1")
        async with pool_of(world, limits=PoolLimits(max_per_origin=1)) as pool:
            response = await pool.send(Request("GET", f"{origin.plain}/stall"))

            async def blocked():
                return await body_of(pool, origin.plain)

            async def passes():
                while not pool.stats().queued:
                    await pool.backend.event().wait(0.001)
                body = await body_of(pool, other)
                await response.close()
                return body

            return await world.gather(blocked, passes), pool.stats().opened

    assert ([b"hello, world"] * 2, 3) == world.run(scenario)


def test_a_connection_is_replaced_after_its_requests(run):
    async def scenario():
        backend = ScriptedBackend(answers(OK, OK), answers(OK))
        async with ConnectionPool(backend, limits=PoolLimits(max_requests=2)) as pool:
            for _ in range(3):
                await body_of(pool)
            return [stream.closed for stream in backend.streams], pool.stats().closed["requests"]

    assert ([True, False], 1) == run(scenario)


def test_a_connection_is_replaced_when_it_is_too_old(run):
    async def scenario():
        backend = ScriptedBackend(answers(OK, OK), answers(OK))
        limits = PoolLimits(keepalive_expiry=None, max_age=60)
        async with ConnectionPool(backend, limits=limits) as pool:
            for backend.time in (0.0, 59.0, 60.0):
                await body_of(pool)
            return [stream.closed for stream in backend.streams], pool.stats().closed["age"]

    assert ([True, False], 1) == run(scenario)


def test_b089_one_limit_holds_for_all_waits_of_a_request(world, pool_of, origin, peer, handlers):
    """hc#823: each wait of the same request is cut by those before it."""
    waits = []

    async def scenario():
        async with pool_of(world, limits=PoolLimits(1)) as pool:
            make = pool.backend.event

            def event():
                made = make()

                class Event:
                    set = made.set

                    @staticmethod
                    async def wait(timeout=None):
                        waits.append(timeout)
                        return await made.wait(timeout)

                return Event()

            pool.backend.event = event
            held = await pool.send(Request("GET", f"{origin.plain}/stall"))
            turn = pool._turn(Request("GET", origin.plain, options=options), "any")
            for _ in range(2):
                assert PoolTimeout is type(await raised_by(turn.connection(None)))
            await held.close()
            return turn.waited >= 0.05

    options = Options().begun(0.0, Timeout(pool=0.05))
    assert world.run(scenario)
    assert [0.05, 0.0] == waits


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("interrupted", [False, True])
def test_a_connection_is_looked_at_before_it_is_used(late, interrupted):
    """However it was come by: at hand, or (`late`) once those that have expired were put away."""

    async def scenario():
        async def interrupts():
            backend.streams[1].close = close
            raise KeyboardInterrupt

        backend = ScriptedBackend(answers(OK), answers(OK), answers(OK))
        async with ConnectionPool(backend) as pool:
            for backend.time, url in ((0.0, "http://other.test/"), (10.0, HERE)):
                await body_of(pool, url)
            backend.time = 16.0 if late else 11.0
            backend.streams[1]._steps.append(b"")
            if interrupted:
                close = backend.streams[1].close
                backend.streams[1].close = interrupts
                error = await raised_by(body_of(pool, method="POST", content=b"x"))
                assert KeyboardInterrupt is type(error)
            else:
                assert b"hello" == await body_of(pool, method="POST", content=b"x")
            now = pool.stats()
            return now.in_use, now.closed["expired"], now.closed["stale"], now.closed["failed"]

    expected = (0, int(late), int(not interrupted), int(interrupted))
    assert expected == run_sync(scenario())


def test_a_dial_that_shows_that_others_must_dial_makes_room_for_them(
    world, pool_of, origin, peer, handlers, authority
):
    # Without ALPN: HTTP/1.1, one exchange at a time.
    server = peer(handlers.replies(OK), context=authority.server_context())

    async def scenario():
        async with pool_of(world, limits=PoolLimits(2)) as pool:
            await body_of(pool, origin.plain)

            async def one():
                return await body_of(pool, server.url)

            bodies = await world.gather(one, one)
            return bodies, pool.stats().opened

    assert [b"hello"] * 2 == world.run(scenario)[0]


def test_a_request_that_has_begun_keeps_its_clock(run):
    async def scenario():
        backend = ScriptedBackend(answers(OK))
        async with ConnectionPool(backend) as pool:
            request = Request("GET", HERE)
            request = request.with_options(request.options.begun(0.0, Timeout()))
            return (await pool.send(request)).request.options is request.options

    assert run(scenario)


# Dialling ahead.


@pytest.mark.parametrize("origin_type", [str, URL, Origin])
def test_connections_are_opened_ahead(run, origin_type):
    async def scenario():
        backend = ScriptedBackend(*[answers(OK)] * 3)
        async with ConnectionPool(backend) as pool:
            opened = await pool.warm(origin_type(HERE), 2)
            again = await pool.warm(origin_type(HERE), 2)
            before = pool.stats()
            await body_of(pool)
            now = pool.stats()
            return (opened, again, before.idle, before.requests), (now.opened, now.reused)

    assert ((2, 0, 2, 0), (2, 1)) == run(scenario)


def test_no_more_are_opened_ahead_than_the_limits_allow(run):
    async def scenario():
        backend = ScriptedBackend(*[[]] * 9)
        async with ConnectionPool(backend, limits=PoolLimits(5, 3)) as pool:
            return (
                await pool.warm(HERE, 9),
                await pool.warm("http://other.test/"),
                pool.stats().idle,
            )

    assert (3, 0, 3) == run(scenario)


def test_one_connection_is_enough_where_it_is_shared(world, pool_of, origin):
    async def scenario():
        async with pool_of(world) as pool:
            return (
                await pool.warm(origin.tls, 5),
                await body_of(pool, origin.tls),
                pool.stats().opened,
            )

    assert (1, b"hello, world", 1) == world.run(scenario)


def test_what_can_not_be_opened_ahead_raises(run):
    async def scenario():
        backend = ScriptedBackend([])
        pool = ConnectionPool(backend)
        error = await raised_by(pool.warm(HERE, 3))
        state = repr(pool)
        await pool.close()
        closed = await raised_by(pool.warm(HERE))
        return type(error), error.url, state, type(closed)

    expected = "<ConnectionPool on scripted, 1 open, 1 idle, 0 waiting>"
    assert (ConnectError, HERE, expected, ClosedError) == run(scenario)


@pytest.mark.parametrize(("count", "kind"), [(True, TypeError), (1.0, TypeError), (0, ValueError)])
def test_how_many_to_open_ahead_is_checked(count, kind):
    pool = ConnectionPool(ScriptedBackend())
    with pytest.raises(kind, match="count must be"):
        run_sync(pool.warm(HERE, count))


def test_a_connection_opened_ahead_that_died_is_replaced(run):
    async def scenario():
        backend = ScriptedBackend([], answers(OK))
        async with ConnectionPool(backend) as pool:
            await pool.warm(HERE)
            backend.streams[0]._steps.append(b"")
            body = await body_of(pool, method="POST", content=b"x")
            return body, pool.stats().closed["stale"]

    assert (b"hello", 1) == run(scenario)


# Being watched.


def watched():
    events = []
    return events, lambda event: events.append((event.name, dict(event.details)))


CONNECTS = [
    ("connect.start", {"address": "example.org:80"}),
    ("connect.done", {"address": "example.org:80", "peer": "example.org:80"}),
    ("connection.opened", {"protocol": "HTTP/1.1"}),
]


def of_the_pool(events):
    names = ("pool.", "connect.", "connection.", "request.retry")
    for _, details in events:
        details.pop("connection", None)  # numbers of the whole process
    return [(name, details) for name, details in events if name.startswith(names)]


def test_a_watcher_sees_how_a_request_gets_its_connection(run):
    async def scenario():
        backend = ScriptedBackend(answers(OK, OK))
        async with ConnectionPool(backend) as pool:
            events, trace = watched()
            await body_of(pool, trace=trace)
            await body_of(pool, trace=trace)
            return of_the_pool(events)

    assert [*CONNECTS, ("connection.reused", {"requests_before": 1})] == run(scenario)


def test_a_watcher_sees_a_replay_and_what_is_closed(run):
    async def scenario():
        backend = ScriptedBackend(answers(OK, b""), answers(OK))
        async with ConnectionPool(backend) as pool:
            events, trace = watched()
            await body_of(pool)
            await body_of(pool, trace=trace)
            return of_the_pool(events)

    assert [
        ("connection.reused", {"requests_before": 1}),
        ("connection.closed", {"reason": "failed"}),
        ("request.retry", {"error": "RemoteProtocolError"}),
        *CONNECTS,
    ] == run(scenario)


def test_a_watcher_sees_what_waits(world, pool_of, origin):
    async def scenario():
        async with pool_of(world, limits=PoolLimits(1)) as pool:
            events, trace = watched()
            response = await pool.send(Request("GET", f"{origin.plain}/stall"))

            async def waits():
                return await body_of(pool, origin.plain, trace=trace)

            async def lets_go():
                while not pool.stats().queued:
                    await pool.backend.event().wait(0.001)
                await response.close()

            await world.gather(waits, lets_go)
            return of_the_pool(events)

    events = world.run(scenario)
    # A stalled response takes its connection along, and who waited dials.
    assert ["pool.start", "pool.done", "connect.start", "connect.done", "connection.opened"] == [
        name for name, _ in events
    ]


@pytest.mark.parametrize(
    "name", ["connect.start", "connect.done", "connection.opened", "send.start", "wait.done"]
)
def test_a_watcher_that_raises_ends_the_request_and_nothing_leaks(run, name):
    def trace(event):
        if event.name == name:
            raise ZeroDivisionError

    async def scenario():
        backend = ScriptedBackend(answers(OK))
        async with ConnectionPool(backend) as pool:
            error = await raised_by(body_of(pool, trace=trace))
            now = pool.stats()
            return type(error), now.in_use, now.connecting

    assert (ZeroDivisionError, 0, 0) == run(scenario)


# Another event loop.


def test_a_pool_in_use_in_another_loop_says_so(origin):
    pool = ConnectionPool(AsyncioBackend())

    async def start():
        return await pool.send(Request("GET", f"{origin.plain}/stall"))

    with asyncio.Runner() as first:
        response = first.run(start())
        with asyncio.Runner() as second:
            for call in (lambda: body_of(pool, origin.plain), lambda: pool.warm(origin.plain)):
                error = second.run(raised_by(call()))
                assert RuntimeError is type(error)
                assert "in use in another event loop: make a pool (or client) for each" in str(
                    error
                )
        first.run(response.close())
        first.run(pool.close())


def trio_run(coroutine):
    async def run():
        return await coroutine

    return trio.run(run)


@pytest.mark.parametrize("https", [False, True], ids=["plain", "tls"])
def test_what_is_idle_in_a_loop_that_still_runs_is_closed_there(origin, https):
    """asyncio's debug mode refuses calls from other threads."""
    pool = ConnectionPool(AsyncioBackend(), ssl=origin.authority.bundle)
    base = origin.tls if https else origin.plain

    def in_another():
        return asyncio.run(body_of(pool, base), debug=True)

    async def both():
        bodies = [await body_of(pool, base), await asyncio.to_thread(in_another)]
        await pool.close()
        return bodies

    assert [b"hello, world"] * 2 == asyncio.run(both(), debug=True)
    assert (2, 1) == (pool.stats().opened, pool.stats().closed["stale"])


def test_what_is_idle_in_another_loop_is_dropped(origin):
    for run, backend in (
        (asyncio.run, AsyncioBackend()),
        (trio_run, TrioBackend()),
    ):
        pool = ConnectionPool(backend)
        assert b"hello, world" == run(body_of(pool, origin.plain))
        # The first loop is closed.
        assert b"hello, world" == run(body_of(pool, origin.plain))
        now = pool.stats()
        assert (2, 1, 1) == (now.opened, now.idle, now.closed["stale"])
        run(pool.close())
