"""Percent-encoding: which octets of which component are written as `%XX`, and back.

Decides: the percent-encode sets (WHATWG URL 1.3), and that an octet outside the set, or already
escaped, is never rewritten. Splitting a URL into components may not live here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EncodeSet:
    """A percent-encode set: the printable ASCII characters it adds to the C0 control set."""

    extra: str
    _needed: re.Pattern[str] = field(init=False, repr=False)
    _escape: Callable[[int], str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kept = self._kept()
        needed = re.compile(f"[^{re.escape(kept)}]")
        table = [chr(code) if chr(code) in kept else f"%{code:02X}" for code in range(256)]
        object.__setattr__(self, "_needed", needed)
        object.__setattr__(self, "_escape", table.__getitem__)

    def _kept(self) -> str:
        return "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in self.extra)

    def pattern_class(self, *, without: str = "") -> str:
        """Give the class of a pattern, for re.VERBOSE too, of what needs no escape."""
        kept = "".join(character for character in self._kept() if character not in without)
        return f"[{re.escape(kept)}]"

    def encode(self, text: str) -> str:
        """Escape the characters of the set as UTF-8; all else, mostly also `%`, stays as it is."""
        first = self._needed.search(text)
        if first is None:
            return text
        start = first.start()
        return text[:start] + self.encode_all(text[start:])

    def encode_all(self, text: str) -> str:
        """Do the same, faster, for text that begins with something to escape."""
        return "".join(map(self._escape, to_utf8(text)))


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
