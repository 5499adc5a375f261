"""`OpenTelemetryAdapter`: spans and metrics by the semantic conventions for HTTP clients (stable since 1.23).

Each request that goes out has a span of its own, with the context of which it goes along: hops of redirects,
rounds of authentication and retries are resends. A span ends, and its duration counts, when the head of the
response is there or the request has failed. The conventions leave it open whether the body belongs to it, but
not that somebody who never reads it must end the span; so it does not.
"""

from __future__ import annotations

import os
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from .._siblings import pool
from .._version import __version__
from ..adapters import AddedAdapter
from ._secrets import masked_url

try:
    from opentelemetry import context, metrics, propagate, trace
except ImportError as _error:
    raise ImportError(
        "OpenTelemetryAdapter needs opentelemetry-api: pip install httpcore-client[opentelemetry]"
    ) from _error

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from opentelemetry.trace import Span
    from opentelemetry.util.types import AttributeValue

__all__ = ["OpenTelemetryAdapter"]

_NAME = "httpcore_client"
_SCHEMA = "https://opentelemetry.io/schemas/1.37.0"
# Semantic conventions, http.client.request.duration: the advice for its buckets, in seconds.
_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10)
# Those of RFC 9110 and RFC 5789, unless the environment says otherwise.
_KNOWN_METHODS = "CONNECT,DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT,TRACE"
_KNOWN_METHODS_VARIABLE = "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"
# Under these nothing is to be told: an exporter that sends by this client sets them.
_SUPPRESSED = (
    context._SUPPRESS_INSTRUMENTATION_KEY,
    context._SUPPRESS_HTTP_INSTRUMENTATION_KEY,
)

# When the caller's request began that was sent last in this context, and how often it was. Who sends it again
# does so in the same context, and with the same start.
_last: ContextVar[tuple[float | None, int]] = ContextVar("_last", default=(None, 0))


class OpenTelemetryAdapter(AddedAdapter):
    """Tells OpenTelemetry of each request that goes out, and the server of the trace.

    ``Client(adapters=[OpenTelemetryAdapter()])``

    Credentials in a URL, and what goes in its query by the name of a secret, are REDACTED; fields and bodies
    are not told.

    Args:
        tracer_provider: who makes the spans; None for the global one.
        meter_provider: who makes the histogram `http.client.request.duration`; None for the global one.

    Raises:
        TypeError: an argument is something else.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        super().__init__()
        if not isinstance(tracer_provider, trace.TracerProvider | None):
            kind = type(tracer_provider).__name__
            raise TypeError(f"tracer_provider must be a TracerProvider or None, not {kind}")
        if not isinstance(meter_provider, metrics.MeterProvider | None):
            kind = type(meter_provider).__name__
            raise TypeError(f"meter_provider must be a MeterProvider or None, not {kind}")
        self._telemetry = _Telemetry(tracer_provider, meter_provider)
        known = os.environ.get(_KNOWN_METHODS_VARIABLE, "").strip() or _KNOWN_METHODS
        self._known = frozenset(method.strip() for method in known.split(","))

    async def send(self, request: pool.Request) -> pool.Response:
        """Send the request within a span."""
        if any(context.get_value(key) for key in _SUPPRESSED):
            return await self._inner.send(request)
        attributes = self._attributes(request)
        method = request.method if request.method in self._known else "HTTP"
        span = self._telemetry.tracer.start_span(
            method,
            kind=trace.SpanKind.CLIENT,
            attributes={**attributes, "url.full": _full(request), **self._original(request)},
        )
        started = self.clock.now()
        with trace.use_span(
            span, end_on_exit=False, record_exception=False, set_status_on_exception=False
        ):
            try:
                response = await self._inner.send(_prepared(request, span))
                try:
                    attributes |= _answered(response, span)
                except BaseException:
                    await response.close()
                    raise
            except BaseException as error:
                attributes["error.type"] = _failed(error, span)
                raise
            else:
                response.request = request
                return response
            finally:
                self._telemetry.duration.record(self.clock.now() - started, attributes)
                span.end()

    def _attributes(self, request: pool.Request) -> dict[str, AttributeValue]:
        """What spans and metrics have in common."""
        origin = request.url.origin
        return {
            "http.request.method": request.method if request.method in self._known else "_OTHER",
            "server.address": origin.host,
            "server.port": origin.port,
        }

    def _original(self, request: pool.Request) -> dict[str, AttributeValue]:
        if request.method in self._known:
            return {}
        return {"http.request.method_original": request.method}


class _Telemetry:
    """Whom to tell. In another process, to which a client was sent, those of that process."""

    def __init__(self, *providers: Any) -> None:
        tracers, meters = self._providers = providers
        self.tracer = trace.get_tracer(_NAME, __version__, tracers, _SCHEMA)
        meter = metrics.get_meter(_NAME, __version__, meters, _SCHEMA)
        self.duration = meter.create_histogram(
            "http.client.request.duration",
            unit="s",
            description="Duration of HTTP client requests.",
            explicit_bucket_boundaries_advisory=_BUCKETS_SECONDS,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _Telemetry, self._providers


def _full(request: pool.Request) -> str:
    return masked_url(request.url, "REDACTED", "REDACTED:REDACTED@")


def _prepared(request: pool.Request, span: Span) -> pool.Request:
    """Return the request with the context of its span, which is told how often it is sent."""
    options = request.options
    started, resent = _last.get()
    # The same object: on a coarse clock many requests begin at equal times.
    resent = resent + 1 if started is options.started and started is not None else 0
    _last.set((options.started, resent))
    if resent:
        span.set_attribute("http.request.resend_count", resent)
    before = options.on_retry

    def on_retry(request: pool.Request, error: BaseException) -> Awaitable[object] | None:
        """The pool itself sends it again, as the connection was gone: within this span."""
        _, resent = _last.get()
        _last.set((options.started, resent + 1))
        span.set_attribute("http.request.resend_count", resent + 1)
        return None if before is None else before(request, error)

    fields: dict[str, str] = {}
    propagate.inject(fields)
    request = request.copy_with(options=options.copy_with(on_retry=on_retry))
    for name, value in fields.items():
        request.headers.set(name, value)
    return request


def _answered(response: pool.Response, span: Span) -> dict[str, AttributeValue]:
    """Tell a span of the response; return what metrics are told of it."""
    found: dict[str, AttributeValue] = {
        "http.response.status_code": response.status_code,
        "network.protocol.version": response.protocol.removeprefix("HTTP/"),
    }
    if response.is_error:
        found["error.type"] = str(response.status_code)
        span.set_status(trace.StatusCode.ERROR)
    span.set_attributes(found)
    if (connection := response.connection) is not None:
        address, _, port = connection.peer.rpartition(":")
        if port.isdecimal():
            span.set_attribute("network.peer.address", address.strip("[]"))
            span.set_attribute("network.peer.port", int(port))
    return found


def _failed(error: BaseException, span: Span) -> str:
    """Tell a span of an error; return its type."""
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    description = None
    if isinstance(error, pool.HTTPError):  # of a package that nobody imports it from
        name, description = f"{_NAME}.{kind.__qualname__}", error.message
    span.set_attribute("error.type", name)
    span.set_status(trace.StatusCode.ERROR, description)
    return name
