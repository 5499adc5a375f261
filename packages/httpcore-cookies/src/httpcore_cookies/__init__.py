"""Cookies and authentication for HTTP, without I/O.

`cookies` holds the jar and its rules, `auth` the schemes. This module only gives the public
names; no rule may live here.
"""

from typing import TYPE_CHECKING, Any

from .auth import (
    Auth,
    AuthError,
    AuthFields,
    AuthFlow,
    AuthFunction,
    AuthRequest,
    AuthResponse,
    AuthStep,
    Exclusive,
    InvalidCredentials,
)
from .cookies import (
    Cookie,
    CookieConflict,
    CookieFileError,
    CookieJar,
    InvalidCookie,
    ParsedCookie,
    PublicSuffixes,
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
        DigestAuth,
        FunctionAuth,
        Netrc,
        NetrcAuth,
        NetrcEntry,
        NetrcError,
        Scheme,
        TokenAuth,
    )
    from .cookies import parse_cookie_date

__all__ = [
    "Auth",
    "AuthError",
    "AuthFields",
    "AuthFlow",
    "AuthFunction",
    "AuthRequest",
    "AuthResponse",
    "AuthStep",
    "BasicAuth",
    "BearerAuth",
    "Cookie",
    "CookieConflict",
    "CookieFileError",
    "CookieJar",
    "DigestAuth",
    "Exclusive",
    "FunctionAuth",
    "InvalidCookie",
    "InvalidCredentials",
    "Netrc",
    "NetrcAuth",
    "NetrcEntry",
    "NetrcError",
    "ParsedCookie",
    "PublicSuffixes",
    "Scheme",
    "TokenAuth",
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
    "DigestAuth": "auth",
    "FunctionAuth": "auth",
    "Netrc": "auth",
    "NetrcAuth": "auth",
    "NetrcEntry": "auth",
    "NetrcError": "auth",
    "Scheme": "auth",
    "TokenAuth": "auth",
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
