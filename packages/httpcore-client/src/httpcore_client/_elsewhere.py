"""What arguments are called in requests, httpx, aiohttp and urllib3, for those who come from there.

It is read only when something went wrong: an argument is unknown. It decides no more than what they are told.
`_names_elsewhere` has what one looks up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._options import RequestOptions
from ._siblings import pool

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["meant", "meant_by", "refuse_setting"]

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

# Arguments of what stands beside the path, by what is called; what is no argument is a sentence.
_MANY = ("max_workers", "workers", "max_concurrency", "limit", "size", "threads", "processes")
_STALE = 'a request takes an older one with headers={"Cache-Control": "max-stale=60"}'
_RETRY = {
    **dict.fromkeys(("retries", "max_retries", "max_attempts", "tries", "stop"), "attempts"),
    **dict.fromkeys(("status_forcelist", "retry_on_status_codes", "status_codes"), "statuses"),
    **dict.fromkeys(("allowed_methods", "method_whitelist"), "methods"),
    **dict.fromkeys(("retry_on", "exceptions"), "errors"),
    **dict.fromkeys(("backoff", "delay", "wait"), "backoff_initial"),
    **dict.fromkeys(("max_backoff_wait", "max_delay"), "backoff_max"),
    "respect_retry_after_header": "max_retry_after",
}
_CALLS = {
    "map": {
        **dict.fromkeys(_MANY, "concurrency"),
        "return_exceptions": 'give errors="return"',
        "exception_handler": 'give errors="return", and look at the error of each result',
        "stream": "bodies are read here; with client.stream(...) one is left open",
        "method": 'build those with another: client.map(client.build("POST", url) for url in urls)',
    },
    "download": {
        **dict.fromkeys(
            (
                *(
                    "file",
                    "filename",
                    "dest",
                    "destination",
                    "output",
                    "out",
                    "directory",
                    "folder",
                ),
                "local_filename",
            ),
            "give path=...",
        ),
        "force": "overwrite",
        **dict.fromkeys(("parts", "workers", "threads", "concurrency"), "connections"),
        **dict.fromkeys(("hash", "sha256", "md5"), 'give checksum="sha256:..."'),
        "max_size": "max_bytes",
        **dict.fromkeys(("retry", "max_retries"), "retries"),
        **dict.fromkeys(("progress_bar", "callback"), "progress"),
        "chunk_size": "leave it out: it is written as it comes",
    },
    "events": {
        **dict.fromkeys(("retry", "retries", "max_retries", "reconnection_time"), "reconnect"),
        **dict.fromkeys(("event_timeout", "idle_timeout"), "heartbeat"),
        "chunk_size": "leave it out: events are given as they come",
    },
    "websocket": {
        **dict.fromkeys(("heartbeat", "keepalive_ping_interval_seconds"), "ping_interval"),
        "keepalive_ping_timeout_seconds": "ping_timeout",
        **dict.fromkeys(
            ("max_msg_size", "max_size", "max_message_size_bytes"), "max_message_bytes"
        ),
        "open_timeout": "timeout",
        **dict.fromkeys(("additional_headers", "extra_headers"), "headers"),
        "origin": 'give headers={"Origin": ...}',
        "compress": "compression",
        **dict.fromkeys(("autoping", "autoclose"), "leave it out: it is done by itself"),
        **dict.fromkeys(
            ("allow_redirects", "follow_redirects"),
            "leave it out: a WebSocketRefused says where a redirect leads",
        ),
    },
    "RetryAdapter": {
        **_RETRY,
        "total": "give it RetryPolicy(attempts=...), or for seconds RetryPolicy(total=...)",
    },
    "RetryPolicy": _RETRY,
    "CacheAdapter": {
        **dict.fromkeys(
            ("ttl", "default_ttl", "expire_after", "max_age"),
            f"how long a response is fresh, its server says; {_STALE}",
        ),
        **dict.fromkeys(
            ("path", "cache_name", "base_path", "directory", "filename", "database_path"),
            "give storage=SQLiteStorage(path)",
        ),
        **dict.fromkeys(
            ("max_entries", "max_size", "maxsize", "capacity"),
            "give storage=MemoryStorage(max_entries=...)",
        ),
        **dict.fromkeys(
            ("max_bytes", "max_body_bytes"), "give storage=MemoryStorage(max_bytes=...)"
        ),
        **dict.fromkeys(("cache", "backend"), "storage"),
        "always_revalidate": 'give a request headers={"Cache-Control": "no-cache"}',
    },
}


def meant(name: str, known: Collection[str], call: str = "") -> str:
    """Return a sentence about an unknown option: what it is called here, or which one is near."""
    if (here := _CALLS.get(call, {}).get(name)) is not None:
        return f"did you mean {here!r}?" if here in known else here
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
    return _near(name, known)


def meant_by(call: str, name: str, known: Collection[str], of: str, fields: Collection[str]) -> str:
    """Return a sentence about an argument that a call does not take; see `refuse_others`."""
    here = _CALLS.get(call, {}).get(name, name)
    if here in known:
        return f"did you mean {here!r}?"
    if here in fields:
        return f"give it {of}({here}=...)"
    if here != name:
        return here
    if call != "map":
        return _near(name, known)
    option = _OPTIONS.get(name, name)
    if option in RequestOptions.__annotations__:
        return (
            f"{option!r} is an option of requests: "
            f'client.map(client.build("GET", url, {option}=...) for url in urls)'
        )
    return meant(name, known)


def _near(name: str, known: Collection[str]) -> str:
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
