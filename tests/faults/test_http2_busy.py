"""What happens to HTTP/2 connections while they are busy: limits change, clients close, one reads slowly."""

import gc
import tracemalloc

import pytest

import httpcore_client as httpcore
from testkit.faults import assert_settled, failure, nothing_left, stats
from testkit.h2_server import MAX_CONCURRENT_STREAMS, H2Server, response, settings
from testkit.tiny import Tiny
from testkit.tiny_h2 import HUGE_OCTETS, huge

REQUESTS = 40


@pytest.fixture(scope="module")
def server():
    with Tiny() as started:
        yield started


def client_of(world, **options):
    limits = httpcore.PoolLimits(max_connections=1)
    return world.client(http1=False, pool_limits=limits, timeout=5, **options)


# The server's limit changes.


def changing(peer):
    """Allow 1 stream, then 100, then none, then 5, always with requests that wait."""
    peer.greet({MAX_CONCURRENT_STREAMS: 1})
    for count in range(1, 4):
        stream = peer.streams(count)[-1]
        assert count == len(peer.requests), "one at a time"
        peer.send(response(stream, b"%d" % stream))
    peer.send(settings({MAX_CONCURRENT_STREAMS: 100}))
    first = peer.streams(3 + 20)[3:]
    peer.send(settings({MAX_CONCURRENT_STREAMS: 0}))
    peer.ping()
    seen = len(peer.requests)
    opened = list(peer.requests)[3:]
    for stream in opened:
        peer.send(response(stream, b"%d" % stream))
    peer.ping()
    assert len(first) <= seen - 3
    peer.send(settings({MAX_CONCURRENT_STREAMS: 5}))
    answered = seen
    while answered < REQUESTS:
        stream = peer.streams(answered + 1)[answered]
        assert len(peer.requests) - answered <= 5, "five at a time"
        peer.send(response(stream, b"%d" % stream))
        answered += 1


@pytest.mark.parametrize("times", range(3))
def test_whoever_waits_while_the_limit_changes_is_served(world, times):
    peer = H2Server(changing)

    async def scenario():
        async with client_of(world) as client:

            async def ask():
                return (await client.get(peer.url)).content

            found = await world.gather(*[ask] * REQUESTS)
            assert_settled(await stats(client))
        return found

    with nothing_left(), peer:
        found = world.run(scenario)
    assert {b"%d" % (2 * number + 1) for number in range(REQUESTS)} == set(found)
    assert 1 == peer.accepted


# The client is closed.


def test_closing_a_client_ends_fifty_streams_each_with_an_error_of_its_own(world, server):
    errors = []

    async def scenario():
        client = client_of(world)
        await client.get(server.url + "/id/1")

        async def ask():
            errors.append(await failure(client.get(server.url + "/held/7")))

        async def shut():
            mine = 1
            while (await stats(client)).requests < mine + 50:
                await client.get(server.url + "/id/1")
                mine += 1
            await client.close()

        await world.gather(*[ask] * 50, shut)
        assert_settled(await stats(client))
        assert 0 == (await stats(client)).open

    with nothing_left():
        world.run(scenario)
    assert [httpcore.ClosedError] * 50 == [type(error) for error in errors]
    assert 50 == len({id(error) for error in errors})
    assert {server.url + "/held/7"} == {error.url for error in errors}


# One reads slowly.


def test_one_who_does_not_read_costs_a_window_and_holds_up_nobody(world, server):
    window = 1024 * 1024  # what a stream begins with; it widens for those who keep up

    async def scenario():
        async with client_of(world) as client, client.stream("GET", server.url + "/huge/7") as slow:
            pieces = slow.stream()
            found = [await anext(pieces)]
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            tracemalloc.reset_peak()

            async def ask():
                return len((await client.get(server.url + "/large/5")).content)

            assert [400_000] * 20 == await world.gather(*[ask] * 20)
            held = tracemalloc.get_traced_memory()[0] - before
            async for piece in pieces:
                found.append(piece)
        return held, b"".join(found)

    tracemalloc.start()
    try:
        with nothing_left():
            held, found = world.run(scenario)
    finally:
        tracemalloc.stop()
    assert held < 2 * window
    assert HUGE_OCTETS == len(found)
    assert huge(b"7") == found
