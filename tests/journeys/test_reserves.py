"""What Stripe holds back from a platform for connected accounts that are below zero."""

from __future__ import annotations

import pytest

from connectkit import AsyncConnect
from connectkit.simulator.money.switches import Switches, set_switches

from .stages import COLOURS, seller, travel
from .test_plans import AT_ONCE, total, usd
from .test_traps_of_onboarding import _custom as custom

pytestmark = pytest.mark.parametrize("colour", COLOURS)


def test_an_account_below_zero_is_held_back_from_the_platform_until_a_transfer_clears_it(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(connect_reserves=True))
        ana = await custom(connect)
        await connect.charges.separate.create(key="f", amount=usd("100.00"), payment_method=AT_ONCE)
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=ana, fee=usd("3.00"), payment_method=AT_ONCE
        )
        await connect.charges.destination.refund(payment.id, key="r", refund_fee=False)
        held = await connect.balances.retrieve()
        assert held.reserved == (usd("3.00"),)
        assert [(one.account, one.amount) async for one in connect.balances.negative()] == [(ana, usd("-3.00"))]
        before = await total(connect)
        await connect.transfers.create(key="a part", amount=usd("1.00"), destination=ana)
        assert (await connect.balances.retrieve()).reserved == (usd("2.00"),)
        assert await total(connect) == before  # what the transfer took, the reserve let go
        await connect.transfers.create(key="the rest", amount=usd("5.00"), destination=ana)
        assert (await connect.balances.retrieve()).reserved == (usd("0.00"),)
        rows = [row async for row in connect.balances.transactions(type="reserve_transaction")]
        assert [row.net for row in rows] == [usd("2.00"), usd("1.00"), usd("-3.00")]
        assert {row.category for row in rows} == {"connect_reserved_funds"}
        await connect.transfers.debit(key="below", account=ana, amount=usd("3.01"))
        assert (await connect.balances.retrieve()).reserved == (usd("0.01"),)

    travel(colour, journey)


@pytest.mark.parametrize(("kind", "below"), [("standard", "-1.59"), ("express", "-1.00")])
def test_an_account_whose_requirements_stripe_collects_holds_nothing_back(colour: str, kind: str, below: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(connect_reserves=True))
        ana = await seller(connect, type=kind)
        payment = await connect.charges.direct.create(
            key="order-1", amount=usd("10.00"), account=ana, fee=usd("1.00"), payment_method=AT_ONCE
        )
        await connect.charges.direct.refund(payment.id, key="r", account=ana, refund_fee=False)
        assert await total(connect, ana) == usd(below)
        assert (await connect.balances.retrieve()).reserved == (usd("0.00"),)

    travel(colour, journey)
