"""`PoolStats`: what a pool tells about itself, and the words for why connections were closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from .._siblings import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REASONS", "PoolStats", "Reason"]

Reason: TypeAlias = Literal[
    "expired",
    "evicted",
    "surplus",
    "age",
    "requests",
    "stale",
    "failed",
    "unusable",
    "closed",
    "forked",
]

REASONS: tuple[str, ...] = get_args(Reason)


class PoolStats(Value):
    """A pool at one moment, and what it has done so far.

    Attributes:
        open: connections now, those being dialled included.
        idle: connections that nobody uses.
        in_use: connections that at least one request uses.
        connecting: connections that are being dialled.
        queued: requests that wait for a connection.
        requests: how often a request was given a connection.
        reused: how many of these were given one that was not dialled for them.
        opened: connections made so far.
        closed: connections let go so far, by reason, every reason being there: "expired" (idle for too
            long), "evicted" (idle, to make room for another origin), "surplus" (more idle ones than are
            kept), "age" and "requests" (it lived, or carried, as long or as many as the limits allow),
            "stale" (the peer closed it, or sent bytes unasked, while it was idle), "failed" (an exchange
            broke), "unusable" (the peer or a response said so, or a body was not read to its end),
            "closed" (the pool was), "forked" (it belongs to the parent process).
    """

    open: int
    idle: int
    in_use: int
    connecting: int
    queued: int
    requests: int
    reused: int
    opened: int
    closed: Mapping[str, int]
