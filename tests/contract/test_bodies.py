"""What a response body allows, and what it says when it can't."""

import gc
import warnings

import pytest

import httpcore_client as httpcore
from testkit.app import pattern


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
