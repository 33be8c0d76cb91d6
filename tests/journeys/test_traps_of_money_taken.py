"""The usual mistakes of taking money with Connect, one test each, and what becomes of them here."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectkit import (
    AsyncConnect,
    FulfilmentState,
    InsufficientBalance,
    InvalidRequest,
    LineItem,
    Money,
    PaidOrder,
    Payment,
    Shortfall,
)

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"
BANK = "pm_usBankAccount_success"
BACK = "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def paid(connect: AsyncConnect, key: str, method: str = CARD, amount: str = "100.00", **more: Any) -> Payment:
    create: Any = connect.charges.separate.create
    payment: Payment = await create(key=key, amount=usd(amount), payment_method=method, **more)
    return payment


async def total(connect: AsyncConnect, account: str | None = None) -> Money:
    rows = [row.net async for row in connect.balances.transactions(account=account)]
    return sum(rows, start=usd("0.00"))


def test_01_a_fee_on_a_plain_platform_charge(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        create: Any = connect.charges.separate.create
        with pytest.raises(TypeError, match="fee"):
            await create(key="order-1", amount=usd("10.00"), fee=usd("1.00"), payment_method=CARD)
        assert not connect.simulator.requests

    travel(colour, journey)


def test_02_a_fee_and_a_transfer_amount_together(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        create: Any = connect.charges.destination.create
        with pytest.raises(InvalidRequest, match="choose one"):
            await create(
                key="order-1", amount=usd("10.00"), destination="acct_1", fee=usd("1.00"), transfer=usd("9.00")
            )
        assert not connect.simulator.requests

    travel(colour, journey)


def test_03_a_fee_with_separate_charges_is_what_is_not_transferred(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await paid(connect, "order-1")
        await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("90.00")})
        assert payment.fee is None
        assert await total(connect) == usd("100.00") - usd("3.20") - usd("90.00")

    travel(colour, journey)


def test_04_a_transfer_is_before_stripes_fee_which_the_platform_pays(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=account, fee=usd("0.10"), payment_method=CARD
        )
        assert await total(connect, account) == usd("9.90")
        assert await total(connect) == usd("0.10") - usd("0.59")

    travel(colour, journey)


def test_09_what_followed_a_charge_is_not_read_from_its_first_answer(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=account, fee=usd("1.23"), payment_method=CARD
        )
        # The value has what was asked for; what was earned is a movement of its own, and an event.
        assert (payment.fee, payment.destination) == (usd("1.23"), account)
        assert not hasattr(payment, "application_fee")
        earned = [row.amount async for row in connect.balances.transactions() if row.type == "application_fee"]
        assert earned == [usd("1.23")]

    travel(colour, journey)


def test_10_a_transfer_is_paid_from_a_charge_and_not_from_a_payment_intent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await paid(connect, "order-1")
        made = await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("50.00")})
        assert [one.source_transaction for one in made.transfers] == [payment.charge]
        assert payment.charge.startswith("ch_")
        with pytest.raises(InvalidRequest, match="ch_ or py_"):
            await connect.transfers.create(
                key="t", amount=usd("1.00"), destination=account, source_transaction=payment.id
            )

    travel(colour, journey)


def test_11_shares_are_in_the_currency_that_the_charge_settled_in(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.separate.create(
            key="order-1", amount=Money.of("100.00", "eur"), payment_method=CARD
        )
        with pytest.raises(InvalidRequest, match="settled in usd; a share is in eur"):
            await connect.charges.separate.settle(payment.id, key="settle", shares={account: Money.of("50.00", "eur")})
        made = await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("50.00")})
        assert made.transfers[0].amount == usd("50.00")

    travel(colour, journey)


def test_12_nobody_is_paid_before_a_slow_bank_has_paid(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await paid(connect, "order-1", BANK, allowed_payment_method_types=["us_bank_account"])
        with pytest.raises(InvalidRequest, match="has not succeeded: it is processing"):
            await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("50.00")})
        connect.simulator.advance(hours=1)
        made = await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("50.00")})
        assert made.transfers[0].amount == usd("50.00")

    travel(colour, journey)


def test_13_a_transfer_that_failed_is_sent_again_after_a_top_up_under_the_same_name(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        with pytest.raises(InsufficientBalance):
            await connect.transfers.create(key="bonus", amount=usd("50.00"), destination=account)
        await connect.topups.create(key="topup", amount=usd("50.00"))
        connect.simulator.advance(days=7)
        assert not any([one async for one in connect.transfers.list()])  # Stripe sends nothing again
        made = await connect.transfers.create(key="bonus", amount=usd("50.00"), destination=account)
        assert made.amount == usd("50.00")

    travel(colour, journey)


def test_14_automatic_payouts_of_the_platform_take_nothing_from_sellers(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await paid(connect, "order-1")
        connect.simulator.advance(days=1)  # pending still: a payout could take it as soon as it is available
        made = await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("90.00")})
        assert made.transfers[0].source_transaction == payment.charge
        with pytest.raises(Shortfall) as short:
            await connect.charges.separate.settle(
                payment.id, key="bonus", shares={account: usd("90.00")}, paid_from="balance"
            )
        assert short.value.shortfall == usd("90.00")

    travel(colour, journey)


def test_18_yen_times_a_hundred_and_dinar_in_cents(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        yen = await connect.charges.separate.create(key="yen", amount=Money.of("500", "jpy"), payment_method=CARD)
        assert (yen.raw["amount"], str(yen.amount)) == (500, "500 jpy")
        assert Money.of("5.120", "kwd").check_chargeable().amount == 5120
        with pytest.raises(InvalidRequest):
            await connect.charges.separate.create(key="odd", amount=Money.of("5.124", "kwd"), payment_method=CARD)
        with pytest.raises(InvalidRequest):
            Money.of("500.5", "jpy")

    travel(colour, journey)


def test_19_fractions_of_what_has_none_any_more(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        for currency in ("isk", "ugx"):
            with pytest.raises(InvalidRequest, match="amount"):
                await connect.charges.separate.create(
                    key=currency, amount=Money.minor(1050, currency), payment_method=CARD
                )
        for currency in ("huf", "twd"):
            assert Money.minor(1045, currency).check_chargeable().amount == 1045
            with pytest.raises(InvalidRequest):
                await connect.payouts.create(key=currency, account="acct_1", amount=Money.minor(1045, currency))
        assert not connect.simulator.requests

    travel(colour, journey)


def test_20_floats_for_money(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        wrong: Any = 10.0
        with pytest.raises(InvalidRequest):
            await connect.charges.separate.create(key="order-1", amount=wrong, payment_method=CARD)
        with pytest.raises(InvalidRequest):
            Money.of(wrong, "usd")
        with pytest.raises(InvalidRequest):
            Money.minor(wrong, "usd")
        assert Money.of(Decimal("0.10"), "usd") + Money.of("0.20", "usd") == Money.of("0.30", "usd")

    travel(colour, journey)


def test_27_a_whole_descriptor_with_a_card(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        create: Any = connect.charges.separate.create
        with pytest.raises(TypeError, match="statement_descriptor"):
            await create(key="order-1", amount=usd("10.00"), payment_method=CARD, statement_descriptor="MY SHOP")
        payment = await paid(connect, "order-1", statement_descriptor_suffix="CHAIR 7")
        assert payment.raw["statement_descriptor_suffix"] == "CHAIR 7"

    travel(colour, journey)


def delivered_to(shipped: list[str]) -> Any:
    def deliver(order: PaidOrder) -> None:
        shipped.append(order.session.id)

    return deliver


async def session_of(connect: AsyncConnect) -> str:
    lines = [LineItem(name="Chair", price=usd("25.00"))]
    page = await connect.checkout.separate.create(
        key="order-1", line_items=lines, success_url=BACK, allowed_payment_method_types=["card", "us_bank_account"]
    )
    return page.id


def test_28_completed_does_not_say_paid(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        shipped: list[str] = []
        session = await session_of(connect)
        connect.simulator.pay(session, BANK)
        seen = await connect.checkout.retrieve(session)
        assert (seen.status, seen.paid) == ("complete", False)
        waiting = await connect.checkout.fulfil(session, delivered_to(shipped))
        assert (waiting.state, shipped) == (FulfilmentState.AWAITING_PAYMENT, [])
        connect.simulator.advance(hours=1)
        assert (await connect.checkout.fulfil(session, delivered_to(shipped))).now
        assert shipped == [session]

    travel(colour, journey)


def test_29_the_webhook_and_the_landing_page_deliver_the_same_order(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        shipped: list[str] = []
        session = await session_of(connect)
        connect.simulator.pay(session)
        seen = [await connect.checkout.fulfil(session, delivered_to(shipped)) for _ in range(3)]
        assert [one.now for one in seen] == [True, False, False]
        assert shipped == [session]

    travel(colour, journey)


def test_30_on_behalf_of_leaves_disputes_with_the_platform(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.destination.create(
            key="order-1",
            amount=usd("10.00"),
            destination=account,
            fee=usd("1.23"),
            on_behalf_of=account,
            payment_method="pm_card_createDispute",
        )
        connect.simulator.advance(hours=1)
        disputed = [row.net async for row in connect.balances.transactions() if row.category == "dispute"]
        assert disputed == [usd("-25.00")]
        assert await total(connect, account) == usd("8.77")

    travel(colour, journey)


def test_32_a_connected_account_hears_of_no_transfer(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seen: dict[bool, list[bytes]] = {False: [], True: []}

        def post(connected: bool) -> Any:
            def take(body: bytes, headers: Any) -> int:
                del headers
                seen[connected].append(body)
                return 200

            return take

        for connected in (False, True):
            connect.simulator.subscribe(post(connected), connect=connected, events=("transfer.*",))
        account = await seller(connect)
        payment = await paid(connect, "order-1")
        made = await connect.charges.separate.settle(payment.id, key="settle", shares={account: usd("50.00")})
        assert (len(seen[False]), len(seen[True])) == (1, 0)
        arrived = [row.source async for row in connect.balances.transactions(account=account)]
        assert arrived == [made.transfers[0].destination_payment]

    travel(colour, journey)


def test_33_a_charge_that_is_tried_again_is_the_same_charge(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        create: Any = connect.charges.separate.create
        with pytest.raises(TypeError, match="key"):
            await create(amount=usd("10.00"), payment_method=CARD)
        connect.simulator.faults.next("lose_answer", "/v1/payment_intents")
        first = await paid(connect, "order-1", AT_ONCE)
        assert await paid(connect, "order-1", AT_ONCE) == first
        charges = [row async for row in connect.balances.transactions() if row.type == "charge"]
        assert len(charges) == 1

    travel(colour, journey)
