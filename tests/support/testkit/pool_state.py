"""Requests that ask `PoolState` for connections, and what the driver does with those that it gives."""

from httpcore_pool import PoolLimits
from httpcore_pool.pool._entry import Waiter
from httpcore_pool.pool._state import PoolState


class Asker(Waiter):
    """A waiter that counts how often it was woken."""

    def __init__(self, key="a", *, may_share=False):
        super().__init__(key, may_share=may_share)
        self.woken = 0
        self.dialled = False

    def wake(self):
        self.woken += 1
        super().wake()


def state_of(most=None, keep=None, expiry=None, **more):
    return PoolState(PoolLimits(most, keep, expiry, **more))


def ask(state, key="a", now=0.0, *, may_share=False, closed=()):
    """Return who asked for a connection, which closes these."""
    waiter = Asker(key, may_share=may_share)
    assert list(closed) == state.request(waiter, now)
    return waiter


def dial(state, waiter, capacity=1, now=0.0):
    """What the driver does with an entry that has no connection."""
    entry = waiter.entry
    assert (0, None) == (entry.capacity, entry.connection)
    entry.connection = object()
    assert [] == state.connected(entry, capacity, now)
    return entry


def dialled(state, key="a", capacity=1, *, may_share=False):
    return dial(state, ask(state, key, may_share=may_share), capacity)


def counts(state):
    return state.open, state.idle, state.queued
