"""What names are called in other clients: those of the module, of a client and of a WebSocket.

It is read only when one is not there. A response's are in the pool.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["no_attribute", "no_name", "no_websocket_attribute"]

_NAMES = {
    **dict.fromkeys(("Session", "session", "PoolManager"), "SyncClient"),
    **dict.fromkeys(
        ("ProxyManager", "SOCKSProxyManager", "proxy_from_url"), "SyncClient(proxy=...)"
    ),
    **dict.fromkeys(
        ("HTTPConnectionPool", "HTTPSConnectionPool", "connection_from_url"), "SyncConnectionPool"
    ),
    "AsyncClient": "Client",
    "AsyncSession": "Client",
    "ClientSession": "Client",
    "ClientResponse": "Response",
    **dict.fromkeys(("PreparedRequest", "ClientRequest", "RequestInfo"), "Request"),
    "query": 'request("QUERY", url)',
    "exceptions": "this module itself: errors are names of it",
    "auth": "this module itself: BasicAuth and others are names of it",
    "HTTPResponse": "SyncResponse",
    "Limits": "PoolLimits",
    "ClientTimeout": "Timeout",
    "USE_CLIENT_DEFAULT": "nothing: leave it out",
    "AuthBase": "Auth",
    "HTTPProxyAuth": "Proxy(auth=...)",
    "HTTPBasicAuth": "BasicAuth",
    "HTTPDigestAuth": "DigestAuth",
    "DigestAuthMiddleware": "DigestAuth",
    "NetRCAuth": "NetrcAuth",
    "make_headers": "the arguments auth, proxy and headers",
    **dict.fromkeys(("HTTPHeaderDict", "CaseInsensitiveDict"), "Headers"),
    **dict.fromkeys(
        ("FormData", "encode_multipart_formdata", "MultipartWriter", "MultipartEncoder"),
        "the arguments data and files",
    ),
    **dict.fromkeys(("create_ssl_context", "create_urllib3_context"), "TLSConfig"),
    "Fingerprint": "TLSConfig(pins=...)",
    "TraceConfig": "the argument hooks of clients, and trace of requests",
    "UploadTracker": "the argument upload_progress",
    "DummyCookieJar": "adapters={CookieAdapter: lambda level: level.inner}",
    **dict.fromkeys(("parse_url", "Url"), "URL"),
    "RequestException": "HTTPError",
    "ClientError": "HTTPError",
    **dict.fromkeys(("RequestError", "ServerConnectionError"), "TransportError"),
    **dict.fromkeys(
        ("MaxRetryError", "RetryError", "ResponseError"),
        "the last error itself, or the last response",
    ),
    **dict.fromkeys(
        (
            *("ConnectionError", "ClientConnectionError", "ClientConnectionResetError"),
            *("ClientOSError", "CloseError"),
        ),
        "NetworkError",
    ),
    **dict.fromkeys(
        (
            *("NewConnectionError", "NameResolutionError"),
            *("ClientConnectorError", "ClientConnectorDNSError", "ClientConnectorSSLError"),
        ),
        "ConnectError",
    ),
    **dict.fromkeys(
        (
            *("SSLError", "ClientSSLError", "ClientConnectorCertificateError"),
            "ServerFingerprintMismatch",
        ),
        "CertificateError",
    ),
    **dict.fromkeys(("TimeoutException", "TimeoutError", "ServerTimeoutError"), "RequestTimeout"),
    **dict.fromkeys(("ConnectTimeoutError", "ConnectionTimeoutError"), "ConnectTimeout"),
    **dict.fromkeys(("ReadTimeoutError", "SocketTimeoutError"), "ReadTimeout"),
    "EmptyPoolError": "PoolTimeout",
    "ClosedPoolError": "ClosedError",
    **dict.fromkeys(("ClientHttpProxyError", "ClientProxyConnectionError"), "ProxyError"),
    **dict.fromkeys(
        (
            *("ServerDisconnectedError", "ClientPayloadError", "IncompleteRead"),
            *("InvalidChunkLength", "ChunkedEncodingError"),
        ),
        "RemoteProtocolError, or ReadError",
    ),
    "ClientResponseError": "HTTPStatusError",
    **dict.fromkeys(("DecodeError", "ContentDecodingError"), "DecodingError"),
    **dict.fromkeys(
        ("JSONDecodeError", "ContentTypeError"), "json.JSONDecodeError of the standard library"
    ),
    "InvalidJSONError": "InvalidRequest",
    "StreamConsumedError": "StreamConsumed",
    "UnrewindableBodyError": "BodyNotReplayable",
    **dict.fromkeys(
        ("URLSchemeUnknown", "InvalidSchema", "UnsupportedProtocol", "NonHttpUrlClientError"),
        "UnsupportedScheme",
    ),
    "CookieConflictError": "CookieConflict",
    "Cookies": "CookieJar",
    **dict.fromkeys(
        (
            *("MissingSchema", "LocationParseError", "LocationValueError", "URLRequired"),
            *("InvalidUrlClientError", "InvalidProxyURL", "ProxySchemeUnknown"),
        ),
        "InvalidURL",
    ),
    **dict.fromkeys(
        ("RedirectClientError", "InvalidUrlRedirectClientError", "NonHttpUrlRedirectClientError"),
        "InvalidRedirect",
    ),
    "HTTPAdapter": "Layer",
    **dict.fromkeys(("BaseTransport", "AsyncBaseTransport", "BaseAdapter"), "Adapter"),
    "AsyncByteStream": "ByteStream",
    **dict.fromkeys(("TCPConnector", "BaseConnector"), "Network, and PoolLimits"),
    "UnixConnector": "Network",
    **dict.fromkeys(("ThreadedResolver", "DefaultResolver"), "SystemResolver"),
    "AbstractResolver": "Resolver",
    "HTTPTransport": "ConnectionPool",
    "AsyncHTTPTransport": "ConnectionPool",
    **dict.fromkeys(("Retry", "RetryAdapter", "RetryPolicy"), "in httpcore_client.retry"),
    **dict.fromkeys(
        ("RateLimitAdapter", "ConcurrencyLimitAdapter", "CircuitBreakerAdapter", "HedgeAdapter"),
        "in httpcore_client.limits",
    ),
    "CacheAdapter": "in httpcore_client.cache",
    **dict.fromkeys(("MockAdapter", "ASGIAdapter", "WSGIAdapter"), "in httpcore_client.testing"),
    "MockTransport": "httpcore_client.testing.MockAdapter",
    "ASGITransport": "httpcore_client.testing.ASGIAdapter",
    "WSGITransport": "httpcore_client.testing.WSGIAdapter",
    **dict.fromkeys(("EventSource", "ServerSentEvent", "SSEError"), "in httpcore_client.events"),
    "codes": "http.HTTPStatus of the standard library",
    "stream": "SyncClient.stream",
    **dict.fromkeys(
        ("ClientWebSocketResponse", "WSServerHandshakeError", "WebSocketError", "WSMessage"),
        "in httpcore_client.websocket",
    ),
}

_ATTRIBUTES = {
    "build_request": "build",
    "query": 'request("QUERY", url)',
    "sse": "events",
    "connector": "the argument network, or pool_limits",
    "get_adapter": "the argument routes, or adapters",
    "merge_environment_settings": "prepare_request",
    "send_request": "send",
    "mount": "the argument routes, or adapters",
    "event_hooks": "the argument hooks",
    "urlopen": "request",
    "ws_connect": "websocket",
    "aclose": "close",
    "verify": "the argument ssl",
    "proxies": "the argument proxy, or routes",
    "cookie_jar": "cookies",
}

_OF_WEBSOCKETS = {
    **dict.fromkeys(("recv", "receive_message"), "receive"),
    "receive_str": "receive_text",
    **dict.fromkeys(("send_str", "send_message"), "send"),
    "send_binary": "send_bytes",
    **dict.fromkeys(("closed", "open", "state"), "close_code"),
    "wait_closed": "close",
}


def no_name(module: str, name: str) -> AttributeError:
    """Return the error for a name that a module does not have."""
    text = f"module {module!r} has no attribute {name!r}"
    if name in _NAMES:
        return AttributeError(f"{text}; here it is {_NAMES[name]}", name=name)
    # With the object Python looks for a name that is near.
    return AttributeError(text, name=name, obj=sys.modules.get(module))


def no_attribute(client: object, name: str, settings: Collection[str]) -> AttributeError:
    """Return the error for an attribute that a client does not have."""
    here = _ATTRIBUTES.get(name)
    hint = f"; here it is {here}" if here is not None else ""
    if name in settings:
        hint = "; what a client is made with stays as it is: client.replace makes a variant"
    text = f"{type(client).__name__!r} object has no attribute {name!r}{hint}"
    return AttributeError(text, name=name, obj=None if hint else client)


def no_websocket_attribute(socket: object, name: str) -> AttributeError:
    """Return the error for an attribute that a WebSocket does not have."""
    here = _OF_WEBSOCKETS.get(name)
    hint = f"; here it is {here}" if here is not None else ""
    text = f"{type(socket).__name__!r} object has no attribute {name!r}{hint}"
    return AttributeError(text, name=name, obj=None if hint else socket)
