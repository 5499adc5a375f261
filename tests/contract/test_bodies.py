"""What a response body allows, and what it says when it can't."""

import gc
import threading
import warnings

import pytest

import httpcore_client as httpcore
from httpcore_pool import AsyncioBackend, SyncBackend, TrioBackend
from testkit.app import pattern
from testkit.peer import Peer


def test_read_twice_gives_the_same_bytes(run):
    async def scenario(client, base):
        async with client.stream("GET", base + "/bytes/1000") as response:
            assert await response.read() == pattern(1000)
            assert await response.read() == pattern(1000)
            assert b"".join([piece async for piece in response.stream()]) == pattern(1000)

    run(scenario)


def test_content_before_read_says_to_read(run):
    async def scenario(client, base):
        async with client.stream("GET", base + "/") as response:
            with pytest.raises(httpcore.ResponseNotRead, match=r"call read\(\) first"):
                _ = response.content
            with pytest.raises(httpcore.ResponseNotRead):
                _ = response.text
            with pytest.raises(httpcore.ResponseNotRead):
                response.json()

    run(scenario)


def test_a_streamed_body_is_consumed(run):
    async def scenario(client, base):
        async with client.stream("GET", base + "/bytes/10") as response:
            async for _ in response.stream():
                pass
            for again in (response.stream, response.raw):
                with pytest.raises(httpcore.StreamConsumed, match="streamed before"):
                    again()
            with pytest.raises(httpcore.StreamConsumed):
                await response.read()

    run(scenario)


def test_the_transferred_bytes_are_gone_after_read(run):
    async def scenario(client, base):
        response = await client.get(base + "/gzip")
        with pytest.raises(httpcore.StreamConsumed, match="as transferred are gone"):
            response.raw()

    run(scenario)


def test_a_response_closed_unread_says_so(run):
    async def scenario(client, base):
        response = await client.get(base + "/bytes/1000000", stream=True)
        await response.close()
        await response.close()
        assert response.is_closed is True
        with pytest.raises(httpcore.StreamClosed, match="closed before its body was read"):
            await response.read()

    run(scenario)


def test_leaving_a_stream_block_early_leaves_the_client_usable(run, transport):
    async def scenario(client, base):
        for _ in range(3):
            async with client.stream("GET", base + "/stream/5000000") as response:
                async for _ in response.stream():
                    break
        assert (await client.get(base + "/")).text == "hello, world"
        # HTTP/1.1 has to give up the connection; HTTP/2 only the stream.
        expected = 4 if transport.protocol == "HTTP/1.1" else 1
        assert client.connections_opened == expected

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


def test_an_exception_in_a_stream_block_passes_and_releases_the_connection(run):
    async def scenario(client, base):
        with pytest.raises(KeyError):
            async with client.stream("GET", base + "/stream/5000000"):
                raise KeyError("the caller's own")
        assert (await client.get(base + "/")).text == "hello, world"

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


def test_a_response_dropped_unread_warns_and_frees_its_connection(run):
    async def scenario(client, base):
        response = await client.get(base + "/stream/5000000", stream=True)
        with pytest.warns(ResourceWarning, match="dropped without being read"):
            del response
            gc.collect()
        assert (await client.get(base + "/")).text == "hello, world"

    with warnings.catch_warnings():
        run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


def test_a_one_shot_body_is_not_sent_again_empty(run):
    async def scenario(client, base):
        url = base + "/redirect-to?status=307&url=/echo"
        with pytest.raises(httpcore.BodyNotReplayable, match="a generator, was used already"):
            await client.post(url, content=(part for part in (b"once",)))
        assert (await client.post(url, content=[b"a", b"gain"])).json()["body"] == "again"

    run(scenario)


def test_an_exception_of_the_body_iterator_reaches_the_caller(run):
    def broken():
        yield b"x" * 100_000
        yield b"y" * 100_000
        raise ZeroDivisionError("the caller's own")

    async def scenario(client, base):
        with pytest.raises(ZeroDivisionError):
            await client.post(base + "/echo", content=broken())
        assert (await client.get(base + "/")).text == "hello, world"

    run(scenario, pool_limits=httpcore.PoolLimits(max_connections=1))


@pytest.mark.parametrize(("length", "word"), [("5", "longer|much"), ("15", "shorter|little")])
def test_a_body_that_does_not_fit_its_length_is_refused(run, length, word):
    async def scenario(client, base):
        with pytest.raises(httpcore.LocalProtocolError, match=f"(?i){word}"):
            await client.post(
                base + "/echo",
                content=iter([b"ten", b" bytes!"]),
                headers={"Content-Length": length},
            )
        assert (await client.get(base + "/")).text == "hello, world"

    run(scenario)


# -- two at once, and afterwards --

BACKENDS = {"asyncio": AsyncioBackend, "trio": TrioBackend, "threads": SyncBackend}


@pytest.fixture
def run_slow(world, run_client):
    """Run a scenario with a server that sends a part of a body, and then nothing more.

    ``async def scenario(client, url, reading)``: `await reading(response)` waits until somebody reads it.
    """
    over = threading.Event()

    def answer(connection):
        started.read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello")
        over.wait(10)

    started = Peer(answer)

    async def reading(response):
        body = getattr(response, "_target", response)._body
        while not body._reading:
            await BACKENDS[world.name]().event().wait(0.005)

    def run_slow(scenario):
        with started:
            try:
                return run_client(lambda client: scenario(client, started.url + "/", reading))
            finally:
                over.set()

    return run_slow


WAYS = ["read", "stream", "raw", "stream_text", "stream_lines"]


async def drawn(response, way):
    """Read to the end, one way or the other."""
    if way == "read":
        return await response.read()
    return [piece async for piece in getattr(response, way)()]


@pytest.mark.parametrize("way", WAYS)
def test_a_response_that_is_closed_while_it_is_read_is_never_taken_for_whole(run_slow, world, way):
    """Neither by who reads, who gets an error, nor by who closes, who gets none."""

    async def scenario(client, url, reading):
        response = await client.get(url, stream=True)
        ended = []

        async def read():
            try:
                ended.append(await drawn(response, way))
            except httpcore.StreamClosed as error:
                ended.append(str(error))

        async def close():
            await reading(response)
            await response.close()

        await world.gather(read, close)
        (end,) = ended
        assert str(end).startswith(f"GET {url}: the response was closed while it was read")
        with pytest.raises(httpcore.StreamError):
            await response.read()
        assert 0 == client.stats().in_use

    run_slow(scenario)


@pytest.mark.parametrize("way", WAYS[1:])
def test_a_body_that_was_closed_or_broke_does_not_end_cleanly(run, way):
    async def scenario(client, base):
        async with client.stream("GET", base + "/stream/5000000") as response:
            pieces = getattr(response, way)()
            if way != "stream_lines":  # it has no line end
                await pieces.__anext__()
            await response.close()
            with pytest.raises(httpcore.StreamClosed, match="was closed, or broke, before its end"):
                await pieces.__anext__()

    run(scenario)


def test_two_that_read_one_response_at_once_are_told_so(run_slow, world):
    async def scenario(client, url, reading):
        response = await client.get(url, stream=True)
        pieces = response.stream()

        async def first():
            with pytest.raises(httpcore.StreamClosed):
                await exhaust(pieces)

        async def second():
            await reading(response)
            with pytest.raises(
                httpcore.StreamError, match="two tasks or threads read one response"
            ):
                await exhaust(pieces)
            await response.close()

        await world.gather(first, second)

    run_slow(scenario)


async def exhaust(pieces):
    async for _ in pieces:
        pass
