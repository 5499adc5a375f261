import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from httpcore_headers import parse_retry_after

bounded = settings(max_examples=300, derandomize=True, deadline=None, database=None)

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)
LONGEST = float(2**31)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0),  # the example of RFC 9110 10.2.3
        ("0", 0.0),
        ("000", 0.0),
        ("007", 7.0),
        (" 5\t", 5.0),
        ("2147483647", LONGEST - 1),
        ("2147483648", LONGEST),
    ],
)
def test_a_number_is_a_number_of_seconds(value: str, expected: float) -> None:
    found = parse_retry_after(value, now=NOW)
    assert expected == found
    assert isinstance(found, float)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Thu, 01 Jan 2026 12:02:00 GMT", 120.0),
        ("Thursday, 01-Jan-26 12:02:00 GMT", 120.0),
        ("Thu Jan  1 12:02:00 2026", 120.0),
        (" Thu, 01 Jan 2026 12:02:00 GMT ", 120.0),
        ("Thu, 01 Jan 2026 12:00:00 GMT", 0.0),
        # what has passed needs no waiting
        ("Thu, 01 Jan 2026 11:59:59 GMT", 0.0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
        ("Mon, 01 Jan 0001 00:00:00 GMT", 0.0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0.0),
    ],
)
def test_a_date_is_counted_from_now(value: str, expected: float) -> None:
    # RFC 9110 5.6.7: all three forms
    assert expected == parse_retry_after(value, now=NOW)


@pytest.mark.parametrize(
    "value",
    [
        *("2147483649", "9999999999", "99999999999", "0" * 5_000 + "9" * 11, "9" * 4_300),
        *("9" * 4_301, "9" * 1_000_000, "Fri, 31 Dec 9999 23:59:59 GMT"),
    ],
)
def test_no_wait_is_longer_than_what_can_be_slept(value: str) -> None:
    # RFC 9111 1.2.2 has 2^31 for numbers that are too large
    assert LONGEST == parse_retry_after(value, now=NOW)


def test_leading_zeros_add_nothing() -> None:
    assert 12.0 == parse_retry_after("0" * 100_000 + "12")


async def _sleep(seconds: float) -> None:
    await asyncio.wait_for(asyncio.sleep(seconds), 0.001)


def test_the_longest_wait_can_be_slept() -> None:
    with pytest.raises(TimeoutError):
        asyncio.run(_sleep(LONGEST))


@pytest.mark.parametrize(
    "value",
    [
        *("", " ", "-1", "+1", "-0", "1.5", "1,5", "1e3", "1_000", "0x10", "120s", "120 s", "1 2"),
        *(
            "120, 60",
            "soon",
            "nan",
            "inf",
            "\u0661\u0662",
            "\uff11",
            "\u00b2",
            "1\n",
            "\n1",
            "1\x00",
        ),
        *("Thu, 01 Jan 2026", "2026-01-01T12:02:00Z", "Thu, 32 Jan 2026 12:02:00 GMT"),
        *("Thu, 01 Jan 2026 12:02:00 CET", "thu, 01 jan 2026 12:02:00 gmt"),
        "Thu, 01 Jan 2026 12:02:00 GMT, 120",
    ],
)
def test_what_is_neither_is_none(value: str) -> None:
    assert None is parse_retry_after(value, now=NOW)
    assert None is parse_retry_after(value)


def test_now_may_be_in_any_zone_and_has_fractions() -> None:
    east = NOW.astimezone(timezone(timedelta(hours=9))) + timedelta(milliseconds=250)
    assert 119.75 == parse_retry_after("Thu, 01 Jan 2026 12:02:00 GMT", now=east)


def test_without_now_the_clock_counts() -> None:
    assert 0.0 == parse_retry_after("Thu, 01 Jan 1970 00:00:00 GMT")
    soon = datetime.now(UTC) + timedelta(days=2)
    found = parse_retry_after(soon.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert found is not None
    assert 86_400 < found <= 2 * 86_400


@pytest.mark.parametrize("value", ["120", "Thu, 01 Jan 2026 12:02:00 GMT", "rubbish"])
def test_a_now_without_a_zone_is_refused_whatever_the_value(value: str) -> None:
    with pytest.raises(ValueError, match="aware"):
        parse_retry_after(value, now=datetime(2026, 1, 1))


@pytest.mark.parametrize("unit", ["0", "9", " ", "a", "Thu, ", "-", "\t0"])
def test_a_hostile_value_takes_linear_time(unit: str) -> None:
    parse_retry_after(unit * 500_000)  # quadratic work would take minutes


@bounded
@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31)))
def test_every_date_waits_until_then_within_the_bounds(moment: datetime) -> None:
    moment = moment.replace(microsecond=0, tzinfo=UTC)
    month = moment.strftime("%b")
    clock = f"{moment.hour:02}:{moment.minute:02}:{moment.second:02}"
    text = f"Mon, {moment.day:02} {month} {moment.year:04} {clock} GMT"
    expected = min(max((moment - NOW).total_seconds(), 0.0), LONGEST)
    assert expected == parse_retry_after(text, now=NOW)


@bounded
@given(st.text() | st.from_regex(r"[0-9 ]{1,30}", fullmatch=True))
def test_no_text_raises_and_no_wait_is_out_of_bounds(text: str) -> None:
    found = parse_retry_after(text, now=NOW)
    assert found is None or 0.0 <= found <= LONGEST
