"""What things are called in requests, httpx and aiohttp, for those who come from there.

It is read only when something went wrong: a name is not there, an option is unknown. It decides no more than
what they are told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["meant", "no_attribute", "no_name", "refuse_setting"]

# Arguments of clients and requests: what they are here.
_OPTIONS = {
    "follow_redirects": "allow_redirects",
    "body": "content",
    "query": "params",
    "verify": "ssl",
    "verify_ssl": "ssl",
    "ssl_context": "ssl",
    "tls": "ssl",
    "ca_certs": "ssl",
    "cafile": "ssl",
    "limits": "pool_limits",
    "max_connections": "pool_limits",
    "max_keepalive_connections": "pool_limits",
    "max_keepalive": "pool_limits",
    "keepalive_expiry": "pool_limits",
    "pool_connections": "pool_limits",
    "pool_maxsize": "pool_limits",
    "event_hooks": "hooks",
    "app": "adapters",
    "cookie_jar": "cookies",
    "json_serialize": "json_encoder",
    "user_agent": "headers",
    "token": "auth",
}
# Those that are a field of what an argument is given here.
_FIELDS = {
    "cert": "certificate",
    "fingerprint": "pins",
    "server_hostname": "server_name",
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
}
_HOLDERS = {"timeout": pool.Timeout, "ssl": pool.TLSConfig, "network": pool.Network}
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
        "network=Network(first_family=...), or with local_address='0.0.0.0' or '::' only one family"
    ),
    "keepalive": (
        "network=Network(keepalive=TCPKeepAlive(...)), or pool_limits=PoolLimits(keepalive_expiry=...)"
    ),
}
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
    "Session": "SyncClient",
    "AsyncClient": "Client",
    "AsyncSession": "Client",
    "ClientSession": "Client",
    "Limits": "PoolLimits",
    "ClientTimeout": "Timeout",
    "HTTPBasicAuth": "BasicAuth",
    "HTTPDigestAuth": "DigestAuth",
    "NetRCAuth": "NetrcAuth",
    "RequestException": "HTTPError",
    "RequestError": "TransportError",
    "ClientError": "HTTPError",
    "ConnectionError": "NetworkError",
    "TimeoutException": "RequestTimeout",
    "ReadTimeoutError": "ReadTimeout",
    "SSLError": "CertificateError",
    "DecodeError": "DecodingError",
    "CookieConflictError": "CookieConflict",
    "Cookies": "CookieJar",
    "MissingSchema": "InvalidURL",
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
}

_ATTRIBUTES = {
    "build_request": "build",
    "send_request": "send",
    "mount": "the argument routes, or adapters",
    "event_hooks": "the argument hooks",
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
    here = f"; here it is {_NAMES[name]}" if name in _NAMES else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{here}", name=name)


def no_attribute(client: object, name: str, settings: Collection[str]) -> AttributeError:
    """Return the error for an attribute that a client does not have."""
    here = _ATTRIBUTES.get(name)
    hint = f"; here it is {here}" if here is not None else ""
    if name in settings:
        hint = "; what a client is made with stays as it is: client.replace makes a variant"
    text = f"{type(client).__name__!r} object has no attribute {name!r}{hint}"
    return AttributeError(text, name=name, obj=client)


def refuse_setting(client: Any, name: str, settings: Collection[str]) -> None:
    """Refuse to set on a client what it is made with, under its name here or elsewhere.

    Raises:
        AttributeError: to set it would do nothing.
    """
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
