"""`Backend.to_thread`: what blocks is called elsewhere, and nothing runs on behind the caller's back."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import trio

from httpcore_pool import AsyncioBackend, ScriptedBackend, SyncBackend, TrioBackend, run_sync


class Job:
    """A function that begins, waits until it is let go, and ends."""

    def __init__(self, error=None):
        self.begun = threading.Event()
        self.let_go = threading.Event()
        self.ended = False
        self.error = error

    def __call__(self):
        self.begun.set()
        assert self.let_go.wait(10)
        self.ended = True
        if self.error is not None:
            raise self.error


def test_what_a_function_returns_or_raises_comes_back(world):
    backend = world.Backend()

    async def scenario():
        assert 12 == await backend.to_thread(int, "12")
        assert 12 == await backend.to_thread(int, "12", abandon_on_cancel=True)
        with pytest.raises(ValueError, match="invalid literal"):
            await backend.to_thread(int, "x")
        return await backend.to_thread(threading.get_ident)

    elsewhere = world.Backend not in (SyncBackend, ScriptedBackend)
    assert elsewhere is (threading.get_ident() != world.run(scenario))


def test_a_script_calls_it_here():
    ident = run_sync(ScriptedBackend().to_thread(threading.get_ident))
    assert threading.get_ident() == ident


async def turns():
    for _ in range(10):
        await asyncio.sleep(0)


@pytest.mark.parametrize("error", [None, OSError("of the disk")])
def test_a_cancel_in_asyncio_waits_until_the_function_has_ended(error):
    job = Job(error)

    async def scenario():
        task = asyncio.create_task(AsyncioBackend().to_thread(job))
        await asyncio.get_running_loop().run_in_executor(None, job.begun.wait, 10)
        for _ in range(2):
            task.cancel()
            await turns()
            assert not task.done()
        job.let_go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert job.ended is True

    asyncio.run(scenario())


def test_a_cancel_in_trio_waits_until_the_function_has_ended():
    job = Job()

    async def scenario():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(TrioBackend().to_thread, job)
            await trio.to_thread.run_sync(job.begun.wait, 10)
            nursery.cancel_scope.cancel()
            nursery.cancel_scope.shield = True
            job.let_go.set()
        assert job.ended is True

    trio.run(scenario)


def test_a_cancel_in_asyncio_calls_off_what_has_not_begun():
    first, second = Job(), Job()

    async def scenario():
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        running = loop.run_in_executor(None, first)
        task = asyncio.create_task(AsyncioBackend().to_thread(second))
        await turns()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        first.let_go.set()
        await running

    asyncio.run(scenario())
    assert (True, False) == (first.ended, second.begun.is_set())


def test_what_was_called_off_as_its_thread_came_to_it_is_not_called():
    job = Job()

    class Late(ThreadPoolExecutor):
        """Its thread has begun, as far as its future knows, but has not reached the function."""

        def submit(self, function, *args):
            def when_let_go():
                job.begun.set()
                assert job.let_go.wait(10)
                return function(*args)

            return super().submit(when_let_go)

    called = []

    async def scenario():
        asyncio.get_running_loop().set_default_executor(Late(1))
        task = asyncio.create_task(AsyncioBackend().to_thread(called.append, 1))
        with ThreadPoolExecutor(1) as other:
            await asyncio.get_running_loop().run_in_executor(other, job.begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        job.let_go.set()

    asyncio.run(scenario())
    assert [] == called


def test_a_cancel_abandons_what_may_never_end():
    of_asyncio, of_trio = Job(), Job()

    async def in_asyncio():
        task = asyncio.create_task(AsyncioBackend().to_thread(of_asyncio, abandon_on_cancel=True))
        await asyncio.get_running_loop().run_in_executor(None, of_asyncio.begun.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert of_asyncio.ended is False
        of_asyncio.let_go.set()

    async def in_trio():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(lambda: TrioBackend().to_thread(of_trio, abandon_on_cancel=True))
            await trio.to_thread.run_sync(of_trio.begun.wait, 10)
            nursery.cancel_scope.cancel()
        assert of_trio.ended is False
        of_trio.let_go.set()

    asyncio.run(in_asyncio())
    trio.run(in_trio)


def test_what_may_never_end_keeps_neither_the_loop_nor_its_threads():
    jobs = [Job() for _ in range(40)]  # more than the default executor has threads

    async def scenario():
        calls = [AsyncioBackend().to_thread(job, abandon_on_cancel=True) for job in jobs]
        tasks = [asyncio.create_task(call) for call in calls]
        for job in jobs:
            assert await AsyncioBackend().to_thread(job.begun.wait, 10)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    asyncio.run(scenario())  # does not wait for them
    assert [False] * 40 == [job.ended for job in jobs]
    for job in jobs:
        job.let_go.set()


@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("mine"), ValueError), (StopIteration(1), RuntimeError)]
)
def test_what_is_raised_in_a_thread_of_its_own_comes_back(error, raised):
    job = Job(error)
    job.let_go.set()
    with pytest.raises(raised):
        asyncio.run(AsyncioBackend().to_thread(job, abandon_on_cancel=True))


def test_outside_of_a_loop_it_is_told_which_client_to_use():
    for ask in (TrioBackend().loop, TrioBackend().now):
        with pytest.raises(
            RuntimeError, match="Trio is not running here: under asyncio use Client"
        ):
            ask()
    with pytest.raises(RuntimeError, match="no asyncio event loop is running here"):
        AsyncioBackend().loop()
