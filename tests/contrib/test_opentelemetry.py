"""What OpenTelemetry is told of requests and events."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.unit.webhooks.samples import encoded, snapshot

from connectkit import Connect, Money
from connectkit.contrib.opentelemetry import OpenTelemetry
from connectkit.simulator import Simulator
from connectkit.webhooks.signatures import sign

SECRET = "whsec_told"  # signs what is simulated


def test_requests_and_events_are_told() -> None:
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracing = TracerProvider()
    tracing.add_span_processor(SimpleSpanProcessor(spans))
    metering = MeterProvider([reader])
    telemetry = OpenTelemetry(tracing.get_tracer("test"), metering.get_meter("test"))
    simulator = Simulator()
    connect = Connect("sk_test_1", http_client=simulator.http_client(), telemetry=telemetry)
    connect.charges.separate.create(
        key="ana@example.com", amount=Money.of("9.00", "usd"), payment_method="pm_card_bypassPending"
    )
    router = connect.webhooks(secrets=[SECRET])

    @router.on("*")
    def note(_event: Any) -> None: ...

    body = encoded(snapshot())
    router.handle(body, {"Stripe-Signature": sign(body, SECRET, datetime.now(tz=UTC))})
    router.work()
    told = spans.get_finished_spans()
    names = [span.name for span in told]
    assert names[-2:] == ["connectkit.event.receive", "connectkit.event.handle"]
    assert set(names[:-2]) == {"connectkit.call"}
    assert dict(told[-1].attributes or {})["connectkit.event_id"] == "evt_1"
    call = dict(told[-3].attributes or {})
    assert (call["connectkit.method"], call["connectkit.path"]) == ("post", "/v1/payment_intents")
    assert str(call["connectkit.operation"]).startswith("ck1_")
    assert "ana" not in str([span.attributes for span in told])
    data = reader.get_metrics_data()
    assert data is not None
    points = {
        (metric.name, str(dict(point.attributes or {})))
        for resource in data.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
        for point in metric.data.data_points
    }
    assert ("connectkit.events", "{'outcome': 'remembered'}") in points
    assert ("connectkit.events", "{'outcome': 'handled'}") in points
    assert ("connectkit.event.lag", "{'type': 'mandate.updated'}") in points
    assert ("connectkit.calls", "{'outcome': '200'}") in points


def test_it_tells_the_global_providers_where_none_is_given() -> None:
    telemetry = OpenTelemetry()
    with telemetry.span("connectkit.call", method="get"):
        telemetry.count("connectkit.calls", outcome="200")
        telemetry.count("connectkit.calls", outcome="200")
        telemetry.record("connectkit.event.lag", 0.5)
        telemetry.record("connectkit.event.lag", 0.5)
