"""How far a download is: `Progress`, and the `Meter` that tells it now and then."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from .._siblings import Value

if TYPE_CHECKING:
    from .._siblings import pool
    from ..adapters import Clock

__all__ = ["Meter", "OnProgress", "Progress"]

_INTERVAL_SECONDS = 0.1
_WEIGHT = 0.1  # of the last interval in the rate: about the last second


class Progress(Value):
    """How far a download is.

    Attributes:
        path: the file that it will be.
        received: bytes that are there, those of an earlier attempt included.
        total: how many there are; None if that is not known.
        resumed_from: how many were there when it began.
        rate: bytes a second, as of late.
        seconds: since it began.
    """

    path: Path
    received: int
    total: int | None
    resumed_from: int
    rate: float
    seconds: float


OnProgress: TypeAlias = Callable[[Progress], object]


class Meter:
    """Counts, and tells a caller ten times a second at most, and of beginnings and the end."""

    def __init__(self, tell: OnProgress | None, clock: Clock, backend: pool.Backend) -> None:
        self._tell = tell
        self._clock = clock
        self._lock = backend.lock()
        self._began = clock.now()
        self._told_at: float | None = None
        self._told = 0
        self._rate = 0.0
        self.path = Path()
        self.received = 0
        self.total: int | None = None
        self.resumed_from = 0

    @property
    def seconds(self) -> float:
        """How long it has taken so far."""
        return self._clock.now() - self._began

    async def count(self, received: int, *, now: bool = False) -> None:
        """Note that so many bytes have come (or, below 0, are given up), and tell if it is time, or `now`."""
        with self._lock:
            self.received += received
            progress = self._due(now=now) if self._tell is not None else None
        if progress is not None and self._tell is not None:
            told = self._tell(progress)
            if isinstance(told, Awaitable):
                await told

    def _due(self, *, now: bool) -> Progress | None:
        at = self._clock.now()
        if self._told_at is None:
            self._told_at, self._told = at, self.received
        passed = at - self._told_at
        if passed >= _INTERVAL_SECONDS:
            latest = max(self.received - self._told, 0) / passed
            weight = min(1.0, _WEIGHT * passed / _INTERVAL_SECONDS) if self._rate else 1.0
            self._rate += weight * (latest - self._rate)
            self._told_at, self._told = at, self.received
        elif not now:
            return None
        return Progress(
            self.path, self.received, self.total, self.resumed_from, self._rate, at - self._began
        )
