"""What the attributes of a response are called in other clients, for those who come from there.

It is read only when an attribute is not there.
"""

from __future__ import annotations

__all__ = ["no_attribute"]

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
    "release": "close()",
    "release_conn": "close()",
    "drain_conn": "close()",
    "real_url": "url",
    "geturl": "url",
    "method": "request.method",
    "request_info": "request",
    "getheader": "headers.get",
    "getheaders": "headers",
    "raw_headers": "headers.raw",
    "retries": "history",
}


def no_attribute(response: object, name: str) -> AttributeError:
    """Return the error for an attribute that a response does not have."""
    text = f"{type(response).__name__!r} object has no attribute {name!r}"
    if name in _HERE:
        return AttributeError(f"{text}; here it is {_HERE[name]}", name=name)
    return AttributeError(text, name=name, obj=response)  # with it Python looks for a near one
