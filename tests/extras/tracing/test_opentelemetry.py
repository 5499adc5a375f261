"""Spans and metrics by the semantic conventions for HTTP clients."""

import importlib
import pickle
import sys

import pytest
from opentelemetry import context, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from httpcore_client import ConnectError, Network, ScriptedBackend, SyncClient
from httpcore_client.tracing.opentelemetry import OpenTelemetryAdapter
from testkit.peer import Peer, response


class Telemetry:
    def __init__(self):
        self._exporter = InMemorySpanExporter()
        self.tracers = TracerProvider(shutdown_on_exit=False)
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._reader = InMemoryMetricReader()
        self.meters = MeterProvider([self._reader], shutdown_on_exit=False)
        self.adapter = OpenTelemetryAdapter(self.tracers, self.meters)

    def spans(self):
        return self._exporter.get_finished_spans()

    def points(self):
        (metric,) = [
            metric
            for resource in self._reader.get_metrics_data().resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        ]
        assert ("http.client.request.duration", "s") == (metric.name, metric.unit)
        return metric.data.data_points


@pytest.fixture
def telemetry():
    return Telemetry()


def test_a_span_says_what_was_asked_and_answered(run_client, origin, telemetry):
    async def scenario(client):
        await client.get(f"{origin.tls}/?page=2")

    run_client(scenario, adapters=[telemetry.adapter])
    (span,) = telemetry.spans()
    attributes = dict(span.attributes)
    port = int(origin.tls.rpartition(":")[2])
    assert {
        "http.request.method": "GET",
        "server.address": "localhost",
        "server.port": port,
        "url.full": f"{origin.tls}/?page=2",
        "http.response.status_code": 200,
        "network.protocol.version": "2",
        "network.peer.address": "127.0.0.1",
        "network.peer.port": port,
    } == attributes
    assert ("GET", SpanKind.CLIENT, StatusCode.UNSET) == (
        span.name,
        span.kind,
        span.status.status_code,
    )
    assert "httpcore_client" == span.instrumentation_scope.name
    (point,) = telemetry.points()
    assert {
        "http.request.method": "GET",
        "server.address": "localhost",
        "server.port": port,
        "http.response.status_code": 200,
        "network.protocol.version": "2",
    } == dict(point.attributes)
    assert (0.005, 10.0, 14) == (*point.explicit_bounds[::13], len(point.explicit_bounds))
    assert (span.end_time - span.start_time) / 1e9 == pytest.approx(point.sum, abs=0.005)


def test_each_hop_and_each_round_is_a_resend(run_client, origin, telemetry):
    async def scenario(client):
        await client.get(f"{origin.plain}/redirect/1")
        await client.get(origin.plain)

    run_client(scenario, adapters=[telemetry.adapter])
    assert [(302, None), (200, 1), (200, None)] == [
        (
            span.attributes["http.response.status_code"],
            span.attributes.get("http.request.resend_count"),
        )
        for span in telemetry.spans()
    ]


def test_what_the_pool_sends_again_is_counted_within_its_span(run_client, telemetry):
    told = []

    async def scenario(client, url):
        await client.get(url)
        await client.get(url)

    with Peer() as peer:
        peer.handlers = (peer.answering(response(), b""), peer.holding(response()))
        hooks = {"retry": lambda request, error: told.append(type(error).__name__)}
        options = {"adapters": [telemetry.adapter], "hooks": hooks}
        run_client(lambda client: scenario(client, peer.url), **options)
        run_client(lambda client: client.get(peer.url), adapters=[telemetry.adapter])
    assert [None, 1, None] == [
        span.attributes.get("http.request.resend_count") for span in telemetry.spans()
    ]
    assert ["RemoteProtocolError"] == told


def test_the_trace_goes_along(run_client, origin, telemetry):
    async def scenario(client):
        with telemetry.tracers.get_tracer("test").start_as_current_span("caller"):
            answer = await client.get(f"{origin.plain}/echo", headers={"Traceparent": "theirs"})
        assert "Traceparent" in answer.request.headers
        return dict(answer.json()["headers"])["traceparent"]

    sent = run_client(scenario, adapters=[telemetry.adapter])
    span, caller = telemetry.spans()
    assert span.parent.span_id == caller.context.span_id
    assert sent.startswith(f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-")


@pytest.mark.parametrize(("status", "error"), [(302, None), (404, "404"), (503, "503")])
def test_answers_from_400_on_are_errors(run_client, origin, telemetry, status, error):
    async def scenario(client):
        await client.get(f"{origin.plain}/status/{status}")

    run_client(scenario, adapters=[telemetry.adapter])
    (span,), (point,) = telemetry.spans(), telemetry.points()
    assert error == span.attributes.get("error.type") == point.attributes.get("error.type")
    assert (error is not None) is (span.status.status_code is StatusCode.ERROR)
    assert span.status.description is None


def test_failures_are_errors_without_secrets(run_client, telemetry):
    async def scenario(client):
        with pytest.raises(ConnectError):
            await client.get("http://user:hunter2@127.0.0.1:1/?sig=hunter2&page=2")
        with pytest.raises(ZeroDivisionError):
            await client.request("BREW", "http://127.0.0.1:1/", trace=fail)

    def fail(event):
        raise ZeroDivisionError("hunter2")

    run_client(scenario, adapters=[telemetry.adapter])
    refused, broken = telemetry.spans()
    assert (
        "http://REDACTED:REDACTED@127.0.0.1:1/?sig=REDACTED&page=2"
        == refused.attributes["url.full"]
    )
    assert ("httpcore_client.ConnectError", "can't connect to 127.0.0.1:1: Connection refused") == (
        refused.attributes["error.type"],
        refused.status.description,
    )
    assert ("HTTP", "_OTHER", "BREW", "builtins.ZeroDivisionError", None) == (
        broken.name,
        broken.attributes["http.request.method"],
        broken.attributes["http.request.method_original"],
        broken.attributes["error.type"],
        broken.status.description,
    )
    assert {"httpcore_client.ConnectError", "builtins.ZeroDivisionError"} == {
        point.attributes["error.type"] for point in telemetry.points()
    }


def test_the_environment_says_which_methods_are_known(run_client, telemetry, answers, monkeypatch):
    async def scenario(client):
        await client.request("BREW", "http://example.org/")
        await client.get("http://example.org/")

    monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", "BREW, WHEN")
    adapter = OpenTelemetryAdapter(telemetry.tracers, telemetry.meters)
    run_client(scenario, adapters=[adapter, answers(204)])
    assert ["BREW", "HTTP"] == [span.name for span in telemetry.spans()]


def test_an_exporters_own_requests_are_not_told(run_client, telemetry, answers):
    async def scenario(client):
        key = context._SUPPRESS_HTTP_INSTRUMENTATION_KEY
        token = context.attach(context.set_value(key, True))
        await client.get("http://example.org/")
        context.detach(token)

    run_client(scenario, adapters=[telemetry.adapter, answers(204)])
    assert () == telemetry.spans()


def test_a_span_that_fails_loses_no_response(run_client, origin):
    class Span(trace.NonRecordingSpan):
        def set_attributes(self, attributes):
            raise KeyboardInterrupt

    class Tracer(trace.NoOpTracer):
        def start_span(self, *args, **options):
            return Span(trace.INVALID_SPAN_CONTEXT)

    class Tracers(trace.NoOpTracerProvider):
        def get_tracer(self, *args, **options):
            return Tracer()

    async def scenario(client):
        with pytest.raises(KeyboardInterrupt):
            await client.get(f"{origin.plain}/stall")
        return client.stats()

    stats = run_client(scenario, adapters=[OpenTelemetryAdapter(Tracers())])
    assert 0 == stats.in_use


def test_the_adapter_alone_needs_no_client(origin, telemetry, world):
    async def scenario():
        client = world.client(trust_env=False)
        async with client:
            pool = getattr(client, "_target", client)
            pool = getattr(pool, "_client", pool)._pool
            adapter = telemetry.adapter.over(pool, pool.backend)
            request = SyncClient(trust_env=False).build("GET", origin.plain)
            for _ in range(2):
                await (await adapter.send(request)).read()

    world.run(scenario)
    assert [None, None] == [
        span.attributes.get("http.request.resend_count") for span in telemetry.spans()
    ]


def test_requests_that_begin_at_equal_times_are_no_resends(run_client, telemetry, answers):
    async def scenario(client):
        for started in ("1.5", "1.5"):
            request = client.build("GET", "http://example.org/")
            options = request.options.copy_with(started=float(started))
            await adapter.send(request.with_options(options))

    adapter = telemetry.adapter.over(answers(204), ScriptedBackend())
    run_client(scenario)
    assert [None, None] == [
        span.attributes.get("http.request.resend_count") for span in telemetry.spans()
    ]


def test_it_travels_and_tells_whom_there_is_to_tell():
    adapter = pickle.loads(pickle.dumps(OpenTelemetryAdapter(trace.NoOpTracerProvider())))
    assert isinstance(adapter, OpenTelemetryAdapter)
    with SyncClient(trust_env=False, adapters=[OpenTelemetryAdapter()]) as client:
        assert "OpenTelemetryAdapter" in repr(pickle.loads(pickle.dumps(client)))


def test_providers_are_checked():
    with pytest.raises(
        TypeError, match="tracer_provider must be a TracerProvider or None, not str"
    ):
        OpenTelemetryAdapter("console")
    with pytest.raises(TypeError, match="meter_provider must be a MeterProvider or None, not str"):
        OpenTelemetryAdapter(None, "console")


def test_an_address_without_a_port_is_not_told(telemetry):
    answer = b"HTTP/1.1 204 No Content\r\n\r\n"

    class Backend(ScriptedBackend):
        async def connect_unix(self, path, timeout):
            stream = await super().connect_unix(path, timeout)
            stream._peer = "unix:/x"
            return stream

    options = {"network": Network(unix_socket="/x"), "adapters": [telemetry.adapter]}
    with SyncClient(trust_env=False, backend=Backend([answer]), **options) as client:
        client.get("http://example.org/")
    (span,) = telemetry.spans()
    assert "network.peer.address" not in span.attributes


def test_without_the_package_it_says_what_to_install(monkeypatch):
    name = "httpcore_client.tracing.opentelemetry"
    monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ImportError, match=r"pip install httpcore-client\[opentelemetry\]"):
        importlib.import_module(name)
