"""`Listening`: how often an upload looks whether the server speaks, for either protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LISTEN_BYTES", "Listening"]

LISTEN_BYTES = 256 * 1024
"""Most content that is sent without a look, so that an early answer is seen in between."""

_LISTEN_SECONDS = 0.05  # longest that an upload goes on without one


class Listening:
    """Counts what was sent since the last look at the socket, which is not worth it for every piece.

    Args:
        now: the monotonic clock, in seconds.
    """

    __slots__ = ("_heard", "_now", "_unheard")

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._unheard = 0
        self._heard = 0.0

    def is_due(self, sent: int) -> bool:
        """Whether it is time for a look, now that so many more bytes were sent."""
        now = self._now()
        self._unheard += sent
        if self._unheard < LISTEN_BYTES and now < self._heard + _LISTEN_SECONDS:
            return False
        self._unheard, self._heard = 0, now
        return True
