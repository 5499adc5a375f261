"""`map` over a Dask cluster: in this process, and over processes that are killed."""

import asyncio
import concurrent.futures
import importlib
import itertools
import os
import signal
import ssl
import sys
import threading
import time
from collections import Counter

import distributed
import pytest

from httpcore_client import (
    ClosedError,
    HTTPError,
    InvalidURL,
    PoolLimits,
    SyncClient,
    TransportError,
)
from httpcore_client.bridges import _dask_cluster, _dask_worker
from httpcore_client.bridges._dask_cluster import Lane
from httpcore_client.bridges._dask_delivery import Delivery
from httpcore_client.bridges._dask_shares import most_shares, shares_of
from httpcore_client.bridges.dask import WorkerLost
from httpcore_client.bridges.dask import map as cluster_map
from httpcore_client.limits import (
    ConcurrencyLimitAdapter,
    ConcurrencyLimiter,
    RateLimitAdapter,
    RateLimiter,
)
from httpcore_pool import run_sync
from testkit.site import NamedProcess, Site

# Nothing listens to others than this machine.
ALONE = {"threads_per_worker": 1} | dict.fromkeys(
    ("dashboard_address", "worker_dashboard_address"), "127.0.0.1:0"
)


@pytest.fixture
def site():
    with Site() as site:
        yield site


@pytest.fixture(scope="module")
def near():
    """A cluster in this process."""
    with (
        distributed.LocalCluster(n_workers=2, processes=False, **ALONE) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def client():
    with SyncClient(trust_env=False) as client:
        yield client


def words(results):
    return [result.text.split()[1] for result in results]


def test_responses_come_back_in_order_over_connections_that_stay(near, site, client):
    urls = site.urls(*range(60))
    responses = cluster_map(near, iter(urls), client=client, concurrency=6, partition_size=5)
    assert [str(number) for number in range(60)] == words(responses)
    assert 1 <= site.accepted <= 6
    assert 6 >= site.most
    assert 0 == client.connections_opened
    assert [] == list(responses)  # and again does nothing


def test_unordered_they_come_partition_by_partition(near, site, client):
    site.held = {"0"}
    got = []
    options = {"concurrency": 4, "partition_size": 2, "ordered": False}
    with cluster_map(near, site.urls(*range(10)), client=client, **options) as responses:
        assert repr(responses).startswith(
            "<ClusterMapIterator of partitions: <MapIterator: 0 under"
        )
        for response in responses:
            got.append(response)
            if len(got) == 8:
                site.release("0")
    assert ["0", "1"] == words(got[8:])


def test_errors_are_returned_in_their_places(near, site, client):
    class Odd(Exception):
        def __init__(self, one, two):
            super().__init__(one)

    def odd(request):
        if request.url.path == "/odd":
            raise Odd("odd", "two")

    requests = [
        *site.urls("0", "bad"),
        "nonsense",
        client.build("POST", f"{site.url}/4", content=b"content"),
        client.build("POST", f"{site.url}/5", content=(piece for piece in [b"generated"])),
        *site.urls("odd"),
    ]
    with client.replace(hooks={"request": odd}) as hooked:
        results = list(cluster_map(near, requests, client=hooked, errors="return"))
    assert [*enumerate(requests)] == [(result.index, result.request) for result in results]
    assert ["GET 0 ", "POST 4 content"] == [each.response.text for each in results if each.response]
    errors = [each.error for each in results if each.error]
    assert [TransportError, InvalidURL, TypeError, HTTPError] == [
        next(
            kind
            for kind in (TransportError, InvalidURL, TypeError, HTTPError)
            if isinstance(error, kind)
        )
        for error in errors
    ]
    assert "can't be sent to a worker: cannot pickle 'generator' object" in str(errors[2])
    assert "Odd('odd'), which can't be pickled" in str(errors[3])


def test_an_error_is_raised_in_its_place_and_ends_all(near, site, client):
    got = []
    paths = itertools.chain(["0", "bad"], itertools.count(2))
    responses = cluster_map(
        near, (f"{site.url}/{path}" for path in paths), client=client, partition_size=1
    )
    with pytest.raises(TransportError, match="/bad"):
        for each in responses:
            got.append(each)  # noqa: PERF402 - what came before the error counts
    assert ["0"] == words(got)
    assert [] == list(responses)


def test_an_error_of_the_source_is_raised_after_what_it_gave(near, site, client):
    got = []

    def requests():
        yield from site.urls(*range(4))
        raise LookupError("the source's")

    with pytest.raises(LookupError, match="the source's"):
        for each in cluster_map(near, requests(), client=client, partition_size=3):
            got.append(each)  # noqa: PERF402 - what came before the error counts
    assert ["0", "1", "2", "3"] == words(got)

    def nothing():
        raise LookupError("at once")
        yield

    with pytest.raises(LookupError, match="at once"):
        next(cluster_map(near, nothing(), client=client))


def test_closing_cuts_what_workers_are_at(monkeypatch, near, site, client):
    monkeypatch.setattr(_dask_cluster, "_LOOK_SECONDS", 0.01)
    site.held = {"1"}
    urls = (f"{site.url}/{number}" for number in itertools.count())
    options = {"concurrency": 2, "partition_size": 1, "ordered": False}
    with cluster_map(near, urls, client=client, **options) as responses:
        for _ in responses:
            if "1" in site.asked:
                break
        began = time.monotonic()
    assert [] == list(responses)
    assert time.monotonic() - began < 8  # and what is held is held for 10


def test_a_cluster_that_gives_up_a_task_is_an_error(near, site, client):
    site.held = {"0"}
    site.on_asked = lambda *_: near.cancel(
        [distributed.Future(key, near) for key in [*near.futures]]
    )
    with pytest.raises(concurrent.futures.CancelledError):
        list(cluster_map(near, site.urls("0"), client=client))


def test_a_dask_client_may_be_closed_first(near, site, client):
    with distributed.Client(near.cluster) as other:
        responses = cluster_map(other, site.urls("0", "1"), client=client, partition_size=1)
        next(responses)
    responses.close()


# -- limits --


def test_the_limits_of_a_client_are_divided():
    own = PoolLimits(max_connections=7, max_keepalive=2, max_per_origin=None, max_age=9)
    with SyncClient(pool_limits=own, headers={"X-A": "b"}, cookies={"c": "d"}) as client:
        client.own = "kept"
        shares = shares_of(client, 3)
    divided = [share._client._given["pool_limits"] for share in shares]
    assert [(3, 1), (2, 1), (2, 0)] == [
        (each.max_connections, each.max_keepalive) for each in divided
    ]
    assert {(None, 9)} == {(each.max_per_origin, each.max_age) for each in divided}
    assert {("b", "d", "kept")} == {
        (share.headers["X-A"], share.cookies["c"], share.own) for share in shares
    }


def test_the_limits_of_limiting_adapters_are_divided():
    rate = RateLimitAdapter(RateLimiter(30, per=60, burst=2))
    concurrency = ConcurrencyLimitAdapter(ConcurrencyLimiter(4))
    with SyncClient(adapters=[rate, concurrency, NamedProcess()]) as client:
        assert 4 == most_shares(client)
        shares = shares_of(client, 3)
    adapters = [share._client._given["adapters"] for share in shares]
    assert [(10, 60, 1)] * 3 == [
        (each.limiter.rate, each.limiter.per, each.limiter.burst) for each, _, _ in adapters
    ]
    assert [2, 1, 1] == [each.limiter.limit for _, each, _ in adapters]
    assert (30, 4) == (rate.limiter.rate, concurrency.limiter.limit)


def test_no_more_workers_are_used_than_may_have_a_connection(near, site):
    with SyncClient(pool_limits=PoolLimits(max_per_origin=1), adapters={}) as client:
        urls = site.urls(*range(9))
        assert 9 == len(list(cluster_map(near, urls, client=client, partition_size=2)))
    assert 1 == site.most


# -- wrong arguments --


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dask_client": None}, "dask_client must be a distributed.Client, not NoneType"),
        ({"client": None}, "client must be a SyncClient, not NoneType"),
        ({"requests": "http://a.test/"}, "requests must be several"),
        ({"concurrency": 0}, "concurrency must be at least 1, not 0"),
        ({"partition_size": 0}, "partition_size must be at least 1, not 0"),
        ({"attempts": True}, "attempts must be a whole number, not bool"),
        ({"errors": "ignore"}, "errors must be 'raise', or 'return'"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_wrong_arguments_are_refused_at_once(near, client, changes, said):
    arguments = {"dask_client": near, "requests": [], "client": client, **changes}
    with pytest.raises((TypeError, ValueError), match=said):
        cluster_map(**arguments)


def test_a_client_that_cannot_be_pickled_is_refused_at_once(near):
    lock = threading.Lock()
    for settings, said in [
        ({"ssl": ssl.create_default_context()}, "ssl.SSLContext can't be pickled"),
        ({"hooks": {"request": lambda request: lock}}, "its hooks and adapters go with it"),
    ]:
        with SyncClient(**settings) as client, pytest.raises(TypeError, match=said):
            cluster_map(near, [], client=client)


def test_an_asynchronous_dask_client_is_refused(client):
    async def scenario():
        here = {"processes": False, "asynchronous": True, **ALONE}
        async with (
            distributed.LocalCluster(n_workers=0, **here) as cluster,
            distributed.Client(cluster, asynchronous=True) as other,
        ):
            with pytest.raises(TypeError, match="dask_client must not be asynchronous"):
                cluster_map(other, [], client=client)

    asyncio.run(scenario())


def test_without_distributed_it_says_what_to_install(monkeypatch):
    name = "httpcore_client.bridges._dask_worker"
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ImportError, match=r"pip install httpcore-client\[dask\]"):
        importlib.import_module(name)


# -- seats --


def test_a_seat_answers_a_partition_once_and_its_copies_none(client):
    seat = _dask_worker.take_seat(_dask_cluster.packed(client))
    copy = _dask_worker._loads(_dask_cluster.packed(seat))
    assert (None, None) == (copy.client, copy.token)
    assert [True, False, True] == [seat.begin(seat.token, name) for name in ("a", "a", "b")]
    assert not seat.begin("another's", "c")
    assert _dask_worker.answer(copy, "token", "a", [], 1) is None
    assert _dask_worker.answer(seat, seat.token, "a", [], 1) is None
    _dask_worker.leave(copy)
    _dask_worker.leave(seat)


def test_a_seat_is_only_taken_in_the_worker_that_was_meant(monkeypatch, near, client):
    cluster = _dask_cluster.Cluster(near)
    monkeypatch.setattr(cluster, "workers", lambda: ["inproc://nowhere"])
    assert cluster.seat(_dask_cluster.packed(client)) is None


BEGAN, MAY_END = threading.Event(), threading.Event()


def hold():
    BEGAN.set()
    MAY_END.wait(10)
    return "held"


def test_closing_gives_up_what_is_waited_for(monkeypatch, near):
    monkeypatch.setattr(_dask_cluster, "_LOOK_SECONDS", 60)
    cluster = _dask_cluster.Cluster(near)
    (worker, *_) = cluster.workers()
    closing = threading.Thread(target=lambda: BEGAN.wait(10) and cluster.close([]))
    closing.start()
    with pytest.raises(ClosedError):
        cluster.run(hold, worker=worker)
    MAY_END.set()
    closing.join(10)


def test_a_worker_that_is_gone_is_not_waited_for(monkeypatch, near):
    monkeypatch.setattr(_dask_cluster, "_LOOK_SECONDS", 0.01)
    cluster = _dask_cluster.Cluster(near)
    (worker, *others) = cluster.workers()
    monkeypatch.setattr(cluster, "workers", lambda: others)
    MAY_END.clear()
    assert cluster.run(hold, worker=worker) is None
    MAY_END.set()


class Cancelled:
    """A task: what fetches its outcome is cancelled some times, with others' waits."""

    def __init__(self, times, error=asyncio.CancelledError):
        self.left = times
        self.error = error

    def __await__(self):
        if self.left:
            self.left -= 1
            raise self.error
        return "outcome"
        yield


def test_what_was_cancelled_with_others_is_fetched_again_some_times(monkeypatch, near):
    monkeypatch.setattr(_dask_cluster, "_AGAIN_SECONDS", 0)
    monkeypatch.setattr(_dask_cluster, "_FETCHES", 3)
    cluster = _dask_cluster.Cluster(near)
    assert ("outcome", None) == cluster._awaited(Cancelled(2)).get(timeout=10)
    value, error = cluster._awaited(Cancelled(3)).get(timeout=10)
    assert value is None
    with pytest.raises(RuntimeError, match=r"make a new distributed\.Client"):
        raise error
    ending = cluster._awaited(Cancelled(1, GeneratorExit))
    assert cluster._awaited(Cancelled(0)).get(timeout=10)
    assert ending.empty()


def test_looking_after_workers_disturbs_nothing(monkeypatch, near, site, client):
    """Waits with a time limit of Dask's own cancel each other, and may end no more."""
    monkeypatch.setattr(_dask_cluster, "_LOOK_SECONDS", 0.001)
    urls = site.urls(*range(60))
    responses = cluster_map(near, urls, client=client, concurrency=8, partition_size=1)
    assert [*map(str, range(60))] == words(responses)
    assert 1 == near.submit(int, 1).result(timeout=10)


class LostShare:
    """A share whose worker is always lost."""

    def __init__(self):
        self.sent = []

    def send(self, partition, requests, concurrency):
        self.sent.append((partition, len(requests)))


def test_what_is_lost_is_sent_again_as_long_as_it_may(client):
    share = LostShare()
    delivery = Delivery(client, [Lane(share, 1)], attempts=3)
    post = client.build("POST", "http://a.test/post", content=b"")
    put = client.build("PUT", "http://a.test/put", content=b"")
    given = [*enumerate([post, "http://a.test/", "nonsense", put])]
    results = run_sync(delivery.carry_out(7, given))
    assert [("7-1", 4), ("7-2", 3), ("7-3", 3)] == share.sent
    assert given == [(result.index, result.request) for result in results]
    assert [WorkerLost, WorkerLost, InvalidURL, WorkerLost] == [
        type(each.error) for each in results
    ]
    why = "its worker was lost, in attempt 3 of 3"
    assert f"PUT http://a.test/put: {why}" == str(results[3].error)
    assert f"GET http://a.test/: {why}" == str(results[1].error)


def test_where_no_worker_comes_there_is_an_error(monkeypatch, site, client):
    monkeypatch.setattr(_dask_cluster, "_PATIENCE_SECONDS", 0.01)
    with (
        distributed.LocalCluster(n_workers=0, processes=False, **ALONE) as cluster,
        distributed.Client(cluster) as empty,
    ):
        with pytest.raises(TimeoutError, match=r"the cluster has had no worker for 0.01 s"):
            cluster_map(empty, site.urls("0"), client=client)
        monkeypatch.setattr(_dask_cluster, "_PATIENCE_SECONDS", 10)
        cluster.scale(1)
        assert ["0"] == words(cluster_map(empty, site.urls("0"), client=client))


# -- workers that are killed --


@pytest.fixture(scope="module")
def processes():
    """A cluster of processes."""
    with (
        distributed.LocalCluster(n_workers=2, processes=True, host="127.0.0.1", **ALONE) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture(params=[3, 0], ids=["run-again", "given-up"])
def far(processes, request):
    """Dask runs the tasks of a lost worker again elsewhere, or gives them up."""
    processes.cluster.scheduler.allowed_failures = request.param
    return processes


def test_a_worker_is_killed_half_way(monkeypatch, far, site):
    monkeypatch.setattr(_dask_cluster, "_LOOK_SECONDS", 0.2)
    killed = []

    def kill(path, process):
        if path == "post-27" and not killed:
            killed.append(process)
            os.kill(process, signal.SIGKILL)

    def requests(client):
        for number in range(50):
            if number % 10 == 7:
                yield client.build("POST", f"{site.url}/post-{number}", content=b"content")
            else:
                yield f"{site.url}/{number}"

    site.on_asked = kill
    with SyncClient(trust_env=False, adapters=[NamedProcess()]) as client:
        options = {"errors": "return", "concurrency": 4, "partition_size": 5}
        with cluster_map(far, requests(client), client=client, **options) as found:
            results = list(found)
    assert 1 == len(killed)
    assert [*range(50)] == [result.index for result in results]
    lost = {result.index: result.error for result in results if result.error}
    assert 27 in lost
    assert {7} == {index % 10 for index in lost}  # only those that may not be sent again
    assert {WorkerLost} == {type(error) for error in lost.values()}
    assert f"POST {site.url}/post-27: its worker was lost: it may have been sent" in str(lost[27])
    asked = Counter(site.asked)
    assert {1} >= {asked[f"post-{number}"] for number in range(7, 50, 10)} - {0}
    answered = [result for result in results if result.response]
    assert [f"{each.index}" for each in answered] == [
        each.response.text.split()[1].removeprefix("post-") for each in answered
    ]


def test_who_loses_worker_after_worker_is_not_sent_for_ever(monkeypatch, processes, site):
    monkeypatch.setattr(_dask_cluster, "_LOOK_SECONDS", 0.2)
    site.on_asked = lambda path, process: os.kill(process, signal.SIGKILL)
    with (
        SyncClient(trust_env=False, adapters=[NamedProcess()]) as client,
        pytest.raises(WorkerLost, match="/deadly: its worker was lost, in attempt 2 of 2$"),
    ):
        list(cluster_map(processes, site.urls("deadly"), client=client, attempts=2))
    assert 2 == site.asked.count("deadly")
