"""The client itself, in three worlds: what it composes, when it is open, what it shows."""

import contextlib

import pytest

import httpcore_client as httpcore
from httpcore_client import ScriptedBackend
from testkit.peer import Peer, response

URL_TEXT = "http://example.org/"
WORLD_NAMES = {"asyncio": "Client", "trio": "TrioClient", "threads": "SyncClient"}


def scripted(*responses):
    """A network with one connection that answers one request after another."""
    first, *others = responses or [response()]
    return ScriptedBackend([first, *[lambda stream, data=data: data for data in others]])


def slowly(*responses):
    """The same, but each body comes after its head."""
    halves = [half for data in responses for half in (data[:-5], data[-5:])]
    return ScriptedBackend([lambda stream, half=half: half for half in halves])


# -- one request --


@pytest.mark.parametrize("verb", ["get", "options", "head", "post", "put", "patch", "delete"])
def test_each_verb_sends_its_method(run, verb):
    backend = scripted(response(b""))

    async def scenario(client):
        return await getattr(client, verb)(URL_TEXT, headers={"X-Own": "1"})

    answer = run(scenario, backend=backend)
    assert verb.upper() == answer.request.method
    assert backend.streams[0].written.startswith(f"{verb.upper()} / HTTP/1.1\r\n".encode())
    assert b"\r\nX-Own: 1\r\n" in backend.streams[0].written


def test_the_body_is_read_unless_stream_says_otherwise(run):
    async def scenario(client):
        assert b"hello" == (await client.get(URL_TEXT)).content
        answer = await client.get(URL_TEXT, stream=True)
        assert answer.is_closed is False
        with pytest.raises(httpcore.ResponseNotRead):
            _ = answer.content
        assert b"hello" == await answer.read()
        request = client.build("GET", URL_TEXT)
        answer = await client.send(request, stream=True)
        assert answer.is_closed is False
        await answer.close()

    run(scenario, backend=slowly(response(), response(), response()))


def test_to_open_connections_ahead_asks_nobody_for_cookies_or_credentials(run):
    class Untouched(httpcore.CookieJar):
        def header(self, **facts):
            raise AssertionError("nothing is sent")

    def sign(request):
        raise AssertionError("nothing is sent")

    async def scenario(client):
        return await client.warm(URL_TEXT)

    assert 1 == run(scenario, backend=scripted(), auth=sign, cookies=Untouched())


def test_a_body_that_breaks_while_it_is_read_closes_the_response(run):
    backend = scripted(response(b"x" * 100)[:-50])

    async def scenario(client):
        with pytest.raises(httpcore.HTTPError):
            await client.get(URL_TEXT)
        assert backend.streams[0].closed is True

    run(scenario, backend=backend)


def test_a_body_that_can_not_be_decoded_closes_the_response(run):
    backend = scripted(response(b"no gzip", "200 OK", b"Content-Encoding: gzip"))

    async def scenario(client):
        with pytest.raises(httpcore.DecodingError):
            await client.get(URL_TEXT)
        assert "0 open" in repr(client) or "1 idle" in repr(client)

    run(scenario, backend=backend)


def test_a_request_of_the_callers_own_gets_the_defaults_and_stays_as_it_was(run):
    async def scenario(client):
        own = httpcore.Request("GET", URL_TEXT, headers={"X-One": "own"})
        before = own.headers.copy()
        prepared = client.prepare_request(own)
        assert ["own", "client"] == [prepared.headers["X-One"], prepared.headers["X-Two"]]
        assert before == own.headers
        assert 200 == (await client.send(prepared)).status_code
        assert "httpcore/" in prepared.headers["User-Agent"]

    run(scenario, backend=scripted(), headers={"X-One": "client", "X-Two": "client"})


@pytest.mark.parametrize("value", [None, "GET", "http://example.org/"])
def test_only_a_request_can_be_prepared_or_sent(run, value):
    async def scenario(client):
        expected = f"request must be a Request, not {type(value).__name__}"
        with pytest.raises(TypeError) as caught:
            client.prepare_request(value)
        assert expected == str(caught.value)
        with pytest.raises(TypeError) as caught:
            await client.send(value)
        assert expected == str(caught.value)

    run(scenario, backend=ScriptedBackend())


def test_headers_of_the_client_can_be_changed_for_later_requests(run):
    backend = scripted(response(), response())

    async def scenario(client):
        await client.get(URL_TEXT)
        client.headers.set("X-Later", "1")
        await client.get(URL_TEXT)

    run(scenario, backend=backend)
    assert 1 == backend.streams[0].written.count(b"X-Later: 1")


def test_cookies_of_the_client_are_those_of_its_jar(run):
    backend = scripted(response(b"", "200 OK", b"Set-Cookie: set=1"), response())

    async def scenario(client):
        await client.get(URL_TEXT)
        assert "1" == client.cookies["set"]
        client.cookies["mine"] = "2"
        await client.get(URL_TEXT, cookies={"once": "3"})

    run(scenario, backend=backend, cookies={"given": "0"})
    lines = backend.streams[0].written.split(b"\r\n")
    expected = [b"Cookie: given=0", b"Cookie: once=3; set=1; given=0; mine=2"]
    assert expected == [line for line in lines if line.startswith(b"Cookie:")]


def test_unscoped_cookies_do_not_follow_a_redirect_to_another_origin(run):
    moved = response(b"", "302 Found", b"Location: http://evil.test/")
    backend = ScriptedBackend([moved], [response()])

    async def scenario(client):
        await client.get(URL_TEXT, cookies={"once": "1"}, auth=("user", "password"))

    run(scenario, backend=backend, cookies={"given": "0"}, headers={"Authorization": "x"})
    first, second = [stream.written for stream in backend.streams]
    assert b"Cookie: once=1; given=0" in first
    assert b"Cookie" not in second
    assert b"Authorization" not in second


def test_the_total_limit_counts_from_the_start_over_all_hops(run):
    moved = response(b"", "302 Found", b"Location: /next")

    def late(stream):
        backend.time += 5
        return moved

    def silent(stream):
        backend.time += 5
        raise httpcore.ReadTimeout("nothing came", 4.0)

    backend = ScriptedBackend([late, silent])
    backend.time = 100.0

    async def scenario(client):
        with pytest.raises(httpcore.TotalTimeout) as caught:
            await client.get(URL_TEXT)
        assert (
            "GET http://example.org/next: the request took longer than its total of 9 s "
            "(phase: read), after 10.00 s"
        ) == str(caught.value)

    run(scenario, backend=backend, timeout=httpcore.Timeout(total=9))


# -- a stream block --


def test_a_stream_block_has_the_response_open_and_closes_it(run):
    backend = slowly(response(b"hello"), response())

    async def scenario(client):
        async with client.stream("GET", URL_TEXT) as answer:
            assert answer.is_closed is False
            assert [b"hello"] == [piece async for piece in answer.stream()]
        assert answer.is_closed is True
        async with client.stream("GET", URL_TEXT) as answer:
            pass
        assert answer.is_closed is True
        with pytest.raises(httpcore.StreamClosed):
            await answer.read()

    run(scenario, backend=backend)
    assert backend.streams[0].closed is True


def test_nothing_is_sent_before_the_block_is_entered(run):
    backend = scripted()

    async def scenario(client):
        block = client.stream("GET", URL_TEXT)
        assert [] == backend.dialled
        async with block as answer:
            assert 200 == answer.status_code

    run(scenario, backend=backend)


def test_a_block_that_could_not_be_entered_has_nothing_to_close(run):
    async def scenario(client):
        block = client.stream("GET", URL_TEXT)
        with pytest.raises(httpcore.ConnectError):
            await block.__aenter__()
        assert await block.__aexit__(None, None, None) is None

    run(scenario, backend=ScriptedBackend())


def test_the_arguments_of_a_block_are_checked_when_it_is_made(run):
    async def scenario(client):
        with pytest.raises(TypeError, match="unknown option 'stram'"):
            client.stream("GET", URL_TEXT, stram=True)

    run(scenario, backend=ScriptedBackend())


# -- open and closed --


def test_leaving_the_block_closes_the_client_and_its_connections(run):
    backend = scripted()

    async def scenario(client):
        await client.get(URL_TEXT)
        assert backend.streams[0].closed is False
        return client

    client = run(scenario, backend=backend)
    assert backend.streams[0].closed is True
    assert "(closed)" in repr(client)


def test_a_closed_client_refuses_to_send_and_names_the_request(run):
    async def scenario(client):
        await client.close()
        await client.close()
        request = client.build("GET", "http://user:s3cret@example.org/")
        for attempt in (
            lambda: client.send(request),
            lambda: client.post("http://example.org/"),
            lambda: client.stream("GET", URL_TEXT).__aenter__(),
        ):
            with pytest.raises(httpcore.ClosedError, match="the client is closed") as caught:
                await attempt()
            assert "s3cret" not in str(caught.value)

    run(scenario, backend=ScriptedBackend())


def test_aclose_is_for_contextlib(world):
    if world.name == "threads":
        with contextlib.closing(httpcore.SyncClient()) as client:
            pass
    else:

        async def scenario():
            async with contextlib.aclosing(world.client()) as client:
                pass
            return client

        client = world.run(scenario)
    assert "(closed)" in repr(client)


def test_the_client_counts_what_it_dials(run):
    backend = ScriptedBackend([response()], [response()])

    async def scenario(client):
        counts = [client.connections_opened]
        for url in ("http://a.test/", "http://b.test/"):
            await client.get(url)
            counts.append(client.connections_opened)
        return counts

    assert [0, 1, 2] == run(scenario, backend=backend)


# -- what it shows --


def test_repr_prints_the_stack_and_the_state(run, world):
    async def scenario(client):
        name = WORLD_NAMES[world.name]
        rest = (
            "<RedirectAdapter max_redirects=3> > <EnvironmentAdapter> > "
            "<CookieAdapter 0 cookies> > <AuthAdapter> > <ConnectionPool on scripted, "
        )
        assert f"<{name}: {rest}0 open, 0 idle, 0 waiting>>" == repr(client)
        await client.close()
        assert f"<{name} (closed): {rest}closed>>" == repr(client)

    run(scenario, max_redirects=3, backend=ScriptedBackend())


def test_no_repr_and_no_error_shows_a_secret(run):
    marked = httpcore.Headers({"X-Api-Key": "s3cret"}, sensitive=["X-Api-Key"])

    async def scenario(client):
        url = "http://user:s3cret@example.org/"
        request = client.build(
            "GET",
            url,
            headers={"Authorization": "s3cret", "Cookie": "a=s3cret"},
            auth=("user", "s3cret"),
            proxy="http://user:s3cret@proxy.test",
        )
        shown = [repr(x) for x in (client, client.headers, client.cookies, request)]
        shown += [repr(request.headers), repr(request.options), repr(request.url)]
        with pytest.raises(httpcore.ConnectError) as caught:
            await client.send(request)
        shown += [str(caught.value), repr(caught.value)]
        return shown

    shown = run(
        scenario,
        backend=ScriptedBackend(),
        headers=marked,
        cookies={"a": "s3cret"},
        auth=("user", "s3cret"),
        proxy="http://user:s3cret@proxy.test",
    )
    assert [] == [text for text in shown if "s3cret" in text]


# -- the environment --


def test_the_bundle_of_the_environment_is_trusted_unless_ssl_says_otherwise(
    run, origin, monkeypatch
):
    async def scenario(client):
        return (await client.get(origin.tls)).status_code

    with pytest.raises(httpcore.CertificateError):
        run(scenario)
    monkeypatch.setenv("SSL_CERT_FILE", origin.authority.bundle)
    assert 200 == run(scenario)
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    assert 200 == run(scenario, ssl=origin.authority.bundle)
    with pytest.raises(httpcore.CertificateError):
        run(scenario, trust_env=False)
    monkeypatch.setenv("SSL_CERT_FILE", "")
    with pytest.raises(httpcore.CertificateError):
        run(scenario)


@pytest.fixture
def netrc(tmp_path, monkeypatch):
    def netrc(text):
        (tmp_path / "netrc").write_text(text)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    return netrc


def test_netrc_answers_the_origin_but_not_where_it_redirects_to(run, origin, netrc):
    netrc("machine localhost login user password pass\ndefault login user password pass\n")
    url = origin.plain + "/basic/user/pass"
    elsewhere = url.replace("localhost", "127.0.0.1")

    async def scenario(client):
        statuses = [(await client.get(url)).status_code]
        for target in (url, elsewhere):
            answer = await client.get(origin.plain + "/redirect-to", params={"url": target})
            assert target == str(answer.url)
            statuses.append(answer.status_code)
        return statuses

    assert [200, 200, 401] == run(scenario)
    assert [401, 401, 401] == run(scenario, trust_env=False)


def test_auth_of_the_client_answers_its_origin_but_not_where_it_redirects_to(run, origin):
    url = origin.plain + "/basic/user/pass"
    elsewhere = url.replace("localhost", "127.0.0.1")

    async def scenario(client):
        answers = [
            await client.get(url),
            await client.get(url, auth=None),
            await client.get(origin.plain + "/redirect-to", params={"url": url}),
            await client.get(origin.plain + "/redirect-to", params={"url": elsewhere}),
        ]
        return [answer.status_code for answer in answers]

    assert [200, 401, 200, 401] == run(scenario, auth=("user", "pass"))


# -- through a proxy --

PROXIED = b"Proxy-Authorization: Basic dXNlcjpzM2NyZXQ="


@pytest.fixture
def proxy():
    """A forward proxy that answers by itself, and keeps its connections."""
    peer = Peer(lambda connection: peer.holding(*[response(b"proxied")] * 9)(connection))
    with peer:
        yield peer


def address(peer):
    return peer.url.replace("//", "//user:s3cret@")


def targets(peer):
    return [head.split(b"\r\n")[0] for head in peer.requests]


def test_a_proxy_gets_absolute_targets_and_its_credentials_each_time(run, proxy):
    async def scenario(client):
        for url in ("http://a.test/x?q=1", "http://b.test:81/"):
            assert b"proxied" == (await client.get(url)).content
        return client.connections_opened

    assert 1 == run(scenario, proxy=address(proxy))
    expected = [b"GET http://a.test/x?q=1 HTTP/1.1", b"GET http://b.test:81/ HTTP/1.1"]
    assert expected == targets(proxy)
    assert [True, True] == [PROXIED in head for head in proxy.requests]
    assert [b"Host: a.test", b"Host: b.test:81"] == [
        head.split(b"\r\n")[1] for head in proxy.requests
    ]


def test_a_proxy_can_be_given_for_one_request(run, proxy, origin):
    async def scenario(client):
        direct = await client.get(origin.plain)
        proxied = await client.get(origin.plain, proxy=address(proxy))
        return direct.content, proxied.content

    assert (b"hello, world", b"proxied") == run(scenario)


def test_the_proxy_of_the_environment_is_used(run, proxy, monkeypatch):
    async def scenario(client):
        return (await client.get("http://a.test/")).content

    monkeypatch.setenv("HTTP_PROXY", address(proxy))
    assert b"proxied" == run(scenario)
    assert [b"GET http://a.test/ HTTP/1.1"] == targets(proxy)
    assert PROXIED in proxy.requests[0]


def test_no_proxy_and_trust_env_reach_the_origin_directly(run, proxy, origin, monkeypatch):
    async def scenario(client):
        return (await client.get(origin.plain)).content

    monkeypatch.setenv("HTTP_PROXY", address(proxy))
    assert b"proxied" == run(scenario)
    assert b"hello, world" == run(scenario, trust_env=False)
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert b"hello, world" == run(scenario)


def test_a_proxy_of_the_client_wins_over_the_environment(run, proxy, monkeypatch):
    async def scenario(client):
        return (await client.get("http://a.test/")).content

    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert b"proxied" == run(scenario, proxy=address(proxy))
    monkeypatch.setenv("NO_PROXY", "*")
    assert b"proxied" == run(scenario, proxy=address(proxy))


def test_credentials_of_the_proxy_do_not_go_to_an_origin(run, origin, monkeypatch):
    async def scenario(client):
        return (await client.get(origin.plain + "/echo")).json()["headers"]

    monkeypatch.setenv("HTTP_PROXY", "http://user:s3cret@127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "localhost")
    assert "proxy-authorization" not in [name for name, _ in run(scenario)]
