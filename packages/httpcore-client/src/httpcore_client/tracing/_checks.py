"""Whether an argument is a number that can be counted with."""

from __future__ import annotations

__all__ = ["check_whole"]


def check_whole(name: str, value: object) -> None:
    """Refuse what is no whole number from 1 on.

    Raises:
        TypeError, ValueError: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
