"""What is not shown of a URL, by the name that a value goes by.

Decides: which names are those of secrets, in one list for all packages, and where they are looked
for. `URL.masked`, reprs and errors go by it, and whoever shows queries, forms or JSON may.

What is nested (a URL in a query, JSON in a form) is looked into. Text that has no secret comes back
as it was, and where there is one only its value changes. Nothing here has to be valid: what was cut
short has secrets, too. The userinfo of a `URL` is masked where it is written.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import cast
from urllib.parse import quote, unquote_plus

from ._change import require_str
from ._parts import SHOWN_CHARACTERS

__all__ = [
    "MASK",
    "is_secret",
    "masked_form",
    "masked_json",
    "masked_parameters",
    "masked_reference",
    "masked_unparsed",
    "masked_value",
]

MASK = "[secure]"
"""What stands in the place of a secret."""

# Signed URLs of Amazon, Azure and Google, OAuth 2.0, sessions, and what else keys and passwords are
# called: without "-" and "_", and without a number at their end.
_NAMES = frozenset(
    {
        *("awsaccesskeyid", "sig", "hmac", "assertion", "clientassertion", "samlresponse"),
        *("codeverifier", "key", "privatekey", "secretkey", "accesskey", "secretaccesskey"),
        *("accesskeyid", "appkey", "authkey", "customerkey", "encryptionkey", "functionskey"),
        *("pwd", "pw", "pass", "passcode", "passwordconfirmation", "pin", "otp", "totp", "csrf"),
        *("cvv", "cvc", "cvn", "cardnumber"),
        # Several; other tokens are words that were counted ("max_tokens").
        *("tokens", "accesstokens", "apitokens", "authtokens", "idtokens", "refreshtokens"),
        *("auth", "authorization", "proxyauthorization", "jwt", "bearer", "oauthverifier"),
        *("authcode", "authorizationcode", "devicecode", "idtokenhint"),
        *("cookie", "setcookie", "session", "sid"),
    }
)
_ENDINGS = (
    *("token", "secret", "password", "passwd", "passphrase", "apikey", "signature", "credential"),
    *("sessionid", "sessid", "subscriptionkey"),
    *("secrets", "passwords", "apikeys", "credentials", "sessionids"),
)
_CODE = "code"  # RFC 6749, section 4.1.2: of a URL or a form; in JSON it numbers errors
_DEEPEST = 4  # nested text

_SAFE = "/:?[]@"  # what is left as it is where a value is written anew

_AT = "@\uff20\ufe6b"  # the others are none in a URL, but people paste them
# What stands before the authority in text that may be broken anywhere: a scheme, slashes either way.
_PREFIX = re.compile(
    r"\s*(?:[A-Za-z][A-Za-z0-9+.\-]*+(?::(?=\s*[/\\])|[;,]?(?=[/\\]{2})))?[\s/\\]*"
)
_FIRST = re.compile(r"[^/?#\\{]*")  # up to a template's expression, too
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]*")  # that a reference begins with
# Of a URL that begins, or of one with a password wherever it is.
_USERINFO = re.compile(r"(?<![^\s:=,;(])//[^/?#\s]*@|//[^/?#\s:@]*:[^/?#\s]*@")
_PARAMETER = re.compile(r";([^=;/]*)=([^;/]*)")  # of a path
# A string of JSON, which may be cut short; and whether it is the name of a member.
_STRING = re.compile(r'("[^"\\]*(?:\\.[^"\\]*)*\\?(?:"|\Z))(\s*:\s*)?', re.DOTALL)
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*\\?(?:"|\Z)|[\[{}\]]', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}]*")


def is_secret(name: str) -> bool:
    """Tell whether a parameter, a field of a form or a member of JSON is a secret by its name.

    >>> [is_secret(name) for name in ("X-Amz-Signature", "user[password]", "page")]
    [True, True, False]
    """
    require_str("name", name)
    return any(word in _NAMES or word.endswith(_ENDINGS) for word in _words(name))


def _words(name: str) -> list[str]:
    """Return the parts of a name such as `user[password]`: their letters, however they are written."""
    parts = re.split(r"[\[\].]", unicodedata.normalize("NFKC", name).casefold())
    return [re.sub(r"[\W_]+", "", part).rstrip("0123456789") for part in parts]


def masked_reference(text: str, mask: str = MASK) -> str:
    """Return what may be a URL, absolute or not, without its secrets: userinfo goes altogether.

    Args:
        text: what to show. `str`.
        mask: what stands for the value of a secret. `str`.

    >>> masked_reference("https://user:pw@example.org/?page=1&token=abc")
    'https://example.org/?page=1&token=[secure]'
    """
    require_str("text", text)
    return _reference(text, mask, 0)


def masked_unparsed(text: str) -> str:
    """Return what did not parse as a URL, or stands where none may, without what may be secrets.

    Nobody can tell where the authority of such text ends: everything from the first colon to the last
    `@`, of any width, goes, even where that takes a harmless path along. A user without a password may
    be a token, and goes as well.

    Args:
        text: of any length; about 200 characters are shown. `str`.

    >>> masked_unparsed("htp:/user:pw@example.org"), masked_unparsed("token@example.org")
    ('htp:/user:[secure]@example.org', '[secure]@example.org')
    """
    require_str("text", text)
    # Cut first, as what is refused may be of any length; then again, as a mask may be longer.
    text = masked_parameters(_unread(text)[: 2 * SHOWN_CHARACTERS])
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


def _unread(text: str) -> str:
    at = max(map(text.rfind, _AT))
    start = cast("re.Match[str]", _PREFIX.match(text)).end()
    colon = text.find(":", start)
    if 0 <= colon < at:
        return f"{text[: colon + 1]}{MASK}{text[at:]}"
    first = cast("re.Match[str]", _FIRST.match(text, start))
    at = max(first[0].rfind(each) for each in _AT)
    return text if at < 1 else f"{text[:start]}{MASK}{text[start + at :]}"


def masked_parameters(text: str, mask: str = MASK) -> str:
    """Return it without the secrets in its path's parameters, its query and its fragment.

    Args:
        text: as for `masked_reference`.
        mask: the same.
    """
    require_str("text", text)
    return _parameters(text, mask, 0)


def masked_form(text: str, mask: str = MASK) -> str:
    """Return what is urlencoded with the values of secrets masked.

    Args:
        text: as for `masked_reference`.
        mask: the same.
    """
    require_str("text", text)
    return _form(text, mask, 0)


def masked_value(name: str, value: str, mask: str = MASK) -> str:
    """Return the value that goes by a name; of one that is no secret, what is nested may be.

    Args:
        name: of a parameter or a field of a form, decoded. `str`.
        value: decoded. `str`.
        mask: as for `masked_reference`.
    """
    require_str("name", name)
    require_str("value", value)
    return _value(_decoded(name), value, mask, 0)


def masked_json(text: str, mask: str = MASK) -> str:
    """Return JSON, or several in a row, with the values of secrets masked.

    Args:
        text: as for `masked_reference`.
        mask: the same.
    """
    require_str("text", text)
    return _json(text, mask, 0)


# The same, for text that is nested in so many others.


def _reference(text: str, mask: str, depth: int) -> str:
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    if "@" in path:
        text = _USERINFO.sub("//", path) + text[len(path) :]
    return _parameters(text, mask, depth)


def _parameters(text: str, mask: str, depth: int) -> str:
    if "@" in text:
        first = _AUTHORITY.match(text)
        start = 0 if first is None else first.end()
        text = _USERINFO.sub(lambda match: "//" if match.start() >= start else match[0], text)
    head, sharp, fragment = text.partition("#")
    path, question, query = head.partition("?")
    if ";" in path:
        path = _PARAMETER.sub(lambda match: f";{_pair(match[1], match[2], mask, depth)}", path)
    query = _form(query, mask, depth)
    # A fragment is a form (RFC 6749, section 4.2.2), or what a page's own router reads: `/a?b=c`.
    fragment = "?".join([_form(part, mask, depth) for part in fragment.split("?")])
    return f"{path}{question}{query}{sharp}{fragment}"


def _form(text: str, mask: str, depth: int) -> str:
    if "=" not in text and "%" not in text:
        return text
    pieces: list[str] = []
    for piece in text.split("&"):
        name, equals, value = piece.partition("=")
        pieces.append(_pair(name, value, mask, depth) if equals else _bare(piece, mask, depth))
    return "&".join(pieces)


def _bare(piece: str, mask: str, depth: int) -> str:
    """Return a piece of a form that is no pair, unless it is one when it is decoded."""
    plain = unquote_plus(piece)
    shown = plain if plain == piece else _nested(plain, mask, depth + 1)
    return piece if shown == plain else _encoded(shown)


def _pair(name: str, value: str, mask: str, depth: int) -> str:
    """Return a name and its value, both urlencoded."""
    plain = unquote_plus(value)
    shown = _value(_decoded(name), plain, mask, depth)
    if shown in (plain, mask):
        return f"{name}={value if shown == plain else mask}"
    return f"{name}={shown if plain == value else _encoded(shown)}"


def _encoded(text: str) -> str:
    return quote(text, safe=_SAFE, errors="replace")  # a lone surrogate has no UTF-8


def _decoded(name: str) -> str:
    """Undo the escapes of a name, however often it was encoded: a proxy or a framework may, too."""
    for _ in range(_DEEPEST):
        if "%" not in name:
            break
        name = unquote_plus(name)
    return name


def _value(name: str, value: str, mask: str, depth: int) -> str:
    if not value:
        return value
    if is_secret(name) or _CODE in _words(name):
        return mask
    return _nested(value, mask, depth + 1)


def _nested(text: str, mask: str, depth: int) -> str:
    if "=" not in text and "@" not in text and ":" not in text:
        plain = unquote_plus(text) if "%" in text else text  # encoded more than once
        if plain == text:
            return text
        shown = mask if depth > _DEEPEST else _nested(plain, mask, depth + 1)
        return text if shown == plain else shown
    if depth > _DEEPEST:
        return mask
    if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "["):
        return _json(text, mask, depth)
    if any(each in text for each in ("?", "#", "//", ";")):
        return _reference(text, mask, depth)
    return _form(text, mask, depth)


def _json(text: str, mask: str, depth: int) -> str:
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
