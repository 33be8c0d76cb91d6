"""The mistakes that everybody makes with money that comes back or goes out; the name of each test is the mistake."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import (
    AccountNotReady,
    AsyncConnect,
    InsufficientBalance,
    InvalidRequest,
    NotFound,
    PayoutState,
    RefundState,
    Refused,
)
from connectkit.models.base import Answer
from connectkit.models.disputes import Dispute
from connectkit.simulator.money.switches import Switches, set_switches

from .stages import COLOURS, seller, travel
from .test_disputes import DISPUTED, INQUIRY, TOLD, only
from .test_plans import AT_ONCE, CARD, effects, total, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)


async def sold(connect: AsyncConnect, ana: str, card: str = CARD) -> str:
    payment = await connect.charges.destination.create(
        key="order-1", amount=usd("10.00"), destination=ana, fee=usd("1.23"), payment_method=card
    )
    return payment.id


def test_05_refunding_a_destination_charge_and_leaving_the_sellers_share_with_her(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await sold(connect, ana)
        plan = await connect.charges.destination.plan_refund(payment, key="r")
        assert effects(plan) == {"": usd("-1.23"), ana: usd("-8.77")}
        only_the_platform = await connect.charges.destination.plan_refund(
            payment, key="r-2", reverse_transfer=False, refund_fee=False
        )
        assert effects(only_the_platform) == {"": usd("-10.00")}

    travel(colour, journey)


def test_06_taking_the_share_back_and_keeping_the_fee(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await sold(connect, ana)
        kept = await connect.charges.destination.plan_refund(payment, key="r", refund_fee=False)
        assert effects(kept) == {"": usd("0.00"), ana: usd("-10.00")}
        await connect.charges.destination.refund(payment, key="r-2")
        assert await total(connect, ana) == usd("0.00")

    travel(colour, journey)


def test_07_expecting_a_refund_to_touch_transfers_of_a_separate_charge(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="o", amount=usd("100.00"), payment_method=CARD)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("70.00")})
        refund = await connect.charges.separate.refund(payment.id, key="r")
        assert [one.amount for one in refund.reversals] == [usd("70.00")]
        assert await total(connect) == usd("-3.20")

    travel(colour, journey)


def test_08_refunding_a_direct_charge_in_the_platforms_scope(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        payment = await connect.charges.direct.create(key="o", amount=usd("10.00"), account=ana, payment_method=CARD)
        with pytest.raises(NotFound):
            await connect.charges.separate.refund(payment.id, key="r")
        refund = await connect.charges.direct.refund(payment.id, key="r-2", account=ana)
        assert (await connect.refunds.retrieve(refund.id, account=ana)).state is RefundState.SUCCEEDED

    travel(colour, journey)


async def paid_out(connect: AsyncConnect, token: str = "btok_us_verified") -> str:
    ana = await seller(connect)
    await connect.settings.set_payouts(interval="manual", account=ana)
    await connect.external_accounts.add(ana, key="bank", token=token, default=True)
    await connect.charges.direct.create(key="o", amount=usd("50.00"), account=ana, payment_method=AT_ONCE)
    return ana


def test_15_taking_paid_for_the_end(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await paid_out(connect)
        await connect.payouts.intend(key="p", account=ana, amount=usd("10.00"))
        connect.simulator.advance(days=3)
        await connect.payouts.missed()
        intention = await connect.payouts.intention("p")
        assert intention.state is PayoutState.PAID
        assert intention.provisional_until is not None

    travel(colour, journey)


def test_16_reconciling_manual_payouts_by_the_filter(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await paid_out(connect)
        payout = await connect.payouts.create(key="p", account=ana, amount=usd("10.00"))
        assert [row async for row in connect.balances.transactions(account=ana, payout=payout.id)] == []
        rows = [row async for row in connect.balances.transactions(account=ana, source=payout.id)]
        assert [row.net for row in rows] == [usd("-10.00")]

    travel(colour, journey)


def test_17_listing_a_sellers_payouts_without_naming_her(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await paid_out(connect)
        payout = await connect.payouts.create(key="p", account=ana, amount=usd("10.00"))
        assert [one async for one in connect.payouts.list()] == []
        assert [one async for one in connect.payouts.list(account=ana)] == [payout]
        with pytest.raises(NotFound):
            await connect.payouts.retrieve(payout.id)

    travel(colour, journey)


def test_21_taking_a_refund_that_succeeded_for_final(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await sold(connect, ana, "pm_card_refundFail")
        refund = await connect.charges.destination.refund(payment, key="r")
        assert refund.state is RefundState.SUCCEEDED
        with pytest.raises(InvalidRequest, match="has not failed"):
            await connect.refunds.restore(refund, key="restore-0")
        connect.simulator.advance(days=7)
        (failed,) = [one async for one in connect.refunds.list(payment=payment, state=RefundState.FAILED)]
        assert failed.failure_reason == "expired_or_canceled_card"
        assert "still owed" in failed.state.next_step
        assert [one async for one in connect.refunds.list(state=RefundState.PENDING)] == []
        assert await total(connect, ana) == usd("0.00")  # the money is back with the platform, and not with her
        assert await total(connect) == usd("9.41")
        plan = await connect.refunds.plan_restore(refund, key="restore")
        assert effects(plan) == {"": usd("-10.00"), ana: usd("10.00")}
        await connect.topups.create(key="t", amount=usd("10.00"))
        connect.simulator.advance(days=7)
        restored = await connect.refunds.restore(refund, key="restore")
        assert [(one.destination, one.amount) for one in restored.transfers] == [(ana, usd("10.00"))]

    travel(colour, journey)


def test_21_forgetting_the_sellers_whose_transfers_were_reversed_apart(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(
            key="o", amount=usd("10.00"), payment_method="pm_card_refundFail"
        )
        alone = await connect.charges.separate.refund(payment.id, key="r-0", amount=usd("1.00"))
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("6.00")})
        refund = await connect.charges.separate.refund(payment.id, key="r", amount=usd("5.00"))
        connect.simulator.advance(days=7)
        with pytest.raises(InvalidRequest, match="took nothing"):
            await connect.refunds.restore(alone, key="restore-0")
        restored = await connect.refunds.restore(refund, key="restore")
        assert [one.amount for one in restored.transfers] == [usd("3.00")]

    travel(colour, journey)


def test_22_refunding_what_the_bank_has_taken_back(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        plan = await connect.charges.separate.plan_refund(payment.id, key="r")
        assert [risk.kind.value for risk in plan.risks] == ["disputed", "waits_for_funds"]
        with pytest.raises(Refused) as caught:
            await plan.execute()
        assert caught.value.code == "charge_disputed"

    travel(colour, journey)


def test_23_losing_a_dispute_by_a_draft(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        dispute = await only(connect)
        staged = await connect.disputes.stage(dispute.id, key="draft", evidence={"product_description": "A"})
        assert (staged.needs_answer, staged.submitted) == (True, 0)
        answered = await connect.disputes.submit(dispute.id, key="answer", evidence=TOLD)
        assert (answered.needs_answer, answered.submitted) == (False, 1)

    travel(colour, journey)


def test_24_treating_an_inquiry_as_a_chargeback(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await sold(connect, ana, INQUIRY)
        inquiry = await only(connect)
        assert (inquiry.inquiry, inquiry.taken) == (True, ())
        with pytest.raises(InvalidRequest, match="has taken nothing"):
            await connect.disputes.recover(inquiry.id, key="r")

    travel(colour, journey)


def test_25_keeping_what_was_reversed_after_the_dispute_is_won(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        await sold(connect, ana, DISPUTED)
        dispute = await only(connect)
        await connect.disputes.recover(dispute.id, key="recover")
        assert await total(connect, ana) == usd("-1.23")
        await connect.disputes.submit(dispute.id, key="answer", evidence=TOLD)
        await connect.disputes.repay(dispute.id, key="repay")
        assert await total(connect, ana) == usd("8.77")

    travel(colour, journey)


def test_26_counting_the_disputed_amount_as_the_loss(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        dispute = await only(connect)
        assert (dispute.amount, dispute.loss) == (usd("30.00"), usd("45.00"))

    travel(colour, journey)


def test_31_taking_unknown_words_and_beginnings_of_ids_for_errors(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        told = {"id": "dp_1", "amount": 1, "currency": "usd", "status": "settled_by_duel", "reason": "honour"}
        dispute = Dispute.parse(Answer(data=told))
        assert (dispute.status, dispute.closed, dispute.loss) == ("settled_by_duel", False, usd("0"))
        for prefix in ("dp_1", "du_1"):
            with pytest.raises(NotFound):
                await connect.disputes.retrieve(prefix)

    travel(colour, journey)


def test_34_paying_out_over_a_bank_that_failed_or_a_balance_below_zero(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await paid_out(connect, "btok_us_verified_accountClosed")
        await connect.payouts.create(key="p", account=ana, amount=usd("10.00"))
        connect.simulator.advance(days=3)
        able = await connect.payouts.eligibility(account=ana, currency="usd")
        assert not able
        with pytest.raises(AccountNotReady, match="has failed"):
            await connect.payouts.intend(key="q", account=ana, currency="usd")
        ben = await seller(connect, "ben")
        await connect.charges.destination.create(
            key="o-2", amount=usd("10.00"), destination=ben, fee=usd("2.00"), payment_method=AT_ONCE
        )
        payment = (
            await connect.charges.destination.create(
                key="o-3", amount=usd("10.00"), destination=ben, fee=usd("9.00"), payment_method=AT_ONCE
            )
        ).id
        await connect.charges.destination.refund(payment, key="r", refund_fee=False)
        below = await connect.balances.retrieve(account=ben)
        assert below.available_in("usd") == usd("-1.00")
        assert not await connect.payouts.eligibility(account=ben, currency="usd")
        with pytest.raises(InsufficientBalance):
            await connect.payouts.create(key="p-2", account=ben, amount=usd("1.00"))

    travel(colour, journey)


@pytest.mark.parametrize("returned", [False, True])
def test_35_assuming_that_stripes_fees_come_back(colour: str, *, returned: bool) -> None:
    async def journey(connect: AsyncConnect) -> None:
        switches = Switches(refund_returns_fee=returned, dispute_win_returns_fee=returned)
        set_switches(connect.simulator.world, switches)
        payment = await connect.charges.separate.create(key="o", amount=usd("10.00"), payment_method=CARD)
        plan = await connect.charges.separate.plan_refund(payment.id, key="r")
        assert [fee.amount for fee in plan.fees] == [usd("0.59")]
        await plan.execute()
        assert await total(connect) == usd("0.00" if returned else "-0.59")
        await connect.charges.separate.create(key="d", amount=usd("10.00"), payment_method=DISPUTED)
        await connect.disputes.submit((await only(connect)).id, key="a", evidence=TOLD)
        assert (await only(connect)).loss == usd("0.00" if returned else "15.00")

    travel(colour, journey)


def test_36_taking_a_refunded_charge_for_a_reversed_transfer(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.destination.create(
            key="o", amount=usd("12.00"), destination=ana, transfer=usd("8.80"), payment_method=CARD
        )
        left: dict[str, Any] = {"reverse_transfer": False, "refund_fee": False}
        await connect.charges.destination.refund(payment.id, key="r-1", amount=usd("2.00"), **left)
        rest = await connect.charges.destination.refund(payment.id, key="r-2")
        assert [one.amount for one in rest.reversals] == [usd("1.47")]  # what Stripe's own share leaves of 8.80
        (transfer,) = [one async for one in connect.transfers.list(destination=ana)]
        assert transfer.reversible == usd("0.00")
        assert await total(connect, ana) == usd("0.00")

    travel(colour, journey)


def test_a_refund_beyond_the_balance_waits_for_funds_and_tells_how_to_bring_them(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(refunds_wait=True))
        payment = await connect.charges.separate.create(key="o", amount=usd("10.00"), payment_method=AT_ONCE)
        refund = await connect.charges.separate.refund(payment.id, key="r")
        assert refund.state is RefundState.WAITING_FOR_FUNDS
        assert refund.state.next_step.startswith("Top the balance up")
        waiting = [one async for one in connect.refunds.list(state=RefundState.WAITING_FOR_FUNDS)]
        assert waiting == [refund]
        await connect.topups.create(key="t", amount=usd("0.59"))
        connect.simulator.advance(days=9)
        assert (await connect.refunds.retrieve(refund.id)).state is RefundState.SUCCEEDED
        assert await total(connect) == usd("0.00")
        again = await connect.charges.separate.refund(payment.id, key="r")
        assert again.id == refund.id

    travel(colour, journey)


def test_a_share_that_a_seller_has_not_got_is_refused_where_it_was_to_come_back(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(refunds_wait=True))
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, interval="manual")
        payment = await sold(connect, ana, AT_ONCE)
        await connect.payouts.create(key="p", account=ana, amount=usd("8.77"))
        with pytest.raises(InsufficientBalance):
            await connect.charges.destination.refund(payment, key="r")
        refund = await connect.charges.destination.refund(payment, key="r-2", reverse_transfer=False, refund_fee=False)
        assert refund.state is RefundState.WAITING_FOR_FUNDS

    travel(colour, journey)
