"""Authentication with proxies: what they, and the origins behind them, see of it."""

import pytest

from httpcore_client import BasicAuth, DigestAuth, Proxy, ProxyError, ScriptedBackend
from testkit.asking_proxy import AskingProxy
from testkit.guard import PASSWORD, USER
from testkit.peer import response
from testkit.relay import Relay

CROWD = 10


@pytest.fixture
def proxies():
    """Start proxies: `proxies(leaves=...)`; they end with the test."""
    started = []

    def start(**options):
        started.append(AskingProxy(**options).__enter__())
        return started[-1]

    yield start
    for each in started:
        each.__exit__()


@pytest.fixture(params=[False, True], ids=["stays", "leaves"])
def proxy(proxies, request):
    return proxies(leaves=request.param)


@pytest.fixture
def run(run_client):
    """Run a scenario: `async def scenario(client)`."""
    return run_client


def digest():
    return DigestAuth(USER, PASSWORD)


def seen_by_origins(guard):
    """The fields about proxies that came through to an origin."""
    return [name for seen in guard.seen for name in seen.fields if name.startswith("proxy")]


def test_forwarded_requests_are_let_in_after_one_question(run, guard, proxy):
    async def scenario(client):
        for content in (None, b"body", b"x" * 200_000):
            response = await client.put(guard.plain + "/x?y=%7E", content=content)
            assert response.status_code == 200

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert [407] + [200] * 3 == proxy.statuses()
    assert {guard.plain + "/x?y=%7E"} == {asked.digest["uri"] for asked in proxy.log[1:]}
    assert ["00000001", "00000002"] == [asked.digest["nc"] for asked in proxy.log[1:3]]
    assert [b"", b"body", b"x" * 200_000] == [seen.body for seen in guard.seen]
    assert [] == seen_by_origins(guard)


@pytest.mark.parametrize("http2", [False, True])
def test_a_tunnel_is_opened_after_one_question(run, guard, proxy, http2):
    async def scenario(client):
        for _ in range(2):
            response = await client.get(guard.tls)
            assert (response.status_code, response.protocol) == (
                200,
                "HTTP/2" if http2 else "HTTP/1.1",
            )

    run(scenario, proxy=Proxy(proxy.url, auth=digest()), http2=http2)
    assert [407, 200] == proxy.statuses()
    assert guard.tls.removeprefix("https://") == proxy.log[1].digest["uri"]
    assert [] == seen_by_origins(guard)
    assert [None, None] == [seen.authorization for seen in guard.seen]


def test_what_was_learnt_serves_tunnels_and_forwarded_requests_alike(run, guard, proxy):
    async def scenario(client):
        for url in (guard.plain, guard.tls, guard.other):
            assert (await client.get(url)).status_code == 200

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert [407, 200, 200, 200] == proxy.statuses()
    assert ["CONNECT"] == [asked.method for asked in proxy.log if asked.method != "GET"]


def test_of_a_crowd_no_two_use_one_count(run, guard, world, proxy):
    async def scenario(client):
        async def get():
            return (await client.get(guard.plain)).status_code

        assert await world.gather(*[get] * CROWD) == [200] * CROWD

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    counts = [asked.digest["nc"] for asked in proxy.log if asked.status == 200]
    assert CROWD == len(set(counts))
    assert [] == [asked for asked in proxy.log if asked.digest and asked.status == 407]


def test_the_next_nonce_is_that_of_the_proxy_s_answer(run, guard, proxies):
    proxy = proxies(renews=True)

    async def scenario(client):
        for _ in range(3):
            assert (await client.get(guard.plain)).status_code == 200

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert [407, 200, 200, 200] == proxy.statuses()
    assert ["00000001"] * 3 == [asked.digest["nc"] for asked in proxy.log[1:]]


def test_a_nonce_that_counts_no_more_costs_one_more_question(run, guard, proxy):
    async def scenario(client):
        assert (await client.get(guard.plain)).status_code == 200
        proxy.stale()
        assert (await client.get(guard.plain)).status_code == 200

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert [407, 200, 407, 200] == proxy.statuses()


@pytest.mark.parametrize("auth", [DigestAuth(USER, "s3cret"), DigestAuth("other", PASSWORD)])
def test_wrong_credentials_are_exactly_two_questions(run, guard, proxy, auth):
    async def scenario(client):
        response = await client.get(guard.plain)
        assert (response.status_code, response.text) == (407, "who?")
        with pytest.raises(ProxyError, match="407 Who .it asks for digest authentic") as caught:
            await client.get(guard.tls)
        assert caught.value.status_code == 407
        for secret in ("s3cret", PASSWORD, "nonce/"):
            assert secret not in str(caught.value) + repr(client)

    run(scenario, proxy=Proxy(proxy.url, auth=auth))
    assert [False, True] * 2 == [bool(asked.digest) for asked in proxy.log]
    assert [] == guard.seen


@pytest.mark.parametrize("auth", [None, BasicAuth(USER, PASSWORD), (USER, PASSWORD)], ids=str)
def test_a_scheme_that_the_proxy_does_not_know_is_told_by_name(run, guard, proxy, auth):
    async def scenario(client):
        with pytest.raises(ProxyError, match="407 Who .it asks for digest authentication"):
            await client.get(guard.tls)

    run(scenario, proxy=Proxy(proxy.url, auth=auth))
    assert [407] == proxy.statuses()


@pytest.fixture
def asked_by(world):
    """What becomes of a request when a proxy with this auth answers 407, with these fields, first."""

    def asked_by(auth, url, *fields, content=None):
        backend = ScriptedBackend(*[[lambda _: response(b"who?", "407 Who", *fields)]] * 2)

        async def scenario():
            proxy = Proxy("http://proxy.test", auth=auth)
            async with world.client(backend=backend, trust_env=False, proxy=proxy) as client:
                try:
                    answer = await client.request("POST", url, content=content)
                except ProxyError as error:
                    return error
                return answer.status_code

        return world.run(scenario), len(backend.streams)

    return asked_by


@pytest.mark.parametrize(
    ("fields", "asks"),
    [
        ((), ""),
        ((b"Proxy-Authenticate: Negotiate",), " (it asks for negotiate authentication)"),
        ((b"Proxy-Authenticate: Digest",), " (it asks for digest authentication)"),
        (
            (b'Proxy-Authenticate: Digest realm="a", nonce="b", algorithm=SHA-0',),
            " (it asks for digest authentication)",
        ),
        # Origins ask like this, proxies do not.
        ((b'WWW-Authenticate: Digest realm="a", nonce="b"',), ""),
    ],
)
def test_a_challenge_that_can_not_be_answered_is_left_to_the_caller(asked_by, fields, asks):
    error, attempts = asked_by(digest(), "https://a.test/", *fields)
    assert (407, 1) == (error.status_code, attempts)
    assert f"refused a tunnel to a.test:443: 407 Who{asks}" in str(error)
    assert (407, 1) == asked_by(digest(), "http://a.test/", *fields)


def test_content_that_a_proxy_wants_protected_is_not_passed_off_as_none(asked_by):
    """Digest with auth-int hashes the content, which a scheme that faces a proxy is not shown."""
    challenge = b'Proxy-Authenticate: Digest realm="a", nonce="b", qop="auth-int"'
    error, attempts = asked_by(digest(), "http://a.test/", challenge, content=b"body")
    assert (ProxyError, 1) == (type(error), attempts)
    assert "auth-int" in str(error)
    assert "POST http://a.test/" in str(error)


# -- proxies, and whom their credentials are for --


def test_a_redirect_into_a_tunnel_takes_no_credentials_of_the_proxy_along(run, guard, proxy):
    """Row 5: they stand on CONNECT and on absolute-form requests only."""

    async def scenario(client):
        assert (await client.get(f"{guard.plain}/to?url={guard.tls}/")).status_code == 200

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert [("GET", 407), ("GET", 200), ("CONNECT", 200)] == [
        (asked.method, asked.status) for asked in proxy.log
    ]
    assert ["http", "https"] == [seen.scheme for seen in guard.seen]
    assert [] == seen_by_origins(guard)


def test_a_field_of_the_callers_own_does_not_follow_a_redirect_into_a_tunnel(run, guard, proxy):
    """Row 4, by way of row 5."""

    async def scenario(client):
        headers = {"Proxy-Authorization": "s3cret"}
        url = f"{guard.plain}/to?url={guard.tls}/"
        assert (await client.get(url, headers=headers)).status_code == 407

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert ["s3cret"] == [asked.credentials for asked in proxy.log]


@pytest.mark.parametrize("said_by", ["environment", "routes"])
def test_credentials_of_one_proxy_do_not_reach_another_by_a_redirect(
    run, guard, monkeypatch, said_by
):
    """Row 7: another scheme, another proxy; there and back."""
    users = "one:s3cret1", "two:s3cret2"
    with Relay(user=users[0]) as first, Relay(user=users[1]) as second:
        proxies = first.url(user=users[0]), second.url(user=users[1])
        options = {}
        if said_by == "environment":
            monkeypatch.setenv("http_proxy", proxies[0])
            monkeypatch.setenv("https_proxy", proxies[1])
            options["trust_env"] = True
        else:
            options["routes"] = dict(zip(["http://", "https://"], proxies, strict=True))

        async def scenario(client):
            url = f"{guard.plain}/to?url={guard.tls}/to?url={guard.plain}/"
            assert (await client.get(url)).status_code == 200

        run(scenario, **options)
    assert [("forward", users[0])] * 2 == [(asked.kind, asked.user) for asked in first.log]
    assert [("connect", users[1])] == [(asked.kind, asked.user) for asked in second.log]
    assert ["http", "https", "http"] == [seen.scheme for seen in guard.seen]
    assert [] == seen_by_origins(guard)


def test_each_request_goes_to_its_own_proxy_with_its_own_credentials(run, guard, proxies):
    """Row 7: nor does a proxy that needs none get those of the client's."""
    first, second = proxies(), proxies()

    async def scenario(client):
        for url in (guard.plain, guard.tls):
            assert (await client.get(url)).status_code == 200
            if url == guard.plain:
                assert (await client.get(url, proxy=second.url)).status_code == 407
            else:
                with pytest.raises(ProxyError, match="407"):
                    await client.get(url, proxy=second.url)

    run(scenario, proxy=Proxy(first.url, auth=digest()))
    assert [None, None] == [asked.credentials for asked in second.log]


def test_what_one_digest_learnt_of_a_proxy_is_not_shown_to_another(run, guard, proxies):
    """Row 8: two proxies, one realm, one object."""
    first, second, auth = proxies(), proxies(), digest()

    async def scenario(client):
        for proxy in (first, second, first, second):
            response = await client.get(guard.plain, proxy=Proxy(proxy.url, auth=auth))
            assert response.status_code == 200

    run(scenario)
    for proxy in (first, second):
        assert [None, "00000001", "00000002"] == [asked.digest.get("nc") for asked in proxy.log]


def test_one_digest_for_a_proxy_and_an_origin_keeps_them_apart(run, guard, proxy):
    auth = digest()

    async def scenario(client):
        for url in (guard.plain, guard.tls):
            assert (await client.get(url + "/digest/SHA-256")).status_code == 200

    run(scenario, proxy=Proxy(proxy.url, auth=auth), auth=auth)
    assert [401, 200, 401, 200] == guard.statuses()
    assert [] == seen_by_origins(guard)
    uris = {seen.digest["uri"] for seen in guard.seen if seen.digest}
    assert {"/digest/SHA-256"} == uris


def test_a_challenge_is_answered_by_whom_it_is_for_only(run, guard, proxy):
    async def scenario(client):
        # The origin asks: the proxy's credentials are none of its business.
        response = await client.get(guard.plain + "/digest/SHA-256")
        assert response.status_code == 401
        # The proxy asks: the origin's credentials are none of its business.
        response = await client.get(guard.plain, auth=digest(), proxy=proxy.url)
        assert response.status_code == 407

    run(scenario, proxy=Proxy(proxy.url, auth=digest()))
    assert [407, 200, 407] == proxy.statuses()
    assert [None] == [seen.authorization for seen in guard.seen]
    assert proxy.log[-1].credentials is None
