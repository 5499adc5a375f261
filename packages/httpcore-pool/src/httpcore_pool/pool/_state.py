"""What the pool decides: who gets which connection, who waits, what is closed. No I/O, no waiting.

`PoolState` is given facts (a request wants a connection, one became free, one died) and the time, and
answers with entries: the one to use on the waiter, those to close as the return value. The caller holds
the pool's lock around every call.

A key is an origin and the way to it; its connections and its waiters are in its `Lane`. There are two
ways to be served. *Room* on a connection of one's lane is taken past all other lanes, since it costs
nobody anything. A *slot*, the right to dial, is given by the order of arrival among the lanes that want
one; the `Line` knows it. A connection that becomes idle is worth a slot, and goes by the same order.

After every call it holds that
- who waits finds no room in its lane;
- if a lane wants a slot, the pool is at its limit and nothing is idle;
- an idle connection's lane has no waiters;
- nothing that is idle, or takes further requests, is past its time (as of the last `now` that was given).

Each call takes constant time in the number of connections and of waiters (those it serves aside), but for
the line's heap.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from ._entry import Entry, Lane, Waiter
from ._line import Line
from ._stats import REASONS, PoolStats

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._config import PoolLimits
    from ._stats import Reason

__all__ = ["PoolState"]

C = TypeVar("C")

_NEVER = float("inf")


def _or_never(value: float | None) -> float:
    return _NEVER if value is None else value


class PoolState(Generic[C]):
    """The connections of a pool and the requests that wait for one.

    Attributes:
        opened: connections made so far.
    """

    def __init__(self, limits: PoolLimits) -> None:
        self._most = _or_never(limits.max_connections)
        self._most_per_key = _or_never(limits.max_per_origin)
        self._keep = _or_never(limits.max_keepalive)
        self._expiry = _or_never(limits.keepalive_expiry)
        self._max_age = _or_never(limits.max_age)
        self._max_requests = _or_never(limits.max_requests)
        self._requests = 0
        self._dialled = 0  # how many requests were told to dial
        self.opened = 0
        self._closed = dict.fromkeys(REASONS, 0)
        self._forget()

    def _forget(self) -> None:
        self._lanes: dict[Hashable, Lane[C]] = {}
        self._entries: dict[Entry[C], None] = {}
        self._idle: OrderedDict[Entry[C], None] = OrderedDict()  # longest idle first
        self._aging: OrderedDict[Entry[C], None] = OrderedDict()  # oldest first, if age is limited
        self._due = _NEVER  # nothing expires or retires before
        self._line: Line[C] = Line(self._most_per_key)
        self._connecting = 0

    # What it tells.

    @property
    def open(self) -> int:
        """Connections in the pool, those being dialled included."""
        return len(self._entries)

    @property
    def idle(self) -> int:
        """Connections that nobody uses."""
        return len(self._idle)

    @property
    def queued(self) -> int:
        """Requests that wait."""
        return self._line.queued

    def stats(self) -> PoolStats:
        """All counts of this moment."""
        return PoolStats(
            open=self.open,
            idle=self.idle,
            in_use=self.open - self.idle - self._connecting,
            connecting=self._connecting,
            queued=self.queued,
            requests=self._requests,
            reused=self._requests - self._dialled,
            opened=self.opened,
            closed=dict(self._closed),
        )

    # Facts that come in.

    def take(self, key: Hashable, now: float) -> Entry[C] | None:
        """The common case of `request`, for little: a connection that is there, if nothing else is due."""
        if (lane := self._lanes.get(key)) is None or now >= self._due:
            return None
        if lane.roomy or not lane.idle:
            return self._share(lane)
        # The same as _share for an idle one, and _use for one exchange at a time.
        entry = lane.idle.popitem()[0]
        del self._idle[entry]
        self._requests += 1
        entry.in_use = 1
        entry.uses = uses = entry.uses + 1
        if uses >= entry.last_use:
            self._retire(entry, "requests")
        elif entry.capacity > 1:
            lane.roomy[entry] = None
        return entry

    def with_room(self, key: Hashable) -> list[C]:
        """Return the connections to a key that would take a request at once."""
        lane = self._lanes.get(key)
        return [] if lane is None else [entry.connection for entry in (*lane.roomy, *lane.idle)]

    def request(
        self, waiter: Waiter[C], now: float, dead: Entry[C] | None = None
    ) -> list[Entry[C]]:
        """A request wants a connection: it gets an entry at once, or is queued.

        An entry without a connection is for the request to dial; it then reports `connected` or
        `failed`. With `dead` the request brings back an entry of its key whose connection turned out to
        be dead, and has the first claim to its slot.
        """
        closing = self._look(now)
        if dead is not None:
            self._requests -= 1
            self._let_go(dead, "stale", closing)
        if (lane := self._lanes.get(waiter.key)) is None:
            lane = self._lanes[waiter.key] = Lane(waiter.key, may_share=waiter.may_share)
        waiter.entry = self._share(lane) or self._new(lane, closing)
        if waiter.entry is None:
            self._line.join(lane, waiter)
        if dead is not None:
            self._serve(closing)
        return closing

    def reserve(
        self, key: Hashable, now: float, ready: int, *, may_share: bool
    ) -> tuple[Entry[C] | None, list[Entry[C]]]:
        """An entry to dial ahead of any request, unless `ready` are idle or a limit is in the way."""
        closing = self._look(now)
        lane = self._lanes.get(key) or Lane(key, may_share=may_share)
        if (
            len(self._entries) >= self._most
            or len(self._idle) >= self._keep
            or len(lane.idle) >= ready
            or lane.open >= self._most_per_key
            or lane.dial is not None
            or (lane.shares and lane.live)  # one is enough
        ):
            return None, closing
        self._lanes[key] = lane
        entry = self._add(lane, shared=may_share and lane.shares is not False)
        entry.last_use += 1  # this one carries no request
        return entry, closing

    def connected(
        self, entry: Entry[C], capacity: int, now: float, *, pending: bool = False
    ) -> list[Entry[C]]:
        """An entry was dialled and can carry `capacity` exchanges at once.

        If how many is `pending`, it carries one until `resize` says more, for which its lane waits.
        """
        lane, entry.capacity = entry.lane, 1 if pending else max(1, capacity)
        if entry.gone:
            return []
        self._connecting -= 1
        self.opened += 1
        lane.live += 1
        lane.shares = capacity > 1
        if pending:
            lane.dial = lane.dial or entry
        elif lane.dial is entry:
            lane.dial = None
        if self._max_age < _NEVER:
            entry.retire_at = now + self._max_age
            self._due = min(self._due, entry.retire_at)
            self._aging[entry] = None
        if entry.uses >= entry.last_use:
            self._retire(entry, "requests")
        else:
            self._fill(entry)
        self._line.note(lane)
        closing: list[Entry[C]] = []
        self._serve(closing)
        return closing

    def resize(self, entry: Entry[C], capacity: int, now: float) -> list[Entry[C]]:
        """How many exchanges a connection carries at once was learnt, or has changed."""
        closing = self._look(now)
        lane = entry.lane
        if entry.reason is None:
            # A server may say 0 for a while (RFC 9113 5.1.2): one request has to find out.
            entry.capacity = capacity or 1
            if lane.dial is entry:
                lane.dial = None
            self._fill(entry)
            self._line.note(lane)
        self._serve(closing)
        return closing

    def release(
        self, entry: Entry[C], now: float, reason: Reason | None = None, capacity: int = 1
    ) -> list[Entry[C]]:
        """A request lets go of its connection, which with a `reason` is not to be used again."""
        closing = self._look(now) if now >= self._due else []
        if (why := entry.reason or reason) is not None:
            self._let_go(entry, why, closing)
            self._serve(closing)
            return closing
        lane = entry.lane
        entry.in_use -= 1
        entry.capacity = capacity or 1
        if entry.in_use or (lane.waiters and (lane.dial is entry or self._line.is_next(lane))):
            self._fill(entry)
            self._serve(closing)  # it may have taken its last request: the others need another
            return closing
        if lane.roomy:
            lane.roomy.pop(entry, None)
        entry.idle_since = now
        self._idle[entry] = lane.idle[entry] = None
        if (due := now + self._expiry) < self._due:
            self._due = due
        if self._line.queued:
            self._serve(closing)
        if len(self._idle) > self._keep:
            self._evict(next(iter(self._idle)), "surplus", closing)
        return closing

    def failed(self, entry: Entry[C], *, refused: bool = True) -> list[Entry[C]]:
        """An entry was not dialled: it could not be (`refused`), or who was to do it has gone.

        After a refusal those who waited dial each alone, unless they want more of what is there already.
        """
        closing: list[Entry[C]] = []
        lane = entry.lane
        if lane.dial is entry:
            lane.dial = None
            if refused and not lane.live:
                lane.shares, lane.alone = None, self._line.number
        self._let_go(entry, "failed", closing)
        self._serve(closing)
        closing.remove(entry)  # there is nothing to close
        return closing

    def cancel(self, waiter: Waiter[C], now: float) -> list[Entry[C]]:
        """A request no longer wants a connection. What it was given at that instant goes on."""
        entry = waiter.entry
        if entry is not None:
            waiter.entry = None
            self._requests -= 1
            if entry.capacity:
                return self.release(entry, now, capacity=entry.capacity)
            self._dialled -= 1
            return self.failed(entry, refused=False)
        lane = self._lanes.get(waiter.key)
        if lane is not None and waiter in lane.waiters:
            self._line.leave(lane, waiter)
            self._drop_if_empty(lane)
        return []

    def doubt(self, key: Hashable) -> list[Entry[C]]:
        """A kept connection to there fell silent: what is between may have forgotten the idle ones too."""
        closing: list[Entry[C]] = []
        lane = self._lanes.get(key)
        while lane is not None and lane.idle:
            self._evict(next(iter(lane.idle)), "stale", closing)
        return closing

    def clear(self, reason: Reason) -> tuple[list[Entry[C]], list[Waiter[C]]]:
        """Forget everything; return what was open and who was waiting."""
        entries = list(self._entries)
        waiters = [waiter for lane in self._lanes.values() for waiter in lane.waiters]
        for entry in entries:
            entry.gone = True
            entry.reason = entry.reason or reason
            if entry.capacity:
                self._closed[entry.reason] += 1
        self._forget()
        return entries, waiters

    # Decisions.

    def _share(self, lane: Lane[C]) -> Entry[C] | None:
        """Take a place on a connection that is there: one in use with room, else the warmest idle."""
        if lane.roomy:
            entry = next(iter(lane.roomy))
        elif lane.idle:
            entry = lane.idle.popitem()[0]
            del self._idle[entry]
        else:
            return None
        self._use(entry)
        return entry

    def _use(self, entry: Entry[C]) -> None:
        self._requests += 1
        entry.in_use += 1
        entry.uses += 1
        if entry.uses >= entry.last_use:
            self._retire(entry, "requests")
        elif entry.in_use < entry.capacity:
            entry.lane.roomy[entry] = None
        else:
            entry.lane.roomy.pop(entry, None)

    def _fill(self, entry: Entry[C]) -> None:
        """A connection has room, or not: those who wait in its lane take it."""
        lane = entry.lane
        while lane.waiters and entry.in_use < entry.capacity and entry.reason is None:
            waiter = lane.first
            self._use(entry)
            waiter.entry = entry
            self._line.leave(lane, waiter)
            waiter.wake()
        if entry.reason is None and 0 < entry.in_use < entry.capacity:
            lane.roomy[entry] = None
        else:
            lane.roomy.pop(entry, None)

    def _new(self, lane: Lane[C], closing: list[Entry[C]]) -> Entry[C] | None:
        """An entry for a request to dial, if its lane may have one and there is room, or can be made."""
        if lane.dial is not None or lane.open >= self._most_per_key or not self._make_room(closing):
            return None
        self._requests += 1
        self._dialled += 1
        return self._add(lane, shared=lane.may_share and lane.shares is not False)

    def _add(self, lane: Lane[C], *, shared: bool) -> Entry[C]:
        entry = Entry(lane, self._max_requests)
        self._entries[entry] = None
        self._connecting += 1
        lane.open += 1
        if shared:
            lane.dial = entry
        return entry

    def _make_room(self, closing: list[Entry[C]]) -> bool:
        if len(self._entries) < self._most:
            return True
        if self._idle:
            self._evict(next(iter(self._idle)), "evicted", closing)
        return len(self._entries) < self._most

    def _serve(self, closing: list[Entry[C]]) -> None:
        """Something may have become free: those who can use a slot have it in their order."""
        while (lane := self._line.next()) is not None and self._make_room(closing):
            waiter = lane.first
            self._requests += 1
            self._dialled += 1
            shared = lane.shares or (lane.shares is None and waiter.number > lane.alone)
            waiter.entry = self._add(lane, shared=shared and lane.may_share)
            self._line.leave(lane, waiter)
            waiter.wake()

    # Ends.

    def _look(self, now: float) -> list[Entry[C]]:
        """Take out what is idle for too long, and retire what is too old."""
        closing: list[Entry[C]] = []
        if now < self._due:
            return closing
        due = _NEVER
        while self._aging:
            oldest = next(iter(self._aging))
            if oldest.retire_at > now:
                due = oldest.retire_at
                break
            if oldest in self._idle:
                self._evict(oldest, "age", closing)
            else:
                self._retire(oldest, "age")
        while self._idle:
            longest = next(iter(self._idle))
            if longest.idle_since + self._expiry > now:
                due = min(due, longest.idle_since + self._expiry)
                break
            self._evict(longest, "expired", closing)
        self._due = due
        self._serve(closing)  # who waited for one of these need wait no longer
        return closing

    def _retire(self, entry: Entry[C], reason: Reason) -> None:
        """It takes no further request, and ends when those that it has are done."""
        entry.reason = reason
        self._aging.pop(entry, None)
        if entry.capacity:
            lane = entry.lane
            lane.live -= 1
            lane.roomy.pop(entry, None)
            if lane.dial is entry:
                lane.dial = None
                self._line.note(lane)

    def _evict(self, entry: Entry[C], reason: Reason, closing: list[Entry[C]]) -> None:
        """An idle connection ends. Its lane has no waiters, unless another's were before them."""
        del self._idle[entry], entry.lane.idle[entry]
        entry.in_use = 1
        self._let_go(entry, reason, closing)

    def _let_go(self, entry: Entry[C], reason: Reason, closing: list[Entry[C]]) -> None:
        """One less holds an entry that takes no further request; with the last one it ends."""
        entry.in_use -= 1
        if entry.reason is None:
            self._retire(entry, reason)
        else:
            reason = entry.reason
        if entry.in_use:
            return
        closing.append(entry)
        if entry.gone:  # since clear(); nothing counts it any more
            return
        entry.gone = True
        del self._entries[entry]
        lane = entry.lane
        lane.open -= 1
        if entry.capacity:
            self._closed[reason] += 1
        else:
            self._connecting -= 1
        self._line.note(lane)
        self._drop_if_empty(lane)

    def _drop_if_empty(self, lane: Lane[C]) -> None:
        if not lane.open and not lane.waiters:
            del self._lanes[lane.key]
