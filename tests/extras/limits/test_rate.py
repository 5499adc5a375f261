"""No more requests go in a time than a rate allows."""

import asyncio
import pickle
import threading
import time

import pytest

import httpcore_client as httpcore
from httpcore_client import PoolLimits, Request, SyncBackend, Timeout
from httpcore_client.limits import LimitExceeded, RateLimitAdapter, RateLimiter
from httpcore_client.testing import ManualClock
from testkit.awaits import WalkBackend, walk_through
from testkit.faults import nothing_left
from testkit.interrupts import interrupt
from testkit.peer import Peer, response
from testkit.tiny import Tiny
from testkit.worlds import WORLDS, AsyncioWorld, drive

OK = response()
BOUND = Timeout(total=20.0)  # whoever is forgotten in line is an error


@pytest.fixture(scope="module")
def tiny():
    with Tiny() as started:
        yield started


def assert_rate(times, rate, burst):
    times = sorted(times)
    for first, begin in enumerate(times):
        for last in range(first, len(times)):
            assert last - first + 1 <= burst + (times[last] - begin) * rate + 1.01


def test_many_at_once_are_spread_over_time(world, tiny, noting):
    limiter = RateLimiter(400, burst=5)

    async def scenario():
        adapters = [RateLimitAdapter(limiter), noting]
        async with world.client(trust_env=False, timeout=BOUND, adapters=adapters) as client:

            async def get():
                return (await client.get(tiny.url + "/id/7")).content

            assert [b"7"] * 50 == await world.gather(*[get] * 50)

    world.run(scenario)
    times = [at for at, _ in noting.times]
    assert_rate(times, 400, 5)
    assert max(times) - min(times) >= (50 - 5 - 1) / 400


def test_who_comes_first_goes_first(tiny, noting):
    entered = []

    def key(request):
        entered.append(request.url.path)

    async def scenario():
        adapters = [RateLimitAdapter(RateLimiter(500), key=key), noting]
        async with httpcore.Client(trust_env=False, adapters=adapters) as client:
            await asyncio.gather(*[client.get(f"{tiny.url}/id/{n}") for n in range(20)])

    AsyncioWorld().run(scenario)
    assert entered == [path for _, path in noting.times]
    assert 20 == len({*entered})


def test_each_origin_has_a_rate_of_its_own_or_each_key(run_client):
    clock = ManualClock()

    async def scenario(client):
        with Peer() as one, Peer() as other:
            one.handlers = other.handlers = [one.holding(OK, OK)]
            for peer in (one, other, one, other):
                await client.get(peer.url)
            await client.close()

    run_client(scenario, adapters=[RateLimitAdapter(RateLimiter(1), clock=clock)])
    assert pytest.approx([1.0]) == clock.sleeps  # both have waited by then
    run_client(scenario, adapters=[RateLimitAdapter(1, clock=clock, key=lambda request: None)])
    assert pytest.approx([1.0] * 4) == clock.sleeps


def test_a_wait_that_is_too_long_is_refused_at_once(run_client):
    limiter = RateLimiter(1, per=60)

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(OK)]
            await client.get(peer.url)
            with pytest.raises(LimitExceeded) as caught:
                await client.get(peer.url, timeout=Timeout(total=20.0))
            assert (
                f"the rate limit of {peer.url}, <RateLimiter 1 per 60 s, burst 1>, has no room for "
            ) in str(caught.value)
            assert pytest.approx(20.0, abs=5.0) == caught.value.limit
            assert isinstance(caught.value, httpcore.PoolTimeout)
            assert caught.value.elapsed < 5
            assert "GET" == pickle.loads(pickle.dumps(caught.value)).method
            with pytest.raises(LimitExceeded, match=r"may wait for 30\.00 s at most"):
                await client.get(peer.url, timeout=Timeout(total=50.0))
            await client.close()

    run_client(scenario, adapters=[RateLimitAdapter(limiter, max_wait=30.0)])


def test_a_request_without_a_start_is_refused_too():
    limiter = RateLimiter(1)
    clock = ManualClock()
    adapter = RateLimitAdapter(limiter, max_wait=0, clock=clock).over(None, SyncBackend())
    request = Request("GET", "http://a.test/")
    assert limiter.passes(request.url.origin, clock.now())
    with pytest.raises(LimitExceeded) as caught:
        drive(adapter.send(request))
    assert None is caught.value.elapsed


def test_a_429_holds_back_all_requests_of_its_key(run_client):
    clock = ManualClock(784_111_777.0)  # Sun, 06 Nov 1994 08:49:37 GMT

    async def scenario(client):
        with Peer() as peer:
            too_many = response(b"", "429 Too Many Requests", b"Retry-After: 90")
            date = b"Retry-After: Sun, 06 Nov 1994 08:50:37 GMT"  # in 60 s, 30 of which pass
            dated = response(b"", "429 Too Many Requests", date)
            peer.handlers = [
                peer.holding(dated, too_many, response(b"", "429 Too Many Requests"), OK)
            ]
            found = [(await client.get(peer.url)).status_code for _ in range(4)]
            assert [429, 429, 429, 200] == found
            await client.close()

    run_client(scenario, adapters=[RateLimitAdapter(1000, max_pause=30.0, clock=clock)])
    assert [30.0, 30.0, 0.001] == [round(seconds, 6) for seconds in clock.sleeps]


def test_a_429_may_be_left_to_others(run_client):
    clock = ManualClock()

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [
                peer.holding(response(b"", "429 Too Many Requests", b"Retry-After: 9"), OK)
            ]
            await client.get(peer.url)
            assert 200 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=[RateLimitAdapter(1000, max_pause=0, clock=clock)])
    assert [0.001] == [round(seconds, 6) for seconds in clock.sleeps]


def test_a_clock_that_fails_leaves_no_response_open(run_client):
    class Broken(ManualClock):
        def time(self):
            raise KeyboardInterrupt

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [
                peer.holding(response(b"", "429 Too Many Requests", b"Retry-After: 9"))
            ]
            with pytest.raises(KeyboardInterrupt):
                await client.get(peer.url)
            await client.close()

    run_client(scenario, adapters=[RateLimitAdapter(1000, clock=Broken())])


def places(count):
    return [SyncBackend().event() for _ in range(count)]


def is_set(place):
    return drive(place.wait(0.0))


def test_who_gives_up_leaves_its_turn_to_the_others():
    limiter = RateLimiter(1)
    second, third, fourth, fifth = places(4)
    assert limiter.passes("a", 0.0)
    assert not limiter.passes("a", 0.5)
    assert [1.0, 2.0, 3.0] == [limiter.enter("a", 0.0, each) for each in (second, third, fourth)]
    assert [True, False, False] == list(map(is_set, (second, third, fourth)))
    limiter.leave("a", third)
    assert [True, False] == list(map(is_set, (second, fourth)))
    limiter.leave("a", second)
    assert is_set(fourth)
    assert (True, 0.5) == limiter.ask("a", 0.5, fourth)
    assert (True, None) == limiter.ask("a", 1.0, fourth)
    limiter.leave("a", fourth)
    assert 1.0 == limiter.enter("a", 1.0, fifth)


def test_nobody_goes_before_those_in_line():
    limiter = RateLimiter(1, burst=2)
    second, third = places(2)
    limiter.pause("a", 0.5)
    limiter.enter("a", 0.0, second)
    assert not limiter.passes("a", 9.0)
    assert 0.0 == limiter.enter("a", 9.0, third)
    assert (False, 0.0) == limiter.ask("a", 9.0, third)
    assert (True, None) == limiter.ask("a", 9.0, second)


def test_who_is_in_line_gives_up_when_its_time_is_over(run_client):
    limiter = RateLimiter(20, burst=2)  # so that it could go, if nobody were before it
    head = SyncBackend().event()

    async def scenario(client):
        now = time.monotonic()
        limiter.passes("k", now)
        limiter.enter("k", now, head)  # and there it stays
        with pytest.raises(LimitExceeded):
            await client.get("http://127.0.0.1:9/", timeout=Timeout(total=0.12))
        assert [head] == list(limiter._lanes["k"].line)

    run_client(scenario, adapters=[RateLimitAdapter(limiter, key=lambda request: "k")])


def test_an_interruption_at_any_await_leaves_the_line(world):
    async def run(walk):
        limiter = RateLimiter(2000)
        backend = WalkBackend(world.name, walk)
        adapters = [RateLimitAdapter(limiter, key=lambda request: "k")]
        async with world.client(backend=backend, trust_env=False, adapters=adapters) as client:
            # Who comes first waits, and who comes next is in line.
            limiter.pause("k", time.monotonic() + 0.002)
            await interrupt(world, walk, backend, client, "http://127.0.0.1", get, first=True)
        assert 0 == len(limiter._lanes["k"].line)

    with nothing_left():
        assert walk_through(world, run) >= 6


async def get(client, url):
    return (await client.get(url + "/id/123")).content


def test_clients_of_all_worlds_may_share_a_rate(tiny):
    """Each in a thread of its own; the turns go round between them."""
    limiter, times = RateLimiter(300), []

    def run(world):
        async def scenario():
            adapters = [RateLimitAdapter(limiter)]
            async with world.client(
                trust_env=False,
                timeout=BOUND,
                adapters=adapters,
                pool_limits=PoolLimits(max_connections=4),
            ) as client:

                async def work():
                    for _ in range(5):
                        await get(client, tiny.url)
                        times.append(time.monotonic())

                await world.gather(*[work] * 4)

        world.run(scenario)

    threads = [threading.Thread(target=run, args=[world]) for world in WORLDS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert 60 == len(times)
    assert max(times) - min(times) >= 0.15


def test_it_tells_what_it_is():
    adapter = RateLimitAdapter(RateLimiter(100, per=60, burst=10))
    assert "<RateLimitAdapter <RateLimiter 100 per 60 s, burst 10>>" == repr(adapter)
    assert repr(adapter) == repr(pickle.loads(pickle.dumps(adapter)))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: RateLimiter(0), ValueError, "RateLimiter(rate) must be more than 0, not 0"),
        (lambda: RateLimiter(1e-300, per=1e300), ValueError, "per / rate must be a finite number"),
        (lambda: RateLimiter(1, per="s"), TypeError, "per=...) must be a number, not str"),
        (lambda: RateLimiter(1, burst=0), ValueError, "burst=...) must be at least 1, not 0"),
        (lambda: RateLimitAdapter("10/s"), TypeError, "RateLimiter, must be a number, not str"),
        (
            lambda: RateLimitAdapter(10, per=60),
            *(TypeError, "RateLimitAdapter() has no argument 'per'; give it RateLimiter(per=...)"),
        ),
        (lambda: RateLimitAdapter(1, key="host"), TypeError, "key must be callable or None"),
        (lambda: RateLimitAdapter(1, max_wait=-1), ValueError, "max_wait must be at least 0"),
        (lambda: RateLimitAdapter(1, max_pause=-1), ValueError, "max_pause must be at least 0"),
    ],
)
def test_what_makes_no_limit_is_refused(make, error, message):
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)
