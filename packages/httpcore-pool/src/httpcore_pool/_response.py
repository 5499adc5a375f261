"""`Response`, and its twin for threads, `SyncResponse`, whose methods only drive the async ones.

What waits for nothing is in `ResponseBase`; how a body is read and decoded, in `_content`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._closing import Closing, SyncClosing
from ._driver import run_sync
from ._response_base import ResponseBase
from ._streams import SyncByteStream, SyncNetworkStream, SyncTextStream

if TYPE_CHECKING:
    from ._streams import ByteStream, TextStream
    from .backends.base import NetworkStream

__all__ = ["Response", "SyncResponse"]


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
            DecodingError: the body is not what Content-Encoding says, or a bomb.
            ContentTooLarge: it is more than `BodyLimits` take.
            TransportError: the body ended early or broke.
        """
        return await self._body.read(self)

    def stream(self) -> ByteStream:
        """Iterate over the decoded body, `async for piece in response.stream()`.

        Raises:
            StreamConsumed: the body was streamed before.
            StreamClosed: the response was closed before.
        """
        return self._body.stream(self)

    def stream_text(self) -> TextStream:
        """Iterate over the body as text: pieces that are never empty, as they come.

        What can't be decoded becomes U+FFFD; a byte order mark is left out. See `encoding`.

        Raises:
            StreamConsumed: the body was streamed before.
            StreamClosed: the response was closed before.
        """
        return self._stream_text()

    def stream_lines(self) -> TextStream:
        """Iterate over the lines of the body as text, without their ends: CR, LF or CRLF, no others.

        A line is kept in memory until it ends; `BodyLimits` bound it.

        Raises:
            StreamConsumed: the body was streamed before.
            StreamClosed: the response was closed before.
        """
        return self._stream_lines()

    def raw(self) -> ByteStream:
        """Iterate over the body as transferred: content codings are not undone.

        Raises:
            StreamConsumed: the body was read or streamed before.
            StreamClosed: the response was closed before.
        """
        return self._body.raw(self)

    async def close(self) -> None:
        """Release the connection; an unread rest is given up. Again does nothing."""
        await self._body.close()

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
        return run_sync(self._body.read(self))

    def stream(self) -> SyncByteStream:
        """Iterate over the decoded body; see `Response.stream`."""
        return SyncByteStream(self._body.stream(self))

    def stream_text(self) -> SyncTextStream:
        """Iterate over the body as text; see `Response.stream_text`."""
        return SyncTextStream(self._stream_text())

    def stream_lines(self) -> SyncTextStream:
        """Iterate over the lines of the body; see `Response.stream_lines`."""
        return SyncTextStream(self._stream_lines())

    def raw(self) -> SyncByteStream:
        """Iterate over the body as transferred; see `Response.raw`."""
        return SyncByteStream(self._body.raw(self))

    def close(self) -> None:
        """Release the connection; an unread rest is given up. Again does nothing."""
        run_sync(self._body.close())

    def next(self) -> SyncResponse:
        """Send the request that this redirect asks for; see `Response.next`."""
        return SyncResponse(run_sync(self._next()))

    @property
    def network_stream(self) -> SyncNetworkStream | None:
        """The raw stream behind a 101 or a 2xx to CONNECT; see `Response.network_stream`."""
        stream = self._network_stream
        return None if stream is None else SyncNetworkStream(stream)
