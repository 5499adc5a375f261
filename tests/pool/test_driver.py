"""`run_sync`, and the mutex in three worlds."""

import asyncio

import pytest
import trio

from httpcore_pool import AsyncioBackend, ScriptedBackend, TrioBackend, run_sync
from httpcore_pool._driver import Mutex


async def value():
    return 42


async def waits_for_a_loop():
    await asyncio.sleep(0)


def test_run_sync_returns_the_value():
    assert 42 == run_sync(value())


@pytest.mark.parametrize("error", [KeyError, AttributeError])
def test_run_sync_passes_errors(error):
    async def fails():
        raise error("k")

    with pytest.raises(error, match="k"):
        run_sync(fails())


def test_run_sync_names_and_closes_a_coroutine_that_waits():
    coroutine = waits_for_a_loop()
    with pytest.raises(RuntimeError, match="^waits_for_a_loop waited for an event loop"):
        run_sync(coroutine)
    assert coroutine.cr_frame is None


def test_run_sync_names_what_has_no_name():
    class Nameless:
        closed = False

        def send(self, _):
            return None

        def close(self):
            self.closed = True

    nameless = Nameless()
    with pytest.raises(RuntimeError, match="Nameless object"):
        run_sync(nameless)
    assert nameless.closed


def test_run_sync_works_inside_a_running_loop():
    async def scenario():
        return run_sync(value())

    assert 42 == asyncio.run(scenario())


def test_a_free_mutex_is_taken_and_a_held_one_times_out(run):
    async def scenario():
        mutex = Mutex(ScriptedBackend())
        first, second = await mutex.acquire(None), await mutex.acquire(0)
        mutex.release()
        return first, second, await mutex.acquire(None)

    assert (True, False, True) == run(scenario)


def test_a_mutex_is_passed_first_come_first_served(world):
    async def scenario():
        backend = world.Backend()
        mutex = Mutex(backend)
        order = []
        await mutex.acquire(None)

        async def queue_of(length):
            while len(mutex._waiting) < length:
                await backend.event().wait(0.001)

        def worker(number):
            async def work():
                await queue_of(number)
                assert await mutex.acquire(5)
                order.append(number)
                mutex.release()

            return work

        async def holder():
            await queue_of(3)
            mutex.release()

        await world.gather(holder, *map(worker, range(3)))
        return order

    assert [0, 1, 2] == world.run(scenario)


def test_one_at_a_time_holds_a_mutex(world):
    async def scenario():
        backend = world.Backend()
        mutex = Mutex(backend)
        inside, most = [0], [0]

        async def work():
            for _ in range(20):
                assert await mutex.acquire(5)
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                await backend.event().wait(0)
                inside[0] -= 1
                mutex.release()

        await world.gather(*[work] * 4)
        return most[0]

    assert 1 == world.run(scenario)


def test_a_cancelled_waiter_leaves_the_queue():
    async def scenario():
        mutex = Mutex(TrioBackend())
        await mutex.acquire(None)
        with trio.move_on_after(0):
            await mutex.acquire(None)
        mutex.release()
        return await mutex.acquire(0)

    assert trio.run(scenario)


def test_a_waiter_that_is_cancelled_as_it_is_passed_the_lock_passes_it_on():
    async def scenario():
        mutex = Mutex(AsyncioBackend())
        await mutex.acquire(None)
        waiter = asyncio.ensure_future(mutex.acquire(None))
        await asyncio.sleep(0)
        mutex.release()  # to the waiter, which has not run yet
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
        return await mutex.acquire(0)

    assert asyncio.run(scenario())
