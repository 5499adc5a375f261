from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import parse_http_date

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        " Sun Nov 06 08:49:37 1994\t",
        "Mon, 06 Nov 1994 08:49:37 GMT",  # the day's name is not checked
    ],
)
def test_all_three_forms_mean_the_same(value: str) -> None:
    assert parse_http_date(value, now=NOW) == MOMENT


@pytest.mark.parametrize(
    "value",
    [
        "",
        "0",
        "-1",
        "Sun, 06 Nov 1994",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 0６ Nov 1994 08:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(value: str) -> None:
    assert None is parse_http_date(value, now=NOW)


def test_a_leap_second_is_the_second_before_it() -> None:
    expected = datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert expected == parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT")


@pytest.mark.parametrize(
    ("digits", "year"), [("76", 2076), ("77", 1977), ("99", 1999), ("26", 2026)]
)
def test_two_digit_years_lie_at_most_fifty_years_ahead(digits: str, year: int) -> None:
    found = parse_http_date(f"Friday, 01-Jan-{digits} 00:00:00 GMT", now=NOW)
    assert datetime(year, 1, 1, tzinfo=UTC) == found


def test_two_digit_years_need_no_clock_given() -> None:
    found = parse_http_date("Friday, 01-Jan-77 00:00:00 GMT")
    assert found is not None
    assert (77, timedelta(0)) == (found.year % 100, found.utcoffset())


def test_the_clock_may_be_in_any_zone() -> None:
    east = datetime(2000, 1, 1, tzinfo=timezone(timedelta(hours=9)))  # still 1999 in UTC
    found = parse_http_date("Friday, 01-Jan-98 00:00:00 GMT", now=east)
    assert datetime(1998, 1, 1, tzinfo=UTC) == found


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))
def test_every_fixdate_reads_back(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    month = moment.strftime("%b")
    clock = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    text = f"Mon, {moment.day:02} {month} {moment.year:04} {clock} GMT"
    assert moment == parse_http_date(text)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert None is parse_http_date(text, now=NOW)
