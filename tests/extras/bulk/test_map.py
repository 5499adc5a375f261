"""`client.map`: what is handed out, in which order, and how far it runs ahead."""

import gc
import itertools
import re
import threading
import tracemalloc

import pytest

from httpcore_client import URL, Client, InvalidURL, PoolLimits, Timeout, TransportError
from httpcore_client.bulk import MapResult
from httpcore_pool import ScriptedBackend


def words(responses):
    return [response.text.split()[1] for response in responses]


async def taken(iterator):
    return [each async for each in iterator]


def test_responses_come_in_the_order_of_the_requests(run_client, site):
    site.held = {"0", "2"}

    async def scenario(client):
        site.release_when(lambda: len(site.asked) >= 6, "0", "2")
        async with client.map(site.urls(*range(6))) as responses:
            return await taken(responses)

    assert ["0", "1", "2", "3", "4", "5"] == words(run_client(scenario))


def test_unordered_they_come_as_they_are_completed(run_client, site):
    site.held = {"0"}
    got = []

    async def scenario(client):
        async with client.map(site.urls(*range(6)), ordered=False) as responses:
            async for response in responses:
                got.append(response)
                if len(got) == 5:
                    site.release("0")

    run_client(scenario)
    assert ["1", "2", "3", "4", "5", "0"] == [*sorted(words(got[:5])), *words(got[5:])]


def test_urls_are_got_and_requests_are_sent_as_they_are(run_client, site):
    async def scenario(client):
        requests = [
            *site.urls("a"),
            URL(f"{site.url}/b"),
            client.build("POST", f"{site.url}/c", content=b"content"),
        ]
        async with client.map(iter(requests)) as responses:
            return [response.text async for response in responses]

    assert ["GET a ", "GET b ", "POST c content"] == run_client(scenario)


def test_errors_are_returned_in_their_places(run_client, site):
    requests = [*site.urls("0", "bad"), "nonsense", *site.urls("3")]

    async def scenario(client):
        async with client.map(requests, errors="return") as results:
            return await taken(results)

    results = run_client(scenario)
    assert {MapResult} == {type(result) for result in results}
    assert [*enumerate(requests)] == [(result.index, result.request) for result in results]
    assert ["0", "3"] == words(result.response for result in results if result.response)
    kinds = [None, TransportError, InvalidURL, None]
    for kind, result in zip(kinds, results, strict=True):
        assert (kind is None) == (result.error is None)
        assert kind is None or isinstance(result.error, kind)


def test_an_error_is_raised_in_its_place_and_ends_all(world, run_client, site):
    got = []

    async def scenario(client):
        site.held = set() if world.name == "threads" else {"3", "4", "5"}
        paths = itertools.chain(["0", "1", "bad"], map(str, itertools.count(3)))
        requests = (f"{site.url}/{path}" for path in paths)
        async with client.map(requests, concurrency=4) as responses:
            with pytest.raises(TransportError, match=re.escape(f"GET {site.url}/bad")):
                async for response in responses:
                    got.append(response)
            got.extend([response async for response in responses])
        assert 0 == client.stats().in_use

    run_client(scenario)
    assert ["0", "1"] == words(got)


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize("errors", ["raise", "return"])
def test_an_error_of_the_source_is_raised_after_what_it_gave(run_client, site, ordered, errors):
    got = []

    def requests():
        yield from site.urls("0", "1", "2")
        raise LookupError("the source's")

    async def scenario(client):
        async with client.map(requests(), ordered=ordered, errors=errors) as results:
            async for each in results:
                got.append(each)

    with pytest.raises(LookupError, match="the source's"):
        run_client(scenario)
    assert 3 == len(got)


def test_what_is_no_request_is_an_error_of_the_source(run_client, site):
    got = []

    async def scenario(client):
        async with client.map([*site.urls("0"), 1], errors="return") as results:
            async for each in results:
                got.append(each)

    with pytest.raises(TypeError, match=r"must be a URL .*, or a Request, .*, not int"):
        run_client(scenario)
    assert ["0"] == words(result.response for result in got)


# -- how far it runs ahead --


class Counted:
    """An endless source that notes how far ahead of its reader it is, and that it is not hurried.

    A reader in another thread notes a response a moment after it was handed out: one more may be taken then.
    """

    def __init__(self, site):
        self._site = site
        self._given = 0
        self._busy = threading.Lock()
        self.handed_out = 0
        self.most_ahead = 0

    def __iter__(self):
        return self

    def __next__(self):
        assert self._busy.acquire(blocking=False)
        self._given += 1
        self.most_ahead = max(self.most_ahead, self._given - self.handed_out)
        self._busy.release()
        return f"{self._site.url}/{self._given - 1}"


@pytest.mark.parametrize("ordered", [True, False])
def test_it_runs_ahead_by_twice_the_concurrency_at_most(world, run_client, site, ordered):
    source = Counted(site)
    site.held = {"0"}

    async def scenario(client):
        if ordered:
            site.release_when(lambda: len(site.asked) >= 6, "0")
        async with client.map(source, concurrency=3, ordered=ordered) as responses:
            assert 0 == source.most_ahead  # nothing is taken before somebody iterates
            async for _ in responses:
                source.handed_out += 1
                if source.handed_out == 40:
                    break
            site.release("0")

    run_client(scenario)
    assert (6 if ordered else 3) <= source.most_ahead <= (7 if world.name == "threads" else 6)
    assert site.most <= 3


def test_as_many_as_it_may_are_under_way(run_client, site):
    paths = [str(number) for number in range(9)]
    site.held = {*paths}

    async def scenario(client):
        site.release_when(lambda: len(site.asked) >= 4, *paths)
        async with client.map(site.urls(*paths), concurrency=4) as responses:
            return await taken(responses)

    assert paths == words(run_client(scenario))
    assert 4 == site.most


@pytest.mark.parametrize(("limit", "most"), [(2, 4), (50, 40), (None, 40)])
def test_by_default_there_are_twenty_or_as_many_as_the_pool_has_connections(
    run_client, site, limit, most
):
    source = Counted(site)
    site.held = {"0"}

    async def scenario(client):
        site.release_when(lambda: len(site.asked) >= most, "0")
        async with client.map(source) as responses:
            async for _ in responses:
                break

    run_client(scenario, pool_limits=PoolLimits(max_connections=limit))
    assert most <= source.most_ahead <= most + 1


def test_memory_does_not_grow_with_the_number_of_requests(run_client, site):
    sizes = []

    async def scenario(client):
        source = (f"{site.url}/{'x' * 1000}" for _ in range(600))
        async with client.map(source, concurrency=4) as responses:
            count = 0
            async for _ in responses:
                count += 1
                if count % 200 == 0:
                    site.forget()
                    gc.collect()
                    sizes.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        run_client(scenario)
    finally:
        tracemalloc.stop()
    first, *later = sizes
    assert max(later) - first < 200_000  # what is read meanwhile is many times as much


def test_waiting_for_a_connection_has_no_time_limit(run_client, site):
    """However many may be under way: that others of the run have the connections is no fault."""
    site.on_asked = lambda *_: threading.Event().wait(0.01)  # a slow server

    async def scenario(client):
        one = client.build("GET", f"{site.url}/one", timeout=Timeout(pool=0.001, total=9))
        async with client.map([*site.urls(*range(9)), one], concurrency=10) as responses:
            return [response.request.options.timeout async for response in responses]

    limits = PoolLimits(max_connections=2)
    *timeouts, own = run_client(scenario, pool_limits=limits, timeout=Timeout(pool=0.001))
    assert [Timeout(pool=None)] * 9 == timeouts
    assert Timeout(pool=None, total=9) == own


# -- wrong arguments --


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"requests": "http://a.test/"}, "requests must be several, .* not str"),
        ({"requests": 1}, "requests must be several, .* not int"),
        ({"requests": [], "concurrency": 0}, "concurrency must be at least 1, not 0"),
        ({"requests": [], "concurrency": 2.0}, "concurrency must be a whole number, not float"),
        ({"requests": [], "concurrency": True}, "concurrency must be a whole number, not bool"),
        ({"requests": [], "errors": "ignore"}, "errors must be 'raise', or 'return' .*'ignore'"),
    ],
    ids=["one", "none", "zero", "float", "bool", "errors"],
)
def test_wrong_arguments_are_refused_at_once(run_client, arguments, words):
    async def scenario(client):
        with pytest.raises((TypeError, ValueError), match=words):
            client.map(**arguments)

    run_client(scenario)


class Both(list):
    """As a database's cursor may be."""

    async def __aiter__(self):
        for each in self:
            yield each


def test_what_can_be_iterated_over_both_ways_is_taken_as_suits(run_client, site):
    async def scenario(client):
        async with client.map(Both(site.urls("0", "1"))) as responses:
            return words(await taken(responses))

    assert ["0", "1"] == run_client(scenario)


def test_a_world_without_tasks_is_refused_at_once():
    with pytest.raises(TypeError, match="no tasks are known for the backend 'scripted'"):
        Client(backend=ScriptedBackend([])).map([])


def test_an_async_iterable_is_taken_one_at_a_time_where_it_can_be_awaited(world, run_client, site):
    async def scenario(client):
        busy = []

        async def requests():
            for url in site.urls(*range(8)):
                assert not busy
                busy.append(url)
                await client._pool.backend.event().wait(0.0)
                busy.clear()
                yield url

        if world.name == "threads":
            with pytest.raises(TypeError, match="async iterable, which needs an async client"):
                client.map(requests())
            return []
        async with client.map(requests()) as responses:
            return words(await taken(responses))

    assert (0 if world.name == "threads" else 8) == len(run_client(scenario))
