"""Reconciliation: what moved is explained to the cent, and what does not fit is found."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, frozen
from tests.simulator.driver import Driver

from connectkit import AsyncConnect, DiscrepancyKind, LineItem, MemoryStore, Money, Origin, PeriodReport, Split
from connectkit.errors import InvalidRequest
from connectkit.models.payments import Payment
from connectkit.resources.reconciliation import shelves
from connectkit.storage.records import State

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


@pytest.fixture(autouse=True)
def few_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every journey outgrow the memory, so that its reports are made from a file."""
    monkeypatch.setattr(shelves, "_MOST", 5)


@frozen(kw_only=True)
class Market:
    """Three sellers, and a payment of each kind, each refunded in part."""

    direct_seller: str
    seller: str
    courier: str
    direct: Payment
    destination: Payment
    separate: Payment

    @property
    def sellers(self) -> list[str]:
        return [self.direct_seller, self.seller, self.courier]


async def opened(connect: AsyncConnect) -> Market:
    kinds = {"seller-1": "standard", "seller-2": "express", "seller-3": "express"}
    sellers = [await seller(connect, key, kind) for key, kind in kinds.items()]
    for account in sellers:
        await connect.settings.set_payouts(interval="manual", account=account)
    charges = connect.charges
    direct_seller, maker, courier = sellers
    market = Market(
        direct_seller=direct_seller,
        seller=maker,
        courier=courier,
        direct=await charges.direct.create(
            key="order-1", amount=usd("10.00"), account=direct_seller, fee=usd("1.23"), payment_method=CARD
        ),
        destination=await charges.destination.create(
            key="order-2", amount=usd("10.00"), destination=maker, fee=usd("1.23"), payment_method=CARD
        ),
        separate=await charges.separate.create(key="order-3", amount=usd("100.00"), payment_method=AT_ONCE),
    )
    shares = {market.seller: usd("70.00"), market.courier: usd("20.00")}
    await charges.separate.settle(market.separate.id, key="order-3/settle", shares=shares)
    await charges.direct.refund(
        market.direct.id, key="order-1/refund", account=market.direct_seller, amount=usd("4.00")
    )
    await charges.destination.refund(market.destination.id, key="order-2/refund", amount=usd("4.00"))
    await charges.separate.refund(market.separate.id, key="order-3/refund", amount=usd("25.00"))
    return market


def held(connect: AsyncConnect, account: str) -> int:
    """Give what an account holds by the simulator's own ledger."""
    totals: Mapping[str, int] = connect.simulator.ledger()["accounts"].get(account or "platform", {})
    return totals.get("usd", 0)


def now(connect: AsyncConnect) -> datetime:
    return datetime.fromtimestamp(connect.simulator.clock.now, tz=UTC)


def tampered(connect: AsyncConnect, key: str, step: str = "", **changes: Any) -> None:
    """Change what the journal remembers of an operation."""
    store = connect.store
    assert isinstance(store, MemoryStore)
    (row,) = (row for row in store._operations.values() if (row.identity.key, row.identity.step) == (key, step))
    store._operations[row.identity] = evolve(row, **changes)


async def nothing_wrong(connect: AsyncConnect, accounts: list[str]) -> None:
    """See that all that moved on these accounts and the platform is explained."""
    async for report in connect.reconciliation.periods(accounts=accounts):
        assert report.explained, report.findings
        assert report.unexplained == ()
        for statement in report.statements:
            assert statement.opening.is_zero
            assert statement.opening + statement.moved == statement.closing
        assert report.closing("usd").amount == report.net("usd").amount == held(connect, report.account)


def test_everything_that_moved_is_explained(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        await nothing_wrong(connect, market.sellers)
        (platform,) = [report async for report in connect.reconciliation.periods()]
        assert platform.account == ""
        assert platform.origins == {Origin.OPERATION: 14, Origin.STRIPE: 0, Origin.ELSEWHERE: 0}
        charge = next(total for total in platform.totals if total.category == "charge")
        assert (charge.count, charge.amount, charge.fee, charge.net) == (2, usd("110.00"), usd("3.79"), usd("106.21"))
        header, first, *_ = platform.table().splitlines()
        assert header.split() == ["category", "lines", "amount", "fee", "net"]
        assert first.split() == ["charge", "2", "110.00", "3.79", "106.21", "usd"]
        assert platform.closing("eur") == Money(0, "eur")

    travel(colour, journey)


def test_every_movement_leads_to_the_operation_that_caused_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        lines = [line async for line in connect.reconciliation.lines()]
        steps = {(line.type, line.net.amount, line.key, line.step.partition("/")[0]) for line in lines}
        assert steps == {
            ("application_fee", 123, "order-1", ""),
            ("application_fee_refund", -49, "order-1/refund", "refund"),
            ("charge", 941, "order-2", ""),
            ("transfer", -1000, "order-2", ""),
            ("application_fee", 123, "order-2", ""),
            ("refund", -400, "order-2/refund", "refund"),
            ("transfer_refund", 400, "order-2/refund", "refund"),
            ("application_fee_refund", -49, "order-2/refund", "refund"),
            ("charge", 9680, "order-3", ""),
            ("transfer", -7000, "order-3/settle", "transfer"),
            ("transfer", -2000, "order-3/settle", "transfer"),
            ("refund", -2500, "order-3/refund", "refund"),
            ("transfer_refund", 1750, "order-3/refund", "reversal"),
            ("transfer_refund", 500, "order-3/refund", "reversal"),
        }
        own = [line async for line in connect.reconciliation.lines(account=market.direct_seller)]
        assert [(line.type, line.key) for line in reversed(own)] == [
            ("charge", "order-1"),
            ("refund", "order-1/refund"),
            ("adjustment", "order-1/refund"),
        ]
        assert (own[-1].fee, own[-1].application_fee, own[-1].account) == (
            usd("1.82"),
            usd("1.23"),
            market.direct_seller,
        )
        got = [line async for line in connect.reconciliation.lines(account=market.seller)]
        assert sorted((line.type, line.net.amount, line.key) for line in got) == [
            ("adjustment", 49, "order-2/refund"),
            ("payment", 877, "order-2"),
            ("payment", 7000, "order-3/settle"),
            ("payment_refund", -1750, "order-3/refund"),
            ("payment_refund", -400, "order-2/refund"),
        ]
        assert {line.origin for line in (*lines, *own, *got)} == {Origin.OPERATION}

    travel(colour, journey)


def test_an_order_is_explained_on_every_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        direct = await connect.reconciliation.order(key="order-1")
        assert direct == await connect.reconciliation.order(payment=market.direct.id, account=market.direct_seller)
        assert (direct.key, direct.payment, direct.account) == ("order-1", market.direct.id, market.direct_seller)
        assert direct.balances == {market.direct_seller: (usd("4.67"),), "": (usd("0.74"),)}
        destination = await connect.reconciliation.order(payment=market.destination.id)
        assert destination.balances == {"": (usd("0.15"),), market.seller: (usd("5.26"),)}
        separate = await connect.reconciliation.order(key="order-3")
        assert separate.balances == {
            "": (usd("4.30"),),
            market.seller: (usd("52.50"),),
            market.courier: (usd("15.00"),),
        }
        for report, paid, refunded, fees in (
            (direct, "10.00", "4.00", "0.59"),
            (destination, "10.00", "4.00", "0.59"),
            (separate, "100.00", "25.00", "3.20"),
        ):
            assert report.explained, report.findings
            assert (report.paid, report.refunded, report.disputed) == ((usd(paid),), (usd(refunded),), ())
            assert report.stripe_fees == (usd(fees),)
            assert sum(report.origins.values()) == len(report.lines)

    travel(colour, journey)


def test_a_dispute_is_part_of_its_order(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order", amount=usd("10.00"), destination=account, payment_method="pm_card_createDispute"
        )
        report = await connect.reconciliation.order(payment=payment.id)
        assert report.explained, report.findings
        assert (report.disputed, report.stripe_fees) == ((usd("10.00"),), (usd("15.59"),))
        assert {line.origin for line in report.lines if line.category == "dispute"} == {Origin.STRIPE}
        assert {line.key for line in report.lines} == {"order"}
        (period,) = [report async for report in connect.reconciliation.periods()]
        assert period.origins[Origin.STRIPE] == 1

    travel(colour, journey)


def test_what_is_not_paid_has_moved_nothing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="order", amount=usd("10.00"))
        report = await connect.reconciliation.order(key="order")
        assert (report.payment, report.lines, report.paid, report.explained) == (payment.id, (), (), True)
        with pytest.raises(InvalidRequest, match="Either"):
            await connect.reconciliation.order()
        with pytest.raises(InvalidRequest, match="Either"):
            await connect.reconciliation.order(payment=payment.id, key="order")
        await connect.topups.create(key="topup", amount=usd("10.00"))
        with pytest.raises(InvalidRequest, match="does not name"):
            await connect.reconciliation.order(key="topup")
        with pytest.raises(InvalidRequest, match="since has no zone"):
            await connect.reconciliation.period(since=datetime(2026, 1, 1))  # noqa: DTZ001  # on purpose
        with pytest.raises(InvalidRequest, match="until has no zone"):
            await connect.reconciliation.period(until=datetime(2026, 1, 1))  # noqa: DTZ001  # on purpose
        with pytest.raises(InvalidRequest, match="ends before"):
            await connect.reconciliation.period(since=now(connect), until=now(connect))

    travel(colour, journey)


def test_a_manual_payout_is_explained_by_what_moved_since_the_one_before(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        connect.simulator.advance(days=10)
        first = await connect.payouts.create(key="payout-1", account=market.seller, amount=usd("20.00"))
        connect.simulator.advance(days=1)
        await connect.charges.destination.create(
            key="order-4", amount=usd("30.00"), destination=market.seller, payment_method=AT_ONCE
        )
        second = await connect.payouts.intend(key="payout-2", account=market.seller, amount=usd("25.00"))
        connect.simulator.advance(days=1)
        await connect.transfers.create(key="bonus", amount=usd("1.00"), destination=market.seller)

        report = await connect.reconciliation.payout(first.id, account=market.seller)
        assert report.explained, report.findings
        assert (report.key, report.intention, report.payout.id) == ("payout-1", "", first.id)
        assert report.statement is not None
        assert (report.statement.opening, report.statement.moved) == (usd("0.00"), usd("57.76"))
        assert report.statement.closing == usd("37.76")
        after = await connect.reconciliation.payout(second.last.payout, account=market.seller)
        assert after.explained, after.findings
        assert (after.key, after.intention) == ("payout-2#1", "payout-2")
        assert after.statement is not None
        assert after.statement.opening == report.statement.closing
        assert (after.statement.moved, after.statement.closing) == (usd("30.00"), usd("42.76"))
        lines = [line async for line in connect.reconciliation.lines(account=market.seller, payout=second.last.payout)]
        assert [(line.key, line.net) for line in lines] == [("order-4", usd("30.00"))]
        earlier = [line async for line in connect.reconciliation.lines(account=market.seller, payout=first.id)]
        assert sum(line.net.amount for line in earlier) == 5776
        for since, until in ((lines[0].created, None), (None, earlier[-1].created)):
            chosen = connect.reconciliation.lines(account=market.seller, payout=first.id, since=since, until=until)
            assert [line async for line in chosen] == []
        await nothing_wrong(connect, market.sellers)

    travel(colour, journey)


def test_an_automatic_payout_is_the_sum_of_its_movements(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        await connect.settings.set_payouts(interval="daily", account=market.seller)
        connect.simulator.advance(days=5)
        await connect.settings.set_payouts(interval="manual", account=market.seller)
        connect.simulator.advance(days=3)
        payouts = [payout async for payout in connect.payouts.list(account=market.seller)]
        reports = [await connect.reconciliation.payout(payout.id, account=market.seller) for payout in payouts]
        assert [report.findings for report in reports] == [()] * len(payouts)
        assert [report.net("usd") for report in reports] == [payout.amount for payout in payouts]
        assert all(report.statement is None and report.key == "" for report in reports)
        members = [line async for line in connect.reconciliation.lines(account=market.seller, payout=payouts[0].id)]
        assert sum(line.net.amount for line in members) == 0  # with its own
        assert {line.origin for line in members} == {Origin.OPERATION, Origin.STRIPE}
        await nothing_wrong(connect, market.sellers)

        await connect.charges.destination.create(
            key="order-4", amount=usd("30.00"), destination=market.seller, payment_method=AT_ONCE
        )
        await connect.settings.set_payouts(interval="daily", account=market.seller)
        connect.simulator.advance(days=1)
        newest, *_ = [payout async for payout in connect.payouts.list(account=market.seller)]
        early = await connect.reconciliation.payout(newest.id, account=market.seller)
        assert [finding.kind for finding in early.findings] == [DiscrepancyKind.UNSETTLED]

    travel(colour, journey)


def test_a_payout_that_failed_is_back_in_the_balance(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        connect.simulator.advance(days=10)
        bank = await connect.external_accounts.add(market.courier, key="bank", token="btok_us_verified_accountClosed")
        payout = await connect.payouts.create(
            key="payout", account=market.courier, amount=usd("2.00"), destination=bank.id
        )
        connect.simulator.advance(days=3)
        report = await connect.reconciliation.payout(payout.id, account=market.courier)
        assert (report.payout.status, report.findings) == ("failed", ())
        await nothing_wrong(connect, market.sellers)

    travel(colour, journey)


def test_a_payout_that_nobody_here_made_is_found(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        connect.simulator.advance(days=10)
        told = {"amount": 200, "currency": "usd"}
        payout = Driver(connect.simulator).made("/v1/payouts", told, account=market.direct_seller)
        report = await connect.reconciliation.payout(payout["id"], account=market.direct_seller)
        (finding,) = report.findings
        assert (finding.kind, finding.object_id, finding.money) == (
            DiscrepancyKind.UNEXPECTED,
            payout["id"],
            usd("2.00"),
        )
        period = await connect.reconciliation.period(account=market.direct_seller)
        assert [finding.kind for finding in period.findings] == [DiscrepancyKind.UNEXPECTED]
        assert period.unexplained == (usd("2.00"),)

    travel(colour, journey)


def test_what_others_did_is_found(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        connect.simulator.advance(days=10)
        driver = Driver(connect.simulator)
        refund = driver.made("/v1/refunds", {"payment_intent": market.separate.id, "amount": 300})
        bonus = {"amount": 100, "currency": "usd", "destination": market.courier}
        transfer = driver.made("/v1/transfers", bonus)
        reversed_ = driver.made(f"/v1/transfers/{transfer['id']}/reversals", {"amount": 40})
        sale = {"amount": 700, "currency": "usd", "payment_method": CARD, "confirm": True}
        driver.made("/v1/payment_intents", sale, account=market.direct_seller)

        report = await connect.reconciliation.period()
        found = {(finding.kind, finding.object_id, finding.found) for finding in report.findings}
        assert found == {
            (DiscrepancyKind.UNEXPECTED, refund["id"], usd("3.00")),
            (DiscrepancyKind.UNEXPECTED, transfer["id"], usd("1.00")),
            (DiscrepancyKind.UNEXPECTED, transfer["id"], usd("0.40")),
        }
        assert "Dashboard" in report.findings[0].why
        assert report.unexplained == (usd("4.40"),)
        courier = await connect.reconciliation.period(account=market.courier)
        assert {finding.object_id for finding in courier.findings} == {
            transfer["destination_payment"],
            reversed_["destination_payment_refund"],
        }
        own = await connect.reconciliation.period(account=market.direct_seller)
        assert own.unexplained == (usd("6.50"),)

    travel(colour, journey)


def test_what_the_journal_says_and_the_ledger_lacks_is_missing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.separate.create(key="order", amount=usd("10.00"), payment_method=AT_ONCE)
        transfer = await connect.transfers.create(key="bonus", amount=usd("2.00"), destination=account)
        (row,) = await connect.operations.list(account=account, states=[State.SUCCEEDED])
        answer = row.answer.replace(transfer.id, "tr_gone").replace(transfer.destination_payment, "py_gone")
        tampered(connect, "bonus", object_id="tr_gone", answer=answer)
        report = await connect.reconciliation.period()
        missing = next(finding for finding in report.findings if finding.kind is DiscrepancyKind.MISSING)
        assert (missing.key, missing.object_id, missing.expected) == ("bonus", "tr_gone", usd("2.00"))
        marked = next(finding for finding in report.findings if finding.kind is DiscrepancyKind.UNEXPECTED)
        assert marked.object_id == transfer.id
        assert "connectkit made it" in marked.why
        later = await connect.reconciliation.period(since=now(connect) + timedelta(days=1))
        assert later.explained

    travel(colour, journey)


def test_another_amount_than_the_journals_is_found(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.separate.create(key="order", amount=usd("10.00"), payment_method=AT_ONCE)
        await connect.transfers.create(key="bonus", amount=usd("2.00"), destination=account)
        (row,) = await connect.operations.list(account=account, states=[State.SUCCEEDED])
        tampered(connect, "bonus", answer=row.answer.replace('"amount":200', '"amount":150'))
        report = await connect.reconciliation.period()
        (finding,) = report.findings
        assert (finding.kind, finding.key) == (DiscrepancyKind.DIFFERENT, "bonus")
        assert (finding.expected, finding.found, finding.money) == (usd("1.50"), usd("2.00"), usd("0.50"))

    travel(colour, journey)


def test_a_payout_tells_what_it_lacks_and_what_differs(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        await connect.settings.set_payouts(interval="manual", account=account)
        for key in ("order-1", "order-2"):
            await connect.charges.direct.create(
                key=key, amount=usd("10.00"), account=account, fee=usd("1.00"), payment_method=AT_ONCE
            )
        connect.simulator.advance(days=1)
        payout = await connect.payouts.create(key="payout", account=account, amount=usd("5.00"))
        rows = {row.identity.key: row for row in await connect.operations.list(states=[State.SUCCEEDED])}
        one, other = rows["order-1"], rows["order-2"]
        tampered(connect, "order-1", answer=one.answer.replace('"amount_received":1000', '"amount_received":900'))
        gone = other.answer.replace(other.object_id, "pi_gone").replace('"latest_charge":"ch_', '"latest_charge":"ch_x')
        tampered(connect, "order-2", object_id="pi_gone", answer=gone)
        report = await connect.reconciliation.payout(payout.id, account=account)
        found = {finding.kind: finding for finding in report.findings}
        assert set(found) == {DiscrepancyKind.DIFFERENT, DiscrepancyKind.MISSING, DiscrepancyKind.UNEXPECTED}
        different, missing = found[DiscrepancyKind.DIFFERENT], found[DiscrepancyKind.MISSING]
        assert (different.key, different.expected, different.found) == ("order-1", usd("9.00"), usd("10.00"))
        assert (missing.key, missing.object_id, missing.expected) == ("order-2", "pi_gone", usd("10.00"))
        assert different.why
        assert missing.why

    travel(colour, journey)


def lost(connect: AsyncConnect, key: str, answer: str, object_id: str) -> None:
    """Let the journal remember a payment that Stripe does not have."""
    gone = answer.replace(object_id, "pi_gone").replace('"latest_charge":"ch_', '"latest_charge":"ch_x')
    tampered(connect, key, object_id="pi_gone", answer=gone, related_id="")


@pytest.mark.parametrize(("key", "payout"), [("late", "payout-2"), ("order-3", "payout-3")])
def test_a_manual_payout_looks_for_what_was_written_down_out_of_turn(colour: str, key: str, payout: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        await connect.settings.set_payouts(interval="manual", account=account)
        sale: dict[str, Any] = {"amount": usd("10.00"), "account": account, "payment_method": AT_ONCE}
        await connect.charges.direct.create(key="order-1", **sale)
        await connect.later().charges.direct.create(key="late", **sale)
        connect.simulator.advance(days=1)
        ids = {"payout-1": (await connect.payouts.create(key="payout-1", account=account, amount=usd("5.00"))).id}
        connect.simulator.advance(days=1)
        assert await connect.operations.work() == 1
        connect.simulator.advance(days=1)
        ids["payout-2"] = (await connect.payouts.create(key="payout-2", account=account, amount=usd("5.00"))).id
        planned = await connect.later().payouts.create(key="payout-3", account=account, amount=usd("5.00"))
        connect.simulator.advance(days=1)
        await connect.charges.direct.create(key="order-3", **sale)
        connect.simulator.advance(days=1)
        assert await connect.operations.work() == 1
        ids["payout-3"] = (await planned.result()).id
        for id in ids.values():
            assert (await connect.reconciliation.payout(id, account=account)).findings == ()
        rows = {row.identity.key: row for row in await connect.operations.list(states=[State.SUCCEEDED])}
        lost(connect, key, rows[key].answer, rows[key].object_id)
        reports = {name: await connect.reconciliation.payout(id, account=account) for name, id in ids.items()}
        assert {name for name, report in reports.items() if report.findings} == {payout}
        unexpected, missing = reports[payout].findings
        assert unexpected.kind is DiscrepancyKind.UNEXPECTED
        assert (missing.kind, missing.key, missing.object_id) == (DiscrepancyKind.MISSING, key, "pi_gone")

    travel(colour, journey)


def test_an_automatic_payout_tells_what_it_lacks(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        for key in ("order-1", "order-2", "order-3"):
            await connect.charges.direct.create(
                key=key, amount=usd("10.00"), account=account, fee=usd("1.00"), payment_method=AT_ONCE
            )
        await connect.charges.direct.create(key="waits", amount=usd("9.00"), account=account, payment_method=CARD)
        connect.simulator.advance(days=6)
        *_, payout = [one async for one in connect.payouts.list(account=account)]
        report = await connect.reconciliation.payout(payout.id, account=account)
        assert (report.findings, payout.amount) == ((), usd("25.23"))
        rows = {row.identity.key: row for row in await connect.operations.list(states=[State.SUCCEEDED])}
        lost(connect, "order-2", rows["order-2"].answer, rows["order-2"].object_id)
        unexpected, missing = (await connect.reconciliation.payout(payout.id, account=account)).findings
        assert (unexpected.kind, unexpected.found) == (DiscrepancyKind.UNEXPECTED, usd("8.41"))
        assert (missing.kind, missing.key, missing.object_id) == (DiscrepancyKind.MISSING, "order-2", "pi_gone")
        assert (missing.expected, "does not have it" in missing.why) == (usd("10.00"), True)

    travel(colour, journey)


@pytest.mark.parametrize("key", ["late", "order-3"])
def test_an_automatic_payout_looks_for_what_was_written_down_out_of_turn(colour: str, key: str) -> None:
    """Before all that it paid out, and sent among them; or after them, while the last of them waited for a worker."""

    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        sale: dict[str, Any] = {"amount": usd("10.00"), "account": account, "payment_method": AT_ONCE}
        await connect.later().charges.direct.create(key="late", **sale)
        await connect.charges.direct.create(key="order-0", **sale)
        connect.simulator.advance(days=6)
        await connect.charges.direct.create(key="order-1", **sale)
        assert await connect.operations.work() == 1
        await connect.charges.direct.create(key="order-2", **sale)
        await connect.later().charges.direct.create(key="last", **sale)
        await connect.charges.direct.create(key="order-3", **sale)
        assert await connect.operations.work() == 1
        connect.simulator.advance(days=6)
        payout, before = [one async for one in connect.payouts.list(account=account)]
        for one in (payout, before):
            assert (await connect.reconciliation.payout(one.id, account=account)).findings == ()
        rows = {row.identity.key: row for row in await connect.operations.list(states=[State.SUCCEEDED])}
        lost(connect, key, rows[key].answer, rows[key].object_id)
        assert (await connect.reconciliation.payout(before.id, account=account)).findings == ()
        unexpected, missing = (await connect.reconciliation.payout(payout.id, account=account)).findings
        assert unexpected.kind is DiscrepancyKind.UNEXPECTED
        assert (missing.kind, missing.key, missing.object_id) == (DiscrepancyKind.MISSING, key, "pi_gone")

    travel(colour, journey)


def test_what_the_buyer_paid_on_a_page_of_the_platforms_leads_to_its_operation(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "seller-2", type="standard")
        for account in (ana, ben):
            await connect.settings.set_payouts(interval="manual", account=account)
        driver, paid = Driver(connect.simulator), {"payment_method": AT_ONCE, "return_url": "https://shop.example/"}
        to_ana = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=ana, fee=usd("1.00")
        )
        driver.made(f"/v1/payment_intents/{to_ana.id}/confirm", paid)
        to_ben = await connect.charges.direct.create(key="order-2", amount=usd("10.00"), account=ben, fee=usd("1.00"))
        driver.made(f"/v1/payment_intents/{to_ben.id}/confirm", paid, account=ben)
        async for report in connect.reconciliation.periods(accounts=[ana, ben]):
            assert report.findings == ()
        for owner, keys in ((None, {"order-1", "order-2"}), (ana, {"order-1"}), (ben, {"order-2"})):
            found = {line.key async for line in connect.reconciliation.lines(account=owner)}
            assert found - {""} == keys
        connect.simulator.advance(days=1)
        payout = await connect.payouts.create(key="payout", account=ana, amount=usd("5.00"))
        assert (await connect.reconciliation.payout(payout.id, account=ana)).findings == ()

    travel(colour, journey)


def test_what_nobody_knows_the_end_of_is_named_and_still_recognised(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.separate.create(key="order", amount=usd("10.00"), payment_method=AT_ONCE)
        await connect.transfers.create(key="bonus", amount=usd("2.00"), destination=account)
        tampered(connect, "bonus", state=State.UNKNOWN, object_id="", answer="")
        tampered(connect, "seller-1", state=State.UNKNOWN)  # moves nothing
        report = await connect.reconciliation.period()
        (finding,) = report.findings
        assert (finding.kind, finding.key, finding.money) == (DiscrepancyKind.UNSETTLED, "bonus", None)
        assert report.unexplained == ()
        transfer = next(line for line in [line async for line in connect.reconciliation.lines()] if line.key == "bonus")
        assert (transfer.type, transfer.origin) == ("transfer", Origin.OPERATION)

    travel(colour, journey)


def test_what_is_still_on_its_way_is_not_missing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.topups.create(key="topup", amount=usd("10.00"))
        payment = await connect.charges.separate.create(
            key="order", amount=usd("10.00"), payment_method=AT_ONCE, capture_later=True
        )
        before = await connect.reconciliation.period()
        assert (before.explained, before.totals) == (True, ())
        connect.simulator.advance(days=1)
        await connect.charges.capture(payment.id, key="order/capture", amount=usd("6.00"))
        connect.simulator.advance(days=9)
        report = await connect.reconciliation.period(before=before)
        assert report.explained, report.findings
        assert {line.key for line in [line async for line in connect.reconciliation.lines()]} == {"order", "topup"}
        day = await connect.reconciliation.period(until=now(connect) - timedelta(days=9, hours=12))
        assert day.explained  # what was captured later is not missing in the day in which it was reserved
        assert day.closing("usd") == usd("0.00")

    travel(colour, journey)


def test_what_was_purged_is_still_recognised(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        await connect.operations.purge(before=datetime.now(tz=UTC) + timedelta(days=1))
        await nothing_wrong(connect, market.sellers)
        with pytest.raises(InvalidRequest, match="purged"):
            await connect.reconciliation.order(key="order-3")
        report = await connect.reconciliation.order(payment=market.separate.id)
        assert (report.key, report.explained) == ("order-3", True)

    travel(colour, journey)


def test_spans_follow_one_another_without_a_gap(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        connect.simulator.advance(days=3)
        noon = now(connect)
        await connect.charges.separate.create(key="order-4", amount=usd("50.00"), payment_method=AT_ONCE)
        connect.simulator.advance(days=3)
        first = await connect.reconciliation.period(until=noon)
        second = await connect.reconciliation.period(since=noon, before=first)
        assert first.explained, first.findings
        assert second.explained, second.findings
        assert first.closing("usd").amount + second.net("usd").amount == held(connect, "")
        assert (second.net("usd"), second.since, first.until) == (usd("48.25"), noon, noon)
        empty = await connect.reconciliation.period(since=now(connect) + timedelta(hours=1))
        assert (empty.totals, empty.closing("usd")) == ((), second.closing("usd"))
        last = await connect.reconciliation.period(since=now(connect), before=first)
        (finding,) = last.findings
        assert (finding.kind, finding.money) == (DiscrepancyKind.UNEXPLAINED, usd("48.25"))
        assert isinstance(last, PeriodReport)
        assert market.sellers

    travel(colour, journey)


def test_what_was_sold_by_checkout_leads_to_its_page(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        other = await seller(connect, "seller-2")
        await connect.settings.set_payouts(interval="manual", account=account)
        await connect.settings.set_payouts(interval="manual", account=other)
        chairs, back = [LineItem(name="Chair", price=usd("25.00"))], "https://shop.example/"
        checkout = connect.checkout
        pages = [
            await checkout.direct.create(
                key="order-1", line_items=chairs, account=account, fee=usd("2.00"), success_url=back
            ),
            await checkout.destination.create(
                key="order-2", line_items=chairs, destination=other, fee=usd("2.00"), success_url=back
            ),
            await checkout.separate.create(key="order-3", line_items=chairs, success_url=back),
        ]
        for key in ("order-1", "order-3"):
            with pytest.raises(InvalidRequest, match="does not name"):
                await connect.reconciliation.order(key=key)
        for page in pages:
            connect.simulator.pay(page.id)
        await nothing_wrong(connect, [account, other])
        lines = [line async for line in connect.reconciliation.lines(account=other)]
        assert [(line.type, line.key) for line in lines] == [("payment", "order-2")]
        for key, account_of in (("order-1", account), ("order-2", ""), ("order-3", "")):
            order = await connect.reconciliation.order(key=key)
            assert (order.key, order.account, order.paid, order.findings) == (key, account_of, (usd("25.00"),), ())

    travel(colour, journey)


def test_a_division_is_remembered_with_all_that_came_of_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        sellers = [await seller(connect, key) for key in ("seller-1", "seller-2")]
        division = Split().fixed(sellers[0], usd("20.00")).percent(sellers[1], 70).of(usd("100.00"))
        payment = await connect.charges.separate.create(
            key="order", amount=usd("100.00"), payment_method=AT_ONCE, metadata=division.notes()
        )
        await connect.charges.separate.settle(payment.id, key="order/settle", shares=division.shares)
        await connect.charges.separate.refund(payment.id, key="order/refund", amount=usd("10.00"))
        lines = [line async for line in connect.reconciliation.lines()]
        assert {line.type for line in lines} == {"charge", "transfer", "refund", "transfer_refund"}
        assert [line.division for line in lines] == [division] * len(lines)
        text = "".join([line async for line in connect.reconciliation.csv()])
        shares = f"{sellers[0]}=2000 {sellers[1]}=7000"
        assert {row["division"] for row in csv.DictReader(io.StringIO(text))} == {shares}
        damaged = await connect.charges.separate.create(
            key="damaged", amount=usd("1.00"), payment_method=AT_ONCE, metadata={"connectkit_split": "?"}
        )
        newest, *_ = [line async for line in connect.reconciliation.lines()]
        assert (newest.source, newest.division) == (damaged.charge, None)

    travel(colour, journey)


def test_movements_are_written_for_other_programs(colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def journey(connect: AsyncConnect) -> None:
        market = await opened(connect)
        await connect.charges.separate.create(key='=HYPERLINK("x")', amount=usd("1.00"), payment_method=AT_ONCE)
        text = "".join([line async for line in connect.reconciliation.csv()])
        rows = list(csv.DictReader(io.StringIO(text)))
        assert sum(int(row["net"]) for row in rows) == held(connect, "")
        assert (rows[0]["key"], rows[0]["currency"], rows[0]["origin"]) == ('\'=HYPERLINK("x")', "usd", "operation")
        for library in ("pandas", "polars"):
            frame = await connect.reconciliation.frame(library)
            assert type(frame).__module__.startswith(library)
            assert (frame["net"].sum(), len(frame)) == (held(connect, ""), len(rows))
        order = await connect.reconciliation.order(payment=market.separate.id)
        frame = await connect.reconciliation.frame("polars", payment=market.separate.id)
        assert list(frame["id"]) == [line.id for line in order.lines]
        text = "".join([line async for line in connect.reconciliation.csv(payment=market.separate.id)])
        assert [row["net"] for row in csv.DictReader(io.StringIO(text))] == [
            str(line.net.amount) for line in order.lines
        ]
        with pytest.raises(InvalidRequest, match="whenever that was"):
            await connect.reconciliation.frame("polars", payment=market.separate.id, payout="po_1")
        with pytest.raises(InvalidRequest, match="not by excel"):
            await connect.reconciliation.frame("excel")
        monkeypatch.setitem(sys.modules, "polars", None)
        with pytest.raises(InvalidRequest, match="polars is not installed") as caught:
            await connect.reconciliation.frame("polars")
        assert "pip install polars" in caught.value.next_step

    travel(colour, journey)
