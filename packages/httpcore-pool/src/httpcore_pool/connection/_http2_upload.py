"""Sending content over HTTP/2, as the server's windows allow (RFC 9113 5.2).

It goes out with an eye on what the server says meanwhile: a response that ends, or one that is no 2xx,
ends it (RFC 9113 8.1), 100 (Continue) begins it where the request asks for that (RFC 9110 10.1.1). The
look is between two pieces: nothing interrupts the caller's iterator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import LocalProtocolError, ReadTimeout, WriteTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._body import BodyReader, RequestBody
    from ._http2_exchange import Exchange
    from ._http2_fields import RequestHead
    from ._http2_streams import Stream

__all__ = ["Upload", "send_piece"]

_SETTLE_SECONDS = 1.0  # SETTINGS are the first that a server sends (RFC 9113 3.4)
_FRAMES_AT_ONCE = 4  # in one write, where nobody else waits for the windows


class Upload:
    """The content of one request, on its way.

    Args:
        exchange: what it belongs to.
        head: what was said of it.
    """

    def __init__(self, exchange: Exchange, head: RequestHead) -> None:
        self._exchange = exchange
        self._expects = head.expects
        self._left = head.length

    async def send(self, body: RequestBody) -> None:
        """Send what the body gives, until its end or until the server wants no more of it.

        Raises:
            LocalProtocolError: it is longer or shorter than its Content-Length.
            WriteTimeout: the server took nothing, or gave no room, in time.
            TransportError: the stream or the connection failed.
        """
        if (body.eager or body.length is None) and not self._exchange.protocol.settled:
            await self._settle()
        if self._expects and not await self._may_begin():
            return  # nothing of the content was used
        reader = body.open(self._exchange.backend)
        try:
            await self._content(reader)
        finally:
            await reader.close()

    async def _settle(self) -> None:
        """Hear how many streams the server allows, before the wait for content that may be long in coming.

        Others wait for that, and nobody else may be there to read.
        """
        exchange, stream, budget = self._exchange, self._exchange.stream, self._exchange.budget
        await exchange.wire.flush(budget.write())
        exchange.head_sent()
        patience = budget.countdown(_SETTLE_SECONDS)
        while not exchange.protocol.settled and stream.head is None:
            try:
                await exchange.wait(patience.cut(None))
            except ReadTimeout:
                break  # a total that has run out is met by the next wait

    async def _may_begin(self) -> bool:
        """Wait for 100 (Continue), a final response, or the end of patience."""
        exchange, stream, budget = self._exchange, self._exchange.stream, self._exchange.budget
        await exchange.wire.flush(budget.write())
        exchange.head_sent()
        expect = budget.countdown(budget.timeout.expect)
        while not stream.go_ahead and stream.head is None:
            try:
                await exchange.wait(expect.cut(None))
            except ReadTimeout:
                break  # a total that has run out is met by the next wait
        return stream.head is None

    async def _content(self, reader: BodyReader) -> None:
        exchange, stream, limit = self._exchange, self._exchange.stream, self._exchange.budget.write
        while chunk := await reader.read_chunk():
            if self._left is not None:
                self._left -= len(chunk)
                if self._left < 0:
                    raise LocalProtocolError("the content is longer than its Content-Length")
            if not await send_piece(exchange, chunk, limit, last=self._left == 0):
                return
        if self._left:
            raise LocalProtocolError("the content is shorter than its Content-Length")
        if not stream.sent:
            if exchange.listening.is_due():
                await exchange.wire.look()
            with exchange.wire.lock:
                if _is_wanted(stream):
                    exchange.protocol.end(stream)
            await exchange.wire.flush(limit())


async def send_piece(
    exchange: Exchange, data: bytes, limit: Callable[[], float | None], *, last: bool = False
) -> bool:
    """Send some content; the `last` of it ends the request.

    Args:
        exchange: whose content it is.
        data: at least one byte.
        limit: returns how long the next wait may take.
        last: whether the request ends with it.

    Returns:
        False if the server wants no more of it.

    Raises:
        WriteTimeout: the server took nothing, or gave no room, in time.
        TransportError: the stream or the connection failed.
    """
    wire, protocol, stream = exchange.wire, exchange.protocol, exchange.stream
    view = memoryview(data)
    while before := len(view):
        if exchange.listening.is_due():
            await wire.look()
        with wire.lock:
            if not _is_wanted(stream):
                return False
            size = 0
            for _ in range(_FRAMES_AT_ONCE):
                size = protocol.send(stream, view, last=last)
                view = view[size:]
                if not (size and view):
                    break
        await wire.flush(limit())
        exchange.listening.note(before - len(view))
        if not size:
            await _wait_for_room(exchange, limit())
    return True


async def _wait_for_room(exchange: Exchange, timeout: float | None) -> None:
    try:
        if exchange.stream.uploader is exchange.stream:
            await exchange.wait(timeout)
        else:
            await exchange.wire.turn(exchange.stream.uploader, timeout)
    except ReadTimeout as error:
        within = "in time" if error.limit is None else f"for {error.limit:g} s"
        raise WriteTimeout(
            f"the server gave no room for more of the request (flow control) {within}",
            error.limit,
        ) from None


def _is_wanted(stream: Stream) -> bool:
    """Whether the server still wants the rest of the request."""
    if stream.failure is not None:
        raise stream.failure
    return not stream.ended and (stream.head is None or stream.head.status_code < 300)
