"""What `PoolState` keeps account of: records without rules, which only it changes.

A connection is an `Entry`, a request that wants one is a `Waiter`, and the `Lane` of a key holds both.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Hashable

    from ._stats import Reason

__all__ = ["Entry", "Lane", "Waiter"]

C = TypeVar("C")


class Entry(Generic[C]):
    """One connection of the pool, from the decision to dial it to its end.

    Attributes:
        lane: where it belongs.
        connection: the connection, put here by whoever was told to dial it.
        capacity: how many exchanges it carries at once; 0 until there is a connection.
        in_use: how many requests hold it.
        uses: how many requests were given it so far, the one that dials it included.
        last_use: the number of uses after which it takes no further one.
        retire_at: when it takes no further request.
        idle_since: when the last one let go of it; meaningful while it is idle.
        reason: why it takes no further request, or None while it does.
        gone: whether the pool no longer counts it.
    """

    __slots__ = (
        "capacity",
        "connection",
        "gone",
        "idle_since",
        "in_use",
        "lane",
        "last_use",
        "reason",
        "retire_at",
        "uses",
    )

    def __init__(self, lane: Lane[C], last_use: float) -> None:
        self.lane = lane
        self.connection: C = cast("Any", None)  # nobody looks at it before `capacity` says so
        self.capacity = 0
        self.in_use = 1
        self.uses = 1
        self.last_use = last_use
        self.retire_at = float("inf")
        self.idle_since = 0.0
        self.reason: Reason | None = None
        self.gone = False


class Waiter(Generic[C]):
    """A request that wants a connection.

    Attributes:
        key: what it wants to reach, and how.
        may_share: whether a connection to there may turn out to carry many exchanges at once; the same
            for all waiters of a key.
        entry: what it was given, or None while it waits.
        number: its place in the order of arrival, set when it has to wait.
    """

    __slots__ = ("entry", "key", "may_share", "number")

    def __init__(self, key: Hashable, *, may_share: bool) -> None:
        self.key = key
        self.may_share = may_share
        self.entry: Entry[C] | None = None
        self.number = 0

    def wake(self) -> None:
        """Called, under the lock, when a waiter that was queued is given its entry."""


class Lane(Generic[C]):
    """All that leads to one key. It is there while it has an entry or a waiter.

    Attributes:
        key: an origin and the way to it.
        may_share: see `Waiter`.
        shares: whether connections to there carry many exchanges at once; None until one is connected.
        open: how many entries it has.
        live: how many of them are connected and take requests.
        idle: those that nobody uses, the warmest last.
        roomy: those in use with room for more.
        waiters: who waits, first come first.
        dial: the dial that they wait for, since they may share what comes of it, or None.
        alone: up to this number waiters wait for no dial of another any more.
        listed: whether the lane is in the heap of those that want a slot.
    """

    __slots__ = (
        "alone",
        "dial",
        "idle",
        "key",
        "listed",
        "live",
        "may_share",
        "open",
        "roomy",
        "shares",
        "waiters",
    )

    def __init__(self, key: Hashable, *, may_share: bool) -> None:
        self.key = key
        self.may_share = may_share
        self.shares: bool | None = None
        self.open = 0
        self.live = 0
        self.idle: dict[Entry[C], None] = {}
        # Ordered: taking the first of a plain dict again and again steps over all that left before.
        self.roomy: OrderedDict[Entry[C], None] = OrderedDict()
        self.waiters: OrderedDict[Waiter[C], None] = OrderedDict()
        self.dial: Entry[C] | None = None
        self.alone = 0
        self.listed = False

    @property
    def first(self) -> Waiter[C]:
        """Who has waited longest; there must be one."""
        return next(iter(self.waiters))
