"""What the pool counts: each request that was given a connection, once, and each connection that ended."""

import pytest

from testkit.pool_state import Asker, ask, dialled, state_of


def requests(state):
    """How many requests were given a connection, and how many of them one that was there."""
    now = state.stats()
    return now.requests, now.reused


def closed(state):
    return {reason: count for reason, count in state.stats().closed.items() if count}


def test_connections_are_idle_in_use_or_being_dialled():
    state = state_of()
    idle, busy, more = dialled(state), dialled(state), dialled(state)
    ask(state)
    for entry in (idle, more):
        state.release(entry, 1.0)
    now = state.stats()
    assert (4, 2, 1, 1) == (now.open, now.idle, now.in_use, now.connecting)
    assert (1, None) == (busy.in_use, busy.reason)


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


def test_a_request_counts_however_it_gets_its_connection():
    state = state_of()
    dialled(state, capacity=3)
    assert (1, 0) == requests(state)
    ask(state)
    assert (2, 1) == requests(state)
    state.take("a", 0.0)
    assert (3, 2) == requests(state)
    ask(state)  # there is no room
    assert (4, 2) == requests(state)


def test_who_waited_counts_when_it_is_served():
    state = state_of(most=1)
    entry = dialled(state)
    ask(state), ask(state)
    assert (1, 0) == requests(state)
    state.release(entry, 1.0)  # what is there
    assert (2, 1) == requests(state)
    state.release(entry, 1.0, "unusable")  # a slot
    assert (3, 1) == requests(state)


def test_who_brings_back_a_dead_connection_counts_once():
    state = state_of()
    state.release(entry := dialled(state), 1.0)
    assert entry is state.take("a", 2.0)
    assert (2, 1) == requests(state)
    state.request(Asker("a"), 2.0, entry)
    assert (2, 0) == requests(state)  # it dials after all
    assert {"stale": 1} == closed(state)


def test_who_gives_up_as_it_is_served_was_given_nothing():
    state = state_of(most=1)
    entry = dialled(state)
    waits = ask(state)
    state.release(entry, 1.0)
    assert (2, 1) == requests(state)
    state.cancel(waits, 1.0)
    assert (1, 0) == requests(state)
    dials = ask(state, "b", closed=[entry])
    assert (2, 0) == requests(state)
    state.cancel(dials, 1.0)
    assert (1, 0) == requests(state)


def test_a_dial_that_failed_is_forgotten_and_ends_no_connection():
    state = state_of()
    assert [] == state.failed(ask(state).entry)
    now = state.stats()
    assert (0, 0, 0, {}) == (now.open, now.connecting, now.opened, closed(state))
    assert {} == state._lanes


@pytest.mark.parametrize("reason", ["failed", "unusable", "stale"])
def test_a_connection_ends_for_the_reason_that_is_given_first(reason):
    state = state_of()
    entry = dialled(state, capacity=2)
    ask(state)
    assert [] == state.release(entry, 1.0, reason)
    assert {} == closed(state)
    assert [entry] == state.release(entry, 1.0, "unusable")
    assert (reason, {reason: 1}) == (entry.reason, closed(state))


def test_what_is_cleared_ended_for_its_own_reason_if_it_had_one():
    state = state_of()
    old = dialled(state, capacity=2)
    ask(state)
    state.release(old, 1.0, "unusable")
    dialled(state), dialled(state, "b")
    dialling = ask(state, "c").entry
    state.clear("forked")
    assert {"unusable": 1, "forked": 2} == closed(state)
    # What is dialled in the end was never counted as open, nor is it as closed.
    state.connected(dialling, 1, 2.0)
    assert [dialling] == state.release(dialling, 2.0)
    now = state.stats()
    assert (0, 0, 0, 3) == (now.open, now.in_use, now.connecting, now.opened)
    assert {"unusable": 1, "forked": 2} == closed(state)
