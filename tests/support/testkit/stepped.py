"""A walk over real sockets: each suspension that the event loop sees is a point of `testkit.awaits.Walk`."""

from __future__ import annotations

import asyncio


class Stepped:
    """Awaits a coroutine and makes a point of each of its suspensions.

    Args:
        coroutine: what to drive.
        walk: counts the suspensions; acts before one of them, that is while it lasts.
        late: act when the wait is over instead, and before its task goes on.
    """

    def __init__(self, coroutine, walk, *, late=False):
        self._coroutine = coroutine
        self._walk = walk
        self._late = late

    def __await__(self):
        inner = self._coroutine.__await__()
        value, error = None, None
        while True:
            try:
                trap = inner.send(value) if error is None else inner.throw(error)
            except StopIteration as stop:
                return stop.value
            value, error = None, None
            if not self._late:
                self._walk.pass_by("suspended")
            elif isinstance(trap, asyncio.Future):
                # Called before the task's own callback, which makes it go on.
                trap.add_done_callback(lambda _: self._walk.pass_by("over"))
            try:
                value = yield trap
            except BaseException as thrown:
                error = thrown
            if self._late and not isinstance(trap, asyncio.Future):
                self._walk.pass_by("over")
