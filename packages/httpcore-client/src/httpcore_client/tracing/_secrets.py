"""What is not shown of a request: userinfo, and whatever goes by the name of a secret.

Which names those are the headers know; queries, forms and JSON have more of their own. What is nested (a URL
in a query, JSON in a form) is looked into. Text that has no secret comes back as it was, and where there is
one only its value changes. Nothing here has to be valid: what was cut short has secrets, too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast
from urllib.parse import quote, unquote_plus

from .._siblings import Headers

if TYPE_CHECKING:
    from .._siblings import URL

__all__ = [
    "MASK",
    "is_secret",
    "masked_body",
    "masked_content",
    "masked_fields",
    "masked_form",
    "masked_json",
    "masked_reference",
    "masked_url",
    "masked_value",
]

MASK = "[secure]"

_KNOWN = Headers()
# Signed URLs of Amazon, Azure and Google, OAuth 2.0, sessions, and what else keys and passwords are called:
# without "-" and "_".
_NAMES = frozenset(
    {
        *("awsaccesskeyid", "sig", "hmac", "assertion", "clientassertion", "samlresponse"),
        *("codeverifier", "key", "privatekey", "secretkey", "accesskey", "secretaccesskey"),
        *("pwd", "pass", "passcode", "pin", "otp", "auth", "authorization", "jwt", "bearer"),
        *("cookie", "session", "sid", "credentials"),
    }
)
_ENDINGS = (
    *("token", "secret", "password", "passwd", "passphrase", "apikey", "signature", "credential"),
    *("sessionid", "sessid"),
)
_REFERENCES = ("location", "content-location", "referer")  # fields that are a URL, and nothing else
_DEEPEST = 4  # nested text
_FORM = "application/x-www-form-urlencoded"

_SPAN = re.compile(r"""[^\s<>"']+""")  # what may be a URL in a field
_USERINFO = re.compile(r"(?<![^\s:=,;(])//[^/?#\s]*@")
_PARAMETER = re.compile(r";([^=;/]*)=([^;/]*)")  # of a path
# A string of JSON, which may be cut short; and whether it is the name of a member.
_STRING = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*\\?(?:"|\Z))(\s*:\s*)?', re.DOTALL)
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*\\?(?:"|\Z)|[\[{}\]]', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}]*")


def is_secret(name: str) -> bool:
    """Tell whether a parameter, a field of a form or a member of JSON is a secret by its name."""
    for part in re.split(r"[\[\].]", name):  # as in user[password]
        key = part.lower().replace("_", "-")
        joined = key.replace("-", "")
        if joined in _NAMES or joined.endswith(_ENDINGS):
            return True
        if key and _KNOWN.is_sensitive(key.encode("utf-8", "replace")):
            return True
    return False


def masked_url(url: URL, mask: str = MASK, userinfo: str = f"{MASK}@") -> str:
    """Return a URL without the secrets in its userinfo, query and fragment; the rest is as it was.

    Args:
        url: what to show.
        mask: what stands for the value of a secret.
        userinfo: what stands for user and password where there are any.
    """
    if not (url.username or url.password):
        return masked_reference(str(url), mask)
    text = masked_reference(str(url.copy_with(username="", password="")), mask)
    scheme, _, rest = text.partition("//")
    return f"{scheme}//{userinfo}{rest}"


def masked_reference(text: str, mask: str = MASK, depth: int = 0) -> str:
    """Return what may be a URL, absolute or not, without its secrets."""
    head, sharp, fragment = text.partition("#")
    path, question, query = head.partition("?")
    if "@" in path:
        path = _USERINFO.sub("//", path)
    if ";" in path:
        path = _PARAMETER.sub(lambda match: f";{_pair(match[1], match[2], mask, depth)}", path)
    query, fragment = masked_form(query, mask, depth), masked_form(fragment, mask, depth)
    return f"{path}{question}{query}{sharp}{fragment}"


def masked_fields(headers: Headers, mask: str = MASK) -> list[tuple[str, str]]:
    """Return fields without the secrets that they are, and those of the URLs in them."""
    found: list[tuple[str, str]] = []
    for name, value in headers.multi_items():
        if headers.is_sensitive(name):
            shown = mask
        elif name.lower() in _REFERENCES:
            shown = masked_reference(value, mask)
        else:
            shown = _SPAN.sub(lambda span: masked_reference(span[0], mask), value)
        found.append((name, shown))
    return found


def masked_form(text: str, mask: str = MASK, depth: int = 0) -> str:
    """Return what is urlencoded with the values of secrets masked."""
    if "=" not in text:
        return text
    pieces: list[str] = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        pieces.append(_pair(name, value, mask, depth) if equals else piece)
    return "&".join(pieces)


def _pair(name: str, value: str, mask: str, depth: int) -> str:
    """Return a name and its value, both urlencoded."""
    plain = unquote_plus(value)
    shown = masked_value(unquote_plus(name), plain, mask, depth)
    if shown in (plain, mask):
        return f"{name}={value if shown == plain else mask}"
    return f"{name}={shown if plain == value else quote(shown, safe='/:?[]@')}"


def masked_value(name: str, value: str, mask: str = MASK, depth: int = 0) -> str:
    """Return the value that goes by a name; of one that is no secret, what is nested may be."""
    if not value:
        return value
    return mask if is_secret(name) else _nested(value, mask, depth + 1)


def _nested(text: str, mask: str, depth: int) -> str:
    if "=" not in text and "@" not in text and ":" not in text:
        return text
    if depth > _DEEPEST:
        return mask
    if text.lstrip()[:1] in ("{", "["):
        return masked_json(text, mask, depth)
    if any(each in text for each in ("?", "#", "//", ";")):
        return masked_reference(text, mask, depth)
    return masked_form(text, mask, depth)


def masked_json(text: str, mask: str = MASK, depth: int = 0) -> str:
    """Return JSON, or several in a row, with the values of secrets masked."""
    pieces: list[str] = []
    names: dict[str, bool] = {}  # that come again and again
    at = end = 0
    while (found := _STRING.search(text, end)) is not None:
        word, end = found[1], found.end()
        if found[2] is None:
            plain = _string(word)
            if (shown := _nested(plain, mask, depth + 1)) != plain:
                pieces += [text[at : found.start()], json.dumps(shown)]
                at = end
            continue
        if (secret := names.get(word)) is None:
            secret = names[word] = is_secret(_string(word))
        if secret and (after := _end_of_value(text, end)) > end:
            pieces += [text[at:end], f'"{mask}"']
            at = end = after
    return "".join([*pieces, text[at:]])


def _end_of_value(text: str, start: int) -> int:
    """Return where a value of JSON ends that begins here; what is cut short ends with the text."""
    first, level = text[start : start + 1], 0
    if first not in ('"', "[", "{"):
        return cast("re.Match[str]", _SCALAR.match(text, start)).end()
    for token in _BRACKET.finditer(text, start):
        level += (token[0] in "[{") - (token[0] in "]}")
        if not level:
            return token.end()
    return len(text)


def _string(word: str) -> str:
    """Return what a string of JSON says."""
    if "\\" in word:
        try:
            return str(json.loads(word))
        except ValueError:
            pass
    return word.strip('"')


def masked_body(text: str, content_type: str, mask: str = MASK) -> str:
    """Return a body without the secrets that have names: forms of both kinds, and JSON."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == _FORM:
        return masked_form(text, mask)
    if kind.startswith("multipart/"):
        return _masked_parts(text, content_type, mask)
    if "json" in kind or text.lstrip()[:1] in ("{", "["):
        return masked_json(text, mask)
    return text


def masked_content(data: bytes, content_type: str, mask: str = MASK) -> bytes:
    """Return the same of content that is no text yet, and may be none."""
    text = data.decode("utf-8", "surrogateescape")
    return masked_body(text, content_type, mask).encode("utf-8", "surrogateescape")


def _masked_parts(text: str, content_type: str, mask: str) -> str:
    """Return multipart content (RFC 7578) with the secrets among its parts masked."""
    boundary = re.search(r'boundary="?([^";]+)', content_type, re.IGNORECASE)
    delimiter = f"--{boundary[1]}" if boundary else "--"
    parts: list[str] = []
    for part in text.split(delimiter):
        head, empty, content = part.partition("\r\n\r\n")
        name = re.search(r'\bname="?([^";\r\n]*)', head, re.IGNORECASE)
        kind = re.search(r"^content-type:(.*)", head, re.IGNORECASE | re.MULTILINE)
        if name and content:
            shown = masked_value(name[1], content.removesuffix("\r\n"), mask)
            if kind and shown != mask:
                shown = masked_body(content.removesuffix("\r\n"), kind[1], mask)
            content = f"{shown}\r\n"
        parts.append(f"{head}{empty}{content}")
    return delimiter.join(parts)
