"""What proxies do wrong on the way to an origin: the right error, nothing left, the next request works."""

import contextlib

import pytest

from httpcore_client import (
    ConnectError,
    ConnectTimeout,
    PoolLimits,
    Proxy,
    ProxyError,
    ReadTimeout,
    RemoteProtocolError,
    Timeout,
    TotalTimeout,
)
from testkit.faults import (
    CLOSE,
    HOLD,
    READ,
    READ_SOME,
    RST,
    Faulty,
    assert_settled,
    drip,
    failure,
    nothing_left,
    send,
    stats,
)
from testkit.origin import listening_socket
from testkit.relay import Relay

PASSWORD = "hunter2"
LIMIT = 0.1
CHOSEN, LET_IN = send(b"\5\2"), send(b"\1\0")
ANSWER = b"HTTP/1.1 200 Connected\r\nVia: a\r\n\r\n"
REPLY = b"\5\0\0\1" + bytes(6)
SOCKS = (READ_SOME, CHOSEN, READ_SOME, LET_IN, READ_SOME)  # up to the reply
CUT_REFUSAL = send(b"HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\nx")
GARBAGE = send(b"\x80\x81" * 20)

# The proxy's scheme, what it does, and what comes of it.
SILENCE = {
    "after TCP": ("http", (HOLD,)),
    "in the answer to CONNECT": ("http", (READ, send(ANSWER[:-2]), HOLD)),
    "octet by octet to CONNECT": ("http", (READ, drip(ANSWER, 0.02))),
    "in TLS": ("https", (READ_SOME, HOLD)),
    "octet by octet in TLS": ("https", (READ_SOME, drip(b"\x16\3\3\0\x7a\2" + bytes(60), 0.02))),
    "before SOCKS": ("socks5h", (HOLD,)),
    "in the method": ("socks5h", (READ_SOME, send(b"\5"), HOLD)),
    "before the password": ("socks5h", (READ_SOME, CHOSEN, HOLD)),
    "in the password's answer": ("socks5h", (READ_SOME, CHOSEN, READ_SOME, send(b"\1"), HOLD)),
    "before the reply": ("socks5h", (*SOCKS, HOLD)),
    "in the reply": ("socks5h", (*SOCKS, send(b"\5\0\0\1\0"), HOLD)),
    "octet by octet in SOCKS": ("socks5h", (*SOCKS, drip(REPLY, 0.02))),
    "in the tunnel": ("http", (READ, send(ANSWER), HOLD)),
    "behind SOCKS": ("socks5h", (*SOCKS, send(REPLY), HOLD)),
}
# The step that takes too long, in words.
STEPS = {
    **dict.fromkeys(list(SILENCE)[:3], "did not answer CONNECT"),
    **dict.fromkeys(list(SILENCE)[3:5], "(most proxies are http://, even for https URLs) was not"),
    **dict.fromkeys(list(SILENCE)[5:7], "did not answer the SOCKS greeting"),
    **dict.fromkeys(list(SILENCE)[7:9], "did not answer to the user and password"),
    **dict.fromkeys(list(SILENCE)[9:12], "did not answer when asked to connect to "),
    **dict.fromkeys(list(SILENCE)[12:], "TLS with 'localhost' was not finished"),
}
BREAKS = {
    "closed before CONNECT": ("http", (CLOSE,), (ProxyError, ConnectError)),
    "closed at CONNECT": ("http", (READ, CLOSE), ProxyError),
    "closed in the answer": ("http", (READ, send(ANSWER[:-2]), CLOSE), ProxyError),
    "reset at CONNECT": ("http", (READ, RST), ConnectError),
    "garbage": ("http", (READ, GARBAGE, CLOSE), ProxyError),
    "a refusal, cut": (
        "http",
        (READ, CUT_REFUSAL, RST),
        ProxyError,
    ),
    "octets before TLS": ("http", (READ, send(ANSWER + b"x"), HOLD), ProxyError),
    "no TLS": ("https", (READ_SOME, send(b"HTTP/1.1 400 No\r\n\r\n"), HOLD), ConnectError),
    "closed in TLS": ("https", (READ_SOME, CLOSE), ConnectError),
    "reset in TLS": ("https", (READ_SOME, RST), ConnectError),
    "closed in the tunnel": ("http", (READ, send(ANSWER), CLOSE), ConnectError),
    "closed in SOCKS": ("socks5h", (READ_SOME, send(b"\5"), CLOSE), ProxyError),
    "reset in SOCKS": ("socks5h", (READ_SOME, CHOSEN, READ_SOME, RST), ConnectError),
    "HTTP in place of SOCKS": (
        "socks5h",
        (READ_SOME, send(b"HTTP/1.1 400 No\r\n\r\n"), HOLD),
        ProxyError,
    ),
    "garbage in SOCKS": ("socks5h", (READ_SOME, GARBAGE, CLOSE), ProxyError),
    "closed behind SOCKS": ("socks5h", (*SOCKS, send(REPLY), CLOSE), ConnectError),
}


@pytest.fixture(scope="module")
def good():
    """The URL of a proxy that does all as it should."""
    with Relay() as relay:
        yield relay.url().replace("localhost", "127.0.0.1")  # no thread looks that up


@pytest.fixture
def fails(world, authority, good, origin):
    """What becomes of a request by a proxy that plays these steps; then the next one takes a good proxy."""

    def fails(scheme, steps, url=origin.tls, timeout=Timeout(5, 5, 5, 5)):  # noqa: B008 - frozen
        async def scenario(peer):
            proxy = Proxy(f"{scheme}://user:{PASSWORD}@127.0.0.1:{peer.port}")
            limits = PoolLimits(max_connections=1)
            options = {"ssl": authority.bundle, "pool_limits": limits, "trust_env": False}
            async with world.client(**options) as client:
                error = await failure(client.get(url, proxy=proxy, timeout=timeout))
                assert_settled(await stats(client))
                assert (await client.get(origin.tls, proxy=good)).status_code == 200
            assert (proxy.url.masked, "GET") == (error.proxy, error.method)
            assert PASSWORD not in str(error)
            return error, proxy

        with nothing_left(), Faulty(steps) as peer:
            return world.run(scenario, peer)

    return fails


@pytest.mark.parametrize("where", SILENCE)
def test_b092_silence_and_drips_are_cut_by_the_limit_on_connecting_as_a_whole(fails, where):
    """B086, B092."""
    error, proxy = fails(*SILENCE[where], timeout=Timeout(connect=LIMIT))
    assert (ConnectTimeout, LIMIT, False) == (type(error), error.limit, error.sent)
    for said in (proxy.url.masked, STEPS[where], f" within {LIMIT} s"):
        assert said in str(error)
    assert LIMIT * 0.9 < error.elapsed < 2


def test_the_total_counts_while_a_tunnel_is_opened(fails):
    error, _ = fails(*SILENCE["after TCP"], timeout=Timeout(total=LIMIT))
    assert (TotalTimeout, "connect", False) == (type(error), error.phase, error.sent)


@pytest.mark.parametrize("where", BREAKS)
def test_b081_what_breaks_on_the_way_is_an_error_that_names_the_proxy(fails, where):
    """B081; faults 17 to 19."""
    scheme, steps, kinds = BREAKS[where]
    error, proxy = fails(scheme, steps)
    assert isinstance(error, kinds)
    assert (False, "connect") == (error.sent, error.phase)
    if "tunnel" not in where and "behind" not in where:
        assert proxy.url.masked in error.message


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ((READ, HOLD), ReadTimeout),
        ((READ, CLOSE), RemoteProtocolError),
        ((READ, RST), RemoteProtocolError),
        ((READ, GARBAGE, CLOSE), RemoteProtocolError),
        (
            (READ, send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), CLOSE),
            RemoteProtocolError,
        ),
    ],
)
def test_an_exchange_that_fails_by_way_of_a_forwarding_proxy_names_it(fails, steps, kind):
    # Not sent again: it was the first request of its connection.
    error, proxy = fails("http", steps, "http://www.example.org/", Timeout(5, LIMIT, 5, 5))
    assert (kind, "read") == (type(error), error.phase)
    assert f"(by way of the proxy {proxy.url.masked})" in str(error)


@pytest.mark.parametrize("scheme", ["http", "https", "socks5h"])
@pytest.mark.parametrize("url", ["http://www.example.org/", "https://www.example.org/"])
def test_a_proxy_that_is_not_there_is_named(world, scheme, url):
    with listening_socket() as sock:
        port = sock.getsockname()[1]

    async def scenario():
        proxy = Proxy(f"{scheme}://user:{PASSWORD}@127.0.0.1:{port}")
        async with world.client(proxy=proxy, trust_env=False) as client:
            error = await failure(client.get(url))
        assert (ConnectError, proxy.url.masked) == (type(error), error.proxy)
        assert f"can't get to the proxy {proxy.url.masked}: can't connect to 127.0.0.1" in str(
            error
        )

    with nothing_left():
        world.run(scenario)


def test_an_error_without_a_proxy_names_none(world):
    with listening_socket() as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}/"

    async def scenario():
        async with world.client(trust_env=False) as client:
            assert (await failure(client.get(url))).proxy is None

    world.run(scenario)


def test_a_broken_exchange_in_a_tunnel_names_the_proxy(world, good, authority):
    steps = (READ, send(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"), CLOSE)
    with contextlib.ExitStack() as stack:
        stack.enter_context(nothing_left())
        peer = stack.enter_context(Faulty(steps, authority.server_context(), tls=True))

        async def scenario():
            options = {"ssl": authority.bundle, "trust_env": False, "http2": False}
            async with world.client(proxy=good, **options) as client:
                error = await failure(client.get(peer.url))
                assert (good + "/", True) == (error.proxy, error.answered)
                assert (await client.get(peer.url)).content == b"next"

        world.run(scenario)
