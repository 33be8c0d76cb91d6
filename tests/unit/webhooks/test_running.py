"""Events as their functions want them: present, fresh, and once of two kinds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectkit.errors import Unreachable
from connectkit.webhooks.events import Event, parse
from connectkit.webhooks.presence import reading

from .samples import Bench, about, encoded, in_a_loop, signed, snapshot, thin


def event_of(envelope: Any) -> Event[object]:
    event = parse(encoded(envelope))
    assert isinstance(event, Event)
    return event


@pytest.mark.parametrize(
    ("envelope", "where"),
    [
        (snapshot(data=about("payout", id="po_1")), "/v1/payouts/po_1 acct_1"),
        (snapshot(data=about("checkout.session", id="cs_1")), "/v1/checkout/sessions/cs_1 acct_1"),
        (snapshot(data=about("account", id="acct_1")), "/v1/accounts/acct_1"),
        (snapshot(data={"object": {"object": "balance"}}), "/v1/balance acct_1"),
        (snapshot(data=about("capability", id="transfers")), "/v1/accounts/acct_1/capabilities/transfers"),
        (snapshot(data=about("person", id="person_1")), "/v1/accounts/acct_1/persons/person_1"),
        (snapshot(data=about("card", id="card_1")), "/v1/accounts/acct_1/external_accounts/card_1"),
        (snapshot(data=about("card", id="card_1"), account=None), ""),
        (snapshot(), ""),
        (snapshot(data=about("payout", id=7)), ""),
        (thin(), "/v2/core/accounts/acct_1"),
        (thin(related_object={"id": "po_1", "type": "payout", "url": "/v1/payouts/po_1"}), "/v1/payouts/po_1 acct_1"),
        (thin(related_object={"id": "po_1", "type": "payout", "url": ""}), ""),
    ],
)
def test_an_object_is_read_where_it_is(envelope: Any, where: str) -> None:
    request = reading(event_of(envelope))
    assert ("" if request is None else f"{request.path} {request.account or ''}".rstrip()) == where


def test_what_cannot_be_read_any_more_is_as_the_event_says() -> None:
    bench = Bench()
    seen = list[Any]()

    @bench.router.on("*", current=True)
    def note(event: Event[Any]) -> None:
        seen.append(event.data["status"])

    bench.deliver(snapshot(data={"object": {"id": "ch_1", "object": "charge", "status": "pending"}}))
    bench.deliver(snapshot(id="evt_2"))
    bench.stripe.objects["/v1/charges/ch_3"] = {"id": "ch_3", "object": "charge", "status": "succeeded"}
    bench.deliver(snapshot(id="evt_3", data={"object": {"id": "ch_3", "object": "charge", "status": "pending"}}))
    bench.router.work()
    assert seen == ["pending", "active", "succeeded"]
    assert bench.stripe.read_paths == ["/v1/charges/ch_1 acct_1", "/v1/charges/ch_3 acct_1"]


@pytest.mark.parametrize("answer", [{}, {"snapshot_event": None}, {"snapshot_event": ""}])
def test_a_thin_event_without_a_twin_is_handled(answer: dict[str, Any]) -> None:
    bench = Bench(twins=True)
    ran = list[str]()

    @bench.router.on("*")
    def note(event: Event[Any]) -> None:
        ran.append(event.type)

    bench.stripe.objects["/v2/core/events/evt_test_1"] = answer
    bench.deliver(thin(type="v1.payout.paid"))
    bench.deliver(thin(id="evt_test_2", type="v2.core.account.closed"))
    bench.router.work()
    assert ran == ["v1.payout.paid", "v2.core.account.closed"]


def test_a_thin_event_whose_twin_cannot_be_looked_up_is_tried_again() -> None:
    bench = Bench(twins=True)
    ran = list[str]()

    @bench.router.on("*")
    def note(event: Event[Any]) -> None:
        ran.append(event.type)

    bench.stripe.objects["/v2/core/events/evt_test_1"] = Unreachable("No answer.")
    bench.deliver(thin(type="v1.payout.paid"))
    bench.router.work()
    assert (ran, bench.router.counts["failed"]) == ([], 1)
    bench.stripe.objects["/v2/core/events/evt_test_1"] = {"snapshot_event": "evt_9"}
    bench.world.advance(30)
    bench.router.work()
    assert ran == ["v1.payout.paid"]


def test_a_claim_that_was_made_before_a_crash_is_its_own() -> None:
    bench = Bench(twins=True)
    ran = list[str]()

    @bench.router.on("*")
    def breaks_once(event: Event[Any]) -> None:
        ran.append(event.type)
        if len(ran) == 1:
            raise ValueError

    bench.stripe.objects["/v2/core/events/evt_test_1"] = {"snapshot_event": "evt_9"}
    bench.deliver(thin(type="v1.payout.paid"))
    bench.router.work()
    bench.world.advance(30)
    bench.router.work()
    assert ran == ["v1.payout.paid"] * 2


def test_what_is_missing_leaves_other_modes_and_other_things_out() -> None:
    router = in_a_loop()
    now = datetime.now(tz=UTC)
    created = int((now - timedelta(hours=30)).timestamp())
    events = [snapshot(created=created), snapshot(id="evt_2", created=created, livemode=True), {"created": created}]
    stripe: Any = router._caller
    stripe.lists = {"acct_1": [*events, snapshot(id="evt_4", created=int(now.timestamp()))]}

    async def replay() -> tuple[int, int]:
        found = await router.replay_missing(since=now - timedelta(days=2), accounts=["acct_1"])
        return found.seen, found.remembered

    assert asyncio.run(replay()) == (2, 2)


def test_a_delivery_that_is_refused_is_not_signed_for() -> None:
    bench = Bench()
    body = encoded(snapshot())
    assert bench.router.handle(body, {**signed(body), "Stripe-Signature": "t=1,v1=0"}).status == 400
