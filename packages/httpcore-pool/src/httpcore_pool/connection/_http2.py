"""One HTTP/2 connection: many exchanges at once, over h2.

There is no reading task. Whoever needs bytes becomes the reader, files the events of everybody, and
hands the role on when it has what it needs. h2 is touched only under `_lock`, without an await inside;
frames leave in the order in which h2 made them, because `_flush` takes them out under `_writing`.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import h2.errors
import h2.events
import h2.exceptions

from .._adapter import Adapter
from .._config import Budget, Timeout
from .._driver import Mutex
from .._errors import (
    ClosedError,
    HTTPError,
    LocalProtocolError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    TransportError,
    WriteError,
    WriteTimeout,
    named,
)
from .._response import Response
from .._siblings import Headers
from .._streams import ByteSource
from ._h2_streams import CONNECTION_WINDOW_BYTES, Stream, new_h2

if TYPE_CHECKING:
    from .._body import RequestBody
    from .._request import Request
    from ..backends.base import Backend, Event, NetworkStream

__all__ = ["HTTP2Connection"]

_READ_BYTES = 256 * 1024
_MAX_INFORMATIONAL = 32
_FIRST_STREAMS = 100  # until SETTINGS say more: RFC 9113 6.5.2 recommends no fewer
_MOST_STREAMS = 1000
_LOOK_SECONDS = 0.01  # for bytes that are there, but may be a part of a TLS record only
_FAREWELL_SECONDS = 0.5  # most that RST_STREAM or GOAWAY may wait for a full socket buffer

# RFC 9113 8.2.2: fields about the connection have no place in HTTP/2; Host becomes :authority.
_DROPPED = frozenset(
    {b"connection", b"host", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)


class HTTP2Connection(Adapter):
    """Speaks HTTP/2 over a connected stream; many tasks or threads may send at once.

    Args:
        stream: connected to the origin, TLS done, if any.
        backend: the world that the stream belongs to.
        timeout: the limits for requests that bring none.
    """

    protocol = "HTTP/2"

    def __init__(
        self, stream: NetworkStream, backend: Backend, *, timeout: Timeout | None = None
    ) -> None:
        self._stream = stream
        self._backend = backend
        self._timeout = timeout if timeout is not None else Timeout()
        self._h2 = new_h2()
        self._lock = backend.lock()
        self._writing = Mutex(backend)
        self._streams: dict[int, Stream] = {}
        self._waiting: dict[int, Stream] = {}  # those that wait for the reader, first come first
        self._reading = False
        self._received = 0  # bytes not yet given back to the connection's window
        self._settled = False  # the server's SETTINGS came
        self._draining = False  # GOAWAY came: no new streams
        self._failure: TransportError | None = None
        self._closed = False
        self._exchanges = 0

    @property
    def is_closed(self) -> bool:
        """Whether it can carry no further exchange."""
        return self._closed or self._draining or self._failure is not None

    @property
    def capacity(self) -> int:
        """How many exchanges the server lets run at once (RFC 9113 5.1.2)."""
        if not self._settled:
            return _FIRST_STREAMS
        return min(self._h2.remote_settings.max_concurrent_streams, _MOST_STREAMS)

    @property
    def exchanges(self) -> int:
        """How many requests were begun on it."""
        return self._exchanges

    async def is_stale(self) -> bool:
        """Whether the peer closed the connection, or asked us to leave, while nobody was reading.

        A server may send SETTINGS, PING or WINDOW_UPDATE to an idle connection, so that bytes wait
        says nothing yet: they are read and taken in.
        """
        with self._lock:
            look = not self.is_closed and not self._reading and self._stream.is_readable()
            self._reading = self._reading or look
        if look:
            try:
                await self._read_once(None, _LOOK_SECONDS)
            except HTTPError:
                pass  # a timeout means that nothing was there; the rest is noted in _failure
        return self.is_closed

    async def send(self, request: Request) -> Response:
        """Send the request on a stream of its own and return the response with its body open.

        Raises:
            ClosedError: the connection is closed or the server has asked us to leave; nothing of the
                request was sent.
            TransportError: the exchange failed. Others on the connection go on, unless it is dead.
        """
        request = request.with_options(request.options.begun(self._backend.now(), self._timeout))
        budget = Budget(request.options, self._backend.now)
        stream = self._open_stream(request)
        try:
            await self._flush(budget.write())
            if request.body is not None:
                await self._send_body(stream, request, request.body, budget)
            else:
                stream.sent = True
            while stream.headers is None:
                await self._turn(stream, budget.read())
                if stream.informational > _MAX_INFORMATIONAL:
                    raise RemoteProtocolError(
                        f"more than {_MAX_INFORMATIONAL} informational (1xx) responses"
                    )
            return await self._response(stream, request, budget)
        except BaseException as error:
            await self._drop(stream)
            if (better := named(error, request, self._backend.now())) is not error:
                raise better from error
            raise

    async def _response(self, stream: Stream, request: Request, budget: Budget) -> Response:
        status = 0
        fields: list[tuple[bytes, bytes]] = []
        for name, value in stream.headers or ():
            if name == b":status":
                status = int(value)
            else:
                fields.append((name, value))
        source = _HTTP2Source(self, stream, request, budget)
        if stream.at_end:
            source.closed = True
            await self._forget(stream)
        return Response(
            status, Headers.from_raw(fields), source, request=request, protocol="HTTP/2"
        )

    # Sending.

    def _open_stream(self, request: Request) -> Stream:
        fields = _fields(request)
        with self._lock:
            if self._failure is not None or self._draining or self._closed:
                raise ClosedError("the connection is closed or closing")
            try:
                stream = Stream(self._h2.get_next_available_stream_id())
                self._h2.send_headers(stream.id, fields, end_stream=request.body is None)
            except h2.exceptions.TooManyStreamsError:
                raise ClosedError("the server allows no further streams here now") from None
            except h2.exceptions.NoAvailableStreamIDError:
                self._draining = True
                raise ClosedError("the connection has used up its stream identifiers") from None
            except h2.exceptions.ProtocolError as error:
                raise LocalProtocolError(f"the request can't be sent: {error}") from error
            self._streams[stream.id] = stream
            self._exchanges += 1
        return stream

    async def _send_body(
        self, stream: Stream, request: Request, body: RequestBody, budget: Budget
    ) -> None:
        reader = body.open()
        expected = request.headers.get("Content-Length")
        left = None if expected is None else int(expected)
        try:
            while chunk := await reader.read_chunk():
                if left is not None:
                    left -= len(chunk)
                    if left < 0:
                        raise LocalProtocolError("the content is longer than its Content-Length")
                if not await self._send_data(stream, chunk, budget):
                    return
            if left:
                raise LocalProtocolError("the content is shorter than its Content-Length")
            with self._lock:
                if self._writable(stream):
                    self._h2.end_stream(stream.id)
                    stream.sent = True
            await self._flush(budget.write())
        finally:
            await reader.close()

    def _writable(self, stream: Stream) -> bool:
        """Whether the server still wants the rest of the request (RFC 9113 8.1)."""
        if stream.failure is not None:
            raise stream.failure
        return not stream.ended

    async def _send_data(self, stream: Stream, chunk: bytes, budget: Budget) -> bool:
        """Send one piece as the server's windows allow; False if it has answered already."""
        view = memoryview(chunk)
        while view:
            with self._lock:
                if not self._writable(stream):
                    return False
                room = self._h2.local_flow_control_window(stream.id)
                size = min(room, len(view), self._h2.max_outbound_frame_size)
                if size > 0:
                    self._h2.send_data(stream.id, bytes(view[:size]))
                    view = view[size:]
            if size > 0:
                await self._flush(budget.write())
            else:
                try:
                    await self._turn(stream, budget.write())
                except ReadTimeout as error:
                    raise WriteTimeout(
                        "the server gave no room for more of the request "
                        f"(flow control) {_within(error.limit)}",
                        error.limit,
                    ) from None
        return True

    async def _flush(self, timeout: float | None) -> None:
        """Send what h2 has queued.

        A write is shielded from cancellation, so that no frame is torn and the other streams go on. One
        without a limit can't be, since nothing else would end it: to cancel that ends the connection.
        """
        if not await self._writing.acquire(timeout):
            raise WriteTimeout(f"the server took nothing for {timeout:g} s", timeout)
        try:
            with self._lock:
                data = self._h2.data_to_send()
            if data:
                with self._backend.shield() if timeout is not None else nullcontext():
                    await self._stream.write(data, timeout)
        except (WriteError, WriteTimeout) as error:
            with self._lock:
                self._fail(error)
            raise
        except BaseException as error:
            # A frame may be torn. Not so by a cancellation: that write was shielded, or queued whole.
            cancelled = not isinstance(error, (Exception, KeyboardInterrupt, SystemExit))
            if timeout is None or not cancelled:
                with self._lock:
                    self._fail(WriteError("a write was interrupted"))
            raise
        finally:
            self._writing.release()

    # Receiving.

    async def _turn(self, stream: Stream, timeout: float | None) -> None:
        """Wait until something of this stream changes, reading for everybody if nobody does.

        Raises:
            TransportError: the stream, or the connection, failed.
            ReadTimeout: nothing of the stream changed within `timeout` seconds.
        """
        end = None if timeout is None else self._backend.now() + timeout
        while True:
            left = None if end is None else end - self._backend.now()
            with self._lock:
                if stream.changed or stream.failure is not None:
                    stream.changed = False
                    if not self._reading:
                        self._hand_on()
                    if stream.failure is not None:
                        raise stream.failure
                    return
                event: Event | None = None
                if self._reading:
                    stream.waiter = event = self._backend.event()
                    self._waiting[stream.id] = stream
                else:
                    self._reading = True
            if event is None:
                try:
                    await self._read_once(stream, left)
                except ReadTimeout:
                    # What was left of the limit says nothing to the caller.
                    raise ReadTimeout(
                        f"the server sent nothing {_within(timeout)}", timeout
                    ) from None
                continue
            came = False
            try:
                came = await event.wait(left)
            finally:
                with self._lock:
                    self._waiting.pop(stream.id, None)
                    stream.waiter = None
                    if not came and not self._reading:
                        self._hand_on()  # the role may have been handed to us just now
            if not came and not stream.changed:
                # The same words as the backends': it is the same thing to the caller.
                raise ReadTimeout(f"the server sent nothing {_within(timeout)}", timeout)

    async def _read_once(self, stream: Stream | None, timeout: float | None) -> None:
        """Read once as the reader (`_reading` is set for us), file what came, end the role."""
        data: bytes | None = None
        try:
            data = await self._stream.read(_READ_BYTES, timeout)
        except ReadError as error:
            with self._lock:
                self._fail(error)
        finally:
            with self._lock:
                self._reading = False
                if data is not None:
                    self._process(data)
                # Whoever has news is awake. If we do not go on, one of the others must read.
                if data is None or stream is None or stream.changed:
                    self._hand_on()
        try:
            await self._flush(timeout)
        except (WriteError, WriteTimeout):
            pass  # each stream has learnt it, unless it failed before

    def _hand_on(self) -> None:
        """Wake one of those who wait without news: it becomes the reader."""
        for stream in self._waiting.values():
            if not stream.changed and stream.waiter is not None:
                stream.waiter.set()
                return

    def _process(self, data: bytes) -> None:
        if not data:
            self._fail(ReadError("the server closed the connection"))
            return
        try:
            events = self._h2.receive_data(data)
        except h2.exceptions.ProtocolError as error:
            self._fail(RemoteProtocolError(f"the server broke HTTP/2: {error}"))
            return
        for event in events:
            self._file(event)
        if self._received >= CONNECTION_WINDOW_BYTES // 4 and not self._closed:
            self._h2.increment_flow_control_window(self._received)
            self._received = 0

    def _file(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.ConnectionTerminated):
            self._goaway(event)
            return
        self._settled = self._settled or isinstance(event, h2.events.RemoteSettingsChanged)
        if isinstance(event, h2.events.RemoteSettingsChanged) or (
            isinstance(event, h2.events.WindowUpdated) and not event.stream_id
        ):
            # Room may have changed for everybody.
            for stream in self._streams.values():
                stream.notify()
            return
        if isinstance(event, h2.events.DataReceived):
            # The connection's window is given back whoever the bytes are for: a user that does not
            # read holds up its own stream only.
            self._received += event.flow_controlled_length
        owner = self._streams.get(getattr(event, "stream_id", None) or 0)
        if owner is None:
            return
        if isinstance(event, h2.events.StreamReset):
            self._reset(owner, int(event.error_code))
        elif isinstance(event, h2.events.WindowUpdated):
            owner.notify()
        else:
            owner.file(event)

    def _reset(self, stream: Stream, code: int) -> None:
        if stream.ended:
            return  # RFC 9113 8.1: the response is whole; only the rest of our request is unwanted
        error = RemoteProtocolError(f"the server reset the stream ({_code_name(code)})")
        # RFC 9113 8.7: a refused stream was not processed.
        error.sent = code != h2.errors.ErrorCodes.REFUSED_STREAM
        error.answered = stream.headers is not None
        stream.fail(error)

    def _goaway(self, event: h2.events.ConnectionTerminated) -> None:
        """RFC 9113 6.8: streams above the last one were not processed; the others go on."""
        self._draining = True
        last = event.last_stream_id or 0
        for stream in self._streams.values():
            if stream.id > last:
                error = RemoteProtocolError(
                    f"the server is going away ({_code_name(int(event.error_code or 0))}) "
                    "and did not process the request"
                )
                error.sent = False
                stream.fail(error)

    def _fail(self, error: TransportError) -> None:
        """The connection is dead: every stream fails, each with an error object of its own.

        Called under the lock.
        """
        if self._failure is None:
            self._failure = error
        for stream in self._streams.values():
            if stream.ended:
                continue  # its response is whole, though it may not have been taken yet
            copy = type(error)(error.message)
            copy.__dict__.update(error.__dict__)
            copy.__cause__ = error
            copy.answered = stream.headers is not None
            stream.fail(copy)

    # Ending.

    async def _receive_chunk(self, stream: Stream, budget: Budget) -> bytes:
        while True:
            credit = 0
            with self._lock:
                data = stream.take()
                if data is not None and self._failure is None and stream.failure is None:
                    credit = stream.credit()
                    if credit:
                        self._h2.increment_flow_control_window(credit, stream.id)
            if data is None:
                await self._turn(stream, budget.read())
                continue
            if credit:
                await self._flush(budget.write())
            if not data:
                await self._forget(stream)
            return data

    async def _forget(self, stream: Stream) -> None:
        """End a stream whose response is whole; if it came before all was sent, say so."""
        if not stream.sent:
            await self._drop(stream)
            return
        with self._lock:
            self._streams.pop(stream.id, None)

    async def _drop(self, stream: Stream) -> None:
        """Give up a stream: tell the server (RST_STREAM CANCEL), unless it has ended."""
        with self._lock:
            known = self._streams.pop(stream.id, None) is not None
            tell = known and self._failure is None and not self._closed
            if tell:
                try:
                    self._h2.reset_stream(stream.id, h2.errors.ErrorCodes.CANCEL)
                except (h2.exceptions.ProtocolError, KeyError):
                    tell = False  # both sides are done with it already
            if not self._reading:
                self._hand_on()
        if tell:
            try:
                with self._backend.shield():
                    await self._flush(_FAREWELL_SECONDS)
            except HTTPError:
                pass

    async def close(self) -> None:
        """Say goodbye (GOAWAY) and close; running exchanges fail."""
        if self._closed and self._failure is not None:
            return
        with self._lock:
            say = self._failure is None and not self._closed
            self._closed = True
            if say:
                try:
                    self._h2.close_connection()
                except h2.exceptions.ProtocolError:
                    say = False
        with self._backend.shield():
            try:
                if say:
                    await self._flush(_FAREWELL_SECONDS)
            except HTTPError:
                pass
            finally:
                with self._lock:
                    self._fail(ReadError("the connection was closed here"))
                await self._stream.close()

    def forget(self) -> None:
        """Let go of the connection without a word to the peer; see `NetworkStream.forget`."""
        self._closed = True
        self._failure = self._failure or ReadError("the connection was closed here")
        self._stream.forget()

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else f"{len(self._streams)} streams"
        return f"<HTTP2Connection to {self._stream.peer}, {state}, {self._exchanges} requests>"


class _HTTP2Source(ByteSource):
    """The body of one stream."""

    def __init__(
        self, connection: HTTP2Connection, stream: Stream, request: Request, budget: Budget
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._request = request
        self._budget = budget

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        connection = self._connection
        try:
            data = await connection._receive_chunk(self._stream, self._budget)
            if not data:
                self.closed = True
        except BaseException as error:
            self.closed = self.cut = True
            await connection._drop(self._stream)
            if isinstance(error, TransportError):
                error.answered = True
            if (better := named(error, self._request, connection._backend.now())) is not error:
                raise better from error
            raise
        return data

    async def close(self) -> None:
        if not self.closed:
            self.closed = self.cut = True
            await self._connection._drop(self._stream)

    def abandon(self) -> None:
        # No lock, no I/O in a finaliser: the connection is left to its other streams, then dropped.
        self._connection._draining = True

    def __repr__(self) -> str:
        return f"<body of {self._request.method} {self._request.url.masked}>"


def _fields(request: Request) -> list[tuple[bytes, bytes]]:
    """Return the header list of a request (RFC 9113 8.3.1)."""
    url = request.url
    fields = [
        (b":method", request.method.encode("ascii")),
        (b":authority", _authority(request)),
        (b":scheme", url.scheme.encode("ascii")),
        (b":path", url.full_path.encode("ascii")),
    ]
    for raw_name, value in request.headers.raw:
        name = raw_name.lower()
        if name not in _DROPPED and not (name == b"te" and value.lower() != b"trailers"):
            fields.append((name, value))
    return fields


def _authority(request: Request) -> bytes:
    """A caller's own Host is what it wants the server to see; there is exactly one."""
    host = request.headers.get("Host")
    return (host if host is not None else request.url.host_header).encode("latin-1")


def _within(seconds: float | None) -> str:
    return "in time" if seconds is None else f"for {seconds:g} s"


def _code_name(code: int) -> str:
    try:
        return h2.errors.ErrorCodes(code).name
    except ValueError:
        return f"error {code:#x}"
