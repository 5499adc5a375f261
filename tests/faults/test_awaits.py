"""A request that is interrupted at any await: cancelled in asyncio and Trio, by KeyboardInterrupt in threads.

The interruption comes out as itself, nothing stays open, in use or in line, and nobody else notices.
"""

import pytest

import httpcore_client as httpcore
from testkit.awaits import WalkBackend, walk_through, walked
from testkit.faults import nothing_left, stats
from testkit.interrupts import check_outcome, interrupt
from testkit.jobs import JOBS, NAMES, get, left_early, uploading_much

URL = "://127.0.0.1"


async def one_run(world, authority, walk, job, context, *, first):
    """Run a job beside another over a pool of one connection, and check what all runs have in common."""
    backend = WalkBackend(world.name, walk, context)
    url = ("https" if context else "http") + URL
    limits = httpcore.PoolLimits(max_connections=1)
    options = {"ssl": authority.bundle, "pool_limits": limits, "backend": backend}
    async with world.client(**options) as client:
        await interrupt(world, walk, backend, client, url, job, first=first)
    assert [] == [stream for stream in backend.streams if not stream.closed]


@pytest.mark.parametrize("first", [True, False], ids=["first", "in line"])
@pytest.mark.parametrize("job", JOBS, ids=NAMES)
def test_an_interruption_at_any_call_leaves_all_in_order(world, authority, job, first):
    async def run(walk):
        await one_run(world, authority, walk, job, None, first=first)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 5, "points"


@pytest.mark.parametrize("job", JOBS, ids=NAMES)
def test_an_interruption_at_any_call_over_tls_leaves_all_in_order(world, authority, job):
    context = authority.server_context()

    async def run(walk):
        await one_run(world, authority, walk, job, context, first=True)

    with nothing_left():
        points = walk_through(world, run)
    assert points >= 9, "points"


@pytest.mark.parametrize("job", [get, left_early, uploading_much])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_interruptions_of_the_clean_up_too_leave_all_in_order(world, authority, job, tls):
    """From the first one on, every further call of the clean-up is interrupted as well."""
    context = authority.server_context() if tls else None

    async def run(walk):
        await one_run(world, authority, walk, job, context, first=True)

    with nothing_left():
        walk_through(world, run, again=True)


@pytest.mark.parametrize("again", [False, True], ids=["once", "again and again"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_an_interrupted_close_of_the_client_closes_all_the_same(world, authority, tls, again):
    context = authority.server_context() if tls else None
    url = ("https" if context else "http") + URL

    async def run(walk):
        backend = WalkBackend(world.name, walk, context)
        async with world.client(ssl=authority.bundle, backend=backend) as client:
            # Too large to come with their heads, so that each holds its connection.
            answers = [await client.get(url + "/large/123", stream=True) for _ in range(3)]
            for answer in answers:
                await answer.read()

            async def close():
                await client.close()
                return b"123"

            async def other():
                return b""

            outcome, _ = await walked(world.name, walk, backend, close, other, first=True)
            check_outcome(world, walk, outcome)
            assert [True] * 3 == [stream.closed for stream in backend.streams], walk.points
            assert 0 == (await stats(client)).open

    with nothing_left():
        points = walk_through(world, run, again=again)
    assert points >= 6, "points"
