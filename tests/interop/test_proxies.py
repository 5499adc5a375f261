"""Real proxies, one after the other: what goes by way of them, and what they refuse."""

import functools

import pytest

from httpcore_client import DigestAuth, Proxy, ProxyError, TransportError
from testkit.origin import listening_socket
from testkit.servers.apache import GuardedApache
from testkit.servers.guarded import PASSWORD, USER, statuses
from testkit.servers.proxies import Dante, ForwardingApache, Microsocks, PProxy, Tinyproxy
from testkit.servers.squid import Squid

PROXIES = [Squid, Tinyproxy, ForwardingApache, Microsocks, Dante, PProxy]
WAYS = [(kind, scheme) for kind in PROXIES for scheme in kind.schemes]
ASKING = [way for way in WAYS if way[0] is not Dante]
REQUESTS = {
    "http/1.1": ("plain", {}),
    "http/1.1 over TLS": ("tls", {"http2": False}),
    "http/2 over TLS": ("tls", {}),
    "http/2": ("plain", {"http1": False}),
}
MEGABYTE = 1_000_000


def way_id(way):
    kind, scheme = way
    return f"{kind.name}-{scheme}"


class Way:
    """A proxy that runs, and how it is spoken with."""

    def __init__(self, server, scheme):
        self.kind = type(server)
        self.scheme = scheme
        self.is_socks = scheme.startswith("socks")
        self.url = functools.partial(server.url, scheme)


@pytest.fixture
def way(request, started):
    kind, scheme = request.param
    return Way(started(kind, *["basic"] * (kind is Squid)), scheme)


@pytest.fixture(params=REQUESTS)
def asking(request):
    return REQUESTS[request.param]


@pytest.fixture
def make_client(world, authority):
    def make_client(**options):
        return world.client(ssl=authority.bundle, timeout=10, trust_env=False, **options)

    return make_client


@pytest.mark.parametrize("way", WAYS, ids=way_id, indirect=True)
def test_requests_and_responses_of_every_kind_go_through(run, application, way, asking):
    base, options = asking
    base = getattr(application, base)

    async def scenario(client):
        # First: Tinyproxy closes behind each response without a word, and no POST is sent again.
        posted = await client.post(base + "/echo", content=b"x" * MEGABYTE)
        assert MEGABYTE == posted.json()["length"]
        echoed = (await client.get(base + "/echo?a=%7E")).json()
        assert "/echo?a=%7E" == echoed["target"]
        assert [] == [name for name, _ in echoed["headers"] if name.startswith("proxy-auth")]
        response = await client.get(f"{base}/stream/{MEGABYTE}", stream=True)
        assert MEGABYTE == sum([len(piece) async for piece in response.stream()])
        assert Proxy(way.url()).url.masked == response.connection.proxy
        assert (way.scheme == "https") is (response.connection.proxy_tls is not None)
        return response.protocol

    expected = "HTTP/1.1" if asking in list(REQUESTS.values())[:2] else "HTTP/2"
    assert expected == run(scenario, proxy=way.url(), **options)


@pytest.mark.parametrize("way", ASKING, ids=way_id, indirect=True)
@pytest.mark.parametrize("base", ["plain", "tls"])
def test_a_wrong_password_is_refused(run, application, way, base):
    async def scenario(client):
        if base == "plain" and not way.is_socks:
            return (await client.get(application.plain)).status_code
        with pytest.raises(ProxyError) as caught:
            await client.get(getattr(application, base))
        error = caught.value
        assert "wrong" not in str(error)
        assert Proxy(way.url()).url.masked == error.proxy
        return error.status_code

    refused = 401 if way.kind is Tinyproxy else 407  # 407 where there is none
    assert (None if way.is_socks else refused) == run(scenario, proxy=way.url("wrong"))


@pytest.mark.parametrize("way", WAYS, ids=way_id, indirect=True)
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_an_origin_that_refuses_is_an_error(run, way, host):
    with listening_socket() as sock:
        port = sock.getsockname()[1]

    async def scenario(client):
        with pytest.raises(TransportError) as caught:
            await client.get(f"https://{host}:{port}/")
        return caught.value

    error = run(scenario, proxy=way.url())
    assert (False, Proxy(way.url()).url.masked) == (error.sent, error.proxy)
    if way.kind is PProxy:  # it has said yes before
        return
    assert ProxyError is type(error)
    if way.is_socks:
        assert 5 == error.reply_code
    else:
        assert error.status_code >= 500
        assert error.headers
        assert b"<" in error.content  # a page, as they have them


@pytest.mark.parametrize("way", [(Dante, "socks5h")], ids=way_id, indirect=True)
def test_what_the_rules_of_a_proxy_forbid_is_told(run, way):
    async def scenario(client):
        with pytest.raises(ProxyError, match="not allowed by its rules") as caught:
            await client.get(f"http://127.0.0.1:{Dante.blocked_port}/")
        return caught.value.reply_code

    assert 2 == run(scenario, proxy=way.url())


@pytest.mark.parametrize("way", [(Microsocks, "socks5h")], ids=way_id, indirect=True)
def test_a_proxy_may_be_at_an_ipv6_address(run, application, way):
    async def scenario(client):
        return (await client.get(application.tls + "/echo")).status_code

    assert 200 == run(scenario, proxy=way.url().replace("localhost", "[::1]"))


def test_a_redirect_into_a_tunnel_takes_no_credentials_along(run, started, backend):
    """CVE-2023-32681: what the proxy was shown, and what the origin, by their own logs."""
    squid = started(Squid, "basic").forget()
    apache = started(GuardedApache, backend).forget()

    async def scenario(client):
        url = f"{apache.plain}/open/redirect-to?url={apache.tls}/open/echo"
        assert (await client.get(url)).status_code == 200

    run(scenario, proxy=squid.url("http"))
    assert ["GET", "CONNECT"] == [seen.line.split(" ")[0] for seen in squid.seen(2)]
    assert [True, True] == [bool(seen.proxy_authorization) for seen in squid.seen(2)]
    at_origin = apache.seen(2)
    assert [302, 200] == statuses(at_origin)
    assert [""] * 4 == [
        shown for seen in at_origin for shown in (seen.authorization, seen.proxy_authorization)
    ]


@pytest.mark.parametrize("base", ["plain", "tls"])
def test_digest_is_answered_behind_tls(run, application, started, base):
    squid = started(Squid, "digest").forget()

    async def scenario(client):
        for _ in range(2):
            echoed = await client.get(getattr(application, base) + "/echo")
            assert "proxy-authorization" not in dict(echoed.json()["headers"])

    run(scenario, proxy=Proxy(squid.tls, auth=DigestAuth(USER, PASSWORD)))
    expected = [200, 200, 407] if base == "plain" else [200, 407]
    assert expected == sorted(statuses(squid.seen(len(expected))))
