"""Dates in header fields (RFC 9110, section 5.6.7).

Decides when a text is an HTTP date, and which moment it means. The looser dates of cookies and
what a date is used for (ages, retries, expiry) may not live here.
"""

import re
from datetime import UTC, datetime

from ._errors import check_text

__all__ = ["check_moment", "parse_http_date"]

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
        start=1,
    )
}
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_CLOCK = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_LONG_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_SHORT_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"

# The day's name is required but not checked against the date: senders get it wrong, and it adds
# nothing.
_FORMS = (
    # IMF-fixdate, the one form that may be sent
    re.compile(rf"{_SHORT_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_CLOCK} GMT"),
    # rfc850-date, obsolete
    re.compile(rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_CLOCK} GMT"),
    # asctime-date, obsolete
    re.compile(rf"{_SHORT_DAY} {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_CLOCK} (?P<year>[0-9]{{4}})"),
)
_MAX_FUTURE_YEARS = 50  # RFC 9110 5.6.7: a two-digit year further ahead than this is in the past


def parse_http_date(value: str, *, now: datetime | None = None) -> datetime | None:
    """Read an HTTP date in any of its three forms.

    Takes the field's value; `now` (an aware datetime, by default the system's clock) places the
    two-digit years of the obsolete RFC 850 form. Returns an aware datetime in UTC, or None if the
    value is not a date. A leap second counts as the second before it. No text raises; a `now`
    without a time zone raises `ValueError`, another type `TypeError`. RFC 9110, section 5.6.7.

    >>> parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").isoformat()
    '1994-11-06T08:49:37+00:00'
    """
    check_text("value", value)
    if now is not None:
        check_moment("now", now)
    text = value.strip(" \t")
    for form in _FORMS:
        found = form.fullmatch(text)
        if found is not None:
            return _moment(found, now)
    return None


def check_moment(name: str, moment: object) -> None:
    """Raise an error for an argument, which it names, that is no moment in time."""
    if not isinstance(moment, datetime):
        raise TypeError(f"{name} must be a datetime, not {type(moment).__name__}")
    if moment.utcoffset() is None:
        raise ValueError(f"{name} must be an aware datetime, such as datetime.now(UTC)")


def _moment(found: re.Match[str], now: datetime | None) -> datetime | None:
    year, second = int(found["year"]), int(found["second"])
    two_digits = len(found["year"]) == 2
    if two_digits:
        now = datetime.now(UTC) if now is None else now.astimezone(UTC)
        year += now.year - now.year % 100
    try:
        moment = datetime(
            year,
            _MONTHS[found["month"]],
            int(found["day"]),
            int(found["hour"]),
            int(found["minute"]),
            59 if second == 60 else second,  # datetime has no leap seconds
            tzinfo=UTC,
        )
        if two_digits and now is not None and moment.year - now.year > _MAX_FUTURE_YEARS:
            moment = moment.replace(year=moment.year - 100)
    except ValueError:  # a day the month hasn't, an hour past 23, year 0
        return None
    return moment
