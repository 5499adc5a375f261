"""`Bucket`: when the next request may go, by the generic cell rate algorithm. Pure: it is told the time.

The algorithm is the virtual scheduling of ITU-T I.371: a token bucket, kept as the moment at which it will be
full again.
"""

from __future__ import annotations

__all__ = ["Bucket"]


class Bucket:
    """A token bucket.

    Args:
        interval: seconds in which a token comes back.
        burst: the most tokens, which it begins with.
    """

    __slots__ = ("_full_at", "_interval", "_paused_until", "_tolerance")

    def __init__(self, interval: float, burst: int) -> None:
        self._interval = interval
        self._tolerance = (burst - 1) * interval
        self._full_at = self._paused_until = float("-inf")

    def wait(self, now: float, ahead: int = 0) -> float:
        """Return the seconds until one may go, if so many others go before."""
        begin = max(now, self._paused_until)
        due = max(self._full_at, begin) + ahead * self._interval - self._tolerance
        return max(begin, due) - now

    def take(self, now: float) -> None:
        """Let one go, whose wait is over."""
        self._full_at = max(self._full_at, now) + self._interval

    def pause(self, until: float) -> None:
        """Let none go before that."""
        self._paused_until = max(self._paused_until, until)
