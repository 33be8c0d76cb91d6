"""Everything that can be asked of a payment: options, reserved money, slow banks, buyers who have to confirm."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from connectkit import AsyncConnect, InvalidRequest, Money, OperationConflict, PaymentDeclined, Refused

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def customer(connect: AsyncConnect, account: str | None = None) -> str:
    client = stripe.StripeClient("sk_test_till", http_client=connect.simulator.http_client())
    return client.v1.customers.create(options={"stripe_account": account} if account else {}).id


def test_what_is_said_of_a_payment_reaches_stripe(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        buyer = await customer(connect)
        payment = await connect.charges.separate.create(
            key="order-1",
            amount=usd("10.00"),
            payment_method=CARD,
            allowed_payment_method_types=["card"],
            customer=buyer,
            description="A chair",
            receipt_email="buyer@example.com",
            statement_descriptor_suffix="CHAIR 7",
            setup_future_usage="off_session",
            transfer_group="order-1",
            metadata={"order": "1"},
        )
        raw = payment.raw
        assert (payment.customer, payment.payment_method) == (buyer, raw["payment_method"])
        told = ("description", "receipt_email", "statement_descriptor_suffix", "setup_future_usage")
        assert [raw[name] for name in told] == ["A chair", "buyer@example.com", "CHAIR 7", "off_session"]
        assert raw["payment_method_types"] == ["card"]

        again = await connect.charges.separate.create(
            key="order-2", amount=usd("5.00"), customer=buyer, payment_method=payment.payment_method, off_session=True
        )
        assert (again.succeeded, again.payment_method) == (True, payment.payment_method)

    travel(colour, journey)


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"allowed_payment_method_types": []}, "allowed_payment_method_types"),
        ({"allowed_payment_method_types": "card"}, "allowed_payment_method_types"),
        ({"setup_future_usage": "always"}, "setup_future_usage"),
        ({"statement_descriptor_suffix": "*" * 5}, "statement_descriptor_suffix"),
        ({"statement_descriptor_suffix": "A" * 23}, "statement_descriptor_suffix"),
        ({"can_grow": True}, "can_grow"),
        ({"off_session": True, "payment_method": None}, "off_session"),
        ({"return_url": "https://shop.example/back", "payment_method": None}, "return_url"),
    ],
)
def test_an_option_that_cannot_be_is_refused_before_anything_is_sent(
    colour: str, options: dict[str, Any], param: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        create: Any = connect.charges.separate.create
        said = {"payment_method": CARD, **options}
        with pytest.raises(InvalidRequest) as wrong:
            await create(key="order-1", amount=usd("10.00"), **said)
        assert wrong.value.param == param
        assert not connect.simulator.requests

    travel(colour, journey)


def test_an_option_that_there_is_not_is_an_error(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(TypeError, match="captur_later"):
            await connect.charges.separate.create(key="order-1", amount=usd("10.00"), captur_later=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

    travel(colour, journey)


def test_a_receipt_address_is_never_stored(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        create: Any = connect.charges.separate.create
        said = {"amount": usd("10.00"), "payment_method": CARD, "receipt_email": "buyer@example.com"}
        first = await create(key="order-1", **said)
        assert await create(key="order-1", **said) == first
        assert [one for one in await connect.operations.list() if "buyer@" in repr(one)] == []
        with pytest.raises(OperationConflict):
            await create(key="order-1", **{**said, "receipt_email": "else@example.com"})

    travel(colour, journey)


def test_a_transfer_has_words_of_its_own(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1",
            amount=usd("10.00"),
            destination=account,
            transfer=usd("8.77"),
            transfer_description="Order 1",
            transfer_metadata={"order": "1"},
            payment_method=CARD,
        )
        assert payment.transfer == usd("8.77")
        made = [transfer async for transfer in connect.transfers.list(destination=account)]
        assert [transfer.metadata["order"] for transfer in made] == ["1"]
        assert made[0].raw["description"] == "Order 1"

    travel(colour, journey)


def test_a_part_is_captured_and_the_cut_scaled(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)

        async def reserved(key: str, **cut: Any) -> Any:
            return await connect.charges.destination.create(
                key=key,
                amount=usd("100.00"),
                destination=account,
                payment_method=CARD,
                capture_later=True,
                can_grow=True,
                **cut,
            )

        payment = await reserved("order-1", fee=usd("12.30"))
        assert (payment.status, payment.capturable, payment.received) == ("requires_capture", usd("100"), usd("0"))
        part = usd("60.00")
        taken = await connect.charges.capture(
            payment.id, key="order-1/capture", amount=part, fee=payment.scaled(usd("12.30"), part)
        )
        assert (taken.received, taken.capturable) == (part, usd("0"))
        fees = [row.amount async for row in connect.balances.transactions() if row.type == "application_fee"]
        assert fees == [usd("7.38")]

        payment = await reserved("order-2", transfer=usd("87.70"))
        grown = await connect.charges.increment(
            payment.id, key="order-2/longer", amount=usd("120.00"), transfer=usd("105.00")
        )
        assert (grown.capturable, grown.transfer) == (usd("120.00"), usd("105.00"))
        taken = await connect.charges.capture(payment.id, key="order-2/capture")
        assert taken.received == usd("120.00")
        payment = await reserved("order-3", transfer=usd("87.70"))
        await connect.charges.capture(payment.id, key="order-3/capture", amount=part, transfer=usd("52.62"))
        transfers = [transfer.amount async for transfer in connect.transfers.list(destination=account)]
        assert transfers == [usd("52.62"), usd("105.00"), part]

    travel(colour, journey)


def test_what_cannot_be_captured_or_reserved_is_refused_before_anything_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        charges: Any = connect.charges
        wrong: list[tuple[Any, dict[str, Any]]] = [
            (charges.capture, {"fee": usd("1.00"), "transfer": usd("1.00")}),
            (charges.capture, {"fee": usd("-1.00")}),
            (charges.capture, {"transfer": usd("0.00")}),
            (charges.capture, {"amount": usd("5.00"), "fee": Money.of("1.00", "eur")}),
            (charges.capture, {"amount": usd("5.00"), "transfer": usd("5.01")}),
            (charges.increment, {"amount": usd("5.00"), "fee": usd("5.00")}),
            (charges.capture, {"fee": 100}),
        ]
        for verb, said in wrong:
            with pytest.raises(InvalidRequest):
                await verb("pi_1", key="order-1", **said)
        assert not connect.simulator.requests
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"))
        for cut, part in [
            (usd("1.00"), usd("10.01")),
            (usd("1.00"), usd("0.00")),
            (Money.of("1.00", "eur"), usd("1.00")),
        ]:
            with pytest.raises(InvalidRequest):
                payment.scaled(cut, captured=part)

    travel(colour, journey)


def test_more_is_reserved_only_where_that_was_agreed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(
            key="order-1", amount=usd("10.00"), payment_method=CARD, capture_later=True
        )
        with pytest.raises(Refused, match="not eligible"):
            await connect.charges.increment(payment.id, key="more", amount=usd("20.00"))
        grows = await connect.charges.separate.create(
            key="order-2", amount=usd("10.00"), payment_method=CARD, capture_later=True, can_grow=True
        )
        connect.simulator.faults.next("lose_answer", f"/v1/payment_intents/{grows.id}/increment_authorization")
        more = await connect.charges.increment(grows.id, key="more-2", amount=usd("20.00"))
        assert more.capturable == usd("20.00")
        with pytest.raises(Refused, match="above"):
            await connect.charges.increment(grows.id, key="more-3", amount=usd("15.00"))
        for number in range(9):
            await connect.charges.increment(grows.id, key=f"again-{number}", amount=usd(f"{21 + number}.00"))
        with pytest.raises(Refused, match="10 times"):
            await connect.charges.increment(grows.id, key="again-10", amount=usd("40.00"))
        await connect.charges.cancel(grows.id, key="gone")
        with pytest.raises(Refused, match="incremented"):
            await connect.charges.increment(grows.id, key="too-late", amount=usd("50.00"))

    travel(colour, journey)


def test_a_slow_bank_says_in_the_end_whether_it_pays(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)

        async def pay(key: str, method: str) -> Any:
            return await connect.charges.destination.create(
                key=key,
                amount=usd("10.00"),
                destination=account,
                payment_method=f"pm_usBankAccount_{method}",
                allowed_payment_method_types=["us_bank_account"],
            )

        good, bad = await pay("order-1", "success"), await pay("order-2", "insufficientFunds")
        never, gone = await pay("order-3", "processing"), await pay("order-4", "success")
        assert [one.processing for one in (good, bad, never, gone)] == [True] * 4
        assert not any([one async for one in connect.transfers.list()])
        await connect.charges.cancel(gone.id, key="order-4/cancel")
        connect.simulator.advance(hours=1)
        good, bad = await connect.charges.retrieve(good.id), await connect.charges.retrieve(bad.id)
        assert (good.succeeded, good.received) == (True, usd("10.00"))
        assert (bad.status, bad.error_code) == ("requires_payment_method", "insufficient_funds")
        assert (await connect.charges.retrieve(never.id)).processing
        assert (await connect.charges.retrieve(gone.id)).status == "canceled"
        assert [one.amount async for one in connect.transfers.list()] == [usd("10.00")]
        again = await connect.charges.confirm(bad.id, key="order-2/again", payment_method="pm_usBankAccount_success")
        assert again.processing
        with pytest.raises(Refused, match="not allowed"):
            await connect.charges.separate.create(
                key="order-5",
                amount=usd("10.00"),
                payment_method=CARD,
                allowed_payment_method_types=["us_bank_account"],
            )

    travel(colour, journey)


def test_a_bank_asks_the_buyer_to_confirm(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        asks = "pm_card_authenticationRequired"
        payment = await connect.charges.separate.create(
            key="order-1", amount=usd("10.00"), payment_method=asks, return_url="https://shop.example/back"
        )
        action = payment.next_action
        assert action is not None
        assert (payment.status, action.type) == ("requires_action", "redirect_to_url")
        assert action.url.startswith("http")
        assert action.return_url == "https://shop.example/back"
        assert action.url not in repr(payment)
        replayed = await connect.charges.separate.create(
            key="order-1", amount=usd("10.00"), payment_method=asks, return_url="https://shop.example/back"
        )
        assert replayed.next_action is not None
        assert (replayed.next_action.type, replayed.next_action.url) == ("redirect_to_url", "")

        at_once = await connect.charges.separate.create(key="order-2", amount=usd("10.00"), payment_method=asks)
        assert at_once.next_action is not None
        assert (at_once.next_action.type, at_once.next_action.url) == ("use_stripe_sdk", "")
        with pytest.raises(PaymentDeclined) as declined:
            await connect.charges.separate.create(
                key="order-3", amount=usd("10.00"), payment_method=asks, off_session=True
            )
        assert declined.value.code == "authentication_required"
        left = await connect.charges.retrieve(declined.value.object_id)
        assert (left.error_code, left.decline_code) == ("authentication_required", "authentication_required")

    travel(colour, journey)


def test_what_the_buyer_paid_and_what_arrived(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        direct = await connect.charges.direct.create(
            key="order-1", amount=usd("10.00"), account=account, fee=usd("1.23"), payment_method=CARD
        )
        came = await connect.charges.proceeds(direct.id, account=account)
        assert (came.presented, came.settled, came.fees, came.net) == (
            usd("10.00"),
            usd("10.00"),
            usd("1.82"),
            usd("8.18"),
        )
        assert (came.exchange_rate, came.charge, came.payment) == (None, direct.charge, direct.id)

        euros = await connect.charges.separate.create(
            key="order-2",
            amount=Money.of("100.00", "eur"),
            payment_method=CARD,
            statement_descriptor_suffix="CHAIRS",
        )
        came = await connect.charges.proceeds(euros.id)
        assert (came.presented, came.settled.currency) == (Money.of("100.00", "eur"), "usd")
        assert came.exchange_rate is not None
        assert round(came.presented.amount * came.exchange_rate) == came.settled.amount
        assert came.net == came.settled - came.fees
        assert came.statement_descriptor.endswith("* CHAIRS")
        rows = [row async for row in connect.balances.transactions() if row.type == "charge"]
        assert (rows[0].exchange_rate, rows[0].available_on) == (came.exchange_rate, came.available_on)

        waiting = await connect.charges.separate.create(key="order-3", amount=usd("10.00"))
        with pytest.raises(InvalidRequest, match="it is requires_payment_method"):
            await connect.charges.proceeds(waiting.id)

    travel(colour, journey)


def test_an_amount_below_the_least_of_the_settling_currency(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        for number, amount in enumerate([usd("0.49"), Money.of("0.30", "eur")]):
            with pytest.raises(Refused, match=r"0\.50 usd, 0\.50 eur, 0\.30 gbp") as refused:
                await connect.charges.separate.create(key=f"order-{number}", amount=amount, payment_method=CARD)
            assert refused.value.param == "amount"
        paid = await connect.charges.separate.create(key="order", amount=usd("0.50"), payment_method=CARD)
        assert paid.succeeded

    travel(colour, journey)


def test_the_browser_is_given_what_it_needs_and_nothing_more(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        direct = await connect.charges.direct.create(key="order-1", amount=usd("10.00"), account=account)
        client = direct.client("pk_test_shop")
        assert client.document() == {
            "clientSecret": direct.client_secret,
            "publishableKey": "pk_test_shop",
            "stripeAccount": account,
        }
        assert direct.client_secret not in repr(client)
        separate = await connect.charges.separate.create(key="order-2", amount=usd("10.00"))
        assert "stripeAccount" not in separate.client("pk_test_shop").document()
        with pytest.raises(InvalidRequest, match="publishable") as wrong:
            separate.client("sk_test_shop")
        assert "sk_test_shop" not in str(wrong.value)
        replayed = await connect.charges.separate.create(key="order-2", amount=usd("10.00"))
        with pytest.raises(InvalidRequest, match="never stored"):
            replayed.client("pk_test_shop")
        fresh = await connect.charges.retrieve(direct.id, account=account)
        assert fresh.client("pk_test_shop") == client

    travel(colour, journey)
