"""Reconciliation where Stripe's lists are not what they have to be, and how its pages are read."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from tests.simulator.driver import Driver

from connectkit import Connect, DiscrepancyKind, LineItem, MemoryStore, Money, Origin
from connectkit.errors import NotFound
from connectkit.models.reconciliation import Discrepancy, Line
from connectkit.requests import Request, Response
from connectkit.resources.reconciliation import auditing, pages, tracing
from connectkit.simulator import Simulator
from connectkit.storage.records import State

ROWS = "/v1/balance_transactions"
AT_ONCE = "pm_card_bypassPending"
Change = Callable[[Request, dict[str, Any]], None]


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


@pytest.fixture
def connect() -> Iterator[Connect]:
    with Connect.sandbox() as sandbox:
        yield sandbox


def seller(connect: Connect, key: str = "seller", type: str = "express") -> str:
    account = connect.onboarding.create(key=key, country="US", type=type, email="ana@example.com")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    connect.simulator.onboard(account.id)
    connect.settings.set_payouts(interval="manual", account=account.id)
    return account.id


def sold(connect: Connect, key: str = "order", amount: str = "100.00", **more: Any) -> str:
    return connect.charges.separate.create(key=key, amount=usd(amount), payment_method=AT_ONCE, **more).id


def altered(connect: Connect, path: str, change: Change) -> None:
    """Change what Stripe answers to reads of a path."""
    sdk = connect._parts.sdk
    send = sdk.send

    def altering(request: Request, deadline: float) -> Response:
        answer = send(request, deadline)
        if (request.method, request.path) != ("get", path):
            return answer
        data: dict[str, Any] = json.loads(answer.body if request.undecoded else json.dumps(answer.data))
        change(request, data)
        return evolve(answer, body=json.dumps(data).encode()) if request.undecoded else evolve(answer, data=data)

    sdk.send = altering  # type: ignore[method-assign]


def row(**changes: Any) -> Change:
    """Change the newest row of each page."""

    def change(_: Request, page: dict[str, Any]) -> None:
        page["data"][0] |= changes

    return change


def nothing(_: Request, page: dict[str, Any]) -> None:
    page["data"] = []


def only(findings: tuple[Discrepancy, ...]) -> Discrepancy:
    (finding,) = findings
    return finding


def test_a_movement_whose_parts_do_not_sum_is_found(connect: Connect) -> None:
    sold(connect)
    altered(connect, ROWS, row(net=1))
    found = connect.reconciliation.period().findings
    assert (found[0].kind, found[0].expected, found[0].found) == (
        DiscrepancyKind.UNEXPLAINED,
        usd("96.80"),
        usd("0.01"),
    )


def test_a_balance_that_is_not_the_sum_of_its_movements_is_found(connect: Connect) -> None:
    sold(connect)
    sold(connect, "order-2", "10.00")

    def shortened(request: Request, page: dict[str, Any]) -> None:
        if request.params["limit"] == 100:
            del page["data"][-1]

    altered(connect, ROWS, shortened)
    missing, opening = connect.reconciliation.period().findings
    assert (missing.kind, missing.key, missing.expected) == (DiscrepancyKind.MISSING, "order", usd("100.00"))
    assert "is not in the list" in missing.why
    assert (opening.kind, opening.found) == (DiscrepancyKind.UNEXPLAINED, usd("96.80"))


def test_what_is_not_settled_yet_is_no_operation_of_a_flow(connect: Connect) -> None:
    other = seller(connect)
    payment = sold(connect)
    connect.charges.separate.settle(payment, key="settle", shares={other: usd("10.00")})
    store = connect.store
    assert isinstance(store, MemoryStore)
    for identity, operation in store._operations.items():
        if identity.key == "settle":
            store._operations[identity] = evolve(operation, state=State.UNKNOWN)
    finding = only(connect.reconciliation.period().findings)
    assert (finding.kind, finding.key, finding.step) == (DiscrepancyKind.UNSETTLED, "settle", "transfer/0")


def test_a_page_of_checkout_that_others_made_is_theirs(connect: Connect) -> None:
    chair, back = LineItem(name="Chair", price=usd("7.00")), "https://shop.example/"
    connect.simulator.pay(connect.checkout.separate.create(key="order", line_items=[chair], success_url=back).id)
    price = {"currency": "usd", "unit_amount": 900, "product_data": {"name": "Chair"}}
    told = {"mode": "payment", "success_url": back, "line_items": [{"price_data": price, "quantity": 1}]}
    connect.simulator.pay(Driver(connect.simulator).made("/v1/checkout/sessions", told)["id"])
    finding = only(connect.reconciliation.period().findings)
    assert (finding.kind, finding.found) == (DiscrepancyKind.UNEXPECTED, usd("8.44"))


def test_what_is_planned_or_being_sent_now_is_no_finding(connect: Connect) -> None:
    other = seller(connect)
    sold(connect)
    connect.transfers.create(key="bonus", amount=usd("1.00"), destination=other)
    connect.later().transfers.create(key="planned", amount=usd("1.00"), destination=other)
    store = connect.store
    assert isinstance(store, MemoryStore)
    (identity,) = (identity for identity in store._operations if identity.key == "bonus")
    held = evolve(store._operations[identity], state=State.STARTED, answer="", object_id="")
    for lease, findings in ((timedelta(minutes=1), []), (timedelta(minutes=-1), [DiscrepancyKind.UNSETTLED])):
        store._operations[identity] = evolve(held, lease_until=datetime.now(tz=UTC) + lease)
        assert [finding.kind for finding in connect.reconciliation.period().findings] == findings


def test_findings_beyond_a_thousand_are_counted(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditing, "_MOST", 1)
    sale = {"amount": 700, "currency": "usd", "payment_method": AT_ONCE, "confirm": True}
    for _ in range(3):
        Driver(connect.simulator).made("/v1/payment_intents", sale)
    report = connect.reconciliation.period()
    assert (len(report.findings), report.omitted) == (1, 2)


def test_a_fee_that_stripe_bills_by_itself_is_stripes(connect: Connect) -> None:
    connect.charges.direct.create(
        key="order", amount=usd("10.00"), account=seller(connect), fee=usd("1.00"), payment_method=AT_ONCE
    )
    report = connect.reconciliation.period()
    assert report.explained
    assert sorted(origin.value for origin, count in report.origins.items() if count) == ["operation", "stripe"]


def test_what_stripe_does_not_expand_or_explain_is_told_by_its_source(connect: Connect) -> None:
    payment = connect.charges.separate.create(key="order", amount=usd("100.00"), payment_method=AT_ONCE)
    altered(connect, ROWS, row(source=payment.charge))
    assert [line.key for line in connect.reconciliation.lines()] == ["order"]
    altered(connect, ROWS, row(source={"id": "rt_1", "object": "reserve_transaction"}, type="reserve_transaction"))
    line = next(iter(connect.reconciliation.lines()))
    assert (line.source, line.origin, line.key) == ("rt_1", Origin.STRIPE, "")
    altered(connect, ROWS, row(source={"id": "tu_1", "object": "topup", "initiated_by": "stripe"}, type="topup"))
    assert next(iter(connect.reconciliation.lines())).origin is Origin.STRIPE


def test_what_others_did_is_found_in_a_purged_journal_too(connect: Connect) -> None:
    other = seller(connect)
    sold(connect)
    sale = {"amount": 700, "currency": "usd", "payment_method": AT_ONCE, "confirm": True}
    destination = {"transfer_data": {"destination": other}, "application_fee_amount": 50}
    Driver(connect.simulator).made("/v1/payment_intents", {**sale, **destination})
    store = connect.store
    assert isinstance(store, MemoryStore)
    connect.operations.purge(before=datetime.now(tz=UTC) + timedelta(days=1))
    for identity, operation in store._operations.items():
        if identity.key == "seller":
            store._operations[identity] = evolve(operation, object_id="")
    assert [len(report.findings) for report in connect.reconciliation.periods(accounts=[other])] == [3, 1]


@pytest.mark.parametrize("before", [0, 3])
def test_what_comes_while_a_ledger_is_walked_is_for_the_next_report(connect: Connect, before: int) -> None:
    for number in range(before):
        sold(connect, f"early-{number}", "1.00")
    driver, looks = Driver(connect.simulator), itertools.count(1)
    sale = {"amount": 100, "currency": "usd", "payment_method": AT_ONCE, "confirm": True}

    def busy(request: Request, _: dict[str, Any]) -> None:
        if request.params["limit"] == 1 and next(looks) == 2:  # the balance was read between two equal looks
            sold(connect, "late", "1.00")
            for _number in range(101):
                driver.made("/v1/payment_intents", sale)

    altered(connect, ROWS, busy)
    report = connect.reconciliation.period()
    assert (report.explained, report.net("usd")) == (True, usd("0.67") * before)
    after = connect.reconciliation.period()
    assert (after.net("usd"), len(after.findings)) == (usd("0.67") * (before + 102), 101)


def test_an_empty_page_is_the_last_one(connect: Connect) -> None:
    altered(connect, ROWS, lambda _, page: page.update(data=[], has_more=True))
    assert list(connect.reconciliation.lines()) == []


def test_lines_are_of_their_span(connect: Connect) -> None:
    sold(connect)
    connect.simulator.advance(days=1)
    sold(connect, "order-2", "1.00")
    day = datetime.fromtimestamp(connect.simulator.clock.now, tz=UTC)
    assert [line.key for line in connect.reconciliation.lines(since=day)] == ["order-2"]
    assert [line.key for line in connect.reconciliation.lines(until=day)] == ["order"]
    assert list(connect.reconciliation.lines(until=day - timedelta(days=3))) == []


def test_movements_that_come_while_the_balance_is_read_are_left_out(connect: Connect) -> None:
    sold(connect)
    sales = iter(range(2))

    def busy(_: Request, __: dict[str, Any]) -> None:
        for number in sales:
            sold(connect, f"meanwhile-{number}", "1.00")
            break

    altered(connect, "/v1/balance", busy)
    report = connect.reconciliation.period()
    assert (report.explained, report.closing("usd")) == (
        True,
        usd("98.14"),
    )  # the sale after the last look is not in it


def test_a_balance_that_never_rests_is_read_all_the_same(connect: Connect) -> None:
    sold(connect)
    numbers = iter(range(100))

    def busy(_: Request, __: dict[str, Any]) -> None:
        sold(connect, f"meanwhile-{next(numbers)}", "1.00")

    altered(connect, "/v1/balance", busy)
    assert connect.reconciliation.period().closing("usd").amount > 0
    assert next(numbers) == 10


def test_a_reversal_beyond_the_first_ten_is_traced(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_REMEMBERED", 1)
    other = seller(connect)
    payment = sold(connect)
    settlement = connect.charges.separate.settle(payment, key="settle", shares={other: usd("50.00")})
    bonus = connect.transfers.create(key="bonus", amount=usd("1.00"), destination=other)
    for number in range(12):
        connect.transfers.reverse(settlement.transfers[0].id, key=f"back-{number}", amount=usd("1.00"))
    connect.transfers.reverse(bonus.id, key="bonus/back")
    for report in connect.reconciliation.periods(accounts=[other]):
        assert report.explained, report.findings
    keys = {line.key for line in connect.reconciliation.lines(account=other)}
    assert keys == {"settle", "bonus", "bonus/back", *(f"back-{number}" for number in range(12))}


def test_what_leads_nowhere_is_somebody_elses(connect: Connect) -> None:
    other = seller(connect)
    sold(connect)
    bonus = connect.transfers.create(key="bonus", amount=usd("1.00"), destination=other)
    connect.transfers.reverse(bonus.id, key="bonus/back")
    altered(connect, "/v1/transfers", nothing)
    altered(connect, f"/v1/transfers/{bonus.id}", lambda _, data: data.update(reversals={"data": [], "has_more": True}))
    altered(connect, f"/v1/transfers/{bonus.id}/reversals", nothing)
    finding = only(connect.reconciliation.period(account=other).findings)
    assert (finding.kind, finding.found) == (DiscrepancyKind.UNEXPECTED, usd("1.00"))
    altered(connect, f"/v1/transfers/{bonus.id}", lambda _, data: data.update(reversals={"data": []}))
    assert only(connect.reconciliation.period(account=other).findings) == finding

    def gone(_: Request, __: dict[str, Any]) -> None:
        message = "Gone."
        raise NotFound(message, status=404)

    altered(connect, f"/v1/charges/{bonus.destination_payment}", gone)
    assert only(connect.reconciliation.period(account=other).findings).kind is DiscrepancyKind.UNEXPECTED


def test_a_transfer_that_the_list_does_not_show_is_read(connect: Connect) -> None:
    other = seller(connect)
    connect.charges.destination.create(
        key="order", amount=usd("10.00"), destination=other, fee=usd("1.00"), payment_method=AT_ONCE
    )
    altered(connect, "/v1/transfers", nothing)
    assert connect.reconciliation.period(account=other).explained


def test_a_transfer_without_a_label_is_part_of_its_order(connect: Connect) -> None:
    other = seller(connect)
    payment = connect.charges.destination.create(
        key="order", amount=usd("10.00"), destination=other, fee=usd("1.00"), payment_method=AT_ONCE
    )
    altered(
        connect,
        f"/v1/payment_intents/{payment.id}",
        lambda _, data: data["latest_charge"].update(transfer_group=None),
    )
    assert len(connect.reconciliation.order(payment=payment.id).lines) == 4
    plain = sold(connect, "plain")
    assert len(connect.reconciliation.order(payment=plain).lines) == 1


def test_a_label_that_several_payments_share_does_not_mix_them(connect: Connect) -> None:
    other = seller(connect)
    first, second = (sold(connect, key, transfer_group="basket") for key in ("one", "two"))
    for payment, key in ((first, "one"), (second, "two")):
        connect.charges.separate.settle(payment, key=f"{key}/settle", shares={other: usd("10.00")})
    report = connect.reconciliation.order(payment=first)
    assert {line.key for line in report.lines} == {"one", "one/settle"}


def test_an_order_whose_movements_do_not_sum_is_found(connect: Connect) -> None:
    payment = sold(connect)
    altered(connect, ROWS, row(amount=9000))
    report = connect.reconciliation.order(payment=payment)
    assert {finding.kind for finding in report.findings} == {DiscrepancyKind.UNEXPLAINED, DiscrepancyKind.DIFFERENT}
    assert not report.explained


def test_an_order_whose_refund_moved_nothing_is_found(connect: Connect) -> None:
    payment = sold(connect)
    refund = connect.charges.separate.refund(payment, key="refund", amount=usd("5.00"))
    altered(connect, "/v1/refunds", nothing)
    finding = only(connect.reconciliation.order(payment=payment).findings)
    assert (finding.kind, finding.object_id, finding.money) == (DiscrepancyKind.MISSING, refund.id, usd("5.00"))


def by_schedule(connect: Connect, other: str) -> str:
    connect.charges.destination.create(key="order", amount=usd("10.00"), destination=other, payment_method=AT_ONCE)
    connect.settings.set_payouts(interval="daily", account=other)
    connect.simulator.advance(days=4)
    return next(iter(connect.payouts.list(account=other))).id


def test_an_automatic_payout_that_is_not_its_movements_is_found(connect: Connect) -> None:
    other = seller(connect)
    payout = by_schedule(connect, other)
    altered(connect, ROWS, lambda _, page: page.update(data=[]))
    moved, debited = connect.reconciliation.payout(payout, account=other).findings
    assert (moved.expected, moved.found) == (usd("10.00"), usd("0.00"))
    assert (debited.expected, debited.found) == (usd("10.00"), usd("0.00"))


def test_a_movement_of_an_automatic_payout_is_traced(connect: Connect) -> None:
    other = seller(connect)
    sale = {"amount": 700, "currency": "usd", "payment_method": AT_ONCE, "confirm": True}
    Driver(connect.simulator).made("/v1/payment_intents", sale, account=other)
    report = connect.reconciliation.payout(by_schedule(connect, other), account=other)
    assert only(report.findings).kind is DiscrepancyKind.UNEXPECTED


def paid_out(connect: Connect, other: str) -> str:
    connect.charges.destination.create(key="order", amount=usd("10.00"), destination=other, payment_method=AT_ONCE)
    return connect.payouts.create(key="payout", account=other, amount=usd("4.00")).id


def test_a_manual_payout_that_is_not_in_the_ledger_is_found(connect: Connect) -> None:
    other = seller(connect)
    payout = paid_out(connect, other)
    altered(connect, ROWS, row(source="po_other"))
    assert [finding.why for finding in connect.reconciliation.payout(payout, account=other).findings] == [
        "The balance was never debited for it."
    ]


def test_a_manual_payout_from_a_balance_that_does_not_sum_is_found(connect: Connect) -> None:
    other = seller(connect)
    payout = paid_out(connect, other)
    altered(connect, "/v1/balance", lambda _, data: data["available"][0].update(amount=1))
    finding = only(connect.reconciliation.payout(payout, account=other).findings)
    assert finding.money == usd("5.99")


def test_a_manual_payout_that_is_not_what_was_asked_for_is_found(connect: Connect) -> None:
    other = seller(connect)
    payout = paid_out(connect, other)
    altered(connect, f"/v1/payouts/{payout}", lambda _, data: data.update(amount=300))
    whys = [finding.why for finding in connect.reconciliation.payout(payout, account=other).findings]
    assert "The payout is not what was asked for." in whys


def test_a_payout_that_failed_and_did_not_come_back_is_found(connect: Connect) -> None:
    other = seller(connect)
    payout = paid_out(connect, other)
    altered(connect, f"/v1/payouts/{payout}", lambda _, data: data.update(status="failed"))
    finding = only(connect.reconciliation.payout(payout, account=other).findings)
    assert (finding.expected, finding.found) == (usd("4.00"), usd("0.00"))


def test_pages_are_read_alike_with_and_without_msgspec(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = sold(connect)
    connect.charges.separate.refund(payment, key="refund", amount=usd("5.00"))
    connect.charges.destination.create(
        key="order-2", amount=usd("10.00"), destination=seller(connect), fee=usd("1.00"), payment_method=AT_ONCE
    )
    fast: list[Line] = list(connect.reconciliation.lines())
    monkeypatch.setitem(sys.modules, "msgspec", None)
    pages.reader.cache_clear()
    try:
        assert pages.reader() is pages.read_plainly
        assert list(connect.reconciliation.lines()) == fast
    finally:
        pages.reader.cache_clear()


def test_what_the_sdk_would_decode_is_kept_back() -> None:
    with Simulator().serve() as server, Connect("sk_test_served", base_url=server.url) as connect:
        sold(connect)
        since = datetime.now(tz=UTC) - timedelta(days=2)
        assert connect.reconciliation.period(since=since).net("usd") == usd("96.80")


def cash_returned(connect: Connect, *, on_platform: bool) -> tuple[str, str | None, str]:
    """Sell, pass on, and ask a customer where to send back what she has sent and not spent.

    Gives the seller, the account of the refund, and the refund.
    """
    other = seller(connect, type="standard")
    account = None if on_platform else other
    sold(connect)
    connect.transfers.create(key="bonus", amount=usd("9.00"), destination=other)
    driver = Driver(connect.simulator)
    customer = driver.made("/v1/customers", {"email": "eve@example.com"}, account=account)["id"]
    sent = {"amount": 5000, "currency": "usd"}
    driver.made(f"/v1/test_helpers/customers/{customer}/fund_cash_balance", sent, account=account)
    told = {"origin": "customer_balance", "customer": customer, "currency": "usd", "amount": 2000}
    return other, account, driver.made("/v1/refunds", told, account=account)["id"]


@pytest.mark.parametrize("on_platform", [True, False])
def test_what_a_customer_had_sent_goes_back_and_moves_no_balance(connect: Connect, on_platform: bool) -> None:
    other, account, returned = cash_returned(connect, on_platform=on_platform)
    refund = connect.refunds.retrieve(returned, account=account)
    assert (refund.charge, refund.payment, refund.amount) == ("", "", usd("20.00"))
    for report in connect.reconciliation.periods(accounts=[other]):
        assert report.explained, report.findings
    payout = connect.payouts.create(key="payout", amount=usd("5.00"), account=other)
    assert connect.reconciliation.payout(payout.id, account=other).explained
    assert list(connect.tracker.sinking(other)) == []


@pytest.mark.parametrize("on_platform", [True, False])
def test_a_movement_of_a_refund_without_a_charge_is_somebody_elses(connect: Connect, on_platform: bool) -> None:
    _, account, returned = cash_returned(connect, on_platform=on_platform)
    refund = Driver(connect.simulator).get(f"/v1/refunds/{returned}", account=account).body
    altered(connect, ROWS, row(type="refund", source=refund))
    first, *_ = connect.reconciliation.period(account=account).findings
    assert (first.kind, first.object_id, first.found) == (DiscrepancyKind.UNEXPECTED, refund["id"], usd("9.00"))
