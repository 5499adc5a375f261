"""The handshake of SOCKS5 (RFC 1928, RFC 1929), and connections that it leads to."""

import pickle
import sys

import pytest

from httpcore_pool import (
    ConnectError,
    ConnectionPool,
    ConnectTimeout,
    HTTPConnection,
    InvalidRequest,
    Network,
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
from httpcore_pool.connection._socks import open_socks, try_another
from httpcore_urls import InvalidURL

OPEN, WITH_PASSWORD = "socks5h://proxy.test", "socks5h://me:hunter2@proxy.test"
NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)
NONE_NEEDED, PASSWORD_NEEDED, NONE_WILL_DO = b"\5\0", b"\5\2", b"\5\xff"
LET_IN, KEPT_OUT = b"\1\0", b"\1\1"
DONE = b"\5\0\0\1\x7f\0\0\1\x1f\x90"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


async def raised_by(awaitable):
    with pytest.raises(BaseException) as caught:
        await awaitable
    return caught.value


def opening(*script, url=OPEN, host="example.org", port=80):
    stream = ScriptedStream(script)
    return stream, open_socks(stream, Proxy.of(url), host, port, NO_LIMIT)


def refused(*script, url=WITH_PASSWORD):
    error = run_sync(raised_by(opening(*script, url=url)[1]))
    assert (ProxyError, None, False, "connect") == (
        type(error),
        error.status_code,
        error.sent,
        error.phase,
    )
    assert "hunter2" not in str(error)
    return error


# What may be given.


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks4a", "socks5a"])
def test_other_versions_of_socks_are_refused(scheme):
    with pytest.raises(InvalidURL, match="of SOCKS there is version 5 alone") as caught:
        Proxy(f"{scheme}://me:hunter2@proxy.test")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("socks5://proxy.test", "proxy.test", 1080),
        ("socks5h://PROXY.test:80", "proxy.test", 80),
        ("SOCKS5://bücher.test", "xn--bcher-kva.test", 1080),
        ("socks5://[::1]:9", "::1", 9),
        ("socks5://0x7f.1", "127.0.0.1", 1080),
    ],
)
def test_a_socks_proxy_s_host_is_read_like_any_and_its_port_is_1080(url, host, port):
    proxy = Proxy(url)
    assert (host, port, True) == (proxy.url.host, proxy.port, proxy.is_socks)


@pytest.mark.parametrize("url", ["socks5:", "socks5:///x", "socks5://a..b", "socks5://a%2fb"])
def test_a_host_that_is_none_is_refused(url):
    with pytest.raises(InvalidURL):
        Proxy(url)


@pytest.mark.parametrize("pair", [("é" * 128, "x"), ("x", "y" * 256)])
def test_credentials_that_do_not_fit_are_refused_without_showing_them(pair):
    with pytest.raises(InvalidURL, match=r"255 octets at most \(RFC 1929 2\)") as caught:
        Proxy("socks5://proxy.test", auth=pair)
    assert "yyy" not in str(caught.value)


def test_credentials_that_just_fit_are_taken():
    assert Proxy("socks5://proxy.test", auth=("é" * 127, "y" * 255)).is_socks


class Scheme:
    def proxy_flow(self, proxy, method, target):
        yield ()


@pytest.mark.parametrize("options", [{"auth": Scheme()}, {"headers": {"User-Agent": "a"}}])
def test_what_belongs_to_http_is_refused(options):
    with pytest.raises(ValueError, match="speaks SOCKS: it takes user and password, no HTTP"):
        Proxy(WITH_PASSWORD, **options)


def test_without_the_extra_it_is_said_where_the_proxy_is_made(monkeypatch):
    monkeypatch.setitem(sys.modules, "socksio", None)
    with pytest.raises(ImportError, match=r"socks5h proxies need .* httpcore-pool\[socks\]"):
        Proxy(OPEN)


# What is said.


@pytest.mark.parametrize(
    ("url", "script", "written"),
    [
        (OPEN, [NONE_NEEDED, DONE], b"\5\1\0"),
        (WITH_PASSWORD, [NONE_NEEDED, DONE], b"\5\2\0\2"),
        (WITH_PASSWORD, [PASSWORD_NEEDED, LET_IN, DONE], b"\5\2\0\2\1\2me\7hunter2"),
        # Decoded once (B084), as UTF-8.
        (
            "socks5h://m%C3%A9:a%2540@p",
            [PASSWORD_NEEDED, LET_IN, DONE],
            b"\5\2\0\2\1\3m\xc3\xa9\4a%40",
        ),
        ("socks5h://a%3Ab:@p", [PASSWORD_NEEDED, LET_IN, DONE], b"\5\2\0\2\1\3a:b\0"),
    ],
)
def test_who_asks_is_shown_if_the_proxy_wants_to_know(run, url, script, written):
    async def scenario():
        stream, done = opening(*script, url=url)
        await done
        return stream.written

    assert written + b"\5\1\0\3\x0bexample.org\0\x50" == run(scenario)


@pytest.mark.parametrize(
    ("host", "sent"),
    [
        ("192.0.2.1", b"\1\xc0\0\2\1"),
        ("2001:db8::1", b"\4\x20\1\r\xb8" + bytes(11) + b"\1"),
        ("fe80::1%eth0", b"\4\xfe\x80" + bytes(13) + b"\1"),
        ("xn--bcher-kva.test", b"\3\x12xn--bcher-kva.test"),
        ("a" * 255, b"\3\xff" + b"a" * 255),
    ],
)
def test_an_address_is_sent_as_one_and_a_name_as_a_name(run, host, sent):
    async def scenario():
        stream, done = opening(NONE_NEEDED, DONE, host=host, port=8443)
        await done
        return stream.written[3:]

    assert b"\5\1\0" + sent + b"\x20\xfb" == run(scenario)


def test_a_name_that_is_too_long_is_an_error_and_nothing_is_sent():
    """Never a change to another mode: CVE-2023-38545."""
    stream, done = opening(NONE_NEEDED, DONE, host="a" * 256)
    error = run_sync(raised_by(done))
    assert (InvalidRequest, b"") == (type(error), stream.written)
    assert "SOCKS5 has names of 255 octets at most, this one has 256" in str(error)


@pytest.mark.parametrize(
    "done",
    [
        DONE,
        b"\5\0\0\4" + bytes(18),
        b"\5\0\0\3\3abc\0\0",
        b"\5\0\0\3\0\0\0",
        b"\5\0\xff\1" + bytes(6),
    ],
)
@pytest.mark.parametrize("split", [False, True], ids=["whole", "octet by octet"])
def test_replies_are_read_to_their_last_octet_and_no_further(run, done, split):
    octets = PASSWORD_NEEDED + LET_IN + done + b"next"
    script = [bytes([octet]) for octet in octets] if split else [octets]

    async def scenario():
        stream, opened = opening(*script, url=WITH_PASSWORD)
        await opened
        return await stream.read(1)

    assert b"n" == run(scenario)


# What goes wrong.


@pytest.mark.parametrize(
    ("code", "words", "another"),
    [
        (1, "general failure", False),
        (2, "not allowed by its rules", False),
        (3, "network unreachable", True),
        (4, "host unreachable", True),
        (5, "connection refused", True),
        (6, "TTL expired", True),
        (7, "command not supported", False),
        (8, "address type not supported", True),
        (9, "an unknown reply", False),
        (255, "an unknown reply", False),
    ],
)
@pytest.mark.parametrize("rest", [b"\0\1" + bytes(6), b"\0\0"], ids=["whole", "short"])
def test_each_reply_has_words_and_a_code(code, words, another, rest):
    error = refused(NONE_NEEDED, bytes([5, code]) + rest)
    assert f"can't connect to example.org:80: {words} ({code})" in str(error)
    assert (code, another) == (error.reply_code, try_another(error))
    assert code == pickle.loads(pickle.dumps(error)).reply_code


@pytest.mark.parametrize(
    ("url", "script", "words"),
    [
        (OPEN, [NONE_WILL_DO], "does not accept a client without a password (method 255)"),
        (WITH_PASSWORD, [NONE_WILL_DO], "does not accept the user and password (method 255)"),
        (OPEN, [PASSWORD_NEEDED], "does not accept a client without a password (method 2)"),
        (WITH_PASSWORD, [b"\5\1"], "does not accept the user and password (method 1)"),
        (WITH_PASSWORD, [PASSWORD_NEEDED, KEPT_OUT], "refused the user and password"),
        (WITH_PASSWORD, [PASSWORD_NEEDED, b"\5\0"], "refused the user and password"),
        (OPEN, [b"HTTP/1.1 400"], "did not answer in SOCKS5: it sent b'HT' (it looks like HTTP)"),
        (OPEN, [b"\4\x5a"], "did not answer in SOCKS5: it sent b'\\x04Z'"),
        (OPEN, [NONE_NEEDED, b"\4\0\0\1"], "did not answer in SOCKS5"),
        (OPEN, [NONE_NEEDED, b"\5\0\0\2"], "did not answer in SOCKS5: address type 2"),
        (OPEN, [b""], "closed the connection"),
        (OPEN, [b"\5", b""], "closed the connection"),
        (WITH_PASSWORD, [PASSWORD_NEEDED, b"\1", b""], "closed the connection"),
        (OPEN, [NONE_NEEDED, b""], "closed the connection"),
        (OPEN, [NONE_NEEDED, DONE[:9], b""], "closed the connection"),
        (OPEN, [NONE_NEEDED, b"\5\0\0\3", b""], "closed the connection"),
    ],
)
def test_whatever_the_proxy_does_wrong_is_told_and_it_is_asked_no_further(url, script, words):
    error = refused(*script, url=url)
    assert words in str(error)
    assert (None, False) == (error.reply_code, try_another(error))


def test_credentials_go_only_to_who_chose_them():
    stream, done = opening(b"\5\1", url=WITH_PASSWORD)
    run_sync(raised_by(done))
    assert b"\5\2\0\2" == stream.written


# Connections.


def through(*scripts, url=OPEN, origin="http://example.org", **options):
    backend = ScriptedBackend(*scripts)
    return backend, HTTPConnection(origin, backend, proxy=Proxy(url), **options)


def test_what_comes_behind_the_handshake_is_http_as_without_a_proxy(run):
    async def scenario():
        backend, connection = through([NONE_NEEDED, DONE, *[lambda _: OK] * 2])
        bodies = []
        for path in "ab":
            response = await connection.send(Request("GET", f"http://example.org/{path}"))
            bodies.append((await response.read(), response.connection.proxy))
        return backend.dialled, bodies, backend.streams[0].written.split(b"\0\x50", 1)[1]

    dialled, bodies, written = run(scenario)
    assert [("proxy.test", 1080)] == dialled
    assert [(b"ok", "socks5h://proxy.test")] * 2 == bodies
    assert [b"GET /a HTTP/1.1", b"GET /b HTTP/1.1"] == [
        head.split(b"\r\n")[0] for head in written.split(b"\r\n\r\n")[:2]
    ]
    assert b"roxy" not in written


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([NONE_WILL_DO], ProxyError),
        ([NONE_NEEDED, b"\5\1\0\1"], ProxyError),
        ([NONE_NEEDED, ReadError("reset")], ConnectError),
        ([], ConnectTimeout),
        ([NONE_NEEDED], ConnectTimeout),
        ([PASSWORD_NEEDED], ConnectTimeout),
        ([PASSWORD_NEEDED, LET_IN, DONE[:5]], ConnectTimeout),
        ([KeyboardInterrupt()], KeyboardInterrupt),
    ],
)
def test_whatever_fails_the_stream_is_closed_and_the_proxy_named(run, script, kind):
    async def scenario():
        backend, connection = through(script, url=WITH_PASSWORD)
        error = await raised_by(connection.send(Request("GET", "http://example.org/")))
        return error, backend.streams[0].closed

    error, closed = run(scenario)
    assert (kind, True) == (type(error), closed)
    if kind is not KeyboardInterrupt:
        assert ("socks5h://me:[secure]@proxy.test", "http://example.org/") == (
            error.proxy,
            error.url,
        )
        assert "socks5h://me:[secure]@proxy.test" in str(error)
    if kind is ConnectTimeout:
        assert 5.0 == error.limit


# Names that are resolved here.

HOSTS = {"example.org": ["192.0.2.1", "2001:db8::1", "192.0.2.3"], "proxy.test": "192.0.2.9"}
FIRST, SECOND, THIRD = b"\1\xc0\0\2\1", b"\4\x20\1\r\xb8" + bytes(11) + b"\1", b"\1\xc0\0\2\3"


def resolving(*scripts, **options):
    network = Network(hosts=HOSTS, **options)
    return through(*scripts, url="socks5://proxy.test", network=network)


def asked_for(stream):
    """The address that the proxy was asked for, with its type."""
    return stream.written[6:-2]


def refusing(code):
    return [NONE_NEEDED, bytes([5, code, 0, 1]) + bytes(6)]


def test_a_name_is_resolved_here_and_sent_as_an_address(run):
    async def scenario():
        backend, connection = resolving([NONE_NEEDED, DONE])
        await connection.connect(Request("GET", "http://example.org/"))
        return asked_for(backend.streams[0]), backend.dialled

    assert (FIRST, [("192.0.2.9", 1080)]) == run(scenario)


@pytest.mark.parametrize("code", [3, 4, 5, 6, 8])
def test_an_address_that_the_proxy_does_not_reach_is_followed_by_the_next(run, code):
    async def scenario():
        backend, connection = resolving(
            refusing(code), refusing(code), [NONE_NEEDED, DONE, lambda _: OK]
        )
        response = await connection.send(Request("GET", "http://example.org/"))
        body = await response.read()
        return body, [(asked_for(each), each.closed) for each in backend.streams[:2]]

    assert (b"ok", [(FIRST, True), (SECOND, True)]) == run(scenario)


def test_if_none_is_reached_the_last_answer_is_told(run):
    async def scenario():
        backend, connection = resolving(refusing(3), refusing(4), refusing(5))
        error = await raised_by(connection.send(Request("GET", "http://example.org/")))
        return error, [(asked_for(each), each.closed) for each in backend.streams]

    error, streams = run(scenario)
    assert (ProxyError, 5) == (type(error), error.reply_code)
    assert [(FIRST, True), (SECOND, True), (THIRD, True)] == streams
    told = [each.error.rpartition(": ")[2] for each in error.attempts]
    assert ["network unreachable (3)", "host unreachable (4)", "connection refused (5)"] == told


@pytest.mark.parametrize("code", [1, 2, 7])
def test_what_no_other_address_would_change_is_told_at_once(run, code):
    async def scenario():
        backend, connection = resolving(refusing(code))
        error = await raised_by(connection.send(Request("GET", "http://example.org/")))
        return error.reply_code, len(backend.streams)

    assert (code, 1) == run(scenario)


def test_two_origins_behind_one_socks_proxy_never_share_a_connection(run):
    async def scenario():
        scripts = [[NONE_NEEDED, DONE, *[lambda _: OK] * 2] for _ in range(2)]
        backend = ScriptedBackend(*scripts)
        async with ConnectionPool(backend, proxy=OPEN) as pool:
            for host in ("a.test", "b.test") * 2:
                await (await pool.send(Request("GET", f"http://{host}/"))).read()
        return [stream.written[6:14] for stream in backend.streams], len(backend.streams)

    streams, count = run(scenario)
    assert 2 == count
    assert [b"\3\6a.test", b"\3\6b.test"] == streams
