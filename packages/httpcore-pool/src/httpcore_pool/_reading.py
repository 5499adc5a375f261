"""What callers make of a whole response: JSON, links, and a few words of it for an error.

Pure functions of content and fields; `Response` has them as methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._charset import media_type
from ._siblings import Headers, InvalidURL, headers
from ._text import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._request import Request
    from ._siblings import URL

__all__ = ["excerpt", "links_by_relation", "parse_json"]

_EXCERPT_LENGTH = 200  # characters
_EXCERPT_BYTES = (
    4096  # that are looked at: enough for so many characters and what stands across their end
)
_TEXT_SUBTYPES = ("json", "xml", "+json", "+xml", "javascript", "x-www-form-urlencoded")


def parse_json(content: bytes, loads: Callable[..., Any] | None, options: dict[str, Any]) -> Any:
    """Parse JSON in UTF-8, UTF-16 or UTF-32, with a mark or without (RFC 4627 3, RFC 8259 8.1).

    Raises:
        ValueError: it is none; a `json.JSONDecodeError` or `UnicodeDecodeError`.
    """
    import json  # here: not every program has a use for it

    if not content:
        raise json.JSONDecodeError("the body is empty", "", 0)
    encoding = json.detect_encoding(content)
    try:
        if loads is None:
            return json.loads(content.decode(encoding), **options)
        return loads(
            content if encoding == "utf-8" else content.decode(encoding).encode(), **options
        )
    except RecursionError:  # which a peer should not choose
        raise json.JSONDecodeError("the body is nested too deeply", "", 0) from None


def links_by_relation(fields: Headers, url: URL) -> dict[str, headers.Link]:
    """Return the first link of each relation that `url` has, with absolute targets (RFC 8288 3)."""
    found: dict[str, headers.Link] = {}
    here = url.resolve_with("")  # without a fragment
    for link in headers.parse_links(fields.get_list("Link")):
        try:
            if link.anchor is not None and here.resolve_with(link.anchor) != here:
                continue
            target = str(here.resolve_with(link.target))
        except InvalidURL:
            continue
        link = headers.Link(target, link.rel, link.anchor, link.hreflang, link.parameters)
        for relation in link.rel:
            found.setdefault(relation, link)
    return found


def excerpt(content: bytes, fields: Headers, encoding: str, asked: Request) -> str:
    """Return the start of a text on one line, control characters escaped; "" for what is no text.

    Servers for debugging send back what they were `asked` with: the secrets among it are left out.
    """
    media = media_type(fields)
    if media is None or not (media.type == "text" or media.subtype.endswith(_TEXT_SUBTYPES)):
        return ""
    from ._echoed import secrets_of, without_secrets  # here: for errors with a text only

    text = without_secrets(decode(content[:_EXCERPT_BYTES], encoding), secrets_of(asked))
    more = "..." if len(text) > _EXCERPT_LENGTH or len(content) > _EXCERPT_BYTES else ""
    shown = [c if c.isprintable() else _escaped(c) for c in text[:_EXCERPT_LENGTH]]
    return "".join(shown) + more


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
