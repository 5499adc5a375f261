"""What a peer sends back of the secrets that it was sent: left out of a text that an error shows. Pure.

Servers for debugging do that, and those that say what is wrong with a form. Which values are secrets is
known by the names that they go by: of fields, of parameters of a query or a form, of members of JSON.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from html import unescape
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote_plus

from ._body import BytesBody
from ._siblings import masking

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._request import Request
    from ._siblings import Headers

__all__ = ["secrets_of", "secrets_of_fields", "without_secrets"]

_SECRET_LENGTH = 4  # what is shorter may be a word of the text by chance
_MOST_CODED = 4  # times that text which is nested in a form is looked at encoded
_MOST_ESCAPED = 3  # and that what comes back, such as JSON in HTML, is
_MOST_CONTENT_BYTES = 1024 * 1024  # of a request: more is not worth looking through
# A character as JSON, a URL or HTML may write it.
_ESCAPE = re.compile(
    r"\\u(?:d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|[0-9a-f]{4})|\\[\"\\/bfnrt]"
    r"|%(?:[0-7]|(?:c|d|e.%[89ab]|f.%[89ab].%[89ab]).%[89ab])[0-9a-f]"
    r"|&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|quot|amp|lt|gt|apos);",
    re.IGNORECASE,
)
# As we write them; parts in parts we do not.
_PART_NAME = re.compile(r'; name="([^"]*)"')
_PART_TYPE = re.compile(r"^Content-Type: (?!multipart/)([^\r]*)", re.MULTILINE)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Return a text without the secrets, escaped or not, that are long enough to be told from words."""
    wanted = [secret for secret in secrets if len(secret) >= _SECRET_LENGTH]
    plain, places = text, list(range(len(text) + 1))  # where each character stands, and the end
    spans: list[tuple[int, int]] = []
    for _ in range(_MOST_ESCAPED):
        for secret in wanted:
            at = plain.find(secret)
            while at >= 0:
                end = at + len(secret)
                spans.append((places[at], places[end]))
                at = plain.find(secret, end)
        plain, within = _unescaped(plain)
        places = [places[at] for at in within]
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start >= done:
            pieces += text[done:start], masking.MASK
        done = max(done, end)
    return "".join([*pieces, text[done:]])


def _unescaped(text: str) -> tuple[str, list[int]]:
    """Undo the escapes of a text; return, too, where in it each character stands, and the end."""
    plain: list[str] = []
    places: list[int] = []
    done = 0
    for escape in _ESCAPE.finditer(text):
        start, end = escape.span()
        meant = _meant(escape[0])
        plain += text[done:start], meant
        places += *range(done, start), *[start] * len(meant)
        done = end
    return "".join([*plain, text[done:]]), [*places, *range(done, len(text) + 1)]


def _meant(escape: str) -> str:
    try:
        if escape[0] == "%":
            return bytes.fromhex(escape.replace("%", "")).decode()
        return unescape(escape) if escape[0] == "&" else str(json.loads(f'"{escape}"'))
    except ValueError:
        return escape


def secrets_of(asked: Request) -> set[str]:
    """Return the secrets of a request: of its fields, its query, and content in memory, if it is small."""
    found = secrets_of_fields(asked.headers)
    shown = asked.url.masked.partition("#")[0].partition("?")[2]
    found |= _secrets_of_form(asked.url.query, shown)
    if isinstance(asked.body, BytesBody) and len(asked.body.data) <= _MOST_CONTENT_BYTES:
        content = asked.body.data.decode("utf-8", "replace")
        found |= _secrets_of_content(content, asked.headers.get("Content-Type", ""))
    return found


def secrets_of_fields(fields: Headers) -> set[str]:
    """Return the values of fields that are secrets, and what is the secret in them."""
    found: set[str] = set()
    for name in fields:
        for value in fields.get_list(name) if fields.is_sensitive(name) else ():
            scheme, _, credentials = value.rpartition(" ")
            found |= {value, credentials}
            found.update(pair.partition("=")[2].strip() for pair in value.split(";"))
            if scheme.lower() == "basic":  # RFC 7617 2
                found.add(_decoded(credentials).partition(":")[2])
    return found


def _decoded(credentials: str) -> str:
    try:
        return b64decode(credentials).decode("utf-8", "replace")
    except ValueError:
        return ""


def _secrets_of_content(text: str, content_type: str) -> set[str]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/x-www-form-urlencoded":
        return _secrets_of_form(text, masking.masked_form(text))
    if kind == "multipart/form-data":
        return _secrets_of_parts(text)
    return _secrets_of_json(text) if kind.endswith("json") else set()


def _secrets_of_form(text: str, masked: str) -> set[str]:
    """Return the values that are masked where a form is shown, as sent and decoded."""
    found: set[str] = set()
    for sent, shown in zip(text.split("&"), masked.split("&"), strict=False):
        value = sent.partition("=")[2]
        for _ in range(_MOST_CODED if sent != shown else 0):
            found.add(value)
            value = unquote_plus(value)
    return found


def _secrets_of_parts(text: str) -> set[str]:
    """Return the parts of a form (RFC 7578) that have the names of secrets, and the secrets in others."""
    found: set[str] = set()
    for part in text.split(text.partition("\r\n")[0] or "\0"):
        head, _, content = part.removesuffix("\r\n").partition("\r\n\r\n")
        name, kind = _PART_NAME.search(head), _PART_TYPE.search(head)
        if name is not None and masking.is_secret(name[1]):
            found.add(content)
        elif kind is not None:
            found |= _secrets_of_content(content, kind[1])
    return found


def _secrets_of_json(text: str) -> set[str]:
    """Return the strings and numbers below members that have the names of secrets."""
    found: set[str] = set()
    left: list[tuple[object, bool]] = []
    try:
        left.append((json.loads(text), False))
    except (ValueError, RecursionError):
        pass
    while left:
        value, is_secret = left.pop()
        if isinstance(value, dict):
            members = cast("dict[str, object]", value).items()
            left += [(each, is_secret or masking.is_secret(name)) for name, each in members]
        elif isinstance(value, list):
            left += [(each, is_secret) for each in cast("list[object]", value)]
        elif is_secret and isinstance(value, (str, int, float)) and not isinstance(value, bool):
            found.add(str(value))
    return found
