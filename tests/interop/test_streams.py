"""Many requests at once, and no more than the server lets run."""

import pytest

from httpcore_client import PoolLimits


@pytest.mark.server("many")
def test_a_hundred_requests_at_once_share_one_connection(run, world, base):
    async def scenario(client):
        await client.get(base + "/")  # now the server's limit is known

        async def get():
            return (await client.get(base + "/")).content

        assert await world.gather(*[get] * 100) == [b"hello, world"] * 100
        assert client.stats().opened == 1

    run(scenario)


@pytest.mark.server("app")
def test_each_of_many_requests_gets_its_own_answer(run, world, base):
    async def scenario(client):
        def call(number):
            async def post():
                content = f"number {number}".encode() * 1000
                answer = (await client.post(f"{base}/echo?{number}", content=content)).json()
                return answer["target"], answer["body"].encode() == content

            return post

        answers = await world.gather(*(call(number) for number in range(100)))
        assert answers == [(f"/echo?{number}", True) for number in range(100)]

    run(scenario)


@pytest.mark.server("app", "streams", streams=8)
@pytest.mark.parametrize("start", ["cold", "warm"])
def test_requests_beyond_the_limit_of_streams_succeed(run, world, base, start):
    async def scenario(client):
        if start == "warm":
            await client.get(base + "/")

        async def get():
            return (await client.get(base + "/slow/0.01")).content

        async def post():
            answer = await client.post(base + "/echo", content=b"some bytes")
            return answer.json()["body"]

        answers = await world.gather(*[get, post] * 30)
        assert answers == [b"at last", "some bytes"] * 30

    run(scenario)


@pytest.mark.server("app", "streams", streams=8)
def test_one_connection_is_enough_beyond_the_limit_of_streams(run, world, base):
    async def scenario(client):
        async def get():
            return (await client.get(base + "/")).content

        assert await world.gather(*[get] * 60) == [b"hello, world"] * 60
        assert client.stats().opened == 1

    run(scenario, pool_limits=PoolLimits(max_connections=1))
