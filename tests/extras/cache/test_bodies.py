"""A response is stored once its body was read to its end, and passes undelayed before that."""

import threading

import pytest
import trio

from httpcore_client import DecodingError, TransportError, TrioClient
from httpcore_client.cache import CacheAdapter, MemoryStorage, cache_status
from httpcore_client.cache._recorder import Recorder
from httpcore_pool import BytesSource, run_sync
from testkit.peer import Peer, response

FRESH = "Cache-Control: max-age=60"
HEAD = b"HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n"


async def is_stored(client, url):
    asked = {"Cache-Control": "only-if-cached"}
    return (await client.get(url, headers=asked)).status_code == 200


def test_pieces_pass_as_they_come(run_client):
    read, arrived = [], threading.Event()

    def piecewise(connection):
        peer.read_request(connection)
        connection.sendall(HEAD + b"3\r\none\r\n")
        assert arrived.wait(10)
        connection.sendall(b"3\r\ntwo\r\n0\r\n\r\n")

    async def scenario(client):
        async with client.stream("GET", peer.url) as answer:
            async for piece in answer.stream():
                read.append(piece)
                arrived.set()
                assert not await is_stored(client, peer.url)
        assert await is_stored(client, peer.url)

    with Peer(piecewise) as peer:
        run_client(scenario, adapters=[CacheAdapter()])
    assert read == [b"one", b"two"]


def test_one_that_is_left_early_is_not_stored(run_cached, shop):
    shop.say(b"x" * 100_000, FRESH)

    async def scenario(client):
        async with client.stream("GET", shop.url) as answer:
            await anext(answer.stream())
        assert not await is_stored(client, shop.url)

    run_cached(scenario)


def test_one_that_nobody_reads_is_not_stored(run_cached, shop):
    shop.say(b"one", FRESH)

    async def scenario(client):
        answer = await client.get(shop.url, stream=True)
        assert not answer.is_closed
        await answer.close()
        await answer.close()
        assert not await is_stored(client, shop.url)

    run_cached(scenario)


@pytest.mark.parametrize("coding", ["", "Content-Encoding: gzip"])
def test_one_that_breaks_is_not_stored(run_cached, shop, coding):
    whole = response(
        b"no gzip" * 10, "200 OK", FRESH.encode(), *([coding.encode()] if coding else ())
    )
    shop.answers += [whole] if coding else [whole[:-5], None]

    async def scenario(client):
        with pytest.raises((TransportError, DecodingError)):
            await client.get(shop.url)
        assert not await is_stored(client, shop.url)

    run_cached(scenario)


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_one_that_is_too_large_passes_and_is_not_stored(run_cached, shop, framing):
    body = b"x" * 300_000
    if framing == "length":
        shop.say(body, FRESH)
    else:
        chunk = b"186a0\r\n" + body[:100_000] + b"\r\n"
        shop.answers.append(HEAD + chunk * 3 + b"0\r\n\r\n")

    async def scenario(client):
        assert (await client.get(shop.url)).content == body
        assert not await is_stored(client, shop.url)

    run_cached(scenario, MemoryStorage(max_body_bytes=100))


@pytest.mark.parametrize("most", [999, 1000])
def test_the_limit_is_the_largest_that_is_stored(run_cached, shop, most):
    shop.answers.append(HEAD + b"3e8\r\n" + b"x" * 1000 + b"\r\n0\r\n\r\n")

    async def scenario(client):
        await client.get(shop.url)
        assert await is_stored(client, shop.url) == (most == 1000)

    run_cached(scenario, MemoryStorage(max_body_bytes=most))


class Cut(BytesSource):
    """Ends as one does that was closed by somebody else."""

    async def read_chunk(self):
        self.cut = not self._data
        return self.take()


def test_one_that_was_closed_below_is_not_kept():
    kept = []

    async def keep(body):
        kept.append(body)

    async def read_all(recorder):
        return [await recorder.read_chunk() for _ in range(2)]

    recorder = Recorder(Cut(b"a part"), keep, 1000)
    assert run_sync(read_all(recorder)) == [b"a part", b""]
    assert (kept, recorder.cut) == ([], True)


def test_one_whose_reader_is_cancelled_is_not_stored(shop):
    shop.answers.append(HEAD + b"3\r\none\r\n")

    async def scenario():
        cache = CacheAdapter(clock=shop.clock)
        async with TrioClient(adapters=[cache], trust_env=False) as client:
            async with client.stream("GET", shop.url) as answer:
                stream = answer.stream()
                assert await anext(stream) == b"one"
                with trio.CancelScope() as scope:
                    scope.cancel()
                    await anext(stream)
            assert client.stats().open == 0
            assert not await is_stored(client, shop.url)

    trio.run(scenario)


def test_trailers_come_with_the_end(run_cached, shop):
    shop.answers.append(HEAD + b"3\r\none\r\n0\r\nX-Sum: 1\r\n\r\n")

    async def scenario(client):
        answer = await client.get(shop.url)
        assert dict(answer.trailers) == {"X-Sum": "1"}
        assert (await client.get(shop.url)).content == b"one"

    run_cached(scenario)


def test_one_that_is_dropped_open_warns_as_without_a_cache(run_cached, shop):
    shop.say(b"x" * 1_000_000, FRESH)
    shop.say(b"one", FRESH)

    async def scenario(client):
        answer = await client.get(shop.url, stream=True)
        with pytest.warns(ResourceWarning, match="dropped without being read"):
            del answer
        answer = await client.get(shop.url + "/small", stream=True)
        del answer  # all of it came with the head

    run_cached(scenario)


def test_a_body_may_be_read_piece_by_piece_beyond_its_end(run_cached, shop):
    shop.say(b"one", FRESH)

    async def scenario(client):
        async with client.stream("GET", shop.url) as answer:
            stream = answer.raw()
            assert [piece async for piece in stream] == [b"one"]
            assert [piece async for piece in stream] == []
            assert answer.is_closed
        assert cache_status(await client.get(shop.url)).hit

    run_cached(scenario)
