"""What may go to a terminal: nothing that would drive it, and text only.

Pure. A server may not move the cursor, set the title or turn the direction of writing: control characters,
those for bidirectional text, and what is invisible are shown as escapes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._siblings import Headers

__all__ = ["Harmless", "essence", "harmless", "is_binary", "is_json", "one_line"]

# C0 without tab and line feed, DEL, C1; then format characters without the two joiners (U+200C, U+200D),
# which many scripts and emoji need; surrogates, which can't be written; tags.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)

_TEXTUAL = re.compile(
    r"text/.*|application/(?:json|xml|javascript|ecmascript|x-www-form-urlencoded|yaml|toml|graphql"
    r"|x-ndjson|ndjson|jsonl|x-sh|sql)|[^/]*/.*\+(?:json|xml|yaml|text|json-seq)|message/.*"
)
_JSON = re.compile(r"[^/]*/(?:json|.*\+json)")


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def harmless(text: str) -> str:
    """Return text that a terminal shows, with its lines and tabs."""
    return _HARMFUL.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return text that a terminal shows in one line."""
    return harmless(text.replace("\t", " ").replace("\r", "\\r").replace("\n", "\\n"))


class Harmless:
    """`harmless` for text in pieces, of which one may end within a line's end."""

    def __init__(self) -> None:
        self._held = ""

    def piece(self, text: str) -> str:
        """Return what may be shown by now."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        return harmless(text.removesuffix("\r"))

    def rest(self) -> str:
        """Return what was held back."""
        return harmless(self._held)


def essence(headers: Headers) -> str:
    """Return the media type of a message without its parameters, in small letters; "" where it has none."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_json(media_type: str) -> bool:
    """Whether a media type is one of JSON."""
    return _JSON.fullmatch(media_type) is not None


def is_binary(media_type: str, start: str) -> bool:
    """Whether a body is no text.

    Args:
        media_type: what the message says it is; text is believed.
        start: the first piece, decoded; U+FFFD stands for what can't be.
    """
    return "\0" in start or ("\ufffd" in start and _TEXTUAL.fullmatch(media_type) is None)
