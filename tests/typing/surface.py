"""Checked by mypy and pyright, never run: the surface, as the checkers see it in both colours."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import assert_type

import connectkit
from connectkit import (
    Account,
    AsyncConnect,
    CheckoutSession,
    Connect,
    Happened,
    InvalidRequest,
    LineItem,
    Money,
    Payment,
    Payout,
    Refund,
    Refused,
    Settlement,
)

refused = Refused("no", status=402)
assert_type(refused.happened, Happened)
assert_type(refused.status, int)
assert_type(InvalidRequest("no").param, str)

# A name that does not exist is an error, although the names that do are loaded lazily.
connectkit.Conect  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
refused.statsu  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

price = Money.of("10.00", "usd")
box = [LineItem(name="A box of tea", price=price, every="month")]


def blocking(connect: Connect) -> None:
    assert_type(connect.onboarding.create(key="seller-1", country="US", type="express"), Account)
    assert_type(connect.charges.direct.create(key="order-1", amount=price, account="acct_1"), Payment)
    assert_type(connect.charges.separate.settle("pi_1", key="order-1/settle", shares={"acct_1": price}), Settlement)
    assert_type(connect.charges.separate.refund("pi_1", key="order-1/refund"), Refund)
    assert_type(connect.payouts.list(account="acct_1"), Iterator[Payout])

    connect.payouts.create(amount=price)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no key
    connect.payouts.create(key="payout-1", amount=10.00)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    connect.onboarding.create(key="seller-2", country="US", type="expres")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    cut = connect.charges.destination
    assert_type(cut.create(key="order-1", amount=price, destination="acct_1", fee=price), Payment)
    assert_type(
        cut.create(key="order-1", amount=price, destination="acct_1", transfer=price, customer="cus_1"), Payment
    )
    # A cut is kept in one of two ways.
    cut.create(key="order-1", amount=price, destination="acct_1", fee=price, transfer=price)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.charges.update("pi_1", fee=price, transfer=price)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    connect.charges.increment("pi_1", key="order-1/more", amount=price, fee=price, transfer=price)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    page = connect.checkout.destination
    assert_type(page.subscribe(key="tea-1", line_items=box, destination="acct_1", fee_percent="12.5"), CheckoutSession)
    assert_type(page.subscribe(key="tea-1", line_items=box, destination="acct_1", transfer_percent=90), CheckoutSession)
    page.subscribe(key="tea-1", line_items=box, destination="acct_1", fee_percent=10, transfer_percent=90)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    page.subscribe(key="tea-1", line_items=box, destination="acct_1", transfer_percent=0.9)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    cut.create(key="order-1", amount=price, destination="acct_1", custmer="cus_1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]


async def asynchronous(connect: AsyncConnect) -> None:
    assert_type(await connect.onboarding.create(key="seller-1", country="US", type="express"), Account)
    assert_type(await connect.charges.direct.create(key="order-1", amount=price, account="acct_1"), Payment)
    assert_type(await connect.charges.separate.refund("pi_1", key="order-1/refund"), Refund)
    page = connect.checkout.destination
    assert_type(await page.subscribe(key="tea-1", line_items=box, destination="acct_1"), CheckoutSession)
    await page.subscribe(key="tea-1", line_items=box, destination="acct_1", fee_percent=10, transfer_percent=90)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    assert_type(connect.payouts.list(account="acct_1"), AsyncGenerator[Payout, None])

    await connect.payouts.create(amount=price)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no key
