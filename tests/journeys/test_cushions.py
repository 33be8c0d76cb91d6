"""Balances that are watched: below zero, too small for what is planned, about to be paid out."""

from __future__ import annotations

import pytest

from connectkit import (
    AccountNotReady,
    AsyncConnect,
    InvalidRequest,
    Money,
    NegativeBalance,
    PayoutState,
    RiskKind,
)

from .stages import COLOURS, seller, travel
from .test_plans import AT_ONCE, effects, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)


async def with_money(connect: AsyncConnect, amount: str = "50.00") -> str:
    ana = await seller(connect)
    await connect.settings.set_payouts(interval="manual", account=ana)
    await connect.charges.destination.create(key="order-1", amount=usd(amount), destination=ana, payment_method=AT_ONCE)
    return ana


def test_a_planned_payout_is_what_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await with_money(connect)
        plan = await connect.payouts.plan_intend(key="p", account=ana, currency="usd", method="instant")
        assert effects(plan) == {ana: usd("-50.00")}
        assert [(fee.account, fee.amount) for fee in plan.fees] == [("", usd("0.50"))]
        assert [one async for one in connect.payouts.intentions()] == []
        intention = await plan.execute()
        assert (intention.state, intention.amount) == (PayoutState.SENT, usd("50.00"))
        again = await connect.payouts.plan_intend(key="p", account=ana, currency="usd", method="instant")
        assert (again.steps, await again.execute()) == ((), intention)

    travel(colour, journey)


def test_a_planned_payout_to_a_chosen_bank(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await with_money(connect)
        bank = await connect.external_accounts.add(ana, key="bank", token="btok_us_verified")  # a test token
        plan = await connect.payouts.plan_intend(key="p", account=ana, amount=usd("20.00"), destination=bank.id)
        assert plan.fees == ()
        assert plan.steps[0].params["destination"] == bank.id
        assert (await plan.execute()).last.destination == bank.id

    travel(colour, journey)


def test_a_plan_tells_why_an_account_cannot_be_paid_out(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        plan = await connect.payouts.plan_intend(key="p", account=ana, currency="usd")
        assert [(risk.kind, risk.account) for risk in plan.risks] == [(RiskKind.BLOCKED, ana)]
        with pytest.raises(AccountNotReady):
            await plan.execute()
        with pytest.raises(InvalidRequest, match="Either the amount"):
            await connect.payouts.plan_intend(key="p", account=ana)

    travel(colour, journey)


def test_accounts_below_zero_are_seen(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "ben")
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=ana, fee=usd("1.23"), payment_method=AT_ONCE
        )
        await connect.charges.destination.refund(payment.id, key="r", refund_fee=False)
        below = [NegativeBalance(account=ana, amount=usd("-1.23"), ours=True)]
        assert [one async for one in connect.balances.negative()] == below
        assert [one async for one in connect.balances.negative(ana)] == below
        assert [one async for one in connect.balances.negative(ben)] == []
        with pytest.raises(InvalidRequest):
            assert [one async for one in connect.balances.negative("tr_1")]
        await connect.topups.create(key="t", amount=usd("20.00"))
        connect.simulator.advance(days=7)
        await connect.transfers.create(key="up", amount=usd("1.23"), destination=ana)
        assert [one async for one in connect.balances.negative()] == []

    travel(colour, journey)


def test_what_is_missing_for_planned_transfers_is_told_by_currency(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        await connect.topups.create(key="t", amount=usd("20.00"))
        planned = (usd("100.00"), usd("50.00"), Money.of("5.00", "eur"))
        dollars, euros = await connect.topups.needed(*planned)
        assert (dollars.planned, dollars.available, dollars.arriving) == (usd("150.00"), usd("96.80"), usd("20.00"))
        assert dollars.missing == usd("33.20")
        assert euros.missing == Money.of("5.00", "eur")
        (enough,) = await connect.topups.needed(usd("10.00"))
        assert enough.missing == usd("0.00")
        (cards,) = await connect.topups.needed(usd("100.00"), source_type="card")
        (banks,) = await connect.topups.needed(usd("100.00"), source_type="bank_account")
        assert (cards.available, banks.available) == (usd("96.80"), usd("0.00"))
        assert await connect.topups.needed() == []

    travel(colour, journey)


def test_a_payout_that_was_meant_otherwise_is_not_sent_by_its_plan(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await with_money(connect)
        plan = await connect.payouts.plan_intend(key="p", account=ana, amount=usd("20.00"))
        await connect.payouts.intend(key="p", account=ana, amount=usd("10.00"))
        with pytest.raises(InvalidRequest, match="names another payout"):
            await plan.execute()

    travel(colour, journey)
