"""`Listening`: how often an upload looks whether the server speaks, for either protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LISTEN_BYTES", "Listening"]

LISTEN_BYTES = 256 * 1024
"""Most content that is sent without a look, so that an early answer is seen in between."""

_LISTEN_SECONDS = 0.05  # how old the last look may be when the next piece is sent


class Listening:
    """Counts what was sent since the last look at the socket, which is not worth it for every piece.

    A look comes before a piece is sent, as the wait for that piece may have been long.

    Args:
        now: the monotonic clock, in seconds.
    """

    __slots__ = ("_heard", "_now", "_unheard")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._unheard = 0
        self._heard = 0.0

    def note(self, sent: int) -> None:
        """Count so many more bytes as sent."""
        self._unheard += sent

    def is_due(self) -> bool:
        """Whether it is time for a look; never before anything was sent, which nobody can answer."""
        if not self._unheard:
            return False
        now = self._now()
        if self._unheard < LISTEN_BYTES and now < self._heard + _LISTEN_SECONDS:
            return False
        self._unheard, self._heard = 0, now
        return True
