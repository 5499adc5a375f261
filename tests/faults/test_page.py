"""docs/explanation/faults.md has every fault of the table, and tests that are there."""

import re
from pathlib import Path

from testkit.named_tests import Page

PAGE = Page("docs/explanation/faults.md")


def test_every_row_is_there_in_its_place():
    assert [*range(1, 61)] == [number for number, _ in PAGE.rows]


def test_every_row_has_a_test():
    assert [] == PAGE.rows_without_test()


def test_every_test_that_is_named_is_there():
    assert set() == PAGE.tests_that_are_not_there()


def test_rows_that_are_played_from_a_table_are_in_it():
    """A test that plays many rows has one of each number that names it."""
    for name in ("test_exchanges", "test_connecting"):
        tested = {
            int(n) for n in re.findall(r"\b(?:Row|refuses|breaks)\(\s*\*?\(?\s*(\d+)", _text(name))
        }
        tested |= {38} if name == "test_exchanges" else set()  # made in a loop
        table = rf"`faults/{name}.py::test_a_fault_of_\w+_keeps_its_promise`"
        assert set() == {n for n, row in PAGE.rows if re.search(table, row)} - tested


def _text(name):
    return (Path(__file__).parent / f"{name}.py").read_text("utf-8")
