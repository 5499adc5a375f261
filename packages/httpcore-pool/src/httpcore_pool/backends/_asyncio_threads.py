"""Calling what blocks from asyncio, so that cancelling leaves nothing running behind the caller's back.

`asyncio.to_thread` returns at once when it is cancelled, with its function still on the way.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from .base import T, Ts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["call_in_thread"]


async def call_in_thread(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Call a function in the loop's default executor; see `Backend.to_thread`."""
    turn = [None]  # is taken by the thread, which then calls the function, or by a cancellation

    def run() -> T:
        if not _take(turn):
            raise asyncio.CancelledError
        return function(*args)

    running = asyncio.get_running_loop().run_in_executor(None, run)
    cancelled: asyncio.CancelledError | None = None
    while not running.done():
        try:
            await asyncio.wait((running,))
        except asyncio.CancelledError as error:
            cancelled = error
            if _take(turn):  # all threads are busy, perhaps for long
                running.cancel()
    if cancelled is None:
        return running.result()
    if not running.cancelled():
        running.exception()  # looked at, so that nobody misses it
    raise cancelled


def _take(turn: list[None]) -> bool:
    try:
        turn.pop()  # two threads can't both succeed
    except IndexError:
        return False
    return True
