"""Cookies and authentication for HTTP, without I/O.

`cookies` holds the jar and its rules, `auth` the schemes. This module only gives the public
names; no rule may live here.
"""

from typing import TYPE_CHECKING, Any

from .auth import Auth, AuthRequest, AuthResponse
from .cookies import (
    Cookie,
    CookieConflict,
    CookieJar,
    InvalidCookie,
    ParsedCookie,
    default_path,
    domain_match,
    is_public_suffix,
    parse_set_cookie,
    path_match,
)

if TYPE_CHECKING:
    from .auth import (
        BasicAuth,
        BearerAuth,
        InvalidCredentials,
        Netrc,
        NetrcAuth,
        NetrcEntry,
        NetrcError,
    )
    from .cookies import parse_cookie_date

__all__ = [
    "Auth",
    "AuthRequest",
    "AuthResponse",
    "BasicAuth",
    "BearerAuth",
    "Cookie",
    "CookieConflict",
    "CookieJar",
    "InvalidCookie",
    "InvalidCredentials",
    "Netrc",
    "NetrcAuth",
    "NetrcEntry",
    "NetrcError",
    "ParsedCookie",
    "default_path",
    "domain_match",
    "is_public_suffix",
    "parse_cookie_date",
    "parse_set_cookie",
    "path_match",
]

__version__ = "0.1.0"

# Imported when they are asked for: most programs use one scheme or none.
_LAZY = {
    "BasicAuth": "auth",
    "BearerAuth": "auth",
    "InvalidCredentials": "auth",
    "Netrc": "auth",
    "NetrcAuth": "auth",
    "NetrcEntry": "auth",
    "NetrcError": "auth",
    "parse_cookie_date": "cookies",
}


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
