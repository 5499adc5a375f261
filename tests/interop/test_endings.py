"""Servers end connections under load: those that have served enough, or because they start anew.

Those that are idle, and servers that stop, are rows of the matrix.
"""

import pytest

REQUESTS_AT_ONCE = 20
RELOADS = 5


async def load(world, client, base, most, goes_on=lambda number: True):
    """Keep requests of several kinds in flight, so many in all at most, and check each answer."""
    numbers = iter(range(most))

    async def one(number):
        kind = number % 4
        if kind == 0:
            assert (await client.get(base + "/slow/0.02")).content == b"at last"
        elif kind == 1:
            content = b"content" * 1000
            answer = (await client.post(f"{base}/echo?{number}", content=content)).json()
            assert answer["target"] == f"/echo?{number}"
            assert answer["length"] == len(content)
        else:
            size = 10 ** (kind + 2)
            assert len((await client.get(f"{base}/bytes/{size}")).content) == size

    async def work():
        for number in numbers:
            await one(number)
            if not goes_on(number):
                return

    await world.gather(*[work] * REQUESTS_AT_ONCE)


# With a limit that no other test has, and so with servers of its own: the last reload may still be under way
# when the test ends.
@pytest.mark.server("app", "reload", idle=30)
def test_no_request_is_lost_while_the_server_reloads(run, world, server, base):
    async def scenario(client):
        def goes_on(number):
            if number % 100 == 50:
                server.reload()
            return client.stats().opened <= RELOADS

        await load(world, client, base, 8000, goes_on)
        assert client.stats().opened > RELOADS

    run(scenario)


@pytest.mark.server("app", "requests", requests=10)
def test_no_request_is_lost_where_a_connection_serves_only_ten(run, world, base):
    async def scenario(client):
        await load(world, client, base, 200)
        assert client.stats().opened > 1

    run(scenario)
