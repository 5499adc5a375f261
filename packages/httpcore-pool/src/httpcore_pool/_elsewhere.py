"""What the attributes of a response, and the fields of settings, are called in other clients.

It is read only when one is not there.
"""

from __future__ import annotations

__all__ = ["field_hint", "no_attribute"]

_HERE = {
    "ok": "is_success, or not is_error",
    "data": "content",
    "reason": "reason_phrase",
    "status": "status_code",
    "http_version": "protocol",
    "version": "protocol",
    "version_string": "protocol",
    "iter_content": "stream()",
    "iter_bytes": "stream()",
    "aiter_bytes": "stream()",
    "iter_chunked": "stream()",
    "iter_raw": "raw()",
    "aiter_raw": "raw()",
    "iter_text": "stream_text()",
    "aiter_text": "stream_text()",
    "iter_lines": "stream_lines()",
    "aiter_lines": "stream_lines()",
    "aread": "read()",
    "read1": "stream()",
    "read_chunked": "stream()",
    "readline": "stream_lines()",
    "readlines": "stream_lines()",
    "readinto": "stream()",
    "charset": "encoding",
    "get_encoding": "encoding",
    "charset_encoding": "encoding",
    "apparent_encoding": "encoding",
    "is_client_error": "is_error",
    "is_server_error": "is_error",
    "has_redirect_location": "is_redirect",
    "is_permanent_redirect": "is_redirect",
    "extensions": "connection",
    "closed": "is_closed",
    "isclosed": "is_closed",
    "release": "close()",
    "release_conn": "close()",
    "drain_conn": "close()",
    "real_url": "url",
    "geturl": "url",
    "method": "request.method",
    "request_info": "request",
    "getheader": "headers.get",
    "getheaders": "headers",
    "info": "headers",
    "content_length": "headers.get",
    "content_disposition": "headers.get",
    "get_redirect_location": "headers.get",
    "is_informational": "status_code",
    "default_encoding": "encoding",
    "host": "url.host",
    "raw_headers": "headers.raw",
    "retries": "history",
}

# By class the fields of settings; what is no field is a sentence.
_NO_VERIFICATION = "give ssl=False in its place to verify nothing"
_FIELDS = {
    "PoolLimits": {
        "limit": "max_connections",
        **dict.fromkeys(("limit_per_host", "maxsize", "pool_maxsize"), "max_per_origin"),
        "max_keepalive_connections": "max_keepalive",
        "keepalive_timeout": "keepalive_expiry",
    },
    "TLSConfig": {
        **dict.fromkeys(("cafile", "capath", "ca_certs", "verify_locations"), "source"),
        **dict.fromkeys(("verify", "check_hostname", "cert_reqs"), _NO_VERIFICATION),
        **dict.fromkeys(("cert", "certfile", "cert_file", "keyfile", "key_file"), "certificate"),
        **dict.fromkeys(("fingerprint", "assert_fingerprint"), "pins"),
        "assert_hostname": "verify_name",
        "server_hostname": "server_name",
    },
    "Network": {
        **dict.fromkeys(("uds", "unix", "path"), "unix_socket"),
        **dict.fromkeys(("local_addr", "source_address", "interface"), "local_address"),
        "family": "first_family",
        "happy_eyeballs_delay": "attempt_delay",
        **dict.fromkeys(
            ("ttl_dns_cache", "use_dns_cache", "dns_cache"), "give resolver=CachingResolver(...)"
        ),
    },
}


def field_hint(kind: str, name: str) -> str:
    """Return the end of a sentence about a field that a class of settings does not have, if it is known."""
    here = _FIELDS.get(kind, {}).get(name)
    if here is None:
        return ""
    return f"; {here}" if " " in here else f"; did you mean {here!r}?"


def no_attribute(response: object, name: str) -> AttributeError:
    """Return the error for an attribute that a response does not have."""
    text = f"{type(response).__name__!r} object has no attribute {name!r}"
    if name in _HERE:
        return AttributeError(f"{text}; here it is {_HERE[name]}", name=name)
    return AttributeError(text, name=name, obj=response)  # with it Python looks for a near one
