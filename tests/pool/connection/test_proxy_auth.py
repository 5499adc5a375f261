"""Authentication with a proxy (RFC 9110 11.7): by CONNECT, with forwarded requests, and nowhere else.

The schemes here are the test's own: any object with a `proxy_flow` will do.
"""

import pytest

from httpcore_headers import InvalidHeader
from httpcore_pool import (
    BodyNotReplayable,
    ConnectError,
    ConnectTimeout,
    HTTPConnection,
    Options,
    Proxy,
    ProxyAuth,
    ProxyError,
    ReadError,
    Request,
    ScriptedBackend,
    Timeout,
    TotalTimeout,
    run_sync,
)
from httpcore_pool.connection._proxy import for_origin
from httpcore_urls import InvalidURL

HERE, SECURE = "http://example.org/x?q=1", "https://example.org/x"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CONNECTED = b"HTTP/1.1 200 Connected\r\n\r\n"
ASKED = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Own n=1\r\nContent-Length: 2\r\n"
STAYS = ASKED + b"\r\nno"
LEAVES = ASKED + b"Connection: close\r\n\r\nno"


class Rounds:
    """Shows one value after another, None for no field, as long as the proxy asks."""

    def __init__(self, *values):
        self.values = values
        self.asked = []
        self.seen = []
        self.ended = 0

    def proxy_flow(self, proxy, method, target):
        self.asked.append((proxy, method, target))
        try:
            for value in self.values:
                fields = () if value is None else (("Proxy-Authorization", value),)
                status, headers = yield fields
                self.seen.append((status, headers.get("Proxy-Authenticate")))
                if status != 407:
                    return
        finally:
            self.ended += 1

    def __repr__(self):
        return "Rounds()"


class Insists:
    """Goes on whatever the proxy has answered."""

    def proxy_flow(self, proxy, method, target):
        while True:
            yield ()


class Breaks:
    """Raises an error, at its first step or after an answer."""

    def __init__(self, error, *, at_once=False):
        self.error = error
        self.at_once = at_once

    def proxy_flow(self, proxy, method, target):
        if not self.at_once:
            yield ()
        raise self.error

    def __repr__(self):
        return "Breaks()"


async def raised_by(awaitable):
    with pytest.raises(BaseException) as caught:
        await awaitable
    return caught.value


def through(auth, *scripts, url=HERE, **options):
    """A connection through a proxy with this auth, whose n-th connection plays the n-th script."""
    backend = ScriptedBackend(*scripts)
    proxy = Proxy("http://proxy.test:3128", auth=auth)
    return backend, HTTPConnection(url, backend, proxy=proxy, **options)


def asked(data):
    return lambda stream: data


def shown(stream):
    """What each request on a stream had to show: its field of that name, or None."""
    found = []
    for head in stream.written.split(b"\r\n\r\n"):
        if b" HTTP/1.1\r\n" in head:
            fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
            found.append(fields.get(b"Proxy-Authorization"))
    return found


# What may be given.


def test_a_pair_is_the_same_as_both_in_the_url():
    with pytest.raises(ValueError, match=r"give either those or Proxy\(auth=\.\.\.\)"):
        Proxy("http://you:hunter2@p.test:3128", auth=("me", "p@ss:w"))
    proxy = Proxy("http://p.test:3128", auth=("me", "p@ss:w"))
    assert Proxy("http://me:p%40ss%3Aw@p.test:3128") == proxy
    assert proxy.auth is None
    assert "Basic bWU6cEBzczp3" == proxy.credentials()["Proxy-Authorization"]


def test_any_object_with_the_method_is_an_auth_and_wins_over_the_url():
    auth = Rounds("a")
    proxy = Proxy("http://me:hunter2@p.test", auth=auth)
    assert isinstance(auth, ProxyAuth)
    assert auth is proxy.auth
    assert [] == proxy.credentials().multi_items()


@pytest.mark.parametrize(
    "auth", ["me:hunter2", ("me",), ("me", b"hunter2"), 5, object(), lambda: "hunter2"]
)
def test_any_other_auth_is_refused_without_showing_it(auth):
    with pytest.raises(TypeError, match="must be a pair") as caught:
        Proxy("http://p.test", auth=auth)
    assert str(caught.value).endswith(f"such as DigestAuth, not {type(auth).__name__}")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("user", "password"), [("a:b", "hunter2"), ("a\r\nb", "hunter2"), ("a", "hunter2\0")]
)
def test_a_user_that_basic_can_not_carry_is_refused(user, password):
    with pytest.raises(InvalidURL, match=r"can hold no colon.*RFC 7617") as caught:
        Proxy("http://p.test", auth=(user, password))
    assert "hunter2" not in str(caught.value)


def test_two_proxies_are_one_if_url_and_auth_are():
    auth, other = Rounds("a"), Rounds("a")
    url = "http://p.test"
    assert Proxy(url, auth=auth) == Proxy(url, auth=auth)
    assert Proxy(url, auth=auth) != Proxy(url, auth=other)
    assert Proxy(url, auth=auth) != Proxy(url)
    assert hash(Proxy(url, auth=auth)) == hash(Proxy(url, auth=auth))


def test_repr_shows_the_auth_as_it_shows_itself():
    proxy = Proxy("http://me:hunter2@p.test", auth=Rounds("hunter2"))
    assert repr(proxy).endswith(", Rounds()>")
    assert "hunter2" not in repr(proxy)


# CONNECT.


def test_connect_is_asked_again_on_a_new_connection(run):
    auth = Rounds(None, "second")

    async def scenario():
        backend, connection = through(auth, [STAYS], [CONNECTED, b""], url=SECURE)
        error = await raised_by(connection.connect(Request("GET", SECURE)))
        closed = [stream.closed for stream in backend.streams]
        return type(error), [shown(stream) for stream in backend.streams], closed

    # The tunnel stands; that no TLS comes through it is another matter.
    assert (ConnectError, [[None], [b"second"]], [True, True]) == run(scenario)
    target = ("http://proxy.test:3128", "CONNECT", "example.org:443")
    assert [target] == auth.asked[:1]
    assert [(407, "Own n=1"), (200, None)] == auth.seen[:2]
    assert len(auth.asked) == auth.ended


def test_the_answer_that_opens_a_tunnel_reaches_the_flow(run):
    told = []

    class Notes:
        def proxy_flow(self, proxy, method, target):
            _, headers = yield ()
            told.append(headers["Proxy-Authentication-Info"])

    async def scenario():
        told.clear()
        answer = b'HTTP/1.1 200 OK\r\nProxy-Authentication-Info: nextnonce="2"\r\n\r\n'
        _, connection = through(Notes(), [answer, b""], url=SECURE)
        await raised_by(connection.connect(Request("GET", SECURE)))
        return told

    assert ['nextnonce="2"'] == run(scenario)


@pytest.mark.parametrize("challenge", [b"", b"Proxy-Authenticate: Own n=1\r\n"])
def test_a_flow_that_gives_up_leaves_the_refusal(run, challenge):
    auth = Rounds("first")

    async def scenario():
        answer = b"HTTP/1.1 407 Who\r\n" + challenge + b"\r\n"
        backend, connection = through(auth, [answer], url=SECURE)
        error = await raised_by(connection.connect(Request("GET", SECURE)))
        return type(error), error.status_code, str(error), backend.streams[0].closed

    kind, status, text, closed = run(scenario)
    assert (ProxyError, 407, True) == (kind, status, closed)
    asks = " (it asks for own authentication)" if challenge else ""
    assert f"refused a tunnel to example.org:443: 407 Who{asks}" in text


def test_another_refusal_is_not_asked_again():
    auth = Rounds("first", "second")
    backend, connection = through(auth, [b"HTTP/1.1 403 No\r\n\r\n"], [CONNECTED], url=SECURE)
    error = run_sync(raised_by(connection.connect(Request("GET", SECURE))))
    assert (403, 1, 1) == (error.status_code, len(backend.dialled), auth.ended)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b"", ""),
        (b"Proxy-Authenticate: \r\n", ""),
        (b"Proxy-Authenticate: Negotiate\r\n", " (it asks for negotiate authentication)"),
        (
            b'Proxy-Authenticate: Digest realm="s3cret", Basic realm="a"\r\n'
            b"Proxy-Authenticate: NTLM s3cret\r\nProxy-Authenticate: basic\r\n",
            " (it asks for digest or basic or ntlm authentication)",
        ),
        (
            b"Proxy-Authenticate: a, b, c, d, e, f, g\r\n",
            " (it asks for a or b or c or d or e authentication)",
        ),
    ],
)
def test_a_refusal_names_the_schemes_that_are_asked_for(fields, expected):
    answer = b"HTTP/1.1 407 Who\r\n" + fields + b"\r\n"
    _, connection = through(None, [answer], url=SECURE)
    error = run_sync(raised_by(connection.connect(Request("GET", SECURE))))
    assert error.message.endswith(f"407 Who{expected}")


def test_what_a_proxy_asks_for_is_named_within_bounds():
    answer = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: " + b"x" * 50_000 + b"\r\n\r\n"
    _, connection = through(None, [answer], url=SECURE)
    error = run_sync(raised_by(connection.connect(Request("GET", SECURE))))
    assert len(str(error)) < 1000


def test_the_limit_of_connecting_covers_all_attempts_together(run):
    async def scenario():
        backend, connection = through(
            Rounds(*"abcdef"), *[[STAYS]] * 6, url=SECURE, timeout=Timeout(connect=5)
        )
        given = []
        connect_tcp = backend.connect_tcp

        async def slow(addresses, timeout, how):
            given.append(timeout)
            backend.time += min(2.0, timeout)
            if timeout < 2.0:
                raise ConnectTimeout("too slow", timeout)
            return await connect_tcp(addresses, timeout, how)

        backend.connect_tcp = slow
        error = await raised_by(connection.connect(Request("GET", SECURE)))
        return type(error), error.limit, given, all(stream.closed for stream in backend.streams)

    kind, limit, given, closed = run(scenario)
    assert (ConnectTimeout, 5, [5.0, 3.0, 1.0], True) == (kind, limit, given, closed)


# Forwarded requests.


def test_a_forwarded_request_is_sent_again_on_the_same_connection(run):
    auth = Rounds(None, "second")

    async def scenario():
        auth.asked.clear()
        backend, connection = through(auth, [asked(STAYS), asked(OK)])
        response = await connection.send(Request("POST", HERE, b"body"))
        body = await response.read()
        bodies = backend.streams[0].written.count(b"\r\n\r\nbody")
        return response.status_code, body, [shown(s) for s in backend.streams], bodies

    assert (200, b"ok", [[None, b"second"]], 2) == run(scenario)
    assert [("http://proxy.test:3128", "POST", HERE)] == auth.asked
    assert [(407, "Own n=1"), (200, None)] == auth.seen[-2:]


@pytest.mark.parametrize(
    "answer",
    [
        LEAVES,
        b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Own\r\n\r\nup to the end",
        b"HTTP/1.0 407 Who\r\nProxy-Authenticate: Own\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Own\r\nContent-Length: 9999999\r\n\r\nno",
    ],
    ids=["close", "until the end", "HTTP/1.0", "a large rest"],
)
def test_a_forwarded_request_is_sent_again_on_a_new_connection(run, answer):
    auth = Rounds(None, "second")

    async def scenario():
        backend, connection = through(auth, [asked(answer), b""], [asked(OK), asked(OK)])
        bodies = [await (await connection.send(Request("GET", HERE))).read() for _ in range(2)]
        streams = backend.streams
        return bodies, [shown(s) for s in streams], [s.closed for s in streams]

    heads = [[None], [b"second", None]]
    assert ([b"ok", b"ok"], heads, [True, False]) == run(scenario)


def test_a_proxy_that_leaves_without_a_word_is_asked_on_a_new_connection(run):
    async def scenario():
        backend, connection = through(Rounds(None, "second"), [asked(STAYS), b""], [asked(OK)])
        body = await (await connection.send(Request("GET", HERE))).read()
        return body, [shown(stream) for stream in backend.streams]

    assert (b"ok", [[None], [b"second"]]) == run(scenario)


def test_a_flow_shows_the_target_that_is_sent(run):
    auth = Rounds("a")

    async def scenario():
        auth.asked.clear()
        backend, connection = through(auth, [asked(OK), asked(OK)], url="http://example.org")
        for method, target in (("OPTIONS", "*"), ("GET", "http://example.org/%7E")):
            options = Options(target=target)
            request = Request(method, "http://example.org/", options=options)
            await (await connection.send(request)).read()
        lines = [line for line in backend.streams[0].written.split(b"\r\n") if b"HTTP/1.1" in line]
        return [line.split(b" ")[1].decode() for line in lines]

    sent = run(scenario)
    assert ["http://example.org", "http://example.org/%7E"] == sent
    assert sent == [target for _, _, target in auth.asked]


def test_each_forwarded_request_has_a_flow_of_its_own(run):
    auth = Rounds("own")

    async def scenario():
        auth.asked.clear()
        backend, connection = through(auth, [asked(OK), asked(OK)])
        for path in ("1", "2"):
            await (await connection.send(Request("GET", f"http://example.org/{path}"))).read()
        return [shown(stream) for stream in backend.streams]

    assert [[b"own", b"own"]] == run(scenario)
    assert ["http://example.org/1", "http://example.org/2"] == [each[2] for each in auth.asked]


@pytest.mark.parametrize("status", [200, 401, 404, 502])
def test_any_other_answer_is_that_of_the_request(run, status):
    auth = Rounds("first", "second")

    async def scenario():
        answer = b'HTTP/1.1 %d X\r\nWWW-Authenticate: Basic realm="a"\r\n' % status
        backend, connection = through(auth, [asked(answer + b"Content-Length: 2\r\n\r\nno")])
        response = await connection.send(Request("GET", HERE))
        return response.status_code, await response.read(), shown(backend.streams[0])

    assert (status, b"no", [b"first"]) == run(scenario)


def test_over_http_2_who_asks_is_shown_with_connect_alone(run):
    """With prior knowledge a plain request goes over HTTP/2, which no proxy forwards."""
    auth = Rounds("s3cret")

    async def scenario():
        auth.asked.clear()
        backend, connection = through(auth, [CONNECTED, b""], http1=False)
        error = await raised_by(connection.send(Request("GET", HERE)))
        connect, _, rest = backend.streams[0].written.partition(b"\r\n\r\n")
        return type(error), b"s3cret" in connect, b"s3cret" in rest

    assert (ReadError, True, False) == run(scenario)
    assert [("http://proxy.test:3128", "CONNECT", "example.org:80")] == auth.asked


@pytest.mark.parametrize("url", [HERE, SECURE])
def test_a_flow_that_gives_up_leaves_the_407_of_a_forwarded_request(run, url):
    async def scenario():
        _, connection = through(Rounds("first"), [asked(STAYS)], url=url)
        if url == SECURE:
            return (await raised_by(connection.send(Request("GET", url)))).status_code, b"no"
        response = await connection.send(Request("GET", url))
        return response.status_code, await response.read()

    assert (407, b"no") == run(scenario)


def test_a_one_shot_body_can_not_be_forwarded_again(run):
    auth = Rounds(None, "second")

    async def scenario():
        _, connection = through(auth, [asked(STAYS), asked(OK)])
        request = Request("POST", HERE, iter([b"once"]))
        error = await raised_by(connection.send(request))
        return type(error), error.url, connection.is_closed

    assert (BodyNotReplayable, HERE, True) == run(scenario)
    assert len(auth.asked) == auth.ended


@pytest.mark.parametrize("auth", [Rounds(None, "second"), Rounds("first"), None])
def test_a_field_of_the_callers_own_is_sent_in_place_of_the_proxy_s(run, auth):
    async def scenario():
        backend, connection = through(auth, [asked(STAYS), asked(STAYS)])
        request = Request("GET", HERE, headers={"proxy-authorization": "own"})
        response = await connection.send(request)
        await response.read()
        written = backend.streams[0].written
        return response.status_code, written.lower().count(b"proxy-auth"), written.count(b": own")

    # Nothing else would be sent the second time, so there is none.
    assert (407, 1, 1) == run(scenario)


def test_a_field_of_the_callers_own_is_not_for_the_origin():
    """Through a tunnel it would reach it: CVE-2023-32681."""
    given = Request("GET", SECURE, headers={"proxy-authorization": "Basic s3cret", "X-Own": "1"})
    plain = Request("GET", SECURE)
    sent = for_origin(given)
    assert ("1", None) == (sent.headers["x-own"], sent.headers.get("Proxy-Authorization"))
    assert "Basic s3cret" == given.headers["Proxy-Authorization"]
    assert plain is for_origin(plain)


@pytest.mark.parametrize("other", [None, ("me", "pw"), Rounds(None)], ids=str)
def test_what_was_shown_to_one_proxy_is_not_shown_to_another(run, other):
    """Not even if the request that a response names is sent again by another way."""

    async def scenario():
        _, connection = through(Rounds("s3cret"), [asked(OK)])
        response = await connection.send(Request("GET", HERE))
        await response.read()
        backend, connection = through(other, [asked(OK)])
        await (await connection.send(response.request)).read()
        return b"s3cret" in backend.streams[0].written, "s3cret" in repr(response.request.options)

    assert (False, False) == run(scenario)


def test_a_field_that_is_none_is_refused_before_it_is_sent(run):
    auth = Rounds("a\r\nX-Evil: 1")

    async def scenario():
        backend, connection = through(auth, [asked(OK)])
        error = await raised_by(connection.send(Request("GET", HERE)))
        return isinstance(error, InvalidHeader | ProxyError), [s.written for s in backend.streams]

    refused, written = run(scenario)
    assert refused
    assert {b""} >= set(written)


# Flows that fail, whichever way the request goes.


@pytest.fixture(params=[HERE, SECURE], ids=["forwarded", "tunnel"])
def url(request):
    return request.param


def sent_by(stream):
    return len(shown(stream))


def test_an_endless_flow_stops_after_ten_attempts(run, url):
    auth = Rounds(*["again"] * 50)

    async def scenario():
        backend, connection = through(auth, *[[asked(STAYS)] * 50] * 50, url=url)
        if url == SECURE:
            error = await raised_by(connection.send(Request("GET", url)))
            status = error.status_code
        else:
            response = await connection.send(Request("GET", url))
            status = response.status_code
            await response.read()
        return status, sum(map(sent_by, backend.streams))

    assert (407, 10) == run(scenario)
    assert len(auth.asked) == auth.ended


@pytest.mark.parametrize("status", [200, 403])
def test_only_a_407_is_asked_again_whatever_the_flow_yields(run, url, status):
    answer = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status

    async def scenario():
        backend, connection = through(Insists(), [asked(answer), asked(b"")], url=url)
        try:
            await connection.send(Request("GET", url))
        except (ConnectError, ProxyError):
            pass  # there is no origin behind the tunnel
        return len(backend.dialled), sent_by(backend.streams[0])

    assert (1, 1) == run(scenario)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_scheme_that_can_not_do_it_is_a_proxy_error(run, url, at_once):
    async def scenario():
        cause = ValueError("no such hash")
        auth = Breaks(cause, at_once=at_once)
        backend, connection = through(auth, [asked(STAYS)], url=url)
        error = await raised_by(connection.send(Request("GET", url)))
        return (
            type(error),
            str(error),
            error.__cause__ is cause,
            error.url,
            "busy" in repr(connection),
        )

    kind, text, is_cause, about, busy = run(scenario)
    assert (ProxyError, True, url, False) == (kind, is_cause, about, busy)
    assert "can't authenticate with <Proxy http://proxy.test:3128/, Breaks()>: no such hash" in text


@pytest.mark.parametrize("error", [ZeroDivisionError("own"), KeyboardInterrupt()])
def test_another_error_of_a_scheme_passes_and_nothing_stays_open(run, url, error):
    async def scenario():
        backend, connection = through(Breaks(error), [asked(STAYS)], url=url)
        raised = await raised_by(connection.send(Request("GET", url)))
        return raised is error, connection.is_connected, "busy" in repr(connection)

    assert (True, url == HERE, False) == run(scenario)


FAILURES = {
    "refused": (ConnectError("refused"),),
    "no HTTP": ([b"SSH-2.0-x\r\n\r\n"],),
    "a break": ([ReadError("reset")],),
    "a close": ([asked(b"")],),
    "silence": ([],),
    "an interrupt": ([KeyboardInterrupt()],),
    "refused the second time": ([asked(LEAVES)], ConnectError("refused")),
    "a break the second time": ([asked(LEAVES)], [ReadError("reset")]),
    "an interrupt the second time": ([asked(LEAVES)], KeyboardInterrupt()),
}


@pytest.mark.parametrize("scripts", FAILURES.values(), ids=FAILURES)
def test_whatever_fails_the_flow_is_closed_and_nothing_stays_open(run, url, scripts):
    auth = Rounds(None, "second", "third")

    async def scenario():
        backend, connection = through(auth, *scripts, url=url)
        await raised_by(connection.send(Request("GET", url)))
        return all(stream.closed for stream in backend.streams)

    assert run(scenario)
    assert len(auth.asked) == auth.ended


def test_time_that_runs_out_over_a_refusal_ends_the_request(run):
    auth = Rounds(None, "second")

    async def scenario():
        head = b"HTTP/1.1 407 Who\r\nContent-Length: 4\r\n\r\n"
        backend, connection = through(auth, [], timeout=Timeout(total=9))

        def late(stream):
            backend.time = 10.0
            return b"no"

        backend._scripts.clear()
        backend._scripts.append([asked(head + b"n"), late])
        error = await raised_by(connection.send(Request("GET", HERE)))
        return type(error), error.limit, backend.streams[0].closed

    assert (TotalTimeout, 9, True) == run(scenario)
    assert len(auth.asked) == auth.ended


# Through a pool, over real sockets.


def test_a_tunnel_is_opened_after_a_407(world, pool_of, origin, peer, proxy_server):
    server = proxy_server()
    server._expected = b"Proxy-Authorization: second"
    port = peer(server).port

    async def scenario():
        proxy = Proxy(f"http://localhost:{port}", auth=Rounds(None, "second"))
        async with pool_of(world, proxy=proxy) as pool:
            protocols = []
            for _ in range(2):
                response = await pool.send(Request("GET", origin.tls + "/echo"))
                text = await response.read()
                protocols.append((response.protocol, b"roxy-auth" in text, b"second" in text))
            return protocols, pool.connections_opened

    assert ([("HTTP/2", False, False)] * 2, 1) == world.run(scenario)
    assert [False, True] == [server._expected in head for head in server.seen]


def test_two_users_of_one_proxy_never_share_a_connection(
    world, pool_of, origin, peer, proxy_server, handlers
):
    forwarder = peer(handlers.replies(OK, OK))
    tunnels = peer(proxy_server())
    users = [Rounds("one"), Rounds("two"), ("me", "one"), ("me", "two"), None]

    async def scenario():
        async with pool_of(world) as pool:
            opened = []
            for port, url in ((forwarder.port, "http://a.test/"), (tunnels.port, origin.tls)):
                for user in users * 2:
                    proxy = Proxy(f"http://localhost:{port}", auth=user)
                    request = Request("GET", url, options=Options(proxy=proxy))
                    await (await pool.send(request)).read()
                opened.append(pool.connections_opened)
            return opened

    assert [5, 10] == world.run(scenario)
