"""One exchange over a stream of an HTTP/2 connection: the request goes out, its response comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._connection_info import ENDED, SENT
from .._errors import LocalProtocolError, ReadError, ReadTimeout, TransportError
from .._named import named
from .._pace import Pace
from .._response import Response
from .._siblings import Headers
from .._streams import ByteSource, BytesSource
from ._http2_frames import CANCEL
from ._http2_tunnel import TunnelStream
from ._http2_upload import Upload, pause
from ._listening import Listening

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._body import RequestBody
    from .._config import Budget
    from .._connection_info import Times
    from .._request import Request
    from .._trace import Informational
    from ..backends.base import Backend
    from ._http2 import HTTP2Connection
    from ._http2_fields import RequestHead, ResponseHead
    from ._http2_protocol import Protocol
    from ._http2_streams import Stream
    from ._http2_wire import Wire

__all__ = ["Exchange"]


class Exchange(ByteSource):
    """One request on its stream, and its response. While the body is open this is where it comes from."""

    closed = True  # there is nothing to release before a body is open
    _what = "body"  # what is behind the head
    _times: Times  # while a body is open

    def __init__(
        self, connection: HTTP2Connection, stream: Stream, request: Request, budget: Budget
    ) -> None:
        self.backend: Backend = connection._backend
        self.wire: Wire = connection.wire
        self.protocol: Protocol = connection.state
        self.stream: Stream = stream
        self.budget: Budget = budget
        self.listening: Listening = Listening(connection.now)
        self.stalled: float = 0.0  # seconds that content has waited since some went out, or came
        self._connection = connection
        self._request = request
        self._upload: Upload | None = None  # of what is still to be sent behind the response's head
        self._sent: float | None = None  # when the whole request had gone out
        rate = budget.timeout.lowest_rate
        self._pace = None if rate is None else Pace(rate, connection.now)

    async def run(self, head: RequestHead) -> Response:
        """Send the request, whose head is queued, and return the response with its body open.

        Raises:
            TransportError: the exchange failed; its stream is over.
        """
        stream, request = self.stream, self._request
        try:
            heard = self.wire.heard
            try:
                await self._send(head, request.body)
                while stream.head is None:
                    await self.wait(self.budget.head())
            except LocalProtocolError:
                raise  # the caller's mistake, whatever the server says
            except TransportError as error:
                if isinstance(error, ReadTimeout):
                    self._doubt(heard)
                # However the octets were cut: what came before the failure is delivered first.
                failure = stream.failure
                if stream.head is None and failure is not None and failure is not error:
                    raise failure from error
                if stream.head is None or not (stream.ended or failure):
                    raise
            self._tell_interim()
            return await self._respond(stream.head)
        except BaseException:
            await self.give_up()
            raise

    async def _send(self, head: RequestHead, body: RequestBody | None) -> None:
        if body is None:
            await self.wire.flush(self.budget.write())
        else:
            upload = Upload(self, head)
            await upload.send(body)
            if upload.is_open:
                self._upload = upload
                return
        self._sent = self._connection.now()

    def _doubt(self, heard: int) -> None:
        """A read timed out. Without a word for anybody meanwhile, the connection itself may be lost.

        Who has a stream waits on; others had better go elsewhere.
        """
        if heard == self.wire.heard:
            with self.wire.lock:
                self.protocol.drain()

    async def wait(self, timeout: float | None) -> None:
        """Wait for news of the stream; tell of informational responses."""
        await self.wire.turn(self.stream, timeout)
        self._tell_interim()

    def _tell_interim(self) -> None:
        interim = self.stream.interim
        while interim:
            self._tell(interim.popleft())

    def _tell(self, informational: Informational) -> None:
        if (callback := self._request.options.on_informational) is not None:
            callback(informational)

    def head_sent(self) -> None:
        """Note that the head has gone out, before the content."""

    async def _respond(self, head: ResponseHead) -> Response:
        request, stream, connection = self._request, self.stream, self._connection
        came = connection.now()
        # Ours have the numbers 1, 3, 5 and so on: RFC 9113 5.1.1.
        before, begun = stream.id // 2, request.options.started
        source: ByteSource = self
        # Behind a CONNECT there may be all that the server says, and is to be read from a raw stream.
        if stream.ended and not (stream.received and request.method == "CONNECT"):
            # the usual small response, all there in one read
            await self._send_rest()
            source = BytesSource(stream.take() or b"")
            source.trailers = self._trailers()
            await self._finish()
        times = [connection.info, before, begun, self._sent, came, came, None]
        if source is self:
            self.closed = False
            self._times = times
            times[ENDED] = None
        response = Response(
            head.status_code,
            Headers.from_raw(head.fields),
            source,
            request=request,
            protocol="HTTP/2",
        )
        response._times = times
        if request.method == "CONNECT" and response.is_success and source is self:
            self._what = "raw stream"
            response.hand_over(TunnelStream(self, response._body.close))
        return response

    async def _send_rest(self) -> None:
        """Send what is left behind a whole response; if the server does not take it, that is all the same."""
        if self._upload is not None:
            try:
                while await self._send_on(self._upload):
                    pass
            except LocalProtocolError:
                raise
            except TransportError:
                pass  # the stream is given up

    async def _send_on(self, upload: Upload) -> bool:
        """Send more of the content; return whether some is left."""
        if await upload.go_on():
            return True
        self._upload = None
        if self.stream.sent:
            self._sent = self._connection.now()
        return False

    # The response's body, as a `ByteSource`.

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        heard = self.wire.heard
        try:
            data = await self.receive(self.budget.read)
            if self.closed:  # by another, while this one was waiting
                return b""
            if not data:
                await self._send_rest()
                self._end()
                self.trailers = self._trailers()
                await self._finish()
        except BaseException as error:
            self._end(cut=True)
            if isinstance(error, ReadTimeout):
                self._doubt(heard)
            await self.give_up()
            if isinstance(error, TransportError):
                error.answered = True
            connection = self._connection
            better = named(error, self._request, connection.now(), connection.info.proxy)
            if better is not error:
                raise better from error
            raise
        return data

    async def receive(self, limit: Callable[[], float | None]) -> bytes:
        """Return what came of the body, or what comes next; b"" at its end.

        Args:
            limit: returns how long the next wait may take.

        Raises:
            TransportError: the stream or the connection failed.
        """
        stream = self.stream
        while True:
            with self.wire.lock:
                data = stream.take()
                if data:
                    self.protocol.credit(stream)
            if data is not None:
                if self._upload is not None:
                    self._pause_upload(len(data))
                await self.wire.answer()
                return data
            if self._upload is not None:
                await self._send_on(self._upload)
                await self.wire.look()
            elif self._pace is None:
                await self.wait(limit())
            elif data := await self._pace.read(self._next, limit()):
                return data

    def _pause_upload(self, received: int) -> None:
        """The caller has something to read: until it comes back nothing is sent, nor waited for."""
        pause(self)
        waited, self.stalled = self.stalled, 0.0
        if self._pace is not None:
            self._pace.count(received, waited)

    async def _next(self, timeout: float | None) -> bytes:
        await self.wait(timeout)
        with self.wire.lock:
            data = self.stream.take() or b""
            self.protocol.credit(self.stream)
        await self.wire.answer()
        return data

    def _end(self, *, cut: bool = False) -> None:
        """Note that nothing more comes."""
        self.closed, self.cut = True, cut
        self._times[SENT] = self._sent
        self._times[ENDED] = self._connection.now()

    def _trailers(self) -> Headers | None:
        trailers = self.stream.trailers
        return None if trailers is None else Headers.from_raw(trailers)

    async def _finish(self) -> None:
        """The response is whole; if it came before all was sent, say so."""
        if not self.stream.sent or self._upload is not None:
            await self.give_up()

    async def give_up(self) -> None:
        """Give up the stream, and tell the server unless it is over. Again does nothing."""
        upload, self._upload = self._upload, None
        with self.wire.lock:
            self.protocol.close(self.stream, CANCEL)
            self.wire.wake_a_reader()
        try:
            await self.wire.answer()
        finally:
            if upload is not None:
                await upload.close()

    def hurry(self, seconds: float) -> None:
        self.budget = self.budget.countdown(seconds)

    async def close(self) -> None:
        if not self.closed:
            self._end(cut=True)
            with self.wire.lock:
                self.stream.fail(ReadError("the response was closed"))  # for who may wait for it
            await self.give_up()

    def abandon(self) -> None:
        # No lock, no I/O in a finaliser: the connection is left to its other streams, then dropped.
        self.protocol.draining = True

    def __repr__(self) -> str:
        return f"<{self._what} of {self._request.method} {self._request.url.masked}>"
