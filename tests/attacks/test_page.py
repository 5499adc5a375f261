"""docs/explanation/attacks.md names every attack of the review, and tests that are there."""

from testkit.named_tests import Page

PAGE = Page("docs/explanation/attacks.md")


def test_every_row_is_there_once():
    assert [*range(1, 81)] == sorted(number for number, _ in PAGE.rows)


def test_every_row_has_a_test():
    assert [] == PAGE.rows_without_test()


def test_every_test_that_is_named_is_there():
    assert set() == PAGE.tests_that_are_not_there()
