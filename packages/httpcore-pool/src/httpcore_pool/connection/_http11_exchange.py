"""One exchange over an HTTP/1.1 connection: the request goes out, its response comes back.

The coroutines here move octets between the stream and those who know what they mean: `_http11_writer`,
`_http11_head` and the readers. Whether the connection may be used again is said at the end of each
exchange, in one place (`_finish`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from .._body import BytesBody
from .._connection_info import ENDED, SENT
from .._errors import (
    HTTPError,
    ReadError,
    RemoteProtocolError,
    TransportError,
    WriteError,
    WriteTimeout,
)
from .._named import named
from .._pace import Pace
from .._response import Response
from .._siblings import Headers
from .._streams import ByteSource, BytesSource
from .._trace import Informational
from ._http11_breaks import broken_while_sending, tls_says_why
from ._http11_head import read_head
from ._http11_readers import reader_for
from ._http11_upgrade import UpgradedStream
from ._http11_upload import SMALL_BODY_BYTES, Upload
from ._http11_writer import BodyWriter, write_head

if TYPE_CHECKING:
    from .._body import RequestBody
    from .._config import Budget
    from .._connection_info import Times
    from .._request import Request
    from ._http11 import HTTP11Connection
    from ._http11_head import ResponseHead
    from ._http11_readers import ResponseReader
    from ._http11_referee import H11Reader
    from ._http11_writer import RequestHead

__all__ = ["Exchange"]

_READ_BYTES = 64 * 1024
_BODY_READ_BYTES = 256 * 1024
_DRAIN_BYTES = 64 * 1024  # an unread rest up to this is read, to keep the connection
_DRAIN_SECONDS = 0.1
_CLOSED = "the server closed the connection"


class Exchange(ByteSource):
    """One request and its response. While the body is open this is where it comes from."""

    closed = True  # there is nothing to release before a body is open
    _what = "body"  # what is behind the head
    _times: Times  # while a body is open

    def __init__(self, connection: HTTP11Connection, request: Request, budget: Budget) -> None:
        self._connection = connection
        self._stream = connection.stream
        self._limits = connection.limits
        self._request = request
        self._budget = budget
        self._upload: Upload | None = None  # of what is still to be sent behind the response's head
        self._reader: ResponseReader | None = None
        self._upgrade: bytes | None = None
        self._closes = False  # the request asked for it
        self._sent: float | None = None  # when the whole request had gone out
        self._answered = False  # octets of a response came
        self._broken = False  # a write failed, so what looks like an end may be a reset
        self.go_ahead = False  # 100 (Continue) came
        self._informational = 0
        self._ready = b""  # of the body: came with the head
        rate = budget.timeout.lowest_rate
        self._pace = None if rate is None else Pace(rate, connection.now)
        self._fault: RemoteProtocolError | None = None  # met behind what is ready

    async def run(self, target: str, fields: list[tuple[bytes, bytes]]) -> Response:
        """Send the request and return the response with its body open.

        Args:
            target: the request target.
            fields: the request's fields.

        Raises:
            LocalProtocolError: the request can't be sent as it is.
            TransportError: the exchange failed.
        """
        request = self._request
        try:
            head = write_head(request.method, target, fields)
            self._closes = head.closes
            self._upgrade = head.upgrade
            answer = await self._send(head, request.body)
            if answer is None:
                answer = await self._receive_head()
            if answer.status_code == 101 and self._sent is None:  # RFC 9110 7.8
                raise RemoteProtocolError(
                    "101 (Switching Protocols) before the request had gone out"
                )
            return await self._respond(answer)
        except BaseException as error:
            if isinstance(error, TransportError):
                error.answered = self._answered
            await self._end_upload()
            raise

    # The request.

    async def _send(self, head: RequestHead, body: RequestBody | None) -> ResponseHead | None:
        """Send head and content; return the head of a final response that came before all was sent."""
        try:
            if body is None and not head.length:
                await self._stream.write(head.data, self._budget.write())
            elif (answer := await self._send_content(head, body)) is not None:
                return answer
        except WriteError as error:
            # The server may have answered (413, say) before it stopped reading: RFC 9112 9.6.
            self._broken = True
            return await self._head_despite_broken_write(error)
        self._sent = self._connection.now()
        return None

    async def _send_content(
        self, head: RequestHead, body: RequestBody | None
    ) -> ResponseHead | None:
        writer = BodyWriter(head.length)
        data = b"" if body is None else body.data if isinstance(body, BytesBody) else None
        if body is not None and (data is None or len(data) > SMALL_BODY_BYTES or head.expects):
            upload = Upload(self._stream, self._budget, self._connection._backend, self)
            answer = await upload.send(head, body, writer)
            if upload.is_open:
                self._upload = upload
            return answer
        framed = (writer.piece(data) if data else b"") + writer.end()
        await self._stream.write(head.data + framed, self._budget.write())
        return None

    async def _head_despite_broken_write(self, broke: WriteError) -> ResponseHead:
        try:
            return await self._receive_head()
        except TransportError as error:
            if self._answered or isinstance(error, ReadError):
                raise
            raise broken_while_sending(broke) from broke

    def head_sent(self) -> None:
        """Note that the head has gone out, before the content."""

    # The response's head.

    async def _receive_head(self) -> ResponseHead:
        while True:
            try:
                data = await self._stream.read(_READ_BYTES, self._budget.head())
            except ReadError as error:
                if self._answered or tls_says_why(error):
                    raise
                raise RemoteProtocolError(f"{_CLOSED} without a response") from error
            if (head := self.take_head(data)) is not None:
                return head

    def take_head(self, data: bytes) -> ResponseHead | None:
        """Take the next octets before the body; return the final head once it is whole."""
        if not data:
            how = "in the middle of its head" if self._answered else "without a response"
            raise RemoteProtocolError(f"{_CLOSED} {how}")
        reader = self._reader
        if reader is None:
            method = self._request.method
            if not (self._answered or self._connection.h11_only):
                head = read_head(data, method, self._limits)
                if head is not None:
                    self._answered = True
                    return head
            from ._http11_referee import H11Reader  # most programs never need h11

            self._reader = reader = H11Reader(method, self._limits, self._upgrade)
        self._answered = True
        reader.feed(data)
        # Only h11's reader takes octets of a head; the quick ones stand behind theirs.
        return self._next_final(cast("H11Reader", reader))

    def _next_final(self, reader: H11Reader) -> ResponseHead | None:
        while (head := reader.next_head()) is not None:
            if head.status_code >= 200 or head.status_code == 101:
                return head
            self._informational += 1
            if self._informational > self._limits.informational:
                raise RemoteProtocolError(
                    f"more than {self._limits.informational} informational (1xx) responses"
                )
            if head.status_code == 100:
                self.go_ahead = True
            self._tell(Informational(head.status_code, head.headers, head.reason))
        return None

    def _tell(self, informational: Informational) -> None:
        if (callback := self._request.options.on_informational) is not None:
            callback(informational)

    async def _respond(self, head: ResponseHead) -> Response:
        """Make the response. If its body came whole, the exchange is over before anybody reads it."""
        request, connection = self._request, self._connection
        came = connection.now()
        before, begun = connection._exchanges - 1, request.options.started
        # A coded body may still turn out to be something else, and its connection with it.
        coded = "Content-Encoding" in head.headers
        reader = self._reader
        source: ByteSource | bytes = self
        switched = None
        if reader is None and len(head.rest) == head.length and not coded:
            source = head.rest  # the usual small response, all there in one read
            await self._send_rest()
            if self._sent is not None and head.keeps and not self._closes:
                connection.release()
            else:
                await connection.close()
        else:
            self._reader = reader = reader or reader_for(head, self._limits)
            switched = reader.switched
            if switched is None and self._collect(reader) and not coded:
                source = BytesSource(self._ready)
                await self._send_rest()
                source.trailers = self._trailers(reader)
                await self._finish(reader)
        times = [connection.info, before, begun, self._sent, came, came, None]
        if source is self:
            self.closed = False
            self._times = times
            times[ENDED] = None
        response = Response(
            head.status_code,
            head.headers,
            source,
            request=request,
            protocol=head.protocol,
            reason_phrase=head.reason,
        )
        response._times = times
        if switched is not None:
            self._what = "raw stream"
            response.hand_over(UpgradedStream(self._stream, switched, response._body.close))
        return response

    async def _send_rest(self) -> None:
        """Send what is left behind a whole response; if the server does not take it, that is all the same."""
        if self._upload is None:
            return
        try:
            await self._upload.finish()
            self._sent = self._connection.now()
        except (WriteError, WriteTimeout):
            pass  # the connection is not used again
        finally:
            await self._end_upload()

    async def _end_upload(self) -> None:
        if self._upload is not None:
            upload, self._upload = self._upload, None
            await upload.close()

    def _collect(self, reader: ResponseReader) -> bool:
        """Gather what came of the body with the head; return whether that is all of it."""
        pieces: list[bytes] = []
        try:
            while piece := reader.next():
                pieces.append(piece)
        except RemoteProtocolError as error:
            self._fault, piece = error, None  # for whoever reads on, behind what came before it
        if pieces:
            self._ready = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return piece is not None

    # The response's body, as a `ByteSource`.

    async def read_chunk(self) -> bytes:
        if self.closed:
            return b""
        if self._ready:
            data, self._ready = self._ready, b""
            return data
        reader = cast("ResponseReader", self._reader)  # there is one behind a head
        try:
            if self._fault is not None:
                raise self._fault
            piece = reader.next()
            while piece is None:
                reader.feed(await self._read_body())
                piece = reader.next()
            if self.closed:  # by another, while this one was waiting
                return b""
            if not piece:
                await self._send_rest()
                self._end()
                self.trailers = self._trailers(reader)
                await self._finish(reader)
        except BaseException as error:
            self._end(cut=True)
            if isinstance(error, TransportError):
                error.answered = True
            await self._hang_up()
            connection = self._connection
            better = named(error, self._request, connection.now(), connection.info.proxy)
            if better is not error:
                raise better from error
            raise
        return piece

    async def _read_body(self) -> bytes:
        if self._upload is not None and (heard := await self._send_on(self._upload)) is not None:
            return heard
        timeout = self._budget.read()
        if self._pace is None:
            data = await self._stream.read(_BODY_READ_BYTES, timeout)
        else:
            read = partial(self._stream.read, _BODY_READ_BYTES)
            data = await self._pace.read(read, timeout)
        if not data and self._broken:
            raise ReadError("the connection broke while the response was read")
        return data

    async def _send_on(self, upload: Upload) -> bytes | None:
        """Send more of the content; return what came meanwhile, or None when there is nothing left."""
        try:
            if (heard := await upload.listen()) is not None:
                waited, upload.waited = upload.waited, 0.0
                if self._pace is not None:
                    self._pace.count(len(heard), waited)
                return heard
            self._sent = self._connection.now()
        except WriteError:
            self._broken = True
        await self._end_upload()
        return None

    def _end(self, *, cut: bool = False) -> None:
        """Note that nothing more comes."""
        self.closed, self.cut = True, cut
        self._times[SENT] = self._sent
        self._times[ENDED] = self._connection.now()

    @staticmethod
    def _trailers(reader: ResponseReader) -> Headers | None:
        return Headers.from_raw(reader.trailers) if reader.trailers else None

    async def _finish(self, reader: ResponseReader) -> None:
        """End the exchange: the connection lives on if nothing about it is in doubt (RFC 9112 9.3).

        Bytes that nobody asked for must never answer the next request. Those that come later are
        looked for before the next one is sent.
        """
        if self._sent is not None and not self._closes and reader.reusable:
            self._connection.release()
        else:
            await self._connection.close()

    def hurry(self, seconds: float) -> None:
        self._budget = self._budget.countdown(seconds)
        if self._upload is not None:
            self._upload.budget = self._budget

    async def close(self) -> None:
        if not self.closed:
            self._end(cut=True)
            if not await self._drained():
                await self._hang_up()

    async def abort(self) -> None:
        if not self.closed:
            self._end(cut=True)
            await self._hang_up()

    async def _hang_up(self) -> None:
        try:
            await self._connection.close()
        finally:
            await self._end_upload()

    async def _drained(self) -> bool:
        """Read a small rest, so that the connection can be used again; False if that is not to be."""
        reader = cast("ResponseReader", self._reader)  # there is one behind a head
        left = reader.left
        if (
            self._sent is None
            or self._closes
            or self._fault is not None
            or reader.switched is not None
            or (left is not None and left > _DRAIN_BYTES)
        ):
            return False
        try:
            await self._drain(reader, wait=left is not None)
        except HTTPError:
            return False
        except BaseException:
            await self._connection.close()
            raise
        return not self._connection.is_busy

    async def _drain(self, reader: ResponseReader, *, wait: bool) -> None:
        """Read on to the end: for a short time if it is known how much is left, else what is there."""
        budget = self._budget.countdown(_DRAIN_SECONDS)
        drained = 0
        while drained <= _DRAIN_BYTES:
            piece = reader.next()
            if piece == b"":
                await self._finish(reader)
                break
            if piece is not None:
                drained += len(piece)
                continue
            data: bytes | None
            if wait:
                data = await self._stream.read(_READ_BYTES, budget.cut(None))
            else:
                data = await self._stream.read_available(_READ_BYTES)
            if data is None:
                break
            reader.feed(data)

    def abandon(self) -> None:
        self._connection.abandon()

    def __repr__(self) -> str:
        return f"<{self._what} of {self._request.method} {self._request.url.masked}>"
