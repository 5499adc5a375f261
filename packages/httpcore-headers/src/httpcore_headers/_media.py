"""Media types (WHATWG MIME Sniffing, section 4; the grammar is RFC 9110, section 8.3.1).

Decides how the value of a Content-Type field is read: as browsers read it, faults and all.
Guessing a type from content, and choosing a decoder for a charset, may not live here.
"""

import re
from dataclasses import dataclass, field

from ._errors import check_text
from ._grammar import TCHAR, is_token

__all__ = ["MediaType", "parse_media_type"]

_WHITESPACE = "\t\n\r "  # "HTTP whitespace" of the Fetch Standard, section 2.2
# "HTTP quoted-string token code points" of MIME Sniffing, section 2
_PARAMETER_VALUE = re.compile(r"[\t -~\x80-\xff]*")
_TO_QUOTE = re.compile(rf"[^{TCHAR}]|\A\Z")
_NAME = re.compile(r"[^;=]*")
# Fetch 2.2, "collect an HTTP quoted string": the end of the input closes it too.
_QUOTED = re.compile(r'"((?:[^"\\]++|\\.)*+)(\\?)(?:"|\Z)', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type: `type` and `subtype` in lower case, and its parameters.

    `parameters` maps lower-case names to values in their sender's case, the first of a name only.
    `str()` gives the type in its shortest right spelling. WHATWG MIME Sniffing, sections 4.1 to
    4.5.

    >>> media = parse_media_type('Text/HTML; Charset="utf-8"')
    >>> media.essence, media.charset, str(media)
    ('text/html', 'utf-8', 'text/html;charset=utf-8')
    """

    type: str
    subtype: str
    parameters: dict[str, str] = field(default_factory=dict[str, str], hash=False)

    @property
    def essence(self) -> str:
        """Type and subtype without parameters, such as "text/html"."""
        return f"{self.type}/{self.subtype}"

    @property
    def charset(self) -> str | None:
        """The charset parameter as it was sent, or None; it need not name an encoding."""
        return self.parameters.get("charset")

    def __str__(self) -> str:
        parts = [self.essence]
        for name, value in self.parameters.items():
            if _TO_QUOTE.search(value):
                escaped = value.replace("\\", "\\\\").replace('"', '\\"')
                value = f'"{escaped}"'
            parts.append(f"{name}={value}")
        return ";".join(parts)


def parse_media_type(value: str) -> MediaType | None:
    """Read the value of a Content-Type field as browsers do.

    Takes the value as `str`; returns a MediaType, or None if it names no type. Parameters that
    are broken are left out. Raises nothing, in linear time. WHATWG MIME Sniffing, section 4.4.

    >>> parse_media_type("rubbish") is None
    True
    """
    check_text("value", value)
    essence, _, rest = value.strip(_WHITESPACE).partition(";")
    main, slash, sub = essence.rstrip(_WHITESPACE).partition("/")
    if not slash or not is_token(main) or not is_token(sub):
        return None
    return MediaType(main.lower(), sub.lower(), _parameters(rest) if rest else {})


def _parameters(text: str) -> dict[str, str]:
    parameters: dict[str, str] = {}
    position, end = 0, len(text)
    while position < end:
        found = _NAME.match(text, position)
        name = found[0].lstrip(_WHITESPACE) if found else ""
        position = found.end() if found else end
        if position >= end or text[position] == ";":  # a name alone says nothing
            position += 1
            continue
        value, position = _parameter_value(text, position + 1)
        # Checked before it is lowered: lower() makes an ASCII letter of the Kelvin sign.
        if value is not None and is_token(name) and _PARAMETER_VALUE.fullmatch(value):
            parameters.setdefault(name.lower(), value)
    return parameters


def _parameter_value(text: str, position: int) -> tuple[str | None, int]:
    """Read the value at a position; return it (None: empty) and where the next parameter starts."""
    quoted = _QUOTED.match(text, position)
    after = text.find(";", position if quoted is None else quoted.end())
    after = len(text) if after < 0 else after
    if quoted is not None:
        return _ESCAPED.sub(r"\1", quoted[1]) + quoted[2], after + 1
    return text[position:after].rstrip(_WHITESPACE) or None, after + 1
