"""Proxies and NO_PROXY. What real connections make of proxies is in tests/contract/."""

import warnings

import pytest

from httpcore_client import BasicAuth, Proxy, ProxyError, ScriptedBackend
from testkit.internet import Internet, Visit
from testkit.peer import response
from testkit.splits import ways_of

OK = response()
PROXY = "http://proxy.test:3128"
SHOWN = "Basic bWU6czNjcmV0"  # me:s3cret


# Who asks.


@pytest.mark.parametrize(
    "proxy",
    [
        "http://me:s3cret@proxy.test:3128",
        Proxy(PROXY, auth=BasicAuth("me", "s3cret")),
        Proxy(PROXY, headers={"Proxy-Authorization": SHOWN}),
    ],
    ids=["URL", "auth", "headers"],
)
def test_b080_each_forwarded_request_shows_who_asks_on_a_kept_connection_too(run_client, proxy):
    """ah#2596; RFC 9110 11.7: the field is for one request."""
    backend = ScriptedBackend(
        [
            lambda _: OK,
            lambda _: response(b"", "302 Go", b"Location: /2"),
            lambda _: OK,
            lambda _: b"",
        ],
        [lambda _: OK],  # to which the last one is sent again
    )

    async def scenario(client):
        for path in ("/0", "/1", "/3"):
            assert b"hello" == (await client.get("http://a.test" + path)).content

    run_client(scenario, backend=backend, proxy=proxy)
    assert [("proxy.test", 3128)] * 2 == backend.dialled
    written = b"".join(stream.written for stream in backend.streams)
    visits = [Visit(head, "") for head in written.split(b"\r\n\r\n")[:-1]]
    assert ["http://a.test/" + name for name in "01233"] == [one.target for one in visits]
    assert [[SHOWN]] * 5 == [one.fields["proxy-authorization"] for one in visits]


def test_b080_in_tunnels_the_connect_shows_it_and_nothing_else_does(run_client, authority):
    async def scenario(client):
        for _ in range(3):
            await client.get("https://a.test/")

    with Internet(authority) as wide:
        proxy = wide.url.replace("//", "//me:s3cret@")
        run_client(scenario, proxy=proxy, ssl=authority.bundle, http2=False)
    assert [[SHOWN]] == [one.fields["proxy-authorization"] for one in wide.connects]
    assert 3 == len(wide.visits)
    assert not [one for one in wide.visits if "proxy-authorization" in one.fields]


# Refusals.


REFUSALS = [
    ("403 Forbidden", b"not there", ()),
    ("407 Who", b"who?", (b'Proxy-Authenticate: Basic realm="x"',)),
    ("502 Bad Gateway", b"", ()),
    ("302 Found", b"elsewhere", (b"Location: http://evil.test/",)),
    ("404 Not Found", b"hello", (b"Content-Type: text/plain",)),
]


def test_b081_a_refused_tunnel_is_closed_and_its_answer_is_told_however_it_is_split(run_client):
    """ah#13841, hc#223; RFC 9110 9.3.6: a redirect of the proxy's is no redirect."""
    for status, body, fields in REFUSALS:
        ways = list(ways_of(response(body, status, *fields)))
        backend = ScriptedBackend(*[[lambda _, p=p: p for p in pieces] for pieces in ways])

        async def scenario(client, ways=ways, status=status, body=body):
            for pieces in ways:
                with pytest.raises(ProxyError) as caught:
                    await client.get("https://a.test/")
                error = caught.value
                told = error.status_code, error.content, error.sent
                assert (int(status[:3]), body, False) == told, pieces
                assert status in str(error)
                assert str(len(body)) == error.headers["Content-Length"]

        run_client(scenario, backend=backend, proxy=PROXY)
        assert len(ways) == len(backend.streams)
        assert all(stream.closed for stream in backend.streams)


def test_b081_an_answer_that_is_cut_off_or_no_http_is_an_error_and_closed(run_client):
    whole = response(b"no", "403 Forbidden")
    octets = [whole[:end] for end in range(0, len(whole) - 2, 3)]
    octets += [b"\x16\x03\x01", b"\5\0", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\nearly"]
    backend = ScriptedBackend(*[[lambda _, o=o: o, b""] for o in octets])

    async def scenario(client):
        for _ in octets:
            with pytest.raises(ProxyError):
                await client.get("https://a.test/")

    run_client(scenario, backend=backend, proxy=PROXY)
    assert len(octets) == len(backend.streams)
    assert all(stream.closed for stream in backend.streams)


# NO_PROXY.


BROKEN = [
    "10.0.0.0/99",
    "[::1",
    "::1/200",
    "a b",
    "http://",
    "*.*",
    "[",
    "%",
    "\x01",
    ":80",
    "é..é",
    "/",
]


def test_b083_an_entry_of_no_proxy_that_is_none_stops_nobody(run_client, authority, monkeypatch):
    """h2x#1267: clients are made and used, and the other entries count."""
    with Internet(authority) as wide:
        monkeypatch.setenv("HTTP_PROXY", wide.url)
        for entry in BROKEN:
            monkeypatch.setenv("NO_PROXY", f"{entry}, direct.test")

            async def scenario(client):
                # It may say so, but no more.
                with warnings.catch_warnings():
                    warnings.filterwarnings("ignore", "NO_PROXY has an entry that is ignored")
                    assert b"there" == (await client.get("http://a.test/")).content
                    assert client.proxy_for("http://direct.test/") is None

            run_client(scenario, trust_env=True)
        assert len(BROKEN) == len(wide.visits)


# SOCKS.


CREDENTIALS = {
    "me:s3cret": (b"me", b"s3cret"),
    "m%C3%A9:a%40b%3Ac": ("mé".encode(), b"a@b:c"),
    "a%2540b:%2525": (b"a%40b", b"%25"),
    "a%3Ab:": (b"a:b", b""),
    "a+b:c%20d": (b"a+b", b"c d"),
    "me:100%": (b"me", b"100%"),
}


def test_b084_credentials_of_a_socks_proxy_are_decoded_once(run_client):
    """u3#3785; RFC 1929 2."""
    for written, (user, password) in CREDENTIALS.items():
        steps = [b"\5\2", b"\1\0", b"\5\0\0\1" + bytes(6)]
        backend = ScriptedBackend([*[lambda _, s=s: s for s in steps], lambda _: OK])

        async def scenario(client):
            assert b"hello" == (await client.get("http://a.test/")).content

        run_client(scenario, backend=backend, proxy=f"socks5h://{written}@proxy.test")
        shown = b"\1" + bytes([len(user)]) + user + bytes([len(password)]) + password
        assert b"\5\2\0\2" + shown + b"\5\1\0\3\6a.test\0\x50" in backend.streams[0].written


def test_b084_the_answers_of_a_socks_proxy_may_come_in_any_pieces(run_client):
    replies = [b"\5\2\1\0\5\0\0\1" + bytes(6), b"\5\2\1\0\5\0\0\3\4name\0\x50"]
    for octets in replies:
        ways = list(ways_of(octets))
        scripts = [[*[lambda _, p=p: p for p in pieces], lambda _: OK] for pieces in ways]
        backend = ScriptedBackend(*scripts)

        async def scenario(client, ways=ways):
            for number, pieces in enumerate(ways):
                answer = await client.get(f"http://h{number}.test/")
                assert b"hello" == answer.content, pieces

        run_client(scenario, backend=backend, proxy="socks5h://me:s3cret@proxy.test")
        assert len(ways) == len(backend.streams)
