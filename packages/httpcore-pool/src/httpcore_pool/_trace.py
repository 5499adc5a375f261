"""What a caller may watch of an exchange: trace events, and informational (1xx) responses.

Who emits an event checks ``options.trace is not None`` first, so that nobody pays who does not watch; for
the steps of an exchange that is done once, by `connection/_traced.py`.
Callbacks run in the task or thread that sends the request and must not wait; what they raise ends the
request.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from ._siblings import Value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from types import TracebackType

    from ._request import Request
    from ._siblings import Headers

__all__ = [
    "TRACE_EVENTS",
    "Informational",
    "OnInformational",
    "OnRetry",
    "Phase",
    "Trace",
    "TraceEvent",
    "emit",
]

_new = object.__new__

_PHASES = ("pool", "dns", "connect", "proxy", "tls", "send", "wait", "receive")
TRACE_EVENTS: tuple[str, ...] = (
    *(f"{phase}.{step}" for phase in _PHASES for step in ("start", "done", "failed")),
    *("connection.opened", "connection.reused", "connection.closed"),
    *("send.head", "response.informational", "receive.closed"),
    *("request.retry", "request.redirect"),
)
"""The names of all trace events; the phases are those of `Timings`."""


class Informational(Value):
    """A 1xx response, which comes before the final one (RFC 9110 15.2).

    Attributes:
        status_code: 100 to 199, never 101 (that one is final: RFC 9110 15.2.2).
        headers: its fields, such as the Link fields of a 103 (RFC 8297).
        reason_phrase: what the server wrote; "" on HTTP/2.
    """

    status_code: int
    headers: Headers
    reason_phrase: str = ""


class TraceEvent(Value):
    """One step of a request.

    Attributes:
        name: what happened, one of `TRACE_EVENTS`, such as "connect.done" or "request.retry".
        request: the request that it happened to.
        at: when, on the backend's monotonic clock, in seconds.
        details: what else is known, by name; no secrets.
    """

    name: str
    request: Request
    at: float
    details: Mapping[str, object] = MappingProxyType({})


Trace: TypeAlias = "Callable[[TraceEvent], None]"
OnInformational: TypeAlias = "Callable[[Informational], None]"
OnRetry: TypeAlias = "Callable[[Request, BaseException], Awaitable[object] | None]"


def emit(request: Request, name: str, now: float, **details: object) -> None:
    """Report an event to whoever watches the request, if anybody does."""
    trace = request.options.trace
    if trace is not None:
        event = _new(TraceEvent)  # its constructor takes three times as long
        event.__dict__.update(name=name, request=request, at=now, details=details)
        trace(event)


class Phase:
    """A phase of a request, as a block: who watches it is told of its start, and how it ended.

    Args:
        request: what it is a phase of.
        name: which.
        now: the clock.
        details: what is known from the start. Into what the block is given goes what is known at its end.
    """

    __slots__ = ("_details", "_name", "_now", "_request")

    def __init__(
        self, request: Request, name: str, now: Callable[[], float], **details: object
    ) -> None:
        self._request = request
        self._name = name
        self._now = now
        self._details = details

    def __enter__(self) -> dict[str, object]:
        self._tell("start")
        return self._details

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        step = "done"
        if error is not None:
            step, self._details["error"] = "failed", type(error).__name__
        self._tell(step)

    def _at(self, step: str) -> float:
        """Return when a step was."""
        return self._now()

    def _tell(self, step: str) -> None:
        at = self._at(step)
        if self._request.options.trace is not None:
            emit(self._request, f"{self._name}.{step}", at, **self._details)
