"""Running a coroutine function from where no event loop runs: for commands."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["run_in_loop"]

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def run_in_loop(function: Callable[[*Ts], Coroutine[Any, Any, T]], *args: *Ts) -> T:
    """Run `function(*args)` on asyncio to its end and return its result; Ctrl-C cancels it."""
    return asyncio.run(function(*args))
