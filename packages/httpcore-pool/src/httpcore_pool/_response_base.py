"""`ResponseBase`: what is known of a response without waiting, and what both its twins are made of.

Redirects and cookies are filled in by the adapters that know about them, timings by the connections.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self, SupportsIndex

from ._charset import charset_label, check_encoding, known_encoding, mark_of, media_type
from ._connection_info import NO_TIMES, elapsed_of, record_of
from ._content import Body
from ._errors import HTTPStatusError, RedirectError, ResponseNotRead, StreamConsumed
from ._reading import excerpt, links_by_relation, parse_json
from ._siblings import Headers, headers
from ._status import reason_phrase as standard_phrase
from ._streams import BytesSource, TextStream
from ._text import Lines, TextPieces, decode
from .decoders import codings_left

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import timedelta

    from ._connection_info import ConnectionInfo, Times
    from ._request import Request
    from ._response import Response
    from ._siblings import URL
    from ._streams import ByteSource
    from .backends.base import NetworkStream

__all__ = ["ResponseBase"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110 15.4, those that name another URL
_NOT_IN_REASON = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9112 4
_SHOWN_LENGTH = 200  # of what a peer wrote


class ResponseBase:
    """What is known of a response without waiting.

    Raises:
        ValueError: the reason phrase has control characters.

    Attributes:
        status_code: the status, 100 to 999.
        headers: the fields as received.
        request: the request that this answers (after redirects: the last one).
        protocol: "HTTP/1.1", "HTTP/1.0" or "HTTP/2".
        reason_phrase: what the server wrote, or the standard phrase on HTTP/2.
        cookies: name to value of the cookies that this response set (filled by the `CookieAdapter`).
        next_request: the request that a redirect asks for (filled by the `RedirectAdapter`), or None.
    """

    __slots__ = (
        "_body",
        "_follow",
        "_history",
        "_network_stream",
        "_times",
        "_why_not",
        "cookies",
        "headers",
        "next_request",
        "protocol",
        "reason_phrase",
        "request",
        "status_code",
    )

    def __init__(
        self,
        status_code: int,
        headers: Headers | None = None,
        source: ByteSource | bytes = b"",
        *,
        request: Request,
        protocol: str = "HTTP/1.1",
        reason_phrase: str | None = None,
    ) -> None:
        self.status_code: int = status_code
        self.headers: Headers = headers if headers is not None else Headers()
        self.request: Request = request
        self.protocol: str = protocol
        if reason_phrase is None:
            reason_phrase = standard_phrase(status_code)
        elif not isinstance(reason_phrase, str):
            raise TypeError(f"reason_phrase must be a str, not {type(reason_phrase).__name__}")
        elif not reason_phrase.isprintable() and _NOT_IN_REASON.search(reason_phrase):
            raise ValueError("reason_phrase must not have control characters (RFC 9112 4)")
        self.reason_phrase: str = reason_phrase
        self.cookies: Mapping[str, str] = {}
        self.next_request: Request | None = None
        self._history: tuple[Response, ...] = ()
        self._follow: Callable[[Request], Awaitable[Response]] | None = None
        self._why_not = ""
        self._network_stream: NetworkStream | None = None
        self._times: Times = NO_TIMES  # the connection puts its own here
        self._body = Body(BytesSource(source) if isinstance(source, bytes) else source)

    def _share(self, other: ResponseBase) -> None:
        """Become a twin of another response, one that shares all it has."""
        self._body = other._body
        self._follow = other._follow
        self._history = other._history
        self._network_stream = other._network_stream
        self._times = other._times
        self._why_not = other._why_not
        self.cookies = other.cookies
        self.headers = other.headers
        self.next_request = other.next_request
        self.protocol = other.protocol
        self.reason_phrase = other.reason_phrase
        self.request = other.request
        self.status_code = other.status_code

    @property
    def url(self) -> URL:
        """The URL that answered: the last one, after redirects."""
        return self.request.url

    @property
    def is_redirect(self) -> bool:
        """Whether this is a 301, 302, 303, 307 or 308 with a Location (RFC 9110 15.4)."""
        return self.status_code in _REDIRECTS and "Location" in self.headers

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status_code <= 299

    @property
    def is_error(self) -> bool:
        """Whether the status is 4xx or 5xx, so that `raise_for_status` raises."""
        return self.status_code >= 400

    @property
    def is_closed(self) -> bool:
        """Whether the body came to its end or was closed, and its connection is released."""
        return self._body.source.closed

    @property
    def connection(self) -> ConnectionInfo | None:
        """What this came over, and how long each phase took: what is known at this moment.

        None if no network gave it, but an adapter.
        """
        return record_of(self._times) if self._times else None

    @property
    def elapsed(self) -> timedelta:
        """The time from the start of this request (of the last one, after redirects) to its head.

        Zero if no network gave it.
        """
        from datetime import timedelta  # here: few ask

        return timedelta(seconds=elapsed_of(self._times))

    @property
    def trailers(self) -> Headers:
        """The trailer fields that came behind a chunked body (RFC 9110 6.5); none before its end."""
        trailers = self._body.source.trailers
        return Headers() if trailers is None else trailers

    @property
    def content(self) -> bytes:
        """The whole decoded body.

        Raises:
            ResponseNotRead: `read` was not called.
            StreamConsumed: the body was streamed, and not kept.
            StreamClosed: the response was closed before it was read.
        """
        body = self._body
        if body.content is None:
            body.check_usable(self)
            raise ResponseNotRead("the body was not read; call read() first").about(self.request)
        return body.content

    @property
    def content_type(self) -> headers.MediaType | None:
        """The media type that Content-Type names, with its parameters, or None."""
        return media_type(self.headers)

    @property
    def codings_left(self) -> tuple[str, ...]:
        """The names of the content codings that are not undone, since nothing here knows them.

        Raises:
            DecodingError: there are too many codings to undo any.
        """
        return codings_left(self.headers.get_list("Content-Encoding", split_commas=True))

    @property
    def links(self) -> dict[str, headers.Link]:
        """The links of the Link fields by relation, with absolute targets (RFC 8288).

        The first of each relation; none that is about something else than this URL.
        """
        return links_by_relation(self.headers, self.url)

    @property
    def encoding(self) -> str:
        """The name of the charset that the text is decoded with; it can be set.

        The charset parameter of Content-Type where it names one that is known; else a byte order mark
        at the start of the body; else what `Options.default_encoding` says; else "utf-8". While
        nothing of the body is known, nothing in it counts. Set it before `stream_text` is called.

        Raises:
            LookupError: it was set to what is no text encoding of Python.
        """
        body = self._body
        if body.encoding is not None:
            return body.encoding
        encoding = self._encoding_of(body.content or b"")
        if body.content is not None:
            body.encoding = encoding
        return encoding

    @encoding.setter
    def encoding(self, encoding: str) -> None:
        check_encoding(encoding)
        self._body.encoding, self._body.text = encoding, None

    def _encoding_of(self, start: bytes) -> str:
        """Choose a charset, with what is there of the body."""
        label = charset_label(self.headers)
        found = None if label is None else known_encoding(label)
        if found is None:
            found = mark_of(start)
        default = self.request.options.default_encoding
        if found is None and default is not None:
            if isinstance(default, str):
                return default  # which was checked where it was given
            label = default(start) if start else None
            found = None if label is None else known_encoding(label)
        return found or "utf-8"

    def _settled_encoding(self, start: bytes) -> str:
        body = self._body
        if body.encoding is None:
            body.encoding = self._encoding_of(start)
        return body.encoding

    @property
    def text(self) -> str:
        """The whole body as text; what can't be decoded becomes U+FFFD. Never raises for the charset.

        Raises:
            ResponseNotRead: `read` was not called.
        """
        body = self._body
        if body.text is None:
            body.text = decode(self.content, self.encoding)
        return body.text

    def json(self, loads: Callable[[bytes], Any] | None = None, **options: Any) -> Any:
        """Parse the whole body as JSON in UTF-8, UTF-16 or UTF-32, whatever its charset says.

        Args:
            loads: a parser to use in place of `json.loads`, such as `orjson.loads`; it is given UTF-8.
            options: passed to the parser.

        Raises:
            ResponseNotRead: `read` was not called.
            json.JSONDecodeError: the body is empty or not JSON (a ValueError).
            UnicodeDecodeError: it is not Unicode (a ValueError).
        """
        try:
            return parse_json(self.content, loads, options)
        except ValueError as error:
            kind = self.headers.get("Content-Type", "none")[:_SHOWN_LENGTH]
            error.add_note(f"{self.request!r} had {self._status}, Content-Type: {kind!r}")
            raise

    @property
    def _status(self) -> str:
        """The status for people: what a peer sent is escaped."""
        reason = (self.reason_phrase or standard_phrase(self.status_code))[:_SHOWN_LENGTH]
        if not reason.isprintable():
            reason = reason.encode("unicode_escape").decode("ascii")
        return f"{self.status_code} {reason}".rstrip()

    def raise_for_status(self) -> Self:
        """Return this response, or raise when its status is 4xx or 5xx.

        Raises:
            HTTPStatusError: the status is 400 or more.
        """
        if self.status_code < 400:
            return self
        whose = "client" if self.status_code < 500 else "server"
        error = HTTPStatusError(f"{whose} error {self._status}{self._excerpt()}", self.status_code)
        error.response = self
        raise error.about(self.request)

    def _excerpt(self) -> str:
        """The start of a body that was read, if it is text."""
        content = self._body.content
        if not content:
            return ""
        text = excerpt(content, self.headers, self.encoding, self.request)
        return text and f": {text}"

    # For the connections.

    def hand_over(self, stream: NetworkStream) -> None:
        """Make this the head of a switched connection, which has no content but a raw stream."""
        self._network_stream = stream
        self._body.content = b""

    # For the adapters.

    def wrap_source(self, wrap: Callable[[ByteSource], ByteSource]) -> None:
        """Let the body come through another source from now on.

        Args:
            wrap: makes that source. The one it is given belongs to it: it closes it, and reads it to
                its end where it is read itself.

        Raises:
            StreamConsumed: somebody has begun to stream it, so that it would see a part.
        """
        if self._body.content is None and self._body.started:
            raise StreamConsumed("the body is being streamed: its source can't be wrapped any more")
        self._body.source = wrap(self._body.source)

    def set_redirect(
        self,
        history: tuple[Response, ...],
        next_request: Request | None = None,
        follow: Callable[[Request], Awaitable[Response]] | None = None,
        why_not: str = "",
    ) -> None:
        """Fill in what a redirect adapter knows.

        Args:
            history: the responses that led to this one.
            next_request: what this one asks for, if it is a redirect.
            follow: sends `next_request`; it is what `next` calls.
            why_not: why there is no next request, although this is a redirect.
        """
        self._history = history
        self.next_request = next_request
        self._follow = follow
        self._why_not = why_not

    # The I/O of both twins. It is written once, here.

    def _text(self) -> TextPieces:
        return TextPieces(self._body.pieces(self), self._settled_encoding)

    def _stream_text(self) -> TextStream:
        return TextStream(self._text().next_piece, self._body.close)

    def _stream_lines(self) -> TextStream:
        return TextStream(Lines(self._text().next_piece).next_line, self._body.close)

    async def _next(self) -> Response:
        if self.next_request is None or self._follow is None:
            why = self._why_not or f"status {self.status_code} is not a redirect"
            raise RedirectError(f"there is no next request: {why}").about(self.request)
        await self._body.close()
        response = await self._follow(self.next_request)
        if self._body.content is not None:  # who has this one read is not asked to read each
            try:
                await response._body.read(response)
            except BaseException:
                await response._body.close()
                raise
        return response

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        from ._travel import reduced  # here: few send responses to other processes

        return reduced(self)

    if not TYPE_CHECKING:  # type checkers know what is there

        def __getattr__(self, name):
            if hasattr(
                type(self), name
            ):  # what a property of ours has raised is an error of its own
                return object.__getattribute__(self, name)
            from ._elsewhere import no_attribute

            raise no_attribute(self, name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self._status}]>"
