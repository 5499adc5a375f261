"""Credentials for real servers: Digest and Basic, for origins and for proxies.

What a server was asked, and with which fields, its log tells. Requests go over HTTP/1.1.
"""

import pytest

from httpcore_client import BasicAuth, DigestAuth, Proxy, ProxyError
from testkit.servers.apache import GuardedApache
from testkit.servers.guarded import INTERNATIONAL_USER, PASSWORD, USER, credentials, statuses, uses
from testkit.servers.guarded_lighttpd import GuardedLighttpd
from testkit.servers.squid import NONCE_USES, Squid

REQUESTS_AT_ONCE = 20
DIGEST_AREAS = [
    (GuardedApache, "digest"),
    (GuardedLighttpd, "md5"),
    (GuardedLighttpd, "sha-256"),
    (GuardedLighttpd, "sha-512-256"),
    (GuardedLighttpd, "hashed"),
]
SCHEMES = {"digest": DigestAuth, "basic": BasicAuth}


def area_id(param):
    kind, name = param
    return f"{kind.name}-{name}"


@pytest.fixture
def apache(started, backend):
    return started(GuardedApache, backend).forget()


@pytest.fixture
def lighttpd(started, backend):
    return started(GuardedLighttpd, backend).forget()


@pytest.fixture(params=DIGEST_AREAS, ids=area_id)
def area(request, started, backend):
    """A server, and the base URL of what it guards."""
    kind, name = request.param
    server = started(kind, backend).forget()
    return server, f"{server.plain}/{name}"


@pytest.fixture(params=SCHEMES)
def squid(request, started):
    return started(Squid, request.param).forget()


@pytest.fixture
def digest_squid(started):
    return started(Squid, "digest").forget()


@pytest.fixture
def make_client(world, authority):
    def make_client(**options):
        return world.client(ssl=authority.bundle, timeout=10, http2=False, **options)

    return make_client


@pytest.fixture
def get(run):
    """Get what a URL leads to, with a client that has these options."""

    def get(url, **options):
        async def scenario(client):
            return await client.get(url)

        return run(scenario, **options)

    return get


async def at_once(world, client, url):
    """The statuses of many requests at once."""

    async def one():
        return (await client.get(url)).status_code

    return await world.gather(*[one] * REQUESTS_AT_ONCE)


def digest(password=PASSWORD, **options):
    return DigestAuth(USER, password, **options)


def through(squid, password=PASSWORD):
    """A proxy, and who asks it."""
    return Proxy(squid.plain, auth=SCHEMES[squid.scheme](USER, password))


# Origins.


def test_the_first_request_answers_a_challenge_and_the_next_need_none(run, area):
    server, base = area

    async def scenario(client):
        for _ in range(3):
            assert (await client.get(base + "/echo")).status_code == 200
        assert client.stats().opened == 1

    run(scenario, auth=digest())
    seen = server.seen(4)
    assert [401, 200, 200, 200] == statuses(seen)
    (nonce,) = {nonce for nonce, _ in uses(seen)}
    assert [(nonce, 1), (nonce, 2), (nonce, 3)] == uses(seen)


@pytest.mark.parametrize("target", ["/echo?a=b&c=%20d&e", '/echo?quoted="text"', "/echo/%C3%A4?"])
def test_the_target_is_hashed_as_it_is_sent(get, area, target):
    server, base = area
    assert 200 == get(base + target, auth=digest()).status_code
    seen = server.seen(2)
    assert [401, 200] == statuses(seen)
    assert [f"GET {sent['uri']}" for sent in credentials(seen)] == [seen[1].line]


def test_a_user_may_have_any_letters(get, area):
    server, base = area
    assert 200 == get(base + "/echo", auth=DigestAuth(INTERNATIONAL_USER, PASSWORD)).status_code
    assert [401, 200] == statuses(server.seen(2))


# lighttpd lets one wait for a second, so not all areas.
@pytest.mark.parametrize(
    "area", [(GuardedApache, "digest"), (GuardedLighttpd, "sha-256")], ids=area_id, indirect=True
)
def test_a_wrong_password_is_tried_once(get, area):
    server, base = area
    assert 401 == get(base + "/echo", auth=digest("wrong")).status_code
    seen = server.seen(2)
    assert [401, 401] == statuses(seen)
    assert [False, True] == [bool(request.authorization) for request in seen]


@pytest.mark.parametrize("length", [1000, 1_000_000])
def test_content_is_sent_again(run, area, length):
    server, base = area
    content = b"content " * (length // 8)

    async def scenario(client):
        return await client.post(base + "/echo", content=content)

    answer = run(scenario, auth=digest()).json()
    assert [len(content), content[:65536].decode()] == [answer["length"], answer["body"]]
    assert [401, 200] == statuses(server.seen(2))


def test_many_requests_at_once_share_a_nonce_and_use_each_count_once(run, world, area):
    server, base = area

    async def scenario(client):
        assert (await client.get(base + "/slow/0.01")).status_code == 200
        return await at_once(world, client, base + "/slow/0.01")

    assert [200] * REQUESTS_AT_ONCE == run(scenario, auth=digest())
    seen = server.seen(REQUESTS_AT_ONCE + 2)
    assert [401] + [200] * (REQUESTS_AT_ONCE + 1) == statuses(seen)
    assert 1 == len({nonce for nonce, _ in uses(seen)})
    assert list(range(1, REQUESTS_AT_ONCE + 2)) == sorted(count for _, count in uses(seen))


def test_many_first_requests_at_once_are_answered(run, world, area):
    server, base = area

    async def scenario(client):
        return await at_once(world, client, base + "/slow/0.01")

    assert [200] * REQUESTS_AT_ONCE == run(scenario, auth=digest())
    used = uses(server.seen(REQUESTS_AT_ONCE, status=200))
    assert len(used) == len(set(used))


def test_counts_go_up_by_one(run, apache):
    async def scenario(client):
        for _ in range(5):
            assert (await client.get(apache.plain + "/counted/echo")).status_code == 200

    run(scenario, auth=digest())
    assert [401, 200, 200, 200, 200, 200] == statuses(apache.seen(6))


def test_a_stale_nonce_is_renewed_and_nobody_notices(run, apache):
    async def scenario(client):
        for _ in range(2):
            assert (await client.get(apache.plain + "/once/echo")).status_code == 200

    run(scenario, auth=digest())
    seen = apache.seen(4)
    assert [401, 200, 401, 200] == statuses(seen)
    old, refused, new = uses(seen)
    assert refused[0] == old[0] != new[0]
    assert [1, 2, 1] == [count for _, count in (old, refused, new)]


def test_the_next_nonce_is_used_where_a_response_names_it(run, apache):
    async def scenario(client):
        for _ in range(3):
            assert (await client.get(apache.plain + "/next/page")).content == b"a page"

    run(scenario, auth=digest())
    seen = apache.seen(4)
    assert [401, 200, 200, 200] == statuses(seen)
    assert [1, 1, 1] == [count for _, count in uses(seen)]


def test_sha_256_is_chosen_over_md5(get, lighttpd):
    assert 200 == get(lighttpd.plain + "/several/echo", auth=digest()).status_code
    assert ["SHA-256"] == [sent["algorithm"] for sent in credentials(lighttpd.seen(2))]


def test_the_algorithms_that_are_accepted_decide(get, lighttpd):
    assert 200 == get(lighttpd.plain + "/several/echo", auth=digest(algorithms=["MD5"])).status_code
    assert ["MD5"] == [sent["algorithm"] for sent in credentials(lighttpd.seen(2))]


def test_a_challenge_is_left_to_the_caller_where_md5_is_refused(get, apache):
    response = get(apache.plain + "/digest/echo", auth=digest(algorithms=["SHA-256"]))
    assert 401 == response.status_code
    assert [(401, "")] == [(request.status, request.authorization) for request in apache.seen(1)]


def test_credentials_are_sent_unasked_only_in_the_protection_space(run, apache):
    async def scenario(client):
        for path in ("/here/page", "/open/echo", "/here/page"):
            assert (await client.get(apache.plain + path)).status_code == 200

    run(scenario, auth=digest())
    seen = apache.seen(4)
    assert [401, 200, 200, 200] == statuses(seen)
    assert [False, True, False, True] == [bool(request.authorization) for request in seen]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_credentials_do_not_follow_a_redirect_to_another_port(get, apache, application, scheme):
    target = application.plain + "/echo"
    url = f"{apache.plain}/{scheme}/redirect-to?url={target}"
    response = get(url, auth=SCHEMES[scheme](USER, PASSWORD))
    assert target == str(response.url)
    assert "authorization" not in dict(response.json()["headers"])
    assert 302 == statuses(apache.seen(1, status=302))[-1]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_challenge_from_where_a_redirect_led_is_not_answered(get, apache, scheme):
    target = f"{apache.tls}/{scheme}/echo"
    url = f"{apache.plain}/{scheme}/redirect-to?url={target}"
    response = get(url, auth=SCHEMES[scheme](USER, PASSWORD))
    assert (401, target) == (response.status_code, str(response.url))
    *_, redirected, refused = apache.seen(3 if scheme == "digest" else 2)
    assert [302, 401] == statuses([redirected, refused])
    assert [True, False] == [bool(request.authorization) for request in (redirected, refused)]


@pytest.mark.parametrize("user", [USER, INTERNATIONAL_USER])
def test_basic_credentials_are_sent_unasked(get, apache, user):
    assert 200 == get(apache.plain + "/basic/echo", auth=BasicAuth(user, PASSWORD)).status_code
    assert [200] == statuses(apache.seen(1))


def test_basic_credentials_that_are_wrong_are_sent_once(get, apache):
    assert 401 == get(apache.plain + "/basic/echo", auth=BasicAuth(USER, "wrong")).status_code
    assert [401] == statuses(apache.seen(1))


# Proxies.


def asked_first(squid):
    """What is seen before the first credentials: Basic waits for no challenge."""
    return [407] if squid.scheme == "digest" else []


def test_a_proxy_that_forwards_asks_once(run, squid, application):
    async def scenario(client):
        for _ in range(3):
            response = await client.get(application.plain + "/echo")
            assert response.status_code == 200
            assert "proxy-authorization" not in dict(response.json()["headers"])

    run(scenario, proxy=through(squid))
    expected = [*asked_first(squid), 200, 200, 200]
    seen = squid.seen(len(expected))
    assert expected == statuses(seen)
    assert [f"GET {application.plain}/echo"] * len(seen) == [request.line for request in seen]


def test_a_proxy_is_known_to_the_tunnels_after_the_first(run, squid, application, apache):
    async def scenario(client):
        for url in (application.tls + "/echo", apache.tls + "/open/echo"):
            response = await client.get(url)
            assert response.status_code == 200
            assert "proxy-authorization" not in dict(response.json()["headers"])

    run(scenario, proxy=through(squid))
    expected = [*asked_first(squid), 200, 200]
    # In the order in which the tunnels end.
    assert sorted(expected) == sorted(statuses(squid.seen(len(expected))))
    assert [""] == [request.proxy_authorization for request in apache.seen(1)]


def test_a_proxy_that_forwards_refuses_a_wrong_password_with_407(get, squid, application):
    assert 407 == get(application.plain + "/echo", proxy=through(squid, "wrong")).status_code
    expected = [*asked_first(squid), 407]
    assert expected == statuses(squid.seen(len(expected)))


def test_a_tunnel_is_refused_for_a_wrong_password_with_an_error(run, squid, application):
    async def scenario(client):
        with pytest.raises(ProxyError) as caught:
            await client.get(application.tls + "/echo")
        return caught.value

    error = run(scenario, proxy=through(squid, "wrong"))
    assert 407 == error.status_code
    assert "wrong" not in str(error)
    expected = [*asked_first(squid), 407]
    assert expected == statuses(squid.seen(len(expected)))


def test_many_requests_at_once_pass_a_proxy_that_forwards(run, world, squid, application):
    async def scenario(client):
        await client.get(application.plain + "/slow/0.01")
        return await at_once(world, client, application.plain + "/slow/0.01")

    assert [200] * REQUESTS_AT_ONCE == run(scenario, proxy=through(squid))
    used = uses(squid.seen(REQUESTS_AT_ONCE + 1, status=200), "proxy_authorization")
    assert len(used) == len(set(used))


def test_many_tunnels_at_once_pass_a_proxy(run, world, squid, apache):
    async def scenario(client):
        await client.get(apache.tls + "/open/slow/0.01")
        answers = await at_once(world, client, apache.tls + "/open/slow/0.01")
        return answers, client.stats().opened

    answers, tunnels = run(scenario, proxy=through(squid))
    assert [200] * REQUESTS_AT_ONCE == answers
    apache.seen(REQUESTS_AT_ONCE + 1)
    used = uses(squid.seen(tunnels, status=200), "proxy_authorization")
    assert len(used) == len(set(used))


def test_the_next_nonce_is_used_where_a_proxy_names_it(run, digest_squid, application):
    async def scenario(client):
        for _ in range(3 * NONCE_USES):
            assert (await client.get(application.plain + "/")).status_code == 200

    run(scenario, proxy=through(digest_squid))
    seen = digest_squid.seen(3 * NONCE_USES + 1)
    assert [407] + [200] * 3 * NONCE_USES == statuses(seen)
    counts = [count for _, count in uses(seen, "proxy_authorization")]
    assert counts.count(1) > 1
    assert max(counts) <= NONCE_USES


def test_a_stale_nonce_of_a_proxy_is_renewed_and_nobody_notices(
    run, make_client, digest_squid, application
):
    tunnels = NONCE_USES + 5
    proxy = through(digest_squid)

    async def scenario(_):
        for _ in range(tunnels):
            async with make_client(proxy=proxy) as client:
                assert (await client.get(application.tls + "/")).status_code == 200

    run(scenario)
    seen = digest_squid.seen(tunnels + 2)
    assert [200] * tunnels + [407] * 2 == sorted(statuses(seen))
    assert 2 == len({nonce for nonce, _ in uses(seen, "proxy_authorization")})


@pytest.mark.parametrize("base", ["plain", "tls"])
def test_proxy_and_origin_ask_for_credentials_of_their_own(run, squid, apache, base):
    async def scenario(client):
        for _ in range(3):
            response = await client.get(getattr(apache, base) + "/digest/echo")
            assert response.status_code == 200
            assert "proxy-authorization" not in dict(response.json()["headers"])

    run(scenario, auth=digest(), proxy=through(squid))
    asked = apache.seen(4)
    assert [401, 200, 200, 200] == statuses(asked)
    assert [""] * 4 == [request.proxy_authorization for request in asked]
    tunnel = base == "tls"
    expected = [*asked_first(squid), *([200] if tunnel else [401, 200, 200, 200])]
    passed = squid.seen(len(expected))
    assert expected == statuses(passed)
    if tunnel:
        assert [""] * len(passed) == [request.authorization for request in passed]
    else:
        assert [sent["uri"] for sent in credentials(passed)] == ["/digest/echo"] * 3
