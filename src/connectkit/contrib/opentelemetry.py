"""Traces and metrics of every request and every event, told to OpenTelemetry."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Final, cast

from opentelemetry import metrics, trace

_NAME: Final = "connectkit"


class OpenTelemetry:
    """Telemetry for a `Connect`: `Connect(key, telemetry=OpenTelemetry())`.

    Spans are `connectkit.call` (method, path, account, operation), `connectkit.event.receive` and
    `connectkit.event.handle` (event_id, type, account). Counters are `connectkit.calls` by status, and
    `connectkit.events` by what became of them: `remembered`, `duplicate`, each kind of refusal, `handled`, `failed`,
    `given_up`. The histogram `connectkit.event.lag` is the seconds between receiving and handling. An operation is
    named by a hash of its name; nothing personal is among the attributes.

    Args:
        tracer: Of your own, instead of the global provider's.
        meter: Of your own, instead of the global provider's.
    """

    def __init__(self, tracer: trace.Tracer | None = None, meter: metrics.Meter | None = None) -> None:
        self._tracer = tracer or trace.get_tracer(_NAME)
        self._meter = meter or metrics.get_meter(_NAME)
        self._counters: dict[str, metrics.Counter] = {}
        self._histograms: dict[str, metrics.Histogram] = {}

    def span(self, name: str, **attributes: str | int) -> AbstractContextManager[None]:
        """Give a span, which is current while it is entered."""
        told = {f"connectkit.{key}": value for key, value in attributes.items() if value != ""}
        return cast("AbstractContextManager[None]", self._tracer.start_as_current_span(name, attributes=told))

    def count(self, name: str, **attributes: str) -> None:
        """Add one to a counter."""
        if name not in self._counters:
            self._counters[name] = self._meter.create_counter(name)
        self._counters[name].add(1, attributes)

    def record(self, name: str, value: float, **attributes: str) -> None:
        """Note a value in a histogram, in seconds."""
        if name not in self._histograms:
            self._histograms[name] = self._meter.create_histogram(name, unit="s")
        self._histograms[name].record(value, attributes)
