"""`Request`: what is asked, with the fields that frame it, and the options that ride along.

The framing fields (Host, Content-Length, Transfer-Encoding) are decided here, once, so that what a
request shows is what is sent. How bytes go out is the connections' business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from ._body import BytesBody, Content, RequestBody, make_body
from ._config import Options
from ._errors import InvalidRequest, StreamError, UnsupportedScheme
from ._siblings import URL, Headers, is_token

__all__ = ["HeaderTypes", "Request"]

HeaderTypes: TypeAlias = (
    Headers
    | Mapping[str, str]
    | Mapping[bytes, bytes]
    | Iterable[tuple[str, str]]
    | Iterable[tuple[bytes, bytes]]
    | None
)

# RFC 9110 9.1 makes methods case-sensitive; like browsers (Fetch 2.2.1) we forgive these.
_COMMON_METHODS = {
    form: name
    for name in ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
    for form in (name, name.lower())
}
# Methods whose requests say Content-Length: 0 when they have no content (RFC 9110 8.6).
_EXPECT_CONTENT = frozenset({"POST", "PUT", "PATCH"})

# What frames a message. Nearly all callers leave it to us.
_FRAMING = frozenset({b"host", b"content-length", b"transfer-encoding"})

_NO_OPTIONS = Options()
_SHOWN_LENGTH = 200  # characters of a URL, in a message
_new = object.__new__


class Request:
    """One request, ready to be sent by any level of the stack.

    Args:
        method: a token (RFC 9110 9.1); the common ones may be in lower case.
        url: absolute, http or https.
        content: the body: bytes, text (sent as UTF-8), a binary file, an iterable or async iterable
            of bytes, or None.
        headers: the fields. Host, and Content-Length or Transfer-Encoding where there is a body, are
            added if they are missing.
        options: limits and choices for the levels below (keyword only).

    Raises:
        InvalidRequest: the method is not a token, or the framing fields contradict the body.
        UnsupportedScheme: the URL is not http or https.
        InvalidURL: the URL can't be parsed, or is not absolute.
        InvalidHeader: a field name or value holds a forbidden character.
        TypeError: an argument has the wrong type.
    """

    __slots__ = ("body", "headers", "method", "options", "url")

    def __init__(
        self,
        method: str,
        url: URL | str,
        content: Content | RequestBody = None,
        headers: HeaderTypes = None,
        *,
        options: Options = _NO_OPTIONS,
    ) -> None:
        self.method: str = _method(method)
        self.url: URL = _target(url)
        self.body: RequestBody | None = None if content is None else make_body(content)
        self.options: Options = options
        fields = headers if isinstance(headers, Headers) else Headers(headers)
        if fields.isdisjoint(_FRAMING):
            self.headers: Headers = self._framed(fields)
        else:
            self.headers = Headers(fields)
            self._complete()

    @property
    def content(self) -> bytes:
        """The body, where it is bytes in memory; b"" where there is none.

        Raises:
            StreamError: the body is a stream.
        """
        if self.body is None:
            return b""
        if isinstance(self.body, BytesBody):
            return self.body.data
        raise StreamError(f"the request body is streamed from {self.body}; it is not in memory")

    def copy_with(self, **changes: Any) -> Request:
        """Return a copy with `method`, `url`, `content`, `headers` or `options` replaced.

        A new URL brings a new Host, a new content new framing fields, unless `headers` are given.
        """
        if not changes:  # nothing has to be checked again
            twin = self.with_options(self.options)
            twin.headers = self.headers.copy()
            return twin
        unknown = changes.keys() - {"method", "url", "content", "headers", "options"}
        if unknown:
            raise TypeError(f"copy_with() has no argument {', '.join(sorted(unknown))!r}")
        headers = Headers(changes.get("headers", self.headers))
        if "headers" not in changes:
            if "url" in changes:
                headers.remove("Host")
            if "content" in changes:
                headers.remove("Content-Length")
                headers.remove("Transfer-Encoding")
        return Request(
            changes.get("method", self.method),
            changes.get("url", self.url),
            changes.get("content", self.body),
            headers,
            options=changes.get("options", self.options),
        )

    def with_options(self, options: Options) -> Request:
        """Return the same request (not a copy of its fields) with other options: cheap."""
        other = _new(Request)
        other.method, other.url, other.headers = self.method, self.url, self.headers
        other.body, other.options = self.body, options
        return other

    def _framed(self, fields: Headers) -> Headers:
        """Return new headers with all that frames the message, of which `fields` have nothing."""
        # Host is first in the message, as RFC 9110 7.2 asks.
        pairs = [(b"Host", self.url.host_header.encode("ascii")), *fields.raw]
        length = self._length_field()
        if length is not None:
            pairs.append(length)
        return Headers.from_raw(pairs, like=fields)

    def _length_field(self) -> tuple[bytes, bytes] | None:
        """Return the field that says how long the content is, where one is needed."""
        body = self.body
        if body is None:
            return (b"Content-Length", b"0") if self.method in _EXPECT_CONTENT else None
        if body.length is None:
            return b"Transfer-Encoding", b"chunked"
        return b"Content-Length", b"%d" % body.length

    def _complete(self) -> None:
        """Add the framing fields that the caller left out, and check the others.

        RFC 9112 3.2, 6.1, 6.2.
        """
        headers = self.headers
        if "Host" not in headers:
            pair = (b"Host", self.url.host_header.encode("ascii"))
            self.headers = headers = Headers.from_raw([pair, *headers.raw], like=headers)
        elif len(headers.get_list("Host")) > 1:
            raise InvalidRequest("a request has exactly one Host field, but several are given")
        given = headers.get("Content-Length")
        coding = headers.get("Transfer-Encoding")
        if coding is not None:
            if given is not None:
                raise InvalidRequest("Content-Length and Transfer-Encoding exclude each other")
            if coding.strip().lower() != "chunked":
                raise InvalidRequest(f"Transfer-Encoding can only be chunked, not {coding[:40]!r}")
            if self.body is None:
                raise InvalidRequest("Transfer-Encoding is given, but there is no content")
            return
        if given is not None:
            self._check_length(given, 0 if self.body is None else self.body.length)
        elif (length := self._length_field()) is not None:
            headers.add(*length)

    @staticmethod
    def _check_length(given: str, length: int | None) -> None:
        if not (given.isascii() and given.isdigit()) or len(given) > 19:
            raise InvalidRequest(f"Content-Length must be one whole number, not {given[:40]!r}")
        if length is not None and int(given) != length:
            raise InvalidRequest(f"Content-Length says {given}, but the content has {length} bytes")

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url.masked}>"


def _method(method: object) -> str:
    if not isinstance(method, str):
        raise TypeError(f"method must be a str, not {type(method).__name__}")
    common = _COMMON_METHODS.get(method) or _COMMON_METHODS.get(method.lower())
    if common is not None:
        return common
    if not is_token(method):
        raise InvalidRequest(f"method {method[:40]!r} is not a token (RFC 9110 9.1)")
    return method


def _target(url: str | URL) -> URL:
    if not isinstance(url, URL):
        url = URL(url)
    if url.scheme not in ("http", "https"):
        shown = _cut(url.masked)
        # "localhost:8000/x" is a URL of the scheme "localhost" (WHATWG URL, scheme state).
        hint = "" if "://" in shown else f"; did you mean 'http://{shown}'?"
        if url.scheme in ("ws", "wss"):
            hint = "; client.websocket(url), of httpcore_client, opens a WebSocket"
        raise UnsupportedScheme(
            f"can't send to {shown!r}: the scheme must be http or https, not {_cut(url.scheme)!r}{hint}"
        )
    return url


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"
