"""What the pool decides: assignment, sharing, waiting, eviction. No I/O, no clock but ours."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from httpcore_pool import PoolLimits
from httpcore_pool.pool._state import Entry, PoolState, Waiter


class Asker(Waiter):
    """A waiter that counts how often it was woken."""

    def __init__(self, key="a", *, may_share=False):
        super().__init__(key, may_share=may_share)
        self.woken = 0

    def wake(self):
        self.woken += 1
        super().wake()


def state_of(most=None, keep=None, expiry=None):
    return PoolState(PoolLimits(most, keep, expiry))


def ask(state, key="a", now=0.0, *, may_share=False, closed=()):
    waiter = Asker(key, may_share=may_share)
    assert list(closed) == state.request(waiter, now)
    return waiter


def dial(state, waiter, capacity=1):
    """What the driver does with an entry that has no connection."""
    entry = waiter.entry
    assert entry.connection is None
    entry.connection = object()
    assert [] == state.connected(entry, capacity)
    return entry


def dialled(state, key="a", capacity=1, *, may_share=False):
    return dial(state, ask(state, key, may_share=may_share), capacity)


def counts(state):
    return state.open, state.idle, state.queued


def test_a_first_request_is_told_to_dial():
    state = state_of()
    waiter = ask(state)
    assert (None, 1, True) == (waiter.entry.connection, waiter.entry.in_use, waiter.entry.usable)
    assert (1, 0, 0) == counts(state)


def test_a_plain_waiter_is_woken_by_whoever_overrides_wake():
    assert Waiter("a", may_share=False).wake() is None


def test_a_released_connection_is_used_again_by_its_key_only():
    state = state_of()
    entry = dialled(state)
    assert [] == state.release(entry, 1.0, usable=True)
    assert (1, 1, 0) == counts(state)
    assert ask(state, "b").entry is not entry
    assert ask(state, "a").entry is entry
    assert (2, 0, 0) == counts(state)


def test_the_warmest_idle_connection_is_used_first():
    state = state_of()
    first, second = dialled(state), dialled(state)
    state.release(first, 1.0, usable=True)
    state.release(second, 2.0, usable=True)
    assert [second, first] == [ask(state).entry, ask(state).entry]


def test_a_connection_that_is_not_usable_is_closed():
    state = state_of()
    entry = dialled(state)
    assert [entry] == state.release(entry, 1.0, usable=False)
    assert (0, 0, 0) == counts(state)


def test_a_full_pool_serves_first_come_first_served_whatever_the_key():
    state = state_of(most=1)
    entry = dialled(state)
    b, a = ask(state, "b"), ask(state, "a")
    assert (1, 0, 2) == counts(state)
    # b came first, so a's idle connection gives way to it.
    assert [entry] == state.release(entry, 1.0, usable=True)
    assert (1, 0, False, True) == (b.woken, a.woken, b.entry is None, a.entry is None)
    assert [] == state.release(dial(state, b), 2.0, usable=True) or a.entry is not None
    assert 1 == a.woken


def test_a_slot_that_becomes_free_goes_to_the_first_in_line():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    assert [entry] == state.release(entry, 1.0, usable=False)
    assert (1, 0) == (first.woken, second.woken)
    assert first.entry.connection is None


def test_the_longest_idle_connection_gives_way():
    state = state_of(most=2)
    a, b = dialled(state, "a"), dialled(state, "b")
    state.release(b, 1.0, usable=True)
    state.release(a, 2.0, usable=True)
    waiter = ask(state, "c", closed=[b])
    assert (True, False) == (waiter.entry is not None, b.usable)
    assert (2, 1, 0) == counts(state)


def test_idle_connections_expire_in_time():
    state = state_of(expiry=10.0)
    old, young = dialled(state), dialled(state)
    state.release(old, 0.0, usable=True)
    state.release(young, 5.0, usable=True)
    assert [] == state.expire(9.9)
    assert [old] == state.expire(10.0)
    assert ask(state, now=14.0).entry is young


def test_a_request_does_not_get_what_has_expired():
    state = state_of(expiry=10.0)
    entry = dialled(state)
    state.release(entry, 0.0, usable=True)
    assert ask(state, now=10.0, closed=[entry]).entry is not entry


def test_more_idle_connections_than_are_kept_are_closed_longest_idle_first():
    state = state_of(keep=1)
    first, second = dialled(state), dialled(state)
    assert [] == state.release(first, 1.0, usable=True)
    assert [first] == state.release(second, 2.0, usable=True)
    assert (1, 1, 0) == counts(state)


def test_none_is_kept_where_none_shall_be():
    state = state_of(keep=0)
    entry = dialled(state)
    assert [entry] == state.release(entry, 1.0, usable=True)


# One connection for many.


def test_requests_wait_for_the_first_dial_and_share_it():
    state = state_of()
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(3)]
    assert (1, 0, 3) == counts(state)
    entry = dial(state, first, capacity=10)
    assert [entry] * 3 == [other.entry for other in others]
    assert ([1, 1, 1], 0, 4) == ([other.woken for other in others], first.woken, entry.in_use)


def test_a_later_request_shares_what_has_room():
    state = state_of(most=1)
    entry = dialled(state, capacity=2, may_share=True)
    assert entry is ask(state, may_share=True).entry
    assert ask(state, may_share=True).entry is None
    assert (1, 0, 1) == counts(state)


def test_those_who_waited_dial_themselves_when_the_connection_carries_one():
    state = state_of()
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(2)]
    entry = dial(state, first, capacity=1)
    assert [None, None] == [other.entry.connection for other in others]
    assert 3 == len({entry, *(other.entry for other in others)})


def test_those_who_waited_and_find_no_slot_go_to_the_head_of_the_line():
    state = state_of(most=2)
    first = ask(state, may_share=True)
    waited = [ask(state, may_share=True) for _ in range(3)]
    other = ask(state, "b")
    late = ask(state, "c")
    dial(state, first, capacity=1)
    assert [None] * 3 == [waiter.entry for waiter in waited]
    order = [*waited, late]
    for expected in order:
        entry = other.entry
        if entry.connection is None:
            dial(state, other)
        state.release(entry, 1.0, usable=False)
        assert 1 == expected.woken
        other = expected


def test_a_failed_dial_wakes_all_who_waited_for_it():
    state = state_of()
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(3)]
    failed = first.entry
    assert [failed] == state.failed(failed, 1.0)
    assert [1, 1, 1] == [other.woken for other in others]
    # Each dials a connection of its own: the dial failed once, so nobody bets on a single one again.
    assert 3 == len({other.entry for other in others})
    assert (3, 0, 0) == counts(state)


def test_a_failed_dial_wakes_as_many_as_there_are_slots():
    state = state_of(most=1)
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(2)]
    state.failed(first.entry, 1.0)
    assert [1, 0] == [other.woken for other in others]
    assert (1, 0, 1) == counts(state)


def test_one_in_line_joins_those_who_wait_for_a_dial_of_its_key():
    state = state_of(most=1)
    b = ask(state, "b", may_share=True)
    queued = [ask(state, "a", may_share=True) for _ in range(2)]
    state.release(dial(state, b), 1.0, usable=False)
    # The slot went to the first, and the second waits for its dial.
    assert ([1, 0], (1, 0, 1)) == ([waiter.woken for waiter in queued], counts(state))
    dial(state, queued[0], capacity=5)
    assert (1, queued[0].entry) == (queued[1].woken, queued[1].entry)


def test_room_on_a_connection_serves_its_key_past_others_in_line():
    state = state_of(most=1)
    entry = dialled(state, "a", capacity=2, may_share=True)
    second = ask(state, "a", may_share=True)
    stranger, third = ask(state, "b"), ask(state, "a", may_share=True)
    assert second.entry is entry
    assert [] == state.release(entry, 1.0, usable=True, capacity=2)
    assert (0, 1, entry) == (stranger.woken, third.woken, third.entry)


def test_room_found_by_the_dial_serves_those_in_line_for_the_key():
    state = state_of(most=1)
    first = ask(state, "a")
    queued = ask(state, "a")
    dial(state, first, capacity=2)
    assert (1, first.entry) == (queued.woken, queued.entry)


def test_a_connection_that_may_not_be_used_again_lives_until_its_last_user_lets_go():
    state = state_of()
    entry = dialled(state, capacity=5, may_share=True)
    ask(state, may_share=True)
    assert [] == state.release(entry, 1.0, usable=False)
    assert ask(state, may_share=True).entry is not entry
    assert [entry] == state.release(entry, 1.0, usable=True, capacity=5)


def test_a_capacity_that_shrinks_below_its_use_gives_no_more_room():
    state = state_of()
    entry = dialled(state, capacity=10, may_share=True)
    for _ in range(4):
        ask(state, may_share=True)
    state.release(entry, 1.0, usable=True, capacity=2)
    assert ask(state, may_share=True).entry is not entry


def test_a_capacity_of_none_counts_as_one():
    state = state_of()
    entry = dialled(state, capacity=10, may_share=True)
    state.release(entry, 1.0, usable=True, capacity=0)
    assert ask(state, may_share=True).entry is entry
    state.release(entry, 1.0, usable=False)
    # It is wholly forgotten: the next dial is a first one again, which others wait for.
    ask(state, may_share=True)
    assert ask(state, may_share=True).entry is None


def test_a_capacity_that_grows_gives_room():
    state = state_of(most=1)
    entry = dialled(state, capacity=2, may_share=True)
    ask(state, may_share=True)
    queued = [ask(state, may_share=True) for _ in range(2)]
    state.release(entry, 1.0, usable=True, capacity=3)
    assert [entry, entry] == [waiter.entry for waiter in queued]


def test_a_second_connection_to_a_key_is_dialled_without_waiting():
    state = state_of()
    full = dialled(state, capacity=1, may_share=True)
    first, second = ask(state, may_share=True), ask(state, may_share=True)
    assert 3 == len({full, first.entry, second.entry})
    state.release(full, 1.0, usable=False)
    state.release(dial(state, first), 1.0, usable=False)
    assert (1, 0, 0) == counts(state)


@pytest.mark.parametrize("idle", [False, True])
def test_what_becomes_free_serves_those_who_wait_for_another_dial(idle):
    state = state_of()
    first, alone = ask(state, may_share=True), ask(state, may_share=True)
    state.failed(first.entry, 1.0)  # now the second dials on its own
    ask(state, may_share=True)
    waits = ask(state, may_share=True)
    assert waits.entry is None
    entry = dial(state, alone, capacity=1 if idle else 2)
    if idle:
        state.release(entry, 2.0, usable=True)
    assert (entry, 1) == (waits.entry, waits.woken)


# Giving up.


def test_a_waiter_in_line_is_forgotten_when_it_gives_up():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    assert [] == state.cancel(first, 1.0)
    state.release(entry, 1.0, usable=True)
    assert (0, None, entry) == (first.woken, first.entry, second.entry)


def test_a_waiter_for_a_dial_is_forgotten_when_it_gives_up():
    state = state_of()
    first, second = ask(state, may_share=True), ask(state, may_share=True)
    assert [] == state.cancel(second, 1.0)
    entry = dial(state, first, capacity=5)
    assert (0, 1, (1, 0, 0)) == (second.woken, entry.in_use, counts(state))


def test_what_a_waiter_was_given_as_it_gave_up_goes_to_the_next():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    state.release(entry, 1.0, usable=True)
    assert first.entry is entry
    assert [] == state.cancel(first, 2.0)
    assert (None, entry, 1) == (first.entry, second.entry, second.woken)


def test_a_dial_that_a_waiter_was_given_as_it_gave_up_goes_to_the_next():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    state.release(entry, 1.0, usable=False)
    given = first.entry
    assert [given] == state.cancel(first, 2.0)
    assert (1, False) == (second.woken, second.entry is given)


def test_clear_forgets_all_and_tells_what_was_there():
    state = state_of(most=3)
    idle, busy = dialled(state, "a"), dialled(state, "b")
    state.release(idle, 1.0, usable=True)
    dialling = ask(state, "c", may_share=True)
    awaiting = ask(state, "c", may_share=True)
    more = ask(state, "d", closed=[idle])
    queued = ask(state, "e")
    entries, waiters = state.clear()
    assert ({busy, dialling.entry, more.entry}, {awaiting, queued}) == (set(entries), set(waiters))
    assert ((0, 0, 0), {False}) == (counts(state), {entry.usable for entry in entries})
    # What comes back late is closed, and changes nothing.
    assert [busy] == state.release(busy, 2.0, usable=True)
    assert [dialling.entry] == state.failed(dialling.entry, 2.0)
    assert (0, 0, 0) == counts(state)


class Machine(RuleBasedStateMachine):
    """Random facts; after each of them the promises hold."""

    @initialize(
        most=st.one_of(st.none(), st.integers(1, 4)),
        keep=st.one_of(st.none(), st.integers(0, 3)),
        expiry=st.one_of(st.none(), st.integers(0, 10)),
    )
    def begin(self, most, keep, expiry):
        self.limits = PoolLimits(most, keep, expiry)
        self.state = PoolState(self.limits)
        self.now = 0.0
        self.waiting, self.holding, self.closed, self.cleared = [], [], set(), set()

    def note(self, closing):
        """Take the consequences: what was closed, who was served."""
        for entry in closing:
            assert entry not in self.closed
            assert entry.in_use == 0
            assert not entry.usable
            self.closed.add(entry)
        for waiter in list(self.waiting):
            if waiter.entry is not None:
                self.waiting.remove(waiter)
                self.holding.append(waiter)
                assert 1 == waiter.woken

    @rule(key=st.sampled_from("abc"), may_share=st.booleans())
    def request(self, key, may_share):
        # As with the pool: a key is either shareable or not.
        waiter = Asker(key, may_share=key != "c" or may_share)
        closing = self.state.request(waiter, self.now)
        (self.waiting if waiter.entry is None else self.holding).append(waiter)
        assert 0 == waiter.woken
        self.note(closing)

    @precondition(lambda self: any(w.entry.connection is None for w in self.holding))
    @rule(data=st.data(), capacity=st.integers(1, 4), works=st.booleans())
    def dial(self, data, capacity, works):
        dialling = [w for w in self.holding if w.entry.connection is None]
        waiter = data.draw(st.sampled_from(dialling))
        if works and waiter.entry not in self.cleared:
            waiter.entry.connection = object()
            self.note(self.state.connected(waiter.entry, capacity))
        else:
            self.holding.remove(waiter)
            self.note(self.state.failed(waiter.entry, self.now))

    @precondition(lambda self: any(w.entry.connection is not None for w in self.holding))
    @rule(data=st.data(), usable=st.booleans(), capacity=st.integers(0, 4))
    def release(self, data, usable, capacity):
        connected = [w for w in self.holding if w.entry.connection is not None]
        waiter = data.draw(st.sampled_from(connected))
        self.holding.remove(waiter)
        closing = self.state.release(waiter.entry, self.now, usable=usable, capacity=capacity)
        self.note(closing)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def give_up(self, data):
        waiter = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(waiter)
        self.note(self.state.cancel(waiter, self.now))
        assert waiter.entry is None

    @precondition(lambda self: self.holding)
    @rule(data=st.data())
    def give_up_late(self, data):
        waiter = data.draw(st.sampled_from(self.holding))
        self.holding.remove(waiter)
        self.note(self.state.cancel(waiter, self.now))

    @rule(seconds=st.integers(1, 5))
    def time_passes(self, seconds):
        self.now += seconds
        self.note(self.state.expire(self.now))

    @precondition(lambda self: len(self.holding) > 3)
    @rule()
    def clear(self):
        entries, waiters = self.state.clear()
        assert set(self.waiting) == set(waiters)
        self.cleared |= set(entries)
        self.waiting.clear()
        assert {w.entry for w in self.holding if w.entry not in self.cleared} == set()

    def entries(self):
        return list(self.state._entries)

    @invariant()
    def never_more_connections_than_allowed(self):
        assert self.state.open <= (self.limits.max_connections or 1_000)
        assert self.state.idle <= (
            1_000 if self.limits.max_keepalive is None else self.limits.max_keepalive
        )

    @invariant()
    def each_entry_counts_its_users(self):
        held = [waiter.entry for waiter in self.holding]
        for entry in self.entries():
            assert held.count(entry) == entry.in_use >= 0
            assert (entry.in_use == 0) == (entry in self.state._idle)
            assert entry not in self.closed

    @invariant()
    def nobody_waits_in_line_while_something_is_free(self):
        assert len(self.waiting) == self.state.queued
        most = self.limits.max_connections
        if self.state._queue:
            assert 0 == self.state.idle
            assert self.state.open == most

    @invariant()
    def nobody_waits_while_a_connection_to_there_has_room(self):
        for waiter in self.waiting:
            assert not any(
                entry.usable and entry.key == waiter.key and entry.in_use < entry.capacity
                for entry in self.entries()
            )

    @invariant()
    def who_waits_for_a_dial_waits_for_one_that_is_running(self):
        for key, waiters in self.state._awaiting_dial.items():
            entry = self.state._first_dial[key]
            assert waiters
            assert (None, True) == (entry.connection, entry in self.state._entries)

    @invariant()
    def the_indexes_agree_with_the_entries(self):
        state = self.state
        assert set(state._idle) == {e for idle in state._idle_by_key.values() for e in idle}
        assert set(state._queue) == {w for queue in state._queue_by_key.values() for w in queue}
        for key, roomy in state._roomy.items():
            for entry in roomy:
                assert entry.key == key
                assert entry.usable
                assert 0 < entry.in_use < entry.capacity
        connected = {}
        for entry in self.entries():
            if entry.connection is not None:
                connected[entry.key] = connected.get(entry.key, 0) + 1
        assert connected == state._connected


Machine.TestCase.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
TestRandomFacts = Machine.TestCase


def test_entries_hold_no_more_than_they_need():
    with pytest.raises(AttributeError):
        Entry("a").other = 1
