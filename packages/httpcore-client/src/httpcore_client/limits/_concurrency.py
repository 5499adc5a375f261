"""`ConcurrencyLimitAdapter`: lets no more requests be on their way than a `ConcurrencyLimiter` has slots."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .._siblings import pool
from ..adapters import AddedAdapter
from ..backends._shared import shared_event
from ._keys import Key, as_key, shown
from ._slots import ConcurrencyLimiter, Slot
from ._waiting import check_max_wait, longest_wait, too_long

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["ConcurrencyLimitAdapter"]

_LOOK_SECONDS = 5.0  # so often does who waits look for responses that were dropped


class ConcurrencyLimitAdapter(AddedAdapter):
    """Lets requests wait until fewer than a limit are on their way: sent, and their bodies not at an end.

    It stands over the pool, so that it counts what goes out. They go first come, first served.

    Args:
        limiter: the limit, as a `ConcurrencyLimiter`, which several clients may share, or the number.
        key: returns what a request is limited by; None for its origin. A function that always returns
            the same makes one limit for all.
        max_wait: the most seconds that a request may wait; None for no limit but its deadline.

    Raises:
        TypeError, ValueError: an argument is of another kind, or out of range.
    """

    def __init__(
        self,
        limiter: ConcurrencyLimiter | int,
        *,
        key: Key | None = None,
        max_wait: float | None = None,
    ) -> None:
        super().__init__()
        check_max_wait(max_wait)
        if not isinstance(limiter, ConcurrencyLimiter):
            limiter = ConcurrencyLimiter(limiter)
        self.limiter: ConcurrencyLimiter = limiter
        self._key = as_key(key)
        self._max_wait = max_wait

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request when there is a slot for it, which it holds until its body has ended.

        Raises:
            LimitExceeded: none became free in time.
            HTTPError: what the levels below raise.
        """
        slot = await self._slot(request, self._key(request))
        try:
            response = await self._inner.send(request)
        except BaseException:
            slot.release()
            raise
        response.wrap_source(partial(_held, slot))
        return response

    async def _slot(self, request: pool.Request, key: Hashable) -> Slot:
        """Wait for a slot."""
        limiter = self.limiter
        slot = limiter.enter(key, partial(shared_event, self.backend))
        if slot.given is None:
            return slot
        try:
            longest = longest_wait(request, self._max_wait, self.clock.now)
            if await self._wait(slot.given, longest):
                return slot
            slots = "the only slot" if limiter.limit == 1 else f"all {limiter.limit} slots"
            what = f"{slots} of {shown(key)} stayed taken"
            raise too_long(request, what, longest, self.clock.now())
        except BaseException:
            slot.release()
            raise

    async def _wait(self, given: pool.Event, longest: float) -> bool:
        until = self.clock.now() + longest
        while (left := until - self.clock.now()) > _LOOK_SECONDS:
            if await given.wait(_LOOK_SECONDS):
                return True
            self.limiter.reap()
        return await given.wait(max(left, 0.0))

    def __repr__(self) -> str:
        return f"<ConcurrencyLimitAdapter {self.limiter.limit}>"


def _held(slot: Slot, source: pool.ByteSource) -> pool.ByteSource:
    """Return a body that holds the slot until it ends, which one that came with the head has."""
    if source.closed:
        slot.release()
        return source
    return _HoldingSource(source, slot)


class _HoldingSource(pool.WrappedSource):
    """Holds the slot of a request until its body ends."""

    def __init__(self, source: pool.ByteSource, slot: Slot) -> None:
        super().__init__(source)
        self._slot = slot

    async def read_chunk(self) -> bytes:
        data = b""
        try:
            data = await self.source.read_chunk()
        finally:
            if self.source.closed:
                self.closed, self.cut = True, self.source.cut
                self.trailers = self.source.trailers
                self._slot.release()
        return data

    async def given_up(self) -> None:
        self._slot.release()

    def abandon(self) -> None:
        super().abandon()
        self._slot.abandon()
