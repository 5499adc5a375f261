"""What an interruption looks like in each world."""

from __future__ import annotations

import asyncio

import trio

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
