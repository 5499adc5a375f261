"""Random facts for `PoolState`, after each of which its promises hold, and what a crowd costs."""

import time
from collections import deque

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from httpcore_pool import PoolLimits
from httpcore_pool.pool._entry import Waiter
from httpcore_pool.pool._state import PoolState
from testkit.pool_state import Asker, dialled, state_of


class Machine(RuleBasedStateMachine):
    """Random facts; after each of them the promises hold.

    Keys "a" and "b" may share connections, "c" and "d" may not.
    """

    @initialize(
        most=st.one_of(st.none(), st.integers(1, 5)),
        keep=st.one_of(st.none(), st.integers(0, 3)),
        expiry=st.one_of(st.none(), st.integers(0, 10)),
        each=st.one_of(st.none(), st.integers(1, 3)),
        age=st.one_of(st.none(), st.integers(1, 10)),
        requests=st.one_of(st.none(), st.integers(1, 4)),
    )
    def begin(self, most, keep, expiry, each, age, requests):
        self.limits = PoolLimits(most, keep, expiry, each, age, requests)
        self.state = PoolState(self.limits)
        self.now = 0.0
        self.waiting, self.holding, self.ahead = [], [], []
        self.closed, self.cleared, self.born, self.served = set(), set(), {}, {}
        self.pending = set()  # those whose capacity still has to be learnt

    def note(self, closing):
        """Take the consequences: what was closed, who was served."""
        for entry in closing:
            assert entry not in self.closed
            assert entry.in_use == 0
            assert entry.gone
            assert entry.reason is not None
            assert entry.capacity
            self.closed.add(entry)
        passed = set()
        for waiter in list(self.waiting):
            if waiter.entry is None:
                passed.add(waiter.key)
                continue
            # First come, first served among those of a key.
            assert waiter.key not in passed
            self.waiting.remove(waiter)
            assert 1 == waiter.woken
            self.hold(waiter)

    def hold(self, waiter):
        self.holding.append(waiter)
        entry = waiter.entry
        self.served[entry] = self.served.get(entry, 0) + 1
        assert entry.lane.key == waiter.key
        assert self.served[entry] <= (self.limits.max_requests or 1_000)
        if entry.capacity and self.limits.max_age is not None:
            assert self.now < self.born[entry] + self.limits.max_age

    @rule(key=st.sampled_from("abcd"))
    def request(self, key):
        waiter = Asker(key, may_share=key in "ab")
        closing = self.state.request(waiter, self.now)
        assert 0 == waiter.woken
        if waiter.entry is None:
            self.waiting.append(waiter)
        else:
            self.hold(waiter)
        self.note(closing)

    @rule(key=st.sampled_from("abcd"))
    def take(self, key):
        entry = self.state.take(key, self.now)
        if entry is not None:
            waiter = Asker(key, may_share=key in "ab")
            waiter.entry = entry
            self.hold(waiter)

    @rule(key=st.sampled_from("abcd"), ready=st.integers(1, 3))
    def reserve(self, key, ready):
        entry, closing = self.state.reserve(key, self.now, ready, may_share=key in "ab")
        if entry is not None:
            waiter = Asker(key, may_share=key in "ab")
            waiter.entry = entry
            self.ahead.append(waiter)
        self.note(closing)

    @precondition(lambda self: any(not w.entry.capacity for w in self.holding + self.ahead))
    @rule(
        data=st.data(),
        capacity=st.integers(0, 4),
        works=st.booleans(),
        refused=st.booleans(),
        pending=st.booleans(),
    )
    def dial(self, data, capacity, works, refused, pending):
        dialling = [w for w in self.holding + self.ahead if not w.entry.capacity]
        waiter = data.draw(st.sampled_from(dialling))
        if works:
            waiter.entry.connection = object()
            waiter.dialled = True
            self.born[waiter.entry] = self.now
            pending = pending and waiter.may_share
            capacity = 100 if pending else capacity if waiter.may_share else 1
            if pending:
                self.pending.add(waiter.entry)
            closing = self.state.connected(waiter.entry, capacity, self.now, pending=pending)
            self.note(closing)
        else:
            (self.holding if waiter in self.holding else self.ahead).remove(waiter)
            self.note(self.state.failed(waiter.entry, refused=refused))

    @precondition(lambda self: any(w.entry.capacity for w in self.holding + self.ahead))
    @rule(
        data=st.data(),
        reason=st.sampled_from([None, None, None, "failed", "unusable"]),
        capacity=st.integers(0, 4),
    )
    def release(self, data, reason, capacity):
        connected = [w for w in self.holding + self.ahead if w.entry.capacity]
        waiter = data.draw(st.sampled_from(connected))
        (self.holding if waiter in self.holding else self.ahead).remove(waiter)
        capacity = capacity if waiter.may_share and waiter.entry not in self.pending else 1
        self.note(self.state.release(waiter.entry, self.now, reason, capacity))

    @precondition(lambda self: any(entry.lane.may_share for entry in self.connected()))
    @rule(data=st.data(), capacity=st.integers(0, 4))
    def resize(self, data, capacity):
        shared = [entry for entry in self.connected() if entry.lane.may_share]
        entry = data.draw(st.sampled_from(shared))
        self.pending.discard(entry)
        self.note(self.state.resize(entry, capacity, self.now))

    @precondition(lambda self: any(w.entry.capacity and not w.dialled for w in self.holding))
    @rule(data=st.data())
    def bring_back_dead(self, data):
        connected = [w for w in self.holding if w.entry.capacity and not w.dialled]
        waiter = data.draw(st.sampled_from(connected))
        self.holding.remove(waiter)
        dead, again = waiter.entry, Asker(waiter.key, may_share=waiter.may_share)
        closing = self.state.request(again, self.now, dead)
        if again.entry is None:
            self.waiting.append(again)
        else:
            self.hold(again)
        assert again.entry is not dead
        self.note(closing)

    @rule(key=st.sampled_from("abcd"))
    def doubt(self, key):
        self.note(self.state.doubt(key))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def give_up(self, data):
        waiter = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(waiter)
        self.note(self.state.cancel(waiter, self.now))
        assert waiter.entry is None

    @precondition(lambda self: any(not w.dialled for w in self.holding))
    @rule(data=st.data())
    def give_up_late(self, data):
        waiter = data.draw(st.sampled_from([w for w in self.holding if not w.dialled]))
        self.holding.remove(waiter)
        self.note(self.state.cancel(waiter, self.now))

    @rule(seconds=st.integers(1, 5))
    def time_passes(self, seconds):
        self.now += seconds

    @precondition(lambda self: len(self.holding) > 3)
    @rule()
    def clear(self):
        entries, waiters = self.state.clear("closed")
        assert set(self.waiting) == set(waiters)
        self.cleared |= set(entries)
        self.waiting.clear()

    def entries(self):
        return list(self.state._entries)

    def connected(self):
        return [entry for entry in self.entries() if entry.capacity]

    @invariant()
    def never_more_connections_than_allowed(self):
        limits, state = self.limits, self.state
        assert state.open <= (limits.max_connections or 1_000)
        assert state.idle <= (1_000 if limits.max_keepalive is None else limits.max_keepalive)
        for key in "abcd":
            of_key = [entry for entry in self.entries() if entry.lane.key == key]
            assert len(of_key) <= (limits.max_per_origin or 1_000)

    @invariant()
    def each_entry_counts_its_users(self):
        held = [waiter.entry for waiter in self.holding + self.ahead]
        for entry in self.entries():
            assert held.count(entry) == entry.in_use >= 0
            assert (entry.in_use == 0) == (entry in self.state._idle)
            assert entry not in self.closed
        # What is neither counted nor let go was forgotten by clear().
        assert {entry for entry in held if entry not in self.state._entries} <= self.cleared

    @invariant()
    def nobody_waits_who_could_be_served(self):
        state, limits = self.state, self.limits
        assert len(self.waiting) == state.queued
        full = limits.max_connections is not None and state.open >= limits.max_connections
        for waiter in self.waiting:
            lane = state._lanes[waiter.key]
            assert waiter in lane.waiters
            assert not lane.idle
            assert not lane.roomy
            if lane.dial is not None:  # it may serve them all
                assert not lane.dial.gone
                assert not lane.dial.capacity or lane.dial in self.pending
                assert waiter.may_share
            elif lane.open < (limits.max_per_origin or 1_000):
                assert full
                assert 0 == state.idle

    @invariant()
    def the_counts_add_up(self):
        now = self.state.stats()
        assert now.open == now.idle + now.in_use + now.connecting
        connected = [entry for entry in self.entries() if entry.capacity]
        assert now.open - now.connecting == len(connected)
        assert now.opened == len(connected) + sum(now.closed.values())
        assert 0 <= now.reused <= now.requests

    @invariant()
    def the_lanes_agree_with_the_entries(self):
        state = self.state
        lanes = state._lanes
        assert set(state._idle) == {e for lane in lanes.values() for e in lane.idle}
        for key, lane in lanes.items():
            of_key = [entry for entry in self.entries() if entry.lane is lane]
            live = [entry for entry in of_key if entry.capacity and entry.reason is None]
            assert (key, len(of_key), len(live)) == (lane.key, lane.open, lane.live)
            assert of_key or lane.waiters
            room = {e for e in live if 0 < e.in_use < e.capacity}
            assert room == set(lane.roomy)
        assert {entry.lane for entry in self.entries()} <= set(lanes.values())


Machine.TestCase.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
TestRandomFacts = Machine.TestCase


def crowd(size):
    """CPU seconds for as many waiters as `size` at many keys, half of which give up, to be served."""

    class Served(Waiter):
        def wake(self):
            woken.append(self)

    woken = deque()
    state = state_of(most=50, keep=50, expiry=15, max_per_origin=5)
    holders = [dialled(state, number % 25) for number in range(50)]
    waiters = [Served(number % 100, may_share=False) for number in range(size)]
    began = time.process_time()
    for waiter in waiters:
        state.request(waiter, 1.0)
    for waiter in waiters[::2]:
        state.cancel(waiter, 1.0)
    for entry in holders:
        state.release(entry, 1.0, "unusable")
    count = 0
    while woken:
        entry = woken.popleft().entry
        if not entry.capacity:
            entry.connection = object()
            state.connected(entry, 1, 1.0)
        state.release(entry, 1.0, "unusable" if count % 2 else None)
        count += 1
    took = time.process_time() - began
    assert (size // 2, 0) == (count, state.queued)
    return took


def test_each_waiter_costs_the_same_however_many_there_are():
    def best(size):
        return min(crowd(size) / size for _ in range(5))

    assert best(10_000) < 4 * best(1_000)
