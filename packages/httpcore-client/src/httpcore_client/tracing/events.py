"""What trace events add up to: an `Exchange`, one attempt to have a request answered.

An `ExchangeObserver` stands over the pool, so that it sees each request as it goes out: every hop of
redirects, every round of authentication and every retry is an exchange of its own. It asks for trace events,
beside whoever else does, and says when an exchange begins and ends.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple, cast

from .._siblings import pool
from ..adapters import AddedAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._siblings import Headers

__all__ = ["Exchange", "ExchangeObserver", "Phase"]


class Phase(NamedTuple):
    """A part of an exchange, such as "dns" or "wait": one of the names in `Timings`.

    Attributes:
        name: which.
        start: when it began, on the backend's clock, in seconds.
        end: when it ended.
        failed: whether the exchange failed in it.
    """

    name: str
    start: float
    end: float
    failed: bool = False


_numbers = count(1)
_LAST = ("receive.done", "receive.failed", "receive.closed")


class Exchange:
    """One attempt to have a request answered. It fills while that runs.

    Attributes:
        number: each in a process has another one.
        request: what is sent.
        started: when it began, on the backend's clock, in seconds.
        began: the same in seconds since 1970, UTC.
        phases: those that have ended, in that order. In a dial that takes several turns (proxies) a name
            may come up again.
        connection: the number of the connection; 0 while there is none, or if no network answers.
        reused: whether the connection had carried a request before.
        peer: the address at the other end; "" while that is not known.
        protocol: such as "HTTP/2"; "" while that is not known.
        status_code: that of the response; None while there is none.
        reason_phrase: what the server wrote behind it.
        headers: the fields of the response; None while there is none.
        sent: how many bytes of content were sent.
        received: how many bytes of content came.
        closed: whether the response was closed before its end.
        error: the name of the error that ended it, or None.
        ended: when it was over, on the backend's clock; None while it runs.
        kept: whatever its observer keeps with it.
    """

    # It does not hold the response, which is to be missed when its caller drops it.

    def __init__(self, request: pool.Request, started: float, began: float) -> None:
        self.number: int = next(_numbers)
        self.request: pool.Request = request
        self.started: float = started
        self.began: float = began
        self.phases: list[Phase] = []
        self.connection: int = 0
        self.reused: bool = False
        self.peer: str = ""
        self.protocol: str = ""
        self.status_code: int | None = None
        self.reason_phrase: str = ""
        self.headers: Headers | None = None
        self.sent: int = 0
        self.received: int = 0
        self.closed: bool = False
        self.error: str | None = None
        self.ended: float | None = None
        self.kept: object = None
        self._open: dict[str, float] = {}

    @property
    def latest(self) -> float:
        """The last moment that is known of it, on the backend's clock."""
        known = [self.started, *self._open.values(), *(phase.end for phase in self.phases)]
        return max(known) if self.ended is None else self.ended

    @property
    def seconds(self) -> float:
        """How long it took, with the body of its response; 0 while it runs."""
        return 0.0 if self.ended is None else self.ended - self.started

    def seconds_of(self, *names: str) -> float:
        """How long phases of these names took together."""
        return sum(phase.end - phase.start for phase in self.phases if phase.name in names)

    def take(self, event: pool.TraceEvent) -> None:
        """Note what an event tells."""
        phase, _, step = event.name.partition(".")
        details = event.details
        if step == "start":
            self._open[phase] = event.at
        elif phase in self._open:
            if step in ("done", "failed", "closed"):
                start = self._open.pop(phase)
                self.phases.append(Phase(phase, start, event.at, failed=step == "failed"))
            if phase == "send":
                self.sent = cast("int", details.get("bytes", 0))
            elif phase == "receive":
                self.received = cast("int", details["bytes"])
                self.closed = step == "closed"
            elif phase == "wait" and step == "done":
                self._answered(details)
        elif event.name in ("connection.opened", "connection.reused"):
            self.connection = cast("int", details["connection"])
            self.reused = step == "reused"

    def _answered(self, details: Mapping[str, object]) -> None:
        self.status_code = cast("int", details["status_code"])
        self.protocol = cast("str", details["protocol"])

    def answer(self, response: pool.Response) -> None:
        """Note the response."""
        self.status_code = response.status_code
        self.reason_phrase = response.reason_phrase
        self.headers = response.headers
        self.protocol = response.protocol
        if (info := response.connection) is not None:
            self.connection, self.reused, self.peer = info.number, info.reused, info.peer

    def end(self, now: float, error: str | None = None) -> None:
        """Note the end, and with it that of all phases that have begun."""
        self.ended = now
        self.error = error
        for name, start in self._open.items():
            self.phases.append(Phase(name, start, now, failed=error is not None))
        self._open.clear()

    def __repr__(self) -> str:
        came = self.error or self.status_code or "running"
        return f"<Exchange {self.request.method} {self.request.url.masked}: {came}>"


class ExchangeObserver(AddedAdapter):
    """The base of adapters that look on: each exchange is shown to them as it begins and as it ends.

    What they do then must not wait, and what it raises ends the request.
    """

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request, and watch it until the body of its response has ended."""
        watch = _Watch(self, request)
        watched = request.with_options(request.options.copy_with(trace=watch))
        try:
            response = await self._inner.send(watched)
        except BaseException as error:
            watch.failed(error)
            raise
        response.request = request  # which whoever sends it again does not want watched by us
        try:
            watch.answered(response)
        except BaseException:
            await response.close()
            raise
        return response

    def on_start(self, exchange: Exchange) -> None:
        """An exchange begins."""

    def on_event(self, exchange: Exchange, event: pool.TraceEvent) -> None:
        """Something has happened, which the exchange has noted."""

    def on_response(self, exchange: Exchange, response: pool.Response) -> None:
        """The response has come; its body may be on its way, or may have ended.

        Who keeps it keeps its connection.
        """

    def on_end(self, exchange: Exchange) -> None:
        """An exchange is over."""


class _Watch:
    """What is called with the trace events of one request."""

    __slots__ = ("_exchange", "_observer", "_request", "_returned", "_told_before")

    def __init__(self, observer: ExchangeObserver, request: pool.Request) -> None:
        self._observer = observer
        self._request = request
        self._told_before = request.options.trace
        self._returned = False  # the response has been
        self._begin()

    def _begin(self) -> None:
        clock = self._observer.clock
        self._exchange: Exchange | None = Exchange(self._request, clock.now(), clock.time())
        self._observer.on_start(self._exchange)

    def __call__(self, event: pool.TraceEvent) -> None:
        try:
            if self._told_before is not None:
                self._told_before(event)
        finally:
            self._note(event)

    def _note(self, event: pool.TraceEvent) -> None:
        exchange = self._exchange
        if exchange is None:
            return
        exchange.take(event)
        self._observer.on_event(exchange, event)
        if event.name == "request.retry":
            self._end(exchange, event.at, cast("str", event.details["error"]))
            self._begin()
        elif self._returned and event.name in _LAST:
            self._end(exchange, event.at, cast("str | None", event.details.get("error")))

    def answered(self, response: pool.Response) -> None:
        """The response has come. One whose body has ended, or is no network's, ends the exchange."""
        exchange = cast("Exchange", self._exchange)
        self._returned = True
        exchange.answer(response)
        self._observer.on_response(exchange, response)
        if "receive" not in exchange._open:
            phases = exchange.phases
            self._end(exchange, phases[-1].end if phases else self._observer.clock.now())

    def failed(self, error: BaseException) -> None:
        """There is no response."""
        if self._exchange is not None:  # else it was an observer that has failed, at the end
            self._end(self._exchange, self._observer.clock.now(), type(error).__name__)

    def _end(self, exchange: Exchange, now: float, error: str | None = None) -> None:
        self._exchange = None
        exchange.end(now, error)
        self._observer.on_end(exchange)
