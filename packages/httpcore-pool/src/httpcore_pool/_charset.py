"""Which charset a text is in: what its media type says, or what its first bytes say.

Decides which labels are taken at their word. A peer may write anything there, so only names out of
Python's finite table are looked up: it would import modules for others, and remember each. Decoding
may not live here.
"""

from __future__ import annotations

import codecs
from encodings import normalize_encoding
from encodings.aliases import aliases

from ._siblings import Headers, headers, is_token

__all__ = [
    "charset_label",
    "check_encoding",
    "known_encoding",
    "mark_of",
    "may_be_mark",
    "media_type",
]

# Python's codecs that no peer can mean. Transforms (bytes to bytes, or text to text) and escapes are no
# charsets; "mbcs" is another one on each machine; "utf_7", "hz" and "iso2022_kr" hide markup in ASCII,
# so that browsers refuse them (WHATWG Encoding 4.2, "replacement", and 14.1).
_REFUSED = frozenset(
    {"base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec"}
    | {"mbcs", "utf_7", "hz", "iso2022_kr"}
)
# Those that have no other name than their own.
_UNALIASED = frozenset(
    {"cp720", "cp737", "cp856", "cp874", "cp875", "cp1006", "koi8_t", "koi8_u", "utf_8_sig"}
)
_KNOWN = (frozenset(aliases.values()) | _UNALIASED) - _REFUSED

# What senders mean by these has more characters than Python's codecs of that name, which are kept in their
# places (WHATWG Encoding 4.2; its "GBK" is decoded as gb18030). Two are its labels that Python lacks.
_MEANT = {
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "cp31j": "cp932",
    "iso_8859_8_i": "iso8859_8",
}

_PUNCTUATION = str.maketrans("", "", "-_.:")  # of which labels have some

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def media_type(fields: Headers) -> headers.MediaType | None:
    """Return what the Content-Type fields say, or None (Fetch 2.2.2, "extract a MIME type").

    Of several the last counts, with the charset of an earlier one of the same type.
    """
    found: headers.MediaType | None = None
    charset: str | None = None
    for value in headers.split_list(fields.get("Content-Type", "")):
        media = headers.parse_media_type(value)
        if media is None or media.essence == "*/*":
            continue
        if found is None or found.essence != media.essence:
            charset = media.charset
        elif media.charset is None and charset is not None:
            parameters = {**media.parameters, "charset": charset}
            media = headers.MediaType(media.type, media.subtype, parameters)
        found = media
    return found


def charset_label(fields: Headers) -> str | None:
    """Return the charset parameter of Content-Type as it was sent, or None."""
    value = fields.get("Content-Type")
    if value is None:
        return None
    # The usual forms are read here: the whole grammar takes ten milliseconds to import.
    essence, semicolon, rest = value.partition(";")
    if not semicolon and "," not in essence:
        return None
    kind, _, subtype = essence.partition("/")
    name, _, label = rest.strip(" ").partition("=")
    if (
        name.lower() == "charset"
        and kind != "*"
        and is_token(kind)
        and is_token(subtype)
        and is_token(label)
    ):
        return label
    media = media_type(fields)
    return None if media is None else media.charset


def known_encoding(label: str) -> str | None:
    """Return the name of Python's codec for what a peer calls a charset, or None.

    It is the label itself, where Python means the same by it.
    """
    label = label.strip(" \t")
    if not (label.isascii() and label.translate(_PUNCTUATION).isalnum()):
        return None  # Python would overlook what else stands there
    name = normalize_encoding(label.lower())
    codec = aliases.get(name, name)
    if codec in _KNOWN and codec not in _MEANT:
        return label
    name = name.removeprefix("x_").replace("windows_", "cp")  # such as "x-sjis", "windows-874"
    codec = aliases.get(name, name)
    codec = _MEANT.get(codec, codec)
    return codec if codec in _KNOWN else None


def check_encoding(encoding: object) -> None:
    """Refuse what a caller names as an encoding, if text can't be decoded with it.

    Raises:
        TypeError: it is not a `str`.
        LookupError: Python has no text encoding of that name.
    """
    if not isinstance(encoding, str):
        raise TypeError(f"an encoding must be a str, not {type(encoding).__name__}")
    try:
        b"\xff".decode(encoding, "replace")  # "idna" is one, but can't replace what is wrong
        codecs.getincrementaldecoder(encoding)
    except (LookupError, ValueError):
        raise LookupError(f"{encoding[:60]!r} is not a text encoding of Python") from None


def mark_of(start: bytes) -> str | None:
    """Return the encoding whose byte order mark a text begins with, or None."""
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    return None


def may_be_mark(start: bytes) -> bool:
    """Whether more bytes are needed to tell which byte order mark a text begins with, if any."""
    return any(len(start) < len(mark) and mark.startswith(start) for mark, _ in _MARKS)
