"""Refunds that no balance covers: a plan foretells that they wait, and what was foretold is what happens."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.driver import Driver

from connectkit import AsyncConnect, InsufficientBalance, InvalidRequest, Money, RefundState, RiskKind
from connectkit.simulator.money.switches import Switches, set_switches

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


def strictly(connect: AsyncConnect) -> None:
    set_switches(connect.simulator.world, Switches(refunds_wait=True))


async def total(connect: AsyncConnect, account: str | None = None) -> Money:
    rows = [row.net async for row in connect.balances.transactions(account=account)]
    return sum(rows, usd("0"))


def waits(plan: Any) -> list[tuple[str, Money | None]]:
    return [(risk.account, risk.missing) for risk in plan.risks if risk.kind is RiskKind.WAITS_FOR_FUNDS]


def test_a_direct_refund_waits_for_the_sellers_funds_as_foretold(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        strictly(connect)
        ana = await seller(connect, type="standard")
        payment = await connect.charges.direct.create(
            key="o", amount=usd("10.00"), account=ana, fee=usd("1.00"), payment_method=CARD
        )
        plan = await connect.charges.direct.plan_refund(payment.id, key="r", account=ana)
        assert waits(plan) == [(ana, usd("0.59"))]
        assert plan.risks[0].next_step.startswith("Transfer the seller as much")
        assert {effect.account: (effect.amount, effect.waits) for effect in plan.effects} == {
            ana: (usd("-9.00"), True),
            "": (usd("-1.00"), True),
        }
        before = await total(connect), await total(connect, ana)
        refund = await plan.execute()
        assert refund.state is RefundState.WAITING_FOR_FUNDS
        assert (await total(connect), await total(connect, ana)) == before
        await connect.charges.direct.create(key="o-2", amount=usd("10.00"), account=ana, payment_method=CARD)
        before = before[0], await total(connect, ana)
        connect.simulator.advance(hours=2)
        assert (await connect.refunds.retrieve(refund.id, account=ana)).state is RefundState.SUCCEEDED
        assert await total(connect) == before[0] - usd("1.00")
        assert await total(connect, ana) == before[1] - usd("9.00")

    travel(colour, journey)


def test_a_destination_refund_waits_for_what_the_platform_lacks_beyond_the_share(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        strictly(connect)
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, interval="manual")
        payment = await connect.charges.destination.create(
            key="o", amount=usd("10.00"), destination=ana, transfer=usd("8.00"), payment_method=AT_ONCE
        )
        plan = await connect.charges.destination.plan_refund(payment.id, key="r")
        assert waits(plan) == [("", usd("0.59"))]
        assert plan.risks[0].next_step.startswith("Top it up by that, or wait for pending funds.")
        assert "-8.00 usd  reversal, once there are funds" in str(plan)
        refund = await plan.execute()
        assert (refund.state, await total(connect, ana)) == (RefundState.WAITING_FOR_FUNDS, usd("8.00"))
        await connect.topups.create(key="t", amount=usd("0.59"))
        connect.simulator.advance(days=9)
        assert (await connect.refunds.retrieve(refund.id)).state is RefundState.SUCCEEDED
        assert (await total(connect), await total(connect, ana)) == (usd("0.00"), usd("0.00"))

    travel(colour, journey)


def test_a_separate_refund_that_brings_its_own_funds_is_no_risk(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        strictly(connect)
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, interval="manual")
        payment = await connect.charges.separate.create(key="o", amount=usd("10.00"), payment_method=AT_ONCE)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("8.00")})
        plan = await connect.charges.separate.plan_refund(payment.id, key="r", amount=usd("5.00"))
        assert plan.risks == ()
        assert [[effect.waits for effect in step.effects] for step in plan.steps] == [[True], [False, False]]
        assert {effect.account: (effect.amount, effect.waits) for effect in plan.effects} == {
            "": (usd("-1.00"), True),
            ana: (usd("-4.00"), False),
        }
        refund = await plan.execute()
        assert refund.state is RefundState.WAITING_FOR_FUNDS
        connect.simulator.advance(hours=2)
        assert (await connect.refunds.retrieve(refund.id)).state is RefundState.SUCCEEDED
        assert (await total(connect), await total(connect, ana)) == (usd("0.41"), usd("4.00"))

    travel(colour, journey)


def test_a_plan_counts_later_calls_that_take_from_the_balance_as_well(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        strictly(connect)
        ana = await seller(connect)
        await connect.charges.separate.create(key="mine", amount=usd("1.00"), payment_method=AT_ONCE)
        payment = await connect.charges.destination.create(
            key="o", amount=usd("1.00"), destination=ana, fee=usd("0.10"), payment_method=CARD
        )
        for number, part in enumerate(("0.34", "0.33")):
            await connect.charges.destination.refund(payment.id, key=f"r-{number}", amount=usd(part))
        await connect.payouts.create(key="p", amount=usd("0.36"))
        plan = await connect.charges.destination.plan_refund(payment.id, key="r-2")
        assert [step.verb for step in plan.steps] == ["charges.destination.refund", "charges.refund.fee"]
        assert waits(plan) == [("", usd("0.02"))]
        assert "0.01 usd are missing." in plan.risks[0].message
        assert [(risk.account, risk.missing) for risk in plan.risks[1:]] == [(ana, usd("0.01"))]
        with pytest.raises(InsufficientBalance):  # a cent of rounding is missing until the last call brings it
            await plan.execute()
        await connect.transfers.create(key="cent", amount=usd("0.01"), destination=ana)
        assert (await plan.execute()).state is RefundState.WAITING_FOR_FUNDS

    travel(colour, journey)


@pytest.mark.parametrize("card", [CARD, AT_ONCE])
@pytest.mark.parametrize("kind", ["direct", "destination", "separate"])
def test_what_is_foretold_of_a_refund_is_what_happens(colour: str, kind: str, card: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        strictly(connect)
        ana = await seller(connect, type="standard" if kind == "direct" else "express")
        await connect.settings.set_payouts(account=ana, interval="manual")
        destination: dict[str, Any] = {"destination": ana, "transfer": usd("8.00")}
        who: dict[str, Any] = {"direct": {"account": ana}, "destination": destination, "separate": {}}[kind]
        room: Any = getattr(connect.charges, kind)
        other: dict[str, Any] = {"account": ana} if kind == "direct" else {}
        states: list[bool] = []
        for number, part in enumerate(("9.42", "3.00", "9.41", "10.00")):
            payment = await room.create(key=f"o-{number}", amount=usd("10.00"), payment_method=card, **who)
            if kind == "separate":
                await room.settle(payment.id, key=f"s-{number}", shares={ana: usd("1.00")})
            plan = await room.plan_refund(payment.id, key=f"r-{number}", amount=usd(part), **other)
            refund = await plan.execute()
            waited = refund.state is RefundState.WAITING_FOR_FUNDS
            states.append(waited)
            assert any(effect.waits for effect in plan.effects) is waited
        assert set(states) == {True, False}

    travel(colour, journey)


@pytest.mark.parametrize("decided", ["failed", "cash_balance"])
def test_a_buyer_who_does_not_answer_is_still_owed_it_or_has_it(colour: str, decided: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(unanswered_refunds=decided))
        ana, driver = await seller(connect), Driver(connect.simulator)
        eve = driver.made("/v1/customers", {"email": "eve@example.com"})["id"]
        fund = f"/v1/test_helpers/customers/{eve}/fund_cash_balance"
        driver.made(fund, {"amount": 5000, "currency": "usd"})
        told = {"amount": 5000, "currency": "usd", "confirm": True, "customer": eve}
        passed_on = {"transfer_data": {"destination": ana, "amount": 4000}}
        method = {"payment_method_data": {"type": "customer_balance"}}
        payment = driver.made("/v1/payment_intents", told | passed_on | method)["id"]
        refund = await connect.charges.destination.refund(payment, key="r")
        assert refund.state is RefundState.NEEDS_BUYER
        before = await total(connect), await total(connect, ana)
        connect.simulator.advance(days=46)
        ended = await connect.refunds.retrieve(refund.id)
        if decided == "failed":
            assert ended.state is RefundState.FAILED
            await connect.refunds.restore(refund, key="restore")
            back = usd("10.00"), usd("40.00")
        else:
            assert ended.state is RefundState.IN_CASH_BALANCE
            with pytest.raises(InvalidRequest, match="in_cash_balance"):
                await connect.refunds.restore(refund, key="restore")
            back = usd("0.00"), usd("0.00")
        assert (await total(connect), await total(connect, ana)) == (before[0] + back[0], before[1] + back[1])
        async for report in connect.reconciliation.periods(accounts=[ana]):
            assert refund.id not in {found.object_id for found in report.findings}

    travel(colour, journey)
