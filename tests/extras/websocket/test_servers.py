"""WebSockets with real servers, in every world: plain, over TLS, through proxies, over HTTP/2."""

import json

import pytest

from httpcore_client import LocalProtocolError, ProxyError, Request
from httpcore_client.websocket import WebSocketClosed, WebSocketRefused
from testkit.relay import Relay

LARGE = "κόσμε" * 20_000


async def exchanged(ws):
    """Send one of each, and return what came back."""
    found = []
    for message in ("κ", b"\x00\xff", LARGE, ""):
        await ws.send(message)
        found.append(await ws.receive())
    return found


@pytest.fixture(params=["plain", "tls"])
def way(request):
    return request.param


@pytest.mark.parametrize("compression", [True, False], ids=["compressed", "as it is"])
def test_messages_go_both_ways(run_client, echo, way, compression):
    async def scenario(client):
        async with client.websocket(f"{getattr(echo, way)}/", compression=compression) as ws:
            found = await exchanged(ws), ws.protocol, bool(ws.extensions), await ws.ping() < 5
        return (*found, ws.close_code, ws.close_reason)

    assert (
        ["κ", b"\x00\xff", LARGE, ""],
        *("HTTP/1.1", compression, True),
        *(1000, ""),
    ) == run_client(scenario)


def test_json_goes_both_ways(run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:
            await ws.send_json({"a": [1, None, "κ"]})
            await ws.send_text("[1]")
            await ws.send_bytes(b"x")
            return await ws.receive_json(), await ws.receive_text(), await ws.receive_bytes()

    assert ({"a": [1, None, "κ"]}, "[1]", b"x") == run_client(scenario)


def test_an_iteration_ends_when_the_server_closes_in_order(run_client, echo):
    async def scenario(client):
        async with client.websocket(f"{echo.plain}/close/1001") as ws:
            return [message async for message in ws], ws.close_code, ws.close_reason

    assert ([], 1001, "you asked") == run_client(scenario)


def test_any_other_end_is_an_error(run_client, echo):
    async def scenario(client):
        found = []
        for path in ("close/4001", "drop"):
            async with client.websocket(f"{echo.plain}/{path}") as ws:
                with pytest.raises(WebSocketClosed) as caught:
                    async for _ in ws:
                        pass
                found.append((caught.value.code, caught.value.reason, ws.close_code))
        return found

    assert [(4001, "you asked", 4001), (1006, "", 1006)] == run_client(scenario)


def test_the_client_may_close_with_a_code_and_a_reason(run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.plain) as ws:
            await ws.close(4000, "enough")
            with pytest.raises(WebSocketClosed) as sending:
                await ws.send("x")
            return ws.close_code, ws.close_reason, sending.value.code, client.stats().open

    assert (4000, "enough", 4000, 0) == run_client(scenario)


def test_pings_of_the_server_are_answered_while_one_receives(run_client, echo):
    async def scenario(client):
        async with client.websocket(f"{echo.plain}/ping") as ws:
            return await ws.receive(5)

    assert "there you are" == run_client(scenario)


def test_fragments_come_as_one_message(run_client, echo):
    async def scenario(client):
        async with client.websocket(f"{echo.plain}/fragments") as ws:
            return await ws.receive()

    assert "in three parts" == run_client(scenario)


def test_what_is_too_big_ends_it(run_client, echo):
    async def scenario(client):
        async with client.websocket(f"{echo.plain}/big/70000", max_message_bytes=65536) as ws:
            with pytest.raises(WebSocketClosed) as caught:
                await ws.receive()
            return caught.value.code

    assert 1009 == run_client(scenario)


def test_one_receives_while_others_send(world, run_client, echo):
    async def scenario(client):
        async with client.websocket(echo.tls) as ws:

            async def receive():
                return sum([len(await ws.receive()) for _ in range(60)])

            def sender(size):
                async def send():
                    for _ in range(20):
                        await ws.send(bytes(size))

                return send

            found = await world.gather(receive, sender(10), sender(70_000), sender(0))
            return found[0]

    assert 20 * 70_010 == run_client(scenario)


# What the client brings along.


def test_cookies_fields_and_subprotocols_go_along(run_client, echo):
    async def scenario(client):
        client.cookies.set("session", "7", domain="localhost")
        async with client.websocket(
            f"{echo.plain}/fields", subprotocols=["superchat", "other"], headers={"X-A": "b"}
        ) as ws:
            fields = json.loads(await ws.receive())
            return fields["Cookie"], fields["X-A"], ws.subprotocol

    assert ("session=7", "b", "superchat") == run_client(scenario)


def test_a_challenge_is_answered(run_client, echo):
    async def scenario(client):
        async with client.websocket(f"{echo.plain}/private", auth=("user", "password")) as ws:
            await ws.send("x")
            found = await ws.receive()
        with pytest.raises(WebSocketRefused) as caught:
            async with client.websocket(f"{echo.plain}/private"):
                pass
        return found, caught.value.status_code, caught.value.content

    assert ("x", 401, b"who are you?") == run_client(scenario)


def test_a_refusal_leaves_nothing_open(run_client, echo):
    async def scenario(client):
        with pytest.raises(WebSocketRefused) as caught:
            async with client.websocket(f"{echo.plain}/refuse/403"):
                pass
        return caught.value.status_code, client.stats().in_use

    assert (403, 0) == run_client(scenario)


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_is_asked_for_a_tunnel_also_without_tls(run_client, echo, way, scheme):
    async def scenario(client):
        url = getattr(echo, way)
        with Relay() as relay:
            async with client.websocket(url, proxy=relay.url(scheme)) as ws:
                await ws.send("x")
                found = await ws.receive()
            return found, [asked.kind for asked in relay.log]

    kind = {"http": "connect", "socks5": "socks"}[scheme]
    assert ("x", [kind]) == run_client(scenario)


def test_a_proxy_of_the_client_forwards_requests_and_tunnels_websockets(run_client, asgi):
    with Relay() as relay:

        async def scenario(client):
            url = asgi.plain.replace("ws", "http", 1)
            before = (await client.get(url)).text
            async with client.websocket(asgi.plain) as ws:
                await ws.send("x")
                found = await ws.receive()
            return before, found, (await client.get(url)).text

        assert ("hello", "x", "hello") == run_client(scenario, proxy=relay.url())
        assert ["forward", "connect", "forward"] == [asked.kind for asked in relay.log]


def test_a_proxy_that_lets_nobody_in_is_a_proxy_error(run_client, echo):
    async def scenario(client):
        with Relay(user="a:b") as relay, pytest.raises(ProxyError) as caught:
            async with client.websocket(echo.plain, proxy=relay.url()):
                pass
        return caught.value.status_code

    assert 407 == run_client(scenario)


# Over HTTP/2.


def as_http(url):
    return url.replace("ws", "http", 1)


def test_a_connection_that_offers_it_carries_websockets(run_client, asgi):
    async def scenario(client):
        before = (await client.get(as_http(asgi.tls))).protocol
        async with (
            client.websocket(asgi.tls, subprotocols=["a"]) as ws,
            client.websocket(asgi.tls) as other,
        ):
            await other.send("other")
            found = await exchanged(ws), await other.receive(), ws.protocol, ws.subprotocol
            ping = await ws.ping() < 5
        body = (await client.get(as_http(asgi.tls))).text
        return before, *found, ping, ws.close_code, body, client.connections_opened

    assert (
        "HTTP/2",
        ["κ", b"\x00\xff", LARGE, ""],
        *("other", "HTTP/2", "a", True, 1000, "hello", 1),
    ) == run_client(scenario)


def test_a_fresh_origin_is_asked_over_http_1_1(run_client, asgi):
    async def scenario(client):
        async with client.websocket(asgi.tls) as ws:
            await ws.send("x")
            return ws.protocol, await ws.receive()

    assert ("HTTP/1.1", "x") == run_client(scenario)


def test_the_caller_may_choose(run_client, asgi):
    async def scenario(client):
        found = []
        for http2 in (True, False):
            async with client.websocket(asgi.tls, http2=http2) as ws:
                await ws.send("x")
                found += [ws.protocol, await ws.receive()]
        return found

    assert ["HTTP/2", "x", "HTTP/1.1", "x"] == run_client(scenario)


def test_a_client_that_speaks_http_2_only_does_so(run_client, asgi):
    async def scenario(client):
        async with client.websocket(asgi.plain) as ws:
            await ws.send("x")
            return ws.protocol, await ws.receive()

    assert ("HTTP/2", "x") == run_client(scenario, http1=False)


def test_over_http_2_a_server_closes_and_refuses_alike(run_client, asgi):
    async def scenario(client):
        with pytest.raises(WebSocketRefused) as refused:
            async with client.websocket(f"{asgi.tls}/refuse", http2=True):
                pass
        async with client.websocket(f"{asgi.tls}/close", http2=True) as ws:
            with pytest.raises(WebSocketClosed) as closed:
                await ws.receive()
        return closed.value.code, closed.value.reason, refused.value.status_code

    assert (4001, "you asked", 403) == run_client(scenario)


def test_where_http_2_is_not_to_be_had_that_is_an_error(run_client, echo):
    async def scenario(client):
        with pytest.raises(LocalProtocolError, match="needs HTTP/2"):
            async with client.websocket(echo.tls, http2=True):
                pass

    run_client(scenario)


def test_one_may_receive_while_another_sends_over_http_2(world, run_client, asgi):
    async def scenario(client):
        async with client.websocket(asgi.tls, http2=True) as ws:

            async def receive():
                return sum([len(await ws.receive()) for _ in range(20)])

            async def send():
                for _ in range(20):
                    await ws.send(bytes(70_000))

            return (await world.gather(receive, send))[0]

    assert 1_400_000 == run_client(scenario)


def test_a_request_that_asks_to_upgrade_leaves_http_2(run_client, asgi):
    async def scenario(client):
        url = as_http(asgi.tls)
        await client.get(url)
        request = client.build("GET", url)
        request = request.with_options(request.options.copy_with(upgrade=True))
        return isinstance(request, Request), (await client.send(request)).protocol

    assert (True, "HTTP/1.1") == run_client(scenario)
