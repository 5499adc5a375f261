"""Proxies: what one is, the CONNECT handshake, and tunnels through real ones."""

import pickle

import pytest

from httpcore_headers import Headers, InvalidHeader
from httpcore_pool import (
    AddressPolicy,
    AddressRefused,
    CertificateError,
    ConnectError,
    ConnectTimeout,
    HTTPConnection,
    Network,
    Options,
    Proxy,
    ProxyError,
    ReadError,
    Request,
    ScriptedBackend,
    TLSConfig,
    run_sync,
)
from httpcore_urls import URL, InvalidURL

PROXY = Proxy.of("http://me:hunter2@proxy.test:3128")


async def raised_by(awaitable):
    with pytest.raises(Exception) as caught:
        await awaitable
    return caught.value


def test_a_proxy_may_be_text_a_url_or_one():
    assert Proxy.of("http://p") == Proxy.of(URL("http://p")) == Proxy(URL("http://p"))
    assert Proxy("http://p") == Proxy(URL("http://p"))
    assert PROXY is Proxy.of(PROXY)


def test_what_is_no_url_is_refused():
    with pytest.raises(TypeError, match="proxy must be a URL, a Proxy, False or None, not bytes"):
        Proxy.of(b"http://p")
    with pytest.raises(TypeError, match=r"Proxy\(url=\.\.\.\) must be a URL, not bytes"):
        Proxy(b"http://p")
    for make in (Proxy.of, Proxy):
        with pytest.raises(
            InvalidURL, match="a proxy's scheme must be http, https, socks5"
        ) as caught:
            make("ws://me:hunter2@p")
        assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("127.0.0.1:3128", "scheme is missing (did you mean 'http://127.0.0.1:3128'?)"),
        ("localhost:3128", "scheme is missing (did you mean 'http://localhost:3128'?)"),
        ("me:hunter2@p:3128", "a proxy's scheme is missing: 'me:[secure]@p:3128'"),
        ("", "a proxy's scheme is missing: ''"),
        ("http://me:hun/ter2@p:3128", "escape what is in a user or password, or give them as"),
        ("http://p:port", "the port is not a number: 'http://p:port'"),
        ("http://me:123/hunter2@p", "give them as auth=): 'http://me...'"),
        ("http://p?hunter2", "a proxy's URL ends with its host and port"),
        ("socks5://p/#hunter2", "a proxy's URL ends with its host and port"),
    ],
)
def test_it_is_said_what_was_probably_meant(url, says):
    with pytest.raises(InvalidURL) as caught:
        Proxy(url)
    assert says in str(caught.value)
    assert "ter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["Host", "authorization", "Cookie", "Content-Encoding", "Range"])
def test_fields_that_are_the_origins_are_not_for_a_proxy(name):
    with pytest.raises(ValueError, match="which is not for the proxy"):
        Proxy("http://p", headers={name: "1"})


def test_options_for_the_server_as_a_whole_are_forwarded_without_a_path():
    """RFC 9112 3.2.4."""
    backend = ScriptedBackend([b"HTTP/1.1 204 No Content\r\n\r\n"])
    connection = HTTPConnection("http://a.test/", backend, proxy=Proxy("http://p"))
    request = Request("OPTIONS", "http://a.test:81/x", options=Options(target="*"))
    run_sync(connection.send(request))
    assert backend.streams[0].written.startswith(b"OPTIONS http://a.test:81 HTTP/1.1\r\n")


def test_a_path_in_place_of_the_urls_is_forwarded_with_the_origin():
    """RFC 9112 3.2.2: a proxy is always sent absolute-form."""
    backend = ScriptedBackend([b"HTTP/1.1 204 No Content\r\n\r\n"])
    connection = HTTPConnection("http://a.test/", backend, proxy=Proxy("http://p"))
    request = Request("GET", "http://a.test:81/x", options=Options(target="/y?'*"))
    run_sync(connection.send(request))
    assert backend.streams[0].written.startswith(b"GET http://a.test:81/y?'* HTTP/1.1\r\n")


def test_under_a_policy_a_forwarding_proxy_is_asked_for_urls_alone():
    network = Network(address_policy=AddressPolicy.public_only(trust_proxies=True))
    connection = HTTPConnection(
        "http://a.test/", ScriptedBackend(), proxy=Proxy("http://p"), network=network
    )
    options = Options(target="http://127.0.0.1/")
    error = run_sync(raised_by(connection.send(Request("GET", "http://a.test/", options=options))))
    assert AddressRefused is type(error)


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


class Scheme:
    def proxy_flow(self, proxy, method, target):
        yield ()


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


# Fields and TLS settings of its own.


def test_fields_are_checked_and_kept_in_order():
    proxy = Proxy("http://p.test", headers=[("X-A", "1"), (b"x-b", b"2"), ("X-A", "3")])
    assert (("X-A", "1"), ("x-b", "2"), ("X-A", "3")) == proxy.headers
    assert () == Proxy("http://p.test").headers == Proxy("http://p.test", headers={}).headers


@pytest.mark.parametrize(
    "headers", [{"X A": "1"}, {"X-A": "1\r\nX-B: 2"}, {"X-A": "1\0"}, {"": "1"}]
)
def test_a_field_that_is_none_is_refused(headers):
    with pytest.raises(InvalidHeader):
        Proxy("http://p.test", headers=headers)


@pytest.mark.parametrize(
    "name", ["Host", "content-length", "Transfer-Encoding", "Connection", "Expect", "Upgrade"]
)
def test_a_field_that_means_more_than_the_proxy_is_refused(name):
    with pytest.raises(ValueError, match="which is not for the proxy"):
        Proxy("http://p.test", headers={name: "1"})


def test_credentials_as_a_field_are_in_place_of_the_url_s_and_exclude_a_scheme():
    headers = {"Proxy-Authorization": "Own hunter2"}
    proxy = Proxy("http://me:other@p.test", headers=headers)
    fields = [(b"Host", b"a"), (b"Proxy-Authorization", b"Own hunter2")]
    assert sorted(fields) == sorted(proxy.dressed(Headers({"Host": "a"}), proxy.credentials()))
    with pytest.raises(ValueError, match=r"either Proxy\(auth=...\) or Proxy-Authorization"):
        Proxy("http://p.test", headers=headers, auth=Scheme())


def test_credentials_of_a_request_win_over_all_others():
    proxy = Proxy("http://p.test", headers={"Proxy-Authorization": "Own 1", "User-Agent": "a"})
    own = Headers({"Host": "a", "User-Agent": "b", "proxy-authorization": "Own 2"})
    expected = [(b"Host", b"a"), (b"User-Agent", b"a"), (b"proxy-authorization", b"Own 2")]
    assert expected == sorted(proxy.dressed(own, proxy.credentials()))
    plain = Proxy("http://me:pw@p.test")
    assert own.raw == plain.dressed(own, plain.credentials())


@pytest.mark.parametrize("url", ["http://me:hunter2@p.test", "socks5://me:hunter2@p.test"])
def test_tls_settings_are_for_https_proxies(url):
    with pytest.raises(ValueError, match=r"Proxy\(ssl=...\) is for https proxies") as caught:
        Proxy(url, ssl=True)
    assert "hunter2" not in str(caught.value)


def test_tls_settings_are_read_as_anywhere(authority):
    proxy = Proxy("https://p.test", ssl=authority.bundle)
    assert TLSConfig(authority.bundle) == proxy.ssl
    with pytest.raises(TypeError, match="ssl"):
        Proxy("https://p.test", ssl=5)


def test_two_proxies_are_one_only_with_the_same_fields_and_settings(authority):
    url, headers = "https://p.test", {"X-A": "1"}
    same = [Proxy(url, headers=headers, ssl=authority.bundle) for _ in range(2)]
    others = [
        Proxy(url),
        Proxy(url, headers=headers),
        Proxy(url, headers={"X-A": "2"}, ssl=authority.bundle),
        Proxy(url, headers=headers, ssl=True),
    ]
    assert same[0] == same[1]
    assert 1 + len(others) == len({*same, *others})
    assert same[0] == same[0].copy_with()
    assert {same[0]: 1}[pickle.loads(pickle.dumps(same[0]))] == 1


def test_repr_names_fields_and_hides_their_values():
    proxy = Proxy("https://me:pw@p.test", headers={"X-A": "hunter2"}, ssl=True)
    assert "<Proxy https://me:[secure]@p.test/, headers X-A, TLSConfig(source=True" in repr(proxy)
    assert "hunter2" not in repr(proxy)


@pytest.mark.parametrize(
    ("url", "forwards"),
    [
        ("http://p", [True, False, False]),
        ("https://p", [True, False, False]),
        ("socks5://p", [False, False, False]),
    ],
)
def test_only_http_1_in_cleartext_is_forwarded_and_only_by_http(url, forwards):
    proxy = Proxy(url)
    asked = [(False, True), (True, True), (False, False)]
    assert forwards == [proxy.forwards(tls=tls, http1=http1) for tls, http1 in asked]


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
