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


@pytest.mark.parametrize(("write", "kind"), [(5.0, float), (20.0, Until), (None, Until)])
def test_only_what_the_total_cuts_is_until_a_moment(write, kind):
    options = Options(timeout=Timeout(write=write, total=10), deadline=10)
    limit = Budget(options, lambda: 1).write()
    assert (kind, 5 if kind is float else 9) == (type(limit), limit)
