"""What an entry of an HTTP Archive says of an exchange (HAR 1.2).

The format has no place for a proxy's handshake, for requests without a response and for content that is no
text: those are told as Chrome does it, in members whose names begin with an underscore.
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from .._siblings import InvalidURL, QueryParams, cookies, pool
from ._capture import CapturedBody, Copy
from ._secrets import masked_body, masked_content, masked_fields, masked_url, masked_value

if TYPE_CHECKING:
    from .._siblings import URL, Headers
    from .events import Exchange

__all__ = ["entry"]

_VERSIONS = {"HTTP/2": "h2"}  # as browsers write it
_REDACTED = "REDACTED"  # which can stand in a URL
_FORM = "application/x-www-form-urlencoded"


def entry(exchange: Exchange, copy: Copy | None, *, most: int, secrets: bool) -> dict[str, Any]:
    """Return the entry of an exchange that is over.

    Args:
        exchange: what happened.
        copy: the body of its response; None for no response.
        most: how many bytes of content are kept.
        secrets: whether to show them.
    """
    timings = _timings(exchange)
    began = datetime.fromtimestamp(exchange.began, UTC).isoformat(timespec="milliseconds")
    found: dict[str, Any] = {
        "startedDateTime": began.replace("+00:00", "Z"),
        # HAR 1.2, timings: the time of an entry is their sum, in which connect has ssl in it.
        "time": sum(time for name, time in timings.items() if name != "ssl" and time > 0),
        "request": _request(exchange, most, secrets=secrets),
        "response": _response(exchange, copy, secrets=secrets),
        "cache": {},
        "timings": timings,
    }
    if (address := _address(exchange.peer)) is not None:
        found["serverIPAddress"] = address
    if exchange.connection:
        found["connection"] = str(exchange.connection)
    return found


def _address(peer: str) -> str | None:
    """Return the IP address of a peer; a Unix socket has none."""
    host = peer.rpartition(":")[0].strip("[]")
    try:
        return str(ip_address(host))
    except ValueError:
        return None


def _timings(exchange: Exchange) -> dict[str, float]:
    def time(*names: str) -> float:
        return round(exchange.seconds_of(*names) * 1000, 3)

    took = {phase.name for phase in exchange.phases}
    connect = ("connect", "proxy", "tls")
    return {
        "blocked": time("pool") if "pool" in took else -1,
        "dns": time("dns") if "dns" in took else -1,
        "connect": time(*connect) if took.intersection(connect) else -1,
        "ssl": time("tls") if "tls" in took else -1,
        "send": time("send"),
        "wait": time("wait"),
        "receive": time("receive"),
    }


def _request(exchange: Exchange, most: int, *, secrets: bool) -> dict[str, Any]:
    request = exchange.request
    found: dict[str, Any] = {
        "method": request.method,
        "url": str(request.url) if secrets else _shown(request.url),
        "httpVersion": _VERSIONS.get(exchange.protocol, exchange.protocol or "HTTP/1.1"),
        "cookies": _cookies(request.headers, secrets=secrets),
        "headers": _fields(request.headers, secrets=secrets),
        "queryString": _pairs(request.url.params, secrets=secrets),
        "headersSize": -1,
        "bodySize": exchange.sent,
    }
    if request.body is not None:
        found["postData"] = _post_data(request, request.body, most, secrets=secrets)
    return found


def _response(exchange: Exchange, copy: Copy | None, *, secrets: bool) -> dict[str, Any]:
    headers = exchange.headers
    if headers is None or copy is None:
        return {
            "status": 0,  # as Chrome has it
            "statusText": "",
            "httpVersion": "",
            "cookies": [],
            "headers": [],
            "content": {"size": 0, "mimeType": "x-unknown"},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
            "_transferSize": 0,
            "_error": exchange.error or "",
        }
    request = exchange.request
    limits = pool.BodyLimits(max_bytes=copy.most)  # what is small may grow when it is decoded
    request = request.with_options(request.options.copy_with(body_limits=limits))
    twin = pool.Response(exchange.status_code or 0, headers, bytes(copy.data), request=request)
    location = headers.get("Location", "") if twin.is_redirect else ""
    found: dict[str, Any] = {
        "status": exchange.status_code,
        "statusText": exchange.reason_phrase,
        "httpVersion": _VERSIONS.get(exchange.protocol, exchange.protocol),
        "cookies": _cookies_set(headers, secrets=secrets),
        "headers": _fields(headers, secrets=secrets),
        "content": _content(twin, copy, secrets=secrets),
        "redirectURL": location if secrets or not location else _shown_target(twin, location),
        "headersSize": -1,
        "bodySize": exchange.received,
        "_transferSize": exchange.received,
    }
    if exchange.error is not None:
        found["_error"] = exchange.error
    return found


def _shown(url: URL) -> str:
    return masked_url(url, _REDACTED, "")


def _shown_target(response: pool.Response, location: str) -> str:
    """Return a Location without secrets, absolute; what is no URL is not shown."""
    try:
        return _shown(response.url.resolve_with(location))
    except InvalidURL:
        return _REDACTED


def _fields(headers: Headers, *, secrets: bool) -> list[dict[str, str]]:
    fields = headers.multi_items() if secrets else masked_fields(headers, _REDACTED)
    return [{"name": name, "value": value} for name, value in fields]


def _pairs(params: QueryParams, *, secrets: bool) -> list[dict[str, str]]:
    return [
        {"name": name, "value": value if secrets else masked_value(name, value, _REDACTED)}
        for name, value in params.multi_items()
    ]


def _cookies(headers: Headers, *, secrets: bool) -> list[dict[str, Any]]:
    pairs = [pair.strip().partition("=") for pair in headers.get("Cookie", "").split(";")]
    return [
        {"name": name, "value": value if secrets else _REDACTED} for name, _, value in pairs if name
    ]


def _cookies_set(headers: Headers, *, secrets: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for field in headers.get_list("Set-Cookie"):
        cookie = cookies.parse_set_cookie(field)
        if cookie is None:
            continue
        member: dict[str, Any] = {
            "name": cookie.name,
            "value": cookie.value if secrets else _REDACTED,
            "httpOnly": cookie.http_only,
            "secure": cookie.secure,
        }
        if cookie.path is not None:
            member["path"] = cookie.path
        if cookie.domain is not None:
            member["domain"] = cookie.domain
        if cookie.same_site is not None:
            member["sameSite"] = cookie.same_site.capitalize()
        if cookie.expires is not None:
            member["expires"] = _date(cookie.expires)
        found.append(member)
    return found


def _date(seconds: float) -> str:
    # Its years have four digits (RFC 6265 5.1.1), but not all platforms know those before 1970.
    date = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return date.isoformat().replace("+00:00", "Z")


def _post_data(
    request: pool.Request, body: pool.RequestBody, most: int, *, secrets: bool
) -> dict[str, Any]:
    mime_type = request.headers.get("Content-Type", "")
    found: dict[str, Any] = {"mimeType": mime_type}
    data = None
    if isinstance(body, pool.BytesBody):
        data = body.data if len(body.data) <= most else None
    elif isinstance(body, CapturedBody) and body.copy.is_whole:
        data = bytes(body.copy.data)
    if data is None:
        found["text"], found["comment"] = "", f"{body}: too large to be kept"
    elif not secrets and "Content-Encoding" in request.headers:
        found["text"], found["comment"] = "", "not kept: it is coded, and may hold secrets"
    else:
        if not secrets:
            data = masked_content(data, mime_type, _REDACTED)
        found["text"], encoding = _as_text(data, "utf-8")
        if encoding:
            found["_encoding"] = encoding  # the format has none here
        elif mime_type.partition(";")[0].strip().lower() == _FORM:
            found["params"] = _pairs(QueryParams(found["text"]), secrets=secrets)
    return found


def _content(twin: pool.Response, copy: Copy, *, secrets: bool) -> dict[str, Any]:
    """Return what a response, of which there is a twin in memory, has for content."""
    mime_type = twin.headers.get("Content-Type", "x-unknown")
    found: dict[str, Any] = {"size": copy.size, "mimeType": mime_type}
    if not copy.is_whole:
        found["comment"] = "too large to be kept"
        return found
    try:
        data = pool.run_sync(twin.read())
    except pool.HTTPError as error:
        found["comment"] = f"not decoded: {error.message}"
        return found
    found["size"] = len(data)
    found["compression"] = len(data) - copy.size
    text, encoding = _as_text(data, twin.encoding)
    if not secrets:
        if encoding:
            text, _ = _as_text(masked_content(data, mime_type, _REDACTED), "")
        else:
            text = masked_body(text, mime_type, _REDACTED)
    if encoding:
        found["encoding"] = encoding
    found["text"] = text
    return found


def _as_text(data: bytes, charset: str) -> tuple[str, str]:
    """Return bytes as text, and what that is in: "" for itself, or "base64"."""
    try:
        text = data.decode(charset)
    except (UnicodeDecodeError, LookupError):
        text = "\0"
    if "\0" in text:
        return base64.b64encode(data).decode("ascii"), "base64"
    return text, ""
