"""Which octets a field's name and value may hold (RFC 9110, sections 5.1, 5.5 and 5.6).

Decides on single names and values: tokens, quoted strings, and the check of what a caller wants to
send. How fields are kept, and what the lists inside a value mean, may not live here.
"""

import re
from functools import lru_cache

from ._errors import InvalidHeader, shown

__all__ = ["encode_name", "encode_value", "is_token", "strip_ows", "unquote"]

# RFC 9110 5.6.2: token = 1*tchar
TCHAR = r"!#$%&'*+\-.^_`|~0-9A-Za-z"
TOKEN = rf"[{TCHAR}]+"
_TOKEN = re.compile(TOKEN)
_TOKEN_BYTES = re.compile(TOKEN.encode())

# RFC 9110 5.5: field-vchar is VCHAR or obs-text; SP and HTAB stand between. Everything else is
# refused: CR, LF and NUL because they split messages, the other controls because no field has a
# use for them.
_FORBIDDEN_IN_VALUE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

# RFC 9110 5.6.4: quoted-pair. Any escaped character stands for itself, also where it needed no
# escape.
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)


def is_token(value: str) -> bool:
    """Tell whether a text is a token: one or more of the characters that need no quotes.

    Takes a `str`, raises nothing. RFC 9110, section 5.6.2.

    >>> is_token("text"), is_token("two words"), is_token("")
    (True, False, False)
    """
    return _TOKEN.fullmatch(value) is not None


def strip_ows(value: str) -> str:
    """Remove optional whitespace, SP and HTAB only, from both ends (RFC 9110 5.6.3)."""
    return value.strip(" \t")


def unquote(inner: str) -> str:
    """Undo the quoted pairs of a quoted string's inner part (RFC 9110 5.6.4)."""
    return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


def encode_name(name: str | bytes) -> bytes:
    """Check a field name and return its octets (RFC 9110 5.1)."""
    if isinstance(name, str):
        return _encode_text_name(name)
    if not isinstance(name, bytes):
        raise TypeError(f"a header's name must be str or bytes, not {type(name).__name__}")
    return _checked_name(name)


@lru_cache(maxsize=256)
def _encode_text_name(name: str) -> bytes:
    # The same few names are built for every request: the cache makes their check one look-up.
    try:
        return _checked_name(name.encode("ascii"))
    except UnicodeEncodeError as error:
        raise _bad_name(name, error.start) from None


def _checked_name(name: bytes) -> bytes:
    if _TOKEN_BYTES.fullmatch(name) is None:
        good = _TOKEN_BYTES.match(name)
        raise _bad_name(name, good.end() if good else 0)
    return name


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
        if value.isascii() and value.isprintable():  # nearly every value, at a third of the cost
            return value.strip(" ").encode("ascii")
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
    bad = _FORBIDDEN_IN_VALUE.search(value)
    if bad is not None:
        label = shown(name)
        raise InvalidHeader(
            f"header {label}: the value holds the control character 0x{bad[0][0]:02x}"
            f" at position {bad.start()}",
            name=label,
        )
    return value.strip(b" \t")
