"""What comes from the cache, and what is asked of the origin again."""

import gzip
from contextlib import suppress
from functools import partial

import pytest

from httpcore_client import (
    AddressRefused,
    Headers,
    Network,
    ReadError,
    Timeout,
    TotalTimeout,
    TransportError,
)
from httpcore_client.cache import (
    CacheAdapter,
    CacheStats,
    CacheStatus,
    MemoryStorage,
    cache_status,
)
from httpcore_client.testing import Answer, ManualClock, MockAdapter

FRESH = "Cache-Control: max-age=60"
CHANGED = "Last-Modified: Fri, 01 Jan 2027 00:00:00 GMT"


def test_a_fresh_response_is_given_without_the_network(run_cached, shop):
    shop.say(b"one", FRESH, "X-Own: 1", "Age: 5")

    async def scenario(client):
        first = await client.get(shop.url + "/a?b=1#top")
        assert cache_status(first) == CacheStatus(hit=False, forwarded="uri-miss")
        shop.clock.seconds += 10
        second = await client.get(shop.url + "/a?b=1")
        assert (second.status_code, second.reason_phrase, second.content) == (200, "OK", b"one")
        assert second.headers["X-Own"] == "1"
        assert second.headers["Age"] == "15"
        assert second.connection is None
        assert cache_status(second) == CacheStatus(hit=True, ttl=45)
        assert cache_status(second).from_cache
        assert not cache_status(first).from_cache

    cache = run_cached(scenario)
    assert len(shop.requests) == 1
    assert cache.stats == CacheStats(hits=1, misses=1)


def test_a_stale_response_is_confirmed_by_the_origin(run_cached, shop):
    shop.say(b"one", FRESH, 'ETag: "1"', "Last-Modified: Fri, 01 Jan 2027 00:00:00 GMT", "X: old")
    shop.say_unchanged("Cache-Control: max-age=90", 'ETag: "1"', "X: new", "Set-Cookie: a=b")

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        second = await client.get(shop.url)
        assert (second.status_code, second.content, second.headers["X"]) == (200, b"one", "new")
        expected = CacheStatus(hit=False, forwarded="stale", forwarded_status=304, ttl=90)
        assert cache_status(second) == expected
        assert cache_status(second).from_cache
        assert client.cookies["a"] == "b"
        client.cookies.clear()
        shop.clock.seconds += 89
        third = await client.get(shop.url)
        assert cache_status(third) == CacheStatus(hit=True, ttl=1)
        assert third.headers["X"] == "new"
        assert "Set-Cookie" not in third.headers

    cache = run_cached(scenario)
    assert 'if-none-match: "1"' in shop.requests[1].lower()
    assert "if-modified-since: fri, 01 jan 2027" in shop.requests[1].lower()
    assert cache.stats == CacheStats(hits=1, misses=1, revalidations=1)


def test_a_new_response_takes_the_place_of_a_stale_one(run_cached, shop):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say(b"two", FRESH, 'ETag: "2"')

    async def scenario(client):
        assert (await client.get(shop.url)).content == b"one"
        shop.clock.seconds += 61
        second = await client.get(shop.url)
        assert cache_status(second) == CacheStatus(hit=False, forwarded="stale")
        assert second.content == b"two"
        assert (await client.get(shop.url)).content == b"two"

    run_cached(scenario)
    assert len(shop.requests) == 2


@pytest.mark.parametrize("status", ["200 OK", "404 Not Found"])
def test_a_stale_response_is_forgotten_when_the_new_one_may_not_be_stored(run_cached, shop, status):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say(b"two", "Cache-Control: no-store", status=status)
    shop.say(b"three")

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        await client.get(shop.url)
        await client.get(shop.url)

    run_cached(scenario)
    assert "if-none-match" not in shop.requests[2].lower()


@pytest.mark.parametrize("way", ["breaks", "is left", "is too large"])
def test_a_response_is_forgotten_though_the_new_one_does_not_get_there(run_client, way):
    clock = ManualClock(1_800_000_000)
    cache, mock = CacheAdapter(MemoryStorage(max_body_bytes=3), clock=clock), MockAdapter(clock)
    new = b"newer" if way == "is too large" else b"new"
    pieces = [new[:1], ReadError("it breaks")] if way == "breaks" else [new[:1], new[1:]]
    fresh = {"Cache-Control": "max-age=60"}
    route = mock.get("https://a.test/")
    route.respond(200, headers=fresh, content=b"old", times=1)
    route.respond(200, headers=fresh, stream=pieces, times=1)
    route.respond(200, content=b"end")

    async def scenario(client):
        await client.get("https://a.test/")
        with suppress(ReadError):
            reload = {"Cache-Control": "no-cache"}
            async with client.stream("GET", "https://a.test/", headers=reload) as response:
                if way != "is left":
                    await response.read()
        assert (await client.get("https://a.test/")).content == b"end"

    run_client(scenario, adapters=[cache, mock])


def test_one_that_nothing_is_known_about_is_not_stored(run_cached, shop):
    shop.say(b"one")
    run_cached(lambda client: client.get(shop.url))
    assert shop.answers == []


@pytest.mark.parametrize(
    ("validator", "named"),
    [
        ('ETag: "1"', 'ETag: "2"'),
        ('ETag: "1"', 'ETag: W/"2"'),
        ('ETag: W/"1"', 'ETag: W/"2"'),
        (CHANGED, 'ETag: "2"'),
        (CHANGED, 'ETag: W/"2"'),
        (CHANGED, "Last-Modified: Sat, 02 Jan 2027 00:00:00 GMT"),
    ],
)
def test_a_304_that_is_about_another_response_has_it_fetched(run_cached, shop, validator, named):
    shop.say(b"one", FRESH, validator)
    shop.say_unchanged(named)
    shop.say(b"two", FRESH, 'ETag: "2"')

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        second = await client.get(shop.url)
        assert (second.status_code, second.content) == (200, b"two")

    run_cached(scenario)
    assert "if-none-match" not in shop.requests[2].lower()


@pytest.mark.parametrize(("had", "named"), [('"1"', 'W/"1"'), ('W/"1"', '"1"')])
def test_a_304_may_weaken_the_tag_or_not(run_cached, shop, had, named):
    shop.say(b"one", FRESH, f"ETag: {had}")
    shop.say_unchanged(f"ETag: {named}")

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        assert (await client.get(shop.url)).content == b"one"

    cache = run_cached(scenario)
    assert cache.stats == CacheStats(misses=1, revalidations=1)


def test_a_304_may_make_a_response_depend_on_more(run_cached, shop):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say_unchanged('ETag: "1"', FRESH, "Vary: Accept")
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        await client.get(shop.url, headers={"Accept": "text/a"})
        again = await client.get(shop.url, headers={"Accept": "text/a"})
        assert cache_status(again).hit
        other = await client.get(shop.url, headers={"Accept": "text/b"})
        assert (cache_status(other).forwarded, other.content) == ("vary-miss", b"two")

    run_cached(scenario)


@pytest.mark.parametrize(("control", "shared"), [("no-store", False), ("private", True)])
def test_a_304_may_forbid_that_it_is_kept(run_cached, shop, control, shared):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say_unchanged(f"Cache-Control: max-age=60, {control}")
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        assert (await client.get(shop.url)).content == b"one"
        assert (await client.get(shop.url)).content == b"two"

    run_cached(scenario, shared=shared)


def test_a_request_may_want_it_fresher(run_cached, shop):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say_unchanged('ETag: "1"')

    async def scenario(client):
        await client.get(shop.url)
        second = await client.get(shop.url, headers={"Cache-Control": "no-cache"})
        assert second.content == b"one"
        expected = CacheStatus(hit=False, forwarded="request", forwarded_status=304, ttl=60)
        assert cache_status(second) == expected

    run_cached(scenario)
    assert len(shop.requests) == 2


def test_only_what_is_stored_may_be_asked_for(run_cached, shop):
    async def scenario(client):
        response = await client.get(shop.url, headers={"Cache-Control": "only-if-cached"})
        assert (response.status_code, response.content) == (504, b"")
        assert cache_status(response) == CacheStatus(hit=False, detail="only-if-cached")

    run_cached(scenario)
    assert shop.requests == []


def test_a_body_is_stored_as_it_was_transferred(run_cached, shop):
    packed = gzip.compress(b"text" * 100)
    shop.say(packed, FRESH, "Content-Encoding: gzip", "Content-Type: text/plain")

    async def scenario(client):
        assert (await client.get(shop.url)).text == "text" * 100
        async with client.stream("GET", shop.url) as raw:
            assert b"".join([piece async for piece in raw.raw()]) == packed
        async with client.stream("GET", shop.url) as decoded:
            assert b"".join([piece async for piece in decoded.stream()]) == b"text" * 100
        assert (await client.get(shop.url)).text == "text" * 100

    run_cached(scenario)
    assert len(shop.requests) == 1


def test_a_head_is_answered_by_a_stored_get(run_cached, shop):
    shop.say(b"one", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        head = await client.head(shop.url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["Content-Length"] == "3"
        assert cache_status(head).hit

    run_cached(scenario)


@pytest.mark.parametrize(("tag", "confirmed"), [('"1"', True), ('"2"', False)])
def test_a_head_may_show_that_a_stored_get_is_outdated(run_cached, shop, tag, confirmed):
    head = f"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nETag: {tag}\r\n\r\n".encode()
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.answers.append(head)
    shop.say(b"two")

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        await client.head(shop.url)
        await client.get(shop.url)

    run_cached(scenario)
    assert "if-none-match" not in shop.requests[1].lower()
    assert confirmed == ("if-none-match" in shop.requests[2].lower())


def test_the_callers_own_conditions_are_met_by_the_cache(run_cached, shop):
    shop.say(b"one", FRESH, 'ETag: W/"1"')

    async def scenario(client):
        await client.get(shop.url)
        asked = {"If-None-Match": '"0", "1"'}
        same = await client.get(shop.url, headers=asked)
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", 'W/"1"')
        other = await client.get(shop.url, headers={"If-None-Match": '"2"'})
        assert (other.status_code, other.content) == (200, b"one")

    run_cached(scenario)
    assert len(shop.requests) == 1


def test_the_callers_own_conditions_go_to_the_origin_when_the_cache_is_stale(run_cached, shop):
    shop.say(b"one", FRESH, 'ETag: "1"')
    shop.say_unchanged()
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        response = await client.get(shop.url, headers={"If-None-Match": '"7"'})
        assert response.status_code == 304
        assert (await client.get(shop.url)).content == b"two"

    run_cached(scenario)
    assert 'if-none-match: "7"' in shop.requests[1].lower()
    assert 'if-none-match: "1"' in shop.requests[2].lower()


def test_each_hop_of_a_redirect_is_a_response_of_its_own(run_cached, shop):
    shop.say(b"", FRESH, "Location: /b", status="301 Moved Permanently")
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        response = await client.get(shop.url)
        assert (response.content, response.url.path) == (b"two", "/b")
        assert [cache_status(hop).hit for hop in (*response.history, response)] == [True, True]

    run_cached(scenario)
    assert len(shop.requests) == 2


STALE = "Cache-Control: max-age=60, stale-if-error=100"


@pytest.mark.parametrize("answer", ["503 Service Unavailable", None])
def test_a_stale_response_stands_in_for_an_error_where_it_may(run_cached, shop, answer):
    shop.say(b"one", STALE)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 100
        for _ in range(5):  # an idle connection that ends is no error yet
            shop.answers.append(None) if answer is None else shop.say(b"", status=answer)
        response = await client.get(shop.url)
        assert (response.status_code, response.content) == (200, b"one")
        status = cache_status(response)
        assert status.from_cache
        assert (status.hit, status.ttl, status.forwarded) == (False, -40, "stale")
        assert (status.forwarded_status, status.detail) == (answer and 503, "stale-if-error")
        shop.clock.seconds += 100
        if answer is None:
            with pytest.raises(TransportError):
                await client.get(shop.url)
        else:
            assert (await client.get(shop.url)).status_code == 503

    assert run_cached(scenario).stats.stale == 1


@pytest.fixture
def slow(run_client):
    """Run a scenario at an origin that answers once, and fails after so many seconds from then on."""

    def run(scenario, *, error, seconds, meanwhile=None):
        clock, storage = ManualClock(1_800_000_000), MemoryStorage()
        cache, mock = CacheAdapter(storage, clock=clock), MockAdapter(clock)

        def answer(request):
            if len(mock.calls) == 1:
                return Answer(200, headers={"Cache-Control": "max-age=60, stale-if-error=100"})
            if meanwhile is not None:
                meanwhile(cache)
            clock.advance(seconds)
            if error is None:
                return Answer(503)
            raise error

        mock.get("https://a.test/").call(answer)
        run_client(partial(scenario, clock), adapters=[cache, mock])

    return run


@pytest.mark.parametrize("error", [None, ReadError("it breaks")], ids=["status", "error"])
@pytest.mark.parametrize(("seconds", "stands_in"), [(10, True), (11, False)])
def test_a_stale_response_is_as_old_as_it_is_when_the_error_has_come(
    slow, error, seconds, stands_in
):
    async def scenario(clock, client):
        await client.get("https://a.test/")
        clock.advance(150)
        if stands_in:
            response = await client.get("https://a.test/")
            assert (200, "160") == (response.status_code, response.headers["Age"])
        elif error is None:
            assert 503 == (await client.get("https://a.test/")).status_code
        else:
            with pytest.raises(ReadError):
                await client.get("https://a.test/")

    slow(scenario, error=error, seconds=seconds)


def test_what_was_made_invalid_meanwhile_stands_in_for_no_error(slow):
    def change(cache):
        """As a request of another client does."""
        cache._state.note_invalid(list(cache.storage._entries), 0.0)

    async def scenario(clock, client):
        await client.get("https://a.test/")
        clock.advance(100)
        assert 503 == (await client.get("https://a.test/")).status_code

    slow(scenario, error=None, seconds=0, meanwhile=change)


@pytest.mark.parametrize("shared", [False, True])
def test_a_304_without_a_date_is_of_when_it_came(run_cached, shop, shared):
    """Else Expires would count once more from the date of the first answer (RFC 9110 6.6.1)."""
    shop.say(b"one", 'ETag: "1"', "Expires: Fri, 15 Jan 2027 08:01:00 GMT")
    shop.say_unchanged('ETag: "1"')
    shop.say_unchanged('ETag: "1"')

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        for _ in range(2):
            response = await client.get(shop.url)
            assert (b"one", "0") == (response.content, response.headers["Age"])
            assert "Date" not in response.headers

    cache = run_cached(scenario, shared=shared)
    assert cache.stats == CacheStats(misses=1, revalidations=2)


def test_nothing_stands_in_for_a_request_whose_time_is_over(run_cached, shop):
    shop.say(b"one", STALE)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 100
        with pytest.raises(TotalTimeout):
            await client.get(shop.url, timeout=Timeout(total=1e-9))

    run_cached(scenario)


def test_nothing_stands_in_for_what_must_not_be_hidden(run_cached, shop):
    shop.say(b"one", STALE)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 100
        network = Network(address_policy="public")
        request = client.build("GET", shop.url)
        request = request.with_options(request.options.copy_with(network=network))
        with pytest.raises(AddressRefused):
            await client.send(request)

    run_cached(scenario)


def test_nothing_stands_in_where_the_origin_forbids_it(run_cached, shop):
    shop.say(b"one", STALE + ", must-revalidate")
    shop.say(b"", status="503 Service Unavailable")

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        assert (await client.get(shop.url)).status_code == 503

    run_cached(scenario)


@pytest.mark.parametrize("back", [61, 86_400 * 365])
def test_a_clock_that_was_set_back_keeps_nothing_fresh(run_cached, shop, back):
    shop.say(b"one", FRESH)
    shop.say(b"two", FRESH)

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds -= back
        assert (await client.get(shop.url)).content == b"two"

    run_cached(scenario)


def test_freshness_need_not_be_guessed(run_cached, shop):
    shop.say(b"one", "Last-Modified: Fri, 01 Jan 2021 00:00:00 GMT")
    shop.say_unchanged()

    async def scenario(client):
        await client.get(shop.url)
        assert cache_status(await client.get(shop.url)).forwarded_status == 304

    run_cached(scenario, heuristic=False)


def test_a_response_that_changes_while_it_is_confirmed_keeps_its_own_head(run_cached, shop):
    """Another client stores a new one, before the 304 about the old one comes."""
    shop.say(b"old", FRESH, 'ETag: "old"')
    shop.say_unchanged('ETag: "old"')
    storage = MemoryStorage()

    async def scenario(client):
        await client.get(shop.url)
        shop.clock.seconds += 61
        [key] = storage._entries
        [head] = storage.find(key)
        new = head.copy_with(headers=Headers({"ETag": '"new"'}), received=shop.clock.seconds)
        update = storage.update

        def late(*args):
            storage.put(key, new, b"new")
            update(*args)

        storage.update = late
        assert (await client.get(shop.url)).content == b"old"
        fresh = await client.get(shop.url)
        assert (fresh.headers["ETag"], fresh.content) == ('"new"', b"new")

    run_cached(scenario, storage)
