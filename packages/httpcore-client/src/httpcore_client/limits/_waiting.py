"""How long a request may wait for a limit, and what it is told if that is not long enough."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from ..retry._checks import check_number
from ._errors import LimitExceeded

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._siblings import pool

__all__ = ["check_max_wait", "longest_wait", "too_long"]


def check_max_wait(max_wait: float | None) -> None:
    """Refuse what is no number of seconds, or less than 0.

    Raises:
        TypeError, ValueError: so it is.
    """
    if max_wait is not None:
        check_number("max_wait", max_wait, least=0)


def longest_wait(request: pool.Request, max_wait: float | None, now: Callable[[], float]) -> float:
    """Return the seconds that a request may wait: so many, and not past its deadline.

    Args:
        request: which has the deadline.
        max_wait: what the caller allows; None for no limit.
        now: the clock that deadlines are on.
    """
    longest = math.inf if max_wait is None else max_wait
    deadline = request.options.deadline
    return longest if deadline is None else min(longest, max(deadline - now(), 0.0))


def too_long(request: pool.Request, what: str, longest: float, now: float) -> LimitExceeded:
    """Return the error for a request that would wait for longer than it may."""
    error = LimitExceeded(
        f"{what}, and it may wait for {longest:.2f} s at most (max_wait, or the total of its timeout): "
        "send fewer requests at once, or let them wait for longer",
        longest,
    )
    started = request.options.started
    if started is not None:
        error.elapsed = max(0.0, now - started)
    return error.about(request)
