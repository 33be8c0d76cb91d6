"""The recipes for taking money, end to end: amounts, balances and refusals as they have to be."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from connectkit import (
    AsyncConnect,
    Connect,
    FulfilmentState,
    InsufficientBalance,
    InvalidRequest,
    LineItem,
    Money,
    Refused,
)
from connectkit.simulator import Simulator, Switches

from .stages import COLOURS, seller, travel

CARD = "pm_card_visa"
both = pytest.mark.parametrize("colour", COLOURS)


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def total(connect: AsyncConnect, account: str | None = None) -> Money:
    rows = [row.net async for row in connect.balances.transactions(account=account)]
    return sum(rows, start=usd("0.00"))


@both
def test_01_funded_from_a_card_that_settles_at_once(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.separate.create(key="fund", amount=usd("100.00"), payment_method="pm_card_bypassPending")
        assert (await connect.balances.retrieve()).available_in("usd") == usd("96.80")
        await connect.transfers.create(key="t-1", amount=usd("90.00"), destination=account)
        with pytest.raises(InsufficientBalance):
            await connect.transfers.create(key="t-2", amount=usd("90.00"), destination=account)
        assert (await connect.balances.retrieve()).available_in("usd") == usd("6.80")
        assert await total(connect, account) == usd("90.00")

    travel(colour, journey)


@both
def test_02_settled_while_the_funds_are_pending(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect), await seller(connect, "seller-2")
        payment = await connect.charges.separate.create(key="order", amount=usd("100.00"), payment_method=CARD)
        assert (await connect.balances.retrieve()).available_in("usd") == usd("0.00")
        settle = connect.charges.separate.settle
        await settle(payment.id, key="s-1", shares={ana: usd("70.00")})
        with pytest.raises(InvalidRequest, match=r"30\.00 usd of this charge is not shared out"):
            await settle(payment.id, key="s-2", shares={ben: usd("40.00")})
        await settle(payment.id, key="s-3", shares={ben: usd("30.00")})
        assert await total(connect) == usd("-3.20")
        pending = [(await connect.balances.retrieve(account=one)).pending_in("usd") for one in (ana, ben)]
        assert pending == [usd("70.00"), usd("30.00")]

    travel(colour, journey)


@both
@pytest.mark.parametrize(
    ("options", "left"),
    [
        ({"reverse_transfer": False, "refund_fee": False}, ("-9.36", "8.77")),
        ({"refund_fee": False}, ("0.64", "-1.23")),
        ({}, ("-0.59", "0.00")),
        ({"amount": usd("4.00")}, ("0.15", "5.26")),
    ],
)
def test_03_a_destination_charge_and_each_way_to_refund_it(
    colour: str, options: dict[str, Any], left: tuple[str, str]
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order", amount=usd("10.00"), destination=account, fee=usd("1.23"), payment_method=CARD
        )
        assert (await total(connect), await total(connect, account)) == (usd("0.64"), usd("8.77"))
        refund: Any = connect.charges.destination.refund
        await refund(payment.id, key="refund", **options)
        assert (await total(connect), await total(connect, account)) == (usd(left[0]), usd(left[1]))

    travel(colour, journey)


@pytest.mark.parametrize("kind", ["direct", "destination"])
def test_04_a_fee_comes_to_be_after_the_charge(kind: str) -> None:
    simulator = Simulator(switches=Switches(links_after=3600))
    events: list[bytes] = []
    simulator.subscribe(lambda body, _: events.append(body) or 200, events=("application_fee.created",))  # type: ignore[func-returns-value]
    with Connect.sandbox(simulator=simulator) as connect:
        account = connect.onboarding.create(key="seller", country="US", type="express").id
        simulator.onboard(account)
        charges: Any = connect.charges
        whose = {"account": account} if kind == "direct" else {"destination": account}
        payment = getattr(charges, kind).create(
            key="order", amount=usd("10.00"), fee=usd("1.23"), payment_method=CARD, **whose
        )
        assert (payment.succeeded, payment.fee, events) == (True, usd("1.23"), [])
        simulator.advance(hours=2)
        assert len(events) == 1
        earned = [row.amount for row in connect.balances.transactions() if row.type == "application_fee"]
        assert earned == [usd("1.23")]


@both
def test_12_a_copy_of_a_card_that_nobody_owns_pays_once_and_a_shared_customer_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        buyer = await connect.customers.create(key="buyer")
        kept = await connect.setup_intents.create(key="card", customer=buyer.id, payment_method=CARD)
        client = stripe.StripeClient("sk_test_recipe", http_client=connect.simulator.http_client())
        told: Any = {"customer": buyer.id, "payment_method": kept.payment_method}
        copy = client.v1.payment_methods.create(told, options={"stripe_account": account}).id

        async def pay(key: str, method: str, customer: str | None = None) -> bool:
            paid = await connect.charges.direct.create(
                key=key, amount=usd("10.00"), account=account, payment_method=method, customer=customer
            )
            return paid.succeeded

        assert await pay("order-1", copy)
        with pytest.raises(Refused, match="previously used"):
            await pay("order-2", copy)
        there = await connect.customers.share(
            buyer.id, key="share", payment_method=kept.payment_method, account=account
        )
        assert [await pay(key, there.payment_method, there.customer) for key in ("order-3", "order-4")] == [True] * 2

    travel(colour, journey)


@both
def test_14_a_completed_page_that_is_paid_later_is_delivered_once_even_if_it_is_told_twice(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        shipped: list[str] = []
        page = await connect.checkout.separate.create(
            key="order",
            line_items=[LineItem(name="Chair", price=usd("25.00"))],
            success_url="https://shop.example/thanks",
            allowed_payment_method_types=["us_bank_account"],
        )
        connect.simulator.pay(page.id, "pm_usBankAccount_success")

        def deliver(order: Any) -> None:
            shipped.append(order.session.id)

        assert (await connect.checkout.fulfil(page.id, deliver)).state is FulfilmentState.AWAITING_PAYMENT
        connect.simulator.advance(days=1)
        told = [await connect.checkout.fulfil(page.id, deliver) for _ in range(2)]
        assert [one.now for one in told] == [True, False]
        assert shipped == [page.id]

    travel(colour, journey)
