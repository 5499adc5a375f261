"""What limits go by: a key of each request, its origin by default; and states by key, bounded in number."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Hashable
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from .._riding import as_callable
from .._siblings import Origin

if TYPE_CHECKING:
    from .._siblings import pool
    from ..adapters import Clock

__all__ = ["Key", "Keyed", "as_key", "shown", "steady"]

Key: TypeAlias = "Callable[[pool.Request], Hashable]"
S = TypeVar("S")

_MOST_KEYS = 10_000
_KEPT_KEYS = 9_000  # after some are forgotten, so that it takes a while until that is due again


def as_key(key: Key | None) -> Key:
    """Return what gives the key of a request.

    Raises:
        TypeError: it can't be called; or, when it is, gives what is no key.
    """
    callers: Key | None = as_callable("key", key)
    return _origin if callers is None else partial(_checked, callers)


def _checked(key: Key, request: pool.Request) -> Hashable:
    found: object = key(request)
    if isinstance(found, Coroutine):  # each would be a key of its own, and nothing limited
        found.close()
        raise TypeError("key must not be async: it is called while requests wait for it")
    if not isinstance(found, Hashable):
        raise TypeError(
            f"key must return what can be hashed, such as a str, not {type(found).__name__}"
        )
    return found


def _origin(request: pool.Request) -> Hashable:
    return request.url.origin


def shown(key: Hashable) -> str:
    """The key for people: an origin as it is written. Any other may be a secret, such as a credential."""
    return str(key) if isinstance(key, Origin) else "its key"


def steady(clock: Clock | None) -> Callable[[], float]:
    """Return what tells the time in states that several clients share.

    Not a backend's clock: Trio's begins anew, at another time, with each of its loops.
    """
    return time.monotonic if clock is None else clock.now


class Keyed(Generic[S]):
    """States by key; of very many those are forgotten that were not asked for longest.

    Args:
        make: makes the state of a new key.
        is_busy: whether somebody holds on to a state, so that it may not be forgotten.
    """

    def __init__(
        self, make: Callable[[], S], is_busy: Callable[[S], bool] = lambda _: False
    ) -> None:
        self._make = make
        self._is_busy = is_busy
        self._states: dict[Hashable, S] = {}

    def __getitem__(self, key: Hashable) -> S:
        states = self._states
        state = states.pop(key, None)
        if state is None:
            state = self._make()
            if len(states) >= _MOST_KEYS:
                self._forget()
        states[key] = state  # as the last
        return state

    def __len__(self) -> int:
        return len(self._states)

    def _forget(self) -> None:
        surplus = len(self._states) - _KEPT_KEYS
        idle = [key for key, state in self._states.items() if not self._is_busy(state)]
        for key in idle[:surplus]:
            del self._states[key]
