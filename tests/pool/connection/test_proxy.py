"""Proxies: what one is, the CONNECT handshake, and tunnels through real ones."""

import pytest

from httpcore_pool import (
    CertificateError,
    ConnectError,
    ConnectTimeout,
    HTTPConnection,
    Options,
    Proxy,
    ProxyError,
    ReadError,
    Request,
    ScriptedBackend,
    ScriptedStream,
    Timeout,
    run_sync,
)
from httpcore_pool._config import Budget
from httpcore_pool.connection._proxy import open_tunnel
from httpcore_urls import URL, InvalidURL

PROXY = Proxy.of("http://me:hunter2@proxy.test:3128")
NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)


async def raised_by(awaitable):
    with pytest.raises(Exception) as caught:
        await awaitable
    return caught.value


def tunnel_over(*script, proxy=PROXY):
    stream, target = ScriptedStream(script), "example.org:443"
    return stream, open_tunnel(stream, proxy, target, proxy.flow("CONNECT", target), NO_LIMIT)


def test_a_proxy_may_be_text_a_url_or_one():
    assert Proxy.of("http://p") == Proxy.of(URL("http://p")) == Proxy(URL("http://p"))
    assert Proxy("http://p") == Proxy(URL("http://p"))
    assert PROXY is Proxy.of(PROXY)


def test_what_is_no_url_is_refused():
    with pytest.raises(TypeError, match="proxy must be a URL or None, not bytes"):
        Proxy.of(b"http://p")
    with pytest.raises(TypeError, match=r"Proxy\(url=\.\.\.\) must be a URL, not bytes"):
        Proxy(b"http://p")
    for make in (Proxy.of, Proxy):
        with pytest.raises(InvalidURL, match="a proxy's scheme must be http or https") as caught:
            make("ws://me:hunter2@p")
        assert "hunter2" not in str(caught.value)


def test_repr_masks_the_password():
    assert "hunter2" not in repr(PROXY)
    assert repr(PROXY).startswith("<Proxy http://me:")


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("http://p", []),
        ("http://me@p", [("Proxy-Authorization", "Basic bWU6")]),
        ("http://:pass@p", [("Proxy-Authorization", "Basic OnBhc3M=")]),
        ("http://me:pass@p", [("Proxy-Authorization", "Basic bWU6cGFzcw==")]),
        ("http://m%C3%A9:p%3A%40@p", [("Proxy-Authorization", "Basic bcOpOnA6QA==")]),
    ],
)
def test_credentials_are_the_userinfo(url, fields):
    assert fields == Proxy.of(url).credentials().multi_items()


@pytest.mark.parametrize(
    "script",
    [
        [b"HTTP/1.1 200 Connected\r\n\r\n"],
        [b"HTTP/1.1 299\r\nX-A: b\r\n\r\n"],
        [b"HTTP/1.0 200 OK\r\n", b"\r\n"],
        [b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"],
    ],
)
def test_any_2xx_opens_the_tunnel(run, script):
    async def scenario():
        stream, opening = tunnel_over(*script)
        return await opening, stream.written

    assert (
        True,
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n"
        b"Proxy-Authorization: Basic bWU6aHVudGVyMg==\r\n\r\n",
    ) == run(scenario)


@pytest.mark.parametrize(("status", "reason"), [(407, "Who Are You"), (502, "Bad Gateway")])
def test_a_refusal_is_a_proxy_error_with_the_status(run, status, reason):
    async def scenario():
        _, opening = tunnel_over(b"HTTP/1.1 %d %s\r\n\r\n" % (status, reason.encode()))
        return await raised_by(opening)

    error = run(scenario)
    assert (ProxyError, status, False, "connect") == (
        type(error),
        error.status_code,
        error.sent,
        error.phase,
    )
    assert f"refused a tunnel to example.org:443: {status} {reason}" in str(error)
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    "script",
    [[b"SSH-2.0-x\r\n\r\n"], [b""], [b"HTTP/1.1 200", b""], [b"HTTP/1.1 200 OK\r\nX\r\n\r\n"]],
)
def test_what_is_no_http_is_a_proxy_error(script):
    _, opening = tunnel_over(*script)
    error = run_sync(raised_by(opening))
    assert (ProxyError, None) == (type(error), error.status_code)
    assert "hunter2" not in str(error)


def test_bytes_before_the_tunnel_is_used_are_refused():
    _, opening = tunnel_over(b"HTTP/1.1 200 OK\r\n\r\nhello")
    assert "sent bytes before the tunnel was used" in str(run_sync(raised_by(opening)))


def test_a_break_passes():
    _, opening = tunnel_over(ReadError("reset"))
    assert ReadError is type(run_sync(raised_by(opening)))


class Unhashable:
    __hash__ = None

    def proxy_flow(self, proxy, method, target):
        yield ()


class NoFlow:
    def proxy_flow(self, proxy, method, target):
        return None


def test_a_scheme_that_can_not_tell_connections_apart_is_refused():
    with pytest.raises(TypeError, match="must be a pair .* not Unhashable"):
        Proxy("http://p", auth=Unhashable())


def test_a_scheme_without_a_flow_is_a_type_error():
    with pytest.raises(TypeError, match="proxy_flow must yield fields, and not be async"):
        Proxy("http://p", auth=NoFlow()).flow("CONNECT", "a.test:443")


# Connections through a proxy.


def test_the_stream_is_closed_and_the_request_named_when_the_proxy_refuses(run):
    async def scenario():
        backend = ScriptedBackend([b"HTTP/1.1 502 Bad\r\n\r\n"])
        connection = HTTPConnection("https://example.org", backend, proxy=PROXY)
        error = await raised_by(connection.send(Request("GET", "https://example.org/")))
        return type(error), error.status_code, error.url, backend.streams[0].closed, backend.dialled

    assert (ProxyError, 502, "https://example.org/", True, [("proxy.test", 3128)]) == run(scenario)


def test_an_ipv6_origin_is_named_in_brackets():
    backend = ScriptedBackend([b"HTTP/1.1 502 Bad\r\n\r\n"])
    connection = HTTPConnection("https://[::1]", backend, proxy=PROXY)
    run_sync(raised_by(connection.send(Request("GET", "https://[::1]/"))))
    assert backend.streams[0].written.startswith(
        b"CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n"
    )


@pytest.mark.parametrize("broken", [b"", ReadError("reset")])
def test_a_proxy_that_breaks_or_leaves_is_told(broken):
    backend = ScriptedBackend([broken])
    connection = HTTPConnection("https://example.org", backend, proxy=PROXY)
    error = run_sync(raised_by(connection.send(Request("GET", "https://example.org/"))))
    assert (ConnectError if broken else ProxyError) is type(error)
    assert backend.streams[0].closed


def test_a_silent_proxy_is_a_connect_timeout(run):
    async def scenario():
        connection = HTTPConnection("https://example.org", ScriptedBackend([]), proxy=PROXY)
        return await raised_by(connection.send(Request("GET", "https://example.org/")))

    error = run(scenario)
    assert (ConnectTimeout, 5.0) == (type(error), error.limit)


@pytest.mark.parametrize("outer", [False, True], ids=["http proxy", "https proxy"])
@pytest.mark.parametrize("http2", [False, True])
def test_a_tunnel_leads_to_the_origin(
    world, pool_of, origin, peer, proxy_server, authority, outer, http2
):
    server = proxy_server("me", "hunter2")
    context = authority.server_context() if outer else None
    port = peer(server, context=context).port
    url = f"{'https' if outer else 'http'}://me:hunter2@localhost:{port}"

    async def scenario():
        async with pool_of(world, proxy=url, http2=http2) as pool:
            protocols = []
            for path in ("/", "/bytes/300000"):
                response = await pool.send(Request("GET", origin.tls + path))
                protocols.append((response.protocol, len(await response.read())))
            return protocols, pool.connections_opened

    protocol = "HTTP/2" if http2 else "HTTP/1.1"
    assert ([(protocol, 12), (protocol, 300_000)], 1) == world.run(scenario)
    assert 1 == len(server.seen)


def test_a_proxy_that_wants_other_credentials_is_told(world, pool_of, origin, peer, proxy_server):
    url = peer(proxy_server("me", "other")).url

    async def scenario():
        async with pool_of(world, proxy=url) as pool:
            error = await raised_by(pool.send(Request("GET", origin.tls)))
            return type(error), error.status_code, "0 open" in repr(pool)

    assert (ProxyError, 407, True) == world.run(scenario)


def test_plain_requests_are_forwarded(world, pool_of, peer, handlers):
    seen = []

    def forwards(sock):
        for _ in range(2):
            seen.append(handlers.read_head(sock))
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    server = peer(forwards)

    async def scenario():
        async with pool_of(world, proxy=f"http://me:pw@localhost:{server.port}") as pool:
            bodies = []
            for url in ("http://a.test/x", "http://b.test:81/"):
                bodies.append(await (await pool.send(Request("GET", url))).read())
            return bodies, pool.connections_opened

    assert ([b"ok", b"ok"], 1) == world.run(scenario)
    assert [
        (b"GET http://a.test/x HTTP/1.1", True),
        (b"GET http://b.test:81/ HTTP/1.1", True),
    ] == [(head.split(b"\r\n")[0], b"Proxy-Authorization: Basic bWU6cHc=" in head) for head in seen]


def test_a_proxy_with_a_wrong_certificate_is_a_certificate_error(
    world, pool_of, peer, handlers, authority
):
    server = peer(handlers.drain, context=authority.server_context(names=("other.test",)))

    async def scenario():
        async with pool_of(world, proxy=server.url) as pool:
            return type(await raised_by(pool.send(Request("GET", "https://example.org/"))))

    assert CertificateError is world.run(scenario)
