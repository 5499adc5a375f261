"""What the pool makes of connections whose capacity is learnt late, or changes: HTTP/2's SETTINGS."""

from functools import partial

from testkit.pool_state import Asker, state_of
from testkit.pool_state import ask as any_ask

ask = partial(any_ask, may_share=True)


def pending(state, key="a"):
    """A connection whose SETTINGS have not come, which carries the request that dialled it."""
    entry = ask(state, key).entry
    entry.connection = object()
    assert [] == state.connected(entry, 100, 0.0, pending=True)
    return entry


def served(waiters, entry):
    return [waiter.entry is entry for waiter in waiters]


# Until it is learnt.


def test_a_pending_connection_carries_one_request_and_others_wait_for_it():
    state = state_of()
    entry = pending(state)
    others = [ask(state) for _ in range(3)]
    assert (1, 1, 3) == (entry.in_use, state.open, state.queued)
    assert [] == state.resize(entry, 3, 1.0)
    assert [True, True, False] == served(others, entry)
    assert [1, 1, 1] == [other.woken for other in others]
    assert (2, 0) == (state.open, state.queued)  # who finds no room dials another
    assert others[2].entry.capacity == 0


def test_those_who_waited_for_the_dial_wait_on():
    state = state_of()
    first = ask(state)
    others = [ask(state) for _ in range(2)]
    first.entry.connection = object()
    assert [] == state.connected(first.entry, 100, 0.0, pending=True)
    assert ([None, None], 2) == ([other.entry for other in others], state.queued)
    state.resize(first.entry, 100, 1.0)
    assert [True, True] == served(others, first.entry)


def test_a_request_that_is_done_before_makes_room_for_the_next_one():
    state = state_of()
    entry = pending(state)
    others = [ask(state) for _ in range(2)]
    assert [] == state.release(entry, 1.0)
    assert [True, False] == served(others, entry)
    assert (1, 1) == (state.open, state.queued)
    assert [] == state.release(entry, 1.0)
    assert [True, True] == served(others, entry)


def test_a_pending_connection_may_be_idle_and_is_used_by_one():
    state = state_of()
    entry = pending(state)
    assert [] == state.release(entry, 1.0)
    assert 1 == state.idle
    first, second = ask(state, now=1.0), ask(state, now=1.0)
    assert ([True, False], 1) == (served([first, second], entry), state.open)
    assert [] == state.resize(entry, 2, 1.0)
    assert entry is second.entry


def test_what_an_idle_connection_learns_counts_from_its_next_use():
    state = state_of()
    entry = pending(state)
    state.release(entry, 1.0)
    assert [] == state.resize(entry, 2, 1.0)
    assert 1 == state.idle
    assert [entry] * 2 == [ask(state, now=1.0).entry, ask(state, now=1.0).entry]
    assert 0 == state.idle


def test_a_pending_connection_that_dies_leaves_the_next_to_dial():
    state = state_of()
    entry = pending(state)
    others = [ask(state) for _ in range(3)]
    assert [entry] == state.release(entry, 1.0, "failed")
    assert [1, 0, 0] == [other.woken for other in others]
    again = others[0].entry
    again.connection = object()
    assert [] == state.connected(again, 100, 1.0, pending=True)
    assert [] == state.resize(again, 100, 1.0)
    assert [True] * 3 == served(others, again)


def test_an_idle_pending_connection_that_is_evicted_is_waited_for_by_nobody():
    state = state_of(most=1)
    entry = pending(state)
    state.release(entry, 1.0)
    other = Asker("b")
    assert [entry] == state.request(other, 1.0)
    assert (True, 1) == (other.entry is not None, state.open)
    assert [] == state.failed(other.entry)
    assert ask(state, now=1.0).entry.capacity == 0


def test_a_pending_connection_for_one_request_only_is_waited_for_by_nobody():
    state = state_of(max_requests=1)
    first = ask(state)
    others = [ask(state) for _ in range(2)]
    first.entry.connection = object()
    assert [] == state.connected(first.entry, 100, 0.0, pending=True)
    assert [1, 0] == [other.woken for other in others]  # the next dials, the last waits for that
    assert [] == state.resize(first.entry, 100, 1.0)
    assert first.entry.in_use == 1


def test_a_connection_that_is_pending_beside_another_dial_does_not_take_its_place():
    state = state_of()
    first, second = ask(state), ask(state)
    state.failed(first.entry)  # after a refusal each dials alone
    third = ask(state)
    assert second.entry is not None
    assert third.entry is not None
    waiting = ask(state)
    second.entry.connection = object()
    state.connected(second.entry, 100, 0.0, pending=True)
    third.entry.connection = object()
    state.connected(third.entry, 100, 0.0, pending=True)
    assert waiting.entry is None
    state.resize(third.entry, 2, 1.0)
    assert third.entry is waiting.entry


# Changes.


def test_a_connection_that_gets_wider_serves_who_waits():
    state = state_of(most=1)
    entry = pending(state)
    state.resize(entry, 1, 1.0)
    others = [ask(state) for _ in range(3)]
    assert 3 == state.queued
    assert [] == state.resize(entry, 3, 1.0)
    assert ([True, True, False], 1) == (served(others, entry), state.queued)


def test_a_connection_that_gets_narrower_serves_nobody_until_it_has_room():
    state = state_of(most=1)
    entry = pending(state)
    state.resize(entry, 3, 1.0)
    for _ in range(2):
        assert entry is ask(state).entry
    state.resize(entry, 1, 1.0)
    waiting = ask(state)
    for _ in range(2):
        state.release(entry, 1.0, capacity=1)
        assert waiting.entry is None
    state.release(entry, 1.0, capacity=1)
    assert entry is waiting.entry


def test_a_capacity_of_nothing_still_lets_one_find_out():
    state = state_of(most=1)
    entry = pending(state)
    waiting = ask(state)
    assert [] == state.resize(entry, 0, 1.0)
    assert (None, 1) == (waiting.entry, entry.capacity)
    state.release(entry, 1.0, capacity=0)
    assert (entry, 1) == (waiting.entry, entry.capacity)


def test_a_connection_that_turns_out_narrow_takes_the_slot_of_an_idle_one():
    state = state_of(most=2)
    idle = ask(state, "b", may_share=False).entry
    idle.connection = object()
    state.connected(idle, 1, 0.0)
    entry = pending(state)
    state.release(idle, 1.0)
    waiting = ask(state, now=1.0)
    assert None is waiting.entry
    assert [idle] == state.resize(entry, 1, 1.0)
    assert ("evicted", True) == (idle.reason, waiting.entry is not None)


def test_what_is_gone_or_retired_learns_nothing():
    state = state_of(max_requests=2)
    entry = pending(state)
    state.release(entry, 1.0)
    assert entry is ask(state, now=1.0).entry  # its last
    assert [] == state.resize(entry, 100, 1.0)
    assert 1 == entry.capacity
    assert [entry] == state.release(entry, 1.0)
    assert [] == state.resize(entry, 100, 1.0)
    other = pending(state)
    state.clear("closed")
    assert [] == state.resize(other, 100, 1.0)
    assert 1 == other.capacity


def test_a_connection_that_is_too_old_is_given_to_nobody_who_waits_for_its_number():
    state = state_of(max_age=1)
    first = ask(state, may_share=True)
    waiting = ask(state, may_share=True)
    entry = first.entry
    assert [] == state.connected(entry, 1, 0.0, pending=True)
    assert [] == state.resize(entry, 100, 1.0)
    assert "age" == entry.reason
    assert (1, 0) == (waiting.woken, waiting.entry.capacity)  # it dials another


def test_who_waits_for_a_number_dials_when_the_connection_takes_its_last_request():
    state = state_of(max_requests=2)
    entry = pending(state)
    second, third = ask(state), ask(state)
    assert [] == state.release(entry, 0.0)
    assert entry is second.entry
    assert ("requests", 1, 0) == (entry.reason, third.woken, third.entry.capacity)


def test_who_waits_for_a_number_dials_when_the_connection_grows_too_old():
    state = state_of(max_age=1)
    entry = pending(state)
    waiting = ask(state)
    ask(state, "b", now=1.0)
    assert ("age", 1, 0) == (entry.reason, waiting.woken, waiting.entry.capacity)
