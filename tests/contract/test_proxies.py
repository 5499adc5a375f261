"""Every kind of request by every kind of proxy: what they, and the origins behind them, see of it."""

import contextlib

import pytest

from httpcore_client import Proxy, ProxyError
from testkit.origin import listening_socket
from testkit.relay import Relay

USER, SHOWN = "me:s3cret", "Basic bWU6czNjcmV0"
PROXIES = ["http", "https", "socks5h"]
REQUESTS = {
    "http/1.1": ("plain", {}),
    "http/1.1 over TLS": ("tls", {"http2": False}),
    "http/2 over TLS": ("tls", {}),
    "http/2": ("plain", {"http1": False}),
}


@pytest.fixture
def relays(authority):
    """Start proxies: `relays("https", user=...)`; they end with the test."""
    with contextlib.ExitStack() as started:

        def start(kind="http", **options):
            names = ("localhost", "127.0.0.1", "::1")
            context = authority.server_context(names=names) if kind == "https" else None
            return started.enter_context(Relay(context, **options))

        yield start


@pytest.fixture(params=PROXIES)
def kind(request):
    return request.param


@pytest.fixture(params=REQUESTS)
def way(request):
    return REQUESTS[request.param]


def is_forwarded(kind, way):
    return kind in ("http", "https") and way == REQUESTS["http/1.1"]


def targets(relay):
    return [(asked.kind, asked.target) for asked in relay.log]


# What goes which way.


@pytest.mark.parametrize("kind", [*PROXIES, "socks5"])
def test_b080_every_request_goes_by_every_proxy(run_client, relays, origin, kind, way):
    relay, (base, options) = relays(kind, user=USER), way
    base = getattr(origin, base)

    async def scenario(client):
        echoed = (await client.post(base + "/echo?a=%7E", content=b"x" * 300_000)).json()
        assert ("/echo?a=%7E", 300_000) == (echoed["target"], echoed["length"])
        seen = [name for name, _ in echoed["headers"] if name.startswith("proxy-")]
        assert [] == seen
        response = await client.get(base + "/bytes/300000", stream=True)
        assert 300_000 == sum([len(piece) async for piece in response.stream()])
        assert ["/echo", 204] == [
            (await client.get(base + "/echo")).json()["target"],
            (await client.get(base + "/status/204")).status_code,
        ]

    run_client(scenario, proxy=relay.url(kind, USER), **options)
    authority = base.partition("//")[2]
    if is_forwarded(kind, way):
        paths = ["/echo?a=%7E", "/bytes/300000", "/echo", "/status/204"]
        assert [("forward", base + path) for path in paths] == targets(relay)
        assert [SHOWN] * 4 == [asked.fields["proxy-authorization"] for asked in relay.log]
    else:
        target = authority.replace("localhost", "127.0.0.1") if kind == "socks5" else authority
        assert [("connect" if kind.startswith("http") else "socks", target)] == targets(relay)
    assert {USER} == {asked.user for asked in relay.log}
    assert 1 == relay.accepted


def test_addresses_are_sent_as_such(run_client, relays, origin, kind, way):
    """The relay has its own idea of ::1, where nobody listens."""
    relay, (base, options) = relays(kind), way
    url = getattr(origin, base).replace("localhost", "[::1]")

    async def scenario(client):
        assert (await client.get(url + "/")).text == "hello, world"

    run_client(scenario, proxy=relay.url(kind), **options)
    authority = url.partition("//")[2]
    expected = (
        ("connect", authority) if kind.startswith("http") else ("socks", f"::1:{authority[6:]}")
    )
    if is_forwarded(kind, way):
        expected = ("forward", url + "/")
    assert [expected] == targets(relay)


def test_a_proxy_may_be_at_an_ipv6_address(run_client, relays, origin, kind):
    relay = relays(kind, host="::1")

    async def scenario(client):
        for url in (origin.plain, origin.tls):
            assert (await client.get(url)).text == "hello, world"

    run_client(scenario, proxy=relay.url(kind))
    assert 2 == len(relay.log)


def test_names_go_to_the_proxy_unresolved(run_client, relays, origin, kind):
    relay = relays(kind)
    url = origin.tls.replace("localhost", "www.example.org")

    async def scenario(client):
        assert (await client.get(url)).text == "hello, world"

    run_client(scenario, proxy=relay.url(kind))
    assert [url.partition("//")[2]] == [asked.target for asked in relay.log]


def test_the_environment_may_name_any_proxy(run_client, relays, origin, kind, monkeypatch):
    relay = relays(kind, user=USER)
    monkeypatch.setenv("ALL_PROXY", relay.url(kind, USER))

    async def scenario(client):
        for url in (origin.plain, origin.tls):
            assert (await client.get(url)).text == "hello, world"

    run_client(scenario, trust_env=True)
    assert [USER] * 2 == [asked.user for asked in relay.log]


# Who shares a connection.


def test_forwarded_requests_share_a_connection_and_tunnels_have_one_origin_each(
    run_client, relays, origin, guard, kind, way
):
    relay, (base, options) = relays(kind), way
    plain = options == {"http1": False}  # which the guard does not speak
    others = [
        getattr(origin, base).replace("localhost", "127.0.0.1") if plain else getattr(guard, base)
    ]

    async def scenario(client):
        for url in [getattr(origin, base), *others] * 2:
            assert (await client.get(url)).status_code == 200

    run_client(scenario, proxy=relay.url(kind), **options)
    assert (1 if is_forwarded(kind, way) else 2) == relay.accepted


def test_no_two_proxies_share_a_connection(run_client, relays, origin, kind, way):
    """Two proxies, two users, two sets of fields: each has its own, for one origin."""
    relay, other, (base, options) = relays(kind), relays(kind), way
    proxies = [Proxy(relay.url(kind, user)) for user in (None, "me:a", "me:b")]
    proxies.append(Proxy(other.url(kind)))
    if kind.startswith("http"):
        proxies += [Proxy(relay.url(kind), headers={"X-Own": word}) for word in ("a", "b")]

    async def scenario(client):
        for proxy in proxies * 2:
            assert (await client.get(getattr(origin, base), proxy=proxy)).status_code == 200

    run_client(scenario, **options)
    assert (len(proxies) - 1, 1) == (relay.accepted, other.accepted)


# Fields for the proxy.


@pytest.mark.parametrize("kind", ["http", "https"])
def test_fields_for_the_proxy_are_shown_to_it_alone_and_in_place_of_ours(
    run_client, relays, origin, kind, way
):
    relay, (base, options) = relays(kind), way
    headers = {"User-Agent": "for the proxy", "X-Own": "s3cret"}
    proxy = Proxy(relay.url(kind, USER), headers=headers)
    assert "s3cret" not in repr(proxy)

    async def scenario(client):
        return (await client.get(getattr(origin, base) + "/echo")).json()["headers"]

    at_origin = dict(run_client(scenario, proxy=proxy, **options))
    (asked,) = relay.log
    shown = [asked.fields[name] for name in ("user-agent", "x-own", "proxy-authorization")]
    assert ["for the proxy", "s3cret", SHOWN] == shown
    if not is_forwarded(kind, way):
        assert "x-own" not in at_origin
        assert at_origin["user-agent"] != "for the proxy"


@pytest.mark.parametrize("kind", ["http", "https"])
def test_credentials_given_as_a_field_count(run_client, relays, origin, kind, way):
    relay, (base, options) = relays(kind, user=USER), way
    headers = {"Proxy-Authorization": SHOWN}
    proxy = Proxy(relay.url(kind, "other:s3cret"), headers=headers)

    async def scenario(client):
        echoed = (await client.get(getattr(origin, base) + "/echo")).json()
        assert "proxy-authorization" not in dict(echoed["headers"])

    run_client(scenario, proxy=proxy, **options)
    assert [USER] == [asked.user for asked in relay.log]


def test_credentials_of_a_proxy_among_a_request_s_fields_never_reach_the_origin(
    run_client, relays, origin, kind, way
):
    """CVE-2023-32681 and its kin: row 5."""
    relay, (base, options) = relays(kind), way
    url, headers = getattr(origin, base) + "/echo", {"Proxy-Authorization": "Basic s3cret"}

    async def scenario(client):
        for _ in range(2):  # with a connection at hand, too
            echoed = (await client.get(url, headers=headers)).json()
            assert "proxy-authorization" not in dict(echoed["headers"])

    run_client(scenario, proxy=relay.url(kind), **options)
    if is_forwarded(kind, way):
        seen = [asked.fields["proxy-authorization"] for asked in relay.log]
        assert ["Basic s3cret"] * 2 == seen


def test_without_a_proxy_a_field_is_the_caller_s_business(run_client, origin, way):
    base, options = way

    async def scenario(client):
        headers = {"Proxy-Authorization": "own"}
        echoed = (await client.get(getattr(origin, base) + "/echo", headers=headers)).json()
        assert "own" == dict(echoed["headers"])["proxy-authorization"]

    run_client(scenario, **options)


# Who is not let in.


@pytest.mark.parametrize("user", [None, "me:wrong"])
def test_a_client_that_is_not_let_in_is_told(run_client, relays, origin, kind, way, user):
    relay, (base, options) = relays(kind, user=USER), way
    url = relay.url(kind, user)

    async def scenario(client):
        if is_forwarded(kind, way):
            response = await client.get(getattr(origin, base))
            return response.status_code, response.text
        with pytest.raises(ProxyError) as caught:
            await client.get(getattr(origin, base))
        error = caught.value
        assert "wrong" not in str(error)
        assert (Proxy(url).url.masked, False) == (error.proxy, error.sent)
        assert error.status_code is not None or kind.startswith("socks")
        return error.status_code, error.content.decode()

    told = run_client(scenario, proxy=url, **options)
    assert ((407, "who?") if kind.startswith("http") else (None, "")) == told


def test_who_shows_them_among_a_request_s_fields_is_told_where_they_belong(
    run_client, relays, origin
):
    relay, headers = relays("http", user=USER), {"Proxy-Authorization": SHOWN}

    async def scenario(client):
        with pytest.raises(ProxyError, match="is not for a tunnel") as caught:
            await client.get(origin.tls, headers=headers)
        return SHOWN in str(caught.value)

    assert not run_client(scenario, proxy=relay.url("http"))


def test_b081_an_origin_that_refuses_is_told(run_client, relays, kind, way):
    relay, (base, options) = relays(kind), way
    scheme = {"plain": "http", "tls": "https"}[base]
    url = f"{scheme}://localhost:{_nobody_listens()}/"

    async def scenario(client):
        with pytest.raises(ProxyError) as caught:
            await client.get(url)
        error = caught.value
        return error.status_code, error.reply_code, error.content, str(error.url)

    if not is_forwarded(kind, way):  # where the answer is the relay's own business
        expected = (502, None, b"refused") if kind.startswith("http") else (None, 5, b"")
        assert (*expected, url) == run_client(scenario, proxy=relay.url(kind), **options)


def _nobody_listens():
    with listening_socket() as sock:
        return sock.getsockname()[1]
