"""Content-Range (RFC 9110, section 14.4).

Decides which part of a representation a message says it holds, and when it says nothing that can be
true. What to ask for, and how parts are put together, may not live here.
"""

import re
from dataclasses import dataclass

from ._errors import check_text
from ._grammar import TOKEN, strip_ows

__all__ = ["ContentRange", "parse_content_range"]

# Room for any offset of 64 bits, far below the 4,300 digits at which int() raises.
_POSITION = r"[0-9]{1,19}"
# RFC 9110 14.4: range-unit SP ( first-pos "-" last-pos "/" ( complete-length / "*" )
# / "*/" complete-length ). The possessive token is never given back.
_CONTENT_RANGE = re.compile(
    rf"({TOKEN}+) (?:({_POSITION})-({_POSITION})/(?:({_POSITION})|\*)|\*/({_POSITION}))"
)


@dataclass(frozen=True, slots=True)
class ContentRange:
    """Where the content of a message lies in the whole representation.

    `unit` is in lower case, nearly always "bytes". `first` and `last` are the positions of the
    first and last unit, counted from 0, both included; both are None where the range that was asked
    for can't be satisfied (status 416). `length` is that of the whole representation, None where
    the sender doesn't know it. RFC 9110, section 14.4.

    >>> parse_content_range("bytes */1234")
    ContentRange(unit='bytes', first=None, last=None, length=1234)
    """

    unit: str
    first: int | None
    last: int | None
    length: int | None


def parse_content_range(value: str) -> ContentRange | None:
    """Read the value of a Content-Range field.

    Takes the value as `str`; returns a ContentRange, or None if it is broken or contradicts itself:
    a range that ends before it begins or past the length, a position of more than 19 digits. What
    came with such a value must not be put together with other parts. Any unit is taken: check that
    it is the one that was asked for. Raises nothing, in linear time. RFC 9110, section 14.4.

    >>> parse_content_range("bytes 0-499/1234")
    ContentRange(unit='bytes', first=0, last=499, length=1234)
    >>> parse_content_range("bytes 0-1234/1234") is None
    True
    """
    check_text("value", value)
    found = _CONTENT_RANGE.fullmatch(strip_ows(value))
    if found is None:
        return None
    unit = found[1].lower()
    if found[5] is not None:
        return ContentRange(unit, None, None, int(found[5]))
    first, last = int(found[2]), int(found[3])
    length = None if found[4] is None else int(found[4])
    if last < first or (length is not None and length <= last):
        return None
    return ContentRange(unit, first, last, length)
