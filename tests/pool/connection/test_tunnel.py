"""The handshake of CONNECT, and what is told of a refusal."""

import pickle

import pytest

from httpcore_pool import (
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
from httpcore_pool.connection._tunnel import open_tunnel

PROXY = Proxy.of("http://me:hunter2@proxy.test:3128")
NO_LIMIT = Budget(Options(timeout=Timeout()), lambda: 0.0)


async def raised_by(awaitable):
    with pytest.raises(Exception) as caught:
        await awaitable
    return caught.value


def tunnel_over(*script, proxy=PROXY, **options):
    stream, target = ScriptedStream(script), "example.org:443"
    flow = proxy.flow("CONNECT", target)
    return stream, open_tunnel(stream, proxy, target, flow, NO_LIMIT, **options)


def refused(*script, proxy=PROXY):
    """The error of a refusal."""
    error = run_sync(raised_by(tunnel_over(*script, proxy=proxy)[1]))
    assert ProxyError is type(error)
    assert "hunter2" not in str(error)
    return error


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


@pytest.mark.parametrize("many", [32, 33])
def test_informational_answers_have_an_end(many):
    """Each is small, so that no limit of a head ends them."""
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    stream, opening = tunnel_over(*[early] * many, b"HTTP/1.1 200 OK\r\n\r\n")
    if many == 32:
        assert run_sync(opening)
    else:
        assert ProxyError is type(run_sync(raised_by(opening)))
        assert 1 == len(stream._steps)


def test_a_break_passes():
    _, opening = tunnel_over(ReadError("reset"))
    assert ReadError is type(run_sync(raised_by(opening)))


@pytest.mark.parametrize("name", ["Content-Length: 5", "Transfer-Encoding: chunked"])
def test_what_frames_content_means_nothing_in_an_answer_that_opens_a_tunnel(run, name):
    """RFC 9110 9.3.6."""

    async def scenario():
        stream, opening = tunnel_over(b"HTTP/1.1 200 OK\r\n%b\r\n\r\n" % name.encode(), b"left")
        return await opening, await stream.read(100)

    assert (True, b"left") == run(scenario)


def test_where_the_origin_may_speak_first_its_octets_stay_in_the_stream(run):
    async def scenario():
        stream, opening = tunnel_over(b"HTTP/1.1 200 OK\r\nVia: a\r\n\r\nfirst", tls=False)
        return await opening, await stream.read(100)

    assert (True, b"first") == run(scenario)


@pytest.mark.parametrize("status", [101, 302, 304, 401, 500])
def test_every_other_answer_is_an_error(status):
    error = refused(b"HTTP/1.1 %d X\r\nLocation: /\r\nUpgrade: x\r\n\r\n" % status, b"")
    # A 101 without having been asked for an upgrade is no HTTP at all.
    assert (None if status == 101 else status) == error.status_code


def test_an_answer_may_come_octet_by_octet(run):
    answer = b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\nVia: 1.1 a\r\n\r\n"

    async def scenario():
        return await tunnel_over(*[bytes([octet]) for octet in answer])[1]

    assert run(scenario)


# What is told of a refusal.

PLAIN = b"HTTP/1.1 403 No\r\nContent-Type: text/plain; charset=utf-8\r\n"


@pytest.mark.parametrize(
    ("script", "content"),
    [
        ([PLAIN + b"Content-Length: 4\r\n\r\nwhy?"], b"why?"),
        ([PLAIN + b"Content-Length: 4\r\n\r\n", b"w", b"hy?"], b"why?"),
        ([PLAIN + b"Transfer-Encoding: chunked\r\n\r\n4\r\nwhy?\r\n0\r\n\r\n"], b"why?"),
        ([PLAIN + b"\r\n", b"why", b"?", b""], b"why?"),
        ([PLAIN + b"Content-Length: 0\r\n\r\n"], b""),
        # Cut, rather than failing: by silence, by a close, by a break, by what is no chunk.
        ([PLAIN + b"Content-Length: 9\r\n\r\nwhy?"], b"why?"),
        ([PLAIN + b"Content-Length: 9\r\n\r\nwhy?", b""], b"why?"),
        ([PLAIN + b"Content-Length: 9\r\n\r\nwhy?", ReadError("reset")], b"why?"),
        ([PLAIN + b"Transfer-Encoding: chunked\r\n\r\n4\r\nwhy?\r\nx\r\n"], b"why?"),
    ],
)
def test_the_content_of_a_refusal_is_told_as_far_as_it_comes(script, content):
    error = refused(*script)
    assert (403, content) == (error.status_code, error.content)
    assert str(error).endswith("403 No: why?" if content else "403 No")


@pytest.mark.parametrize(
    "said", [b"Basic bWU6aHVudGVyMg==", b"me:hunter2", b"me:%68unter2", b"&#x68;unter2", b"s3cret"]
)
@pytest.mark.parametrize("how", ["by the URL", "by a field"])
def test_what_a_proxy_sends_back_of_the_credentials_is_not_told(said, how):
    own = {"Proxy-Authorization": "Basic bWU6aHVudGVyMg==", "X-API-Key": "s3cret"}
    proxy = PROXY if how == "by the URL" else Proxy("http://proxy.test:3128", headers=own)
    length = b"Content-Length: %d\r\n\r\n" % (4 + len(said))
    error = refused(PLAIN + length + b"not " + said, proxy=proxy)
    told = str(error).rpartition(": ")[2]
    if said == b"s3cret" and proxy is PROXY:  # which it does not know of us
        assert "not s3cret" == told
    else:
        assert told in ("not [secure]", "not me:[secure]")
        assert b"not " + said == error.content


def test_of_much_content_there_are_64_kib():
    error = refused(PLAIN + b"Content-Length: 100000\r\n\r\n" + b"x" * 100_000)
    assert b"x" * 65536 == error.content
    assert "xxx" not in str(error)


def test_an_endless_refusal_is_read_no_further_than_that():
    stream, opening = tunnel_over(PLAIN + b"\r\n", *[b"x" * 1024] * 100)
    run_sync(raised_by(opening))
    assert 100 - 64 == len(stream._steps)


def test_content_is_waited_for_no_longer_than_a_second(run):
    async def scenario():
        backend = ScriptedBackend()

        def late(stream):
            backend.time += 0.6
            return b"x"

        backend._scripts.append([PLAIN + b"Content-Length: 99\r\n\r\n", *[late] * 9])
        given = []

        class Timed(ScriptedStream):
            async def read(self, max_bytes, timeout=None):
                given.append(timeout)
                return await super().read(max_bytes, timeout)

        stream = Timed(backend._scripts.popleft())
        budget = Budget(Options(timeout=Timeout(), deadline=100.0), backend.now)
        flow = PROXY.flow("CONNECT", "a.test:443")
        await raised_by(open_tunnel(stream, PROXY, "a.test:443", flow, budget))
        return [round(seconds, 1) for seconds in given][:4]

    assert [100.0, 1.0, 0.4, 0.0] == run(scenario)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (b"text/html", b"<p>why"),
        (b"text/plain", b"x" * 201),
        (b"text/plain", b" \r\n "),
    ],
)
def test_content_that_is_no_line_of_text_is_not_in_the_message(kind, content):
    fields = b"Content-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind, len(content))
    error = refused(b"HTTP/1.1 403 No\r\n" + fields + content)
    assert str(error).endswith(": 403 No")
    assert content == error.content


def test_no_control_character_of_a_refusal_gets_into_the_message():
    content = "a\r\nb\x1b[2J\u202eé\0".encode()
    error = refused(PLAIN + b"Content-Length: %d\r\n\r\n" % len(content) + content)
    assert str(error).endswith(r"403 No: a\r\nb\x1b[2J\u202e\xe9\x00")
    assert str(error).isascii()


def test_the_fields_of_a_refusal_are_told_and_all_of_it_pickles():
    error = refused(PLAIN + b"X-Squid-Error: ERR_DNS 0\r\nContent-Length: 4\r\n\r\nwhy?")
    twin = pickle.loads(pickle.dumps(error))
    for each in (error, twin):
        assert "ERR_DNS 0" == each.headers["x-squid-error"]
        assert (403, b"why?", None) == (each.status_code, each.content, each.reply_code)
    assert str(error) == str(twin)


def test_without_an_answer_there_is_nothing_of_it():
    error = refused(b"")
    assert (None, [], b"") == (error.status_code, error.headers.raw, error.content)


# What is asked.


def test_fields_for_the_proxy_go_with_connect_in_place_of_ours(run):
    headers = {"User-Agent": "own", "proxy-authorization": "Own token"}

    async def scenario():
        proxy = Proxy("http://me:hunter2@proxy.test", headers=headers)
        stream, opening = tunnel_over(b"HTTP/1.1 200 OK\r\n\r\n", proxy=proxy)
        await opening
        return stream.written

    assert (
        b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n"
        b"User-Agent: own\r\nproxy-authorization: Own token\r\n\r\n"
    ) == run(scenario)


# HTTP/2 without TLS, which no proxy forwards.


def test_http_2_in_cleartext_goes_through_a_tunnel(run):
    async def scenario():
        backend = ScriptedBackend([b"HTTP/1.1 200 OK\r\n\r\n", b""])
        url = "http://example.org/"
        connection = HTTPConnection(url, backend, proxy=PROXY, http1=False)
        error = await raised_by(connection.send(Request("GET", url)))
        connect, _, rest = backend.streams[0].written.partition(b"\r\n\r\n")
        return (
            type(error),
            error.proxy,
            connect.split(b"\r\n")[0],
            rest[:16],
            b"Proxy-Authorization" in connect,
            b"bWU6aHVudGVyMg" in rest,
        )

    assert (
        ReadError,
        "http://me:[secure]@proxy.test:3128/",
        b"CONNECT example.org:80 HTTP/1.1",
        b"PRI * HTTP/2.0\r\n",
        True,
        False,
    ) == run(scenario)
