"""Checks of what retries and limits are made with, where it enters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, cast

__all__ = ["check_count", "check_number", "members"]

_KINDS = {str: "method names", int: "statuses", type: "classes of errors"}


def check_count(name: str, value: object, least: int = 1) -> None:
    """Refuse what is no whole number, or too small a one.

    Raises:
        TypeError, ValueError: so it is.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")


def check_number(
    name: str, value: object, *, least: float | None = None, finite: bool = True
) -> None:
    """Refuse what is no number, or out of range.

    Args:
        name: of the argument.
        value: what was given.
        least: the lowest that it may be; None: it must be above 0.
        finite: whether it must be less than infinity.

    Raises:
        TypeError, ValueError: it is refused.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{name} must be a number, not {type(value).__name__}")
    try:
        known = float(value)
    except OverflowError:  # of a whole number
        known = math.nan
    if math.isnan(known) or (finite and math.isinf(known)):
        raise ValueError(f"{name} must be a finite number, not {value}")
    if value < (0 if least is None else least) or (least is None and not value):
        wanted = "more than 0" if least is None else f"at least {least:g}"
        raise ValueError(f"{name} must be {wanted}, not {value!r}")


def members(name: str, given: object, kind: type) -> list[Any]:
    """Return what is in a collection.

    Args:
        name: of the argument.
        given: the collection.
        kind: of its members: str for methods, int for statuses, type for errors.

    Raises:
        TypeError: it is none, or has others.
    """
    if not isinstance(given, str) and isinstance(given, Iterable):
        found = list(cast("Iterable[object]", given))
        if all(isinstance(each, kind) and not isinstance(each, bool) for each in found):
            return found
    raise TypeError(f"{name} must be a collection of {_KINDS[kind]}, not {given!r}")
