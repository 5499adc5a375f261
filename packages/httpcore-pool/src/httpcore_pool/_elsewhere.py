"""What the attributes of a response are called in other clients, for those who come from there.

It is read only when an attribute is not there.
"""

from __future__ import annotations

__all__ = ["no_attribute"]

_HERE = {
    "ok": "is_success, or not is_error",
    "reason": "reason_phrase",
    "status": "status_code",
    "http_version": "protocol",
    "version": "protocol",
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
    "charset": "encoding",
    "charset_encoding": "encoding",
    "apparent_encoding": "encoding",
    "is_client_error": "is_error",
    "is_server_error": "is_error",
    "has_redirect_location": "is_redirect",
    "is_permanent_redirect": "is_redirect",
    "extensions": "connection",
    "release": "close()",
    "real_url": "url",
}


def no_attribute(response: object, name: str) -> AttributeError:
    """Return the error for an attribute that a response does not have."""
    here = f"; here it is {_HERE[name]}" if name in _HERE else ""
    text = f"{type(response).__name__!r} object has no attribute {name!r}{here}"
    return AttributeError(text, name=name, obj=response)
