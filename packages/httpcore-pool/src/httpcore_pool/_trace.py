"""What a caller may watch of an exchange: trace events, and informational (1xx) responses.

Who emits an event checks ``options.trace is not None`` first, so that nobody pays who does not watch.
Callbacks run in the task or thread that sends the request and must not wait; what they raise ends the
request.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from ._siblings import Value

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from ._request import Request
    from ._siblings import Headers

__all__ = ["Informational", "OnInformational", "OnRetry", "Trace", "TraceEvent", "emit"]


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
        name: what happened, such as "pool.queued", "connect.done" or "request.replayed".
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
        trace(TraceEvent(name, request, now, details))
