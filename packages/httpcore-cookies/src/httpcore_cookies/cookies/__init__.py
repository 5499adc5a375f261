"""Cookies by RFC 6265bis: how they are read, kept, matched and sent. No rule may live here."""

from ._cookie import Cookie
from ._dates import parse_cookie_date
from ._errors import CookieConflict, InvalidCookie
from ._jar import CookieJar
from ._match import default_path, domain_match, path_match
from ._parse import ParsedCookie, parse_set_cookie
from ._suffixes import is_public_suffix

__all__ = [
    "Cookie",
    "CookieConflict",
    "CookieJar",
    "InvalidCookie",
    "ParsedCookie",
    "default_path",
    "domain_match",
    "is_public_suffix",
    "parse_cookie_date",
    "parse_set_cookie",
    "path_match",
]
