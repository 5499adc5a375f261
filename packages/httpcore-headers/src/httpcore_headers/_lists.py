"""Comma-separated lists (RFC 9110, section 5.6.1).

Decides where a field's value, which may come in several lines, falls apart into elements. What an
element means belongs to the grammar of the field: it may not live here.
"""

import re
from collections.abc import Iterable

from ._errors import check_text
from ._grammar import QUOTED_OR_CUT, strip_ows

__all__ = ["lines_of", "split_list"]

# An element is a run of plain characters and quoted strings. The possessive quantifiers (`++`,
# `*+`) keep it linear: nothing matched is ever given back. A quoted string that never ends takes
# the rest.
_ELEMENT = re.compile(rf'(?:[^",]++|{QUOTED_OR_CUT})++', re.DOTALL)


def split_list(value: str) -> list[str]:
    """Split a field value at its commas, except those inside quoted strings.

    Takes the value as `str`; returns the elements in order, without the whitespace around them,
    with their quotes, and without empty elements. Raises nothing, in linear time. RFC 9110,
    section 5.6.1.

    >>> split_list('gzip, , br;q="1,0"')
    ['gzip', 'br;q="1,0"']
    """
    check_text("value", value)
    elements = (strip_ows(element) for element in _ELEMENT.findall(value))
    return [element for element in elements if element]


def lines_of(value: str | Iterable[str]) -> list[str]:
    """Return the lines of a field, of which a caller may give one as it is (RFC 9110, section 5.3)."""
    if isinstance(value, str):
        return [value]
    given: object = value
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise TypeError(f"value must be str or an iterable of str, not {type(given).__name__}")
    lines = list(value)
    for line in lines:
        check_text("each value", line)
    return lines
