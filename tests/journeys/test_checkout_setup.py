"""Checkout pages on which nothing is paid, and a way to pay is kept for later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectkit import AsyncConnect, FulfilmentState, InvalidRequest, Money, PaidOrder

from .stages import COLOURS, seller, travel
from .test_checkout import delivering

pytestmark = pytest.mark.parametrize("colour", COLOURS)

BACK = "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


def test_a_way_to_pay_is_kept_on_a_hosted_page_and_charged_later(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        buyer = await connect.customers.create(key="buyer-7", email="buyer@example.com")
        told: Any = {
            "key": "card-7",
            "currency": "USD",
            "customer": buyer.id,
            "success_url": BACK,
            "cancel_url": "https://shop.example/account",
            "description": "Table for four",
            "metadata": {"booking": "7"},
            "expires_at": datetime.now(UTC) + timedelta(hours=2),
        }
        connect.simulator.faults.next("lose_answer", "/v1/checkout/sessions")
        page = await connect.checkout.set_up(**told)
        assert (page.mode, page.status, page.payment_status, page.total) == (
            "setup",
            "open",
            "no_payment_required",
            None,
        )
        again = await connect.checkout.set_up(**told)
        assert (again, again.url, again.setup_intent) == (page, page.url, page.setup_intent)
        assert connect.simulator.pay(page.id) == f"https://shop.example/thanks?session={page.id}"
        seen = await connect.checkout.retrieve(page.id)
        kept = await connect.setup_intents.retrieve(seen.setup_intent)
        assert (kept.succeeded, kept.usage, kept.customer, kept.metadata["booking"]) == (
            True,
            "off_session",
            buyer.id,
            "7",
        )
        payment = await connect.charges.separate.create(
            key="order-7",
            amount=usd("20.00"),
            customer=kept.customer,
            payment_method=kept.payment_method,
            off_session=True,
        )
        assert payment.succeeded

    travel(colour, journey)


@pytest.mark.parametrize("card", ["pm_card_visa", "pm_card_authenticationRequiredOnSetup"])
def test_a_buyer_whom_nobody_named_is_made_a_customer_on_an_embedded_page_of_a_seller(colour: str, card: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        page = await connect.checkout.set_up(key="card-7", currency="usd", return_url=BACK, account=ana)
        client = page.client("pk_test_shop").document()
        assert (page.url, client["stripeAccount"], client["clientSecret"]) == ("", ana, page.client_secret)
        connect.simulator.pay(page.id, card)
        seen = await connect.checkout.retrieve(page.id, account=ana)
        assert (seen.status, seen.customer[:4]) == ("complete", "cus_")
        kept = await connect.setup_intents.retrieve(seen.setup_intent, account=ana)
        assert kept.customer == seen.customer
        for order in ("order-1", "order-2"):
            payment = await connect.charges.direct.create(
                key=order,
                amount=usd("20.00"),
                account=ana,
                customer=kept.customer,
                payment_method=kept.payment_method,
                off_session=True,
            )
            assert payment.succeeded

    travel(colour, journey)


def test_what_is_kept_can_be_kept_for_a_seller_who_is_the_merchant_of_record(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        page = await connect.checkout.set_up(
            key="card-7", allowed_payment_method_types=["card"], on_behalf_of=ana, success_url=BACK
        )
        assert (await connect.setup_intents.retrieve(page.setup_intent)).on_behalf_of == ana

    travel(colour, journey)


def test_a_page_that_keeps_is_heard_of_once_and_has_no_lines(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        page = await connect.checkout.set_up(key="card-7", currency="usd", success_url=BACK)
        delivered: list[PaidOrder] = []
        deliver = delivering(delivered, colour)
        with pytest.raises(ValueError, match="declined"):
            connect.simulator.pay(page.id, "pm_card_chargeDeclined")
        assert (await connect.checkout.fulfil(page.id, deliver)).state is FulfilmentState.OPEN
        connect.simulator.pay(page.id)
        done = [await connect.checkout.fulfil(page.id, deliver) for _ in range(2)]
        assert [one.now for one in done] == [True, False]
        (order,) = delivered
        assert (order.lines, order.payment, order.session.mode) == ((), None, "setup")

    travel(colour, journey)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"success_url": BACK}, "depends on the currency"),
        ({"currency": "usd"}, "hosted page has a success_url"),
        ({"currency": "usdollar", "success_url": BACK}, "currency"),
        ({"currency": "usd", "success_url": BACK, "on_behalf_of": "tr_1"}, "acct_"),
        ({"currency": "usd", "success_url": BACK, "customer": "cus_1", "customer_email": "a@example.com"}, "address"),
    ],
)
def test_a_page_that_cannot_be_is_refused_before_anything_is_sent(
    colour: str, told: dict[str, Any], words: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(InvalidRequest, match=words):
            await connect.checkout.set_up(key="card-7", **told)
        assert not connect.simulator.requests

    travel(colour, journey)
