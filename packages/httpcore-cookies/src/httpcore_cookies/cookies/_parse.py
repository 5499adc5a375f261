"""How a Set-Cookie field is read (RFC 6265bis, section 5.6).

Decides what a server's text says, faults and all. Whether the cookie may be stored depends on the
request that it answers: that may not live here.
"""

import re

from .._siblings import Value
from ._cookie import SameSite
from ._errors import check_text

__all__ = ["MAX_PAIR_OCTETS", "ParsedCookie", "parse_set_cookie"]

_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # all but HTAB
MAX_PAIR_OCTETS = 4096  # RFC 6265bis 5.6 step 6
_MAX_ATTRIBUTE_OCTETS = 1024  # RFC 6265bis 5.6, attributes, step 6
# [0-9], not \d: other digits are no digits of the protocol.
_MAX_AGE = re.compile(r"-?[0-9]+")
_SAME_SITES: dict[str, SameSite] = {"strict": "strict", "lax": "lax", "none": "none"}


class ParsedCookie(Value):
    """What a Set-Cookie field says, before anything is decided.

    `domain` is None if there is no Domain attribute, else lower case without its leading dot;
    `path` is None if there is none that counts; `expires` is Unix seconds; `max_age` is seconds.
    Of a repeated attribute the last counts. `repr` hides the value. RFC 6265bis, section 5.6.
    """

    name: str
    value: str
    domain: str | None = None
    path: str | None = None
    secure: bool = False
    http_only: bool = False
    same_site: SameSite | None = None
    expires: float | None = None
    max_age: int | None = None

    def __repr__(self) -> str:
        return f"ParsedCookie({self.name!r}, [secure], domain={self.domain!r}, path={self.path!r})"


def parse_set_cookie(value: str) -> ParsedCookie | None:
    """Read one Set-Cookie field.

    Takes its value as ISO-8859-1 text, the way header fields read; text beyond that counts, and
    is kept, as its UTF-8 octets. Returns None for what must be ignored: control characters,
    neither name nor value, more than 4096 octets of both. Raises nothing, in linear time. RFC
    6265bis, section 5.6.

    >>> parse_set_cookie("id=1; Path=/; Secure")
    ParsedCookie('id', [secure], domain=None, path='/')
    """
    check_text("value", value)
    text = _octets(value)
    if _CONTROLS.search(text):
        return None
    pair, *attributes = text.split(";")
    name, equals, content = pair.partition("=")
    if not equals:  # a cookie without a name
        name, content = "", pair
    name, content = _trim(name), _trim(content)
    if not (name or content) or len(name) + len(content) > MAX_PAIR_OCTETS:
        return None
    return _with_attributes(name, content, attributes)


def _with_attributes(cookie_name: str, content: str, attributes: list[str]) -> ParsedCookie:
    domain = path = expires = max_age = same_site = None
    secure = http_only = False
    for attribute in attributes:
        name, _, value = attribute.partition("=")
        name, value = _trim(name).lower(), _trim(value)
        if len(value) > _MAX_ATTRIBUTE_OCTETS:
            continue
        if name == "domain":  # 5.6.3
            domain = value.removeprefix(".").lower()
        elif name == "path":  # 5.6.4: anything else stands for the default path
            path = value if value.startswith("/") else None
        elif name == "expires":  # 5.6.1
            # Imported here: clients that meet no such cookie need not import datetime.
            from ._dates import parse_cookie_date

            date = parse_cookie_date(value)
            expires = expires if date is None else date
        elif name == "max-age":  # 5.6.2
            max_age = int(value) if _MAX_AGE.fullmatch(value) else max_age
        elif name == "secure":  # 5.6.5: with any value
            secure = True
        elif name == "httponly":  # 5.6.6
            http_only = True
        elif name == "samesite":  # 5.6.7
            same_site = _SAME_SITES.get(value.lower())
    return ParsedCookie(
        cookie_name, content, domain, path, secure, http_only, same_site, expires, max_age
    )


def _trim(text: str) -> str:
    return text.strip(" \t")


def _octets(text: str) -> str:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("latin-1")
    return text
