"""Sending content over HTTP/2, as the server's windows allow (RFC 9113 5.2).

It goes out with an eye on what the server says meanwhile: a response that is no 2xx ends it, and so does
RST_STREAM (RFC 9113 8.1); 100 (Continue) begins it where the request asks for that (RFC 9110 10.1.1). From
the head of a 2xx on, whoever reads the response sends the rest as well, so that neither side waits for the
other. The look is between two pieces: nothing interrupts the caller's iterator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from .._errors import LocalProtocolError, ReadTimeout, WriteTimeout

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._body import RequestBody
    from ._http2_exchange import Exchange
    from ._http2_fields import RequestHead

__all__ = ["Upload", "pause", "send_piece"]

Limit: TypeAlias = "Callable[[float], float | None]"
"""Returns how long the next wait may take, after so many seconds in which nothing went out."""

_SETTLE_SECONDS = 1.0  # SETTINGS are the first that a server sends (RFC 9113 3.4)
_GATHERED_BYTES = 16 * 1024  # a frame
_FRAMES_AT_ONCE = 4  # in one write, where nobody else waits for the windows
_PATIENCE_SECONDS = (
    0.1  # before crumbs of a window are taken: the least that RFC 9293 3.8.6.2.1 has for TCP
)


class Upload:
    """The content of one request, on its way.

    Args:
        exchange: what it belongs to.
        head: what was said of it.

    Attributes:
        is_open: whether content is left that the server has not refused.
    """

    def __init__(self, exchange: Exchange, head: RequestHead) -> None:
        self.is_open = False
        self._exchange = exchange
        self._expects = head.expects
        self._left = head.length

    async def send(self, body: RequestBody) -> None:
        """Send what the body gives, until its end or until a final response comes.

        Where that refuses nothing the upload is still open: `go_on` sends more, `close` ends it.

        Raises:
            LocalProtocolError: it is longer or shorter than its Content-Length.
            WriteTimeout: the server took nothing, or gave no room, in time.
            TransportError: the stream or the connection failed.
        """
        if (body.eager or body.length is None) and not self._exchange.protocol.settled:
            await self._settle()
        if self._expects and not await self._may_begin():
            return  # nothing of the content was used
        self._gathers = not body.eager and body.length is not None
        self._reader = body.open(self._exchange.backend)
        self._chunk = memoryview(b"")
        self.is_open = True
        stream, refused = self._exchange.stream, True
        try:
            while stream.head is None and await self.go_on():
                pass
            refused = stream.head is not None and stream.head.status_code >= 300
        finally:
            if refused:
                await self.close()

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

    async def go_on(self) -> bool:
        """Send a piece, or what the windows let through of it; return whether something is left.

        Raises:
            LocalProtocolError, WriteTimeout, TransportError: as for `send`.
        """
        if not (self._chunk or await self._fill()):
            await self._end()
        else:
            last = self._left == 0
            rest = await _send_some(self._exchange, self._chunk, self._limit, last=last)
            if rest is not None:
                self._chunk = rest
                return True
        await self.close()
        return False

    async def _fill(self) -> bool:
        chunk = await self._read()
        if self._gathers and len(chunk) < _GATHERED_BYTES and self._left:
            pieces, size = [chunk], len(chunk)
            while chunk and self._left and size < _GATHERED_BYTES:
                chunk = await self._read()
                pieces.append(chunk)
                size += len(chunk)
            chunk = b"".join(pieces)
        self._chunk = memoryview(chunk)
        return bool(chunk)

    async def _read(self) -> bytes:
        chunk = await self._reader.read_chunk()
        if self._left is not None:
            self._left -= len(chunk)
            if self._left < 0:
                raise LocalProtocolError("the content is longer than its Content-Length")
            if self._left and not chunk:
                raise LocalProtocolError("the content is shorter than its Content-Length")
        return chunk

    async def _end(self) -> None:
        exchange, stream = self._exchange, self._exchange.stream
        if not stream.sent:
            if exchange.listening.is_due():
                await exchange.wire.look()
            with exchange.wire.lock:
                if _is_wanted(exchange):
                    exchange.protocol.end(stream)
            await exchange.wire.flush(self._limit(0.0))

    def _limit(self, waited: float) -> float | None:
        budget = self._exchange.budget
        seconds = budget.timeout.write
        return budget.cut(None if seconds is None else seconds - waited)

    async def close(self) -> None:
        """Give up the rest."""
        if self.is_open:
            self.is_open = False
            await self._reader.close()


async def send_piece(
    exchange: Exchange, data: bytes, limit: Limit, goes_on: Callable[[], bool]
) -> int | None:
    """Send some content, which does not end the request.

    Args:
        exchange: whose content it is.
        data: of which all is sent, or as much as there is room for while it goes on.
        limit: see `Limit`.
        goes_on: whether more is to be sent.

    Returns:
        How much was sent, or None if the server wants no more of it.

    Raises:
        WriteTimeout: the server took nothing, or gave no room, in time; `taken` says how much was sent.
        TransportError: the stream or the connection failed.
    """
    left: memoryview | None = memoryview(data)
    exchange.stalled = 0.0
    try:
        while left and goes_on():
            left = await _send_some(exchange, left, limit, last=False)
    except WriteTimeout as error:
        error.taken += len(data) - len(left or b"")
        raise
    finally:
        if left:
            pause(exchange)
    return None if left is None else len(data) - len(left)


def pause(exchange: Exchange) -> None:
    """Leave the room that was dealt to an exchange to the others, as it sends nothing for a while."""
    with exchange.wire.lock:
        exchange.protocol.windows.leave(exchange.stream)


async def _send_some(
    exchange: Exchange, view: memoryview, limit: Limit, *, last: bool
) -> memoryview | None:
    """Send what the windows let through; where that is nothing, wait for news.

    Returns:
        The rest, or None if the server wants no more of it. With all of the `last` the request ends.
    """
    wire, protocol, stream = exchange.wire, exchange.protocol, exchange.stream
    if exchange.listening.is_due():
        await wire.look()
    before = len(view)
    with wire.lock:
        if not _is_wanted(exchange):
            return None
        size = 0
        for _ in range(_FRAMES_AT_ONCE):
            size = protocol.send(stream, view, last=last)
            view = view[size:]
            if not (size and view):
                break
    sent = before - len(view)
    try:
        await wire.flush(limit(0.0))
        if sent:
            exchange.listening.note(sent)
            exchange.stalled = 0.0
        if not size:
            await _wait_for_room(exchange, limit)
    except WriteTimeout as error:
        error.taken = sent  # of the content, and not of what the connection had to send
        raise
    return view


async def _wait_for_room(exchange: Exchange, limit: Limit) -> None:
    """Wait for news, as the windows let nothing through. The limit is on progress: news alone are none."""
    wire, stream, now = exchange.wire, exchange.stream, exchange.backend.now
    patience = _patience(exchange)
    if stream.takes_crumbs:
        return
    left, began = limit(exchange.stalled), now()
    soon = patience is not None and (left is None or patience < left)
    try:
        left = patience if soon else left
        if stream.uploader is stream:
            await exchange.wait(left)
        else:
            await wire.turn(stream.uploader, left)
    except ReadTimeout:
        if not soon:
            raise _no_room(limit(0.0)) from None
        stream.takes_crumbs = True
    finally:
        exchange.stalled += now() - began


def _no_room(limit: float | None) -> WriteTimeout:
    within = "in time" if limit is None else f"for {limit:g} s"
    return WriteTimeout(
        f"the server gave no room for more of the request (flow control) {within}", limit
    )


def _patience(exchange: Exchange) -> float | None:
    """For how many seconds a stream that has no room leaves the crumbs of the windows, if there are any."""
    stream, now = exchange.stream, exchange.backend.now()
    with exchange.wire.lock:
        if not exchange.protocol.windows.withholds(stream):
            # None, or none any more: another has taken them, or SETTINGS have.
            stream.patience, stream.takes_crumbs = None, False
            return None
        if stream.patience is None:
            stream.patience = now + _PATIENCE_SECONDS
        stream.takes_crumbs = stream.patience <= now
        return stream.patience - now


def _is_wanted(exchange: Exchange) -> bool:
    """Whether the server still wants the rest of the request."""
    stream = exchange.stream
    if stream.failure is not None:
        raise stream.failure
    if stream.head is None:
        return True
    if stream.ended and stream.method == "CONNECT":
        return False  # a tunnel is over where the server ends it
    # Behind a whole response RST_STREAM says that the rest is not wanted, and a fault that nobody takes it.
    protocol = exchange.protocol
    is_there = protocol.failure is None and stream.id in protocol.streams
    return stream.head.status_code < 300 and is_there
