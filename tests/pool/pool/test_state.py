"""What the pool decides: assignment, sharing, waiting, eviction. No I/O, no clock but ours."""

import pytest

from httpcore_pool.pool._entry import Entry, Lane, Waiter
from testkit.pool_state import Asker, ask, counts, dial, dialled, state_of


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


def test_what_is_up_next_is_up_in_time_and_nothing_before():
    state = state_of(expiry=5.0, max_age=10.0)
    first, second, third = dialled(state), dialled(state), dialled(state)
    state.release(first, 0.0)
    state.release(second, 2.0)
    state.release(third, 4.0)
    ask(state, "b", 5.0, closed=[first])
    assert third is state.take("a", 6.9)
    assert state.take("a", 7.0) is None
    ask(state, "b", 7.0, closed=[second])
    state.release(third, 7.0)
    assert third is state.take("a", 9.9)
    state.release(third, 9.9)
    assert state.take("a", 10.0) is None
    ask(state, "b", 10.0, closed=[third])


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


def test_who_does_not_wait_or_was_forgotten_gives_up_nothing():
    state = state_of(most=1)
    assert [] == state.cancel(Waiter("a", may_share=False), 1.0)
    dialled(state)
    forgotten = ask(state)
    state.clear("closed")
    assert [] == state.cancel(forgotten, 1.0)
    dialled(state)
    assert [] == state.cancel(forgotten, 1.0)
    assert (1, 0, 0) == counts(state)


def test_a_dial_that_a_waiter_was_given_as_it_gave_up_goes_to_the_next():
    state = state_of(most=1)
    entry = dialled(state)
    first, second = ask(state), ask(state)
    state.release(entry, 1.0, "unusable")
    given = first.entry
    assert [] == state.cancel(first, 2.0)
    assert (1, False) == (second.woken, second.entry is given)


def test_doubt_ends_what_is_idle_to_there():
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


def test_entries_hold_no_more_than_they_need():
    lane = Lane("a", may_share=False)
    with pytest.raises(AttributeError):
        Entry(lane, 1).other = 1
    with pytest.raises(AttributeError):
        lane.other = 1
