"""What changes while a connection is idle: where its name leads, and the clock."""

import time

import httpcore_client as httpcore
from testkit.faults import SERVE, Faulty, client_of_one, failure, nothing_left, stats


def test_a_new_address_of_a_name_is_for_new_connections(world, authority):
    """Fault 4: the idle one serves on, as it leads where it always did."""
    peer = Faulty((SERVE,))
    addresses = ["127.0.0.1"]

    async def scenario():
        url = f"http://a.test:{peer.port}/"
        network = httpcore.Network(resolver=lambda host: addresses)
        async with client_of_one(world, authority, network=network) as client:
            await client.get(url)
            addresses[:] = ["127.0.0.2"]  # where nobody listens
            assert b"next" == (await client.get(url, headers={"Connection": "close"})).content
            error = await failure(client.get(url))
            assert [f"127.0.0.2:{peer.port}"] == [attempt.address for attempt in error.attempts]

    with nothing_left(), peer:
        world.run(scenario)
    assert 1 == peer.accepted


def test_a_clock_on_the_wall_that_jumps_expires_nothing(world, authority, monkeypatch):
    """Fault 40: by years, back or forth."""
    peer = Faulty((SERVE,))

    async def scenario():
        async with client_of_one(world, authority) as client:
            for seconds in (time.time(), 0.0, 4e9):
                monkeypatch.setattr(time, "time", lambda seconds=seconds: seconds)
                assert b"next" == (await client.get(peer.url)).content
            assert 1 == (await stats(client)).opened

    with nothing_left(), peer:
        world.run(scenario)
