"""One HTTP/2 connection: many exchanges at once.

This module knows whether the connection may be used, and opens streams. `_http2_protocol` knows what
frames mean, `_http2_wire` moves them, `_http2_exchange` carries out each exchange.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._adapter import Adapter
from .._config import Budget, HTTP2Settings, MessageLimits, Timeout, check_type
from .._connection_info import ConnectionInfo, info_of, note_prelude
from .._errors import PoolTimeout, ReadError, ReadTimeout
from .._named import named
from .._trace import Phase
from ..backends.base import Backend, NetworkStream
from ._http2_exchange import Exchange
from ._http2_fields import write_head
from ._http2_protocol import Protocol
from ._http2_receiver import Receiver
from ._http2_streams import News
from ._http2_wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._request import Request
    from .._response import Response
    from ._http2_fields import RequestHead
    from ._http2_streams import Stream

__all__ = ["HTTP2Connection"]

_MOST_LOOKS = 32  # reads of an idle connection: a server that sends without end is not heard to it


class HTTP2Connection(Adapter):
    """Speaks HTTP/2 over a connected stream; many tasks or threads may send at once.

    Args:
        stream: connected to the origin, TLS done, if any.
        backend: the world that the stream belongs to.
        timeout: the limits for requests that bring none.
        limits: how much of what frames a response is accepted.
        settings: windows, and when a silent server is asked for a sign of life.

    Attributes:
        info: what its responses tell of it.
    """

    protocol = "HTTP/2"

    def __init__(
        self,
        stream: NetworkStream,
        backend: Backend,
        *,
        timeout: Timeout | None = None,
        limits: MessageLimits | None = None,
        settings: HTTP2Settings | None = None,
    ) -> None:
        check_type("stream", stream, NetworkStream, needed=True)
        check_type("backend", backend, Backend, needed=True)
        check_type("timeout", timeout, Timeout)
        check_type("limits", limits, MessageLimits)
        check_type("settings", settings, HTTP2Settings)
        settings = settings if settings is not None else HTTP2Settings()
        limits = limits if limits is not None else MessageLimits()
        self.now: Callable[[], float] = backend.now
        self.state: Protocol = Protocol(limits, settings)
        receiver = Receiver(self.state, limits, settings, backend.now)
        self.info: ConnectionInfo = info_of(stream, self.protocol)
        self.wire: Wire = Wire(stream, backend, self.state, receiver, settings)
        self._backend = backend
        self._timeout = timeout if timeout is not None else Timeout()
        self._closed = False
        self._exchanges = 0

    @property
    def is_closed(self) -> bool:
        """Whether it can carry no further exchange."""
        state = self.state
        return self._closed or state.draining or state.failure is not None

    @property
    def is_settled(self) -> bool:
        """Whether the server has said how many exchanges it lets run at once."""
        return self.state.settled

    @property
    def capacity(self) -> int:
        """How many exchanges the server lets run at once (RFC 9113 5.1.2)."""
        return self.state.capacity

    @property
    def extends(self) -> bool:
        """Whether the server takes an extended CONNECT, as far as it has said (RFC 8441 3)."""
        return self.state.extends

    @property
    def exchanges(self) -> int:
        """How many requests were begun on it."""
        return self._exchanges

    async def is_stale(self) -> bool:
        """Whether the peer closed the connection, or asked us to leave, while nobody was reading.

        A server may send SETTINGS, PING or WINDOW_UPDATE to an idle connection, so that bytes wait
        says nothing yet: they are read and taken in. The end may stand behind them.
        """
        looks = 0
        while not self.is_closed and looks < _MOST_LOOKS and await self.wire.look():
            looks += 1
        return self.is_closed

    async def send(self, request: Request) -> Response:
        """Send the request on a stream of its own and return the response with its body open.

        Raises:
            ClosedError: the connection is closed or the server has asked us to leave; nothing of the
                request was sent.
            PoolTimeout: the server allows no further stream; nothing of the request was sent.
            LocalProtocolError: the request can't be sent as it is.
            TransportError: the exchange failed. Others on the connection go on, unless it is dead.
        """
        options = request.options
        if options.started is None or options.timeout is None:  # nobody above has done so
            request = request.with_options(options.begun(self.now(), self._timeout))
        budget = Budget(request.options, self.now)
        try:
            kind = Exchange
            if options.trace is not None:
                from ._http2_traced import TracedExchange

                kind = TracedExchange
            head = write_head(request)
            stream = self._open_at_once(head, request)
            if stream is None:
                return await self._wait_and_send(kind, head, request, budget)
            return await kind(self, stream, request, budget).run(head)
        except BaseException as error:
            if (better := named(error, request, self.now(), self.info.proxy)) is not error:
                raise better from error
            raise

    def _open_at_once(self, head: RequestHead, request: Request) -> Stream | None:
        with self.wire.lock:
            if self._may_begin(head, first=not self.state.openers):
                return self._begin(head, request)
        return None

    async def _wait_and_send(
        self, kind: type[Exchange], head: RequestHead, request: Request, budget: Budget
    ) -> Response:
        queued = self.now()
        exchange: Exchange | None = None
        try:
            with Phase(request, "pool", self.now):
                stream = await self._open_in_turn(head, request, budget)
                exchange = kind(self, stream, request, budget)
        except BaseException:
            if exchange is not None:  # then it was a watcher that has failed
                await exchange.give_up()
            raise
        begun = self.now()
        response = await exchange.run(head)
        note_prelude(response._times, begun, queued, begun - queued)
        return response

    async def _open_in_turn(self, head: RequestHead, request: Request, budget: Budget) -> Stream:
        ticket = News()
        with self.wire.lock:
            self.state.openers[ticket] = None
        try:
            stream = await self._wait_to_begin(ticket, head, request, budget)
        except BaseException:
            self._leave(ticket)
            await self.wire.answer()
            raise
        # Without an await, since from here on there is a stream that has to be given up.
        self._leave(ticket)
        return stream

    async def _wait_to_begin(
        self, ticket: News, head: RequestHead, request: Request, budget: Budget
    ) -> Stream:
        state, limit = self.state, budget.timeout.pool
        countdown = budget.countdown(limit)
        await self.wire.flush(budget.write())  # the server may have heard nothing of us yet
        try:
            while True:
                with self.wire.lock:
                    if self._may_begin(head, first=next(iter(state.openers)) is ticket):
                        return self._begin(head, request)
                await self.wire.turn(ticket, countdown.cut(None))
        except ReadTimeout:
            raise PoolTimeout(
                f"none of the {state.capacity} streams that the server allows became free"
                if state.settled
                else "the server has not said how many streams it allows",
                limit,
            ) from None

    def _leave(self, ticket: News) -> None:
        with self.wire.lock:
            del self.state.openers[ticket]
            self.state.call_opener()
            self.wire.wake_a_reader()

    def _may_begin(self, head: RequestHead, *, first: bool) -> bool:
        """Whether `_begin` can say at once what becomes of a request."""
        # Whether an extended CONNECT is possible, the server's SETTINGS say (RFC 8441 3).
        knows = self.state.settled or not head.extends
        return self.is_closed or (first and knows and self.state.has_room)

    def _begin(self, head: RequestHead, request: Request) -> Stream:
        end = request.body is None and request.method != "CONNECT"
        stream = self.state.open(head, request.method, end=end)
        self._exchanges += 1
        return stream

    async def close(self) -> None:
        """Say goodbye (GOAWAY) and close; running exchanges fail."""
        if self._closed and self.state.failure is not None:
            return
        with self.wire.lock:
            says = self.state.failure is None and not self._closed
            self._closed = True
            if says:
                self.state.say_goodbye()
        with self._backend.shield():
            try:
                if says:
                    await self.wire.answer()
            finally:
                await self.wire.close()

    def forget(self) -> None:
        """Let go of the connection without a word to the peer; see `NetworkStream.forget`."""
        self._closed = True
        self.state.failure = self.state.failure or ReadError("the connection was closed here")
        self.wire.stream.forget()

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else f"{len(self.state.streams)} streams"
        return f"<HTTP2Connection to {self.wire.stream.peer}, {state}, {self._exchanges} requests>"
