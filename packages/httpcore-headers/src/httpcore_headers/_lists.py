"""Comma-separated lists (RFC 9110, section 5.6.1).

Decides where a field's value falls apart into elements. What an element means belongs to the
grammar of the field: it may not live here.
"""

import re

from ._grammar import QUOTED_OR_CUT, strip_ows

__all__ = ["split_list"]

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
    elements = (strip_ows(element) for element in _ELEMENT.findall(value))
    return [element for element in elements if element]
