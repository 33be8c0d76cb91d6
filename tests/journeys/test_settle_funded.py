"""Settlements from a balance that is too small: topped up by what is missing, and gone on with when it is there."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import AsyncConnect, FundedSettlement, InvalidRequest

from .stages import COLOURS, seller, travel
from .test_plans import AT_ONCE, total, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)


async def sold(connect: AsyncConnect) -> str:
    return (await connect.charges.separate.create(key="o", amount=usd("10.00"), payment_method=AT_ONCE)).id


async def topups(connect: AsyncConnect) -> list[Any]:
    return [(one.amount, one.status) async for one in connect.topups.list()]


def test_what_is_missing_is_topped_up_once_and_the_settlement_goes_on(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, "ana"), await seller(connect, "ben")
        payment = await sold(connect)
        shares = {ana: usd("10.00"), ben: usd("5.00")}
        told: dict[str, Any] = {"key": "s", "shares": shares, "description": "Order", "metadata": {"order": "1"}}

        async def settle() -> FundedSettlement:
            return await connect.charges.separate.settle_funded(payment, **told)

        connect.simulator.faults.next("lose_answer", "/v1/topups")
        first = await settle()
        assert (first.settled, first.next_step[:10]) == (False, "Call again")
        assert first.topup is not None
        assert first.topup.amount == usd("5.59")
        assert (await settle()).topup == first.topup
        assert await topups(connect) == [(usd("5.59"), "pending")]
        assert (await total(connect, ana), await total(connect, ben)) == (usd("0.00"), usd("0.00"))
        connect.simulator.advance(days=9)
        done = await settle()
        assert (done.settled, done.topup, done.next_step) == (True, None, "Nothing: the sellers are paid.")
        assert await settle() == done
        assert await topups(connect) == [(usd("5.59"), "succeeded")]
        assert (await total(connect, ana), await total(connect, ben)) == (usd("10.00"), usd("5.00"))
        assert await total(connect) == usd("0.00")

    travel(colour, journey)


def test_a_balance_that_suffices_is_not_topped_up(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        funded = await connect.charges.separate.settle_funded(await sold(connect), key="s", shares={ana: usd("9.41")})
        assert funded.settlement is not None
        assert [one.amount for one in funded.settlement.transfers] == [usd("9.41")]
        assert await topups(connect) == []

    travel(colour, journey)


def test_money_that_was_spent_in_another_way_is_topped_up_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await sold(connect)
        settle = connect.charges.separate.settle_funded
        await settle(payment, key="s", shares={ana: usd("10.00")})
        connect.simulator.advance(days=9)
        await connect.transfers.create(key="bonus", amount=usd("2.00"), destination=ana)
        again = await settle(payment, key="s", shares={ana: usd("10.00")})
        assert again.topup is not None
        assert (again.topup.amount, again.topup.status) == (usd("2.00"), "pending")
        connect.simulator.advance(days=9)
        assert (await settle(payment, key="s", shares={ana: usd("10.00")})).settled
        assert await topups(connect) == [(usd("2.00"), "succeeded"), (usd("0.59"), "succeeded")]

    travel(colour, journey)


def test_a_top_up_that_fails_is_told_and_not_tried_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await sold(connect)
        told: dict[str, Any] = {"key": "s", "shares": {ana: usd("10.00")}}
        told["source"] = "btok_us_verified_insufficientFunds"
        await connect.charges.separate.settle_funded(payment, **told)
        connect.simulator.advance(days=9)
        for _ in range(2):
            failed = await connect.charges.separate.settle_funded(payment, **told)
            assert failed.next_step.startswith("The top-up is failed")
        assert len(await topups(connect)) == 1
        await connect.charges.separate.create(key="o-2", amount=usd("10.00"), payment_method=AT_ONCE)
        assert (await connect.charges.separate.settle_funded(payment, **told)).settled

    travel(colour, journey)


def test_what_cannot_be_topped_up_is_refused_before_anything_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        settle: Any = connect.charges.separate.settle_funded
        for words, told in {
            "named after the key": {"key": "k" * 181},
            "source": {"key": "k", "source": "card_1"},
        }.items():
            with pytest.raises(InvalidRequest, match=words):
                await settle("pi_1", shares={"acct_1": usd("1.00")}, **told)
        assert not connect.simulator.requests

    travel(colour, journey)
