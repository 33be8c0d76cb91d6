"""Event destinations that send elsewhere than to a URL."""

from __future__ import annotations

import pytest
from tests.unit.calls.scripted import Bench

from connectkit.drive import run
from connectkit.errors import InvalidRequest
from connectkit.requests import Response
from connectkit.resources.destinations import AsyncDestinations

BUS = Response(
    200,
    {},
    {
        "id": "ed_1",
        "name": "bus",
        "type": "amazon_eventbridge",
        "event_payload": "thin",
        "enabled_events": ["*"],
        "status": "disabled",
        "status_details": {"disabled": {"reason": "no_aws_event_source_exists"}},
        "webhook_endpoint": None,
    },
)


def test_a_destination_without_a_secret_is_read_and_not_rotated() -> None:
    bench = Bench(BUS, BUS)
    destinations = AsyncDestinations(bench.caller)
    found = run(destinations.retrieve("ed_1"))
    assert (found.type, found.url, found.events_from) == ("amazon_eventbridge", "", ())
    assert (found.status, found.disabled_reason) == ("disabled", "no_aws_event_source_exists")
    with pytest.raises(InvalidRequest, match="amazon_eventbridge, which has no secret"):
        run(destinations.rotate("ed_1"))
    assert bench.stripe.posted() == []
