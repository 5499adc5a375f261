"""What this package takes from its sibling distributions, in one place.

Someone who copies the package into their own tree edits this file and no other.
"""

from typing import TYPE_CHECKING, Any

import httpcore_cookies as cookies
import httpcore_pool as pool
from httpcore_cookies import Auth, AuthRequest, AuthResponse, CookieJar, parse_set_cookie
from httpcore_headers import Headers, InvalidHeader
from httpcore_pool import (
    Adapter,
    Backend,
    BodyNotReplayable,
    CertificateError,
    ClosedError,
    ConnectError,
    ConnectionPool,
    ConnectTimeout,
    DecodingError,
    HTTP11Connection,
    HTTPConnection,
    HTTPError,
    HTTPStatusError,
    InvalidRedirect,
    InvalidRequest,
    LocalProtocolError,
    NetworkError,
    PoolLimits,
    PoolTimeout,
    ProtocolError,
    Proxy,
    ProxyError,
    ReadError,
    ReadTimeout,
    RedirectError,
    RemoteProtocolError,
    Request,
    RequestTimeout,
    Response,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    StreamError,
    SyncConnectionPool,
    SyncResponse,
    Timeout,
    TLSConfig,
    TooManyRedirects,
    TotalTimeout,
    TransportError,
    UnsupportedScheme,
    WriteError,
    WriteTimeout,
)
from httpcore_urls import URL, InvalidURL, Origin, QueryParams

if TYPE_CHECKING:
    from httpcore_cookies import BasicAuth, BearerAuth, Netrc, NetrcAuth
    from httpcore_pool import (
        AsyncioBackend,
        HTTP2Connection,
        ScriptedBackend,
        SyncBackend,
        TrioBackend,
    )

__all__ = [
    "URL",
    "Adapter",
    "AsyncioBackend",
    "Auth",
    "AuthRequest",
    "AuthResponse",
    "Backend",
    "BasicAuth",
    "BearerAuth",
    "BodyNotReplayable",
    "CertificateError",
    "ClosedError",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionPool",
    "CookieJar",
    "DecodingError",
    "HTTP2Connection",
    "HTTP11Connection",
    "HTTPConnection",
    "HTTPError",
    "HTTPStatusError",
    "Headers",
    "InvalidHeader",
    "InvalidRedirect",
    "InvalidRequest",
    "InvalidURL",
    "LocalProtocolError",
    "Netrc",
    "NetrcAuth",
    "NetworkError",
    "Origin",
    "PoolLimits",
    "PoolTimeout",
    "ProtocolError",
    "Proxy",
    "ProxyError",
    "QueryParams",
    "ReadError",
    "ReadTimeout",
    "RedirectError",
    "RemoteProtocolError",
    "Request",
    "RequestTimeout",
    "Response",
    "ResponseNotRead",
    "ScriptedBackend",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "SyncBackend",
    "SyncConnectionPool",
    "SyncResponse",
    "TLSConfig",
    "Timeout",
    "TooManyRedirects",
    "TotalTimeout",
    "TransportError",
    "TrioBackend",
    "UnsupportedScheme",
    "WriteError",
    "WriteTimeout",
    "parse_set_cookie",
    "pool",
]

# At run time these come when they are asked for: a user of one world or scheme does not pay for the others.
LAZY = {
    "AsyncioBackend": pool,
    "BasicAuth": cookies,
    "BearerAuth": cookies,
    "HTTP2Connection": pool,
    "Netrc": cookies,
    "NetrcAuth": cookies,
    "ScriptedBackend": pool,
    "SyncBackend": pool,
    "TrioBackend": pool,
}


def __getattr__(name: str) -> Any:
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(LAZY[name], name)
