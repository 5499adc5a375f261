"""`ConcurrencyLimiter`: who holds a slot, and who is in line for one. It waits for nothing itself."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Any

from ..backends._shared import Shared
from ..retry._checks import check_count

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from .._siblings import pool

__all__ = ["ConcurrencyLimiter", "Slot"]


class _Lane:
    """One key: how many slots are taken, and who is in line."""

    __slots__ = ("key", "line", "taken")

    def __init__(self, key: Hashable) -> None:
        self.key: Hashable = key
        self.taken: int = 0
        self.line: OrderedDict[Slot, pool.Event] = OrderedDict()  # whom to tell how


class Slot:
    """A place in line for the right to a request on its way, and then that right.

    It is released exactly once, whoever does it.

    Attributes:
        lane: where it is.
        given: is set when it is the right; None if it was from the beginning.
        held: whether it is.
    """

    __slots__ = ("_limiter", "given", "held", "lane")

    def __init__(
        self, limiter: ConcurrencyLimiter, lane: _Lane, given: pool.Event | None = None
    ) -> None:
        self._limiter = limiter
        self.lane: _Lane = lane
        self.given: pool.Event | None = given
        self.held: bool = given is None

    def release(self) -> None:
        """Give it back, or leave the line."""
        self._limiter.release(self)

    def abandon(self) -> None:
        """Note, without a lock, that nobody will give it back: it is when the limiter is used next."""
        self._limiter.dropped.append(self)


class ConcurrencyLimiter(Shared):
    """So many requests on their way at once, for each key; shared by all who hold the object.

    It pickles, and is forked, as a new one.

    Args:
        limit: how many.

    Raises:
        TypeError, ValueError: that is no whole number, or less than 1.

    Attributes:
        dropped: slots of responses that were dropped without being closed.
    """

    def __init__(self, limit: int) -> None:
        check_count("ConcurrencyLimiter(limit)", limit)
        self.limit: int = limit
        self.dropped: deque[Slot] = deque()
        self._lanes: dict[Hashable, _Lane] = {}  # those that somebody holds a slot of
        super().__init__()

    def enter(self, key: Hashable, event: Callable[[], pool.Event]) -> Slot:
        """Take a slot, or stand in line for one.

        Args:
            key: what is limited.
            event: makes what the slot is waited for with.
        """
        self.reap()
        with self._lock:
            lane = self._lanes.get(key) or _Lane(key)
            if lane.taken < self.limit:  # then nobody is in line
                lane.taken += 1
                self._lanes[key] = lane
                slot = Slot(self, lane)
            else:
                given = event()
                slot = Slot(self, lane, given)
                lane.line[slot] = given
            return slot

    def release(self, slot: Slot) -> None:
        """Take a slot back, or out of the line, unless it was. Who is next in line gets it."""
        with self._lock:
            lane = slot.lane
            if not slot.held:
                lane.line.pop(slot, None)
                return
            slot.held = False
            if lane.line:
                heir, given = lane.line.popitem(last=False)
                heir.held = True
                given.set()
                return
            lane.taken -= 1
            if not lane.taken and self._lanes.get(lane.key) is lane:  # else it is of before a fork
                del self._lanes[lane.key]

    def reap(self) -> None:
        """Take back what was dropped."""
        while True:
            try:
                slot = self.dropped.popleft()
            except IndexError:  # there is none any more
                return
            slot.release()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.limit,)

    def __repr__(self) -> str:
        return f"<ConcurrencyLimiter {self.limit}>"
