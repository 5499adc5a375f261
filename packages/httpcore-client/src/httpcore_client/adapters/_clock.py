"""`Clock`: the time as adapters see it, so that a test can put another in its place."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._siblings import pool

__all__ = ["Clock"]


class Clock:
    """Tells the time, and waits, by a backend.

    Args:
        backend: the world to wait in.
    """

    def __init__(self, backend: pool.Backend) -> None:
        self._backend = backend

    def now(self) -> float:
        """Return seconds on the monotonic clock that deadlines are on."""
        return self._backend.now()

    def time(self) -> float:
        """Return seconds since 1970, UTC: what dates in fields are compared with."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        await self._backend.event().wait(max(seconds, 0.0))
