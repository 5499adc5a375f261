"""What a caller adds to a client's stack: adapters that are made before there is anything below them.

The client gives each its place. What an adapter is to share between the clients it is given to (a limiter, a
store) it holds as an object; only where it stands is its own.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, ClassVar, Self

from .._siblings import pool
from ._base import Layer
from ._clock import Clock

if TYPE_CHECKING:
    from typing import Any

__all__ = ["AddedAdapter"]


class AddedAdapter(Layer):
    """The base of adapters for `adapters=[...]`: those that are made without the level below.

    It is put over the `level` that its class names, of several over one level the first as the
    outermost. To use it alone, give it its place yourself: ``adapter.over(pool, pool.backend)``.

    Attributes:
        level: the level of the stack that it stands over, whatever is there.
    """

    level: ClassVar[type[pool.Adapter]] = pool.ConnectionPool
    _own_clock: Clock | None = None  # the caller's, in place of the backend's
    # What it gets with its place.
    _inner: pool.Adapter
    _backend: pool.Backend
    _clock: Clock

    def __init__(self) -> None:
        """It has no place yet."""

    def over(self, inner: pool.Adapter, backend: pool.Backend) -> Self:
        """Return this adapter in its place, over another one, in a world.

        Args:
            inner: what it sends through. It belongs to it: closing the adapter closes it.
            backend: the world that both live in.
        """
        placed = copy.copy(self)
        placed._inner = inner
        placed._backend = backend
        placed._clock = self._own_clock or Clock(backend)
        return placed

    @property
    def backend(self) -> pool.Backend:
        """The world that it lives in."""
        return self._backend

    @property
    def clock(self) -> Clock:
        """What tells it the time."""
        return self._clock

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in ("_inner", "_backend", "_clock"):
                raise RuntimeError(
                    f"{self!r} has no place in a stack yet: give it to a client, as adapters=[...], "
                    "or put it over an adapter by over()"
                )
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
