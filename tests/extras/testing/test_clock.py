"""Time that passes only when somebody says so."""

import time

import pytest

from httpcore_client import AsyncioBackend, Client, SyncBackend, Timeout, TotalTimeout, TrioBackend
from httpcore_client.testing import ManualClock, MockAdapter
from testkit.worlds import drive


def test_it_stands_still_until_it_is_advanced():
    clock = ManualClock(time=1000)
    before = clock.now()
    clock.advance(2.5)
    assert [2.5, 1002.5, 2.5] == [clock.now() - before, clock.time(), clock.elapsed]
    assert repr(clock) == "<ManualClock: 2.5 s>"


def test_sleeping_moves_it_and_is_remembered():
    clock = ManualClock()
    drive(clock.sleep(3))
    drive(clock.sleep(-1))
    assert [[3.0, 0.0], 3.0] == [clock.sleeps, clock.elapsed]


def test_it_begins_with_the_date_of_today():
    assert abs(ManualClock().time() - time.time()) < 60


@pytest.mark.parametrize("seconds", [-1, float("nan")])
def test_it_is_never_turned_back(seconds):
    with pytest.raises(ValueError, match="turned back"):
        ManualClock().advance(seconds)


@pytest.mark.parametrize("backend", [AsyncioBackend, TrioBackend, SyncBackend])
def test_it_drives_a_backend(backend):
    clock = ManualClock()
    world = clock.drive(backend())
    clock.advance(5)
    assert clock.now() == world.now()


def test_deadlines_of_a_client_with_a_mock_count_on_it(run_client):
    mock = MockAdapter()
    mock.get("http://a.example/").respond(delay=9)

    async def scenario(client):
        mock.clock.advance(1000)
        await client.get("http://a.example/", timeout=Timeout(read=None, total=10))
        with pytest.raises(TotalTimeout) as caught:
            await client.get("http://a.example/", timeout=Timeout(read=None, total=8))
        assert [8.0, "read"] == [caught.value.elapsed, caught.value.phase]

    run_client(scenario, adapters=[mock])
    assert [9.0, 8.0] == mock.clock.sleeps


def test_variants_of_a_client_are_on_it_too():
    mock = MockAdapter()
    client = Client(adapters=[mock])
    mock.clock.advance(7)
    assert mock.clock.now() == client.replace()._now() == client._now()
