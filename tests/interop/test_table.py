"""The tables of README.md are those that the tests hold, and nothing in them is said in vain."""

import pytest

from testkit.matrix.absent import ABSENT, ABSENT_OF_PROXIES, Absence, WrongError, verdict
from testkit.matrix.report import COLUMNS, table, written

CERTAIN = Absence("nginx", "br", "has no brotli")
AT_TIMES = Absence("nginx", "br", "has it at times", is_certain=False)


@pytest.mark.parametrize("title", COLUMNS)
def test_the_page_has_the_matrix_as_it_is(title):
    assert table(title).text() == written(title), "hatch run interop:matrix writes it"


def test_what_fails_or_works_against_what_is_said_is_a_fault():
    error, wrong = ValueError(), WrongError()
    assert [None, error, wrong] == [verdict(None, each) for each in (None, error, wrong)]
    assert isinstance(verdict(CERTAIN, None), WrongError)
    assert [None, wrong] == [verdict(CERTAIN, each) for each in (error, wrong)]
    assert [None, None, wrong] == [verdict(AT_TIMES, each) for each in (None, error, wrong)]


def test_each_absence_names_rows_and_servers_that_there_are():
    text = "".join(table(title).text() for title in COLUMNS)
    for absence in [*ABSENT, *ABSENT_OF_PROXIES]:
        assert set(absence.servers.split()) <= {
            name for names in COLUMNS.values() for name in names
        }
        assert [f"| {row} |" in text for row in absence.rows.split(", ")] == [True] * len(
            absence.rows.split(", ")
        )
