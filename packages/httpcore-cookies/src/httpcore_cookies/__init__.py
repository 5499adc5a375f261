"""Cookies and authentication for HTTP, without I/O.

`cookies` holds the jar and its rules, `auth` the schemes. This module only gives the public
names; no rule may live here.
"""

from .auth import (
    Auth,
    AuthRequest,
    AuthResponse,
    BasicAuth,
    BearerAuth,
    InvalidCredentials,
    Netrc,
    NetrcAuth,
    NetrcEntry,
    NetrcError,
)
from .cookies import (
    Cookie,
    CookieConflict,
    CookieJar,
    InvalidCookie,
    ParsedCookie,
    default_path,
    domain_match,
    is_public_suffix,
    parse_cookie_date,
    parse_set_cookie,
    path_match,
)

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
