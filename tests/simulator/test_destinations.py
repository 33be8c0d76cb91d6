"""Event destinations of API v2."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver

from connectkit.simulator import Simulator

PATH = "/v2/core/event_destinations"
SECRET, URL = "webhook_endpoint.signing_secret", "webhook_endpoint.url"
THIN: dict[str, Any] = {
    "name": "Accounts",
    "type": "webhook_endpoint",
    "event_payload": "thin",
    "enabled_events": ["v2.core.account.created", "v2.core.event_destination.ping"],
    "webhook_endpoint": {"url": "http://127.0.0.1:9/events"},
}


def targets(simulator: Simulator) -> list[tuple[bool, bool, tuple[str, ...]]]:
    return [(one.thin, one.connect, one.events) for one in simulator.world.subscribers.values()]


def test_the_secret_is_shown_once_and_if_asked_for(driver: Driver) -> None:
    made = driver.made(PATH, {**THIN, "include": [SECRET, URL, "else"], "metadata": {"a": "b"}})
    endpoint = made.pop("webhook_endpoint")
    assert endpoint["signing_secret"].startswith("whsec_")
    assert endpoint["url"] == THIN["webhook_endpoint"]["url"]
    hidden = {"signing_secret": None, "url": None}
    found = driver.get(f"{PATH}/{made['id']}").body
    assert found == {**made, "webhook_endpoint": hidden}
    assert driver.get(PATH).body["data"] == [found]
    assert made == {
        "id": made["id"],
        "object": "v2.core.event_destination",
        "amazon_eventbridge": None,
        "azure_event_grid": None,
        "created": "2027-01-15T08:00:00.000Z",
        "description": "",
        "enabled_events": THIN["enabled_events"],
        "event_payload": "thin",
        "events_from": ["@self"],
        "livemode": False,
        "metadata": {"a": "b"},
        "name": "Accounts",
        "snapshot_api_version": None,
        "status": "enabled",
        "status_details": None,
        "type": "webhook_endpoint",
        "updated": "2027-01-15T08:00:00.000Z",
    }


def test_scopes_and_payload_say_what_is_delivered(driver: Driver, simulator: Simulator) -> None:
    snapshots = {"event_payload": "snapshot", "enabled_events": ["*"], "events_from": ["@self", "@accounts"]}
    made = driver.made(PATH, {**THIN, **snapshots})
    assert targets(simulator) == [(False, False, ("*",)), (False, True, ("*",))]
    assert driver.delete(f"{PATH}/{made['id']}").body == {"id": made["id"], "object": "v2.core.event_destination"}
    assert targets(simulator) == []
    assert driver.get(f"{PATH}/{made['id']}").status == 404


def test_a_destination_is_changed_disabled_and_enabled(driver: Driver, simulator: Simulator) -> None:
    path = f"{PATH}/{driver.made(PATH, THIN)['id']}"
    simulator.advance(hours=1)
    told = {"name": "New", "webhook_endpoint": {"url": "http://127.0.0.1:8/"}, "metadata": {"a": "b"}}
    changed = driver.made(path, {**told, "include": [URL]})
    assert (changed["name"], changed["metadata"], changed["webhook_endpoint"]["url"]) == (
        "New",
        {"a": "b"},
        "http://127.0.0.1:8/",
    )
    assert changed["updated"] == "2027-01-15T09:00:00.000Z"
    assert [one.target for one in simulator.world.subscribers.values()] == ["http://127.0.0.1:8/"]
    disabled = driver.made(f"{path}/disable")
    assert (disabled["status"], disabled["status_details"]) == ("disabled", {"disabled": {"reason": "user"}})
    assert targets(simulator) == []
    assert driver.made(f"{path}/enable")["status"] == "enabled"
    assert len(targets(simulator)) == 1


def test_a_ping_is_delivered(driver: Driver, simulator: Simulator) -> None:
    got: list[bytes] = []
    simulator.subscribe(lambda body, _: got.append(body), thin=True)
    made = driver.made(PATH, {**THIN, "enabled_events": ["nothing"]})
    event = driver.made(f"{PATH}/{made['id']}/ping")
    assert (event["type"], event["related_object"]["id"]) == ("v2.core.event_destination.ping", made["id"])
    assert len(got) == 1


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"type": "amazon_eventbridge"}, "type"),
        ({"webhook_endpoint": None}, "webhook_endpoint"),
        ({"events_from": ["@organization_members"]}, "events_from"),
    ],
)
def test_what_is_not_simulated_is_refused(driver: Driver, changes: dict[str, Any], param: str) -> None:
    params = {name: value for name, value in {**THIN, **changes}.items() if value is not None}
    assert driver.post(PATH, params).error["param"] == param
