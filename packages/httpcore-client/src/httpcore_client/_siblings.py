"""What this package takes from its sibling distributions, in one place.

Someone who copies the package into their own tree edits this file and no other.
"""

import httpcore_pool as pool
from httpcore_cookies import (
    Auth,
    AuthRequest,
    AuthResponse,
    BasicAuth,
    BearerAuth,
    CookieJar,
    Netrc,
    NetrcAuth,
    parse_set_cookie,
)
from httpcore_headers import Headers, InvalidHeader
from httpcore_urls import URL, InvalidURL, Origin, QueryParams

__all__ = [
    "URL",
    "Auth",
    "AuthRequest",
    "AuthResponse",
    "BasicAuth",
    "BearerAuth",
    "CookieJar",
    "Headers",
    "InvalidHeader",
    "InvalidURL",
    "Netrc",
    "NetrcAuth",
    "Origin",
    "QueryParams",
    "parse_set_cookie",
    "pool",
]
