"""What an interruption looks like in each world."""

from __future__ import annotations

import asyncio

import trio

from testkit.awaits import walked
from testkit.faults import assert_settled, stats

INTERRUPTS = {
    "asyncio": (asyncio.CancelledError,),
    "trio": (trio.Cancelled,),
    "threads": (KeyboardInterrupt,),
}


def check_outcome(world, walk, outcome):
    """The interruption came out as itself. Trio holds back one that comes while clean-up is shielded."""
    if not walk.reached:
        assert b"123" == outcome
        return
    held_back = world.name == "trio" and "shielded" in walk.points[walk.at]
    if not (held_back and outcome == b"123"):
        interrupted = isinstance(outcome, INTERRUPTS[world.name]) or outcome is trio.Cancelled
        assert interrupted, (outcome, walk.points)


async def interrupt(world, walk, backend, client, url, job, *, first):
    """Let the walk interrupt a job, beside a request that notices nothing; the accounts are right afterwards.

    Args:
        world, walk, backend: whose points they are.
        client: of that backend.
        url: of the origin.
        job: `async def job(client, url)`, which returns b"123".
        first: whether the job comes before the other request.
    """

    async def get(word):
        return (await client.get(f"{url}/id/{word}")).content

    outcome, told = await walked(
        world.name, walk, backend, lambda: job(client, url), lambda: get("456"), first=first
    )
    check_outcome(world, walk, outcome)
    assert b"456" == told, walk.points
    counts = await stats(client)
    assert_settled(counts)
    assert counts.open == sum(not stream.closed for stream in backend.streams), walk.points
    assert b"789" == await get("789")
