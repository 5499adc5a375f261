"""What callers do in the middle of a response: they stop, read slowly, or close the client."""

import gc
import threading
import time

import pytest

import httpcore_client as httpcore
from testkit.faults import (
    HOLD,
    READ,
    SERVE,
    Faulty,
    assert_settled,
    client_of_one,
    failure,
    nothing_left,
    send,
    stats,
    with_secret,
)
from testkit.peer import response

HALF = response(b"x" * 100)[:-50]
LARGE = response(b"x" * 1_000_000)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"


class StopError(Exception):
    """What a caller raises while reading."""


async def leave(answer):
    async for _ in answer.stream():
        break


async def leave_unread(answer):
    pass


async def fail(answer):
    async for _ in answer.stream():
        raise StopError


async def close(answer):
    await answer.close()
    await answer.close()


# How a caller stops, and whether the rest was small and there, so that the connection could be kept.
STOPS = {"break": leave, "exception": fail, "close": close, "unread": leave_unread}
RESTS = {
    "a small rest": ((READ, send(response(b"x" * 100)), SERVE), True),
    "a small rest that does not come": ((READ, send(HALF), HOLD), False),
    "a large rest": ((READ, send(LARGE), HOLD), False),
    "a chunked rest that is there": ((READ, send(CHUNKED + b"0\r\n\r\n"), SERVE), True),
    "a chunked rest that is not": ((READ, send(CHUNKED), HOLD), False),
}


@pytest.mark.parametrize("rest", RESTS)
@pytest.mark.parametrize("stop", STOPS)
def test_a_caller_that_stops_reading_gives_the_connection_up_or_back(world, authority, stop, rest):
    """Fault 33."""
    steps, kept = RESTS[rest]
    peer = Faulty(steps)

    async def scenario():
        url = with_secret(peer.url)
        async with client_of_one(world, authority) as client:
            try:
                async with client.stream("GET", url) as answer:
                    await STOPS[stop](answer)
            except StopError:
                assert "exception" == stop
            assert_settled(await stats(client))
            assert int(kept) == (await stats(client)).idle
            assert b"next" == (await client.get(url)).content

    with nothing_left(), peer:
        world.run(scenario)
    assert (1 if kept else 2) == peer.accepted


def test_a_response_that_is_dropped_warns_and_gives_its_connection_up(world, authority):
    """Fault 33: no finaliser waits or locks; the pool lets go when it is used next."""
    peer = Faulty((READ, send(HALF), HOLD))

    async def scenario():
        url = with_secret(peer.url)
        async with client_of_one(world, authority) as client:
            with pytest.warns(ResourceWarning, match="dropped without being read") as warned:
                await client.get(url, stream=True)
                gc.collect()
            assert "hunter2" not in str(warned[0].message)
            assert b"next" == (await client.get(url)).content
            assert_settled(await stats(client))

    with nothing_left(), peer:
        world.run(scenario)


def test_what_came_before_a_stall_is_readable(world, authority):
    """Fault 30."""
    peer = Faulty((READ, send(HALF), HOLD))

    async def scenario():
        url = with_secret(peer.url)
        async with client_of_one(world, authority) as client:
            timeout = httpcore.Timeout(read=0.1)
            async with client.stream("GET", url, timeout=timeout) as answer:
                stream = answer.stream()
                assert b"x" * 50 == await anext(stream)
                error = await failure(anext(stream))
            assert httpcore.ReadTimeout is type(error)
            assert b"next" == (await client.get(url)).content
            assert_settled(await stats(client))

    with nothing_left(), peer:
        world.run(scenario)


# More than the socket buffers of both sides hold, on any usual system.
ENDLESS_BYTES = 200_000_000
MOST_HELD_BYTES = 24_000_000


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_caller_that_reads_slowly_slows_the_server_down(world, authority, tls):
    """Fault 34: the server can send as much as buffers hold, not as much as it has."""
    stuck = threading.Event()
    sent = [0]

    def flood(peer, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % ENDLESS_BYTES)
        connection.settimeout(0.2)
        try:
            while sent[0] < ENDLESS_BYTES:
                sent[0] += connection.send(bytes(100_000))
        except TimeoutError:
            pass
        finally:
            stuck.set()

    peer = Faulty((READ, flood), authority.server_context() if tls else None, tls=tls)

    async def scenario():
        async with client_of_one(world, authority) as client:
            async with client.stream("GET", with_secret(peer.url)) as answer:
                await anext(answer.stream())
                stuck.wait(5)
            assert b"next" == (await client.get(with_secret(peer.url))).content
            assert_settled(await stats(client))

    with nothing_left(), peer:
        world.run(scenario)
    assert 0 < sent[0] < MOST_HELD_BYTES


# The client is closed.


@pytest.mark.parametrize("where", ["waiting", "reading", "in line"])
def test_closing_a_client_ends_what_runs_and_what_waits(world, authority, where):
    """Fault 41: with an error that says so; closing again is fine, using it again is an error."""
    asked = threading.Event()

    def tell(peer, connection):
        asked.set()

    answer = b"" if where == "waiting" else HALF
    peer = Faulty((READ, send(answer), tell, HOLD))

    async def scenario():
        url = with_secret(peer.url)
        client = client_of_one(world, authority)
        errors = []

        async def ask():
            errors.append(await failure(client.get(url)))

        async def shut():
            while not asked.is_set() or (where == "in line" and not (await stats(client)).queued):
                await pause(world)
            await client.close()
            await client.close()

        await world.gather(ask, shut, *[ask] * (where == "in line"))
        assert {httpcore.ClosedError} == {type(error) for error in errors}
        assert httpcore.ClosedError is type(await failure(client.get(url)))
        assert_settled(await stats(client))
        assert 0 == (await stats(client)).open

    with nothing_left(), peer:
        world.run(scenario)


async def pause(world):
    if world.name == "asyncio":
        import asyncio

        await asyncio.sleep(0.005)
    elif world.name == "trio":
        import trio

        await trio.sleep(0.005)
    else:
        time.sleep(0.005)
