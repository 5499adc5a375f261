"""How long to wait before another attempt."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RETRY_MS", "pause"]

RETRY_MS = 3000  # as Chrome has it; the standard asks for "probably in the region of a few seconds"
_LEAST_SECONDS = 0.5  # that a failure after another counts, whatever the server asks for
_MOST_SECONDS = 60.0  # that failures make of a pause, unless the server asks for more


def pause(
    retry_ms: int, failures: int, uniform: Callable[[float, float], float] = random.uniform
) -> float:
    """Return the seconds to wait before connecting anew.

    What the server asks for, twice as long with each failure after the first, and up to half of it in
    addition, so that not all clients of a server come back to it at once (WHATWG HTML 9.2.3 lets us wait
    longer).

    Args:
        retry_ms: what the server asks for.
        failures: attempts since the last event, this one included.
        uniform: draws a number between two.
    """
    seconds = retry_ms / 1000
    if failures > 1:
        longer = max(seconds, _LEAST_SECONDS) * 2.0 ** min(failures - 1, 32)
        seconds = min(longer, max(seconds, _MOST_SECONDS))
    return seconds + uniform(0, seconds / 2)
