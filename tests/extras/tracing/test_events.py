"""What who watches a request is told of it, and what becomes of it if the watcher fails."""

import pytest

from httpcore_client import (
    ClosedError,
    ConnectError,
    HTTPError,
    Options,
    PoolLimits,
    PoolTimeout,
    Proxy,
    ReadError,
    Request,
    ScriptedBackend,
    Timeout,
)
from httpcore_pool import TRACE_EVENTS, ConnectionPool, run_sync
from testkit.awaits import BACKENDS
from testkit.peer import Peer, response

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
SENT = ["send.start", "send.head", "send.done", "wait.start"]
ANSWERED = ["wait.done", "receive.start"]


def watched(events):
    return lambda event: events.append((event.name, dict(event.details)))


def names(events):
    return [name for name, _ in events]


async def body_of(pool, *args, trace=None, **options):
    answer = await pool.send(Request(*args, options=Options(trace=trace, **options)))
    return await answer.read()


def test_the_names_are_listed_once():
    assert len(TRACE_EVENTS) == len(set(TRACE_EVENTS)) == 32


@pytest.mark.parametrize("http2", [False, True], ids=["HTTP/1.1", "HTTP/2"])
def test_every_step_is_told_in_its_order(run_client, origin, http2):
    async def scenario(client):
        events = []
        await client.get(f"{origin.tls}/", trace=watched(events))
        await client.post(f"{origin.tls}/echo", content=[b"ab", b"c"], trace=watched(events))
        return events

    events = run_client(scenario, http2=http2)
    opening = [
        f"{phase}.{step}" for phase in ("dns", "connect", "tls") for step in ("start", "done")
    ]
    assert [*opening, "connection.opened", *SENT, *ANSWERED, "receive.done"] == names(events)[:14]
    assert ["connection.reused", *SENT, *ANSWERED, "receive.done"] == names(events)[14:]
    told = dict(events)
    protocol = "HTTP/2" if http2 else "HTTP/1.1"
    assert "127.0.0.1" in told["dns.done"]["addresses"]
    assert told["connect.done"]["address"].startswith("localhost:")
    assert ("h2" if http2 else "http/1.1", False) == (
        told["tls.done"]["alpn"],
        told["tls.done"]["resumed"],
    )
    assert protocol == told["connection.opened"]["protocol"]
    assert told["connection.opened"]["connection"] == told["connection.reused"]["connection"] > 0
    assert {"bytes": 3, "whole": True} == told["send.done"]
    assert {"status_code": 200, "protocol": protocol} == told["wait.done"]
    assert set(TRACE_EVENTS).issuperset(names(events))


def test_a_redirect_is_told_where_it_leads(run_client, origin):
    async def scenario(client):
        events = []
        await client.get(f"{origin.plain}/redirect/1", trace=watched(events))
        return [details for name, details in events if name == "request.redirect"]

    assert [{"status_code": 302, "url": f"{origin.plain}/echo"}] == run_client(scenario)


def test_who_leaves_early_is_told_with_what_came(run_client, origin):
    async def scenario(client):
        events = []
        async with client.stream("GET", f"{origin.plain}/stall", trace=watched(events)) as answer:
            await answer.stream().__anext__()
        return events[-2:]

    closed, gone = run_client(scenario)
    assert ("receive.closed", {"bytes": 8}) == closed
    assert ("connection.closed", "unusable") == (gone[0], gone[1]["reason"])


def test_a_break_is_told_with_what_came(run_client):
    async def scenario(client, url):
        events = []
        with pytest.raises(HTTPError):
            await client.get(url, trace=watched(events))
        return [event for event in events if event[0] == "receive.failed"]

    with Peer() as peer:
        peer.handlers = (peer.answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),)
        failed = run_client(lambda client: scenario(client, peer.url))
    assert [("receive.failed", {"error": "RemoteProtocolError", "bytes": 5})] == failed


def test_informational_responses_and_a_head_that_goes_first_are_told(run_client):
    async def scenario(client, url):
        events = []
        fields = {"Expect": "100-continue"}
        await client.post(url, content=b"abc", headers=fields, trace=watched(events))
        return names(events)

    def handler(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n")
        connection.recv(65536)
        connection.sendall(response())
        connection.recv(1)

    with Peer(handler) as peer:
        seen = run_client(lambda client: scenario(client, peer.url))
    first = seen.index("send.start")
    assert [
        *("send.start", "send.head", "response.informational", "response.informational"),
        *("send.done", "wait.start", *ANSWERED, "receive.done"),
    ] == seen[first:]


def test_content_that_an_answer_cuts_short_is_told_so():
    early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    events = []

    async def scenario():
        backend = ScriptedBackend([early])
        async with ConnectionPool(backend) as pool:
            content = [b"x" * 100_000] * 20
            await body_of(pool, "POST", "http://example.org/", content, trace=watched(events))

    run_sync(scenario())
    assert dict(events)["send.done"]["whole"] is False
    assert "wait.done" in names(events)


def test_a_tunnel_is_told_without_the_proxys_password():
    events = []

    async def scenario():
        backend = ScriptedBackend([b"HTTP/1.1 200 OK\r\n\r\n", ReadError("no TLS today")])
        proxy = Proxy("http://user:hunter2@proxy.test:3128")
        async with ConnectionPool(backend, proxy=proxy) as pool:
            with pytest.raises(ConnectError):
                await body_of(pool, "GET", "https://example.org/", trace=watched(events))
        return backend.streams[0].closed

    assert run_sync(scenario())
    shown = {"proxy": "http://user:[secure]@proxy.test:3128/", "step": "CONNECT"}
    assert [
        ("connect.start", {"address": "proxy.test:3128"}),
        ("connect.done", {"address": "proxy.test:3128", "peer": "proxy.test:3128"}),
        ("proxy.start", shown),
        ("proxy.done", shown),
        ("tls.start", {"host": "example.org"}),
        ("tls.failed", {"host": "example.org", "error": "ReadError"}),
    ] == [event for event in events if not event[0].startswith("dns")]


def test_a_wait_in_vain_is_told(run_client, origin):
    async def scenario(client):
        events = []
        async with client.stream("GET", f"{origin.plain}/stall"):
            with pytest.raises(PoolTimeout):
                timeout = Timeout(pool=0.01)
                await client.get(origin.plain, timeout=timeout, trace=watched(events))
        return events

    events = run_client(scenario, pool_limits=PoolLimits(1), http2=False)
    assert [("pool.start", {}), ("pool.failed", {"error": "PoolTimeout"})] == events


def test_a_wait_that_the_pool_ends_is_told_once(run_client, world, origin):
    async def scenario(client):
        events, queued = [], BACKENDS[world.name]().event()

        def watch(event):
            events.append((event.name, dict(event.details)))
            queued.set()

        async def waiting():
            with pytest.raises(ClosedError):
                await client.get(origin.plain, trace=watch)

        async def closing():
            await queued.wait(5)
            await client.close()

        async with client.stream("GET", f"{origin.plain}/stall"):
            await world.gather(waiting, closing)
        return events

    events = run_client(scenario, pool_limits=PoolLimits(1), http2=False)
    assert [("pool.start", {}), ("pool.failed", {"error": "ClosedError"})] == events


@pytest.mark.parametrize("name", [name for name in TRACE_EVENTS if name.endswith(".start")])
@pytest.mark.parametrize("url", ["http://localhost/", "https://localhost/"])
def test_a_watcher_that_fails_leaves_nothing_open(name, url):
    def fail(event):
        if event.name in (name, name.replace(".start", ".done")):
            raise ZeroDivisionError

    async def scenario():
        backend = ScriptedBackend([OK, b""])
        async with ConnectionPool(backend) as pool:
            try:
                await body_of(pool, "GET", url, trace=fail)
            except (ZeroDivisionError, HTTPError):
                assert all(stream.closed for stream in backend.streams)
            stats = pool.stats()
            return stats.in_use, stats.connecting

    assert (0, 0) == run_sync(scenario())
