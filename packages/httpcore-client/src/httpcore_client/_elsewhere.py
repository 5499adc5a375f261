"""What things are called in requests, httpx, aiohttp and urllib3, for those who come from there.

It is read only when something went wrong: a name is not there, an option is unknown. It decides no more than
what they are told.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from ._options import RequestOptions
from ._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["meant", "no_attribute", "no_name", "refuse_setting"]

# Arguments of clients and requests: what they are here.
_OPTIONS = {
    "follow_redirects": "allow_redirects",
    "redirect": "allow_redirects",
    "body": "content",
    "query": "params",
    "verify": "ssl",
    "verify_ssl": "ssl",
    "ssl_context": "ssl",
    "tls": "ssl",
    "ca_certs": "ssl",
    "cafile": "ssl",
    "ca_cert_dir": "ssl",
    "limits": "pool_limits",
    "event_hooks": "hooks",
    "app": "adapters",
    "cookie_jar": "cookies",
    "json_serialize": "json_encoder",
    "json_serialize_bytes": "json_encoder",
    "fallback_charset_resolver": "default_encoding",
    "remove_headers_on_redirect": "sensitive_headers",
    "upload_tracker": "upload_progress",
    "proxy_url": "proxy",
    "user_agent": "headers",
    "token": "auth",
}
# Those that are a field of what an argument is given here.
_FIELDS = {
    **dict.fromkeys(("cert", "cert_file", "key_file", "key_password"), "certificate"),
    **dict.fromkeys(("fingerprint", "assert_fingerprint"), "pins"),
    "server_hostname": "server_name",
    "assert_hostname": "verify_name",
    "ssl_minimum_version": "minimum_version",
    **dict.fromkeys(("limit", "max_connections"), "max_connections"),
    **dict.fromkeys(("limit_per_host", "maxsize", "pool_maxsize"), "max_per_origin"),
    **dict.fromkeys(("max_keepalive", "max_keepalive_connections"), "max_keepalive"),
    **dict.fromkeys(("keepalive_expiry", "keepalive_timeout"), "keepalive_expiry"),
    **dict.fromkeys(("max_line_size", "max_field_size"), "head_bytes"),
    **dict.fromkeys(("connect_timeout", "conn_timeout"), "connect"),
    "read_timeout": "read",
    "write_timeout": "write",
    "pool_timeout": "pool",
}
# Those that are no other argument here.
_SENTENCES = {
    "proxies": 'give proxy= the one for all URLs, or a client routes={"http://": ..., "https://": ...}',
    "no_proxy": 'give proxy=False, or a client routes={"example.com": False}',
    "proxy_auth": "give proxy=Proxy(url, auth=...)",
    "proxy_headers": "give proxy=Proxy(url, headers=...)",
    "proxy_ssl": "give proxy=Proxy(url, ssl=...)",
    "proxy_ssl_context": "give proxy=Proxy(url, ssl=...)",
    "socks": 'give proxy="socks5://..."',
    "retries": "give a client adapters=[RetryAdapter(...)], of httpcore_client.retry",
    "max_retries": "give a client adapters=[RetryAdapter(...)], of httpcore_client.retry",
    "retry": "give a client adapters=[RetryAdapter(...)], of httpcore_client.retry",
    "cache": "give a client adapters=[CacheAdapter(...)], of httpcore_client.cache",
    "extensions": "see trace= and timeout=, or an adapter of your own",
    "middlewares": "give a client adapters=[...], each an AddedAdapter of your own, or hooks=",
    **dict.fromkeys(
        ("trace_configs", "trace_request_ctx"), "give a client hooks=, or a request trace="
    ),
    "raise_for_status": (
        'call response.raise_for_status(), or give a client hooks={"response": ...} that does'
    ),
    "skip_auto_headers": "build a request, take the fields out of request.headers, and send it",
    "fields": "give params= for the query, data= for a form, or files= for a multipart form",
    "encode_multipart": "give data= for an urlencoded form, or files= for a multipart form",
    "preload_content": "use client.stream(...), or give a request stream=True",
    **dict.fromkeys(
        ("decode_content", "auto_decompress"),
        "use client.stream(...): response.raw() gives what came, undecoded",
    ),
    "chunked": "leave it out: content= that is an iterator is sent so",
    "expect100": 'give headers={"Expect": "100-continue"}',
    "force_close": 'give headers={"Connection": "close"}',
    "cert_reqs": "give ssl=False to verify no certificates, which is CERT_NONE",
    **dict.fromkeys(("num_pools", "pool_connections"), "leave it out: one pool holds all origins"),
}
_HOLDERS = {
    "timeout": pool.Timeout,
    "ssl": pool.TLSConfig,
    "network": pool.Network,
    "pool_limits": pool.PoolLimits,
    "message_limits": pool.MessageLimits,
}
_UNIX = "network=Network(unix_socket=...), or Route(unix_socket=...) in routes="
# What only a client can be given, and no request or variant of a client.
_FOR_CLIENTS = {
    "mounts": "routes= a way for each pattern, or adapters= levels of your own",
    "transport": "network=Network(...), or adapters= levels of your own",
    "connector": "pool_limits=PoolLimits(...), or network=Network(...)",
    "uds": _UNIX,
    "unix": _UNIX,
    "unix_socket": _UNIX,
    "local_address": "network=Network(local_address=...)",
    "local_addr": "network=Network(local_address=...), which has no port",
    "source_address": "network=Network(local_address=...), which has no port",
    "interface": "network=Network(local_address=...), which is an address",
    "socket_options": "network=Network(socket_options=...)",
    "resolver": "network=Network(resolver=...)",
    "dns_cache": "network=Network(resolver=CachingResolver())",
    "ttl_dns_cache": "network=Network(resolver=CachingResolver(ttl=...))",
    "use_dns_cache": "network=Network(resolver=CachingResolver())",
    "happy_eyeballs_delay": "network=Network(attempt_delay=...)",
    "family": (
        "network=Network(first_family=...), or Network(local_address='0.0.0.0' or '::') for only one"
    ),
    "keepalive": (
        "network=Network(keepalive=TCPKeepAlive(...)), or pool_limits=PoolLimits(keepalive_expiry=...)"
    ),
    **dict.fromkeys(
        ("block", "pool_block"), "pool_limits=PoolLimits(max_per_origin=...): more requests wait"
    ),
}
# Words that a subclass may well use for something of its own.
_WORDS = frozenset(
    {
        *("block", "body", "cache", "chunked", "fields", "interface", "limit", "maxsize"),
        *("middlewares", "query", "redirect", "retry", "token"),
    }
)
# What a client is made with and a request can't have otherwise, but a variant of the client can.
_OF_VARIANTS = frozenset(
    {
        *("base_url", "hooks", "max_redirects", "allow_downgrade", "sensitive_headers", "adapters"),
        *("default_encoding", "json_encoder", "trust_env", "routes"),
    }
)
# Not even a variant can.
_OF_POOLS = frozenset(
    {
        *("pool_limits", "http1", "http2", "message_limits", "http2_settings", "backend"),
        *("network", "address_policy", "ssl"),
    }
)

_NAMES = {
    **dict.fromkeys(("Session", "PoolManager"), "SyncClient"),
    **dict.fromkeys(("ProxyManager", "SOCKSProxyManager"), "SyncClient(proxy=...)"),
    **dict.fromkeys(("HTTPConnectionPool", "HTTPSConnectionPool"), "SyncConnectionPool"),
    "AsyncClient": "Client",
    "AsyncSession": "Client",
    "ClientSession": "Client",
    "ClientResponse": "Response",
    "HTTPResponse": "SyncResponse",
    "Limits": "PoolLimits",
    "ClientTimeout": "Timeout",
    "HTTPBasicAuth": "BasicAuth",
    "HTTPDigestAuth": "DigestAuth",
    "DigestAuthMiddleware": "DigestAuth",
    "NetRCAuth": "NetrcAuth",
    "make_headers": "the arguments auth, proxy and headers",
    "HTTPHeaderDict": "Headers",
    "FormData": "the arguments data and files",
    "Fingerprint": "TLSConfig(pins=...)",
    "TraceConfig": "the argument hooks of clients, and trace of requests",
    "UploadTracker": "the argument upload_progress",
    "DummyCookieJar": "adapters={CookieAdapter: lambda level: level.inner}",
    "parse_url": "URL",
    "RequestException": "HTTPError",
    "RequestError": "TransportError",
    "ClientError": "HTTPError",
    "MaxRetryError": "the last error itself, or the last response",
    **dict.fromkeys(("ConnectionError", "ClientConnectionError", "ClientOSError"), "NetworkError"),
    **dict.fromkeys(
        (
            *("NewConnectionError", "NameResolutionError"),
            *("ClientConnectorError", "ClientConnectorDNSError", "ClientConnectorSSLError"),
        ),
        "ConnectError",
    ),
    **dict.fromkeys(
        ("SSLError", "ClientConnectorCertificateError", "ServerFingerprintMismatch"),
        "CertificateError",
    ),
    **dict.fromkeys(("TimeoutException", "TimeoutError", "ServerTimeoutError"), "RequestTimeout"),
    **dict.fromkeys(("ConnectTimeoutError", "ConnectionTimeoutError"), "ConnectTimeout"),
    **dict.fromkeys(("ReadTimeoutError", "SocketTimeoutError"), "ReadTimeout"),
    "EmptyPoolError": "PoolTimeout",
    "ClosedPoolError": "ClosedError",
    "ClientHttpProxyError": "ProxyError",
    **dict.fromkeys(
        ("ServerDisconnectedError", "ClientPayloadError", "IncompleteRead", "InvalidChunkLength"),
        "RemoteProtocolError, or ReadError",
    ),
    "ClientResponseError": "HTTPStatusError",
    "DecodeError": "DecodingError",
    "UnrewindableBodyError": "BodyNotReplayable",
    "URLSchemeUnknown": "UnsupportedScheme",
    "CookieConflictError": "CookieConflict",
    "Cookies": "CookieJar",
    **dict.fromkeys(("MissingSchema", "LocationParseError"), "InvalidURL"),
    "HTTPAdapter": "Layer",
    "BaseTransport": "Adapter",
    "AsyncBaseTransport": "Adapter",
    "TCPConnector": "Network, and PoolLimits",
    "UnixConnector": "Network",
    "ThreadedResolver": "SystemResolver",
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
    "codes": "http.HTTPStatus of the standard library",
    "stream": "SyncClient.stream",
    **dict.fromkeys(
        ("ClientWebSocketResponse", "WSServerHandshakeError"), "in httpcore_client.websocket"
    ),
}

_ATTRIBUTES = {
    "build_request": "build",
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


def meant(name: str, known: Collection[str]) -> str:
    """Return a sentence about an unknown option: what it is called here, or which one is near."""
    # First what is known: "cert" is near to "content", but does not mean it.
    if name in _SENTENCES:
        return _SENTENCES[name]
    if name in _FOR_CLIENTS:
        return _give(_FOR_CLIENTS[name], "network" in known)
    here = _OPTIONS.get(name, name)
    if here in known:
        return f"did you mean {here!r}?"
    if here in _OF_VARIANTS:
        return (
            f"{here!r} is an argument of clients: make one with it, or client.replace({here}=...)"
        )
    if here in _OF_POOLS:
        return f"{here!r} is an argument of clients"
    if here in RequestOptions.__annotations__:
        return f"{here!r} is an option of requests: client.request(..., {here}=...)"
    if (holder := _holder(name)) is not None:
        argument, value = holder
        return _give(f"{argument}={value}", argument in known)
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def _give(what: str, here: bool) -> str:  # noqa: FBT001
    """Say where to give it: to the client or request at hand, or to another client."""
    return f"give {what}" if here else f"give a new client {what}"


def _holder(name: str) -> tuple[str, str] | None:
    """Return which argument has a field of this name in its value, and how that is written."""
    from inspect import signature

    field = _FIELDS.get(name, name)
    for argument, kind in _HOLDERS.items():
        if field in signature(kind).parameters:
            return argument, f"{kind.__name__}({field}=...)"
    return None


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


def refuse_setting(client: Any, name: str, settings: Collection[str]) -> None:
    """Refuse to set on a client what it is made with, under its name here or elsewhere.

    Raises:
        AttributeError: to set it would do nothing.
    """
    if name in _WORDS:
        return
    if name in _SENTENCES or name in _FOR_CLIENTS or name in _FIELDS:
        hint = meant(name, ("ssl", "network"))
    elif name not in settings and name not in _OPTIONS:
        return  # a subclass may keep what it likes
    else:
        here = _OPTIONS.get(name, name)
        hint = f"give {here}= to the constructor"
        if here not in _OF_POOLS:
            hint += f", or make a variant with client.replace({here}=...)"
    raise AttributeError(f"{name} can't be set on a client: {hint}", name=name, obj=client)
