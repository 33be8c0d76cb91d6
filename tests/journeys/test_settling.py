"""Separate charges settled: now, later, partly, beyond the charge, for several charges, by a split."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import (
    AccountNotReady,
    AsyncConnect,
    Division,
    InsufficientBalance,
    InvalidRequest,
    Money,
    OperationConflict,
    Payment,
    Shortfall,
    Split,
)

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def paid(connect: AsyncConnect, key: str, amount: str = "100.00", method: str = CARD, **more: Any) -> Payment:
    return await connect.charges.separate.create(key=key, amount=usd(amount), payment_method=method, **more)


async def net(connect: AsyncConnect, account: str | None) -> Money:
    rows = [row.net async for row in connect.balances.transactions(account=account)]
    return sum(rows, start=usd("0.00"))


def test_by_a_split_that_is_remembered(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "seller-2")
        rule = Split().fixed(ben, usd("5.00")).percent(ana, "80")
        payment = await paid(connect, "order-1")
        made = await connect.charges.separate.settle(payment.id, key="settle", shares=rule)
        division = rule.of(payment.amount)
        assert {one.destination: one.amount for one in made.transfers} == division.shares
        assert Division.read((await connect.charges.retrieve(payment.id)).metadata) == division
        assert [Division.read(one.metadata) for one in made.transfers] == [division, division]
        again = await connect.charges.separate.settle(payment.id, key="settle", shares=rule)
        assert again == made
        with pytest.raises(OperationConflict):
            await connect.charges.separate.settle(payment.id, key="settle", shares=rule.rest(ben))

        noted = await paid(connect, "order-2", metadata=division.notes())
        made = await connect.charges.separate.settle(noted.id, key="settle-2")
        assert {one.destination: one.amount for one in made.transfers} == division.shares
        with pytest.raises(InvalidRequest, match="remembers no division"):
            await connect.charges.separate.settle((await paid(connect, "order-3")).id, key="settle-3")

    travel(colour, journey)


def test_now_a_part_and_later_the_rest(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "seller-2")
        payment = await paid(connect, "order-1")
        await connect.charges.separate.settle(payment.id, key="now", shares={ana: usd("40.00")})
        connect.simulator.advance(days=3)
        await connect.charges.separate.settle(payment.id, key="later", shares={ben: usd("60.00")})
        with pytest.raises(InvalidRequest, match=r"0\.00 usd of this charge is not shared out"):
            await connect.charges.separate.settle(payment.id, key="more", shares={ben: usd("0.01")})
        made = [(one.destination, one.amount) async for one in connect.transfers.list()]
        assert made == [(ben, usd("60.00")), (ana, usd("40.00"))]

    travel(colour, journey)


def test_more_than_the_charge_once_the_balance_has_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "seller-2")
        payment = await paid(connect, "order-1")
        settle: Any = connect.charges.separate.settle
        told = {"key": "bonus", "shares": {ana: usd("100.00"), ben: usd("20.00")}, "paid_from": "balance"}
        with pytest.raises(Shortfall) as short:
            await settle(payment.id, **told)
        assert (short.value.shortfall, short.value.available) == (usd("120.00"), usd("0.00"))
        assert not any([one async for one in connect.transfers.list()])

        topup = await connect.topups.create(key="topup", amount=short.value.shortfall)
        connect.simulator.advance(days=7)
        assert (await connect.topups.retrieve(topup.id)).status == "succeeded"
        made = await settle(payment.id, **told)
        assert [one.amount for one in made.transfers] == [usd("100.00"), usd("20.00")]
        assert {one.source_transaction for one in made.transfers} == {""}

        await connect.charges.separate.refund(payment.id, key="refund")
        assert [await net(connect, one) for one in (ana, ben)] == [usd("0.00"), usd("0.00")]

    travel(colour, journey)


def test_a_balance_that_fails_half_way_says_what_is_still_missing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        late = (await connect.onboarding.create(key="late", country="US", type="express")).id
        payment = await paid(connect, "order-1", "200.00", AT_ONCE)
        settle: Any = connect.charges.separate.settle
        told = {"key": "settle", "shares": {ana: usd("100.00"), late: usd("50.00")}, "paid_from": "balance"}
        with pytest.raises(AccountNotReady):
            await settle(payment.id, **told)
        left = (await connect.balances.retrieve()).available_in("usd")
        await connect.transfers.create(key="drain", amount=left - usd("20.00"), destination=ana)
        connect.simulator.onboard(late)
        with pytest.raises(Shortfall) as short:
            await settle(payment.id, **told)
        assert (short.value.shortfall, short.value.available) == (usd("30.00"), usd("20.00"))
        assert isinstance(short.value.__cause__, InsufficientBalance)
        await paid(connect, "more", "40.00", AT_ONCE)
        made = await settle(payment.id, **told)
        assert [one.amount for one in made.transfers] == [usd("100.00"), usd("50.00")]
        assert await net(connect, late) == usd("50.00")

    travel(colour, journey)


def test_several_charges_pay_the_shares_in_turn(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "seller-2")
        first, second = [await paid(connect, key, "50.00", transfer_group="cart-1") for key in ("order-1", "order-2")]
        both = [first.id, second.id]
        made = await connect.charges.separate.settle(
            both, key="cart", shares=Split().percent(ana, "60").percent(ben, "30")
        )
        assert [(one.destination, one.amount, one.source_transaction) for one in made.transfers] == [
            (ana, usd("50.00"), first.charge),
            (ana, usd("10.00"), second.charge),
            (ben, usd("30.00"), second.charge),
        ]
        assert {one.transfer_group for one in made.transfers} == {"cart-1"}
        with pytest.raises(InvalidRequest, match=r"10\.00 usd of this charge"):
            await connect.charges.separate.settle(both, key="cart-2", shares={ana: usd("10.01")})

    travel(colour, journey)


def test_what_cannot_be_settled_is_refused_before_anything_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        canada = (await connect.onboarding.create(key="ca", country="CA", type="express")).id
        connect.simulator.onboard(canada)
        here, there = await paid(connect, "order-1"), await paid(connect, "order-2", on_behalf_of=canada)
        settle: Any = connect.charges.separate.settle
        shares = {canada: usd("1.00")}
        wrong: list[tuple[Any, dict[str, Any], str]] = [
            ([here.id, there.id], {"shares": shares}, "settled in cad and usd"),
            ([here.id, here.id], {"shares": shares}, "different"),
            ([], {"shares": shares}, "different"),
            ([here.id, there.id], {}, "by shares that are given"),
            ([here.id, there.id], {"shares": shares, "paid_from": "balance"}, "from their charges"),
            (here.id, {"shares": shares, "paid_from": "bank"}, "paid_from is one of"),
            ("ch_1", {"shares": shares}, "payment_id has to be"),
            (there.id, {"shares": shares}, "settled in cad; a share is in usd"),
        ]
        for payment, told, why in wrong:
            with pytest.raises(InvalidRequest, match=why):
                await settle(payment, key="settle", **told)
        assert not any([one async for one in connect.transfers.list()])

    travel(colour, journey)
