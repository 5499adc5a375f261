"""What this package takes from its sibling distributions, in one place.

Someone who copies the package into their own tree edits this file and no other.
"""

from typing import TYPE_CHECKING

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
    # At run time they come from `pool` when they are asked for.
    from httpcore_pool import (
        AsyncioBackend,  # noqa: F401
        HTTP2Connection,  # noqa: F401
        ScriptedBackend,  # noqa: F401
        SyncBackend,  # noqa: F401
        TrioBackend,  # noqa: F401
    )

__all__ = [
    "URL",
    "Adapter",
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
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "SyncConnectionPool",
    "SyncResponse",
    "TLSConfig",
    "Timeout",
    "TooManyRedirects",
    "TotalTimeout",
    "TransportError",
    "UnsupportedScheme",
    "WriteError",
    "WriteTimeout",
    "parse_set_cookie",
    "pool",
]
