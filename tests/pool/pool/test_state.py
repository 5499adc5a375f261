"""What the pool decides: assignment, sharing, waiting, eviction. No I/O, no clock but ours."""

import time
from collections import deque

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from httpcore_pool import PoolLimits
from httpcore_pool.pool._entry import Entry, Lane, Waiter
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


def test_a_first_request_is_told_to_dial():
    state = state_of()
    waiter = ask(state)
    assert (None, 1, None) == (waiter.entry.connection, waiter.entry.in_use, waiter.entry.reason)
    assert (1, 0, 0) == counts(state)


def test_a_plain_waiter_is_woken_by_whoever_overrides_wake():
    assert Waiter("a", may_share=False).wake() is None


def test_a_released_connection_is_used_again_by_its_key_only():
    state = state_of()
    entry = dialled(state)
    assert [] == state.release(entry, 1.0)
    assert (1, 1, 0) == counts(state)
    assert ask(state, "b").entry is not entry
    assert ask(state, "a").entry is entry
    assert (2, 0, 0) == counts(state)


def test_the_warmest_idle_connection_is_used_first():
    state = state_of()
    first, second = dialled(state), dialled(state)
    state.release(first, 1.0)
    state.release(second, 2.0)
    assert [second, first] == [ask(state).entry, ask(state).entry]


def test_a_connection_that_is_not_usable_is_closed():
    state = state_of()
    entry = dialled(state)
    assert [entry] == state.release(entry, 1.0, "unusable")
    assert (0, 0, 0) == counts(state)


def test_a_full_pool_serves_first_come_first_served_whatever_the_key():
    state = state_of(most=1)
    entry = dialled(state)
    b, a = ask(state, "b"), ask(state, "a")
    assert (1, 0, 2) == counts(state)
    # b came first, so a's idle connection gives way to it.
    assert [entry] == state.release(entry, 1.0)
    assert (1, 0, False, True) == (b.woken, a.woken, b.entry is None, a.entry is None)
    assert [] == state.release(dial(state, b), 2.0) or a.entry is not None
    assert 1 == a.woken


def test_a_slot_that_becomes_free_goes_to_the_first_in_line():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    assert [entry] == state.release(entry, 1.0, "unusable")
    assert (1, 0) == (first.woken, second.woken)
    assert first.entry.connection is None


def test_the_longest_idle_connection_gives_way():
    state = state_of(most=2)
    a, b = dialled(state, "a"), dialled(state, "b")
    state.release(b, 1.0)
    state.release(a, 2.0)
    waiter = ask(state, "c", closed=[b])
    assert (True, "evicted") == (waiter.entry is not None, b.reason)
    assert (2, 1, 0) == counts(state)


def test_idle_connections_expire_in_time():
    state = state_of(expiry=10.0)
    old, young = dialled(state), dialled(state)
    state.release(old, 0.0)
    state.release(young, 5.0)
    ask(state, "b", now=9.9)
    ask(state, "b", now=10.0, closed=[old])
    assert ask(state, now=14.0).entry is young


def test_a_request_does_not_get_what_has_expired():
    state = state_of(expiry=10.0)
    entry = dialled(state)
    state.release(entry, 0.0)
    assert ask(state, now=10.0, closed=[entry]).entry is not entry


def test_more_idle_connections_than_are_kept_are_closed_longest_idle_first():
    state = state_of(keep=1)
    first, second = dialled(state), dialled(state)
    assert [] == state.release(first, 1.0)
    assert [first] == state.release(second, 2.0)
    assert (1, 1, 0) == counts(state)


def test_none_is_kept_where_none_shall_be():
    state = state_of(keep=0)
    entry = dialled(state)
    assert [entry] == state.release(entry, 1.0)


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
        state.release(entry, 1.0, "unusable")
        assert 1 == expected.woken
        other = expected


def test_a_failed_dial_wakes_all_who_waited_for_it():
    state = state_of()
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(3)]
    failed = first.entry
    assert [] == state.failed(failed)
    assert ("failed", True) == (failed.reason, failed.gone)
    assert [1, 1, 1] == [other.woken for other in others]
    # Each dials a connection of its own: the dial failed once, so nobody bets on a single one again.
    assert 3 == len({other.entry for other in others})
    assert (3, 0, 0) == counts(state)


def test_a_failed_dial_wakes_as_many_as_there_are_slots():
    state = state_of(most=1)
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(2)]
    state.failed(first.entry)
    assert [1, 0] == [other.woken for other in others]
    assert (1, 0, 1) == counts(state)


def test_one_in_line_joins_those_who_wait_for_a_dial_of_its_key():
    state = state_of(most=1)
    b = ask(state, "b", may_share=True)
    queued = [ask(state, "a", may_share=True) for _ in range(2)]
    state.release(dial(state, b), 1.0, "unusable")
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
    assert [] == state.release(entry, 1.0, None, 2)
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
    assert [] == state.release(entry, 1.0, "unusable")
    assert ask(state, may_share=True).entry is not entry
    assert [entry] == state.release(entry, 1.0, None, 5)


def test_a_capacity_that_shrinks_below_its_use_gives_no_more_room():
    state = state_of()
    entry = dialled(state, capacity=10, may_share=True)
    for _ in range(4):
        ask(state, may_share=True)
    state.release(entry, 1.0, None, 2)
    assert ask(state, may_share=True).entry is not entry


def test_a_capacity_of_none_counts_as_one():
    state = state_of()
    entry = dialled(state, capacity=10, may_share=True)
    state.release(entry, 1.0, None, 0)
    assert ask(state, may_share=True).entry is entry
    state.release(entry, 1.0, "unusable")
    # It is wholly forgotten: the next dial is a first one again, which others wait for.
    ask(state, may_share=True)
    assert ask(state, may_share=True).entry is None


def test_a_capacity_that_grows_gives_room():
    state = state_of(most=1)
    entry = dialled(state, capacity=2, may_share=True)
    ask(state, may_share=True)
    queued = [ask(state, may_share=True) for _ in range(2)]
    state.release(entry, 1.0, None, 3)
    assert [entry, entry] == [waiter.entry for waiter in queued]


def test_a_second_connection_to_a_key_is_dialled_without_waiting():
    state = state_of()
    full = dialled(state, capacity=1, may_share=True)
    first, second = ask(state, may_share=True), ask(state, may_share=True)
    assert 3 == len({full, first.entry, second.entry})
    state.release(full, 1.0, "unusable")
    state.release(dial(state, first), 1.0, "unusable")
    assert (1, 0, 0) == counts(state)


@pytest.mark.parametrize("idle", [False, True])
def test_what_becomes_free_serves_those_who_wait_for_another_dial(idle):
    state = state_of()
    first, alone = ask(state, may_share=True), ask(state, may_share=True)
    state.failed(first.entry)  # now the second dials on its own
    ask(state, may_share=True)
    waits = ask(state, may_share=True)
    assert waits.entry is None
    entry = dial(state, alone, capacity=1 if idle else 2)
    if idle:
        state.release(entry, 2.0)
    assert (entry, 1) == (waits.entry, waits.woken)


# Giving up.


def test_a_waiter_in_line_is_forgotten_when_it_gives_up():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    assert [] == state.cancel(first, 1.0)
    state.release(entry, 1.0)
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
    state.release(entry, 1.0)
    assert first.entry is entry
    assert [] == state.cancel(first, 2.0)
    assert (None, entry, 1) == (first.entry, second.entry, second.woken)


def test_a_dial_that_a_waiter_was_given_as_it_gave_up_goes_to_the_next():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    state.release(entry, 1.0, "unusable")
    given = first.entry
    assert [] == state.cancel(first, 2.0)
    assert (1, False) == (second.woken, second.entry is given)


def test_doubt_ends_what_is_idle_to_there_and_serves_those_in_line():
    state = state_of(3)
    idle = [dialled(state, "a") for _ in range(2)]
    busy = dialled(state, "a")
    for entry in idle:
        state.release(entry, 1.0)
    assert [] == state.doubt("b")
    assert idle == state.doubt("a")
    assert ((1, 0, 0), 2) == (counts(state), state.stats().closed["stale"])
    assert [] == state.release(busy, 2.0)
    assert (busy, []) == (ask(state, "a").entry, state.doubt("a"))


def test_clear_forgets_all_and_tells_what_was_there():
    state = state_of(most=3)
    idle, busy = dialled(state, "a"), dialled(state, "b")
    state.release(idle, 1.0)
    dialling = ask(state, "c", may_share=True)
    awaiting = ask(state, "c", may_share=True)
    more = ask(state, "d", closed=[idle])
    queued = ask(state, "e")
    entries, waiters = state.clear("closed")
    assert ({busy, dialling.entry, more.entry}, {awaiting, queued}) == (set(entries), set(waiters))
    assert ((0, 0, 0), {"closed"}) == (counts(state), {entry.reason for entry in entries})
    # What comes back late is closed, and changes nothing.
    assert [busy] == state.release(busy, 2.0)
    assert [] == state.failed(dialling.entry)
    assert [] == state.connected(more.entry, 1, 2.0)
    assert (0, 0, 0) == counts(state)


# Limits of one origin.


def test_an_origin_at_its_own_limit_blocks_nobody_else():
    state = state_of(most=3, max_per_origin=1)
    a = dialled(state, "a")
    blocked = [ask(state, "a") for _ in range(2)]
    b = dialled(state, "b")
    assert ask(state, "c").entry is not None
    waits = ask(state, "d")
    # The slot goes to d, although two came before it: they may not use it.
    state.release(b, 1.0, "unusable")
    assert ([0, 0], 1) == ([waiter.woken for waiter in blocked], waits.woken)
    state.release(a, 2.0, "unusable")
    assert [1, 0] == [waiter.woken for waiter in blocked]
    assert "a" == blocked[0].entry.lane.key


def test_a_connection_of_an_origin_at_its_limit_goes_to_who_came_first():
    state = state_of(most=1, max_per_origin=1)
    a = dialled(state, "a")
    first, other, second = ask(state, "a"), ask(state, "b"), ask(state, "a")
    assert [] == state.release(a, 1.0)
    assert (a, None) == (first.entry, other.entry)
    # Now b was before the second: the connection to a gives way.
    assert [a] == state.release(a, 2.0)
    assert ("evicted", 1, 0) == (a.reason, other.woken, second.woken)
    state.release(dial(state, other), 3.0)
    assert 1 == second.woken


def test_who_was_blocked_by_its_origin_comes_before_who_came_later():
    state = state_of(most=2, max_per_origin=1)
    a, b = dialled(state, "a"), dialled(state, "b")
    first, second = ask(state, "a"), ask(state, "c")
    state.release(a, 1.0, "unusable")
    assert (1, 0) == (first.woken, second.woken)
    state.release(b, 2.0, "unusable")
    assert 1 == second.woken


def test_an_idle_connection_of_an_origin_at_its_limit_is_shared_with_nobody():
    state = state_of(max_per_origin=1)
    a = dialled(state, "a")
    state.release(a, 1.0)
    assert a is ask(state, "a").entry
    assert ask(state, "a").entry is None
    assert ask(state, "b").entry is not None


def test_many_lanes_that_gave_up_are_swept_out():
    state = state_of(most=1)
    dialled(state, "a")
    stays = ask(state, "stays")
    for number in range(200):
        state.cancel(ask(state, number), 1.0)
    assert (1, True) == (state.queued, len(state._line._heap) < 100)
    assert {"a", "stays"} == set(state._lanes)
    assert 0 == stays.woken


def test_a_lane_that_was_swept_out_comes_in_again():
    state = state_of(most=2)
    a, b = dialled(state, "a"), dialled(state, "b")
    given_up = ask(state, "a")
    ask(state, "stays")
    state.cancel(given_up, 1.0)  # the heap still has a's lane
    for number in range(200):
        state.cancel(ask(state, number), 1.0)
    again = ask(state, "a")
    state.release(b, 2.0, "unusable")
    state.release(a, 2.0, "unusable")
    assert 1 == again.woken


# Age and number of requests.


def test_a_connection_that_is_too_old_takes_no_further_request():
    state = state_of(max_age=10.0)
    old = dial(state, ask(state), now=0.0)
    state.release(old, 1.0)
    assert old is state.take("a", 9.9)
    state.release(old, 9.9)
    assert state.take("a", 10.0) is None
    assert ask(state, now=10.0, closed=[old]).entry is not old
    assert ("age", 1) == (old.reason, state.stats().closed["age"])


def test_a_connection_in_use_that_is_too_old_is_closed_when_it_is_let_go():
    state = state_of(max_age=10.0)
    old = dial(state, ask(state, may_share=True), 5)
    ask(state, may_share=True)
    young = ask(state, may_share=True, now=10.0)
    assert (True, "age") == (young.entry is not old, old.reason)
    assert [] == state.release(old, 11.0, None, 5)
    assert [old] == state.release(old, 11.0, None, 5)


def test_age_is_looked_at_when_a_connection_is_let_go():
    state = state_of(max_age=10.0)
    old = dialled(state)
    assert [old] == state.release(old, 10.0)
    assert "age" == old.reason


def test_the_older_of_two_ends_first():
    state = state_of(max_age=10.0, expiry=5.0)
    old = dial(state, ask(state), now=0.0)
    young = dial(state, ask(state), now=3.0)
    state.release(old, 8.0)
    state.release(young, 8.0)
    assert [] == list(state.request(Asker("b"), 9.0))
    state.request(Asker("b"), 10.0)
    assert ("age", None) == (old.reason, young.reason)
    assert [young] == state.request(Asker("b"), 13.0)
    assert "age" == young.reason  # both were up: it counts as the first


def test_a_connection_takes_as_many_requests_as_it_may():
    state = state_of(max_requests=2)
    entry = dialled(state)
    assert [] == state.release(entry, 1.0)
    assert entry is ask(state).entry
    assert [entry] == state.release(entry, 2.0)
    assert ("requests", 1) == (entry.reason, state.stats().closed["requests"])


def test_a_shared_connection_that_has_had_its_requests_ends_with_the_last():
    state = state_of(max_requests=2)
    entry = dialled(state, capacity=5, may_share=True)
    assert entry is ask(state, may_share=True).entry
    assert ask(state, may_share=True).entry is not entry
    assert [] == state.release(entry, 1.0, None, 5)
    assert [entry] == state.release(entry, 1.0, None, 5)


def test_a_connection_for_one_request_serves_nobody_who_waits_for_its_dial():
    state = state_of(max_requests=1)
    first, second = ask(state, may_share=True), ask(state, may_share=True)
    entry = dial(state, first, 5)
    assert (1, True) == (second.woken, second.entry is not entry)
    assert [entry] == state.release(entry, 1.0, None, 5)


# What is dead, and what is dialled ahead.


def test_who_brings_back_a_dead_connection_has_its_slot():
    state = state_of(most=1)
    entry = dialled(state)
    state.release(entry, 1.0)
    assert entry is state.take("a", 2.0)
    stranger = ask(state, "b")
    again = Asker("a")
    assert [entry] == state.request(again, 2.0, entry)
    assert (True, 0, "stale") == (again.entry is not None, stranger.woken, entry.reason)
    assert 0 == again.woken


def test_another_idle_connection_takes_the_place_of_a_dead_one():
    state = state_of(most=2)
    one, two = dialled(state), dialled(state)
    state.release(one, 1.0)
    state.release(two, 1.0)
    stranger = [ask(state, "b", closed=[one]), ask(state, "b", closed=[two])]
    assert [1, 1] == [waiter.entry.in_use for waiter in stranger]
    state = state_of(most=2)
    one, two = dialled(state), dialled(state)
    state.release(one, 1.0)
    assert one is state.take("a", 2.0)
    state.release(two, 2.0)
    again = Asker("a")
    assert [one] == state.request(again, 2.0, one)
    assert two is again.entry


def test_who_brings_back_a_dead_connection_that_others_use_waits_like_everybody():
    state = state_of(most=1)
    entry = dialled(state, capacity=3, may_share=True)
    assert entry is state.take("a", 1.0)
    again = Asker("a", may_share=True)
    assert [] == state.request(again, 1.0, entry)
    assert (None, 1, "stale") == (again.entry, entry.in_use, entry.reason)
    assert [entry] == state.release(entry, 2.0, None, 3)
    assert 1 == again.woken


def test_connections_are_dialled_ahead_within_the_limits():
    state = state_of(most=3, max_per_origin=2)
    for _ in range(2):
        entry, closing = state.reserve("a", 0.0, 2, may_share=False)
        entry.connection = object()
        assert [] == [*closing, *state.connected(entry, 1, 0.0), *state.release(entry, 0.0)]
    assert (None, []) == state.reserve("a", 0.0, 2, may_share=False)
    assert (None, []) == state.reserve("a", 0.0, 9, may_share=False)
    dialled(state, "b")
    assert (None, []) == state.reserve("c", 0.0, 1, may_share=False)
    assert (0, 1, 2) == (state.stats().reused, state.stats().requests, state.idle)
    assert state.take("a", 1.0) is not None
    assert (1, 2) == (state.stats().reused, state.stats().requests)


def test_no_more_is_dialled_ahead_than_is_kept():
    state = state_of(keep=0)
    assert (None, []) == state.reserve("a", 0.0, 1, may_share=False)


def test_what_has_expired_is_not_ready():
    state = state_of(expiry=5.0)
    entry = dialled(state)
    state.release(entry, 0.0)
    fresh, closing = state.reserve("a", 5.0, 1, may_share=False)
    assert (True, [entry]) == (fresh is not entry, closing)


def test_one_connection_that_is_shared_is_enough():
    state = state_of()
    entry, _ = state.reserve("a", 0.0, 3, may_share=True)
    assert (None, []) == state.reserve("a", 0.0, 3, may_share=True)  # it is being dialled
    joins = ask(state, "a", may_share=True)
    entry.connection = object()
    assert [] == state.connected(entry, 5, 0.0)
    assert entry is joins.entry
    assert (None, []) == state.reserve("a", 0.0, 3, may_share=True)


def test_a_connection_dialled_ahead_takes_as_many_requests_as_any_other():
    state = state_of(max_requests=1)
    entry, _ = state.reserve("a", 0.0, 1, may_share=False)
    entry.connection = object()
    assert [] == [*state.connected(entry, 1, 0.0), *state.release(entry, 0.0)]
    assert entry is state.take("a", 1.0)
    assert [entry] == state.release(entry, 1.0)


# One dial for many.


def test_more_of_a_shared_kind_are_dialled_one_at_a_time():
    state = state_of()
    dialled(state, capacity=2, may_share=True)
    ask(state, may_share=True)
    more = [ask(state, may_share=True) for _ in range(3)]
    assert (2, 2) == (state.open, state.queued)
    entry = dial(state, more[0], capacity=2)
    assert (entry, 0, 3) == (more[1].entry, more[2].entry.capacity, state.open)


def test_a_failed_dial_for_more_leaves_the_next_to_try():
    state = state_of()
    full = dialled(state, capacity=2, may_share=True)
    ask(state, may_share=True)
    more = [ask(state, may_share=True) for _ in range(3)]
    assert [] == state.failed(more[0].entry)
    assert [1, 0] == [waiter.woken for waiter in more[1:]]
    assert [] == state.release(full, 1.0, None, 2)
    assert full is more[2].entry


def test_a_dial_that_was_cancelled_says_nothing_about_the_server():
    state = state_of()
    first = ask(state, may_share=True)
    others = [ask(state, may_share=True) for _ in range(3)]
    assert [] == state.cancel(first, 1.0)
    assert [1, 0, 0] == [other.woken for other in others]
    entry = dial(state, others[0], 5)
    assert [entry, entry] == [other.entry for other in others[1:]]


def test_counts_tell_what_happened():
    state = state_of(keep=1)
    first, second = dialled(state), dialled(state)
    ask(state, "b")
    now = state.stats()
    assert (3, 0, 2, 1, 0) == (now.open, now.idle, now.in_use, now.connecting, now.queued)
    state.release(first, 1.0)
    state.release(second, 1.0)
    state.take("a", 1.0)
    now = state.stats()
    assert (4, 1, 2) == (now.requests, now.reused, now.opened)
    assert {"surplus": 1} == {name: count for name, count in now.closed.items() if count}


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


def test_entries_hold_no_more_than_they_need():
    lane = Lane("a", may_share=False)
    with pytest.raises(AttributeError):
        Entry(lane, 1).other = 1
    with pytest.raises(AttributeError):
        lane.other = 1
