"""Destination charges of slow banks, whose seller can receive nothing any more when they pay."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import AsyncConnect, Payment

from .stages import COLOURS, seller, travel
from .test_plans import effects, total, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)


async def skipped(connect: AsyncConnect, ana: str) -> Payment:
    """Give a payment of which nothing was passed on; the seller can receive again afterwards."""
    create: Any = connect.charges.destination.create
    payment: Payment = await create(
        key="o", amount=usd("10.00"), destination=ana, fee=usd("1.00"), payment_method="pm_usBankAccount_success"
    )
    connect.simulator.disable(ana, "under_review")
    connect.simulator.advance(hours=1)
    connect.simulator.disable(ana, None)
    return payment


def test_all_stays_with_the_platform_until_it_is_passed_on_by_hand(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await skipped(connect, ana)
        paid = await connect.charges.retrieve(payment.id)
        assert (paid.succeeded, await total(connect, ana)) == (True, usd("0.00"))
        charge = connect.simulator.world.find(paid.charge)
        assert charge is not None
        assert (charge["transfer_data"], charge["application_fee"]) == (None, None)
        kept = await total(connect)
        assert kept == usd("9.41")
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("9.00")})
        assert (await total(connect), await total(connect, ana)) == (usd("0.41"), usd("9.00"))
        await connect.charges.separate.refund(payment.id, key="r")
        assert (await total(connect), await total(connect, ana)) == (usd("-0.59"), usd("0.00"))

    travel(colour, journey)


@pytest.mark.parametrize("if_short", ["stop", "bear"])
def test_a_refund_takes_nothing_back_that_was_not_passed_on(colour: str, if_short: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await skipped(connect, ana)
        plan = await connect.charges.destination.plan_refund(payment.id, key="r", if_short=if_short)
        assert effects(plan) == {"": usd("-10.00")}
        refund = await plan.execute()
        assert (refund.transfer_reversal, refund.reversals) == ("", ())
        assert (await total(connect), await total(connect, ana)) == (usd("-0.59"), usd("0.00"))

    travel(colour, journey)
