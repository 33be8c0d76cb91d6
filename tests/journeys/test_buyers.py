"""Buyers who come back: ways to pay kept for later, and customers whom several accounts know."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from connectkit import AsyncConnect, InvalidRequest, Money, NotFound, OperationConflict, PaymentDeclined, Refused

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


def test_a_card_is_kept_and_charged_when_nobody_is_there(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        buyer = await connect.customers.create(
            key="buyer-1", email="buyer@example.com", name="Ana", phone="+15005550006", metadata={"buyer": "1"}
        )
        assert (buyer.metadata["buyer"], "buyer@" in repr(buyer)) == ("1", False)
        assert (await connect.customers.retrieve(buyer.id)).raw["email"] == "buyer@example.com"
        assert "buyer@" not in repr(await connect.operations.list())
        kept = await connect.setup_intents.create(
            key="setup-1", customer=buyer.id, payment_method=CARD, description="Card", metadata={"buyer": "1"}
        )
        assert (kept.succeeded, kept.customer, kept.usage) == (True, buyer.id, "off_session")
        paid = await connect.charges.separate.create(
            key="order-1",
            amount=usd("10.00"),
            customer=buyer.id,
            payment_method=kept.payment_method,
            off_session=True,
        )
        assert (paid.succeeded, paid.customer) == (True, buyer.id)

    travel(colour, journey)


def test_a_setup_goes_on_in_the_browser_or_is_given_up(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        setup = connect.setup_intents
        waiting = await setup.create(key="setup-1", account=account, allowed_payment_method_types=["card"])
        assert waiting.status == "requires_payment_method"
        assert waiting.client("pk_test_shop").document()["stripeAccount"] == account
        asked = await setup.confirm(
            waiting.id,
            key="setup-1/confirm",
            payment_method="pm_card_authenticationRequired",
            return_url="https://shop.example/back",
            account=account,
        )
        assert asked.next_action is not None
        assert (asked.status, asked.next_action.type) == ("requires_action", "redirect_to_url")
        connect.simulator.authenticate(waiting.id)
        assert (await setup.retrieve(waiting.id, account=account)).succeeded
        with pytest.raises(Refused):
            await setup.cancel(waiting.id, key="setup-1/cancel", account=account)

        other = await setup.create(key="setup-2")
        connect.simulator.faults.next("lose_answer", f"/v1/setup_intents/{other.id}/cancel")
        assert (await setup.cancel(other.id, key="setup-2/cancel")).status == "canceled"
        with pytest.raises(PaymentDeclined):
            await setup.create(key="setup-3", payment_method="pm_card_chargeDeclined")
        with pytest.raises(InvalidRequest, match="seti_"):
            await setup.retrieve("pi_1")

    travel(colour, journey)


def test_a_customer_is_shared_once_with_each_seller(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, type="standard"), await seller(connect, "seller-2", type="standard")
        buyer = await connect.customers.create(key="buyer-1", email="buyer@example.com")
        kept = await connect.setup_intents.create(key="setup-1", customer=buyer.id, payment_method=CARD)

        async def share(key: str, account: str) -> Any:
            return await connect.customers.share(buyer.id, key=key, payment_method=kept.payment_method, account=account)

        first = await share("share-ana", ana)
        assert await share("share-ana", ana) == first
        assert await share("share-ana-again", ana) == first
        second = await share("share-ben", ben)
        assert {first.customer, second.customer, buyer.id} > {first.customer}
        assert first.payment_method not in {kept.payment_method, second.payment_method}
        for number in range(2):  # a copy that nobody owned could be used a single time
            paid = await connect.charges.direct.create(
                key=f"order-{number}",
                amount=usd("10.00"),
                account=ana,
                fee=usd("1.00"),
                customer=first.customer,
                payment_method=first.payment_method,
                off_session=True,
            )
            assert paid.succeeded
        with pytest.raises(NotFound):
            await connect.charges.direct.create(
                key="order-3", amount=usd("10.00"), account=ben, payment_method=first.payment_method
            )
        made = [seen for seen in connect.simulator.requests if seen.path == "/v1/payment_methods"]
        assert len(made) == 2

    travel(colour, journey)


def test_a_sharing_that_was_broken_off_is_finished_by_its_key(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        buyer = await connect.customers.create(key="buyer-1", payment_method=CARD)
        client = stripe.StripeClient("sk_test_till", http_client=connect.simulator.http_client())
        kept = client.v1.customers.payment_methods.list(buyer.id).data[0].id
        told: Any = {"payment_method": kept, "account": ana}
        connect.simulator.faults.next("forbidden", "/v1/customers")
        with pytest.raises(Refused):
            await connect.customers.share(buyer.id, key="share", **told)
        connect.simulator.faults.next("lose_answer", "/v1/customers")
        shared = await connect.customers.share(buyer.id, key="share", **told)
        paid = await connect.charges.direct.create(
            key="order-1",
            amount=usd("10.00"),
            account=ana,
            customer=shared.customer,
            payment_method=shared.payment_method,
        )
        assert paid.succeeded
        other = await connect.setup_intents.create(key="other", customer=buyer.id, payment_method="pm_card_mastercard")
        with pytest.raises(OperationConflict):
            await connect.customers.share(buyer.id, key="share", payment_method=other.payment_method, account=ana)

    travel(colour, journey)
