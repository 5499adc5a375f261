"""`RateLimiter`: who may go when, first come, first served. It waits for nothing itself."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from ..backends._shared import Shared
from ..retry._checks import check_count, check_number
from ._bucket import Bucket
from ._keys import Keyed

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._siblings import pool

__all__ = ["RateLimiter"]


class _Lane:
    """One key: its bucket, and who is in line."""

    __slots__ = ("bucket", "line")

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.line: deque[pool.Event] = deque()


class RateLimiter(Shared):
    """So many requests in so much time, for each key; shared by all who hold the object.

    In any `t` seconds at most ``burst + t * rate / per`` requests go. It pickles, and is
    forked, as a new one.

    Args:
        rate: how many.
        per: in how many seconds.
        burst: how many may go at once after a rest; 1 spaces them evenly.

    Raises:
        TypeError, ValueError: a number is none, or out of range.
    """

    def __init__(self, rate: float, *, per: float = 1.0, burst: int = 1) -> None:
        check_number("RateLimiter(rate)", rate)
        check_number("RateLimiter(per=...)", per)
        check_count("RateLimiter(burst=...)", burst)
        check_number("RateLimiter(): per / rate", per / rate)
        self.rate: float = rate
        self.per: float = per
        self.burst: int = burst
        self._lanes: Keyed[_Lane] = Keyed(self._make, lambda lane: bool(lane.line))
        super().__init__()

    def _make(self) -> _Lane:
        return _Lane(Bucket(self.per / self.rate, self.burst))

    def passes(self, key: Hashable, now: float) -> bool:
        """Let a request go, if it need not wait; return whether it may."""
        with self._lock:
            lane = self._lanes[key]
            if lane.line or lane.bucket.wait(now) > 0:
                return False
            lane.bucket.take(now)
            return True

    def enter(self, key: Hashable, now: float, place: pool.Event) -> float:
        """Put a request in line.

        Args:
            key: what it is limited by.
            now: the time.
            place: stands for it in the line, and is set when it is the first there.

        Returns:
            The seconds that it will wait if those before it do.
        """
        with self._lock:
            lane = self._lanes[key]
            wait = lane.bucket.wait(now, len(lane.line))
            lane.line.append(place)
            lane.line[0].set()  # which tells this one, if it is the first
            return wait

    def ask(self, key: Hashable, now: float, place: pool.Event) -> tuple[bool, float | None]:
        """Let a request go that is in line, if it is its turn.

        Returns:
            Whether it is the first; and None if it may go, else the least seconds that it still waits.
        """
        with self._lock:
            lane = self._lanes[key]
            first = lane.line[0] is place
            wait = lane.bucket.wait(now, 0 if first else 1)
            if first and wait <= 0:
                lane.bucket.take(now)
                return True, None
            return first, wait

    def leave(self, key: Hashable, place: pool.Event) -> None:
        """Take a request out of the line, gone or given up; the next one moves up."""
        with self._lock:
            line = self._lanes[key].line
            if place in line:  # it is not in a forked child
                line.remove(place)
            if line:
                line[0].set()

    def pause(self, key: Hashable, until: float) -> None:
        """Let no request of a key go before that time."""
        with self._lock:
            self._lanes[key].bucket.pause(until)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self.rate, self.per, self.burst)

    def __repr__(self) -> str:
        return f"<RateLimiter {self.rate:g} per {self.per:g} s, burst {self.burst}>"


def _restored(kind: type[RateLimiter], rate: float, per: float, burst: int) -> RateLimiter:
    return kind(rate, per=per, burst=burst)
