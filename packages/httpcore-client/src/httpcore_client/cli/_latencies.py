"""What a benchmark measured, in figures: percentiles and a histogram. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["histogram", "in_units", "percentile"]

_STEPS = 10


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that so many per cent of the values do not exceed (nearest rank).

    Args:
        ordered: at least one value, the smallest first.
        percent: more than 0, 100 at most.
    """
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1]


def histogram(ordered: Sequence[float]) -> list[tuple[float, int]]:
    """Return upper bounds of steps that grow by one factor, and how many values are in each.

    Latencies have a long tail: in steps of one width nearly all would be in the first.

    Args:
        ordered: at least one value more than 0, the smallest first.
    """
    low, high = ordered[0], ordered[-1]
    if high <= low:
        return [(high, len(ordered))]
    factor = (high / low) ** (1 / _STEPS)
    bounds = [low * factor**step for step in range(1, _STEPS)] + [high]
    counts = [0] * _STEPS
    step = 0
    for value in ordered:
        while value > bounds[step] and step < _STEPS - 1:
            step += 1
        counts[step] += 1
    return list(zip(bounds, counts, strict=True))


def in_units(seconds: float) -> str:
    """Return seconds with three digits, in the unit that suits them."""
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if seconds * factor >= 1:
            return f"{_three_digits(seconds * factor)} {unit}"
    return f"{_three_digits(seconds * 1e6)} µs"


def _three_digits(value: float) -> str:
    return f"{value:.{max(0, 2 - int(math.log10(value)) if value >= 1 else 2)}f}"
