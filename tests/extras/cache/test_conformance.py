"""RFC 9111 by cases that nobody here wrote; see tests/conformance/data/cache-tests/README.md."""

import pytest

from httpcore_client.cache import SQLiteStorage
from testkit.cache_table import BLOCK, DEVIATIONS, NOT_OPTIMAL, left_out, run, suites, table, unmet
from testkit.worlds import WORLDS


def test_what_we_do_otherwise_is_among_the_cases():
    ids = {case["id"] for suite in suites() for case in suite["tests"]}
    assert {*DEVIATIONS, *NOT_OPTIMAL} <= ids


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_private_cache_meets_what_is_required_but_where_we_say_why_not(world):
    results = run(world, shared=False)
    assert set(DEVIATIONS) & set(results) == unmet(results, "required")
    assert set(NOT_OPTIMAL) & set(results) == unmet(results, "optimal")


def test_a_shared_cache_meets_what_is_required_but_where_we_say_why_not():
    results = run(WORLDS[2], shared=True)
    assert set(DEVIATIONS) & set(results) == unmet(results, "required")
    assert set(NOT_OPTIMAL) & set(results) == unmet(results, "optimal")


def test_a_file_makes_no_difference(tmp_path):
    storage = SQLiteStorage(tmp_path / "cache")
    close, storage.close = storage.close, lambda: None  # each case has a client of its own
    assert run(WORLDS[2], shared=False) == run(WORLDS[2], shared=False, storage=storage)
    close()


def test_the_table_shows_what_comes_of_it():
    assert table() == BLOCK.read(), "python -m testkit.cache_table writes it"


def played():
    """Say which cases are graded here, which are answered otherwise or left out, and why."""
    graded, never = [], {}
    for case in (case for suite in suites() for case in suite["tests"]):
        reasons = [left_out(case, shared=shared) for shared in (False, True)]
        if all(reasons):
            never.setdefault(reasons[0], []).append(case)
        else:
            graded.append(case)
    otherwise = dict.fromkeys(DEVIATIONS | NOT_OPTIMAL, "as the table below says")
    file = "cache-tests/cache-tests.json"
    return {file: {"graded": graded, "otherwise": otherwise, "left out": never}}
