"""RFC 9111 by cases that nobody here wrote; see tests/conformance/data/cache-tests/README.md."""

import pytest

from httpcore_client.cache import SQLiteStorage
from testkit.cache_table import DEVIATIONS, NOT_OPTIMAL, run, shown, suites, table, unmet
from testkit.worlds import WORLDS


def test_the_data_is_whole_and_what_we_do_otherwise_is_in_it():
    ids = [case["id"] for suite in suites() for case in suite["tests"]]
    assert 370 == len(ids) == len(set(ids))
    assert set() == {*DEVIATIONS, *NOT_OPTIMAL} - set(ids)


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
    assert table() == shown(), "python -m testkit.cache_table writes it"
