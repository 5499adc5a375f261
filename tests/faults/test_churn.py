"""Many requests at once, many of them cut off at random: no wrong answer, and an empty, usable pool.

`CHURN_REQUESTS=10000` in the environment runs as many in each world; by default it is a quick run.
"""

import asyncio
import gc
import os
import threading

import pytest

import httpcore_client as httpcore
from testkit.app import pattern
from testkit.churn import LIMITS, Churn, total_limit
from testkit.faults import assert_settled, nothing_left, stats
from testkit.tiny import Tiny
from testkit.worlds import drive, lift

REQUESTS = int(os.environ.get("CHURN_REQUESTS", "1500"))
WORKERS = 50
CONNECTIONS = 10


@pytest.fixture(scope="module")
def server():
    with Tiny() as started:
        yield started


def test_churn_ends_with_an_empty_and_usable_pool(world, server):
    complaints = []

    async def scenario():
        if world.name == "asyncio":
            handler = lambda _, context: complaints.append(context)  # noqa: E731
            asyncio.get_running_loop().set_exception_handler(handler)
        limits = httpcore.PoolLimits(max_connections=CONNECTIONS)
        async with world.client(pool_limits=limits, timeout=20) as client:
            churn = Churn(client, server.url, REQUESTS)
            limited = LIMITS[world.name]
            works = [lambda n=n: churn.work(n, limited) for n in range(WORKERS)]
            await world.gather(*works)
            counts = await stats(client)
            assert_settled(counts)
            assert b"last" == (await client.get(server.url + "/id/last")).content
        assert 0 == (await stats(client)).open
        return churn

    with nothing_left():
        churn = world.run(scenario)
        gc.collect()
    assert [] == churn.wrong
    assert [] == complaints
    assert REQUESTS == sum(churn.counts.values())
    assert churn.most <= CONNECTIONS
    assert all(count > REQUESTS / 50 for count in churn.counts.values()), churn.counts


# One client in many threads.


THREADS = 32


def in_threads(work):
    """Run work(n) in as many threads; return what they raised."""
    errors = []

    def run(number):
        try:
            work(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_one_client_in_many_threads_mixes_no_answers(server):
    """HTTP/1.1, with resets, answers that are cut short, and responses left early."""
    limits = httpcore.PoolLimits(max_connections=8)
    with nothing_left(), httpcore.SyncClient(pool_limits=limits, timeout=20) as client:
        churn = Churn(lift(client), server.url, THREADS * 30)
        errors = in_threads(lambda number: drive(churn.work(number, total_limit)))
        assert_settled(client.stats())
        assert b"last" == client.get(server.url + "/id/last").content
    assert [] == errors
    assert [] == churn.wrong
    assert churn.most <= 8


def test_one_http_2_client_in_many_threads_mixes_no_answers(origin):
    """HTTP/2, with responses left early and requests that run out of time."""
    limits = httpcore.PoolLimits(max_connections=2)
    wrong = []

    def work(number):
        for step in range(12):
            size = 1000 * (number + 1) + step
            if step % 4 == 1:
                with client.stream("GET", origin.tls + "/stall") as answer:
                    wrong.extend([answer] * (next(answer.stream()) != b"a little"))
            elif step % 4 == 2:
                limit = httpcore.Timeout(read=0.02)
                with pytest.raises(httpcore.RequestTimeout):
                    client.get(origin.tls + "/slow/5", timeout=limit)
            else:
                found = client.get(f"{origin.tls}/bytes/{size}")
                wrong.extend([size] * (pattern(size) != found.content))
                wrong.extend(["protocol"] * ("HTTP/2" != found.protocol))
            wrong.extend(["limit"] * (client.stats().open > 2))

    options = {"ssl": origin.authority.bundle, "pool_limits": limits, "timeout": 20}
    with nothing_left(), httpcore.SyncClient(**options) as client:
        errors = in_threads(work)
        assert_settled(client.stats())
        assert b"hello, world" == client.get(origin.tls + "/").content
    assert [] == errors
    assert [] == wrong


def test_a_client_that_one_thread_closes_fails_in_the_others_and_hangs_nowhere(server):
    client = httpcore.SyncClient(pool_limits=httpcore.PoolLimits(max_connections=4), timeout=20)
    begun = threading.Barrier(THREADS)

    def work(number):
        begun.wait()
        if number == 0:
            client.get(server.url + "/id/1")
            client.close()
        for step in range(1000):
            word = f"{number}-{step}"
            assert word == client.get(f"{server.url}/id/{word}").text

    with nothing_left():
        errors = in_threads(work)
    assert THREADS == len(errors)
    assert {httpcore.ClosedError} == {type(error) for error in errors}
    assert_settled(client.stats())
    assert 0 == client.stats().open
