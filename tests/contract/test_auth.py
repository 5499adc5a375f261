"""Authentication against a server that checks it by its own reckoning (`testkit.guard`)."""

import pytest

import httpcore_client as httpcore
from httpcore_client import BasicAuth, BearerAuth, BodyNotReplayable, DigestAuth, TokenAuth
from testkit.guard import PASSWORD, TOKEN, USER

# What stands above the exchange asks for one in each protocol.
pytestmark = pytest.mark.transports("http1-plain", "http2-tls")

CROWD = 30
ALGORITHMS = ["MD5", "SHA-256", "SHA-512-256", "MD5-sess", "SHA-256-sess", "SHA-512-256-sess"]


@pytest.fixture
def run(run_at_guard):
    return run_at_guard


def digest():
    return DigestAuth(USER, PASSWORD)


# -- Basic and Bearer --


@pytest.mark.parametrize(
    ("path", "auth"),
    [
        ("/basic", (USER, PASSWORD)),
        ("/basic", BasicAuth(USER, PASSWORD)),
        ("/bearer", BearerAuth(TOKEN)),
        ("/bearer", TokenAuth(lambda: TOKEN)),
        ("/bearer", lambda request: request.headers.set("Authorization", f"Bearer {TOKEN}")),
    ],
    ids=["pair", "Basic", "Bearer", "source", "function"],
)
def test_credentials_go_with_the_first_request(run, guard, path, auth):
    async def scenario(client, base):
        assert (await client.get(base + path)).status_code == 401
        assert (await client.get(base + path, auth=auth)).status_code == 200

    run(scenario)
    assert [401, 200] == guard.statuses()


def test_the_auth_of_the_client_serves_all_and_none_switches_it_off(run, guard):
    async def scenario(client, base):
        assert (await client.get(base + "/basic")).status_code == 200
        assert (await client.get(base + "/basic", auth=None)).status_code == 401
        assert (await client.get(base + "/bearer", auth=BearerAuth(TOKEN))).status_code == 200
        assert (await client.post(base + "/basic", content=b"x")).status_code == 200

    run(scenario, auth=(USER, PASSWORD))
    sent = [(seen.authorization or "nothing").split()[0] for seen in guard.seen]
    assert ["Basic", "nothing", "Bearer", "Basic"] == sent


def test_userinfo_of_the_url_is_basic_and_is_not_sent_otherwise(run, guard):
    async def scenario(client, base):
        url = base.replace("://", "://Aladdin:open%20sesame@") + "/basic"
        response = await client.get(url)
        assert response.status_code == 200

    run(scenario)
    (seen,) = guard.seen
    assert "@" not in seen.host + seen.target
    assert "referer" not in seen.fields


class Renewals:
    """A source whose first token is refused, and whose others are good."""

    asked = 0

    def __call__(self):
        self.asked += 1
        return "old" if self.asked == 1 else TOKEN


def test_a_token_is_renewed_once_when_it_is_refused_for_many(run, guard, world):
    source = Renewals()

    async def scenario(client, base):
        async def get():
            return (await client.get(base + "/bearer")).status_code

        assert await get() == 200
        assert [401, 200] == guard.statuses()
        assert await world.gather(*[get] * 10) == [200] * 10

    run(scenario, auth=TokenAuth(source))
    assert 2 == source.asked
    assert 12 == len(guard.seen)


def test_the_tokens_of_a_crowd_are_renewed_once(run, guard, world):
    source = Renewals()

    async def scenario(client, base):
        async def get():
            return (await client.get(base + "/bearer")).status_code

        assert await world.gather(*[get] * 10) == [200] * 10

    run(scenario, auth=TokenAuth(source))
    assert 2 == source.asked
    assert 20 >= len(guard.seen) >= 11


# -- Digest --


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_digest_answers_a_challenge_and_then_sends_credentials_at_once(run, guard, algorithm):
    async def scenario(client, base):
        for target in ("/?a=1&b=%20", "/%7E/x;y", "/plain"):
            url = f"{base}/digest/{algorithm}{target}"
            assert (await client.get(url)).status_code == 200
            assert (await client.post(url, content=b"body")).status_code == 200

    run(scenario, auth=digest())
    assert [401] + [200] * 6 == guard.statuses()
    assert [f"{n:08x}" for n in range(1, 7)] == [seen.digest["nc"] for seen in guard.seen[1:]]


@pytest.mark.parametrize("warm", [False, True], ids=["cold", "warm"])
def test_of_a_crowd_no_two_use_one_count_and_all_are_let_in(run, guard, world, warm):
    async def scenario(client, base):
        async def get():
            return (await client.get(base + "/digest/SHA-256")).status_code

        if warm:
            assert await get() == 200
            guard.seen.clear()
        assert await world.gather(*[get] * CROWD) == [200] * CROWD

    run(scenario, auth=digest())
    counts = [seen.digest["nc"] for seen in guard.seen if seen.status == 200]
    assert CROWD == len(set(counts))
    refused = [seen for seen in guard.seen if seen.digest and seen.status == 401]
    assert [] == refused
    assert not warm or CROWD == len(guard.seen)


def test_a_stale_nonce_costs_one_more_request(run, guard):
    async def scenario(client, base):
        for _ in range(2):
            assert (await client.get(base + "/digest/MD5")).status_code == 200
        guard.stale()
        for _ in range(2):
            assert (await client.get(base + "/digest/MD5")).status_code == 200

    run(scenario, auth=digest())
    assert [401, 200, 200, 401, 200, 200] == guard.statuses()


@pytest.mark.parametrize("auth", [DigestAuth(USER, "wrong"), DigestAuth("other", PASSWORD)])
def test_wrong_credentials_are_exactly_two_requests(run, guard, auth):
    async def scenario(client, base):
        response = await client.get(base + "/digest/SHA-256", auth=auth)
        assert (response.status_code, response.text) == (401, "401")

    run(scenario)
    assert [False, True] == [bool(seen.digest) for seen in guard.seen]
    assert [401, 401] == guard.statuses()


BODIES = {
    "bytes": lambda: b"some bytes",
    "list": lambda: [b"some ", b"bytes"],
    "large": lambda: b"0123456789" * 30_000,
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_is_sent_with_each_attempt(run, guard, kind):
    make = BODIES[kind]

    async def scenario(client, base):
        response = await client.post(base + "/digest/MD5", content=make())
        assert response.status_code == 200

    run(scenario, auth=digest())
    whole = make() if isinstance(make(), bytes) else b"".join(make())
    assert [whole, whole] == [seen.body for seen in guard.seen]


def test_a_file_is_sent_with_each_attempt(run, guard, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"a file")

    async def scenario(client, base):
        with path.open("rb") as file:
            response = await client.put(base + "/digest/MD5", content=file)
        assert response.status_code == 200

    run(scenario, auth=digest())
    assert [b"a file"] * 2 == [seen.body for seen in guard.seen]


def test_a_one_shot_body_is_not_sent_again_and_the_client_goes_on(run, guard):
    async def scenario(client, base):
        with pytest.raises(BodyNotReplayable) as caught:
            await client.post(base + "/digest/MD5", content=iter([b"once"]))
        assert f"POST {base}/digest/MD5" in str(caught.value)
        assert (await client.get(base + "/digest/MD5")).status_code == 200
        # Where the nonce is known it is sent once, with credentials.
        response = await client.post(base + "/digest/MD5", content=iter([b"once"]))
        assert response.status_code == 200

    run(scenario, auth=digest())
    assert [b"once", b"once"] == [seen.body for seen in guard.seen if seen.body]


@pytest.mark.parametrize("status", [302, 307])
def test_digest_goes_on_with_a_redirect_within_the_origin(run, guard, status):
    async def scenario(client, base):
        url = f"{base}/to?status={status}&url=/digest/SHA-256"
        response = await client.post(url, content=b"body")
        assert response.status_code == 200

    run(scenario, auth=digest())
    assert [status, 401, 200] == guard.statuses()


def test_who_offers_basic_too_gets_digest_only(run, guard):
    async def scenario(client, base):
        await client.get(base + "/digest/SHA-256")

    run(scenario, auth=digest())
    assert [None, "Digest"] == [s.authorization and s.authorization.split()[0] for s in guard.seen]


def test_one_digest_serves_two_clients(run, guard):
    auth = digest()

    async def scenario(client, base):
        assert (await client.get(base + "/digest/MD5")).status_code == 200

    for _ in range(2):
        run(scenario, auth=auth)
    assert [401, 200, 200] == guard.statuses()


def test_errors_of_a_request_with_credentials_hide_them(run, guard):
    async def scenario(client, base):
        url = base.replace("://", "://Aladdin:s3cret@") + "/basic"
        response = await client.get(url)
        with pytest.raises(httpcore.HTTPStatusError) as caught:
            response.raise_for_status()
        assert "s3cret" not in str(caught.value) + repr(response) + repr(response.request)
        assert "s3cret" not in repr(response.request.headers) + repr(response.request.options)

    run(scenario)
