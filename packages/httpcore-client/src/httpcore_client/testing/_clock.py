"""`ManualClock`: time that passes only when somebody says so, for all adapters that take `clock=`."""

from __future__ import annotations

import time
from typing import TypeVar

from .._siblings import pool
from ..adapters._clock import Clock

__all__ = ["ManualClock"]

_World = TypeVar("_World", bound=pool.Backend)


class ManualClock(Clock):
    """A clock that stands still: sleeping on it takes no time, and moves it on by as much.

    Give one to the adapters of a client, `RetryAdapter(clock=clock)` and `MockAdapter(clock=clock)`. A
    client with a `MockAdapter`, or another adapter of this module that was given the clock, lives in its
    time altogether: deadlines count on it, too. Tasks that sleep at once sleep one after another.

    Args:
        time: the date that it begins with, in seconds since 1970; None for today's.

    Attributes:
        sleeps: the seconds of each sleep so far.
        elapsed: the seconds that have passed on it so far.
    """

    def __init__(self, time: float | None = None) -> None:
        self._start = _monotonic()
        self._date = _date() if time is None else float(time)
        self._lock = pool.SyncBackend().lock()
        self.sleeps: list[float] = []
        self.elapsed: float = 0.0

    def now(self) -> float:
        """Return seconds on a monotonic clock: those of the machine when this was made, and `elapsed`."""
        return self._start + self.elapsed

    def time(self) -> float:
        """Return seconds since 1970, UTC."""
        return self._date + self.elapsed

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass.

        Raises:
            ValueError: they are negative.
        """
        if not seconds >= 0:
            raise ValueError(f"a clock can't be turned back, by {seconds!r} seconds")
        with self._lock:
            self.elapsed += seconds

    async def sleep(self, seconds: float, until: pool.Event | None = None) -> None:
        """Let so many seconds pass, at once, and remember it in `sleeps`. There is no time for an event."""
        seconds = max(float(seconds), 0.0)
        with self._lock:
            self.sleeps.append(seconds)
            self.elapsed += seconds

    def drive(self, backend: _World) -> _World:
        """Make a backend tell this time, and return it.

        For a client whose deadlines are to count on it, where no adapter of this module does that:
        ``Client(backend=clock.drive(AsyncioBackend()), adapters=[RetryAdapter(clock=clock)])``. How long
        it waits for the network stays a matter of real seconds.
        """
        backend.now = self.now
        return backend

    def __repr__(self) -> str:
        return f"<ManualClock: {self.elapsed:g} s>"


_monotonic, _date = time.monotonic, time.time
