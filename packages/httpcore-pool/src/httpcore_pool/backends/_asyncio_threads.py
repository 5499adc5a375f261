"""Calling what blocks from asyncio, so that cancelling leaves nothing running behind the caller's back.

`asyncio.to_thread` returns at once when it is cancelled, with its function still on the way.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ._threads import start
from .base import T, Ts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["call_in_thread", "call_unbound"]


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


async def call_unbound(function: Callable[[*Ts], T], *args: *Ts) -> T:
    """Call a function that may never end in a thread that nobody waits for.

    A thread of the default executor would keep `asyncio.run` from ending, and others from resolving names.
    """
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def tell(how: Callable[[Any], None], what: object) -> None:
        if not result.done():
            how(what)

    def run() -> None:
        how: Callable[[Any], None]
        what: object
        try:
            how, what = result.set_result, function(*args)
        except BaseException as error:  # noqa: BLE001 - it is raised where the call is awaited
            # A future refuses the one error, which means something else to who awaits.
            stopped = isinstance(error, StopIteration)
            how, what = result.set_exception, RuntimeError(repr(error)) if stopped else error
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, how, what)

    start(run)
    return await result


def _take(turn: list[None]) -> bool:
    try:
        turn.pop()  # two threads can't both succeed
    except IndexError:
        return False
    return True
