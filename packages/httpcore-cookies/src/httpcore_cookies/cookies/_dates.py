"""The dates of cookies (RFC 6265bis, section 5.1.1).

Decides which moment the text of an Expires attribute means: far more texts than HTTP dates. What
expires and when may not live here.
"""

import re
from datetime import UTC, datetime

from ._errors import check_text

__all__ = ["parse_cookie_date"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# date-token: a run of non-delimiters, which are the controls except HTAB, digits, letters, ":"
# and obs-text
_TOKEN = re.compile(r"[^\t -/;-@\[-`{-~]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?![0-9])")
_DAY = re.compile(r"([0-9]{1,2})(?![0-9])")
_YEAR = re.compile(r"([0-9]{2,4})(?![0-9])")
_EARLIEST_YEAR = 1601


def parse_cookie_date(value: str) -> float | None:
    """Read the date of an Expires attribute.

    Takes the attribute's value; returns Unix seconds, or None if it holds no date. Zones are
    ignored: a cookie's date is in UTC. Raises nothing, in linear time. RFC 6265bis, section
    5.1.1.

    >>> parse_cookie_date("Thu, 01-Jan-1970 00:01:00 GMT")
    60.0
    """
    check_text("value", value)
    time: re.Match[str] | None = None
    day = month = year = None
    for token in _TOKEN.findall(value):
        # The order of these questions is the standard's: "10" is a day first, then a year.
        if time is None and (found := _TIME.match(token)):
            time = found
        elif day is None and (found := _DAY.match(token)):
            day = int(found[1])
        elif month is None and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year is None and (found := _YEAR.match(token)):
            year = int(found[1])
    if time is None or day is None or month is None or year is None:
        return None
    if year < 70:
        year += 2000
    elif year < 100:
        year += 1900
    if year < _EARLIEST_YEAR:
        return None
    try:
        hour, minute, second = map(int, time.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:  # no such day or hour
        return None
