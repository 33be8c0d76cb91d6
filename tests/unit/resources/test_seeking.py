"""Orders and payouts ask the journal for what they meet, and read no more of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve
from tests.simulator.driver import Driver

from connectkit import Connect, DiscrepancyKind, LineItem, MemoryStore, Money, State
from connectkit.resources.reconciliation import pages, seeking, walking
from connectkit.storage.base import Successes
from connectkit.storage.records import Identity, Realm, Stored

AT_ONCE = "pm_card_bypassPending"


class Watched(MemoryStore):
    """Remembers which of the operations that are done were read page by page."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        found = super().listed(realm, states, limit, account, after)
        self.read += [stored.operation.identity.key for stored in found if State.SUCCEEDED in states]
        return found

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        found = super().succeeded(successes, limit)
        self.read += [stored.operation.identity.key for stored in found]
        return found


def without_sources(body: bytes) -> pages.Page:
    """Decode a page of which Stripe has expanded nothing."""
    rows, more = pages.read_plainly(body)
    return [(*row[: pages.SOURCE], pages.source_of(row), *row[pages.SOURCE + 1 :]) for row in rows], more  # type: ignore[misc]  # one member replaced


@pytest.fixture
def store() -> Watched:
    return Watched()


@pytest.fixture
def connect(store: Watched) -> Iterator[Connect]:
    with Connect.sandbox(store=store) as sandbox:
        yield sandbox


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


def seller(connect: Connect, key: str = "seller") -> str:
    account = connect.onboarding.create(key=key, country="US", type="standard", email="ana@example.com")
    connect.simulator.onboard(account.id)
    connect.settings.set_payouts(interval="manual", account=account.id)
    return account.id


def sold(connect: Connect, key: str, account: str, amount: str = "10.00") -> str:
    return connect.charges.direct.create(
        key=key, amount=usd(amount), account=account, fee=usd("1.00"), payment_method=AT_ONCE
    ).id


def test_an_order_is_explained_without_reading_the_journal(connect: Connect, store: Watched) -> None:
    others = [seller(connect, f"seller-{number}") for number in range(2)]
    payment = connect.charges.separate.create(key="order", amount=usd("100.00"), payment_method=AT_ONCE)
    settlement = connect.charges.separate.settle(payment.id, key="settle", shares=dict.fromkeys(others, usd("20.00")))
    connect.transfers.reverse(settlement.transfers[0].id, key="back", amount=usd("3.00"))
    connect.charges.separate.refund(payment.id, key="refund", amount=usd("5.00"))
    connect.later().transfers.reverse(settlement.transfers[1].id, key="planned", amount=usd("1.00"))
    passed_on = connect.charges.destination.create(
        key="order-2", amount=usd("10.00"), destination=others[0], fee=usd("1.00"), payment_method=AT_ONCE
    )
    connect.charges.destination.refund(passed_on.id, key="refund-2")
    sold(connect, "order-3", others[1])
    reports = {key: connect.reconciliation.order(key=key) for key in ("order", "order-2", "order-3")}
    assert {key: {line.key for line in report.lines} - {""} for key, report in reports.items()} == {
        "order": {"order", "settle", "back", "refund"},
        "order-2": {"order-2", "refund-2"},
        "order-3": {"order-3"},
    }
    assert all(report.explained for report in reports.values())
    assert store.read == []


def test_a_refund_that_others_made_is_not_the_payments(connect: Connect) -> None:
    payment = connect.charges.separate.create(key="order", amount=usd("100.00"), payment_method=AT_ONCE)
    refund = Driver(connect.simulator).made("/v1/refunds", {"payment_intent": payment.id, "amount": 300})
    (finding,) = connect.reconciliation.order(key="order").findings
    assert (finding.kind, finding.object_id) == (DiscrepancyKind.UNEXPECTED, refund["id"])


def test_an_order_that_was_paid_on_a_page_is_explained_without_reading_the_journal(
    connect: Connect, store: Watched
) -> None:
    chair, back = LineItem(name="Chair", price=usd("7.00")), "https://shop.example/"
    connect.simulator.pay(connect.checkout.separate.create(key="order", line_items=[chair], success_url=back).id)
    report = connect.reconciliation.order(key="order")
    assert (report.key, report.explained, store.read) == ("order", True, [])


def test_what_has_no_end_is_recognised_by_its_mark_or_its_payment(connect: Connect, store: Watched) -> None:
    payment = connect.charges.separate.create(key="order", amount=usd("100.00"), payment_method=AT_ONCE)
    connect.charges.separate.refund(payment.id, key="refund", amount=usd("5.00"))
    connect.later().charges.separate.refund(payment.id, key="planned", amount=usd("1.00"))
    for identity, row in store._operations.items():
        if identity.key in {"order", "refund"}:
            store._operations[identity] = evolve(row, state=State.UNKNOWN, object_id="", answer="", related_id="")
    report = connect.reconciliation.order(payment=payment.id)
    assert ({line.key for line in report.lines}, report.explained, report.key) == ({"order", "refund"}, True, "")


def test_a_manual_payout_reads_what_its_account_did_since_the_one_before(
    connect: Connect, store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "PAGE", 1)
    sold(connect, "others", seller(connect, "seller-2"))
    account = seller(connect)
    payouts: list[str] = []
    for number in (1, 2, 3):
        sold(connect, f"order-{number}", account)
        connect.simulator.advance(days=1)
        payouts.append(connect.payouts.create(key=f"payout-{number}", account=account, amount=usd("5.00")).id)
    middle = payouts[1]
    report = connect.reconciliation.payout(middle, account=account)
    assert (report.explained, report.key) == (True, "payout-2")
    assert store.read == ["payout-1", "order-2", "payout-2"]
    store.read.clear()
    lines = list(connect.reconciliation.lines(account=account, payout=middle))
    assert ([line.key for line in lines], store.read) == (["order-2"], [])


def test_where_others_paid_out_the_journal_is_read_around_what_was_paid_out(
    connect: Connect, store: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "PAGE", 1)
    account, driver = seller(connect), Driver(connect.simulator)
    payout = ""
    for number in (1, 2, 3):
        sold(connect, f"order-{number}", account)
        sold(connect, f"order-{number}b", account)
        connect.simulator.advance(days=1)
        payout = driver.made("/v1/payouts", {"amount": 500, "currency": "usd"}, account=account)["id"]
    for key in ("after", "later"):
        connect.charges.direct.create(key=key, amount=usd("9.00"), account=account, payment_method=AT_ONCE)
    finding = connect.reconciliation.payout(payout, account=account).findings[0]
    assert (finding.kind, finding.object_id) == (DiscrepancyKind.UNEXPECTED, payout)
    assert store.read == ["order-3", "order-3b"]


def test_a_movement_that_tells_no_more_than_an_id_is_explained(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = seller(connect)
    connect.charges.separate.create(key="funds", amount=usd("100.00"), payment_method=AT_ONCE)
    connect.settings.set_payouts(interval="manual")
    transfer = connect.transfers.create(key="bonus", amount=usd("5.00"), destination=account)
    payout = connect.payouts.create(key="payout", amount=usd("5.00"))

    monkeypatch.setattr(walking, "reader", lambda: without_sources)
    lines = list(connect.reconciliation.lines(payout=payout.id))
    assert {(line.key, line.source) for line in lines} >= {("bonus", transfer.id)}


def test_ids_that_were_looked_up_are_forgotten_when_there_are_many(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "_REMEMBERED", 1)
    account = seller(connect)
    sold(connect, "order", account)
    connect.simulator.advance(days=1)
    payout = connect.payouts.create(key="payout", account=account, amount=usd("5.00"))
    report = connect.reconciliation.payout(payout.id, account=account)
    assert report.explained


def test_an_automatic_payout_reads_what_was_under_way_with_what_it_paid_out(connect: Connect, store: Watched) -> None:
    sold(connect, "others", seller(connect, "seller-2"))
    account = seller(connect)
    connect.settings.set_payouts(interval="daily", account=account)
    sold(connect, "order", account)
    connect.simulator.advance(days=4)
    (payout,) = connect.payouts.list(account=account)
    sold(connect, "later", account)
    assert connect.reconciliation.payout(payout.id, account=account).explained
    assert store.read == ["order"]
    assert [line.key for line in connect.reconciliation.lines(account=account, payout=payout.id)] == ["", "order"]
    assert store.read == ["order"]


def test_an_automatic_payout_of_what_others_sold_reads_nothing_of_the_journal(connect: Connect, store: Watched) -> None:
    account = seller(connect)
    connect.settings.set_payouts(interval="daily", account=account)
    sale = {"amount": 700, "currency": "usd", "payment_method": AT_ONCE, "confirm": True}
    Driver(connect.simulator).made("/v1/payment_intents", sale, account=account)
    connect.simulator.advance(days=4)
    (payout,) = connect.payouts.list(account=account)
    (finding,) = connect.reconciliation.payout(payout.id, account=account).findings
    assert (finding.kind, store.read) == (DiscrepancyKind.UNEXPECTED, [])


def test_what_waits_for_another_payout_is_not_missing_in_an_automatic_one(connect: Connect, store: Watched) -> None:
    other = seller(connect)
    connect.settings.set_payouts(interval="daily")
    connect.charges.separate.create(key="first", amount=usd("10.00"), payment_method=AT_ONCE)
    waiting = connect.charges.separate.create(key="waiting", amount=usd("50.00"), payment_method="pm_card_visa")
    settlement = connect.charges.separate.settle(waiting.id, key="settle", shares={other: usd("20.00")})
    connect.transfers.reverse(settlement.transfers[0].id, key="back", amount=usd("5.00"))
    connect.charges.separate.create(key="last", amount=usd("10.00"), payment_method=AT_ONCE)
    connect.simulator.advance(days=6)
    *_, payout = connect.payouts.list()
    report = connect.reconciliation.payout(payout.id)
    assert (report.findings, payout.amount) == ((), usd("18.82"))
    assert {line.key for line in connect.reconciliation.lines(payout=payout.id)} == {"", "first", "last"}
    assert {"waiting", "settle", "back"} < set(store.read)


def test_a_purged_journal_still_leads_to_the_cause(connect: Connect, store: Watched) -> None:
    payment = connect.charges.separate.create(key="order", amount=usd("100.00"), payment_method=AT_ONCE)
    connect.charges.separate.refund(payment.id, key="refund", amount=usd("5.00"))
    connect.operations.purge(before=datetime.now(tz=UTC) + timedelta(days=1))
    report = connect.reconciliation.order(payment=payment.id)
    assert ({line.key for line in report.lines}, report.explained, store.read) == ({"order", "refund"}, True, [])
