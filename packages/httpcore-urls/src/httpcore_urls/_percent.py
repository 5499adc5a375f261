"""Percent-encoding: which octets of which component are written as `%XX`, and back.

Decides: the percent-encode sets (WHATWG URL 1.3), and that an octet outside the set, or already
escaped, is never rewritten. Splitting a URL into components may not live here.
"""

import re


class EncodeSet:
    """A percent-encode set: the printable ASCII characters it adds to the C0 control set.

    It makes its pattern and its table when they are first needed: most programs need few of the sets.
    """

    __slots__ = ("_needed", "_table", "extra")

    def __init__(self, extra: str) -> None:
        self.extra: str = extra
        self._needed: re.Pattern[str] | None = None
        self._table: list[str] | None = None

    def _kept(self) -> str:
        return "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in self.extra)

    def pattern_class(self, *, without: str = "") -> str:
        """Give the class of a pattern, for re.VERBOSE too, of what needs no escape."""
        kept = "".join(character for character in self._kept() if character not in without)
        return f"[{re.escape(kept)}]"

    def encode(self, text: str) -> str:
        """Escape the characters of the set as UTF-8; all else, mostly also `%`, stays as it is."""
        if self._needed is None:
            self._needed = re.compile(f"[^{re.escape(self._kept())}]")
        first = self._needed.search(text)
        if first is None:
            return text
        start = first.start()
        return text[:start] + self.encode_all(text[start:])

    def encode_all(self, text: str) -> str:
        """Do the same, faster, for text that begins with something to escape."""
        if self._table is None:
            kept = self._kept()
            self._table = [chr(c) if chr(c) in kept else f"%{c:02X}" for c in range(256)]
        return "".join(map(self._table.__getitem__, to_utf8(text)))


# WHATWG URL 1.3, each set built on the one before.
C0_CONTROL = EncodeSet("")
FRAGMENT = EncodeSet(' "<>`')
QUERY = EncodeSet(' "#<>')
SPECIAL_QUERY = EncodeSet(QUERY.extra + "'")
PATH = EncodeSet(QUERY.extra + "?^`{}")
USERINFO = EncodeSet(PATH.extra + "/:;=@[\\]|")
# Not of the standard: what path, query and fragment all escape.
EVERYWHERE = EncodeSet(' "<>')
# Not of the standard: for a user name or password given in the clear, where `%` means itself.
CLEAR_USERINFO = EncodeSet(USERINFO.extra + "%")
# WHATWG URL 5.2 but for the space, which a form writes as `+`.
FORM = EncodeSet(
    "%" + "".join(c for c in map(chr, range(0x21, 0x7F)) if not c.isalnum() and c not in "*-._%")
)

_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})++")


def to_utf8(text: str) -> bytes:
    """Encode as UTF-8; a lone surrogate becomes U+FFFD (Infra 4.6, scalar value string)."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def _octets(match: re.Match[bytes]) -> bytes:
    return bytes.fromhex(match[0].replace(b"%", b"").decode("ascii"))


def decode_octets(text: str) -> bytes:
    """Percent-decode (WHATWG URL 1.3); a `%` without two hexadecimal digits stands for itself."""
    data = to_utf8(text)
    return _ESCAPES.sub(_octets, data) if b"%" in data else data


def decode(text: str) -> str:
    """Percent-decode to text; octets that are no UTF-8 become U+FFFD."""
    return decode_octets(text).decode(errors="replace") if "%" in text else text
