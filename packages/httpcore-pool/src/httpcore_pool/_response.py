"""`Response`, and its twin for threads, `SyncResponse`.

What both have in common, and all that waits for nothing, is in `ResponseBase`; the twin's methods only
drive the async ones. Redirects and cookies are filled in by the adapters that know about them.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Any, Self

from ._closing import Closing, SyncClosing
from ._driver import run_sync
from ._errors import (
    HTTPError,
    HTTPStatusError,
    RedirectError,
    ResponseNotRead,
    StreamClosed,
    StreamConsumed,
)
from ._siblings import Headers, headers
from ._status import reason_phrase as standard_phrase
from ._streams import ByteSource, BytesSource, ByteStream, SyncByteStream, SyncNetworkStream
from .decoders import make_decoder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ._request import Request
    from ._siblings import URL
    from .backends.base import NetworkStream
    from .decoders import Decoder

__all__ = ["Response", "ResponseBase", "SyncResponse"]

_PIECE_BYTES = 64 * 1024  # most that one step of decoding puts out
_REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110 15.4, those that name another URL
_NOT_IN_REASON = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")  # RFC 9112 4


class _Body:
    """The state of a body, shared by a response and its twin: where it comes from, how far it is."""

    __slots__ = ("content", "source", "started")

    def __init__(self, source: ByteSource) -> None:
        self.source = source
        self.content: bytes | None = None
        self.started = False


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
        elif not reason_phrase.isprintable() and _NOT_IN_REASON.search(reason_phrase):
            raise ValueError("reason_phrase must not have control characters (RFC 9112 4)")
        self.reason_phrase: str = reason_phrase
        self.cookies: Mapping[str, str] = {}
        self.next_request: Request | None = None
        self._history: tuple[Response, ...] = ()
        self._follow: Callable[[Request], Awaitable[Response]] | None = None
        self._why_not = ""
        self._network_stream: NetworkStream | None = None
        self._body = _Body(BytesSource(source) if isinstance(source, bytes) else source)

    def _share(self, other: ResponseBase) -> None:
        """Become a twin of another response, one that shares all it has."""
        self._body = other._body
        self._follow = other._follow
        self._history = other._history
        self._network_stream = other._network_stream
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
    def is_closed(self) -> bool:
        """Whether the body came to its end or was closed, and its connection is released."""
        return self._body.source.closed

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
        """
        if self._body.content is None:
            raise ResponseNotRead("the body was not read; call read() first").about(self.request)
        return self._body.content

    @property
    def encoding(self) -> str:
        """The name of the charset that `text` decodes with.

        The charset parameter of Content-Type where it names one that Python knows; else a byte order
        mark at the start of a body that was read; else "utf-8".
        """
        media = headers.parse_media_type(self.headers.get("Content-Type", ""))
        label = media.charset if media is not None else None
        if label is not None and _is_text_codec(label):
            return label
        start = (self._body.content or b"")[:4]
        # UTF-32 first: its mark begins with that of UTF-16.
        for mark, name in _MARKS:
            if start.startswith(mark):
                return name
        return "utf-8"

    @property
    def text(self) -> str:
        """The whole body as text; what can't be decoded becomes U+FFFD. Never raises for the charset.

        Raises:
            ResponseNotRead: `read` was not called.
        """
        text = self.content.decode(self.encoding, errors="replace")
        return text.removeprefix("\ufeff")

    def json(self, **options: Any) -> Any:
        """Parse the whole body as JSON in UTF-8, UTF-16 or UTF-32 (RFC 8259 8.1).

        Args:
            options: passed to `json.loads`.

        Raises:
            ResponseNotRead: `read` was not called.
            json.JSONDecodeError: the body is not JSON (a ValueError).
        """
        import json  # here: not every program has a use for it

        return json.loads(self.content, **options)

    @property
    def _status(self) -> str:
        """The status for people: what a peer sent is escaped."""
        reason = self.reason_phrase
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
        error = HTTPStatusError(f"{whose} error {self._status}", self.status_code)
        error.response = self
        raise error.about(self.request)

    # For the connections.

    def hand_over(self, stream: NetworkStream) -> None:
        """Make this the head of a switched connection, which has no content but a raw stream."""
        self._network_stream = stream
        self._body.content = b""

    # For the adapters that know about redirects.

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

    async def _read(self) -> bytes:
        body = self._body
        if body.content is None:
            pieces: list[bytes] = []
            decoder = self._decoder()
            next_piece = self._start(decoder)
            while piece := await next_piece():
                pieces.append(piece)
                if decoder is None and body.source.closed:
                    break  # it is at its end, which need not be asked for
            body.content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return body.content

    async def _close(self) -> None:
        await self._body.source.close()

    def _decoder(self) -> Decoder | None:
        if "Content-Encoding" not in self.headers:
            return None
        return make_decoder(self.headers.get_list("Content-Encoding", split_commas=True))

    def _start(self, decoder: Decoder | None) -> Callable[[], Any]:
        """Begin the one pass over the body; return what gives its next piece."""
        body = self._body
        if body.content is not None:
            return BytesSource(body.content).read_chunk
        if body.started:
            raise StreamConsumed("the body was streamed before; its bytes were not kept").about(
                self.request
            )
        if body.source.cut:
            raise StreamClosed("the response was closed before its body was read").about(
                self.request
            )
        body.started = True
        return body.source.read_chunk if decoder is None else _Decoding(self, decoder).next_piece

    def _stream(self) -> ByteStream:
        return ByteStream(self._start(self._decoder()), self._close)

    def _raw(self) -> ByteStream:
        if self._body.content is not None:
            raise StreamConsumed(
                "the body was read and decoded; the bytes as transferred are gone"
            ).about(self.request)
        return ByteStream(self._start(None), self._close)

    async def _next(self) -> Response:
        if self.next_request is None or self._follow is None:
            why = self._why_not or f"status {self.status_code} is not a redirect"
            raise RedirectError(f"there is no next request: {why}").about(self.request)
        await self._close()
        return await self._follow(self.next_request)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} [{self._status}]>"


class _Decoding:
    """Draws raw bytes through a decoder."""

    __slots__ = ("_decoder", "_response")

    def __init__(self, response: ResponseBase, decoder: Decoder) -> None:
        self._response = response
        self._decoder = decoder

    async def next_piece(self) -> bytes:
        try:
            while True:
                if piece := self._decoder.drain(_PIECE_BYTES):
                    return piece
                data = await self._response._body.source.read_chunk()
                if not data:
                    self._decoder.finish()
                    return b""
                self._decoder.feed(data)
        except Exception as error:
            await self._response._body.source.abort()
            if isinstance(error, HTTPError):
                error.about(self._response.request)
            raise


_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def _is_text_codec(label: str) -> bool:
    """Whether Python knows the label as a charset (base64, say, is a codec but not one)."""
    try:
        "".encode(label)
        b"".decode(label)
    except (LookupError, ValueError, UnicodeError):
        return False
    return True


class Response(ResponseBase, Closing):
    """A response in an async world. Its body is open until it is read to the end or closed."""

    __slots__ = ()

    @property
    def history(self) -> tuple[Response, ...]:
        """The redirect responses that led here, first one first; never this one."""
        return self._history

    async def read(self) -> bytes:
        """Read and decode the whole body and return it; a second call returns the same bytes.

        Raises:
            StreamConsumed: the body was streamed before.
            StreamClosed: the response was closed before.
            DecodingError: the body is not what Content-Encoding says.
            TransportError: the body ended early or broke.
        """
        return await self._read()

    def stream(self) -> ByteStream:
        """Iterate over the decoded body, `async for piece in response.stream()`.

        Raises:
            StreamConsumed: the body was streamed before.
            StreamClosed: the response was closed before.
        """
        return self._stream()

    def raw(self) -> ByteStream:
        """Iterate over the body as transferred: content codings are not undone.

        Raises:
            StreamConsumed: the body was read or streamed before.
            StreamClosed: the response was closed before.
        """
        return self._raw()

    async def close(self) -> None:
        """Release the connection; an unread rest is given up. Again does nothing."""
        await self._close()

    async def next(self) -> Response:
        """Send the request that this redirect asks for, and return its response (one step).

        Raises:
            RedirectError: this is not a redirect that can be followed.
        """
        return await self._next()

    @property
    def network_stream(self) -> NetworkStream | None:
        """The raw stream behind a 101 (Switching Protocols) or a 2xx to CONNECT, else None.

        Its first bytes are those that came with the head. Closing it, or the response, closes the
        connection.
        """
        return self._network_stream


class SyncResponse(ResponseBase, SyncClosing):
    """A response for threads: the same state as the `Response` it is made from."""

    __slots__ = ()

    def __init__(self, response: Response) -> None:
        self._share(response)  # not super().__init__: both have one body, whoever reads it

    @property
    def history(self) -> tuple[SyncResponse, ...]:
        """The redirect responses that led here, first one first; never this one."""
        return tuple(SyncResponse(response) for response in self._history)

    def read(self) -> bytes:
        """Read and decode the whole body and return it; see `Response.read`."""
        return run_sync(self._read())

    def stream(self) -> SyncByteStream:
        """Iterate over the decoded body; see `Response.stream`."""
        return SyncByteStream(self._stream())

    def raw(self) -> SyncByteStream:
        """Iterate over the body as transferred; see `Response.raw`."""
        return SyncByteStream(self._raw())

    def close(self) -> None:
        """Release the connection; an unread rest is given up. Again does nothing."""
        run_sync(self._close())

    def next(self) -> SyncResponse:
        """Send the request that this redirect asks for; see `Response.next`."""
        return SyncResponse(run_sync(self._next()))

    @property
    def network_stream(self) -> SyncNetworkStream | None:
        """The raw stream behind a 101 or a 2xx to CONNECT; see `Response.network_stream`."""
        stream = self._network_stream
        return None if stream is None else SyncNetworkStream(stream)
