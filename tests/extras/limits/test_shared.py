"""What clients of several threads, loops, worlds and processes share."""

import asyncio
import subprocess
import sys
import threading

import pytest
import trio

from httpcore_client import AsyncioBackend, ScriptedBackend, SyncBackend, TrioBackend
from httpcore_client.backends import _shared
from httpcore_client.backends._shared import shared_event
from httpcore_client.limits import CircuitBreaker, ConcurrencyLimiter, RateLimiter
from httpcore_client.retry import RetryBudget
from testkit.awaits import BACKENDS
from testkit.worlds import WORLDS, drive


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_it_is_set_where_it_is_waited_for(world):
    async def scenario():
        event = shared_event(BACKENDS[world.name]())
        event.set()
        return await event.wait(5)

    assert world.run(scenario)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
@pytest.mark.parametrize("other", WORLDS, ids=lambda world: f"set in {world.name}")
def test_it_is_set_from_another_thread_and_world(world, other):
    async def scenario():
        event = shared_event(BACKENDS[world.name]())

        async def set_it():
            event.set()

        thread = threading.Thread(target=other.run, args=[set_it])
        thread.start()
        found = await event.wait(5)
        thread.join(5)
        return found

    assert world.run(scenario)


def test_one_of_a_loop_that_is_over_is_nobodys():
    async def make(backend):
        return shared_event(backend)

    asyncio.run(make(AsyncioBackend())).set()
    trio.run(make, TrioBackend()).set()


def test_other_worlds_have_their_own_events():
    for backend in (SyncBackend(), ScriptedBackend()):
        event = shared_event(backend)
        event.set()
        assert drive(event.wait(5))


FORKS = """
import os
from httpcore_client import SyncBackend
from httpcore_client.limits import ConcurrencyLimiter

limiter = ConcurrencyLimiter(1)
assert limiter.enter("k", SyncBackend().event).held
with limiter._lock:
    if os.fork() == 0:
        assert limiter.enter("k", SyncBackend().event).held
        os._exit(7)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_child_begins_anew():
    """What the parent's threads hold, or wait for, never comes to an end there."""
    command = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning", "-c", FORKS]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ("7\n", "") == (done.stdout, done.stderr)


def test_in_a_forked_child_states_are_as_new():
    event = SyncBackend().event
    budget, breaker = RetryBudget(2, 0.5), CircuitBreaker(consecutive=1)
    slots, rate = ConcurrencyLimiter(1), RateLimiter(1, per=60)
    place = event()
    budget.take()
    breaker.leave(breaker.enter("k", 0.0), 0.0, "an error")
    held, waiting = (slots.enter("k", event) for _ in range(2))
    assert rate.passes("k", 0.0)
    rate.enter("k", 0.0, place)
    _shared._at_fork()
    assert (2, "closed") == (budget.tokens, breaker.state("k"))
    assert rate.passes("k", 0.0)
    assert slots.enter("k", event).held
    rate.leave("k", place)  # what was under way comes to an end, and changes nothing
    held.release()
    waiting.release()
    assert not rate.passes("k", 0.0)
    assert not slots.enter("k", event).held
