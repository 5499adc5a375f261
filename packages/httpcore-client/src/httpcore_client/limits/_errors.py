"""The errors of limits: nothing was sent."""

from __future__ import annotations

from .._siblings import pool

__all__ = ["CircuitOpen", "LimitExceeded"]


class LimitExceeded(pool.PoolTimeout):
    """A limit of the caller's own would make the request wait for too long; it is not in line any more.

    Attributes:
        limit: the longest wait, in seconds.
    """


class CircuitOpen(pool.TransportError):
    """So many requests to there have failed that for a while none is sent.

    Attributes:
        reason: what opened the circuit.
        open_for: seconds since it did.
        retry_in: seconds until a request is let through to try; 0 while one is on its way already.
    """

    phase: str | None = "pool"
    sent: bool = False
    reason: str = ""
    open_for: float = 0.0
    retry_in: float = 0.0
