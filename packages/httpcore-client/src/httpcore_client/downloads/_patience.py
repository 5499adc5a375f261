"""Which failures of a download that has begun may pass, and how long to wait then: as for any request."""

from __future__ import annotations

import random

from .._siblings import headers, pool
from .._status_error import LASTING
from ..retry import RetryPolicy

__all__ = ["pause"]

_POLICY = RetryPolicy()


def pause(error: pool.HTTPError, retry: int) -> float | None:
    """Return how many seconds to wait before another attempt; None if it would do no better.

    Args:
        error: what went wrong.
        retry: the number of that attempt among those in a row, 1 for the first.
    """
    backoff = _POLICY.backoff(retry, random.random)
    if not isinstance(error, pool.HTTPStatusError):
        return None if isinstance(error, LASTING) else backoff
    asked = headers.parse_retry_after(error.response.headers.get("Retry-After", "")) or 0.0
    if error.status_code not in _POLICY.statuses or asked > _POLICY.max_retry_after:
        return None
    return asked + backoff
