"""`Line`: who waits, and whose turn it is when a slot (the right to dial) becomes free.

Waiters stand in the `Lane` of their key, in the order of arrival, which numbers them. A lane *wants* a
slot if it has waiters, is below its own limit, and does not wait for a dial that may serve them all. The
lanes that want one are in a heap by the number of their first waiter, so that a waiter which only its
own lane's limit blocks is in nobody's way, and is back in its place as soon as that limit allows.

Of the heap it holds that
- each lane is in it once at most, and every lane that wants a slot is;
- the number that a lane is under is not above its first waiter's: waiters join at the end only, so that
  first waiters only get later. A number that is too low, and a lane that wants no slot any more, are put
  right when they come to the top.

So to find the next takes the logarithm of the number of lanes with waiters, and each lane that is found
to be there for nothing is taken out once for each time that it was put in.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from ._entry import Lane, Waiter

__all__ = ["Line"]

C = TypeVar("C")

_FEW_LANES = 64  # a heap of so few is never cleaned out


class Line(Generic[C]):
    """All waiters of a pool.

    Attributes:
        queued: how many there are.
        number: that of the last one who came.
    """

    __slots__ = ("_heap", "_most_per_lane", "number", "queued")

    def __init__(self, most_per_lane: float) -> None:
        self._most_per_lane = most_per_lane
        self._heap: list[tuple[int, Lane[C]]] = []
        self.queued = 0
        self.number = 0

    def join(self, lane: Lane[C], waiter: Waiter[C]) -> None:
        """Stand at the end."""
        self.number += 1
        self.queued += 1
        waiter.number = self.number
        lane.waiters[waiter] = None
        self.note(lane)

    def leave(self, lane: Lane[C], waiter: Waiter[C]) -> None:
        """Be served, or give up."""
        self.queued -= 1
        del lane.waiters[waiter]
        if len(self._heap) > _FEW_LANES + 2 * self.queued:
            self._sweep()

    def note(self, lane: Lane[C]) -> None:
        """Something about the lane has changed, so that it may want a slot now."""
        if not lane.listed and self._wants(lane):
            lane.listed = True
            heappush(self._heap, (lane.first.number, lane))

    def next(self) -> Lane[C] | None:
        """The lane whose first waiter has the first claim to a slot, if any lane wants one."""
        heap = self._heap
        while heap:
            number, lane = heap[0]
            if not self._wants(lane):
                lane.listed = False
                heappop(heap)
            elif (first := lane.first.number) != number:
                heapreplace(heap, (first, lane))
            else:
                return lane
        return None

    def is_next(self, lane: Lane[C]) -> bool:
        """Whether a connection of this lane that becomes free is for the lane's own first waiter."""
        other = self.next()
        return other is None or lane.first.number <= other.first.number

    def _wants(self, lane: Lane[C]) -> bool:
        return bool(lane.waiters) and lane.dial is None and lane.open < self._most_per_lane

    def _sweep(self) -> None:
        """Forget lanes that nobody stands in: many that gave up must not stay because one goes on."""
        kept: list[tuple[int, Lane[C]]] = []
        for item in self._heap:
            item[1].listed = bool(item[1].waiters)
            if item[1].listed:
                kept.append(item)
        heapify(kept)
        self._heap = kept
