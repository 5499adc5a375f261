"""The HTTP client for asyncio, Trio and threads: `Client`, `TrioClient`, `SyncClient`.

It composes four distributions that can each be used alone: `httpcore_urls`, `httpcore_headers`,
`httpcore_cookies` and `httpcore_pool`. Their names that a user of the client meets are here too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._api import delete, get, head, options, patch, post, put, request
from ._client import Client
from ._options import ClientOptions, RequestOptions
from ._siblings import (
    LAZY,
    URL,
    Adapter,
    Auth,
    Backend,
    BodyNotReplayable,
    CertificateError,
    ClosedError,
    ConnectError,
    ConnectionPool,
    ConnectTimeout,
    CookieJar,
    DecodingError,
    Headers,
    HTTP11Connection,
    HTTPConnection,
    HTTPError,
    HTTPStatusError,
    Informational,
    InvalidHeader,
    InvalidRedirect,
    InvalidRequest,
    InvalidURL,
    LocalProtocolError,
    MessageLimits,
    NetworkError,
    OnInformational,
    Options,
    Origin,
    PoolLimits,
    PoolStats,
    PoolTimeout,
    ProtocolError,
    Proxy,
    ProxyError,
    QueryParams,
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
    Trace,
    TraceEvent,
    TransportError,
    UnsupportedScheme,
    WriteError,
    WriteTimeout,
)
from ._sync import SyncClient
from ._trio import TrioClient
from .adapters import AuthAdapter, CookieAdapter, EnvironmentAdapter, RedirectAdapter

if TYPE_CHECKING:
    from ._siblings import (
        AsyncioBackend,
        BasicAuth,
        BearerAuth,
        HTTP2Connection,
        Netrc,
        NetrcAuth,
        ScriptedBackend,
        SyncBackend,
        TrioBackend,
    )

__version__ = "0.1.0"

__all__ = [
    "URL",
    "Adapter",
    "AsyncioBackend",
    "Auth",
    "AuthAdapter",
    "Backend",
    "BasicAuth",
    "BearerAuth",
    "BodyNotReplayable",
    "CertificateError",
    "Client",
    "ClientOptions",
    "ClosedError",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionPool",
    "CookieAdapter",
    "CookieJar",
    "DecodingError",
    "EnvironmentAdapter",
    "HTTP2Connection",
    "HTTP11Connection",
    "HTTPConnection",
    "HTTPError",
    "HTTPStatusError",
    "Headers",
    "Informational",
    "InvalidHeader",
    "InvalidRedirect",
    "InvalidRequest",
    "InvalidURL",
    "LocalProtocolError",
    "MessageLimits",
    "Netrc",
    "NetrcAuth",
    "NetworkError",
    "OnInformational",
    "Options",
    "Origin",
    "PoolLimits",
    "PoolStats",
    "PoolTimeout",
    "ProtocolError",
    "Proxy",
    "ProxyError",
    "QueryParams",
    "ReadError",
    "ReadTimeout",
    "RedirectAdapter",
    "RedirectError",
    "RemoteProtocolError",
    "Request",
    "RequestOptions",
    "RequestTimeout",
    "Response",
    "ResponseNotRead",
    "ScriptedBackend",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "SyncBackend",
    "SyncClient",
    "SyncConnectionPool",
    "SyncResponse",
    "TLSConfig",
    "Timeout",
    "TooManyRedirects",
    "TotalTimeout",
    "Trace",
    "TraceEvent",
    "TransportError",
    "TrioBackend",
    "TrioClient",
    "UnsupportedScheme",
    "WriteError",
    "WriteTimeout",
    "delete",
    "get",
    "head",
    "options",
    "patch",
    "post",
    "put",
    "request",
]


def __getattr__(name: str) -> Any:
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(LAZY[name], name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
