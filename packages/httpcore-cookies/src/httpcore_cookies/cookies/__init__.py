"""Cookies by RFC 6265bis: how they are read, kept, matched and sent. No rule may live here."""

from typing import TYPE_CHECKING, Any

from ._cookie import Cookie
from ._errors import CookieConflict, CookieFileError, InvalidCookie
from ._jar import CookieJar
from ._match import default_path, domain_match, path_match
from ._parse import ParsedCookie, parse_set_cookie
from ._suffixes import PublicSuffixes, is_public_suffix

if TYPE_CHECKING:
    from ._dates import parse_cookie_date

__all__ = [
    "Cookie",
    "CookieConflict",
    "CookieFileError",
    "CookieJar",
    "InvalidCookie",
    "ParsedCookie",
    "PublicSuffixes",
    "default_path",
    "domain_match",
    "is_public_suffix",
    "parse_cookie_date",
    "parse_set_cookie",
    "path_match",
]

# It needs datetime, which takes longer to import than all the rest.
_LAZY = {"parse_cookie_date": "_dates"}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{module}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
