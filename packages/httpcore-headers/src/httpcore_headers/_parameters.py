"""Parameters of field values (RFC 9110, section 5.6.6), and their extended form (RFC 8187).

Decides how the `name=value` parts behind ";" are read: of Content-Disposition, of Link, and of any
field but Content-Type. That one has a reader of its own in `_media`, since all browsers read it by
one algorithm, to the letter: it takes no whitespace around "=", leaves out values with characters
that may not be sent, and knows no extended form. A charset that is read in two ways is a hole, so
neither reader may become the other. What a parameter means, and whether its text is safe to use,
may not live here.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ._errors import check_text
from ._grammar import decode_percent, is_token, strip_ows, unquote

__all__ = [
    "Parameter",
    "decode_extended",
    "encode_extended",
    "first_of_each",
    "parse_parameters",
    "read_parameters",
]

# One part: a name, and behind "=" a quoted string or whatever stands before the next ";". A string
# that never ends takes the rest; what follows one is dropped. It matches at any place and takes at
# least one character, each of them once (nothing possessive is given back): linear.
_PART = re.compile(
    r'[; \t]*+([^;=]*+)(?:=[ \t]*+(?:"((?:[^"\\]++|\\.)*+)(?:"|\\?\Z)[^;]*+|([^;]*+)))?+',
    re.DOTALL,
)

_CHARSETS = {"utf-8": "utf-8", "iso-8859-1": "iso-8859-1"}  # RFC 8187 3.2.1, RFC 5987 3.2.1
# ext-value = charset "'" [ language ] "'" value-chars. Of these characters, only "%" means
# anything: senders leave more of the others bare than attr-char allows, "'" and "(" above all.
_EXTENDED = re.compile(r"([^']*+)'[^']*+'(.*+)", re.DOTALL)

# RFC 8187 3.2.1: attr-char is a token's character except "*", "'" and "%".
_ATTR_CHARS = b"!#$&+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ENCODED = [chr(octet) if octet in _ATTR_CHARS else f"%{octet:02X}" for octet in range(256)]


class Parameter(NamedTuple):
    """One parameter: its name in lower case (no "*"), its value, and whether it was extended."""

    name: str
    value: str | None  # None: there was none, "name" or "name="
    extended: bool


def parse_parameters(value: str) -> dict[str, str]:
    """Read the parameters of a field value: what follows its main part, from the first ";" on.

    Takes a `str`, with or without that ";"; returns lower-case names and values, the first of a
    name only. An extended parameter, `name*=UTF-8''...`, is decoded, listed without its "*", and
    taken instead of a plain one; one that can't be decoded is ignored, and the plain one counts.
    Whitespace around "=" is allowed. A value without quotes reaches to the next ";", since servers
    forget them; a quoted one that never ends takes the rest. Parts without a right name or without
    a value are skipped. Values may hold any character: see `safe_filename`. Raises nothing, in
    linear time. RFC 9110, sections 5.6.4 and 5.6.6; RFC 8187, section 4.2.

    >>> parse_parameters('; filename="a; b.txt"; Size=3; size=4; broken')
    {'filename': 'a; b.txt', 'size': '3'}
    >>> parse_parameters("title=rates; title*=UTF-8'en'%e2%82%ac%20rates")
    {'title': '€ rates'}
    """
    check_text("value", value)
    return first_of_each(read_parameters(value))


def read_parameters(text: str) -> Iterator[Parameter]:
    """Yield all parameters that can be read, in order and repeated ones too."""
    for part in _PART.finditer(text):
        name, quoted, bare = part.groups()
        name = strip_ows(name)
        if not is_token(name):  # checked before it is lowered: see `_media`
            continue
        value = unquote(quoted) if quoted is not None else strip_ows(bare or "") or None
        if not name.endswith("*"):
            yield Parameter(name.lower(), value, extended=False)
        elif name != "*" and value is not None and (value := decode_extended(value)) is not None:
            yield Parameter(name[:-1].lower(), value, extended=True)


def first_of_each(parameters: Iterable[Parameter]) -> dict[str, str]:
    """Keep the first value of each name, extended ones before plain ones (RFC 8187 4.2)."""
    plain: dict[str, str] = {}
    extended: dict[str, str] = {}
    for name, value, is_extended in parameters:
        if value is not None:
            (extended if is_extended else plain).setdefault(name, value)
    return plain | extended


def decode_extended(value: str) -> str | None:
    """Decode the value of an extended parameter, such as `UTF-8''%e2%82%ac`.

    Takes a `str`; returns the text, or None if it can't be told: broken percent-encoding, octets
    that are not of the charset, characters beyond ASCII, or a charset other than UTF-8 and
    ISO-8859-1. The language is ignored. ASCII characters that should have been percent-encoded
    stand for themselves. The text may hold any character, controls and "/" included. Raises
    nothing, in linear time. RFC 8187, section 3.2.

    >>> decode_extended("UTF-8'en'%c2%a3%20rates"), decode_extended("UTF-8''100%")
    ('£ rates', None)
    """
    check_text("value", value)
    found = _EXTENDED.fullmatch(value) if value.isascii() else None
    charset = None if found is None else _CHARSETS.get(found[1].lower())
    if found is None or charset is None:
        return None
    octets = decode_percent(found[2])
    try:
        return None if octets is None else octets.decode(charset)
    except UnicodeDecodeError:
        return None


def encode_extended(value: str) -> str:
    """Encode a text as the value of an extended parameter, in UTF-8.

    Takes a `str`; returns what stands behind `name*=`, without a language. Raises ValueError if
    the text holds a lone surrogate, which has no UTF-8. RFC 8187, section 3.2.

    >>> encode_extended("€ rates")
    "UTF-8''%E2%82%AC%20rates"
    """
    check_text("value", value)
    try:
        octets = value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueError(
            f"the character at position {error.start} is a lone surrogate"
            f" (U+{ord(value[error.start]):04X}), which has no UTF-8; remove or replace it"
        ) from None
    return "UTF-8''" + "".join([_ENCODED[octet] for octet in octets])
