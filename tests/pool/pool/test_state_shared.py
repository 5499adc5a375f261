"""What the pool makes of connections that carry many exchanges at once, and of those that may."""

from functools import partial

import pytest

from testkit.pool_state import Asker, ask, counts, dial, dialled, state_of

share = partial(ask, may_share=True)


def pending(state, waiter):
    """Connect what a request was told to dial; how much it carries is not known yet."""
    waiter.entry.connection = object()
    assert [] == state.connected(waiter.entry, 100, 0.0, pending=True)
    return waiter.entry


def served(waiters, entry):
    return [waiter.entry is entry for waiter in waiters]


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
    assert 3 == len({full, first.entry, second.entry} - {None})
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


# Room on what is there.


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_what_was_idle_has_room_for_as_many_as_it_carries(capacity):
    state = state_of()
    entry = dialled(state, capacity=capacity, may_share=True)
    state.release(entry, 1.0, capacity=capacity)
    given = [state.take("a", 1.0) for _ in range(capacity + 1)]
    assert [*[entry] * capacity, None] == given
    assert (capacity, 0) == (entry.in_use, state.idle)


def test_what_is_in_use_and_has_room_is_taken_before_what_is_idle():
    state = state_of()
    idle, busy = dialled(state), dialled(state, capacity=2)
    state.release(idle, 1.0)
    assert [busy, idle, None] == [state.take("a", 1.0) for _ in range(3)]


def test_connections_with_room_are_those_in_use_and_those_that_are_idle():
    state = state_of()
    assert [] == state.with_room("a")
    _, idle, roomy = dialled(state), dialled(state), dialled(state, capacity=2)
    state.release(idle, 1.0)
    assert [roomy.connection, idle.connection] == state.with_room("a")
    assert [] == state.with_room("b")


def test_those_who_wait_share_as_many_requests_as_a_connection_takes():
    state = state_of(max_requests=3)
    first, *others = (share(state) for _ in range(5))
    entry = dial(state, first, capacity=9)
    assert [True, True, False, False] == served(others, entry)
    assert (3, "requests", 0) == (entry.uses, entry.reason, others[2].entry.capacity)
    assert share(state).entry is None  # it waits for the next one, too
    assert entry.lane.roomy == {}


def test_requests_one_after_another_are_as_many_as_a_connection_takes():
    state = state_of(max_requests=3)
    entry = dialled(state)
    assert [] == state.release(entry, 1.0)
    for closing in ([], [entry]):
        assert entry is state.take("a", 1.0)
        assert closing == state.release(entry, 1.0)


def test_the_slot_of_a_dead_connection_is_for_others_where_one_with_room_is_there():
    state = state_of(most=2)
    shared = dialled(state, capacity=2)
    assert shared is share(state, may_share=False).entry
    state.release(dead := dialled(state), 1.0)
    assert dead is state.take("a", 1.0)
    stranger = ask(state, "b", 1.0)
    state.release(shared, 1.0, capacity=2)
    again = Asker("a")
    assert [dead] == state.request(again, 1.0, dead)
    assert (shared, True, 1) == (again.entry, stranger.entry is not None, stranger.woken)


def test_room_that_was_given_as_its_waiter_gave_up_is_there_for_others():
    state = state_of(most=1)
    entry = dialled(state, capacity=3, may_share=True)
    for _ in range(2):
        assert entry is share(state).entry
    waits = share(state)
    state.release(entry, 1.0, capacity=3)
    assert entry is waits.entry
    state.cancel(waits, 1.0)
    assert (3, entry, None) == (entry.capacity, share(state).entry, share(state).entry)


# Dials that others wait for.


def test_a_dial_beside_the_one_that_is_waited_for_says_nothing_about_it():
    state = state_of()
    first, alone = share(state), share(state)
    state.failed(first.entry)  # after a refusal each dials alone
    _, waits = share(state), share(state)
    state.failed(alone.entry)
    assert (None, 1) == (waits.entry, state.open)


def test_a_number_that_changes_says_nothing_about_the_dial_of_more():
    state = state_of()
    full = dialled(state, capacity=2, may_share=True)
    share(state)
    more, waits = share(state), share(state)
    assert [] == state.resize(full, 2, 1.0)
    assert (0, None) == (more.entry.capacity, waits.entry)


@pytest.mark.parametrize("reason", ["unusable", None])
def test_a_connection_that_ends_says_nothing_about_the_dial_of_more(reason):
    state = state_of(max_age=None if reason else 1.0)
    full = dialled(state, capacity=2, may_share=True)
    share(state)
    more, waits = share(state), share(state)
    state.release(full, 1.0, reason, capacity=2)
    assert (0, None) == (more.entry.capacity, waits.entry)
    assert full.reason in ("unusable", "age")


def test_who_dialled_alone_is_waited_for_once_its_number_is_awaited():
    state = state_of()
    first, alone = share(state), share(state)
    state.failed(first.entry)
    entry = pending(state, alone)
    waits = share(state)
    assert (None, 1) == (waits.entry, state.open)
    state.resize(entry, 2, 1.0)
    assert entry is waits.entry


def test_a_number_that_is_learnt_beside_a_dial_leaves_others_to_wait_for_that():
    state = state_of()
    first, alone = share(state), share(state)
    state.failed(first.entry)
    dials, waits = share(state), share(state)
    state.resize(pending(state, alone), 1, 1.0)
    assert waits.entry is None
    assert dial(state, dials, capacity=2) is waits.entry


def test_a_connection_whose_number_is_awaited_serves_its_own_past_others_in_line():
    state = state_of(most=1)
    entry = pending(state, share(state))
    stranger, waits = ask(state, "b"), share(state)
    assert [] == state.release(entry, 1.0)
    assert (None, entry) == (stranger.entry, waits.entry)


def test_nobody_waits_for_the_dial_of_another_where_nothing_is_shared():
    state = state_of(most=2)
    others = [dialled(state, "b") for _ in range(2)]
    waiters = [ask(state) for _ in range(2)]
    for other in others:
        state.release(other, 1.0, "unusable")
    assert [1, 1] == [waiter.woken for waiter in waiters]


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


# Dials ahead of requests.


def test_so_many_are_dialled_ahead_as_are_to_be_ready():
    state = state_of()
    for ready in (1, 2):
        entry, _ = state.reserve("a", 0.0, ready, may_share=False)
        entry.connection = object()
        assert [] == [*state.connected(entry, 1, 0.0), *state.release(entry, 0.0)]
        assert (None, []) == state.reserve("a", 0.0, ready, may_share=False)


@pytest.mark.parametrize("may_share", [False, True])
def test_several_are_dialled_ahead_at_once_where_nothing_is_shared(may_share):
    state = state_of()
    if may_share:  # but the first one turned out to carry one exchange at a time
        dialled(state, capacity=1, may_share=True)
    entries = [state.reserve("a", 0.0, 2, may_share=may_share)[0] for _ in range(2)]
    assert None not in entries


def test_none_is_dialled_ahead_beside_one_that_is_shared_though_the_dial_of_more_failed():
    state = state_of()
    dialled(state, capacity=2, may_share=True)
    share(state)
    assert [] == state.failed(share(state).entry)
    assert (None, []) == state.reserve("a", 0.0, 1, may_share=True)


def test_none_is_dialled_ahead_beside_one_that_is_shared_though_another_ended():
    state = state_of()
    first = dialled(state, capacity=2, may_share=True)
    share(state)
    dialled(state, capacity=2, may_share=True)
    assert [] == state.release(first, 1.0, "unusable")
    assert [first] == state.release(first, 1.0, "unusable")
    assert (None, []) == state.reserve("a", 1.0, 1, may_share=True)


def test_one_is_dialled_ahead_in_place_of_one_that_takes_no_further_request():
    state = state_of()
    entry = dialled(state, capacity=5, may_share=True)
    share(state)
    assert (None, []) == state.reserve("a", 0.0, 1, may_share=True)
    assert [] == state.release(entry, 1.0, "unusable")
    assert state.reserve("a", 1.0, 1, may_share=True)[0] is not None
