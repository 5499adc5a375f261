"""Clients of httpx2 (and, where `BRIDGED` says so, of httpx) over our pool, used as their users use them."""

import asyncio
import os
import sys
from contextlib import aclosing
from importlib import import_module

import pytest
import trio

import httpcore_client
from httpcore_client import TrioBackend
from httpcore_pool import AsyncioBackend, ConnectionPool, SyncConnectionPool
from testkit.peer import Peer, response
from testkit.raw_server import RawServer, Script
from testkit.worlds import Lifted, drive

NAME = os.environ.get("BRIDGED", "httpx2")  # httpx has an environment of its own (hatch.toml)
theirs = import_module(NAME)
bridge = import_module(f"httpcore_client.bridges.{NAME}")


class Awaited(Lifted):
    """A client of theirs that blocks, with methods that can be awaited."""

    async def __aenter__(self):
        self._target.__enter__()
        return self


class Threads:
    name = "threads"

    def client(self, *args, transport, **options):
        return Awaited(theirs.Client(*args, transport=bridge.Transport(**transport), **options))

    def run(self, scenario):
        return drive(scenario())


class Asyncio:
    name = "asyncio"
    backend = None

    def client(self, *args, transport, **options):
        transport = bridge.AsyncTransport(backend=self.backend, **transport)
        return theirs.AsyncClient(*args, transport=transport, **options)

    def run(self, scenario):
        return asyncio.run(scenario())


class Trio(Asyncio):
    name = "trio"
    backend = TrioBackend()

    def run(self, scenario):
        return trio.run(scenario)


WORLDS = [Threads(), Asyncio(), Trio()]


@pytest.fixture(params=WORLDS, ids=lambda world: world.name)
def run(request, authority):
    """Run a scenario: `async def scenario(client)`, with a client of theirs over our pool."""

    def run(scenario, transport=None, **options):
        async def inside():
            settings = {"ssl": authority.bundle, **(transport or {})}
            async with request.param.client(transport=settings, **options) as client:
                return await scenario(client)

        return request.param.run(inside)

    return run


@pytest.fixture(params=["plain", "tls"])
def base(request, origin):
    return getattr(origin, request.param)


def test_a_request_arrives_as_they_have_built_it(run, base):
    async def scenario(client):
        return await client.post(
            f"{base}/echo?b=2",
            params={"a": "1 2"},
            json={"c": 3},
            headers={"X-One": "W\xf6rld".encode("latin-1")},
        )

    response = run(scenario)
    echoed = response.json()
    assert ("POST", "/echo?a=1%202") == (echoed["method"], echoed["target"].replace("+", "%20"))
    assert '{"c":3}' == echoed["body"].replace(" ", "")
    fields = dict(echoed["headers"])
    assert "application/json" == fields["content-type"]
    assert "W\xf6rld" == fields["x-one"]
    protocol = "HTTP/2" if base.startswith("https") else "HTTP/1.1"
    assert (200, protocol) == (response.status_code, response.http_version)


def test_redirects_cookies_credentials_and_codings_stay_their_business(run, base):
    async def scenario(client):
        await client.get(f"{base}/set-cookie?a=1")
        echoed = (await client.get(f"{base}/redirect/2")).json()
        granted = await client.get(f"{base}/basic/me/secret", auth=("me", "secret"))
        return echoed, granted.json(), await client.get(f"{base}/gzip")

    echoed, granted, coded = run(scenario, follow_redirects=True)
    fields = dict(echoed["headers"])
    assert ("/echo", "a=1") == (echoed["target"], fields["cookie"])
    assert set() == {"transfer-encoding", "content-length"} & fields.keys()
    assert {"user": "me"} == granted
    assert ("coded " * 1000, "gzip") == (coded.text, coded.headers["content-encoding"])


def test_forms_with_files_are_sent(run, base):
    async def scenario(client):
        return await client.post(
            f"{base}/echo", data={"a": "1"}, files={"f": ("n.txt", b"content")}
        )

    body = run(scenario).json()["body"]
    assert 'name="a"\r\n\r\n1' in body
    assert 'filename="n.txt"' in body


def test_a_body_that_comes_in_pieces_is_streamed(run, base):
    async def pieces():
        yield b"one "
        yield b"two"

    async def scenario(client):
        content = iter([b"one ", b"two"]) if isinstance(client, Lifted) else pieces()
        return await client.post(f"{base}/echo", content=content)

    assert "one two" == run(scenario).json()["body"]


def test_a_response_can_be_streamed_and_left_early(run, base):
    async def scenario(client):
        if isinstance(client, Lifted):
            with client._target.stream("GET", f"{base}/stream/300000") as response:
                first = next(response.iter_bytes(1000))
            with client._target.stream("GET", f"{base}/stream/300000") as response:
                return first, sum(map(len, response.iter_bytes()))
        async with (
            client.stream("GET", f"{base}/stream/300000") as response,
            aclosing(aiter(response.stream)) as pieces,  # left to the collector it warns in Trio
        ):
            first = (await anext(pieces))[:1000]
        async with client.stream("GET", f"{base}/stream/300000") as response:
            return first, len(await response.aread())

    first, whole = run(scenario)
    assert (1000, 300_000) == (len(first), whole)


def test_their_time_limits_hold(run, base):
    async def scenario(client):
        with pytest.raises(theirs.ReadTimeout, match="0.05") as raised:
            await client.get(f"{base}/slow/10", timeout=theirs.Timeout(5, read=0.05))
        with pytest.raises(theirs.ReadTimeout):  # in the body
            await client.get(f"{base}/stall", timeout=0.05)
        return raised.value.request.url.path

    assert "/slow/10" == run(scenario)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/", "ConnectError"),
        ("ftp://a.test/", "UnsupportedProtocol"),
        ("http://a%00b.test/", "UnsupportedProtocol"),
    ],
)
def test_what_fails_raises_the_error_that_their_own_transport_would(run, url, error):
    async def scenario(client):
        with pytest.raises(getattr(theirs, error)) as raised:
            await client.get(url)
        return raised.value

    raised = run(scenario)
    assert isinstance(raised.__cause__, (httpcore_client.HTTPError, httpcore_client.InvalidURL))


def test_a_certificate_that_nobody_trusts_is_a_connect_error(run, origin):
    async def scenario(client):
        with pytest.raises(theirs.ConnectError, match="certificate"):
            await client.get(origin.tls)

    run(scenario, {"ssl": None})


def test_a_body_that_is_cut_off_is_an_error(run):
    cut = Script(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", then="close")

    async def scenario(client):
        with RawServer() as server:
            server.play(cut)
            with pytest.raises(theirs.RemoteProtocolError):
                await client.get(server.url)

    run(scenario)


# Each error of ours that has a name of its own at theirs; others are what the nearest above them is.
NAMED = {
    **{name: name for name in ("PoolTimeout", "ConnectTimeout", "WriteTimeout", "ReadTimeout")},
    **{name: name for name in ("NetworkError", "ConnectError", "WriteError", "ReadError")},
    **{name: name for name in ("LocalProtocolError", "RemoteProtocolError", "ProxyError")},
    "HTTPError": "TransportError",
    "InvalidHeader": "LocalProtocolError",
    "InvalidRequest": "LocalProtocolError",
    "InvalidURL": "UnsupportedProtocol",
    "ProtocolError": "LocalProtocolError",
    "RequestTimeout": "TimeoutException",
    "UnsupportedScheme": "UnsupportedProtocol",
}


def test_each_error_of_ours_is_the_nearest_of_theirs():
    def walk(kind):
        return [kind, *(each for sub in kind.__subclasses__() for each in walk(sub))]

    request = theirs.Request("GET", "http://a.test/")
    ours = httpcore_client
    kinds = [*walk(ours.HTTPError), ours.InvalidHeader, ours.InvalidURL]
    assert len(kinds) > 30
    for kind in kinds:
        expected = next(NAMED[each.__name__] for each in kind.__mro__ if each.__name__ in NAMED)
        error = kind("no")
        told = bridge.Transport._theirs.error(error, request)
        assert (expected, str(error), request) == (type(told).__name__, str(told), told.request)


@pytest.mark.parametrize("name", ["httpx", "httpx2"])
def test_both_have_a_bridge(monkeypatch, name):
    monkeypatch.setitem(sys.modules, name, theirs)  # as httpx2.alias_httpx() does
    for each in ("Transport", "AsyncTransport"):
        made = getattr(import_module(f"httpcore_client.bridges.{name}"), each)
        base = theirs.BaseTransport if each == "Transport" else theirs.AsyncBaseTransport
        assert issubclass(made, base)


@pytest.mark.parametrize("target", [b"*", "*"])
def test_a_target_of_their_own_is_sent(run, target):
    async def scenario(client):
        with Peer(lambda connection: peer.answering(response(b""))(connection)) as peer:
            await client.request("OPTIONS", peer.url, extensions={"target": target})
        return peer.requests[0]

    assert run(scenario).startswith(b"OPTIONS * HTTP/1.1\r\n")


@pytest.mark.parametrize("target", ["/echo?q='x'", "/up/%2e%2e/echo?q=a%27b", "/echo|'"])
def test_a_target_is_what_they_have_made_of_the_url(run, target):
    """It may be signed, or part of the answer of Digest, and we would write it in another way."""

    async def scenario(client):
        with Peer(lambda connection: peer.answering(response(b""))(connection)) as peer:
            await client.get(peer.url + target)
        return peer.requests[0]

    head = run(scenario)
    assert head.startswith(f"GET {target} HTTP/1.1\r\n".encode())
    assert b"content-length" not in head.lower()


def test_a_proxy_is_given_that_target_with_the_origin(run):
    async def scenario(client):
        await client.get("http://a.test/?q='x'")

    with Peer(lambda connection: peer.answering(response(b""))(connection)) as peer:
        run(scenario, {"proxy": peer.url}, trust_env=False)
    assert peer.requests[0].startswith(b"GET http://a.test/?q='x' HTTP/1.1\r\n")


def test_a_pool_of_the_callers_is_shared_and_stays_open(origin):
    with SyncConnectionPool() as shared:
        for _ in range(2):
            with theirs.Client(transport=bridge.Transport(shared)) as client:
                assert 200 == client.get(f"{origin.plain}/echo").status_code
        assert 1 == shared.connections_opened
        assert "<Transport over <SyncConnectionPool on threads, 1 open" in repr(
            bridge.Transport(shared)
        )

    async def main():
        async with ConnectionPool(AsyncioBackend()) as shared:
            for _ in range(2):
                async with theirs.AsyncClient(transport=bridge.AsyncTransport(shared)) as client:
                    assert 200 == (await client.get(f"{origin.plain}/echo")).status_code
            assert "<AsyncTransport over <ConnectionPool on asyncio, 1 open" in repr(
                bridge.AsyncTransport(shared)
            )
            return shared.connections_opened

    assert 1 == asyncio.run(main())


def test_a_switched_protocol_hands_over_the_raw_stream(run):
    switched = Script(
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nready"
    )

    async def scenario(client):
        with RawServer() as server:
            server.play(switched)
            upgrade = {"Connection": "Upgrade", "Upgrade": "echo"}
            if isinstance(client, Lifted):
                with client._target.stream("GET", server.url, headers=upgrade) as response:
                    first = response.extensions["network_stream"].read(100)
                    return first, response.read()
            async with client.stream("GET", server.url, headers=upgrade) as response:
                first = await response.extensions["network_stream"].read(100)
                return first, await response.aread()

    assert (b"ready", b"") == run(scenario)


@pytest.mark.parametrize("kind", ["Transport", "AsyncTransport"])
def test_what_is_no_pool_and_no_setting_is_refused_by_name(kind):
    made = getattr(bridge, kind)
    with pytest.raises(TypeError, match=r"over must be a (Sync)?ConnectionPool or None, not int"):
        made(3)
    with pytest.raises(TypeError, match="unknown argument 'verify'; did you mean 'ssl'"):
        made(verify=False)
