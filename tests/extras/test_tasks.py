"""`tasks_in`: functions side by side, in each world."""

import asyncio
import contextvars
import signal
import threading

import pytest
import trio
import trio.testing

from httpcore_client.backends import tasks_in
from httpcore_client.backends._base import first_of
from httpcore_pool import AsyncioBackend, ScriptedBackend, SyncBackend, TrioBackend

BACKENDS = {"asyncio": AsyncioBackend, "trio": TrioBackend, "threads": SyncBackend}


@pytest.fixture
def backend(world):
    return BACKENDS[world.name]()


@pytest.fixture
def ended(world, backend):
    """How `forever` ended: event loops interrupt it, a thread is let go on by the test."""

    class Ended(list):
        began = backend.event()
        may_end = backend.event()

        async def forever(self):
            self.began.set()
            try:
                await self.may_end.wait(10)
                self.append("by itself")
            except BaseException:
                self.append("interrupted")
                raise

        @property
        def as_it_must(self):
            return ["by itself" if world.name == "threads" else "interrupted"]

    return Ended()


def test_functions_run_side_by_side_and_the_block_waits_for_all(world, backend):
    done = []

    async def scenario():
        first, second = backend.event(), backend.event()

        async def one(word):
            second.set()
            assert await first.wait(10)
            done.append(word)

        async def other(*words):
            assert await second.wait(10)
            done.extend(words)
            first.set()

        async with tasks_in(backend) as tasks:
            tasks.start(one, "c")
            tasks.start(other, "a", "b")

    world.run(scenario)
    assert ["a", "b", "c"] == done


def test_a_task_may_start_others(world, backend):
    done = []

    async def scenario():
        async def count(left):
            done.append(left)
            if left:
                tasks.start(count, left - 1)

        async with tasks_in(backend) as tasks:
            tasks.start(count, 3)

    world.run(scenario)
    assert [3, 2, 1, 0] == done


def test_each_has_a_copy_of_the_context(world, backend):
    variable = contextvars.ContextVar("variable", default="outside")
    seen = []

    async def scenario():
        async def look():
            seen.append(variable.get())
            variable.set("its own")

        variable.set("the block's")
        async with tasks_in(backend) as tasks:
            tasks.start(look)
        seen.append(variable.get())

    world.run(scenario)
    assert ["the block's", "the block's"] == seen


def test_what_one_raises_ends_the_others_and_is_raised_as_itself(world, backend, ended):
    cause = OSError("a cause")

    async def scenario():
        async def fail():
            await ended.began.wait(10)
            ended.may_end.set() if world.name == "threads" else None
            raise LookupError("failed") from cause

        async with tasks_in(backend) as tasks:
            tasks.start(ended.forever)
            tasks.start(fail)

    with pytest.raises(LookupError, match="failed") as caught:
        world.run(scenario)
    assert ended == ended.as_it_must
    assert caught.value.__cause__ is cause


def test_what_one_raises_keeps_its_context(world, backend):
    async def scenario():
        async def fail():
            try:
                raise KeyError("context")
            except KeyError:
                raise LookupError("failed")  # noqa: B904 - in that context

        async with tasks_in(backend) as tasks:
            tasks.start(fail)

    with pytest.raises(LookupError, match="failed") as caught:
        world.run(scenario)
    assert isinstance(caught.value.__context__, KeyError)
    assert not caught.value.__suppress_context__


def test_of_several_errors_the_first_is_raised(world, backend):
    async def scenario():
        async def fail(word):
            raise LookupError(word)

        async with tasks_in(backend) as tasks:
            tasks.start(fail, "one")
            tasks.start(fail, "one")
            tasks.start(fail, "one")

    with pytest.raises(LookupError, match="^one$"):
        world.run(scenario)


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_of_several_errors_that_is_raised_which_is_to_end_the_program(end):
    errors = [LookupError("one"), ExceptionGroup("inner", [LookupError("two")])]
    group = BaseExceptionGroup("outer", [*errors, BaseExceptionGroup("more", [end()])])
    assert end is type(first_of(group))
    assert errors[0] is first_of(ExceptionGroup("outer", errors))


def test_what_the_block_raises_ends_all_and_is_raised_as_itself(world, backend, ended):
    async def scenario():
        async with tasks_in(backend) as tasks:
            tasks.start(ended.forever)
            await ended.began.wait(10)
            ended.may_end.set() if world.name == "threads" else None
            raise LookupError("the block's")

    with pytest.raises(LookupError, match="the block's") as caught:
        world.run(scenario)
    assert caught.value.__context__ is None
    assert ended == ended.as_it_must


def test_cancel_ends_what_runs_without_an_error_and_others_may_begin(world, backend, ended):
    done = []

    async def scenario():
        async def later():
            done.append("later")

        async with tasks_in(backend) as tasks:
            tasks.start(ended.forever)
            await ended.began.wait(10)
            ended.may_end.set() if world.name == "threads" else None
            tasks.cancel()
            tasks.start(later)
        done.append("after")

    world.run(scenario)
    assert ended == ended.as_it_must
    assert ["later", "after"] == done


def test_an_error_in_an_inner_block_ends_the_outer_one(world, backend, ended):
    async def scenario():
        async def fail():
            await ended.began.wait(10)
            ended.may_end.set() if world.name == "threads" else None
            raise LookupError("deep")

        async def inner():
            async with tasks_in(backend) as tasks:
                tasks.start(fail)

        async with tasks_in(backend) as tasks:
            tasks.start(ended.forever)
            tasks.start(inner)

    with pytest.raises(LookupError, match="deep"):
        world.run(scenario)
    assert ended == ended.as_it_must


def test_asyncio_cancelled_from_outside_ends_all():
    backend = AsyncioBackend()
    ended = []

    async def forever():
        try:
            await backend.event().wait()
        finally:
            ended.append("task")

    async def scenario():
        async def block():
            async with tasks_in(backend) as tasks:
                tasks.start(forever)

        task = asyncio.create_task(block())
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert ["task"] == ended


def test_trio_cancelled_from_outside_ends_all():
    backend = TrioBackend()
    ended = []

    async def forever():
        try:
            await backend.event().wait()
        finally:
            ended.append("task")

    async def scenario():
        with trio.CancelScope() as scope:
            async with tasks_in(backend) as tasks:
                tasks.start(forever)
                await trio.testing.wait_all_tasks_blocked()
                scope.cancel()
        assert scope.cancelled_caught

    trio.run(scenario)
    assert ["task"] == ended


def test_trio_an_error_of_what_is_cancelled_from_outside_comes_out():
    backend = TrioBackend()

    async def fail():
        try:
            await trio.sleep_forever()
        finally:
            raise LookupError("at the end")

    async def scenario():
        with trio.CancelScope() as scope:
            async with tasks_in(backend) as tasks:
                tasks.start(trio.sleep_forever)
                tasks.start(fail)
                await trio.testing.wait_all_tasks_blocked()
                scope.cancel()

    with pytest.raises(LookupError, match="at the end"):
        trio.run(scenario)


# -- threads --


@pytest.fixture
def interrupted():
    """Presses Ctrl-C when it is called."""

    def press():
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    return press


def drive(coroutine):
    with pytest.raises(StopIteration):
        coroutine.send(None)


def test_ctrl_c_leaves_threads_to_themselves(interrupted):
    backend = SyncBackend()
    may_end, has_ended = threading.Event(), threading.Event()

    async def slow():
        interrupted()
        may_end.wait(10)
        has_ended.set()

    async def scenario():
        async with tasks_in(backend) as tasks:
            tasks.start(slow)
            await backend.event().wait(10)

    with pytest.raises(KeyboardInterrupt):
        scenario().send(None)
    assert not has_ended.is_set()
    may_end.set()
    assert has_ended.wait(10)


def test_ctrl_c_ends_the_wait_at_the_end_of_the_block(interrupted):
    may_end, has_ended = threading.Event(), threading.Event()

    async def slow():
        interrupted()
        may_end.wait(10)
        has_ended.set()

    async def scenario():
        async with tasks_in(SyncBackend()) as tasks:
            tasks.start(slow)

    with pytest.raises(KeyboardInterrupt):
        scenario().send(None)
    may_end.set()
    assert has_ended.wait(10)


def test_without_a_thread_to_be_had_there_is_an_error_and_nothing_to_wait_for(monkeypatch):
    def fail(thread):
        raise RuntimeError("can't start new thread")

    async def scenario():
        async with tasks_in(SyncBackend()) as tasks:
            with pytest.raises(OSError, match="can't start new thread"):
                tasks.start(asyncio.sleep, 0)

    monkeypatch.setattr(threading.Thread, "start", fail)
    drive(scenario())


def test_what_the_block_raises_goes_before_what_a_thread_has_raised():
    async def fail():
        raise LookupError("a thread's")

    async def scenario():
        async with tasks_in(SyncBackend()) as tasks:
            tasks.start(fail)
            raise LookupError("the block's")

    with pytest.raises(LookupError, match="the block's"):
        scenario().send(None)


# -- without a block --


def test_only_trio_needs_a_block(world, backend):
    async def scenario():
        return tasks_in(backend).block_only

    assert (world.name == "trio") == world.run(scenario)


def test_asyncio_tasks_are_abandoned_from_whatever_thread():
    backend = AsyncioBackend()
    ended = []

    async def forever(began):
        began.set()
        try:
            await backend.event().wait()
        finally:
            ended.append("task")

    async def scenario():
        tasks, began = tasks_in(backend), backend.event()
        await tasks.__aenter__()
        tasks.start(forever, began)
        await began.wait(10)
        thread = threading.Thread(target=tasks.abandon)
        thread.start()
        thread.join(10)
        for _ in range(3):
            await asyncio.sleep(0)
        assert ["task"] == ended
        assert 1 == len(asyncio.all_tasks())
        return tasks

    tasks = asyncio.run(scenario())
    tasks.abandon()  # the loop is closed


def test_abandoned_threads_are_not_waited_for():
    may_end, has_ended = threading.Event(), threading.Event()

    async def slow():
        may_end.wait(10)
        has_ended.set()

    async def scenario():
        async with tasks_in(SyncBackend()) as tasks:
            tasks.start(slow)
            tasks.abandon()
        assert not has_ended.is_set()

    drive(scenario())
    may_end.set()
    assert has_ended.wait(10)


def test_abandoned_tasks_of_trio_are_cancelled():
    backend = TrioBackend()

    async def scenario():
        async with tasks_in(backend) as tasks:
            tasks.start(backend.event().wait)
            tasks.abandon()

    trio.run(scenario)


def test_no_tasks_are_known_for_a_script():
    with pytest.raises(TypeError, match="no tasks are known for the backend 'scripted'"):
        tasks_in(ScriptedBackend([]))
