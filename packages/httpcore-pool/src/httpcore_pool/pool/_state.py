"""What the pool decides: who gets which connection, who waits, what is closed. No I/O, no waiting.

`PoolState` is given facts (a request wants a connection, one became free, one died) and the time, and
answers with entries: the one to use on the waiter, those to close as the return value. The caller holds
the pool's lock around every call.

Each operation takes constant time in the number of connections and of waiters (those it serves aside).
Slots go first come, first served. A request for an origin whose first connection is still being dialled
waits for it, since it may turn out to carry many exchanges at once.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .._config import PoolLimits

__all__ = ["Entry", "PoolState", "Waiter"]

C = TypeVar("C")


class Entry(Generic[C]):
    """One connection of the pool, from the decision to dial it to its end.

    Attributes:
        key: what it leads to, and how.
        connection: the connection, put here by whoever was told to dial it; None before.
        capacity: how many exchanges it carries at once; 0 until it is connected.
        in_use: how many requests hold it.
        idle_since: when the last one let go of it; meaningful while it is idle.
    """

    __slots__ = ("capacity", "connection", "idle_since", "in_use", "key", "usable")

    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.connection: C | None = None
        self.capacity = 0
        self.in_use = 1
        self.idle_since = 0.0
        self.usable = True


class Waiter(Generic[C]):
    """A request that wants a connection.

    Attributes:
        key: what it wants to reach, and how.
        may_share: whether a connection to there may turn out to carry many exchanges at once.
        entry: what it was given, or None while it waits.
    """

    __slots__ = ("entry", "key", "may_share")

    def __init__(self, key: Hashable, *, may_share: bool) -> None:
        self.key = key
        self.may_share = may_share
        self.entry: Entry[C] | None = None

    def wake(self) -> None:
        """Called, under the lock, when a waiter that was queued is given its entry."""


class PoolState(Generic[C]):
    """The connections of a pool and the requests that wait for one."""

    def __init__(self, limits: PoolLimits) -> None:
        self._limits = limits
        self._entries: dict[Entry[C], None] = {}
        self._idle: OrderedDict[Entry[C], None] = OrderedDict()  # longest idle first
        self._idle_by_key: dict[Hashable, dict[Entry[C], None]] = {}
        self._roomy: dict[Hashable, dict[Entry[C], None]] = {}  # in use, with room for more
        self._connected: dict[Hashable, int] = {}  # how many connected entries a key has
        self._first_dial: dict[Hashable, Entry[C]] = {}
        self._awaiting_dial: dict[Hashable, dict[Waiter[C], None]] = {}
        self._queue: OrderedDict[Waiter[C], None] = OrderedDict()  # first come first
        self._queue_by_key: dict[Hashable, dict[Waiter[C], None]] = {}

    # Counts, for repr.

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
        return len(self._queue) + sum(map(len, self._awaiting_dial.values()))

    # Facts that come in.

    def request(self, waiter: Waiter[C], now: float) -> list[Entry[C]]:
        """A request wants a connection: it gets an entry at once, or is queued.

        An entry without a connection is for the request to dial; it then reports `connected` or
        `failed`.
        """
        closing = self.expire(now)
        if not self._assign(waiter, closing):
            self._queue[waiter] = None
            self._queue_by_key.setdefault(waiter.key, {})[waiter] = None
        return closing

    def connected(self, entry: Entry[C], capacity: int) -> list[Entry[C]]:
        """An entry was dialled and can carry `capacity` exchanges at once."""
        closing: list[Entry[C]] = []
        entry.capacity = capacity
        self._connected[entry.key] = self._connected.get(entry.key, 0) + 1
        if entry.in_use < capacity:
            self._roomy.setdefault(entry.key, {})[entry] = None
            self._serve_key(entry)
        self._end_first_dial(entry, closing)
        return closing

    def release(
        self, entry: Entry[C], now: float, *, usable: bool, capacity: int = 1
    ) -> list[Entry[C]]:
        """A request lets go of its connection, which may be used again or not."""
        entry.in_use -= 1
        entry.usable = entry.usable and usable
        closing: list[Entry[C]] = []
        if not entry.usable:
            _discard(self._roomy, entry.key, entry)
            if entry.in_use == 0:
                self._remove(entry)
                closing.append(entry)
                self._serve_slot(closing)
            return closing
        # A server may say 0 for a while (RFC 9113 5.1.2): one request has to find out.
        entry.capacity = max(1, capacity)
        if entry.in_use:
            if entry.in_use < entry.capacity:
                self._roomy.setdefault(entry.key, {})[entry] = None
                self._serve_key(entry)
            else:
                _discard(self._roomy, entry.key, entry)
            return closing
        _discard(self._roomy, entry.key, entry)
        self._make_idle(entry, now)
        self._serve_awaiting(entry.key)
        self._serve_slot(closing)
        self._trim(closing)
        return closing

    def failed(self, entry: Entry[C], now: float) -> list[Entry[C]]:
        """An entry could not be dialled: it is gone, and those who waited for it dial themselves."""
        closing = self.release(entry, now, usable=False)
        self._end_first_dial(entry, closing, alone=True)
        return closing

    def cancel(self, waiter: Waiter[C], now: float) -> list[Entry[C]]:
        """A request no longer wants a connection. What it was given at that instant goes on."""
        if waiter.entry is not None:
            entry, waiter.entry = waiter.entry, None
            if entry.connection is None:
                return self.failed(entry, now)
            return self.release(entry, now, usable=True, capacity=entry.capacity)
        self._queue.pop(waiter, None)
        _discard(self._queue_by_key, waiter.key, waiter)
        _discard(self._awaiting_dial, waiter.key, waiter)
        return []

    def expire(self, now: float) -> list[Entry[C]]:
        """Take out the idle connections whose time is up."""
        closing: list[Entry[C]] = []
        expiry = self._limits.keepalive_expiry
        while expiry is not None and self._idle:
            oldest = next(iter(self._idle))
            if oldest.idle_since + expiry > now:
                break
            self._evict(oldest, closing)
        return closing

    def clear(self) -> tuple[list[Entry[C]], list[Waiter[C]]]:
        """Forget everything; return what was open and who was waiting."""
        entries = list(self._entries)
        waiters = list(self._queue)
        for waiting in self._awaiting_dial.values():
            waiters.extend(waiting)
        for entry in entries:
            entry.usable = False
        self.__init__(self._limits)  # type: ignore[misc]
        return entries, waiters

    # Decisions.

    def _assign(self, waiter: Waiter[C], closing: list[Entry[C]], *, alone: bool = False) -> bool:
        """Give the waiter an entry, or a dial to wait for; False if it must wait for a slot."""
        key = waiter.key
        entry: Entry[C] | None = self._share(key)
        if entry is None and not alone and waiter.may_share and key in self._first_dial:
            self._awaiting_dial.setdefault(key, {})[waiter] = None
            return True
        if entry is None:
            most = self._limits.max_connections
            if most is not None and len(self._entries) >= most:
                if not self._idle:
                    return False
                self._evict(next(iter(self._idle)), closing)
            entry = Entry[C](key)
            self._entries[entry] = None
            if not alone and waiter.may_share and not self._connected.get(key):
                self._first_dial[key] = entry
        waiter.entry = entry
        return True

    def _share(self, key: Hashable) -> Entry[C] | None:
        """Take a place on a connection that is there: one in use with room, else the warmest idle."""
        if roomy := self._roomy.get(key):
            entry = next(iter(roomy))
        elif idle := self._idle_by_key.get(key):
            entry = next(reversed(idle))
            del self._idle[entry]
            _discard(self._idle_by_key, key, entry)
        else:
            return None
        entry.in_use += 1
        if entry.in_use < entry.capacity:
            self._roomy.setdefault(key, {})[entry] = None
        else:
            _discard(self._roomy, key, entry)
        return entry

    def _serve_slot(self, closing: list[Entry[C]]) -> None:
        """Something became free: the first in line may have it."""
        while self._queue:
            waiter = next(iter(self._queue))
            if not self._assign(waiter, closing):
                return
            self._dequeue(waiter)

    def _serve_key(self, entry: Entry[C]) -> None:
        """A connection has room: those in line for the same key take it, slots or no slots."""
        self._serve_awaiting(entry.key)
        while entry.in_use < entry.capacity and (waiting := self._queue_by_key.get(entry.key)):
            waiter = next(iter(waiting))
            waiter.entry = self._share(entry.key)
            self._dequeue(waiter)

    def _serve_awaiting(self, key: Hashable) -> None:
        """What became free before the dial they wait for is as good."""
        while (waiting := self._awaiting_dial.get(key)) and (entry := self._share(key)):
            waiter = next(iter(waiting))
            waiter.entry = entry
            _discard(self._awaiting_dial, key, waiter)
            waiter.wake()

    def _dequeue(self, waiter: Waiter[C]) -> None:
        self._queue.pop(waiter, None)
        _discard(self._queue_by_key, waiter.key, waiter)
        if waiter.entry is not None:
            waiter.wake()

    def _end_first_dial(
        self, entry: Entry[C], closing: list[Entry[C]], *, alone: bool = False
    ) -> None:
        if self._first_dial.get(entry.key) is not entry:
            return
        del self._first_dial[entry.key]
        late: list[Waiter[C]] = []
        for waiter in self._awaiting_dial.pop(entry.key, {}):
            if not late and self._assign(waiter, closing, alone=alone):
                waiter.wake()  # no first dial is running, so it was given an entry
            else:
                late.append(waiter)
        # They came before most of those in line for a slot, so they go to its head.
        for waiter in reversed(late):
            self._queue[waiter] = None
            self._queue.move_to_end(waiter, last=False)
        if late:
            others = self._queue_by_key.pop(entry.key, {})
            self._queue_by_key[entry.key] = {**dict.fromkeys(late), **others}

    def _make_idle(self, entry: Entry[C], now: float) -> None:
        entry.idle_since = now
        self._idle[entry] = None
        self._idle_by_key.setdefault(entry.key, {})[entry] = None

    def _trim(self, closing: list[Entry[C]]) -> None:
        keep = self._limits.max_keepalive
        while keep is not None and len(self._idle) > keep:
            self._evict(next(iter(self._idle)), closing)

    def _evict(self, entry: Entry[C], closing: list[Entry[C]]) -> None:
        entry.usable = False
        self._remove(entry)
        closing.append(entry)

    def _remove(self, entry: Entry[C]) -> None:
        # After clear() nothing of an entry is known any more.
        self._entries.pop(entry, None)
        if self._idle.pop(entry, self) is None:
            _discard(self._idle_by_key, entry.key, entry)
        if entry.capacity and (count := self._connected.get(entry.key)):
            if count > 1:
                self._connected[entry.key] = count - 1
            else:
                del self._connected[entry.key]


T = TypeVar("T")


def _discard(table: dict[Hashable, dict[T, None]], key: Hashable, item: T) -> None:
    """Remove an item from a table of ordered sets, and its set once that is empty."""
    if (items := table.get(key)) is not None and item in items:
        del items[item]
        if not items:
            del table[key]
