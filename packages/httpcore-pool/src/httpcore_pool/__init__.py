"""One exchange over the network: HTTP/1.1 and HTTP/2 over a pool of connections, in three worlds.

The same source serves asyncio (`AsyncioBackend`), Trio (`TrioBackend`) and threads (`SyncBackend`, under
`SyncConnectionPool`). Every level is an `Adapter` and can be used alone::

    ConnectionPool > HTTPConnection > HTTP11Connection / HTTP2Connection
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._adapter import Adapter
from ._body import AsyncFile, BodyReader, BytesBody, Content, RequestBody, make_body
from ._closing import Closing, SyncClosing
from ._config import (
    BodyLimits,
    DefaultEncoding,
    HTTP2Settings,
    MessageLimits,
    Options,
    PoolLimits,
    Timeout,
    TimeoutTypes,
)
from ._connect_attempt import ConnectAttempt
from ._connection_info import ConnectionInfo, Timings, TLSInfo
from ._discard import discard, set_aside
from ._driver import Mutex, run_sync
from ._errors import (
    AddressRefused,
    BodyNotReplayable,
    CertificateError,
    ClosedError,
    ConnectError,
    ConnectTimeout,
    ContentTooLarge,
    DecodingError,
    HTTP11Required,
    HTTPError,
    HTTPStatusError,
    InvalidRedirect,
    InvalidRequest,
    LocalProtocolError,
    NetworkError,
    PoolTimeout,
    ProtocolError,
    ProxyError,
    ReadError,
    ReadTimeout,
    RedirectError,
    RemoteProtocolError,
    RequestTimeout,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
    StreamError,
    TooManyRedirects,
    TotalTimeout,
    TransportError,
    UnsupportedScheme,
    WriteError,
    WriteTimeout,
)
from ._request import HeaderTypes, Request
from ._response import Response, SyncResponse
from ._response_base import ResponseBase
from ._streams import (
    ByteSource,
    BytesSource,
    ByteStream,
    SyncByteStream,
    SyncNetworkStream,
    SyncTextStream,
    TextStream,
    WrappedSource,
)
from ._sync import SyncConnectionPool
from ._trace import TRACE_EVENTS, Informational, OnInformational, Trace, TraceEvent
from ._trust import ClientCertificate, SSLTypes, TLSConfig
from .backends.base import Backend, Event, NetworkStream
from .connection import HTTP11Connection, HTTPConnection, Proxy, ProxyAuth
from .network import (
    CachingResolver,
    Connect,
    Network,
    Resolver,
    ResolverTypes,
    SocketOption,
    SocketSettings,
    SystemResolver,
    TCPKeepAlive,
)
from .pool import ConnectionPool, PoolStats
from .tls._sessions import SessionCache

if TYPE_CHECKING:
    from .backends.asyncio import AsyncioBackend
    from .backends.scripted import ScriptedBackend, ScriptedStream
    from .backends.sync import SyncBackend
    from .backends.trio import TrioBackend
    from .connection._http2 import HTTP2Connection
    from .decoders import ACCEPT_ENCODING
    from .network._policy import AddressPolicy, AddressPolicyTypes, IPAddress
    from .tls._stream import TLSStream

__version__ = "0.1.0"

__all__ = [
    "ACCEPT_ENCODING",
    "TRACE_EVENTS",
    "Adapter",
    "AddressPolicy",
    "AddressPolicyTypes",
    "AddressRefused",
    "AsyncFile",
    "AsyncioBackend",
    "Backend",
    "BodyLimits",
    "BodyNotReplayable",
    "BodyReader",
    "ByteSource",
    "ByteStream",
    "BytesBody",
    "BytesSource",
    "CachingResolver",
    "CertificateError",
    "ClientCertificate",
    "ClosedError",
    "Closing",
    "Connect",
    "ConnectAttempt",
    "ConnectError",
    "ConnectTimeout",
    "ConnectionInfo",
    "ConnectionPool",
    "Content",
    "ContentTooLarge",
    "DecodingError",
    "DefaultEncoding",
    "Event",
    "HTTP2Connection",
    "HTTP2Settings",
    "HTTP11Connection",
    "HTTP11Required",
    "HTTPConnection",
    "HTTPError",
    "HTTPStatusError",
    "HeaderTypes",
    "IPAddress",
    "Informational",
    "InvalidRedirect",
    "InvalidRequest",
    "LocalProtocolError",
    "MessageLimits",
    "Mutex",
    "Network",
    "NetworkError",
    "NetworkStream",
    "OnInformational",
    "Options",
    "PoolLimits",
    "PoolStats",
    "PoolTimeout",
    "ProtocolError",
    "Proxy",
    "ProxyAuth",
    "ProxyError",
    "ReadError",
    "ReadTimeout",
    "RedirectError",
    "RemoteProtocolError",
    "Request",
    "RequestBody",
    "RequestTimeout",
    "Resolver",
    "ResolverTypes",
    "Response",
    "ResponseBase",
    "ResponseNotRead",
    "SSLTypes",
    "ScriptedBackend",
    "ScriptedStream",
    "SessionCache",
    "SocketOption",
    "SocketSettings",
    "StreamClosed",
    "StreamConsumed",
    "StreamError",
    "SyncBackend",
    "SyncByteStream",
    "SyncClosing",
    "SyncConnectionPool",
    "SyncNetworkStream",
    "SyncResponse",
    "SyncTextStream",
    "SystemResolver",
    "TCPKeepAlive",
    "TLSConfig",
    "TLSInfo",
    "TLSStream",
    "TextStream",
    "Timeout",
    "TimeoutTypes",
    "Timings",
    "TooManyRedirects",
    "TotalTimeout",
    "Trace",
    "TraceEvent",
    "TransportError",
    "TrioBackend",
    "UnsupportedScheme",
    "WrappedSource",
    "WriteError",
    "WriteTimeout",
    "discard",
    "make_body",
    "run_sync",
    "set_aside",
]

# What one user in ten needs is imported when it is asked for: the other worlds, TLS, h2 and codecs.
_LAZY = {
    "ACCEPT_ENCODING": "decoders",
    "AddressPolicy": "network._policy",
    "AddressPolicyTypes": "network._policy",
    "AsyncioBackend": "backends.asyncio",
    "HTTP2Connection": "connection._http2",
    "IPAddress": "network._policy",
    "ScriptedBackend": "backends.scripted",
    "ScriptedStream": "backends.scripted",
    "SyncBackend": "backends.sync",
    "TLSStream": "tls._stream",
    "TrioBackend": "backends.trio",
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
