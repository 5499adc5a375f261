"""When to ask again: Retry-After (RFC 9110, section 10.2.3).

Decides how many seconds the field's value asks to wait. Whether a request is sent again, and how
long one is willing to wait for that, may not live here.
"""

from datetime import UTC, datetime

from ._dates import check_moment, parse_http_date
from ._errors import check_text
from ._grammar import strip_ows
from ._seconds import MAX_SECONDS, parse_seconds

__all__ = ["parse_retry_after"]


def parse_retry_after(value: str, *, now: datetime | None = None) -> float | None:
    """Read how many seconds a server asks to wait, as a number or as a date.

    Takes the field's value; `now` (an aware datetime, by default the system's clock) is what a date
    is counted from. Returns seconds of 0 or more, 0 for a date that has passed, or None if the
    value is neither a number nor a date. More than 2^31 seconds, 68 years, counts as 2^31: a
    longer sleep is an error in Python, and a caller sets a lower limit anyway. No text raises;
    a `now` without a time zone raises `ValueError`, another type `TypeError`. RFC 9110, section 10.2.3.

    >>> parse_retry_after("120")
    120.0
    >>> now = datetime(1994, 11, 6, 8, 49, 7, tzinfo=UTC)
    >>> parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now=now)
    30.0
    """
    if now is None:
        now = datetime.now(UTC)
    check_moment("now", now)
    check_text("value", value)
    seconds = parse_seconds(strip_ows(value))
    if seconds is not None:
        return float(seconds)
    moment = parse_http_date(value, now=now)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), float(MAX_SECONDS))
