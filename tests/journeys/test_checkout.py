"""Checkout: pages for the three kinds of charge, and orders delivered once from wherever they are heard of."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectkit import (
    AsyncConnect,
    CheckoutSession,
    FulfilmentState,
    InvalidRequest,
    LineItem,
    Money,
    PaidOrder,
    Refused,
)

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

BACK = "https://shop.example/thanks?session={CHECKOUT_SESSION_ID}"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


CHAIRS = [LineItem(name="Chair", price=usd("25.00"), quantity=2), LineItem(name="Table", price=usd("50.00"))]


def mailbox() -> tuple[list[tuple[bytes, Any]], Callable[[bytes, Any], int]]:
    """Give what came in, and a function that takes it in."""
    seen: list[tuple[bytes, Any]] = []

    def post(body: bytes, headers: Any) -> int:
        seen.append((body, headers))
        return 200

    return seen, post


async def ended(call: Any) -> None:
    """Wait for what a router of either colour does."""
    if inspect.isawaitable(call):
        await call


def delivering(delivered: list[PaidOrder], colour: str) -> Callable[[PaidOrder], Awaitable[None] | None]:
    """Give a function that delivers, of the colour."""

    async def asynchronous(order: PaidOrder) -> None:
        delivered.append(order)

    def plain(order: PaidOrder) -> None:
        delivered.append(order)

    return plain if colour == "blocking" else asynchronous


async def page(connect: AsyncConnect, key: str = "order-1", **more: Any) -> CheckoutSession:
    told: Any = {"success_url": BACK, **more}
    return await connect.checkout.separate.create(key=key, line_items=CHAIRS, **told)


def test_a_direct_page(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        session = await connect.checkout.direct.create(
            key="order-1",
            line_items=CHAIRS,
            account=account,
            fee=usd("12.30"),
            success_url=BACK,
            cancel_url="https://shop.example/cart",
            customer_email="buyer@example.com",
            client_reference_id="order-1",
            metadata={"order": "1"},
        )
        assert (session.mode, session.status, session.payment_status) == ("payment", "open", "unpaid")
        assert (session.total, session.account, session.client_reference_id) == (usd("100.00"), account, "order-1")
        assert session.url.startswith("http")
        assert session.url not in repr(session)
        again = await connect.checkout.direct.create(
            key="order-1",
            line_items=CHAIRS,
            account=account,
            fee=usd("12.30"),
            success_url=BACK,
            cancel_url="https://shop.example/cart",
            customer_email="buyer@example.com",
            client_reference_id="order-1",
            metadata={"order": "1"},
        )
        assert (again, again.url, again.receipt.replayed) == (session, session.url, True)

        assert connect.simulator.pay(session.id) == f"https://shop.example/thanks?session={session.id}"
        seen = await connect.checkout.retrieve(session.id, account=account)
        assert (seen.status, seen.paid, seen.url) == ("complete", True, "")
        payment = await connect.charges.retrieve(seen.payment, account=account)
        assert (payment.succeeded, payment.fee, payment.metadata["order"]) == (True, usd("12.30"), "1")
        lines = [line async for line in connect.checkout.line_items(session.id, account=account)]
        assert sorted((line.description, line.quantity, line.total) for line in lines) == [
            ("Chair", 2, usd("50.00")),
            ("Table", 1, usd("50.00")),
        ]
        delivered: list[PaidOrder] = []
        done = await connect.checkout.fulfil(session.id, delivering(delivered, colour), account=account)
        assert (done.delivered, done.now) == (True, True)
        assert [(order.account, order.lines, order.payment) for order in delivered] == [
            (account, tuple(lines), payment)
        ]

    travel(colour, journey)


def test_a_destination_page(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        create: Any = connect.checkout.destination.create
        for key, cut, left in [
            ("fee", {"fee": usd("12.30")}, "87.70"),
            ("transfer", {"transfer": usd("80.00")}, "80.00"),
        ]:
            session = await create(
                key=key, line_items=CHAIRS, destination=account, on_behalf_of=account, success_url=BACK, **cut
            )
            connect.simulator.pay(session.id)
            rows = [row.net async for row in connect.balances.transactions(account=account)]
            assert rows[0] == usd(left)
        with pytest.raises(InvalidRequest, match="choose one"):
            await create(key="both", line_items=CHAIRS, destination=account, fee=usd("1"), transfer=usd("1"))

    travel(colour, journey)


@pytest.mark.parametrize("kind", ["direct", "destination"])
def test_a_page_that_is_subscribed_to_is_delivered_once(colour: str, kind: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        owner = await seller(connect, type="standard" if kind == "direct" else "custom")
        account = owner if kind == "direct" else None
        box = [LineItem(name="Box", price=usd("20.00"), every="month")]
        told: Any = {"key": "box-1", "line_items": box, "success_url": BACK, "metadata": {"order": "1"}}
        session = (
            await connect.checkout.direct.subscribe(account=owner, fee_percent="12.5", **told)
            if kind == "direct"
            else await connect.checkout.destination.subscribe(destination=owner, transfer_percent="80", **told)
        )
        delivered: list[PaidOrder] = []
        deliver = delivering(delivered, colour)
        early = await connect.checkout.fulfil(session.id, deliver, account=account)
        assert (session.mode, early.state) == ("subscription", FulfilmentState.OPEN)
        connect.simulator.pay(session.id)
        seen = await connect.checkout.retrieve(session.id, account=account)
        assert (seen.paid, seen.payment, seen.total) == (True, "", usd("20.00"))
        assert (seen.subscription[:4], seen.customer[:4]) == ("sub_", "cus_")
        done = [await connect.checkout.fulfil(session.id, deliver, account=account) for _ in range(2)]
        assert [one.now for one in done] == [True, False]
        assert [(order.payment, order.account, order.session) for order in delivered] == [(None, account, seen)]
        rows = [row.net async for row in connect.balances.transactions(account=None if account else owner)]
        assert rows == [usd("2.50" if account else "16.00")]

    travel(colour, journey)


def test_an_embedded_page_that_reserves_and_is_settled(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        session = await connect.checkout.separate.create(
            key="order-1",
            line_items=CHAIRS,
            return_url=BACK,
            capture_later=True,
            transfer_group="order-1",
            statement_descriptor_suffix="CHAIRS",
            setup_future_usage="off_session",
            description="Chairs",
            allowed_payment_method_types=["card"],
            expires_at=datetime.now(UTC) + timedelta(hours=2),
        )
        assert session.url == ""
        assert session.client("pk_test_shop").document()["clientSecret"] == session.client_secret
        connect.simulator.pay(session.id)
        seen = await connect.checkout.retrieve(session.id)
        assert (seen.status, seen.paid) == ("complete", False)
        await connect.charges.capture(seen.payment, key="order-1/capture")
        made = await connect.charges.separate.settle(seen.payment, key="order-1/settle", shares={account: usd("80.00")})
        assert made.transfers[0].transfer_group == "order-1"

    travel(colour, journey)


def test_a_page_is_closed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        session = await page(connect)
        connect.simulator.faults.next("lose_answer", f"/v1/checkout/sessions/{session.id}/expire")
        closed = await connect.checkout.expire(session.id, key="order-1/close")
        assert closed.status == "expired"
        with pytest.raises(ValueError, match="expired"):
            connect.simulator.pay(session.id)
        paid = await page(connect, "order-2")
        connect.simulator.pay(paid.id)
        with pytest.raises(Refused, match="status of complete"):
            await connect.checkout.expire(paid.id, key="order-2/close")
        old = await page(connect, "order-3")
        connect.simulator.advance(days=1)
        delivered: list[PaidOrder] = []
        for key, state in [(closed.id, FulfilmentState.EXPIRED), (old.id, FulfilmentState.EXPIRED)]:
            seen = await connect.checkout.fulfil(key, delivering(delivered, colour))
            assert (seen.state, seen.now, seen.delivered) == (state, False, False)
            assert seen.next_step.startswith("Ask the buyer for another order")
        assert delivered == []

    travel(colour, journey)


@pytest.mark.parametrize("fault", ["lose_answer", "error_after"])
def test_a_page_whose_answer_was_lost_is_found_and_not_made_twice(colour: str, fault: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        connect.simulator.faults.next(fault, "/v1/checkout/sessions")
        session = await page(connect)
        assert session.url.startswith("http")
        with_effect = [
            seen for seen in connect.simulator.requests if seen.path == "/v1/checkout/sessions" and seen.effect
        ]
        assert len(with_effect) == 1

    travel(colour, journey)


def test_an_order_is_delivered_once_wherever_it_is_heard_of(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        delivered: list[PaidOrder] = []
        deliver = delivering(delivered, colour)
        router = connect.webhooks(secrets=["whsec_simulator"])
        assert router.fulfil(deliver) is deliver
        seen, post = mailbox()
        connect.simulator.subscribe(post)
        session = await page(connect)
        assert (await connect.checkout.fulfil(session.id, deliver)).state is FulfilmentState.OPEN
        connect.simulator.pay(session.id)

        landed = await connect.checkout.fulfil(session.id, deliver)
        assert (landed.delivered, landed.now) == (True, True)
        for body, headers in seen * 2:
            await ended(router.handle(body, headers))
        await ended(router.work())
        later = await connect.checkout.fulfil(session.id, deliver)
        assert (later.delivered, later.now) == (True, False)
        assert [order.session.id for order in delivered] == [session.id]

    travel(colour, journey)


def test_the_webhook_delivers_what_nobody_came_back_for(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        delivered: list[PaidOrder] = []
        router = connect.webhooks(secrets=["whsec_simulator"])
        router.fulfil(delivering(delivered, colour))
        seen, post = mailbox()
        for connected in (False, True):
            connect.simulator.subscribe(post, connect=connected)
        account = await seller(connect, type="standard")
        session = await connect.checkout.direct.create(
            key="order-1", line_items=CHAIRS, account=account, success_url=BACK
        )
        connect.simulator.pay(session.id)
        for body, headers in seen:
            await ended(router.handle(body, headers))
        await ended(router.work())
        assert [(order.session.id, order.account) for order in delivered] == [(session.id, account)]

    travel(colour, journey)


def test_a_slow_bank_is_waited_for(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        delivered: list[PaidOrder] = []
        deliver = delivering(delivered, colour)
        router = connect.webhooks(secrets=["whsec_simulator"])
        router.fulfil(deliver)
        seen, post = mailbox()
        connect.simulator.subscribe(post, events=("checkout.session.*",))
        types = ["card", "us_bank_account"]
        good, bad, gone = [
            await page(connect, f"order-{number}", allowed_payment_method_types=types) for number in range(3)
        ]
        connect.simulator.pay(good.id, "pm_usBankAccount_success")
        connect.simulator.pay(bad.id, "pm_usBankAccount_noAccount")
        connect.simulator.pay(gone.id, "pm_usBankAccount_success")
        await connect.charges.cancel((await connect.checkout.retrieve(gone.id)).payment, key="gone")

        async def work() -> None:
            for body, headers in seen:
                await ended(router.handle(body, headers))
            seen.clear()
            await ended(router.work())

        await work()
        assert (await connect.checkout.fulfil(good.id, deliver)).state is FulfilmentState.AWAITING_PAYMENT
        assert delivered == []
        connect.simulator.advance(hours=1)
        await work()
        assert [order.session.id for order in delivered] == [good.id]
        assert (await connect.checkout.fulfil(bad.id, deliver)).state is FulfilmentState.FAILED

    travel(colour, journey)


def test_a_delivery_that_fails_begins_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        attempts: list[str] = []

        def breaks(order: PaidOrder) -> None:
            attempts.append(order.key)
            if len(attempts) < 2:
                message = "The warehouse is closed."
                raise RuntimeError(message)

        session = await page(connect)
        connect.simulator.pay(session.id)
        with pytest.raises(RuntimeError, match="warehouse"):
            await connect.checkout.fulfil(session.id, breaks)
        assert (await connect.checkout.fulfil(session.id, breaks)).now
        assert attempts == [f"fulfil/{session.id}"] * 2

    travel(colour, journey)


def test_a_decline_leaves_the_page_open(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        session = await page(connect)
        with pytest.raises(ValueError, match="declined"):
            connect.simulator.pay(session.id, "pm_card_chargeDeclined")
        assert connect.simulator.pay(session.id, "pm_card_authenticationRequired").startswith("https://shop.example")
        payments = [row async for row in connect.balances.transactions() if row.type == "charge"]
        assert len(payments) == 1

    travel(colour, journey)


ONCE = [LineItem(name="Chair", price=usd("25.00"))]
AGAIN = [LineItem(name="Box", price=usd("25.00"), every="month")]


@pytest.mark.parametrize(
    ("verb", "told", "param"),
    [
        ("create", {"line_items": [], "success_url": BACK}, "line_items"),
        ("create", {"line_items": AGAIN, "success_url": BACK}, "line_items"),
        ("create", {"line_items": ONCE}, "success_url"),
        ("create", {"line_items": ONCE, "success_url": BACK, "return_url": BACK}, "success_url"),
        ("create", {"line_items": ONCE, "return_url": BACK, "cancel_url": BACK}, "cancel_url"),
        ("create", {"line_items": ONCE, "success_url": BACK, "expires_at": datetime(2030, 1, 1)}, "expires_at"),  # noqa: DTZ001  # it is the mistake
        ("create", {"line_items": ONCE, "success_url": BACK, "setup_future_usage": "never"}, "setup_future_usage"),
        (
            "create",
            {"line_items": ONCE, "success_url": BACK, "statement_descriptor_suffix": "1"},
            "statement_descriptor_suffix",
        ),
        ("create", {"line_items": ONCE, "success_url": BACK, "fee": usd("25.00")}, "fee"),
        (
            "create",
            {"line_items": ONCE, "success_url": BACK, "customer": "cus_1", "customer_email": "a@example.com"},
            "customer_email",
        ),
        (
            "create",
            {"line_items": [*ONCE, LineItem(name="Lamp", price=Money.of("5", "eur"))], "success_url": BACK},
            "currency",
        ),
        ("subscribe", {"line_items": ONCE, "success_url": BACK}, "line_items"),
        ("subscribe", {"line_items": AGAIN, "success_url": BACK, "capture_later": True}, "capture_later"),
        ("subscribe", {"line_items": AGAIN, "success_url": BACK, "fee_percent": "100.01"}, "fee_percent"),
        ("subscribe", {"line_items": AGAIN, "success_url": BACK, "fee_percent": "12.345"}, "fee_percent"),
        ("subscribe", {"line_items": AGAIN, "success_url": BACK, "fee_percent": 12.5}, "fee_percent"),
        ("subscribe", {"line_items": AGAIN, "success_url": BACK, "fee_percent": "many"}, "fee_percent"),
    ],
)
def test_a_page_that_cannot_be_is_refused_before_anything_is_sent(
    colour: str, verb: str, told: dict[str, Any], param: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        make: Any = getattr(connect.checkout.direct, verb)
        with pytest.raises(InvalidRequest) as wrong:
            await make(key="order-1", account="acct_1", **told)
        assert wrong.value.param == param
        assert not connect.simulator.requests

    travel(colour, journey)


@pytest.mark.parametrize(
    "told",
    [
        {"price": "price_1", "name": "Chair"},
        {"price": "price_1", "every": "month"},
        {"price": "prod_1"},
        {"price": usd("1.00")},
        {"price": usd("1.00"), "name": "Chair", "every": "fortnight"},
        {"price": usd("1.00"), "name": "Chair", "quantity": 0},
    ],
)
def test_a_line_that_cannot_be(colour: str, told: dict[str, Any]) -> None:
    del colour
    make: Any = LineItem
    with pytest.raises(InvalidRequest):
        make(**told)


def test_what_stripe_keeps_a_price_of_is_its_own(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        known = LineItem(price="price_1", quantity=3)
        assert known.total is None
        with pytest.raises(Refused, match="price_1"):
            await connect.checkout.separate.create(key="order-1", line_items=[known], success_url=BACK)
        account = await seller(connect)
        with pytest.raises(Refused, match="price_1"):
            await connect.checkout.direct.create(
                key="order-2", line_items=[known], account=account, fee=usd("1.00"), success_url=BACK
            )
        mixed = [*ONCE, LineItem(name="Lamp", price=Money.of("5", "eur"))]
        with pytest.raises(InvalidRequest, match="one currency"):
            await connect.checkout.separate.create(key="order-3", line_items=mixed, success_url=BACK)
        with pytest.raises(InvalidRequest, match="cs_"):
            await connect.checkout.retrieve("pi_1")

    travel(colour, journey)
