"""Limits that are what is left until a moment: numbers, which do not begin anew."""

import copy
import pickle

import pytest

from httpcore_pool import Options, Timeout, WriteTimeout
from httpcore_pool._config import Budget
from httpcore_pool._until import Until, anew


@pytest.mark.parametrize(("now", "left"), [(0, 10), (4, 6), (10, 0), (11, 0)])
def test_what_is_left_gets_less_and_never_less_than_nothing(now, left):
    times = iter([0, now, now])
    limit = Until(10, lambda: next(times))
    assert (10, left, left) == (limit, anew(limit), anew(limit, waited=3))


@pytest.mark.parametrize(("timeout", "waited", "left"), [(None, 3, None), (5, 0, 5), (5, 3, 2)])
def test_a_limit_on_progress_begins_anew(timeout, waited, left):
    assert left == anew(timeout, waited)


@pytest.mark.parametrize("travel", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy])
def test_it_leaves_the_process_as_a_number(travel):
    """The moment is on the clock of one process."""
    limit = travel(WriteTimeout("took nothing", Until(10, lambda: 4))).limit
    assert (float, 6.0) == (type(limit), limit)


@pytest.mark.parametrize(
    ("now", "waited", "left"), [(4, 0, 5), (4, 3, 2), (8, 0, 2), (8, 4, 1), (11, 0, 0)]
)
def test_of_both_the_shorter_is_left(now, waited, left):
    times = iter([0, now])
    assert left == anew(Until(10, lambda: next(times), most=5), waited)


@pytest.mark.parametrize(("write", "first", "later"), [(5.0, 5, 3), (20.0, 9, 3), (None, 9, 3)])
def test_what_a_total_cuts_is_until_a_moment_however_long_a_wait_is(write, first, later):
    options = Options(timeout=Timeout(write=write, total=10), deadline=10)
    times = iter([1, 7])
    limit = Budget(options, lambda: next(times)).write()
    assert (first, later) == (limit, anew(limit))


def test_without_a_total_it_is_a_number():
    assert float is type(Budget(Options(timeout=Timeout(write=5.0)), lambda: 1).write())
