"""Which of the ways to give a body a caller has chosen, and what it makes of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .._riding import as_callable
from .._siblings import Headers, pool
from ._json import encode_json
from ._urlencoded import encode_form

if TYPE_CHECKING:
    from .._options import RequestOptions
    from ._json import JSONEncoder

__all__ = ["content_of"]

_WAYS = ("content", "data", "json", "files")


def content_of(
    options: RequestOptions, headers: Headers, json_encoder: JSONEncoder | None
) -> pool.Content | pool.RequestBody:
    """Return the content of a request, and put into its headers what describes it.

    Args:
        options: what the caller says of the request.
        headers: its own fields so far; a Content-Type among them is left as it is.
        json_encoder: what encodes `json`; None for the standard one.

    Raises:
        TypeError: the options contradict each other or have wrong types.
        InvalidRequest: something can't be encoded.
    """
    content, media_type = _encoded(options, headers, json_encoder)
    coding = options.get("compress")
    progress = as_callable("upload_progress", options.get("upload_progress"))
    if content is None:
        return None  # and so nothing to describe (RFC 9110 8.3, 8.4)
    if media_type is not None and "Content-Type" not in headers:
        headers.add("Content-Type", media_type)
    if coding is None and progress is None:
        return content
    body = cast("pool.RequestBody", pool.make_body(content))
    if coding is not None:
        if "Content-Encoding" in headers:
            raise TypeError("compress= and a Content-Encoding field exclude each other")
        from ._compress import compressed

        body = compressed(body, coding)
        headers.add("Content-Encoding", coding)
    if progress is not None:
        from ._progress import with_progress

        body = with_progress(body, progress)
    return body


def _encoded(
    options: RequestOptions, headers: Headers, json_encoder: JSONEncoder | None
) -> tuple[pool.Content | pool.RequestBody, str | None]:
    """Return the content and its media type, None where it has none of its own."""
    given = [name for name in _WAYS if options.get(name) is not None]
    if len(given) > 1 and given != ["data", "files"]:
        raise TypeError(f"{' and '.join(name + '=' for name in given)} exclude each other")
    value: Any = options.get("json")
    if value is not None:  # as for the others, None is nothing; `null` is content="null"
        return encode_json(value, json_encoder)
    data: Any = options.get("data")
    files: Any = options.get("files")
    if files is not None and not _is_empty(files):
        return _multipart(data, files, headers)
    if isinstance(data, (str, bytes)):
        return data, None
    if data is None:
        return options.get("content"), None
    encoded, media_type = encode_form(data)
    # A form without fields is no content, as for a browser's GET.
    return (encoded, media_type) if encoded else (None, None)


def _is_empty(fields: Any) -> bool:
    return isinstance(fields, (dict, list, tuple)) and not fields


def _multipart(data: Any, files: Any, headers: Headers) -> tuple[pool.RequestBody, str]:
    from ._multipart import encode_multipart  # here: few programs upload files

    if isinstance(data, (str, bytes)):
        raise TypeError("with files=, data must be fields: a mapping or pairs")
    if "Content-Type" in headers:
        raise pool.InvalidRequest(
            "leave the Content-Type field out with files=: it has to name the boundary between the parts"
        )
    return encode_multipart(data, files)
