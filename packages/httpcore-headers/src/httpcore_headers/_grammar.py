"""Which octets a field's name and value may hold (RFC 9110, sections 5.1, 5.5 and 5.6).

Decides on names and values: tokens, quoted strings, and the check of what a caller wants to send.
How fields are kept, and what the lists inside a value mean, may not live here.
"""

import re
import sys
from collections.abc import Collection, Iterable, Sized
from functools import lru_cache
from typing import Any, cast

from ._errors import InvalidHeader, shown

__all__ = [
    "QUOTED_OR_CUT",
    "QUOTED_STRING",
    "TCHAR",
    "TOKEN",
    "decode_percent",
    "encode_fields",
    "encode_name",
    "encode_usual_fields",
    "encode_value",
    "is_token",
    "lookup_key",
    "strip_ows",
    "unquote",
]

# RFC 9110 5.6.2: token = 1*tchar
TCHAR = r"!#$%&'*+\-.^_`|~0-9A-Za-z"
TOKEN = rf"[{TCHAR}]+"
# RFC 9110 5.6.4: quoted-string, its inner part a group; and one whose end may be missing, without
# a group. Nothing possessive is given back: linear.
QUOTED_STRING = r'"((?:[^"\\]++|\\.)*+)"'
QUOTED_OR_CUT = r'"(?:[^"\\]++|\\.?)*+"?'
_TOKEN = re.compile(TOKEN)
_TOKEN_BYTES = re.compile(TOKEN.encode())

# RFC 9110 5.5: field-vchar is VCHAR or obs-text; SP and HTAB stand between. Everything else is
# refused: CR, LF and NUL because they split messages, the other controls because no field has a
# use for them.
_CONTROLS = bytes([*range(9), *range(10, 32), 127])

# Names found good, as they were given, with their octets and their lower case: nearly all messages
# have the same few. `python -b` complains of a dict with both str and bytes: then it stays empty.
_KNOWN: dict[str | bytes, tuple[bytes, bytes]] = {}
_MOST_KNOWN = 512
_LONGEST_KNOWN = -1 if sys.flags.bytes_warning else 64

# RFC 9110 5.6.4: quoted-pair. Any escaped character stands for itself, also where it needed no
# escape.
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)

# RFC 3986 2.1
_WELL_ESCAPED = re.compile(r"(?:[^%]++|%[0-9A-Fa-f]{2})*+", re.DOTALL)
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})++")


_WANTED = "headers must be a mapping or an iterable of (name, value) pairs"


def is_token(value: str) -> bool:
    """Tell whether a text is a token: one or more of the characters that need no quotes.

    Takes a `str`, raises nothing. RFC 9110, section 5.6.2.

    >>> is_token("text"), is_token("two words"), is_token("")
    (True, False, False)
    """
    try:
        return _TOKEN.fullmatch(value) is not None
    except TypeError:  # checked only now: every request asks
        raise TypeError(f"value must be str, not {type(value).__name__}") from None


def strip_ows(value: str) -> str:
    """Remove optional whitespace, SP and HTAB only, from both ends (RFC 9110 5.6.3)."""
    return value.strip(" \t")


def unquote(inner: str) -> str:
    """Undo the quoted pairs of a quoted string's inner part (RFC 9110 5.6.4)."""
    return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


def decode_percent(text: str) -> bytes | None:
    """Undo percent-encoding of ASCII text; None if a "%" lacks its two digits (RFC 3986 2.1)."""
    if _WELL_ESCAPED.fullmatch(text) is None:
        return None
    return _ESCAPES.sub(_octets, text.encode("ascii"))


def _octets(escapes: re.Match[bytes]) -> bytes:
    return bytes.fromhex(escapes[0].decode("ascii").replace("%", ""))


def encode_name(name: str | bytes) -> tuple[bytes, bytes]:
    """Check a field name; return its octets, as they are and in lower case (RFC 9110 5.1)."""
    if not isinstance(name, (str, bytes)):
        raise TypeError(f"a header's name must be str or bytes, not {type(name).__name__}")
    known = _KNOWN.get(name)
    if known is None:
        octets = _checked_name(name)
        known = octets, octets.lower()
        if len(name) <= _LONGEST_KNOWN and type(name) in (str, bytes):
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()  # a flood of odd names must not keep the usual ones out
            _KNOWN[name] = known
    return known


@lru_cache(maxsize=256)
def lookup_key(name: str | bytes) -> bytes:
    """Return what a name, good or not, is found by: its octets in lower case."""
    if isinstance(name, str):
        # Octets are lowered, not text: str.lower() would make the Kelvin sign a "k". A name outside
        # ISO-8859-1 can't be there, and its "?" is no letter of any token, so it matches nothing.
        name = name.encode("latin-1", "replace")
    if not isinstance(name, bytes):
        raise TypeError(f"a header's name must be str or bytes, not {type(name).__name__}")
    return name.lower()


def _checked_name(name: str | bytes) -> bytes:
    try:
        octets = name.encode("ascii") if isinstance(name, str) else bytes(name)
    except UnicodeEncodeError as error:
        raise _bad_name(name, error.start) from None
    if _TOKEN_BYTES.fullmatch(octets) is None:
        good = _TOKEN_BYTES.match(octets)
        raise _bad_name(octets, good.end() if good else 0)
    return octets


def _bad_name(name: str | bytes, position: int) -> InvalidHeader:
    if not name:
        return InvalidHeader("a header's name must not be empty", name="''")
    # Only the part up to the fault is shown: what follows may be a whole header line, secret
    # included.
    label = shown(name[: position + 1])
    return InvalidHeader(
        f"header name {label} ends in a character that is not allowed (position {position}):"
        " a name is made of ASCII letters, digits and !#$%&'*+-.^_`|~",
        name=label,
    )


def encode_value(name: bytes, value: str | bytes) -> bytes:
    """Check a field value and return its octets without outer whitespace (RFC 9110 5.5)."""
    if isinstance(value, str):
        try:
            value = value.encode("latin-1")
        except UnicodeEncodeError as error:
            label = shown(name)
            raise InvalidHeader(
                f"header {label}: the character at position {error.start} of the value is not in"
                " ISO-8859-1; encode it (pass bytes to send other octets)",
                name=label,
            ) from None
    elif not isinstance(value, bytes):
        raise TypeError(
            f"header {shown(name)}: the value must be str or bytes, not {type(value).__name__};"
            " convert it with str(), or leave the header out"
        )
    if _holds_control(value):
        label = shown(name)
        position = next(i for i, octet in enumerate(value) if octet in _CONTROLS)
        raise InvalidHeader(
            f"header {label}: the value holds the control character 0x{value[position]:02x}"
            f" at position {position}",
            name=label,
        )
    return value.strip(b" \t")


def _holds_control(octets: bytes) -> bool:
    return len(octets.translate(None, _CONTROLS)) < len(octets)


def encode_fields(pairs: Iterable[object]) -> list[tuple[bytes, bytes]]:
    """Check fields one by one and return their octets; the first fault is the one reported."""
    if not isinstance(pairs, Iterable):
        raise TypeError(f"{_WANTED}, not {type(pairs).__name__}")
    fields: list[tuple[bytes, bytes]] = []
    for pair in pairs:
        try:
            name, value = cast("tuple[str | bytes, str | bytes]", pair)
        except (TypeError, ValueError):
            size = f" of {len(pair)}" if isinstance(pair, Sized) else ""
            what = f"number {len(fields) + 1} is a {type(pair).__name__}{size}"
            raise TypeError(f"{_WANTED}; {what}") from None
        octets, _ = encode_name(name)
        fields.append((octets, encode_value(octets, value)))
    return fields


def encode_usual_fields(
    pairs: Collection[tuple[Any, Any]],
) -> dict[Any, tuple[bytes, bytes]] | list[tuple[bytes, bytes]]:
    """Do the same at half the cost if nothing is unusual: all names known, none twice.

    Returns the fields by their lower-case names then, and else what `encode_fields` does: `pairs`
    must give the same tuples when it is read again.
    """
    fields: dict[bytes, tuple[bytes, bytes]] = {}
    values: list[bytes] = []
    strip = bytes.strip  # it takes nothing but bytes
    try:
        for name, value in pairs:
            if type(value) is str:
                value = value.encode("latin-1")
            octets, key = _KNOWN[name]
            fields[key] = octets, strip(value, b" \t")
            values.append(value)
    except (KeyError, TypeError, ValueError):
        return encode_fields(pairs)
    row = b"".join(values)
    if len(fields) < len(values) or len(row.translate(None, _CONTROLS)) < len(row):
        return encode_fields(pairs)
    return fields
