"""The recipes for money that comes back or goes out, end to end, by their numbers."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import (
    AccountNotReady,
    AsyncConnect,
    InvalidRequest,
    Money,
    RefundState,
    Refused,
)
from connectkit.simulator.money.switches import Switches, set_switches

from .stages import COLOURS, seller, travel
from .test_disputes import only
from .test_plans import total, usd
from .test_traps_of_onboarding import _custom as custom

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"


async def types(connect: AsyncConnect, account: str | None = None) -> list[tuple[str, Money]]:
    """Give type and net of every row, oldest first."""
    rows = [(row.type, row.net) async for row in connect.balances.transactions(account=account)]
    return rows[::-1]


def test_05_a_dispute_of_a_destination_charge_won_and_repaid(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, fee=usd("1.23"), payment_method="pm_card_createDispute"
        )
        dispute = await only(connect)
        assert (dispute.status, dispute.loss) == ("needs_response", usd("25.00"))
        assert (await types(connect))[-1] == ("adjustment", usd("-25.00"))
        assert (await total(connect), await total(connect, ana)) == (usd("-24.36"), usd("8.77"))
        recovery = await connect.disputes.recover(dispute.id, key="recover")
        taken = sum((one.amount for one in recovery.reversals), usd("0"))
        await connect.disputes.submit(dispute.id, key="a", evidence={"uncategorized_text": "winning_evidence"})
        assert (await only(connect)).status == "won"
        assert (await types(connect))[-1] == ("adjustment", usd("10.00"))
        await connect.charges.separate.create(key="funds", amount=usd("100.00"), payment_method=AT_ONCE)
        await connect.disputes.repay(dispute.id, key="repay")
        assert (await types(connect, ana))[-1] == ("payment", taken)
        assert (await total(connect), await total(connect, ana)) == (usd("-14.36") + usd("96.80"), usd("8.77"))

    travel(colour, journey)


def test_06_an_inquiry_has_no_rows_until_it_escalates(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(
            key="o", amount=usd("10.00"), payment_method="pm_card_createDisputeInquiry"
        )
        assert await types(connect) == [("charge", usd("9.41"))]
        await connect.charges.separate.refund(payment.id, key="r")
        closed = await only(connect)
        assert closed.status == "warning_closed"
        await connect.charges.separate.create(
            key="o-2", amount=usd("10.00"), payment_method="pm_card_createDisputeInquiry"
        )
        (newest, _) = [one async for one in connect.disputes.list()]
        words: Any = {"uncategorized_text": "escalate_inquiry_evidence"}
        await connect.disputes.submit(newest.id, key="a", evidence=words)
        assert (await types(connect))[-1] == ("adjustment", usd("-25.00"))

    travel(colour, journey)


async def banked(connect: AsyncConnect, token: str) -> str:
    """Give a seller with 50 dollars, who is paid out by hand to a bank of this token."""
    ana = await seller(connect, type="standard")
    await connect.settings.set_payouts(account=ana, interval="manual")
    await connect.external_accounts.add(ana, key="bank", token=token, default=True)
    await connect.charges.direct.create(key="o", amount=usd("50.00"), account=ana, payment_method=AT_ONCE)
    return ana


def test_07_a_payout_to_a_closed_account_fails_and_the_next_is_refused(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await banked(connect, "btok_us_verified_accountClosed")
        before = await total(connect, ana)
        payout = await connect.payouts.create(key="p", account=ana, amount=usd("10.00"))
        assert (payout.status, await total(connect, ana)) == ("pending", before - usd("10.00"))
        connect.simulator.advance(days=1)
        assert (await connect.payouts.retrieve(payout.id, account=ana)).status == "in_transit"
        connect.simulator.advance(days=2)
        failed = await connect.payouts.retrieve(payout.id, account=ana)
        assert (failed.status, failed.failure_code) == ("failed", "account_closed")
        assert await total(connect, ana) == before
        banks = [bank.status async for bank in connect.external_accounts.list(ana)]
        assert "errored" in banks
        with pytest.raises((AccountNotReady, Refused)):
            await connect.payouts.create(key="p-2", account=ana, amount=usd("10.00"))

    travel(colour, journey)


def test_08_a_payout_that_was_paid_comes_back(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await banked(connect, "btok_us_verified_closedLate")
        before = await total(connect, ana)
        payout = await connect.payouts.create(key="p", account=ana, amount=usd("10.00"))
        connect.simulator.advance(days=3)
        assert (await connect.payouts.retrieve(payout.id, account=ana)).status == "paid"
        connect.simulator.advance(days=3)
        failed = await connect.payouts.retrieve(payout.id, account=ana)
        assert (failed.status, failed.failure_code) == ("failed", "account_closed")
        assert failed.raw["failure_balance_transaction"].startswith("txn_")
        assert (await types(connect, ana))[-2:] == [("payout", usd("-10.00")), ("payout_failure", usd("10.00"))]
        assert await total(connect, ana) == before

    travel(colour, journey)


def test_09_a_manual_payout_is_called_back_and_one_by_schedule_is_not(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await banked(connect, "btok_us_verified")
        before = await total(connect, ana)
        payout = await connect.payouts.create(key="p", account=ana, amount=usd("10.00"))
        canceled = await connect.payouts.cancel(payout.id, key="c", account=ana)
        assert (canceled.status, await total(connect, ana)) == ("canceled", before)
        await connect.settings.set_payouts(account=ana, interval="daily")
        connect.simulator.advance(days=1)
        (automatic,) = [one async for one in connect.payouts.list(account=ana) if one.automatic]
        with pytest.raises(Refused):
            await connect.payouts.cancel(automatic.id, key="c-2", account=ana)

    travel(colour, journey)


def test_10_a_refund_that_fails_brings_the_money_back_to_the_platform_alone(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, fee=usd("1.23"), payment_method="pm_card_refundFail"
        )
        refund = await connect.charges.destination.refund(payment.id, key="r")
        assert refund.state is RefundState.SUCCEEDED
        before = await total(connect)
        connect.simulator.advance(days=1)
        assert (await connect.refunds.retrieve(refund.id)).state is RefundState.FAILED
        assert (await total(connect), await total(connect, ana)) == (before + usd("10.00"), usd("0.00"))
        assert (await types(connect))[-1] == ("refund_failure", usd("10.00"))

    travel(colour, journey)


def test_11_a_top_up_succeeds_is_called_back_in_time_or_is_taken_back_by_the_bank(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.topups.create(key="t", amount=usd("20.00"))
        assert (made.status, await total(connect)) == ("pending", usd("0.00"))
        early = await connect.topups.create(key="t-2", amount=usd("5.00"))
        assert (await connect.topups.cancel(early.id, key="c")).status == "canceled"
        clawed = await connect.topups.create(key="t-3", amount=usd("7.00"), source="btok_us_verified_reversed")
        connect.simulator.advance(days=9)
        assert (await connect.topups.retrieve(made.id)).status == "succeeded"
        with pytest.raises(Refused):
            await connect.topups.cancel(made.id, key="c-2")
        connect.simulator.advance(days=20)
        assert (await connect.topups.retrieve(clawed.id)).status == "reversed"
        assert await types(connect) == [
            ("topup", usd("20.00")),
            ("topup", usd("7.00")),
            ("topup_reversal", usd("-7.00")),
        ]

    travel(colour, journey)


@pytest.mark.parametrize(
    ("amount", "currency"), [("10.5", "jpy"), ("5.124", "kwd"), ("5.50", "isk"), ("5.50", "ugx"), ("0.001", "usd")]
)
def test_13_an_amount_that_its_currency_does_not_have_is_refused_before_anything_is_sent(
    colour: str, amount: str, currency: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises((InvalidRequest, ValueError)):
            await connect.charges.separate.create(key="o", amount=Money.of(amount, currency), payment_method=CARD)
        assert not connect.simulator.requests

    travel(colour, journey)


@pytest.mark.parametrize(("amount", "currency"), [("10.45", "huf"), ("10.45", "twd"), ("5.50", "isk")])
def test_13_a_payout_is_a_multiple_of_a_hundred_where_it_has_to_be(colour: str, amount: str, currency: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        sent = len(connect.simulator.requests)
        with pytest.raises(InvalidRequest):
            await connect.payouts.create(key="p", account=ana, amount=Money.of(amount, currency))
        assert len(connect.simulator.requests) == sent

    travel(colour, journey)


def test_15_a_seller_below_zero_is_held_back_until_a_transfer_clears_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(connect_reserves=True))
        ana = await custom(connect)
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        payment = await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, fee=usd("3.00"), payment_method=AT_ONCE
        )
        await connect.charges.destination.refund(payment.id, key="r", refund_fee=False)
        assert (await types(connect))[-1] == ("reserve_transaction", usd("-3.00"))
        await connect.transfers.create(key="part", amount=usd("1.00"), destination=ana)
        assert (await types(connect))[-1] == ("reserve_transaction", usd("1.00"))
        await connect.transfers.create(key="rest", amount=usd("2.00"), destination=ana)
        assert (await connect.balances.retrieve()).reserved == (usd("0.00"),)
        await connect.transfers.debit(key="d", account=ana, amount=usd("0.01"))
        assert (await connect.balances.retrieve()).reserved == (usd("0.01"),)

    travel(colour, journey)
