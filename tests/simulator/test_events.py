from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.simulator.driver import CUSTOM, Driver

from connectkit.simulator import Simulator
from connectkit.simulator.clock import DAY, HOUR, real_now

V2 = {"contact_email": "ana@example.com"}


class Inbox:
    """A receiver that keeps what it gets, and answers as it is told."""

    def __init__(self, *statuses: object) -> None:
        self._statuses = list(statuses)
        self.got: list[tuple[bytes, Mapping[str, str]]] = []

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> object:
        self.got.append((body, headers))
        answer = self._statuses.pop(0) if self._statuses else None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for body, _ in self.got]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]


def test_events_of_connected_accounts_go_to_connect_endpoints(driver: Driver, simulator: Simulator) -> None:
    connected, own = Inbox(), Inbox()
    simulator.subscribe(connected, connect=True)
    simulator.subscribe(own)
    seller = driver.made("/v1/accounts", CUSTOM, key="k")
    assert connected.types == [
        "account.external_account.created",
        "account.updated",
        "capability.updated",
        "capability.updated",
    ]
    assert {event["account"] for event in connected.events} == {seller["id"]}
    assert own.got == []


def test_an_event_shows_the_object_as_it_was_and_what_it_was_before(driver: Driver, simulator: Simulator) -> None:
    seller = driver.seller(metadata={"step": "1"})
    inbox = Inbox()
    simulator.subscribe(inbox, connect=True)
    reply = driver.post(f"/v1/accounts/{seller['id']}", {"metadata": {"step": "2"}}, key="k")
    (event,) = inbox.events
    assert event["type"] == "account.updated"
    assert event["data"] == {"object": reply.body, "previous_attributes": {"metadata": {"step": "1"}}}
    assert event["request"] == {"id": reply.headers["Request-Id"], "idempotency_key": "k"}
    assert event["api_version"] == "2026-10-28.endive"
    assert event["created"] == simulator.clock.now
    assert event["livemode"] is False
    driver.post(f"/v1/accounts/{seller['id']}", {"metadata": {"step": "3"}})
    kept = driver.get(f"/v1/events/{event['id']}", account=seller["id"]).body
    assert kept["data"] == event["data"]


def test_what_happens_by_itself_names_no_request(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, connect=True)
    driver.made("/v1/accounts", CUSTOM)
    assert inbox.events[-1]["request"] == {"id": None, "idempotency_key": None}


def test_deliveries_are_signed_with_the_present_time(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, "whsec_mine", connect=True)
    driver.seller()
    body, headers = inbox.got[0]
    timestamp, signature = (part.split("=")[1] for part in headers["Stripe-Signature"].split(","))
    expected = hmac.new(b"whsec_mine", timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert signature == expected
    assert abs(real_now() - int(timestamp)) < 60


def test_events_are_listed_newest_first_in_their_account(driver: Driver) -> None:
    seller = driver.seller()["id"]
    types = [event["type"] for event in driver.get("/v1/events", account=seller).body["data"]]
    assert types[-1] == "account.external_account.created"
    only = driver.get("/v1/events", {"type": "account.updated"}, account=seller).body
    assert [event["type"] for event in only["data"]] == ["account.updated"]
    assert driver.get("/v1/events").body == {"object": "list", "data": [], "has_more": False, "url": "/v1/events"}


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({}, 4),
        ({"type": "capability.*"}, 2),
        ({"type": "capability.updated"}, 2),
        ({"types": ["account.updated", "account.external_account.created"]}, 2),
        ({"delivery_success": True}, 3),
        ({"delivery_success": False}, 1),
        ({"type": "account.updated", "delivery_success": True}, 0),
    ],
)
def test_events_are_found_by_type_and_success(
    driver: Driver, simulator: Simulator, params: dict[str, Any], count: int
) -> None:
    simulator.subscribe(Inbox(500), connect=True, events=["account.updated"])
    seller = driver.seller()["id"]
    assert len(driver.get("/v1/events", params, account=seller).body["data"]) == count


def test_types_are_given_one_way(driver: Driver) -> None:
    assert driver.get("/v1/events", {"type": "a", "types": ["b"]}).error["param"] == "types"
    assert driver.get("/v1/events", {"types": [str(number) for number in range(21)]}).error["param"] == "types"


def test_thin_events_are_listed(driver: Driver, simulator: Simulator) -> None:
    first = driver.made("/v2/core/accounts", V2)["id"]
    simulator.advance(hours=1)
    driver.made(f"/v2/core/accounts/{first}", {"display_name": "New"})
    driver.made("/v2/core/accounts", V2)

    def types(**params: object) -> list[str]:
        return [event["type"] for event in driver.get("/v2/core/events", params).body["data"]]

    created, updated = "v2.core.account.created", "v2.core.account.updated"
    assert types() == [created, updated, created]
    assert types(types=[updated]) == [updated]
    assert types(object_id=first) == [updated, created]
    assert types(created={"gt": "2027-01-15T08:00:00Z"}) == [created, updated]
    assert types(created={"lte": "2027-01-15T08:00:00Z", "gte": "2027-01-15T08:00:00Z"}) == [created]
    assert types(created={"lt": "2027-01-15T08:00:00Z"}) == []
    wrong = driver.get("/v2/core/events", {"created": {"gt": "yesterday"}})
    assert (wrong.error["message"], wrong.error["param"]) == ("Invalid timestamp: yesterday", "created[gt]")


def test_a_receiver_that_is_interrupted_does_not_stop_the_rest(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox(KeyboardInterrupt())
    simulator.subscribe(inbox, connect=True)
    with pytest.raises(KeyboardInterrupt):
        driver.post("/v1/accounts", CUSTOM)
    driver.get("/v1/account")
    assert inbox.types[-1] == "capability.updated"


def test_only_wanted_types_are_delivered(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, connect=True, events=["capability.*", "nothing"])
    driver.seller()
    assert inbox.types == ["capability.updated"] * 2


def test_thin_events_tell_what_changed_and_no_more(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, thin=True)
    reply = driver.post("/v2/core/accounts", V2, key="k")
    (event,) = inbox.events
    account = reply.body["id"]
    request = {"id": reply.headers["Request-Id"], "idempotency_key": "k"}
    assert event == {
        "id": event["id"],
        "object": "v2.core.event",
        "type": "v2.core.account.created",
        "created": "2027-01-15T08:00:00.000Z",
        "livemode": False,
        "context": None,
        "reason": {"type": "request", "request": request},
        "related_object": {"id": account, "type": "v2.core.account", "url": f"/v2/core/accounts/{account}"},
    }
    assert driver.get(f"/v2/core/events/{event['id']}").body == event


def test_thin_events_are_fetched_with_their_data(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, thin=True, events=["*capability_status_updated"])
    driver.seller()
    merchant, recipient = inbox.events
    assert merchant["type"] == "v2.core.account[configuration.merchant].capability_status_updated"
    assert merchant["reason"] is None
    assert driver.get(f"/v2/core/events/{merchant['id']}").body["data"] == {"updated_capability": "card_payments"}
    data = driver.get(f"/v2/core/events/{recipient['id']}").body["data"]
    assert data == {"updated_capability": "stripe_balance.stripe_transfers"}
    assert driver.get("/v2/core/events/evt_nothing").status == 404


@pytest.mark.parametrize("answer", [None, 200, 204, True, "text"])
def test_a_receiver_that_says_nothing_bad_has_it(driver: Driver, simulator: Simulator, answer: object) -> None:
    inbox = Inbox(answer)
    simulator.subscribe(inbox, connect=True, events=["account.updated"])
    seller = driver.seller()["id"]
    simulator.advance(days=3)
    assert len(inbox.got) == 1
    assert (
        driver.get("/v1/events", {"type": "account.updated"}, account=seller).body["data"][0]["pending_webhooks"] == 0
    )


def test_a_receiver_that_fails_gets_it_three_times_more(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox(500, ValueError("no"), 404, 302, 200)
    subscriber = simulator.subscribe(inbox, connect=True, events=["account.updated"])
    seller = driver.seller()["id"]
    simulator.advance(hours=1)
    assert len(inbox.got) == 2
    simulator.advance(to=simulator.clock.now + 3 * HOUR)
    simulator.advance(to=simulator.clock.now + 2 * DAY)
    assert len(inbox.got) == 4
    assert len({body for body, _ in inbox.got}) == 1
    assert [(seen.status, seen.problem) for seen in simulator.deliveries] == [
        (500, ""),
        (500, "ValueError('no')"),
        (404, ""),
        (302, ""),
    ]
    assert {(seen.subscriber, seen.type) for seen in simulator.deliveries} == {(subscriber.id, "account.updated")}
    assert (
        driver.get("/v1/events", {"type": "account.updated"}, account=seller).body["data"][0]["pending_webhooks"] == 1
    )


def test_a_receiver_may_call_the_simulator(driver: Driver, simulator: Simulator) -> None:
    seen: list[tuple[str, str]] = []

    def receive(body: bytes, _: Mapping[str, str]) -> None:
        event = json.loads(body)
        found = driver.get(f"/v1/accounts/{event['account']}").body
        if event["type"] == "account.updated" and not found["metadata"]:
            driver.made(f"/v1/accounts/{event['account']}", {"metadata": {"seen": "yes"}})
        seen.append((event["type"], found["capabilities"]["transfers"]))

    simulator.subscribe(receive, connect=True, events=["account.updated"])
    driver.seller()
    assert seen == [("account.updated", "active")] * 2


def test_events_can_be_repeated_dropped_and_late(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, connect=True)
    simulator.faults.next("late_event", "account.external_account.*")
    simulator.faults.next("repeat_event", "account.updated")
    simulator.faults.next("drop_event", "capability.updated")
    driver.seller()
    assert inbox.types == [
        "account.updated",
        "account.updated",
        "capability.updated",
        "account.external_account.created",
    ]
    assert inbox.events[0] == inbox.events[1]
    assert simulator.faults.happened.total() == 3


def test_an_event_can_be_held_back_for_a_while_of_simulated_time(driver: Driver, simulator: Simulator) -> None:
    inbox = Inbox()
    simulator.subscribe(inbox, connect=True)
    simulator.faults.next("delay_event", "account.external_account.*", seconds=3600)
    driver.seller()
    simulator.advance(hours=0.5)
    before = inbox.types
    simulator.advance(hours=0.5)
    assert inbox.types == [*before, "account.external_account.created"]
    assert "account.external_account.created" not in before
    assert simulator.faults.happened["delay_event"] == 1


def test_an_endpoint_shows_its_secret_once(driver: Driver) -> None:
    params = {"url": "https://example.com/hook", "enabled_events": ["*"], "description": "Main", "metadata": {"a": "b"}}
    made = driver.made("/v1/webhook_endpoints", params)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "object": "webhook_endpoint",
        "api_version": None,
        "application": None,
        "created": 1_800_000_000,
        "description": "Main",
        "enabled_events": ["*"],
        "livemode": False,
        "metadata": {"a": "b"},
        "status": "enabled",
        "url": "https://example.com/hook",
    }
    assert driver.get(f"/v1/webhook_endpoints/{made['id']}").body == made
    assert driver.get("/v1/webhook_endpoints").body["data"] == [made]


def test_an_endpoint_can_be_changed_disabled_and_deleted(driver: Driver, simulator: Simulator) -> None:
    params = {"url": "https://example.com/hook", "enabled_events": ["*"]}
    path = f"/v1/webhook_endpoints/{driver.made('/v1/webhook_endpoints', params)['id']}"
    assert driver.made(path, {"enabled_events": ["payout.paid"], "metadata": {"a": "b"}})["enabled_events"] == [
        "payout.paid"
    ]
    (subscriber,) = simulator.world.subscribers.values()
    assert subscriber.events == ("payout.paid",)
    assert driver.made(path, {"disabled": True, "metadata": ""})["status"] == "disabled"
    assert simulator.world.subscribers == {}
    assert driver.made(path, {"disabled": False})["status"] == "enabled"
    assert driver.delete(path).body == {"id": path.rsplit("/", 1)[-1], "object": "webhook_endpoint", "deleted": True}
    assert simulator.world.subscribers == {}
    assert driver.get(path).status == 404


def test_a_connected_account_has_endpoints_of_its_own(driver: Driver, simulator: Simulator) -> None:
    first, second = driver.seller()["id"], driver.seller()["id"]
    params = {"url": "https://example.com/hook", "enabled_events": ["account.updated"]}
    endpoint = driver.made("/v1/webhook_endpoints", params, account=first)["id"]
    subscriber = simulator.world.subscribers[endpoint]
    events = [{"object": "event", "type": "account.updated", "account": account} for account in (first, second)]
    assert [subscriber.wants(event) for event in events] == [True, False]
    assert not subscriber.wants({"object": "event", "type": "account.updated"})
    assert driver.get("/v1/webhook_endpoints").body["data"] == []


def test_types_are_several_strings(simulator: Simulator) -> None:
    with pytest.raises(TypeError, match="The types of events are several strings"):
        simulator.subscribe(Inbox(), events="payout.paid")


def test_there_are_at_most_16_endpoints(driver: Driver) -> None:
    params = {"url": "https://example.com/hook", "enabled_events": ["*"]}
    for _ in range(16):
        driver.made("/v1/webhook_endpoints", params)
    assert "maximum of 16" in driver.post("/v1/webhook_endpoints", params).error["message"]
