"""`StandIn`: the base of adapters that stand in a pool's place, in one client or in all of them.

`installed` changes `ConnectionPool` itself for a while, since the code that a test is about makes its
clients where the test can't reach: no hook for that is needed in the client, and none is paid for.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self, cast
from weakref import WeakKeyDictionary, WeakSet, ref

from .._siblings import pool
from ..adapters import AddedAdapter
from ._clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..adapters._clock import Clock

__all__ = ["StandIn"]


class StandIn(AddedAdapter):
    """An adapter over the pool that may answer in its place."""

    def over(self, inner: pool.Adapter, backend: pool.Backend) -> Self:
        """Return this adapter in its place; see `AddedAdapter.over`."""
        if isinstance(self._own_clock, ManualClock):
            self._own_clock.drive(backend)
        return super().over(inner, backend)

    @contextmanager
    def installed(self) -> Generator[Self, None, None]:
        """Stand in the place of every pool, of every client there is or will be, in a ``with`` block.

        Of several the last one meets a request first. A client that has an application in its pool's
        place (`ASGIAdapter`, `WSGIAdapter`) keeps it.
        """
        place = _Place(self)
        with _guard:
            if not _standing:
                _Kind.__init__, _Kind.send = _make, _send
            _standing.append(place)
        try:
            yield self
        finally:
            with _guard:
                _standing.remove(place)
                if not _standing:
                    _Kind.__init__, _Kind.send = _MAKE, _SEND
            place.leave()


_Kind: Any = pool.ConnectionPool
_MAKE, _SEND = _Kind.__init__, _Kind.send
_guard = pool.SyncBackend().lock()
_standing: list[_Place] = []  # the last is the outermost; blocks may end in any order


def _make(of: pool.ConnectionPool, *args: Any, **named: Any) -> None:
    _MAKE(of, *args, **named)
    for place in tuple(_standing):
        place.take(of)


async def _send(of: pool.ConnectionPool, request: pool.Request) -> pool.Response:
    return await _through(tuple(_standing), of, request)


async def _through(
    standing: tuple[_Place, ...], of: pool.ConnectionPool, request: pool.Request
) -> pool.Response:
    if not standing:
        sent: pool.Response = await _SEND(of, request)
        return sent
    return await standing[-1].send(of, request)


class _Place:
    """Where an adapter stands in every pool's place."""

    def __init__(self, adapter: StandIn) -> None:
        self._adapter = adapter
        self._clock = adapter._own_clock
        self._placed: WeakKeyDictionary[pool.ConnectionPool, pool.Adapter] = WeakKeyDictionary()
        self._worlds: WeakSet[pool.Backend] = WeakSet()

    def take(self, of: pool.ConnectionPool) -> None:
        """Stand in the place of a new pool, whose world is in the adapter's time from now on."""
        self._worlds.add(of.backend)
        self._placed[of] = self._adapter.over(_Real(of, self), of.backend)

    async def send(self, of: pool.ConnectionPool, request: pool.Request) -> pool.Response:
        here = self._placed.get(of)
        if here is None:  # its client was there before, with the time of its own world
            here = AddedAdapter.over(self._adapter, _Real(of, self), of.backend)
            self._placed[of] = here
        return await here.send(_moved(request, _ahead(self._clock, of.backend)))

    async def send_on(self, of: pool.ConnectionPool, request: pool.Request) -> pool.Response:
        """Send to what stands below, the pool itself in the end."""
        standing = tuple(_standing)
        below = standing[: standing.index(self)] if self in standing else ()
        return await _through(below, of, _moved(request, -_ahead(self._clock, of.backend)))

    def leave(self) -> None:
        """Give the worlds their own time back."""
        for world in list(self._worlds):
            if vars(world).get("now") == getattr(self._clock, "now", None):
                vars(world).pop("now", None)


class _Real(pool.Adapter):
    """A pool as it is, in whose place something stands."""

    def __init__(self, real: pool.ConnectionPool, place: _Place) -> None:
        self._real = ref(real)
        self._place = place

    async def send(self, request: pool.Request) -> pool.Response:
        real = cast("pool.ConnectionPool", self._real())  # whose `send` runs at this moment
        return await self._place.send_on(real, request)

    async def close(self) -> None:
        """It is closed by its client."""


def _ahead(clock: Clock | None, backend: pool.Backend) -> float:
    """Return by how much a manual clock is ahead of the one that a request's deadline is on."""
    return clock.now() - backend.now() if isinstance(clock, ManualClock) else 0.0


def _moved(request: pool.Request, seconds: float) -> pool.Request:
    """Return a request whose times are on another clock."""
    if not seconds:
        return request
    options = request.options
    times = {"started": options.started, "deadline": options.deadline}
    moved = {name: at + seconds for name, at in times.items() if at is not None}
    return request.with_options(options.copy_with(**moved))
