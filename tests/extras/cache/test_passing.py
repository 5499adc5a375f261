"""What a cache must leave alone, and what makes it forget."""

import pytest

from httpcore_client.cache import (
    CacheAdapter,
    CacheStats,
    CacheStatus,
    MemoryStorage,
    _state,
    cache_status,
)

FRESH = "Cache-Control: max-age=60"


@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"Cache-Control": "no-store"}},
        {"headers": {"Range": "bytes=0-1"}},
        {"headers": {"If-Match": '"1"'}},
        {"content": b"query"},
    ],
    ids=["no-store", "Range", "If-Match", "content"],
)
def test_what_is_no_question_for_a_cache_is_passed_on(run_cached, shop, options):
    shop.say(b"one", FRESH)
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        response = await client.request("GET", shop.url, **options)
        assert response.content == b"two"
        assert cache_status(response) == CacheStatus(hit=False, forwarded="bypass")
        assert (await client.get(shop.url)).content == b"one"

    assert run_cached(scenario).stats == CacheStats(hits=1, misses=1, passes=1)


def test_a_part_is_not_stored(run_cached, shop):
    shop.say(b"on", FRESH, "Content-Range: bytes 0-1/3", status="206 Partial Content")
    shop.say(b"one", FRESH)

    async def scenario(client):
        part = await client.get(shop.url, headers={"Range": "bytes=0-1"})
        assert (part.status_code, part.content) == (206, b"on")
        assert (await client.get(shop.url)).content == b"one"

    run_cached(scenario)


@pytest.mark.parametrize(
    ("method", "status", "forgotten"),
    [
        *(("POST", "204 No Content", True), ("DELETE", "303 See Other", True)),
        *(("PUT", "500 Oh", False), ("OPTIONS", "200 OK", False)),
    ],
)
def test_an_unsafe_request_that_succeeds_makes_what_is_stored_invalid(
    run_cached, shop, method, status, forgotten
):
    shop.say(b"one", FRESH)
    shop.answers.append(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
    if "204" in status:
        shop.answers[-1] = b"HTTP/1.1 204 No Content\r\n\r\n"
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        changing = await client.request(method, shop.url)
        assert cache_status(changing) == CacheStatus(hit=False, forwarded="method")
        assert forgotten == (not cache_status(await client.get(shop.url)).hit)

    run_cached(scenario)


NO_PLACES = ["http://[", "javascript:x", "mailto:a@a.test", "about:blank", "x://", "//", "x:/\\y"]


def test_so_is_what_it_names_at_the_same_origin_and_nothing_elsewhere(run_cached, shop):
    elsewhere = shop.url.replace("127.0.0.1", "localhost")
    for body in (b"a", b"b", b"c"):
        shop.say(body, FRESH)
    shop.say(b"", "Location: /a", f"Content-Location: {elsewhere}/b", status="201 Created")
    for none in NO_PLACES:
        shop.say(b"", f"Location: {none}", f"Content-Location: {none}", status="201 Created")
    shop.say(b"a2", FRESH)

    async def scenario(client):
        for url in (shop.url + "/a", elsewhere + "/b", shop.url + "/c"):
            await client.get(url)
        await client.post(shop.url + "/x", content=b"1")
        for _ in NO_PLACES:
            await client.post(shop.url + "/x", content=b"2")
        assert (await client.get(shop.url + "/a")).content == b"a2"
        assert cache_status(await client.get(elsewhere + "/b")).hit
        assert cache_status(await client.get(shop.url + "/c")).hit

    run_cached(scenario)


def test_one_client_may_be_made_to_forget(run_client, shop):
    cache = CacheAdapter(clock=shop.clock)
    shop.say(b"one", FRESH)
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        cache.clear()
        assert (await client.get(shop.url)).content == b"two"

    run_client(scenario, adapters=[cache])


def test_what_is_no_question_of_ours_has_no_status(run_client, shop):
    shop.say(b"one", "Cache-Status: ExampleCache; hit; ttl=3")
    shop.say(b"two")

    async def scenario(client):
        assert cache_status(await client.get(shop.url)) is None
        assert cache_status(await client.get(shop.url)) is None

    run_client(scenario)


def test_what_other_caches_say_stays_before_it(run_cached, shop):
    shop.say(b"one", "Cache-Status: ExampleCache; hit")

    async def scenario(client):
        response = await client.get(shop.url)
        expected = ["ExampleCache; hit", "httpcore-client; fwd=uri-miss"]
        assert response.headers.get_list("Cache-Status") == expected

    run_cached(scenario)


def test_a_response_that_was_on_its_way_meanwhile_is_not_stored(run_cached, shop):
    shop.say(b"x" * 1_000_000, FRESH)
    shop.say(b"done")
    shop.say(b"new", FRESH)

    async def scenario(client):
        async with client.stream("GET", shop.url) as old:
            stream = old.stream()
            await anext(stream)
            await client.post(shop.url, content=b"1")
            async for _ in stream:
                pass
        assert (await client.get(shop.url)).content == b"new"

    run_cached(scenario)


def test_so_many_changes_are_remembered_and_no_more(run_cached, shop, monkeypatch):
    monkeypatch.setattr(_state, "_MOST_INVALID", 2)
    for _ in range(3):
        shop.say(b"done")

    async def scenario(client):
        for number in range(3):
            await client.put(f"{shop.url}/{number}", content=b"1")

    assert sorted(turn for turn, _ in run_cached(scenario)._state.invalid.values()) == [2, 3]


def test_what_may_have_been_forgotten_of_them_counts_for_all(run_cached, shop, monkeypatch):
    monkeypatch.setattr(_state, "_MOST_INVALID", 1)
    shop.say(b"x" * 1_000_000, FRESH)
    for _ in range(2):
        shop.say(b"done")
    shop.say(b"new", FRESH)

    async def scenario(client):
        async with client.stream("GET", shop.url) as old:
            stream = old.stream()
            await anext(stream)
            for path in ("/", "/other"):
                await client.post(shop.url + path, content=b"1")
            async for _ in stream:
                pass
        assert (await client.get(shop.url)).content == b"new"

    run_cached(scenario)


class Holding(MemoryStorage):
    """Removes nothing, as a file that is locked."""

    def remove(self, key, variant=None):
        raise OSError("locked")


def test_what_could_not_be_removed_is_used_no_more(run_cached, shop, caplog):
    shop.say(b"old", FRESH)
    shop.say(b"done")
    shop.say(b"new", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 1
        await client.post(shop.url, content=b"1")
        for _ in range(2):
            assert (await client.get(shop.url)).content == b"new"

    assert run_cached(scenario, Holding()).stats.hits == 1


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("GET", {"Cache-Control": "only-if-cached, no-store"}),
        ("GET", {"Cache-Control": "only-if-cached", "Range": "bytes=0-1"}),
        ("POST", {"Cache-Control": "only-if-cached"}),
    ],
)
def test_only_if_cached_sends_nothing_of_any_kind(run_cached, shop, method, fields):
    async def scenario(client):
        response = await client.request(method, shop.url, headers=fields)
        assert response.status_code == 504
        assert cache_status(response) == CacheStatus(hit=False, detail="only-if-cached")

    run_cached(scenario)
    assert shop.requests == []


def test_what_a_server_writes_in_our_name_is_not_believed(run_client, shop):
    shop.say(b"one", "Cache-Status: httpcore-client; hit; fwd-status=x")

    async def scenario(client):
        assert cache_status(await client.get(shop.url)) is None

    run_client(scenario)


class Meanwhile(MemoryStorage):
    """Does something just before it gives a body."""

    def body(self, key, stored):
        self.act([key], 0.0)
        return super().body(key, stored)


def test_what_changes_while_a_response_is_confirmed_is_asked_for_again(run_client, shop):
    cache = CacheAdapter(Meanwhile(), clock=shop.clock)
    cache.storage.act = cache._state.note_invalid  # as a request of another client does
    shop.say(b"old", FRESH, 'ETag: "1"')
    shop.say_unchanged('ETag: "1"')
    shop.say(b"new", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        assert (await client.get(shop.url)).content == b"old"
        assert (await client.get(shop.url)).content == b"new"

    run_client(scenario, adapters=[cache])
