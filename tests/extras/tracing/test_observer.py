"""What events add up to: one exchange for each time that a request goes out."""

import pytest

from httpcore_client import ConnectError, HTTPError
from httpcore_client.tracing.events import ExchangeObserver
from testkit.peer import Peer, response


class Noted(ExchangeObserver):
    def __init__(self):
        self.exchanges = []
        self.ended = []

    def on_start(self, exchange):
        self.exchanges.append(exchange)

    def on_end(self, exchange):
        self.ended.append(exchange)


@pytest.fixture
def noted():
    return Noted()


def test_each_hop_and_each_round_of_authentication_is_an_exchange(run_client, origin, noted):
    async def scenario(client):
        await client.get(f"{origin.plain}/redirect/1")
        await client.get(f"{origin.plain}/basic/me/pw", auth=("me", "pw"))

    run_client(scenario, adapters=[noted])
    assert ["/redirect/1", "/echo", "/basic/me/pw"] == [
        exchange.request.url.path for exchange in noted.exchanges
    ]
    assert noted.exchanges == noted.ended
    first, *others = noted.exchanges
    assert (False, [True, True]) == (first.reused, [each.reused for each in others])
    assert {first.connection} == {each.connection for each in others} != {0}
    assert ["dns", "connect", "send", "wait", "receive"] == [each.name for each in first.phases]
    assert (302, "HTTP/1.1", 9) == (first.status_code, first.protocol, first.received)
    assert first.seconds >= first.seconds_of("wait", "receive") > 0


def test_a_retry_of_the_pool_is_an_exchange(run_client, noted):
    async def scenario(client, url):
        await client.get(url)
        await client.get(url)

    with Peer() as peer:
        peer.handlers = (peer.answering(response(), b""), peer.holding(response()))
        run_client(lambda client: scenario(client, peer.url), adapters=[noted])
    assert [None, "RemoteProtocolError", None] == [each.error for each in noted.ended]
    assert [False, True, False] == [each.reused for each in noted.ended]


def test_a_failure_ends_an_exchange_and_the_phase_it_was_in(run_client, noted):
    async def scenario(client):
        with pytest.raises(ConnectError):
            await client.get("http://127.0.0.1:1/")

    run_client(scenario, adapters=[noted])
    (exchange,) = noted.ended
    assert ("ConnectError", None) == (exchange.error, exchange.status_code)
    assert [("connect", True)] == [(phase.name, phase.failed) for phase in exchange.phases]
    assert "<Exchange GET http://127.0.0.1:1/: ConnectError>" == repr(exchange)


def test_an_open_body_keeps_an_exchange_open(run_client, origin, noted):
    async def scenario(client):
        async with client.stream("GET", f"{origin.plain}/stall") as answer:
            (exchange,) = noted.exchanges
            running = exchange.ended, exchange.seconds, noted.ended, exchange.latest
            assert answer.request.options.trace is None
        return exchange, running

    exchange, (ended, seconds, over, latest) = run_client(scenario, adapters=[noted])
    assert (None, 0.0, [exchange]) == (ended, seconds, over)
    assert exchange.closed
    assert exchange.ended == exchange.latest >= latest >= exchange.started


def test_a_body_that_breaks_ends_it(run_client, noted):
    async def scenario(client, url):
        with pytest.raises(HTTPError):
            await client.get(url)

    with Peer() as peer:
        peer.handlers = (peer.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),)
        run_client(lambda client: scenario(client, peer.url), adapters=[noted])
    (exchange,) = noted.ended
    assert ("RemoteProtocolError", 200, 5) == (
        exchange.error,
        exchange.status_code,
        exchange.received,
    )


def test_the_callers_own_watcher_is_told_too(run_client, origin, noted):
    async def scenario(client):
        seen = []
        await client.get(origin.plain, trace=lambda event: seen.append(event.name))
        return seen

    assert "receive.done" == run_client(scenario, adapters=[noted])[-1]


def test_a_request_that_is_sent_again_is_another(run_client, origin, noted):
    async def scenario(client):
        answer = await client.get(origin.plain)
        await client.send(answer.request)

    run_client(scenario, adapters=[noted])
    assert 2 == len(noted.ended)


def test_what_no_network_answers_has_no_phases(run_client, noted, answers):
    async def scenario(client):
        await client.get("http://example.org/")

    run_client(scenario, adapters=[noted, answers(204)])
    (exchange,) = noted.ended
    assert ([], 0, 204) == (exchange.phases, exchange.connection, exchange.status_code)


@pytest.mark.parametrize("name", ["on_start", "on_event", "on_response", "on_end"])
def test_an_observer_that_fails_ends_the_request_and_leaves_nothing(run_client, origin, name):
    class Fails(ExchangeObserver):
        pass

    def fail(self, *what):
        raise ZeroDivisionError

    setattr(Fails, name, fail)

    async def scenario(client):
        with pytest.raises(ZeroDivisionError):
            await client.get(f"{origin.plain}/stream/100000")
        return client.stats()

    stats = run_client(scenario, adapters=[Fails()])
    assert (0, 0) == (stats.in_use, stats.queued)


def test_a_phase_that_nobody_ends_ends_with_its_exchange(run_client, origin, noted):
    def fail(event):
        if event.name == "connect.start":
            raise ZeroDivisionError

    async def scenario(client):
        with pytest.raises(ZeroDivisionError):
            await client.get(origin.plain, trace=fail)

    run_client(scenario, adapters=[noted])
    (exchange,) = noted.ended
    assert [("dns", False), ("connect", True)] == [each[::3] for each in exchange.phases]
    assert "ZeroDivisionError" == exchange.error


def test_an_observer_that_fails_at_a_retry_ends_the_request(run_client):
    class Fails(ExchangeObserver):
        def on_end(self, exchange):
            if exchange.error:
                raise ZeroDivisionError

    async def scenario(client, url):
        await client.get(url)
        with pytest.raises(ZeroDivisionError):
            await client.get(url)
        return client.stats().in_use

    with Peer() as peer:
        peer.handlers = (peer.answering(response(), b""),)
        assert 0 == run_client(lambda client: scenario(client, peer.url), adapters=[Fails()])


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_a_watcher_may_fail_at_each_event(run_client, origin, noted, http2):
    """It ends the request, with its own error. What looks on beside it sees the end of everything."""

    async def sent(client, watch):
        url = f"{origin.tls if http2 else origin.plain}/redirect-to?url=/stream/90000"
        return (await client.post(url, content=[b"abc"], trace=watch)).content

    async def named(client):
        events = []
        await sent(client, events.append)
        return dict.fromkeys(event.name for event in events)

    async def scenario(client, name):
        steps = []

        def fail(event):
            steps.append(event.name)
            if event.name == name:
                raise ZeroDivisionError(name)

        with pytest.raises(ZeroDivisionError, match=name):
            await sent(client, fail)
        stats = client.stats()
        assert (0, 0, 0) == (stats.in_use, stats.connecting, stats.queued), name
        for phase in ("dns", "connect", "tls", "send", "wait", "receive"):
            begun = steps.count(f"{phase}.start")
            assert begun >= sum(steps.count(f"{phase}.{end}") for end in ("done", "failed")), name
        assert 90_000 == len(await sent(client, None))

    options = {"http2": http2, "adapters": [noted]}
    for name in run_client(named, **options):
        run_client(lambda client, name=name: scenario(client, name), **options)
    assert noted.exchanges == noted.ended
    assert all(exchange.ended >= exchange.started for exchange in noted.ended)
