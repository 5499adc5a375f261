"""One HTTP/1.1 connection: one exchange at a time, over h11.

h11 decides what every message means; this module moves bytes between it and the stream, and decides
whether the connection may be used again. It knows nothing of dialling, pools or redirects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

import h11

from .._adapter import Adapter
from .._config import Budget, Timeout
from .._errors import (
    ClosedError,
    LocalProtocolError,
    ReadError,
    RemoteProtocolError,
    TransportError,
    WriteError,
    named,
)
from .._response import Response
from .._siblings import Headers
from .._streams import ByteSource

if TYPE_CHECKING:
    from .._body import BodyReader
    from .._request import Request
    from ..backends.base import Backend, NetworkStream
    from ._proxy import Proxy

__all__ = ["HTTP11Connection"]

_READ_BYTES = 64 * 1024
_MAX_HEAD_BYTES = 100 * 1024
_MAX_INFORMATIONAL = 32  # 1xx responses to one request; more is a flood
_SMALL_BODY_BYTES = 64 * 1024  # a body up to this leaves in one write with the head

_HeadEvent: TypeAlias = h11.Response


class HTTP11Connection(Adapter):
    """Speaks HTTP/1.1 over a connected stream, one exchange at a time.

    Args:
        stream: connected to the origin (TLS done, if any), or to a forward proxy.
        backend: the world that the stream belongs to.
        timeout: the limits for requests that bring none.
        forward: the proxy that the stream leads to, if requests go through it in absolute form.
    """

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        *,
        timeout: Timeout | None = None,
        forward: Proxy | None = None,
    ) -> None:
        self._stream = stream
        self._backend = backend
        self._timeout = timeout if timeout is not None else Timeout()
        self._forward = forward
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._closed = False
        self._busy = False
        self._answered = False  # bytes of a response came in this exchange
        self._exchanges = 0

    # What whoever keeps the connection asks.

    capacity = 1
    protocol = "HTTP/1.1"

    @property
    def is_closed(self) -> bool:
        """Whether it can carry no further exchange."""
        return self._closed

    @property
    def exchanges(self) -> int:
        """How many requests were begun on it."""
        return self._exchanges

    async def is_stale(self) -> bool:
        """Whether the peer closed, or sent what nobody asked for, while the connection was idle.

        Such a connection is closed at once: it must not go back to a pool.
        """
        if not self._closed and self._stream.is_readable():
            await self.close()
        return self._closed

    async def send(self, request: Request) -> Response:
        """Send the request and return the response with its body open.

        Raises:
            ClosedError: the connection is closed.
            LocalProtocolError: an exchange is still running, or the body does not fit its length.
            TransportError: the exchange failed; the connection is closed.
        """
        if self._closed:
            raise ClosedError("the connection is closed")
        if self._busy:
            raise LocalProtocolError("HTTP/1.1 carries one exchange at a time; this one is busy")
        self._busy = True
        self._answered = False
        self._exchanges += 1
        request = request.with_options(request.options.begun(self._backend.now(), self._timeout))
        budget = Budget(request.options, self._backend.now)
        try:
            early = await self._send_request(request, budget)
            head = early if early is not None else await self._receive_head(budget)
        except BaseException as error:
            await self._abort(error)
            if (better := named(error, request, self._backend.now())) is not error:
                raise better from error
            raise
        response = Response(
            head.status_code,
            Headers.from_raw(list(head.headers.raw_items())),
            _HTTP11Source(self, request, budget),
            request=request,
            protocol=f"HTTP/{head.http_version.decode('ascii')}",
            reason_phrase=bytes(head.reason).decode("latin-1"),
        )
        await self._finish_if_empty(response, head)
        return response

    # Sending.

    async def _send_request(self, request: Request, budget: Budget) -> _HeadEvent | None:
        """Send head and body; return the head of a response that came instead of our being read."""
        try:
            event = h11.Request(
                method=request.method,
                target=self._request_target(request),
                headers=self._fields(request),
            )
        except h11.LocalProtocolError as error:
            raise LocalProtocolError(f"the request can't be sent: {error}") from error
        out = self._encode(event)
        reader = request.body.open() if request.body is not None else None
        try:
            if reader is None:
                await self._stream.write(out + self._encode(h11.EndOfMessage()), budget.write())
            else:
                await self._send_body(out, reader, budget)
        except WriteError:
            # The server may have answered (413, say) before it stopped reading: RFC 9112 9.6.
            return await self._head_despite_broken_write(budget)
        finally:
            if reader is not None:
                await reader.close()
        return None

    async def _send_body(self, out: bytes, reader: BodyReader, budget: Budget) -> None:
        chunk = await reader.read_chunk()
        if len(chunk) <= _SMALL_BODY_BYTES and chunk:
            # The usual small body: wait with the first write until the second piece is known.
            following = await reader.read_chunk()
            out += self._encode(h11.Data(data=chunk))
            chunk = following
        while chunk:
            await self._stream.write(out, budget.write())
            out = self._encode(h11.Data(data=chunk))
            chunk = await reader.read_chunk()
        await self._stream.write(out + self._encode(h11.EndOfMessage()), budget.write())

    async def _head_despite_broken_write(self, budget: Budget) -> _HeadEvent:
        try:
            return await self._receive_head(budget)
        except TransportError:
            if not self._answered:
                raise WriteError("the connection broke while the request was sent") from None
            raise

    def _request_target(self, request: Request) -> bytes:
        """RFC 9112 3.2: origin-form, or absolute-form to a forward proxy."""
        url = request.url
        target = url.full_path
        if self._forward is not None:
            target = f"{url.scheme}://{url.host_header}{target}"
        return target.encode("ascii")

    def _fields(self, request: Request) -> list[tuple[bytes, bytes]]:
        raw = request.headers.raw
        return [*raw, *self._forward.credentials()] if self._forward is not None else raw

    def _encode(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> bytes:
        try:
            return self._h11.send(event) or b""
        except h11.LocalProtocolError as error:
            raise LocalProtocolError(f"the request can't be sent: {error}") from error

    # Receiving.

    async def _receive_head(self, budget: Budget) -> _HeadEvent:
        for _ in range(_MAX_INFORMATIONAL + 1):
            event = await self._next_event(budget)
            if isinstance(event, h11.Response):
                return event
            # Nothing else comes before a response; an end is met in _next_event.
            if cast("h11.InformationalResponse", event).status_code == 101:
                raise RemoteProtocolError("the server switched protocols without being asked to")
        raise RemoteProtocolError(f"more than {_MAX_INFORMATIONAL} informational (1xx) responses")

    async def _next_event(self, budget: Budget) -> h11.Event:
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError as error:
                raise RemoteProtocolError(_cut(str(error))) from error
            if event is not h11.NEED_DATA:
                return cast("h11.Event", event)
            try:
                data = await self._stream.read(_READ_BYTES, budget.read())
            except ReadError as error:
                if not self._answered:
                    raise RemoteProtocolError(
                        "the server closed the connection without a response"
                    ) from error
                raise
            if data:
                self._answered = True
            elif self._h11.their_state is h11.SEND_RESPONSE:
                how = "in the middle of its head" if self._answered else "without a response"
                raise RemoteProtocolError(f"the server closed the connection {how}")
            self._h11.receive_data(data)

    async def _finish_if_empty(self, response: Response, head: _HeadEvent) -> None:
        """End the exchange now if the body is known to be empty, so that nobody has to read it."""
        if self._h11.their_state is h11.DONE or (
            # h11 says so only when it is asked for the next event.
            head.status_code in (204, 304)
            or response.request.method == "HEAD"
            or response.headers.get("Content-Length") == "0"
        ):
            await response._body.source.read_chunk()

    async def _receive_chunk(self, budget: Budget) -> bytes:
        """Return the next piece of the body, b"" at its end."""
        event = await self._next_event(budget)
        if isinstance(event, h11.Data):
            return bytes(event.data)  # h11 gives no empty ones
        if isinstance(event, h11.EndOfMessage):
            return b""
        raise RemoteProtocolError(f"unexpected {event!r} in a body")

    # Ending.

    async def _done(self) -> None:
        """End an exchange whose response was read to its end: keep the connection if that is safe."""
        connection = self._h11
        if (
            connection.our_state is h11.DONE
            and connection.their_state is h11.DONE
            # Bytes that nobody asked for must never answer the next request; nor must there be an end.
            and connection.trailing_data == (b"", False)
            and not self._stream.is_readable()
        ):
            connection.start_next_cycle()
            self._busy = False
        else:
            await self.close()

    async def _abort(self, error: BaseException) -> None:
        if isinstance(error, TransportError):
            error.answered = self._answered
        await self.close()

    async def close(self) -> None:
        """Close the connection; a running exchange fails."""
        self._closed = True
        with self._backend.shield():
            await self._stream.close()

    def __repr__(self) -> str:
        state = "closed" if self._closed else "busy" if self._busy else "idle"
        return f"<HTTP11Connection to {self._stream.peer}, {state}, {self._exchanges} requests>"


class _HTTP11Source(ByteSource):
    """The body of the running exchange."""

    def __init__(self, connection: HTTP11Connection, request: Request, budget: Budget) -> None:
        self._connection = connection
        self._request = request
        self._budget = budget

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        connection = self._connection
        try:
            data = await connection._receive_chunk(self._budget)
            if not data:
                self.closed = True
                await connection._done()
        except BaseException as error:
            self.closed = self.cut = True
            await connection._abort(error)
            if (better := named(error, self._request, connection._backend.now())) is not error:
                raise better from error
            raise
        return data

    async def close(self) -> None:
        if not self.closed:
            self.closed = self.cut = True
            await self._connection.close()

    def abandon(self) -> None:
        self._connection._closed = True

    def __repr__(self) -> str:
        return f"<body of {self._request.method} {self._request.url.masked}>"


def _cut(message: str, limit: int = 200) -> str:
    """What a peer sent goes into our messages escaped and cut."""
    text = message.encode("ascii", "backslashreplace").decode("ascii")
    return text if len(text) <= limit else text[:limit] + "..."
