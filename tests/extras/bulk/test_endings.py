"""`client.map`: however it ends, nothing is left running and nothing is lost."""

import asyncio
import gc
import itertools
import re
import threading

import pytest
import trio

from httpcore_client import Client, ClosedError, SyncClient, TransportError, TrioClient
from httpcore_client.bulk import _work


def endless(site):
    return (f"{site.url}/{number}" for number in itertools.count())


@pytest.fixture
def workers():
    """Threads that a test has started and that still run."""
    before = {*threading.enumerate()}

    def workers():
        return [
            each for each in threading.enumerate() if each not in before and each.name == "httpcore"
        ]

    return workers


def assert_nothing_runs(world, client):
    stats = client.stats()
    assert (0, 0, 0) == (stats.in_use, stats.queued, stats.connecting)
    if world.name == "asyncio":
        assert 1 == len(asyncio.all_tasks())
    elif world.name == "trio":
        assert 0 == len(trio.lowlevel.current_task().child_nurseries)


# -- a block --


def test_nothing_runs_after_a_block_that_is_left(world, run_client, site):
    async def scenario(client):
        async with client.map(endless(site), concurrency=4) as responses:
            async for response in responses:
                if response.text.split()[1] == "5":
                    break
        assert_nothing_runs(world, client)
        assert [] == [each async for each in responses]
        await responses.close()  # again does nothing
        return repr(responses)

    name = "SyncMapIterator" if world.name == "threads" else "MapIterator"
    shown = run_client(scenario)
    assert f"<{name} (over): 0 under way, 0 waiting, 6 handed out>" == shown


def test_an_error_in_a_block_comes_out_as_itself(world, run_client, site):
    async def scenario(client):
        with pytest.raises(LookupError, match="the caller's") as caught:
            async with client.map(endless(site), concurrency=4) as responses:
                async for _ in responses:
                    raise LookupError("the caller's")
        assert caught.value.__context__ is None
        assert_nothing_runs(world, client)

    run_client(scenario)


def test_a_block_that_takes_nothing_sends_nothing(run_client, site):
    async def scenario(client):
        async with client.map(endless(site)):
            pass
        async with client.map([]) as responses:
            assert [] == [each async for each in responses]

    run_client(scenario)
    assert [] == site.asked


def test_without_a_block_it_may_be_closed_before_anything_is_taken(run_client, site):
    async def scenario(client):
        responses = client.map(endless(site))
        await responses.close()
        assert [] == [each async for each in responses]

    run_client(scenario)
    assert [] == site.asked


@pytest.mark.parametrize("errors", ["raise", "return"])
def test_a_client_that_is_closed_meanwhile_fails_what_was_to_come(world, run_client, site, errors):
    site.held = set() if world.name == "threads" else {"3"}

    async def scenario(client):
        async with client.map(endless(site), concurrency=2, errors=errors) as results:
            count = 0
            async for each in results:
                if errors == "return" and each.error:
                    raise each.error
                count += 1
                if count == 3:
                    await client.close()

    with pytest.raises((ClosedError, TransportError)):
        run_client(scenario)


def test_whoever_closes_it_waits_and_whoever_takes_from_it_is_told(world, run_client, site):
    async def scenario(client):
        async def take():
            return [response async for response in responses]

        async def close():
            await responses.close()
            return client.stats().in_use

        async with client.map(site.urls(*range(9)), concurrency=3) as responses:
            await anext(responses)
            site.held = {*map(str, range(9))}
            site.release_when(lambda: True, *site.held)
            found = await world.gather(close, close, take)
        assert_nothing_runs(world, client)
        return found

    assert [0, 0] == run_client(scenario)[:2]


@pytest.mark.parametrize("kind", [Client, TrioClient])
def test_event_loops_cancel_what_is_under_way_when_a_block_is_left(site, kind):
    site.held = {"1"}

    async def scenario():
        async with kind() as client:
            async with client.map(site.urls("0", "1"), concurrency=2) as responses:
                await anext(responses)
                while "1" not in site.asked:
                    await client._pool.backend.event().wait(0.001)
            return client.stats().open

    assert 1 == (trio.run if kind is TrioClient else lambda run: asyncio.run(run()))(scenario)


def test_a_block_may_be_entered_again_when_it_is_over(run_client, site):
    async def scenario(client):
        responses = client.map(site.urls("0"))
        found = []
        for _ in range(2):
            async with responses:
                found.append(len([each async for each in responses]))
        return found

    assert [1, 0] == run_client(scenario)


def test_several_may_take_from_one(world, run_client, site):
    async def scenario(client):
        async def take():
            return [response.text.split()[1] async for response in responses]

        async with client.map(site.urls(*range(40)), concurrency=4) as responses:
            return await world.gather(take, take, take)

    taken = run_client(scenario)
    assert sorted(map(str, range(40))) == sorted(itertools.chain(*taken))


def test_what_ends_a_worker_comes_out(run_client, site):
    def leave(request):
        if request.url.path == "/2":
            raise SystemExit("enough")

    async def scenario(client):
        async with client.map(endless(site), concurrency=2) as responses:
            async for _ in responses:
                pass

    with pytest.raises(SystemExit, match="enough"):
        run_client(scenario, hooks={"request": leave})


def test_a_source_that_is_cancelled_does_not_leave_its_reader_waiting(site):
    async def requests():
        yield site.urls("0")[0]
        future = asyncio.get_running_loop().create_future()
        future.cancel()
        await future

    async def scenario():
        async with Client() as client, client.map(requests()) as responses:
            async for _ in responses:
                pass

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(scenario())


# -- cancelling --


def test_asyncio_a_wait_in_a_block_can_be_called_off_and_begun_anew(site):
    site.held = {"0"}

    async def scenario():
        async with Client() as client, client.map(site.urls(*range(3))) as responses:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(responses), 0.01)
            site.release("0")
            return [response.text.split()[1] async for response in responses]

    assert ["0", "1", "2"] == asyncio.run(scenario())


def test_trio_a_wait_in_a_block_can_be_called_off_and_begun_anew(site):
    site.held = {"0"}

    async def scenario():
        async with TrioClient() as client, client.map(site.urls(*range(3))) as responses:
            with trio.move_on_after(0.01) as scope:
                await anext(responses)
            assert scope.cancelled_caught
            site.release("0")
            return [response.text.split()[1] async for response in responses]

    assert ["0", "1", "2"] == trio.run(scenario)


def test_trio_cancelled_from_outside_ends_all(site):
    site.held = {"1"}

    async def scenario():
        async with TrioClient() as client:
            with trio.CancelScope() as scope:
                async with client.map(endless(site), concurrency=4) as responses:
                    async for _ in responses:
                        scope.cancel()
            assert scope.cancelled_caught
            assert 0 == client.stats().in_use

    trio.run(scenario)


@pytest.mark.parametrize("block", [True, False], ids=["block", "plain"])
@pytest.mark.parametrize("waiting", [True, False], ids=["waiting", "working"])
def test_asyncio_a_cancelled_task_ends_all(site, block, waiting):
    site.held = {"1"} if waiting else set()

    async def scenario():
        began = asyncio.Event()

        async def work(responses):
            async for _ in responses:
                began.set()
                await asyncio.sleep(0 if waiting else 10)

        async def in_block(client):
            async with client.map(endless(site), concurrency=4) as responses:
                await work(responses)

        async with Client() as client:
            if block:
                task = asyncio.create_task(in_block(client))
            else:
                task = asyncio.create_task(work(client.map(endless(site), concurrency=4)))
            await began.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ends(client)

    asyncio.run(scenario())


async def ends(client):
    """What was cancelled has ended some rounds of the loop later."""
    for _ in range(10):
        await asyncio.sleep(0)
    assert 1 == len(asyncio.all_tasks())
    assert 0 == client.stats().in_use


def test_a_source_may_take_longer_than_workers_look_away(monkeypatch, site):
    monkeypatch.setattr(_work, "_LOOK_SECONDS", 0.001)

    async def requests():
        for url in site.urls("0", "1"):
            yield url
            await asyncio.sleep(0.05)

    async def scenario():
        async with Client() as client, client.map(requests()) as responses:
            return [response.text.split()[1] async for response in responses]

    assert ["0", "1"] == asyncio.run(scenario())


# -- without a block --


def test_trio_needs_a_block(site):
    async def scenario():
        async with TrioClient() as client:
            async for _ in client.map(endless(site)):
                pass

    words = "under Trio the tasks of map() need a block to live in: async with client.map("
    with pytest.raises(RuntimeError, match=re.escape(words)):
        trio.run(scenario)
    assert [] == site.asked


def test_asyncio_a_loop_that_is_left_ends_all(site):
    async def scenario():
        async with Client() as client:
            async for _ in client.map(endless(site), concurrency=4):
                break
            await ends(client)

    asyncio.run(scenario())


def test_asyncio_a_loop_that_is_left_by_an_error_ends_all(site):
    async def scenario():
        async with Client() as client:
            with pytest.raises(LookupError):
                async for _ in client.map(endless(site), concurrency=4):
                    raise LookupError
            await ends(client)

    asyncio.run(scenario())


def test_asyncio_an_iterator_that_is_collected_by_another_thread_ends_all(site):
    async def scenario():
        async with Client() as client:
            responses = client.map(endless(site), concurrency=4)
            await anext(responses)
            cycle = [responses]
            cycle.append(cycle)
            del responses, cycle
            thread = threading.Thread(target=gc.collect)
            thread.start()
            thread.join(10)
            await ends(client)

    asyncio.run(scenario())


def test_asyncio_without_a_block_it_can_be_closed(site):
    async def scenario():
        async with Client() as client:
            responses = client.map(endless(site), concurrency=4)
            for _ in range(20):
                await anext(responses)
            assert 1 >= len(responses._work._news)  # nothing is kept of waits that are over
            await responses.aclose()
            assert 1 == len(asyncio.all_tasks())
            assert 0 == client.stats().in_use

    asyncio.run(scenario())


def test_asyncio_closing_waits_for_a_source_that_is_cancelled(site):
    ended = []

    async def requests():
        try:
            yield site.urls("0")[0]
            await asyncio.get_running_loop().create_future()
        finally:
            for _ in range(5):
                await asyncio.sleep(0)
            ended.append("source")

    async def scenario():
        async with Client() as client:
            responses = client.map(requests())
            await anext(responses)
            await responses.close()
            assert ["source"] == ended

    asyncio.run(scenario())


def test_asyncio_a_program_may_end_in_the_middle(site):
    client = Client()
    kept = [client.map(endless(site), concurrency=4)]

    async def scenario():
        await anext(kept[0])

    asyncio.run(scenario())
    kept.clear()  # its finaliser finds a loop that is closed
    asyncio.run(client.close())


def test_threads_end_after_what_they_are_at_when_the_loop_is_left(monkeypatch, site, workers):
    monkeypatch.setattr(_work, "_LOOK_SECONDS", 0.01)
    with SyncClient() as client:
        for _ in client.map(endless(site), concurrency=4):
            break
        for worker in workers():
            worker.join(10)
        assert [] == workers()
        assert 0 == client.stats().in_use


def test_threads_that_wait_for_room_end_with_the_block(monkeypatch, site, workers):
    monkeypatch.setattr(_work, "_LOOK_SECONDS", 60)
    with SyncClient() as client:
        with client.map(endless(site), concurrency=4) as responses:
            next(responses)
            with site.changed:
                assert site.changed.wait_for(lambda: len(site.asked) == 9, 10)
        for worker in workers():
            worker.join(10)
        assert [] == workers()


def test_threads_end_after_an_error_is_raised(site, workers):
    with SyncClient() as client:
        with pytest.raises(TransportError):
            list(client.map(site.urls("bad", *range(100)), concurrency=4))
        for worker in workers():
            worker.join(10)
        assert [] == workers()


def test_a_block_waits_for_requests_under_way_but_not_for_the_source(monkeypatch, site, workers):
    monkeypatch.setattr(_work, "_LOOK_SECONDS", 0.01)
    may_go_on = threading.Event()
    site.held = {"1"}

    def requests():
        yield from site.urls("0", "1")
        site.release_when(lambda: True, "1")
        may_go_on.wait(10)
        yield from site.urls("2")

    with SyncClient() as client:
        with client.map(requests(), concurrency=4) as responses:
            next(responses)
            with site.changed:
                assert site.changed.wait_for(lambda: "1" in site.asked, 10)
        assert 0 == client.stats().in_use
        while len(workers()) > 1:  # those that wait for their turn end
            pass
        may_go_on.set()
        for worker in workers():
            worker.join(10)
    assert ["0", "1"] == sorted(site.asked)  # what comes then is not sent any more


def test_a_system_without_threads_is_an_error(monkeypatch, site):
    start, started = threading.Thread.start, []

    def fail(thread):
        if thread.name == "httpcore":
            if len(started) == most:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail)
    with SyncClient() as client:
        for most in (0, 2):  # noqa: B007 - `fail` reads it
            started.clear()
            with pytest.raises(OSError, match="can't start new thread"):
                list(client.map(site.urls(*range(9))))


# -- Ctrl-C --


def test_ctrl_c_in_threads_does_not_wait(site, workers, press_ctrl_c):
    site.held = {"0", "1"}
    with SyncClient() as client:
        site.release_when(lambda: len(site.asked) >= 2)
        site.on_asked = lambda path, _: press_ctrl_c() if path == "1" else None
        with pytest.raises(KeyboardInterrupt):
            next(client.map(site.urls("0", "1", "2")))
        site.on_asked = lambda path, _: press_ctrl_c() if path == "3" else None
        with pytest.raises(KeyboardInterrupt), client.map(site.urls("0", "1", "3")) as responses:
            next(responses)
        assert 2 <= client.stats().in_use
        site.release("0", "1")
        for worker in workers():
            worker.join(10)
        assert 0 == client.stats().in_use


def test_ctrl_c_in_an_event_loop_cancels(site, press_ctrl_c):
    site.held = {"0"}
    site.on_asked = press_ctrl_c

    async def scenario(kind):
        async with kind() as client, client.map(site.urls("0")) as responses:
            await anext(responses)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(scenario(Client))
    with pytest.raises(KeyboardInterrupt):
        trio.run(scenario, TrioClient)
