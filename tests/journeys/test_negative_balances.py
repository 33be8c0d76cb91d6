"""Balances below zero: debits of banks, payouts that were taken back, and what is seen early; in both colours."""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel
from tests.journeys.test_intentions import earning
from tests.journeys.test_plans import AT_ONCE, empty, total, usd
from tests.journeys.test_webhooks import Mailbox

from connectkit import AsyncConnect, BalanceOutlook, ClaimKind, InvalidRequest, Money, Origin, PayoutState
from connectkit.simulator.money.switches import Switches, set_switches

pytestmark = pytest.mark.parametrize("colour", COLOURS)

INQUIRY = "pm_card_createDisputeInquiry"


async def sinking(connect: AsyncConnect, *accounts: str) -> list[BalanceOutlook]:
    return [one async for one in connect.tracker.sinking(*accounts)]


async def refunded(connect: AsyncConnect, account: str, key: str = "sale") -> None:
    """Bring a seller below zero by the platform's fee of a sale that is refunded."""
    sale = await connect.charges.direct.create(
        key=key, amount=usd("10.00"), account=account, fee=usd("0.59"), payment_method=AT_ONCE
    )
    await connect.charges.direct.refund(sale.id, key=f"{key}/refund", account=account, refund_fee=False)


def test_a_debit_of_a_negative_balance_is_a_payout_that_is_understood(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, interval="manual", debit_negative_balances=True)
        await refunded(connect, ana)
        able = await connect.payouts.eligibility(account=ana, currency="usd")
        assert "below zero, by 0.59 usd" in able.obstacles[0]
        (outlook,) = await sinking(connect)
        assert (outlook.below, outlook.debited, outlook.now) == (True, True, usd("-0.59"))
        assert outlook.next_step.startswith("Wait")
        connect.simulator.advance(days=4)
        (debit,) = [one async for one in connect.payouts.list(account=ana)]
        assert (debit.amount, debit.debit, debit.automatic, debit.status) == (usd("-0.59"), True, True, "paid")
        report = await connect.reconciliation.payout(debit.id, account=ana)
        assert (report.explained, report.payout.debit, report.key) == (True, True, "")
        lines = [one async for one in connect.reconciliation.lines(account=ana)]
        (taken,) = [one for one in lines if one.type == "payout"]
        assert (taken.origin, taken.category, taken.net) == (Origin.STRIPE, "payout", usd("0.59"))
        assert (await connect.reconciliation.period(account=ana)).explained
        assert await total(connect, ana) == usd("0")
        assert await sinking(connect, ana) == []

    travel(colour, journey)


def test_a_debit_that_the_bank_refuses_is_back_and_explained(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await earning(connect, token="btok_us_verified_insufficientFunds")
        await empty(connect, account, "90.00")
        await connect.settings.set_payouts(account=account, interval="manual", debit_negative_balances=True)
        await refunded(connect, account)
        connect.simulator.advance(days=1)
        debit = [one async for one in connect.payouts.list(account=account)][0]  # noqa: RUF015  # asynchronous
        assert debit.debit
        connect.simulator.advance(days=3)
        failed = await connect.payouts.retrieve(debit.id, account=account)
        assert (failed.status, failed.failure_code) == ("failed", "insufficient_funds")
        assert (await connect.reconciliation.payout(debit.id, account=account)).explained
        assert await total(connect, account) == usd("89.41")  # neither payout found a bank

    travel(colour, journey)


def test_a_payout_that_was_taken_back_is_reversed_and_not_sent_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        box.router.follow_payouts()
        account = await earning(connect)
        meant = await connect.payouts.intend(key="week-47", account=account, amount=usd("40.00"))
        connect.simulator.advance(days=3)
        debit = await connect.payouts.reverse(meant.last.payout, key="back", account=account)
        assert debit.debit
        await box.hand_in()
        await box.work()
        known = await connect.payouts.intention("week-47")
        assert (known.state, known.last.reversed_by) == (PayoutState.REVERSED, debit.id)
        assert "under another key" in known.next_step
        assert await connect.payouts.missed() == []
        with pytest.raises(InvalidRequest):
            await connect.payouts.retry("week-47")
        returned = evolve(known, attempts=(evolve(known.last, status="failed"),))
        assert returned.state is PayoutState.FAILED

    travel(colour, journey)


def test_what_the_platform_pays_after_half_a_year_is_stripes_doing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, debit_negative_balances=False)
        await refunded(connect, ana)
        (outlook,) = await sinking(connect, ana)
        assert (outlook.ours, outlook.debited) == (True, False)
        assert "half a year" in outlook.next_step
        connect.simulator.advance(days=185)
        assert await total(connect, ana) == usd("0")
        lines = [one async for one in connect.reconciliation.lines()]
        (paid,) = [one for one in lines if one.type == "connect_collection_transfer"]
        assert (paid.origin, paid.net) == (Origin.STRIPE, usd("-0.59"))
        assert (await connect.reconciliation.period()).explained

    travel(colour, journey)


def test_claims_are_seen_before_they_land(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(refunds_wait=True))
        ana, ben = await seller(connect), await seller(connect, key="seller-2", type="standard")
        for account in (ana, ben):
            await connect.settings.set_payouts(account=account, interval="manual", debit_negative_balances=False)
        sale = await connect.charges.direct.create(key="o-1", amount=usd("10.00"), account=ben, payment_method=AT_ONCE)
        waiting = await connect.charges.direct.refund(sale.id, key="r-1", account=ben)
        assert waiting.status == "pending"
        await connect.charges.direct.create(key="o-2", amount=usd("20.00"), account=ben, payment_method=INQUIRY)
        (of_ben,) = await sinking(connect)
        assert (of_ben.account, of_ben.below, of_ben.ours) == (ben, False, False)
        assert [(one.kind, one.amount) for one in of_ben.claims] == [
            (ClaimKind.REFUND, usd("10.00")),
            (ClaimKind.INQUIRY, usd("20.00")),
        ]
        assert of_ben.expected == of_ben.now - usd("30.00")
        assert "Hold payouts back" in of_ben.next_step
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        await connect.charges.separate.create(key="asked", amount=usd("5.00"), payment_method=INQUIRY)
        payment = await connect.charges.separate.create(
            key="o-3", amount=usd("30.00"), payment_method="pm_card_createDispute"
        )
        await connect.charges.separate.settle(payment.id, key="s-3", shares={ana: usd("25.00")})
        connect.simulator.advance(days=9)
        await empty(connect, ana, "25.00")
        (of_ana,) = await sinking(connect, ana)
        (dispute,) = of_ana.claims
        assert (dispute.kind, dispute.amount) == (ClaimKind.DISPUTE, usd("25.00"))
        await connect.disputes.recover(dispute.id, key="recover", if_short="park")
        (of_ana,) = await sinking(connect, ana)
        assert [(one.kind, one.amount) for one in of_ana.claims] == [(ClaimKind.OWED, usd("25.00"))]
        await connect.transfers.create(key="tip", amount=usd("25.00"), destination=ana)
        await connect.transfers.collect(of_ana.claims[0].id)
        assert await sinking(connect, ana) == []
        answer = {"uncategorized_text": "escalate_inquiry_evidence"}
        await connect.disputes.submit(of_ben.claims[1].id, key="a", account=ben, evidence=answer)
        (of_ben,) = await sinking(connect, ben)
        assert [one.kind for one in of_ben.claims] == []
        assert of_ben.next_step.startswith("Nothing")

    travel(colour, journey)


def test_an_instant_payout_takes_what_reaches_the_bank(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(instant_fee=300))
        account = await earning(connect, amount="103.00")
        plain = await connect.balances.retrieve(account=account)
        assert (plain.instant_in("usd"), plain.instant_net, plain.instant_to("ba_1", "usd")) == (
            usd("103.00"),
            (),
            usd("103.00"),
        )
        able = await connect.payouts.eligibility(account=account, currency="usd", method="instant")
        assert (able.payable, able.destination[:3]) == (usd("100.00"), "ba_")
        named = await connect.payouts.eligibility(account=account, currency="usd", method="instant", source_type="card")
        assert named.payable == usd("100.00")
        meant = await connect.payouts.intend(key="now", account=account, currency="usd", method="instant")
        assert meant.amount == usd("100.00")
        assert await total(connect, account) == usd("0")
        await connect.charges.direct.create(
            key="sale", account=account, amount=Money.of("40000.00", "usd"), payment_method="pm_card_visa"
        )
        pending = await connect.payouts.eligibility(account=account, currency="usd", method="instant")
        assert pending.payable == usd("9999.00")
        assert (await connect.payouts.eligibility(account=account, currency="usd")).obstacles

    travel(colour, journey)


@pytest.mark.parametrize("lists", [True, False])
def test_a_payout_is_explained_whether_it_lists_itself_or_not(colour: str, lists: bool) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(payout_lists_itself=lists))
        ana = await seller(connect)
        await connect.charges.direct.create(key="o", account=ana, amount=usd("10.00"), payment_method=AT_ONCE)
        connect.simulator.advance(days=4)
        (payout,) = [one async for one in connect.payouts.list(account=ana)]
        report = await connect.reconciliation.payout(payout.id, account=ana)
        assert (report.explained, report.payout.amount) == (True, usd("10.00"))

    travel(colour, journey)
