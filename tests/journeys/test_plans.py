"""Plans: what a flow would do is shown first, and what is carried out is what was shown."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import (
    AsyncConnect,
    InsufficientBalance,
    InvalidRequest,
    Money,
    OperationConflict,
    OperationError,
    RiskKind,
    Split,
)
from connectkit.simulator.money.switches import Switches, set_switches

from .stages import COLOURS, seller, travel, twin

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def total(connect: AsyncConnect, account: str | None = None) -> Money:
    rows = [row.net async for row in connect.balances.transactions(account=account)]
    return sum(rows, usd("0"))


def effects(plan: Any) -> dict[str, Money]:
    return {effect.account: effect.amount for effect in plan.effects}


async def empty(connect: AsyncConnect, account: str, amount: str) -> None:
    """Pay a seller out, so that nothing is there to come back."""
    await connect.settings.set_payouts(interval="manual", account=account)
    await connect.payouts.create(key=f"emptied/{account}", account=account, amount=usd(amount))


def test_a_plan_of_a_refund_moves_nothing_and_tells_what_will(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, "ana"), await seller(connect, "ben")
        payment = await connect.charges.separate.create(key="order-1", amount=usd("100.00"), payment_method=CARD)
        shares = {ana: usd("70.00"), ben: usd("20.00")}
        settling = await connect.charges.separate.plan_settle(payment.id, key="settle-1", shares=shares)
        assert effects(settling) == {"": usd("-90.00"), ana: usd("70.00"), ben: usd("20.00")}
        assert len((await settling.execute()).transfers) == 2

        before = await total(connect), await total(connect, ana)
        plan = await connect.charges.separate.plan_refund(payment.id, key="refund-1", amount=usd("50.00"))
        assert (await total(connect), await total(connect, ana)) == before
        assert await connect.operations.unfinished() == []
        assert [(step.method, step.verb) for step in plan.steps] == [
            ("post", "charges.separate.refund"),
            ("post", "transfers.reverse"),
            ("post", "transfers.reverse"),
        ]
        assert effects(plan) == {"": usd("-5.00"), ana: usd("-35.00"), ben: usd("-10.00")}
        assert [fee.amount for fee in plan.fees] == [usd("3.20")]
        assert plan.risks == ()
        refund = await plan.execute()
        after = await total(connect), await total(connect, ana)
        assert after == (before[0] + usd("-5.00"), before[1] - usd("35.00"))
        assert await plan.execute() == refund
        assert await connect.charges.separate.refund(payment.id, key="refund-1", amount=usd("50.00")) == refund

    travel(colour, journey)


def test_a_plan_reads_as_a_table(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        payment = await connect.charges.direct.create(
            key="order-1", amount=usd("10.00"), account=ana, fee=usd("1.23"), payment_method=CARD
        )
        plan = await connect.charges.direct.plan_refund(payment.id, key="<refund>", account=ana, amount=usd("4.00"))
        assert effects(plan) == {ana: usd("-3.51"), "": usd("-0.49")}
        lines = str(plan).splitlines()
        assert lines[0] == "charges.direct.refund (<refund>)"
        assert lines[1:4:2] == ["calls", "effects"]
        assert f"payment_intent={payment.id} amount=400" in lines[2]
        assert lines[2].endswith(f"for {ana}")
        assert "metadata" not in lines[2]
        assert any(line.split() == ["platform", "-0.49", "usd", "fee", "returned"] for line in lines)
        page = plan._repr_html_()
        assert "(&lt;refund&gt;)" in page
        assert "<td>-0.49 usd</td>" in page

    travel(colour, journey)


def test_a_plan_whose_key_another_plan_was_carried_out_under_is_not(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="order-1", amount=usd("100.00"), payment_method=CARD)
        old = await connect.charges.separate.plan_refund(payment.id, key="refund-1", amount=usd("10.00"))
        shares = {ana: usd("70.00")}
        await connect.charges.separate.settle(payment.id, key="settle-1", shares=shares)
        new = await connect.charges.separate.plan_refund(payment.id, key="refund-1", amount=usd("10.00"))
        refund = await new.execute()
        assert [one.amount for one in refund.reversals] == [usd("7.00")]
        with pytest.raises(OperationConflict, match="by another plan"):
            await old.execute()
        again = await twin(connect).charges.separate.plan_refund(payment.id, key="refund-1", amount=usd("10.00"))
        assert [step.path for step in again.steps] == [step.path for step in new.steps]
        assert effects(again) == effects(new)

    travel(colour, journey)


def test_an_overtaken_plan_leaves_the_other_one_to_be_resumed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=AT_ONCE)
        old = await connect.charges.separate.plan_refund(payment.id, key="refund-1", amount=usd("5.00"))
        await connect.charges.separate.settle(payment.id, key="settle-1", shares={ana: usd("6.00")})
        await empty(connect, ana, "6.00")
        with pytest.raises(InsufficientBalance):
            await connect.charges.separate.refund(payment.id, key="refund-1", amount=usd("5.00"))
        with pytest.raises(OperationConflict, match="by another plan"):
            await old.execute()
        await connect.topups.create(key="topup", amount=usd("20.00"))
        connect.simulator.advance(days=7)
        await connect.transfers.create(key="bonus", amount=usd("10.00"), destination=ana)
        refund = await connect.charges.separate.refund(payment.id, key="refund-1", amount=usd("5.00"))
        assert [one.amount for one in refund.reversals] == [usd("3.00")]

    travel(colour, journey)


def test_a_plan_tells_whose_balance_is_short_and_by_how_much(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=AT_ONCE)
        await connect.charges.separate.settle(payment.id, key="settle-1", shares={ana: usd("6.00")})
        await empty(connect, ana, "5.00")
        plan = await connect.charges.separate.plan_refund(payment.id, key="refund-1")
        assert [(risk.kind, risk.account, risk.missing) for risk in plan.risks] == [
            (RiskKind.WAITS_FOR_FUNDS, "", usd("0.59")),
            (RiskKind.SHORT_BALANCE, ana, usd("5.00")),
        ]
        assert "6.59 usd are missing, 6.00 usd of which this plan brings back" in str(plan)
        assert "5.00 usd are missing" in str(plan)

    travel(colour, journey)


def test_a_plan_tells_of_a_dispute_and_of_what_stripe_has_not_made_yet(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        disputed = await connect.charges.separate.create(
            key="order-1", amount=usd("10.00"), payment_method="pm_card_createDispute"
        )
        plan = await connect.charges.separate.plan_refund(disputed.id, key="refund-1")
        assert RiskKind.DISPUTED in {risk.kind for risk in plan.risks}
        set_switches(connect.simulator.world, Switches(links_after=60))
        late = await connect.charges.destination.create(
            key="order-2", amount=usd("10.00"), destination=ana, fee=usd("1.00"), payment_method=CARD
        )
        plan = await connect.charges.destination.plan_refund(late.id, key="refund-2", amount=usd("5.00"))
        assert RiskKind.NOT_THERE_YET in {risk.kind for risk in plan.risks}
        assert effects(plan) == {"": usd("-0.50"), ana: usd("-4.50")}
        apart = await connect.charges.destination.plan_refund(late.id, key="refund-3", if_short="bear")
        assert len(apart.steps) == 1

    travel(colour, journey)


def test_a_plan_of_a_payment_in_another_currency_is_an_estimate(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1", amount=Money.of("100.00", "eur"), destination=ana, payment_method=CARD
        )
        plan = await connect.charges.destination.plan_refund(payment.id, key="refund-1", refund_fee=False)
        assert RiskKind.EXCHANGE_RATE in {risk.kind for risk in plan.risks}
        assert {effect.amount.currency for effect in plan.effects} == {"usd"}

    travel(colour, journey)


@pytest.mark.parametrize("fee", [None, "1.23"])
def test_the_plan_of_a_destination_refund_is_what_happens(colour: str, fee: str | None) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        options: dict[str, Any] = {"fee": usd(fee)} if fee else {"transfer": usd("8.77")}
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=ana, payment_method=CARD, **options
        )
        for number, amount in enumerate(("3.34", "3.33", "3.33")):
            before = {account: await total(connect, account or None) for account in ("", ana)}
            plan = await connect.charges.destination.plan_refund(payment.id, key=f"refund-{number}", amount=usd(amount))
            await plan.execute()
            after = {account: await total(connect, account or None) for account in ("", ana)}
            assert {account: after[account] - before[account] for account in before} == effects(plan)
        assert await total(connect, ana) == usd("0")

    travel(colour, journey)


def test_a_refund_takes_back_by_the_division_that_the_payment_remembers(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, "ana"), await seller(connect, "ben")
        payment = await connect.charges.separate.create(key="order-1", amount=usd("1.00"), payment_method=CARD)
        await connect.charges.separate.settle(payment.id, key="s", shares=Split().percent(ana, 50).percent(ben, 25))
        await connect.transfers.create(
            key="bonus",
            amount=usd("0.10"),
            destination=await seller(connect, "cleo"),
            source_transaction=payment.charge,
        )
        refund = await connect.charges.separate.refund(payment.id, key="r-1", amount=usd("0.33"))
        assert [one.amount for one in refund.reversals] == [usd("0.16"), usd("0.08"), usd("0.03")]
        second = await connect.charges.separate.refund(payment.id, key="r-2", amount=usd("0.33"))
        assert [one.amount for one in second.reversals] == [usd("0.17"), usd("0.08"), usd("0.03")]
        await connect.charges.separate.refund(payment.id, key="r-3")
        assert (await total(connect, ana), await total(connect, ben)) == (usd("0"), usd("0"))

    travel(colour, journey)


def test_a_refund_takes_back_from_the_one_seller_whose_goods_are_returned(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, "ana"), await seller(connect, "ben")
        payment = await connect.charges.separate.create(key="order-1", amount=usd("100.00"), payment_method=CARD)
        shares = {ana: usd("40.00"), ben: usd("20.00")}
        await connect.charges.separate.settle(payment.id, key="settle-1", shares=shares)
        await connect.charges.separate.settle(payment.id, key="settle-2", shares={ana: usd("30.00")})
        refund = await connect.charges.separate.refund(
            payment.id, key="refund-1", amount=usd("60.00"), take_back={ana: usd("55.00")}
        )
        assert [one.amount for one in refund.reversals] == [usd("40.00"), usd("15.00")]
        assert await total(connect, ben) == usd("20.00")
        refunds: dict[str, dict[str, Any]] = {
            "less than that": {"take_back": {ana: usd("15.01")}},
            "cannot come back": {"take_back": {ben: Money.of("1.00", "eur")}},
            "choose one": {"take_back": {ben: usd("1.00")}, "reverse_transfers": False},
            "acct_": {"take_back": {"tr_1": usd("1.00")}},
            "stop, bear, park": {"if_short": "wait"},
            "is Money": {"amount": 5},
        }
        for words, options in refunds.items():
            with pytest.raises(InvalidRequest, match=words):
                await connect.charges.separate.refund(payment.id, key="refund-2", **options)
        with pytest.raises(InvalidRequest, match="named after its key"):
            await connect.charges.separate.refund(payment.id, key="k" * 181, if_short="park")

    travel(colour, journey)


@pytest.mark.parametrize("choice", ["bear", "park"])
def test_what_a_short_balance_does_not_cover_is_borne_or_parked(colour: str, choice: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, "ana"), await seller(connect, "ben")
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=AT_ONCE)
        shares = {ana: usd("6.00"), ben: usd("2.00")}
        await connect.charges.separate.settle(payment.id, key="settle-1", shares=shares)
        await empty(connect, ana, "6.00")
        refund = await connect.charges.separate.refund(payment.id, key="refund-1", if_short=choice)
        assert [(one.account, one.amount) for one in refund.uncovered] == [(ana, usd("6.00"))]
        assert [one.amount for one in refund.reversals] == [usd("2.00")]
        assert await connect.charges.separate.refund(payment.id, key="refund-1", if_short=choice) == refund
        owed = [one async for one in connect.transfers.owed(account=ana)]
        assert [one.amount for one in owed] == ([usd("6.00")] if choice == "park" else [])
        assert [one async for one in connect.transfers.owed(account=ben)] == []

    travel(colour, journey)


@pytest.mark.parametrize("debit", [False, True])
def test_what_is_parked_is_collected_once_there_is_money(colour: str, debit: bool) -> None:  # a parameter
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=ana, fee=usd("1.00"), payment_method=AT_ONCE
        )
        other = await connect.charges.separate.create(key="order-2", amount=usd("10.00"), payment_method=AT_ONCE)
        await connect.charges.separate.settle(other.id, key="settle-2", shares={ana: usd("5.00")})
        await empty(connect, ana, "14.00")
        await connect.charges.separate.refund(other.id, key="refund-2", if_short="park")
        (owed,) = [one async for one in connect.transfers.owed()]
        with pytest.raises(InsufficientBalance):
            await connect.transfers.collect(owed.name, debit=debit)
        await connect.charges.destination.create(
            key="order-3", amount=usd("20.00"), destination=ana, payment_method=AT_ONCE
        )
        connect.simulator.faults.next("lose_answer", "/v1/charges" if debit else f"/v1/transfers/{owed.transfer}")
        before = await total(connect, ana)
        collected = await connect.transfers.collect(owed.name, debit=debit)
        assert collected.collected_by.startswith("py_" if debit else "trr_")
        assert await total(connect, ana) == before - usd("5.00")
        assert await connect.transfers.collect(owed.name, debit=not debit) == collected
        assert [one async for one in connect.transfers.owed()] == []
        with pytest.raises(OperationError, match="Nothing of this name"):
            await connect.transfers.collect("refund-9")
        back = await connect.charges.destination.refund(payment.id, key="refund-1", if_short="park")
        assert back.uncovered == ()
        assert [one.amount for one in back.reversals] == [usd("10.00")]

    travel(colour, journey)


def test_what_may_have_been_collected_is_not_collected_in_another_way(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=AT_ONCE)
        await connect.charges.separate.settle(payment.id, key="settle-1", shares={ana: usd("5.00")})
        await empty(connect, ana, "5.00")
        await connect.charges.separate.refund(payment.id, key="refund-1", if_short="park")
        (owed,) = [one async for one in connect.transfers.owed()]
        await connect.charges.destination.create(
            key="order-3", amount=usd("20.00"), destination=ana, payment_method=AT_ONCE
        )
        await connect.transfers.debit(key=f"{owed.name}/debit", account=ana, amount=usd("5.00"))
        with pytest.raises(InvalidRequest, match="tried in the other way"):
            await connect.transfers.collect(owed.name)

    travel(colour, journey)


def test_an_account_debit_is_a_transfer_there_and_a_payment_here(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.charges.destination.create(
            key="order-1", amount=usd("20.00"), destination=ana, payment_method=AT_ONCE
        )
        debit = await connect.transfers.debit(
            key="rent", account=ana, amount=usd("15.00"), description="Rent", metadata={"for": "November"}
        )
        assert (debit.account, debit.status, debit.description) == (ana, "succeeded", "Rent")
        assert debit.metadata["for"] == "November"
        again = await connect.transfers.debit(
            key="rent", account=ana, amount=usd("15.00"), description="Rent", metadata={"for": "November"}
        )
        assert again == debit
        there = [(row.type, row.net.amount) async for row in connect.balances.transactions(account=ana)]
        here = [(row.type, row.net.amount) async for row in connect.balances.transactions()]
        assert there[0] == ("transfer", -1500)
        assert here[0] == ("payment", 1500)

    travel(colour, journey)


@pytest.mark.parametrize("choice", ["bear", "park"])
def test_a_destination_charge_refunded_in_parts_apart_is_closed_to_the_cent(colour: str, choice: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, interval="manual")
        payment = await connect.charges.destination.create(
            key="o", amount=usd("1.00"), destination=ana, fee=usd("0.10"), payment_method=AT_ONCE
        )
        mine, hers = await total(connect), await total(connect, ana)
        for number, part in enumerate(("0.34", "0.33", "0.33")):
            plan = await connect.charges.destination.plan_refund(
                payment.id, key=f"r-{number}", amount=usd(part), if_short=choice
            )
            await plan.execute()
        assert (await total(connect, ana), hers) == (usd("0.00"), usd("0.90"))
        assert await total(connect) == mine - usd("0.10")

    travel(colour, journey)


def test_a_fee_is_not_given_back_where_the_share_did_not_come_back(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(refunds_wait=True))
        ana = await seller(connect)
        await connect.settings.set_payouts(account=ana, interval="manual")
        await connect.charges.separate.create(key="mine", amount=usd("90.00"), payment_method=AT_ONCE)
        payment = await connect.charges.destination.create(
            key="o", amount=usd("1.00"), destination=ana, fee=usd("0.10"), payment_method=AT_ONCE
        )
        for number, part in enumerate(("0.34", "0.33")):
            await connect.charges.destination.refund(payment.id, key=f"r-{number}", amount=usd(part), if_short="bear")
        await empty(connect, ana, "0.29")
        mine = await total(connect)
        last = await connect.charges.destination.refund(payment.id, key="r-2", if_short="bear")
        assert [one.amount for one in last.uncovered] == [usd("0.33")]
        assert (await total(connect, ana), await total(connect)) == (usd("0.00"), mine - usd("0.33"))
        assert await connect.charges.destination.refund(payment.id, key="r-2", if_short="bear") == last

    travel(colour, journey)
