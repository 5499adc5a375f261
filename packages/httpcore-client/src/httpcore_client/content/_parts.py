"""The parts of multipart content that is there already (RFC 2046, section 5.1), to take secrets out. Pure.

Read as servers read it, who are lenient: lines may end with LF alone, and the last part may be cut short.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .._siblings import headers

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Part", "changed_parts"]

_FIRST_LINE = re.compile(r"\s*--([^\r\n]+)")
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_FOLDED = re.compile(r"\r?\n[ \t]+")
_FIELD = re.compile(r"^(content-disposition|content-type):(.*)", re.IGNORECASE | re.MULTILINE)


class Part(NamedTuple):
    """One part: the name of its field, or "", its media type as it was sent, or "", and its content."""

    name: str
    content_type: str
    content: str


def changed_parts(text: str, content_type: str, change: Callable[[Part], str]) -> str:
    """Return multipart content with what `change` makes of the content of each part.

    Args:
        text: all of it.
        content_type: its own, which names the boundary; where it does not, the first line does.
        change: is given each part that has a head and a content.
    """
    ends = _delimiters(text, content_type)
    if not ends:
        return text
    pieces = [text[: ends[0].end()]]
    for delimiter, following in zip(ends, [*ends[1:], None], strict=True):
        start, end = delimiter.end(), len(text) if following is None else following.start()
        after = len(text) if following is None else following.end()
        blank = _BLANK_LINE.search(text, start, end)
        if blank is None or delimiter[1]:  # no head, or what follows the last
            pieces.append(text[start:after])
            continue
        head, content = text[start : blank.end()], text[blank.end() : end]
        pieces += [head, change(_part(head, content)), text[end:after]]
    return "".join(pieces)


def _delimiters(text: str, content_type: str) -> list[re.Match[str]]:
    media = headers.parse_media_type(content_type)
    boundary = media.parameters.get("boundary") if media else None
    if not boundary:
        first = _FIRST_LINE.match(text)
        if first is None:
            return []
        boundary = first[1].rstrip()
    delimiter = rf"(?:\A|\r?\n)--{re.escape(boundary)}(--)?[ \t]*(?=\r?\n|\Z)"
    return list(re.finditer(delimiter, text))


def _part(head: str, content: str) -> Part:
    fields = {name.lower(): value.strip() for name, value in _FIELD.findall(_FOLDED.sub(" ", head))}
    disposition = headers.parse_content_disposition(fields.get("content-disposition", ""))
    name = disposition.parameters.get("name", "") if disposition else ""
    return Part(name, fields.get("content-type", ""), content)
