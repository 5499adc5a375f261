"""Many HTTP/2 requests at once, many of them cut off at random, with servers that refuse and leave."""

import asyncio
import gc

import pytest

import httpcore_client as httpcore
from testkit.app import pattern
from testkit.churn import LIMITS, Churn
from testkit.faults import assert_settled, nothing_left, stats
from testkit.tiny import Tiny

REQUESTS = 600
WORKERS = 20


@pytest.fixture(scope="module")
def servers(authority):
    """One without TLS and one with it."""
    with Tiny() as plain, Tiny(authority) as tls:
        yield {"plain": plain, "tls": tls}


def client_of(world, authority, url, connections):
    return world.client(
        ssl=authority.bundle,
        pool_limits=httpcore.PoolLimits(max_connections=connections),
        http1=not url.startswith("http:"),
        timeout=5,
    )


class H2Churn(Churn):
    """Requests of the kinds that HTTP/2 has, too."""

    KINDS = (
        *("id", "id", "chunked", "slow", "slow", "to", "upload", "much", "left"),
        *("reset", "large", "early", "refused", "refused", "leaving"),
    )

    async def _upload(self, kind, word, options):
        # As octets, which can be sent again: others have the server leave at any time.
        url = f"{self._url}/id/{word}"
        answer = await self._client.put(url, content=b"upload", **options)
        return answer.content.removesuffix(b" upload")

    async def _much(self, kind, word, options):
        url = f"{self._url}/id/{word}"
        answer = await self._client.put(url, content=bytes(150_000), **options)
        return answer.content.removesuffix(b" " + bytes(150_000))

    async def _early(self, kind, word, options):
        url = f"{self._url}/early/{word}"
        return (await self._client.put(url, content=bytes(150_000), **options)).content


class RealChurn(Churn):
    """Requests to `testkit.app`, each of which gives its own word if the answer is right."""

    KINDS = ("octets", "octets", "pieces", "echo", "slow", "left")

    async def _octets(self, kind, word, options):
        answer = await self._client.get(f"{self._url}/bytes/{word}", **options)
        return word.encode() if pattern(int(word)) == answer.content else answer.content[:100]

    async def _pieces(self, kind, word, options):
        answer = await self._client.get(f"{self._url}/stream/{word}", **options)
        return word.encode() if pattern(int(word)) == answer.content else answer.content[:100]

    async def _echo(self, kind, word, options):
        answer = await self._client.post(f"{self._url}/echo", content=word.encode(), **options)
        return answer.json()["body"].encode()

    async def _slow(self, kind, word, options):
        answer = await self._client.get(f"{self._url}/slow/0.001", **options)
        return word.encode() if b"at last" == answer.content else answer.content

    async def _left(self, kind, word, options):
        async with self._client.stream("GET", f"{self._url}/stream/{word}", **options) as answer:
            piece = await anext(answer.stream())
        return word.encode() if pattern(len(piece)) == piece else piece[:100]


async def run_churn(world, authority, churn_of, url, connections):
    """Make and play churn in one world; return it once everything is settled."""
    complaints = []
    if world.name == "asyncio":
        handler = lambda _, context: complaints.append(context)  # noqa: E731
        asyncio.get_running_loop().set_exception_handler(handler)
    async with client_of(world, authority, url, connections) as client:
        churn = churn_of(client, url, REQUESTS)
        limited = LIMITS[world.name]
        await world.gather(*[lambda n=n: churn.work(n, limited) for n in range(WORKERS)])
        assert_settled(await stats(client))
        for connection in connections_of(client):
            assert {} == connection.state.streams
    assert 0 == (await stats(client)).open
    assert [] == complaints
    assert [] == churn.wrong
    assert REQUESTS == sum(churn.counts.values())
    assert churn.most <= connections
    return churn.counts


def connections_of(client):
    pool = getattr(client, "_client", client)._pool
    return [entry.connection._inner for entry in pool._state._entries]


@pytest.mark.parametrize(("scheme", "connections"), [("plain", 1), ("tls", 3)])
def test_churn_ends_with_an_empty_and_usable_pool(world, authority, servers, scheme, connections):
    url = servers[scheme].url
    with nothing_left():
        counts = world.run(run_churn, world, authority, H2Churn, url, connections)
        gc.collect()
    assert all(count > REQUESTS / 50 for count in counts.values()), counts


@pytest.mark.parametrize("connections", [1, 3])
def test_churn_with_a_real_server_mixes_no_answers(world, origin, connections):
    with nothing_left():
        counts = world.run(run_churn, world, origin.authority, RealChurn, origin.tls, connections)
        gc.collect()
    assert 0 == counts["broken"]
