"""`RetryBudget`: how many requests may be sent again, so that retries can't multiply an outage.

A token bucket: a retry takes a token, an answer brings a part of one. While a server answers, retries are at
most that part of the requests; when it stops to, they end with what is in the bucket.
"""

from __future__ import annotations

from typing import Any

from ..backends._shared import Shared
from ._checks import check_number

__all__ = ["RetryBudget"]


_WHOLE = 1 - 1e-9  # ten tenths are a little less than one


class RetryBudget(Shared):
    """Tokens for retries, shared by all who hold the object, in whatever thread, loop or world.

    Whatever happens, there are at most ``capacity + refill * answers`` retries. It pickles, and is
    forked, as a full one.

    Args:
        capacity: the most tokens, which it begins with; `math.inf` for a budget that is never used up.
        refill: tokens that an answer brings back.

    Raises:
        TypeError, ValueError: a number is none, or out of range.
    """

    def __init__(self, capacity: float = 100, refill: float = 0.2) -> None:
        check_number("RetryBudget(capacity=...)", capacity, least=0, finite=False)
        check_number("RetryBudget(refill=...)", refill, least=0)
        self._capacity = capacity
        self._refill = refill
        self._tokens: float = capacity
        super().__init__()

    @property
    def tokens(self) -> float:
        """How many are left."""
        return self._tokens

    def take(self) -> bool:
        """Take a token for a retry; return False if there is none."""
        with self._lock:
            if self._tokens < _WHOLE:
                return False
            self._tokens = max(self._tokens - 1, 0.0)
            return True

    def answered(self) -> None:
        """Note that a server has answered as it should."""
        with self._lock:
            self._tokens = min(self._capacity, self._tokens + self._refill)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._capacity, self._refill)

    def __repr__(self) -> str:
        return f"<RetryBudget {self._tokens:g} of {self._capacity:g}, {self._refill:g} an answer>"
