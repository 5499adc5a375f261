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
        driver = self._driver
        return time.time() if driver is None else driver.time()

    async def sleep(self, seconds: float, until: pool.Event | None = None) -> None:
        """Let so many seconds pass; fewer if an event, which nobody else waits for, is set before."""
        driver = self._driver
        if driver is None:
            await (until or self._backend.event()).wait(max(seconds, 0.0))
        else:
            await driver.sleep(seconds, until)

    @property
    def _driver(self) -> Clock | None:
        """The clock whose time somebody makes the backend tell: then one waits by it, too."""
        driver = getattr(self._backend.now, "__self__", None)
        return driver if isinstance(driver, Clock) else None
