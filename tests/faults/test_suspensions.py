"""The same walk over real sockets: a cancel at each suspension that the event loop sees, and races."""

import asyncio
import contextlib
import time

import pytest
import trio

import httpcore_client as httpcore
from testkit.awaits import walk_through, walked
from testkit.faults import assert_settled, nothing_left, stats, tasks
from testkit.jobs import JOBS, NAMES, get
from testkit.stepped import Stepped
from testkit.tiny import Tiny
from testkit.worlds import AsyncioWorld, TrioWorld

LOOPS = [AsyncioWorld(), TrioWorld()]


@pytest.fixture(params=LOOPS, ids=lambda world: world.name)
def world(request):
    return request.param


@pytest.fixture(scope="module", params=["plain", "tls"])
def server(request, authority):
    with Tiny(authority if request.param == "tls" else None) as started:
        yield started


def client_of(world, authority):
    limits = httpcore.PoolLimits(max_connections=1)
    return world.client(ssl=authority.bundle, pool_limits=limits, http2=False)


async def one_run(world, authority, url, walk, job, *, late, first):
    before = tasks(world)
    async with client_of(world, authority) as client:

        async def stepped():
            return await Stepped(job(client, url), walk, late=late)

        async def other():
            return (await client.get(url + "/id/456")).content

        outcome, told = await walked(world.name, walk, None, stepped, other, first=first)
        cancelled = outcome is trio.Cancelled or isinstance(outcome, asyncio.CancelledError)
        # Trio delivers at the next checkpoint, if there is one; asyncio at once.
        done = outcome == b"123" and (world.name == "trio" or not walk.reached)
        assert cancelled or done, outcome
        assert b"456" == told
        assert_settled(await stats(client))
        assert b"789" == (await client.get(url + "/id/789")).content
    assert before == tasks(world), "a task is left"


WHEN = {"while it waits": False, "as its wait ends": True}
# Whether the request begins first, or finds the only connection taken.
WAYS = [(job, True) for job in JOBS] + [(get, False)]


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize(("job", "first"), WAYS, ids=[*NAMES, "get in line"])
def test_a_cancel_at_any_suspension_leaves_all_in_order(world, authority, server, job, first, when):
    late = WHEN[when]

    async def run(walk):
        await one_run(world, authority, server.url, walk, job, late=late, first=first)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 2, "points"


def expiring(world, seconds):
    if world.name == "trio":
        return trio.move_on_after(seconds)
    return asyncio.timeout(seconds)


def test_a_callers_time_limit_gives_the_response_or_ends_it(world, authority, server):
    """Limits around the time that a request takes: the one or the other, and the client goes on."""

    async def scenario():
        async with client_of(world, authority) as client:
            began = time.monotonic()
            await get(client, server.url)
            longest = (time.monotonic() - began) * 1.5
            answers = []
            for step in range(60):
                answer = None
                with contextlib.suppress(TimeoutError):
                    manager = expiring(world, longest * step / 60)
                    async with _entered(manager) as scope:
                        answer = await get(client, server.url)
                ran_out = scope.cancelled_caught if world.name == "trio" else scope.expired()
                assert (answer is None) == ran_out, "one of both"
                answers.append(answer)
                assert_settled(await stats(client))
            assert {b"123", None} >= set(answers)
            assert b"123" == await get(client, server.url)

    with nothing_left():
        world.run(scenario)


@contextlib.asynccontextmanager
async def _entered(manager):
    """Trio's scopes are plain context managers, asyncio's are not."""
    if hasattr(manager, "__aenter__"):
        async with manager as scope:
            yield scope
    else:
        with manager as scope:
            yield scope
