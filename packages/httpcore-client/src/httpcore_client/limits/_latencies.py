"""`Latencies`: how long the last answers took, and how long most do. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

__all__ = ["Latencies"]

_KEPT = 100
_LEAST = 20  # with fewer nothing can be said


class Latencies:
    """The last hundred latencies of one place, in seconds."""

    __slots__ = ("_last", "_sorted")

    def __init__(self) -> None:
        self._last: deque[float] = deque()
        self._sorted: list[float] = []

    def add(self, seconds: float) -> None:
        """Note one."""
        if len(self._last) == _KEPT:
            del self._sorted[bisect_left(self._sorted, self._last.popleft())]
        self._last.append(seconds)
        insort(self._sorted, seconds)

    def percentile(self, percent: float) -> float | None:
        """Return what so many percent of them are below; None while there are few."""
        known = len(self._sorted)
        if known < _LEAST:
            return None
        return self._sorted[min(int(known * percent / 100), known - 1)]
