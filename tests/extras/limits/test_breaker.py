"""Nothing is sent where it would be in vain."""

import pickle

import pytest

import httpcore_client as httpcore
from httpcore_client import URL, Timeout
from httpcore_client.limits import (
    CircuitBreaker,
    CircuitBreakerAdapter,
    CircuitOpen,
    RateLimitAdapter,
)
from httpcore_client.retry import RetryAdapter
from httpcore_client.testing import ManualClock
from testkit.awaits import WalkBackend, walk_through, walked
from testkit.faults import assert_settled, nothing_left, stats
from testkit.peer import Peer, response

BAD, OK = response(b"", "500 Internal Server Error"), response()


def breaking(clock, breaker=None, **options):
    return CircuitBreakerAdapter(breaker or CircuitBreaker(consecutive=2), clock=clock, **options)


@pytest.fixture
def clock():
    return ManualClock()


def test_after_failures_nothing_is_sent_until_a_try_is_good(run_client, clock):
    breaker = CircuitBreaker(consecutive=2, cooldown=10.0)

    async def scenario(client):
        with Peer() as peer:
            origin = URL(peer.url).origin
            peer.handlers = [peer.holding(BAD, BAD, BAD, OK, OK)]
            for _ in range(2):
                assert 500 == (await client.get(peer.url)).status_code
            assert "open" == breaker.state(origin)
            clock.advance(4.0)
            with pytest.raises(CircuitOpen) as caught:
                await client.get(peer.url)
            assert (
                f"GET {peer.url}/: the circuit of {peer.url} is open, since 4.0 s, as 2 requests in "
                "a row failed, the last with: status 500; it is tried in 6.0 s"
            ) == str(caught.value)
            assert pytest.approx((4.0, 6.0)) == (caught.value.open_for, caught.value.retry_in)
            assert not caught.value.sent
            assert caught.value.reason == pickle.loads(pickle.dumps(caught.value)).reason
            assert 2 == len(peer.requests)
            clock.advance(6.0)
            assert 500 == (await client.get(peer.url)).status_code
            clock.advance(10.0)
            assert 200 == (await client.get(peer.url)).status_code
            assert "closed" == breaker.state(origin)
            assert 200 == (await client.get(peer.url)).status_code
            await client.close()

    run_client(scenario, adapters=[breaking(clock, breaker)])


def test_errors_of_the_way_are_failures(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.resetting()]
            for _ in range(2):
                with pytest.raises(httpcore.TransportError):
                    await client.get(peer.url)
            with pytest.raises(CircuitOpen, match="the last with: (RemoteProtocol|Read)Error"):
                await client.get(peer.url)

    run_client(scenario, adapters=[breaking(clock)])


def test_while_it_is_tried_others_are_refused(run_client, clock):
    breaker = CircuitBreaker(consecutive=1)

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(BAD, OK)]
            await client.get(peer.url)
            clock.advance(10.0)
            breaker.enter(URL(peer.url).origin, clock.now())
            with pytest.raises(CircuitOpen, match="is half-open, .* it is tried at this moment"):
                await client.get(peer.url)
            await client.close()

    run_client(scenario, adapters=[breaking(clock, breaker)])


def test_what_fails_for_reasons_of_our_own_says_nothing_of_the_server(run_client, clock):
    breaker = CircuitBreaker(consecutive=1)
    adapters = [breaking(clock, breaker), RateLimitAdapter(1, max_wait=0.0)]

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding(OK)]
            await client.get(peer.url)
            with pytest.raises(httpcore.PoolTimeout):
                await client.get(peer.url)
            assert "closed" == breaker.state(URL(peer.url).origin)
            await client.close()

    run_client(scenario, adapters=adapters)


def test_addresses_that_are_refused_say_nothing_of_the_server(run_client, clock):
    breaker = CircuitBreaker(consecutive=1)

    async def scenario(client):
        with pytest.raises(httpcore.AddressRefused):
            await client.get("http://127.0.0.1:9/")
        assert "closed" == breaker.state(URL("http://127.0.0.1:9/").origin)

    run_client(scenario, adapters=[breaking(clock, breaker)], address_policy="public")


def test_what_is_a_failure_may_be_chosen(run_client, clock):
    breaker = CircuitBreaker(consecutive=1)

    async def scenario(client):
        with Peer() as peer:
            key = "one for all"
            peer.handlers = [peer.holding(BAD, response(b"", "429 Too Many Requests"))]
            await client.get(peer.url)
            assert "closed" == breaker.state(key)
            await client.get(peer.url)
            assert "open" == breaker.state(key)
            await client.close()

    run_client(
        scenario,
        adapters=[breaking(clock, breaker, key=lambda request: "one for all", statuses=[429])],
    )


def test_errors_that_are_no_failures_say_nothing(run_client, clock):
    breaker = CircuitBreaker(consecutive=1)

    async def scenario(client):
        with Peer() as peer:
            peer.handlers = [peer.holding()]
            with pytest.raises(httpcore.ReadTimeout):
                await client.get(peer.url, timeout=Timeout(read=0.05))
            assert "closed" == breaker.state(URL(peer.url).origin)

    run_client(scenario, adapters=[breaking(clock, breaker, errors=[httpcore.ConnectError])])


def test_every_try_of_a_retry_counts_and_an_open_circuit_is_not_tried_again(run_client, clock):
    async def scenario(client):
        with Peer() as peer:
            busy = response(b"", "503 Service Unavailable")
            peer.handlers = [peer.holding(busy, busy, busy)]
            with pytest.raises(CircuitOpen) as caught:
                await client.get(peer.url)
            assert caught.value.__notes__[0].startswith("tried 3 times within ")
            assert 2 == len(peer.requests)
            await client.close()

    run_client(scenario, adapters=[RetryAdapter(clock=clock), breaking(clock)])


def test_an_interruption_at_any_await_lets_another_try_it(world, clock):
    async def run(walk):
        breaker = CircuitBreaker(consecutive=1, cooldown=1e-9)
        origin = URL("http://127.0.0.1").origin
        breaker.leave(breaker.enter(origin, 0.0), 0.0, "an error")
        backend = WalkBackend(world.name, walk)
        adapters = [CircuitBreakerAdapter(breaker, clock=clock)]
        async with world.client(backend=backend, trust_env=False, adapters=adapters) as client:

            async def get():
                return (await client.get("http://127.0.0.1/id/123")).content

            async def nothing():
                pass

            await walked(world.name, walk, backend, get, nothing, first=True)
            assert b"123" == await get()  # on the same clock: no cool-down passes
        assert "closed" == breaker.state(origin)

    with nothing_left():
        assert walk_through(world, run) >= 4


def test_a_clock_that_fails_leaves_no_response_open(run_client):
    class Broken(ManualClock):
        calls = 0

        def now(self):
            self.calls += 1
            if self.calls == 2:
                raise KeyboardInterrupt
            return super().now()

    async def scenario(client):
        with Peer() as peer:
            large = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
            peer.handlers = [peer.holding(large)]
            with pytest.raises(KeyboardInterrupt):
                await client.get(peer.url)
            assert_settled(await stats(client))

    run_client(scenario, adapters=[CircuitBreakerAdapter(clock=Broken())])


def test_it_tells_what_it_is():
    adapter = CircuitBreakerAdapter(CircuitBreaker(consecutive=7, failure_rate=None))
    shown = "<CircuitBreakerAdapter <CircuitBreaker consecutive=7 failure_rate=None>>"
    assert shown == repr(adapter) == repr(pickle.loads(pickle.dumps(adapter)))
    assert "consecutive=5" in repr(CircuitBreakerAdapter())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: CircuitBreakerAdapter(5), TypeError, "breaker must be a CircuitBreaker, not int"),
        (
            lambda: CircuitBreakerAdapter(consecutive=3),
            *(TypeError, "no argument 'consecutive'; give it CircuitBreaker(consecutive=...)"),
        ),
        (lambda: CircuitBreakerAdapter(statuses=500), TypeError, "statuses must be a collection"),
        (lambda: CircuitBreakerAdapter(errors=[5]), TypeError, "collection of classes of errors"),
        (lambda: CircuitBreaker(cooldown=0), ValueError, "cooldown must be more than 0"),
    ],
)
def test_what_makes_no_breaker_is_refused(make, error, message):
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)
