"""Which siblings a package is tested with besides those of the tree."""

from testkit.releases import NAMES, ROOT
from testkit.siblings import TREE, Job, plan, ranges_in

RANGES = {"headers": {}, "cookies": {"headers": ">=0.1,<0.2"}}


def test_where_nothing_was_released_there_is_nothing_to_do():
    assert [] == plan(RANGES, {"headers": [], "cookies": []}, set())


def test_the_oldest_release_in_the_range_is_taken():
    releases = {"headers": ["0.0.9", "0.1.10", "0.1.2", "0.2.0"], "cookies": []}
    assert [Job("cookies", {"headers": "0.1.2"})] == plan(RANGES, releases, set())


def test_a_release_that_is_the_tree_is_not_tested_again():
    releases = {"headers": ["0.1.0"], "cookies": []}
    assert [] == plan(RANGES, releases, {("headers", "0.1.0")})


def test_a_release_outside_the_range_is_not_taken():
    assert [] == plan(RANGES, {"headers": ["0.2.0"], "cookies": []}, set())


def test_siblings_without_an_older_release_come_from_the_tree():
    ranges = {"client": {"urls": ">=0.1,<0.2", "pool": ">=0.1,<0.2"}}
    releases = {"urls": ["0.1.0"], "pool": [], "client": []}
    assert [Job("client", {"urls": "0.1.0", "pool": TREE})] == plan(ranges, releases, set())


def test_the_ranges_are_those_of_the_projects():
    ranges = ranges_in(ROOT)
    assert NAMES == [*ranges]
    assert [[], [], ["headers"], ["urls", "headers"]] == [[*ranges[n]] for n in NAMES[:4]]
    assert {"urls", "headers", "cookies", "pool"} == {*ranges["client"]}
