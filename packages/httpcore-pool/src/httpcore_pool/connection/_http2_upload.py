"""Sending the content of a request over HTTP/2, as the server's windows allow (RFC 9113 5.2).

It goes out with an eye on what the server says meanwhile: a response that ends, or one that is no 2xx,
ends it (RFC 9113 8.1), 100 (Continue) begins it where the request asks for that (RFC 9110 10.1.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import LocalProtocolError, ReadTimeout, WriteTimeout

if TYPE_CHECKING:
    from .._body import BodyReader, RequestBody
    from ._http2_exchange import Exchange
    from ._http2_fields import RequestHead

__all__ = ["Upload"]

_FRAMES_AT_ONCE = 4  # in one write, where nobody else waits for the windows


class Upload:
    """The content of one request, on its way.

    Args:
        exchange: what it belongs to.
        head: what was said of it.
    """

    def __init__(self, exchange: Exchange, head: RequestHead) -> None:
        self._exchange = exchange
        self._wire = exchange.wire
        self._protocol = exchange.protocol
        self._stream = exchange.stream
        self._budget = exchange.budget
        self._expects = head.expects
        self._left = head.length

    async def send(self, body: RequestBody) -> None:
        """Send what the body gives, until its end or until the server wants no more of it.

        Raises:
            LocalProtocolError: it is longer or shorter than its Content-Length.
            WriteTimeout: the server took nothing, or gave no room, in time.
            TransportError: the stream or the connection failed.
        """
        reader = body.open()
        try:
            if not self._expects or await self._may_begin():
                await self._content(reader)
        finally:
            await reader.close()

    async def _may_begin(self) -> bool:
        """Wait for 100 (Continue), a final response, or the end of patience."""
        stream = self._stream
        await self._wire.flush(self._budget.write())
        expect = self._budget.countdown(self._budget.timeout.expect)
        while not stream.go_ahead and stream.head is None:
            try:
                await self._exchange.wait(expect.cut(None))
            except ReadTimeout:
                break  # a total that has run out is met by the next wait
        return stream.head is None

    async def _content(self, reader: BodyReader) -> None:
        while chunk := await reader.read_chunk():
            if self._left is not None:
                self._left -= len(chunk)
                if self._left < 0:
                    raise LocalProtocolError("the content is longer than its Content-Length")
            if not await self._send(chunk):
                return
        if self._left:
            raise LocalProtocolError("the content is shorter than its Content-Length")
        with self._wire.lock:
            if self._wanted() and not self._stream.sent:
                self._protocol.end(self._stream)
        await self._wire.flush(self._budget.write())

    async def _send(self, chunk: bytes) -> bool:
        """Send one piece; False if the server wants no more."""
        view = memoryview(chunk)
        while view:
            room = True
            with self._wire.lock:
                if not self._wanted():
                    return False
                for _ in range(_FRAMES_AT_ONCE):
                    size = self._protocol.send(self._stream, view, last=self._left == 0)
                    view = view[size:]
                    if not size or not view:
                        room = size > 0
                        break
            await self._wire.flush(self._budget.write())
            if room:
                await self._wire.look()
            else:
                await self._wait_for_room()
        return True

    async def _wait_for_room(self) -> None:
        try:
            await self._exchange.wait(self._budget.write())
        except ReadTimeout as error:
            within = "in time" if error.limit is None else f"for {error.limit:g} s"
            raise WriteTimeout(
                f"the server gave no room for more of the request (flow control) {within}",
                error.limit,
            ) from None

    def _wanted(self) -> bool:
        """Whether the server still wants the rest of the request."""
        stream = self._stream
        if stream.failure is not None:
            raise stream.failure
        return not stream.ended and (stream.head is None or stream.head.status_code < 300)
