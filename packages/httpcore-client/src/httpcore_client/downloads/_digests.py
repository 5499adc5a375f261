"""Digests in a field: a dictionary of byte sequences (RFC 9530 2, 3), as RFC 9651 4.2 has it read."""

from __future__ import annotations

import base64
import re

__all__ = ["read_digests"]

# RFC 9651 3 and 4.2, all possessive, so that each character is read once. What else may stand in such
# a dictionary is known here only to be passed over.
_KEY = r"[a-z*][a-z0-9_.*-]*+"
# Base64, whose padding may be missing (RFC 9651 4.2.7): four at a time, and no single one at the end.
_BYTES = r":(?:(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2,3}+)?+(?<!:)={0,2}+)?:"
_BARE = (
    r"(?:-?(?:[0-9]{1,12}+\.[0-9]{1,3}+|[0-9]{1,15}+)(?![0-9.])"
    r'|"(?:[ !#-\[\]-~]|\\["\\])*+"'
    r"|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*+"
    rf"|{_BYTES}|\?[01]|@-?[0-9]{{1,15}}+(?![0-9.])"
    r'|%"(?:[ !#$&-~]|%[0-9a-f]{2})*+")'
)
_PARAMETERS = f"(?:; *+{_KEY}(?:={_BARE})?+)*+"
_ITEM = _BARE + _PARAMETERS
_INNER_LIST = rf"\( *+(?:{_ITEM}(?: ++{_ITEM})*+ *+)?+\){_PARAMETERS}"
_ENTRY = re.compile(
    rf"({_KEY})(?:=(?:({_BYTES}){_PARAMETERS}|{_ITEM}|{_INNER_LIST})|{_PARAMETERS})"
)
_COMMA = re.compile(r"[ \t]*+,[ \t]*+")


def read_digests(value: str) -> dict[str, bytes]:
    """Return the byte sequences in a dictionary by their keys; {} if the whole is no dictionary."""
    value = value.strip(" ")
    found: dict[str, bytes] = {}
    at = 0
    while entry := _ENTRY.match(value, at):
        key, octets = entry.groups()
        found.pop(key, None)  # the last of a key counts, whatever it is
        if octets is not None:
            data = octets.strip(":=")
            found[key] = base64.b64decode(data + "=" * (-len(data) % 4))
        if entry.end() == len(value):
            return found
        comma = _COMMA.match(value, entry.end())
        if comma is None:
            break
        at = comma.end()
    return {}
