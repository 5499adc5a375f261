"""Who is given what was stored for whom."""

import ssl
import warnings

import pytest

from httpcore_client import ClientCertificate, TLSConfig
from httpcore_client.cache import CacheAdapter, MemoryStorage, SQLiteStorage, cache_status

FRESH = "Cache-Control: max-age=60"


def test_a_response_is_for_the_fields_that_it_varies_on(run_cached, shop):
    shop.say(b"en", FRESH, "Vary: Accept-Language")
    shop.say(b"de", FRESH, "Vary: Accept-Language")

    async def scenario(client):
        for language in ("en", "de"):
            await client.get(shop.url, headers={"Accept-Language": language})
        for language in ("en", "de"):
            response = await client.get(shop.url, headers={"Accept-Language": language})
            assert (response.text, cache_status(response).hit) == (language, True)

    run_cached(scenario)


def test_one_that_varies_on_everything_is_not_stored(run_cached, shop):
    shop.say(b"one", FRESH, "Vary: *", 'ETag: "1"')
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        await client.get(shop.url)

    run_cached(scenario)
    assert "if-none-match" not in shop.requests[1].lower()


@pytest.mark.parametrize("field", ["Authorization", "Cookie", "X-API-Key"])
@pytest.mark.parametrize("control", [FRESH, FRESH + ", private"])
def test_what_one_user_was_told_is_for_no_other(run_cached, shop, field, control):
    shop.say(b"alice", control, 'ETag: "1"')
    shop.say(b"bob", control, 'ETag: "1"')
    shop.say(b"nobody", control, 'ETag: "1"')

    async def scenario(client):
        for _ in range(2):
            for user in ("alice", "bob"):
                response = await client.get(shop.url, headers={field: user})
                assert response.text == user
        assert (await client.get(shop.url)).text == "nobody"

    run_cached(scenario)
    assert len(shop.requests) == 3
    assert [] == [each for each in shop.requests if "if-none-match" in each.lower()]


@pytest.mark.parametrize("other", ["a, b", "a,,b", "a,b,"])
def test_a_secret_is_no_list(run_cached, shop, other):
    shop.say(b"one", FRESH)
    shop.say(b"two", FRESH)

    async def scenario(client):
        for secret, expected in (("a,b", b"one"), (other, b"two")):
            response = await client.get(shop.url, headers={"X-API-Key": secret})
            assert response.content == expected

    run_cached(scenario)


@pytest.mark.parametrize(
    ("control", "shared"),
    [("max-age=60, public", False), ("max-age=60, public", True), ("s-maxage=60", True)],
)
def test_what_is_public_is_for_all(run_cached, shop, control, shared):
    shop.say(b"all", f"Cache-Control: {control}")

    async def scenario(client):
        await client.get(shop.url, auth=("alice", "secret"))
        assert cache_status(await client.get(shop.url, auth=("bob", "secret"))).hit

    run_cached(scenario, shared=shared)


@pytest.mark.parametrize("private", ["private", 'private=""', "private=", 'private="x", private'])
def test_a_shared_cache_stores_nothing_private_and_nothing_for_credentials(
    run_cached, shop, private
):
    shop.say(b"one", f"{FRESH}, {private}")
    shop.say(b"two", FRESH)
    shop.say(b"three", FRESH)

    async def scenario(client):
        assert (await client.get(shop.url)).text == "one"
        assert (await client.get(shop.url, auth=("alice", "secret"))).text == "two"
        assert (await client.get(shop.url, auth=("alice", "secret"))).text == "three"

    run_cached(scenario, shared=True)


@pytest.mark.parametrize(
    ("control", "is_kept"),
    [("", False), (", public", True), (", must-revalidate", True), (", s-maxage=60", True)],
)
def test_a_shared_cache_keeps_no_answer_that_a_304_has_made_of_credentials(
    run_cached, shop, control, is_kept
):
    shop.say(b"one", FRESH + ", public", 'ETag: "1"')
    shop.say_unchanged(FRESH + control)
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        assert (await client.get(shop.url, auth=("alice", "secret"))).text == "one"
        again = await client.get(shop.url, auth=("alice", "secret"))
        assert ("one" if is_kept else "two") == again.text

    run_cached(scenario, shared=True)


def test_a_shared_cache_keeps_no_field_that_is_private(run_cached, shop):
    shop.say(b"one", f'{FRESH}, private="x-a", private=x-b', "X-A: 1", "X-B: 2", "X-C: 3")

    async def scenario(client):
        await client.get(shop.url)
        names = set((await client.get(shop.url)).headers)
        assert {"X-C"} == names & {"X-A", "X-B", "X-C"}

    run_cached(scenario, shared=True)


def test_an_old_response_does_not_set_the_jar_back(run_cached, shop):
    shop.say(b"one", FRESH + ", public", "Set-Cookie: session=old")

    async def scenario(client):
        await client.get(shop.url)
        client.cookies.set("session", "new", domain="127.0.0.1")
        response = await client.get(shop.url)
        assert cache_status(response).hit
        assert "Set-Cookie" not in response.headers
        assert "new" in [cookie.value for cookie in client.cookies.cookies()]

    run_cached(scenario)


def test_no_secret_is_written_to_a_file(run_cached, shop, tmp_path):
    shop.say(b"body", FRESH, "Vary: Authorization, Cookie", "Set-Cookie: s=s3cret-1")
    url = shop.url.replace("http://", "http://user:s3cret-2@") + "/path?key=s3cret-3"

    async def scenario(client):
        await client.get(url, headers={"X-API-Key": "s3cret-4"}, cookies={"c": "s3cret-5"})

    cache = run_cached(scenario, SQLiteStorage(tmp_path / "cache"))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"body" in written
    assert b"s3cret" not in written
    assert b"dXNlcj" not in written  # user: in Base64
    assert "s3cret" not in repr(cache)


def test_several_clients_of_one_user_may_share_a_cache(world, shop):
    cache = CacheAdapter(clock=shop.clock)
    shop.say(b"one", FRESH)

    async def scenario():
        for hit in (False, True):
            async with world.client(adapters=[cache], trust_env=False) as client:
                assert hit == cache_status(await client.get(shop.url)).hit

    world.run(scenario)
    assert cache.stats.hits == 1


def test_what_is_no_storage_is_refused():
    with pytest.raises(
        TypeError, match=r"storage must be a Storage, such as SQLiteStorage\(path\)"
    ):
        CacheAdapter("cache.db")


def test_what_came_unverified_or_for_a_certificate_is_for_no_other_request(
    run_cached, authority, origin
):
    keys = []

    class Noting(MemoryStorage):
        def find(self, key):
            keys.append(key)
            return super().find(key)

    own = ClientCertificate(authority.chain, authority.key)
    bundle = TLSConfig(authority.bundle)

    async def scenario(client):
        for tls in (None, bundle, bundle.copy_with(certificate=own)):
            await client.get(origin.tls + "/", ssl=tls)
        with warnings.catch_warnings():  # which is said once
            warnings.simplefilter("ignore")
            await client.get(origin.tls + "/", ssl=False)
        await client.get(origin.tls + "/", ssl=ssl.create_default_context(cafile=authority.bundle))

    run_cached(scenario, Noting())
    assert len(keys) == 4
    assert len(set(keys)) == 3
    assert keys[0] == keys[1]


@pytest.mark.parametrize("status", ["401 Unauthorized", "407 Proxy Authentication Required"])
def test_a_challenge_is_not_stored(run_cached, shop, status):
    for _ in range(2):
        shop.say(b"", FRESH, 'WWW-Authenticate: Digest realm="a", nonce="once"', status=status)

    async def scenario(client):
        for _ in range(2):
            assert (await client.get(shop.url)).status_code == int(status[:3])

    run_cached(scenario)
    assert len(shop.requests) == 2


@pytest.mark.parametrize("names", ["*", "Accept, *", ", ".join(f"X-{n}" for n in range(101))])
def test_a_304_may_say_that_nobody_can_tell_whom_a_response_is_for(run_cached, shop, names):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say_unchanged('ETag: "1"', f"Vary: {names}")
    shop.say(b"two", FRESH, f"Vary: {names}")
    shop.say(b"three", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        for expected in (b"one", b"two", b"three"):
            assert (await client.get(shop.url)).content == expected

    run_cached(scenario)
