"""Money, from the buyer to the seller's bank and back, with the amounts of Stripe's own examples."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from connectkit import AsyncConnect, Money
from connectkit.errors import (
    AccountNotReady,
    Happened,
    InsufficientBalance,
    InvalidRequest,
    NotFound,
    OperationConflict,
    PaymentDeclined,
    Refused,
)

from .stages import COLOURS, seller, travel

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def nets(connect: AsyncConnect, account: str | None = None) -> list[tuple[str, int]]:
    """Give type and net of every movement, the oldest first."""
    rows = [row async for row in connect.balances.transactions(account=account)]
    return [(row.type, row.net.amount) for row in reversed(rows)]


def test_a_direct_charge_and_its_refunds(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        payment = await connect.charges.direct.create(
            key="order-1", amount=usd("10.00"), account=account, fee=usd("1.23"), payment_method=CARD
        )
        assert payment.succeeded
        assert payment.fee == usd("1.23")
        assert await nets(connect, account) == [("charge", 818)]
        assert await nets(connect) == [("application_fee", 123)]
        again = await connect.charges.direct.create(
            key="order-1", amount=usd("10.00"), account=account, fee=usd("1.23"), payment_method=CARD
        )
        assert again == payment
        assert (again.receipt.replayed, again.client_secret) == (True, "")

        part = await connect.charges.direct.refund(payment.id, key="refund-1", account=account, amount=usd("4.00"))
        assert part.status == "succeeded"
        assert await nets(connect) == [("application_fee", 123), ("application_fee_refund", -49)]
        rest = await connect.charges.direct.refund(
            payment.id, key="refund-2", account=account, reason="requested_by_customer"
        )
        assert rest.amount == usd("6.00")
        assert (await nets(connect))[-1] == ("application_fee_refund", -74)
        assert sum(net for _, net in await nets(connect, account)) == -59
        with pytest.raises(InvalidRequest, match="Between nothing and"):
            await connect.charges.direct.refund(payment.id, key="refund-3", account=account)

    travel(colour, journey)


def test_a_destination_charge_and_a_whole_refund(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=account, fee=usd("1.23"), payment_method=CARD
        )
        assert payment.destination == account
        assert sum(net for _, net in await nets(connect)) == 64
        assert await nets(connect, account) == [("payment", 877)]
        refund = await connect.charges.destination.refund(payment.id, key="refund-1")
        assert refund.transfer_reversal
        assert sum(net for _, net in await nets(connect)) == -59
        assert sum(net for _, net in await nets(connect, account)) == 0

    travel(colour, journey)


def test_refunds_of_a_destination_charge_close_to_the_cent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("1.00"), destination=account, fee=usd("0.10"), payment_method=CARD
        )
        for number, amount in enumerate(("0.34", "0.33", "0.33")):
            await connect.charges.destination.refund(payment.id, key=f"refund-{number}", amount=usd(amount))
        assert sum(net for _, net in await nets(connect, account)) == 0
        assert sum(net for _, net in await nets(connect)) == -33

    travel(colour, journey)


def test_a_transfer_amount_in_place_of_a_fee(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        payment = await connect.charges.destination.create(
            key="order-1", amount=usd("10.00"), destination=account, transfer=usd("8.77"), payment_method=CARD
        )
        assert await nets(connect, account) == [("payment", 877)]
        await connect.charges.destination.refund(payment.id, key="refund-1", amount=usd("4.00"))
        assert (await nets(connect, account))[-1] == ("payment_refund", -351)
        refund = await connect.charges.destination.refund(
            payment.id, key="refund-2", reverse_transfer=False, refund_fee=False
        )
        assert refund.transfer_reversal == ""

    travel(colour, journey)


def test_a_separate_charge_settled_with_two_sellers(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana, ben = await seller(connect, "ana"), await seller(connect, "ben")
        payment = await connect.charges.separate.create(key="order-1", amount=usd("100.00"), payment_method=CARD)
        shares = {ana: usd("70.00"), ben: usd("20.00")}
        settlement = await connect.charges.separate.settle(payment.id, key="settle-1", shares=shares)
        assert [transfer.destination for transfer in settlement.transfers] == [ana, ben]
        assert sum(net for _, net in await nets(connect)) == 680
        again = await connect.charges.separate.settle(payment.id, key="settle-1", shares=shares)
        assert again == settlement
        with pytest.raises(OperationConflict):
            await connect.charges.separate.settle(payment.id, key="settle-1", shares={ana: usd("1.00")})
        with pytest.raises(InvalidRequest, match="of this charge is not shared out yet"):
            await connect.charges.separate.settle(payment.id, key="settle-2", shares={ana: usd("10.01")})

        half = await connect.charges.separate.refund(payment.id, key="refund-1", amount=usd("50.00"))
        assert [reversal.amount for reversal in half.reversals] == [usd("35.00"), usd("10.00")]
        rest = await connect.charges.separate.refund(payment.id, key="refund-2")
        assert [reversal.transfer for reversal in rest.reversals] == [one.id for one in settlement.transfers]
        assert sum(net for _, net in await nets(connect)) == -320
        assert sum(net for _, net in await nets(connect, ana)) == 0

    travel(colour, journey)


def test_a_separate_refund_may_leave_the_sellers_alone(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=CARD)
        before = await connect.charges.separate.refund(payment.id, key="refund-0", amount=usd("1.00"))
        assert before.reversals == ()
        await connect.charges.separate.settle(payment.id, key="settle-1", shares={ana: usd("5.00")})
        refund = await connect.charges.separate.refund(
            payment.id, key="refund-1", amount=usd("2.00"), reverse_transfers=False, reason="duplicate"
        )
        assert refund.reversals == ()
        assert await nets(connect, ana) == [("payment", 500)]

    travel(colour, journey)


def test_a_declined_card_and_another_one(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(PaymentDeclined) as caught:
            await connect.charges.separate.create(
                key="order-1", amount=usd("10.00"), payment_method="pm_card_visa_chargeDeclinedInsufficientFunds"
            )
        error = caught.value
        assert (error.code, error.decline_code, error.status) == ("card_declined", "insufficient_funds", 402)
        assert error.happened is Happened.NO
        waiting = await connect.charges.retrieve(error.object_id)
        assert waiting.status == "requires_payment_method"
        paid = await connect.charges.confirm(error.object_id, key="order-1/second", payment_method=CARD)
        assert paid.succeeded
        again = await connect.charges.confirm(error.object_id, key="order-1/second", payment_method=CARD)
        assert again == paid
        with pytest.raises(Refused, match="status of succeeded"):
            await connect.charges.confirm(error.object_id, key="order-1/third", payment_method=CARD)

    travel(colour, journey)


def test_a_buyer_has_to_be_authenticated(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        card = "pm_card_authenticationRequired"
        plain = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=card)
        assert plain.status == "requires_action"
        with_page = await connect.charges.separate.create(
            key="order-2", amount=usd("10.00"), payment_method=card, return_url="https://shop.example/back"
        )
        assert with_page.status == "requires_action"
        browser = await connect.charges.separate.create(key="order-3", amount=usd("10.00"), description="A pot")
        assert browser.status == "requires_payment_method"
        assert browser.client_secret.startswith(f"{browser.id}_secret_")
        assert browser.client_secret not in repr(browser)
        with pytest.raises(InvalidRequest, match="has not succeeded"):
            await connect.charges.separate.settle(browser.id, key="settle", shares={"acct_1": usd("1.00")})
        with pytest.raises(InvalidRequest, match="has not been paid"):
            await connect.charges.separate.refund(browser.id, key="refund")

    travel(colour, journey)


def test_transfers_from_the_available_balance(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        given: dict[str, Any] = {
            "amount": usd("5.00"),
            "destination": ana,
            "transfer_group": "bonuses",
            "metadata": {"for": "November"},
        }
        with pytest.raises(InsufficientBalance, match="call again with the same key"):
            await connect.transfers.create(key="bonus-1", **given)
        await connect.charges.separate.create(key="order-1", amount=usd("50.00"), payment_method=AT_ONCE)
        bonus = await connect.transfers.create(key="bonus-1", **given)
        assert bonus.metadata["for"] == "November"
        assert [one.id async for one in connect.transfers.list(transfer_group="bonuses")] == [bonus.id]
        assert [one.id async for one in connect.transfers.list(destination=ana)] == [bonus.id]
        back = await connect.transfers.reverse(bonus.id, key="back-1", amount=usd("2.00"))
        assert back.transfer == bonus.id
        read = await connect.transfers.retrieve(bonus.id)
        assert (read.reversed_amount, read.reversible) == (usd("2.00"), usd("3.00"))
        rest = await connect.transfers.reverse(bonus.id, key="back-2", refund_fee=True)
        assert rest.amount == usd("3.00")
        with pytest.raises(Refused, match="fully reversed"):
            await connect.transfers.reverse(bonus.id, key="back-3")

    travel(colour, journey)


def test_a_seller_without_the_capability_gets_nothing(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await connect.onboarding.create(key="late", country="US", type="express")
        await connect.charges.separate.create(key="order-1", amount=usd("50.00"), payment_method=AT_ONCE)
        with pytest.raises(AccountNotReady):
            await connect.transfers.create(key="bonus", amount=usd("5.00"), destination=account.id)
        with pytest.raises(AccountNotReady):
            await connect.charges.direct.create(
                key="order-2", amount=usd("5.00"), account=account.id, payment_method=CARD
            )
        with pytest.raises(AccountNotReady):
            await connect.payouts.create(key="payout", amount=usd("1.00"), account=account.id)
        with pytest.raises(NotFound):
            await connect.transfers.create(key="bonus-2", amount=usd("5.00"), destination="acct_nobody")

    travel(colour, journey)


def test_payouts_by_hand_and_by_schedule(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        await connect.settings.set_payouts(interval="manual", account=ana)
        await connect.charges.direct.create(key="order-1", amount=usd("50.00"), account=ana, payment_method=AT_ONCE)
        balance = await connect.balances.retrieve(account=ana)
        assert balance.available_in("usd") > usd("40.00")
        assert balance.pending_in("usd").is_zero
        payout = await connect.payouts.create(
            key="payout-1", amount=usd("10.00"), account=ana, statement_descriptor="POTS", metadata={"run": "48"}
        )
        assert (payout.status, payout.method, payout.automatic) == ("pending", "standard", False)
        with pytest.raises(InsufficientBalance):
            await connect.payouts.create(key="payout-2", amount=usd("999.00"), account=ana)
        connect.simulator.advance(days=1)
        assert (await connect.payouts.retrieve(payout.id, account=ana)).status == "in_transit"
        connect.simulator.advance(days=2)
        assert [one.status async for one in connect.payouts.list(account=ana)] == ["paid"]
        assert [one async for one in connect.payouts.list(account=ana, status="failed")] == []
        await connect.settings.set_payouts(interval="daily", account=ana)
        connect.simulator.advance(days=3)
        automatic = [one async for one in connect.payouts.list(account=ana) if one.automatic]
        rows = [row async for row in connect.balances.transactions(account=ana, payout=automatic[-1].id)]
        assert sum(row.net.amount for row in rows if row.type != "payout") == automatic[-1].amount.amount + 1000
        for interval in ("weekly", "monthly"):
            await connect.settings.set_payouts(interval=interval, account=ana)

    travel(colour, journey)


def test_topups(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        topup = await connect.topups.create(
            key="topup-1", amount=usd("20.00"), statement_descriptor="Top-up", transfer_group="november"
        )
        bad = await connect.topups.create(key="topup-2", amount=usd("20.00"), source="btok_us_verified_noAccount")
        assert (topup.status, bad.status) == ("pending", "pending")
        connect.simulator.advance(days=9)
        assert (await connect.topups.retrieve(topup.id)).status == "succeeded"
        failed = [one async for one in connect.topups.list(status="failed")]
        assert [(one.id, one.failure_code) for one in failed] == [(bad.id, "no_account")]
        balance = await connect.balances.retrieve()
        assert balance.available_in("usd") == usd("20.00")
        assert [row.type async for row in connect.balances.transactions(type="topup", currency="usd")] == ["topup"]

    travel(colour, journey)


def test_bad_input_is_refused_before_anything_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        charges, price = connect.charges, usd("10.00")
        both_cuts: Any = charges.destination.create
        attempts: dict[str, Callable[[], Awaitable[object]]] = {
            "fee": lambda: charges.direct.create(key="k", amount=price, account="acct_1", fee=price),
            "fee ": lambda: charges.direct.create(key="k", amount=price, account="acct_1", fee=Money.of("1", "eur")),
            "account": lambda: charges.direct.create(key="k", amount=price, account="pi_1"),
            "amount": lambda: charges.direct.create(key="k", amount=10, account="acct_1"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "return_url": lambda: charges.direct.create(
                key="k", amount=price, account="acct_1", return_url="https://a.b"
            ),
            "customer": lambda: charges.direct.create(key="k", amount=price, account="acct_1", customer="x"),
            "metadata": lambda: charges.direct.create(
                key="k", amount=price, account="acct_1", metadata={"connectkit": "x"}
            ),
            "transfer": lambda: both_cuts(key="k", amount=price, destination="acct_1", fee=usd("1"), transfer=usd("1")),
            "transfer ": lambda: charges.destination.create(
                key="k", amount=price, destination="acct_1", transfer=usd("11")
            ),
            "refund_fee": lambda: charges.destination.refund("pi_1", key="k", reverse_transfer=False),
            "reason": lambda: charges.direct.refund("pi_1", key="k", account="acct_1", reason="why"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "reason ": lambda: charges.destination.refund("pi_1", key="k", reason="why"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "reason  ": lambda: charges.separate.refund("pi_1", key="k", reason="why"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "shares": lambda: charges.separate.settle("pi_1", key="k", shares={}),
            "a share": lambda: charges.separate.settle("pi_1", key="k", shares={"acct_1": usd("0")}),
            "payment_id": lambda: charges.retrieve("ch_1"),
            "payment_method": lambda: charges.confirm("pi_1", key="k", payment_method="x"),
            "transfer_id": lambda: connect.transfers.retrieve("po_1"),
            "source_transaction": lambda: connect.transfers.create(
                key="k", amount=price, destination="acct_1", source_transaction="pi_1"
            ),
            "method": lambda: connect.payouts.create(key="k", amount=price, method="fast"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "statement_descriptor": lambda: connect.payouts.create(
                key="k", amount=price, statement_descriptor="x" * 23
            ),
            "statement_descriptor ": lambda: connect.topups.create(key="k", amount=price, statement_descriptor="é"),
            "interval": lambda: connect.settings.set_payouts(interval="hourly"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            "source": lambda: connect.topups.create(key="k", amount=price, source="x"),
        }
        for param, attempt in attempts.items():
            with pytest.raises(InvalidRequest) as caught:
                await attempt()
            assert caught.value.param == param.strip()
        assert [seen.method for seen in connect.simulator.requests if seen.method == "POST"] == []

    travel(colour, journey)


def test_a_payment_is_settled_and_refunded_in_its_own_currency(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=CARD)
        with pytest.raises(InvalidRequest, match="settled in usd; a share is in eur"):
            await connect.charges.separate.settle(payment.id, key="s", shares={"acct_1": Money.of("1", "eur")})
        with pytest.raises(InvalidRequest, match="is in usd; amount is in eur"):
            await connect.charges.separate.refund(payment.id, key="r", amount=Money.of("1", "eur"))
        with pytest.raises(Refused, match="no exchange rate for thb") as caught:
            await connect.charges.separate.create(key="o", amount=Money.of("1000", "thb"), payment_method=CARD)
        assert caught.value.status == 501

    travel(colour, journey)


def test_operations_that_were_left_are_seen_and_resumed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.separate.create(key="order-1", amount=usd("10.00"), payment_method=CARD)
        shares = {ana: usd("5.00"), "acct_nobody": usd("1.00")}
        with pytest.raises(NotFound):
            await connect.charges.separate.settle(payment.id, key="settle-1", shares=shares)
        assert await connect.operations.unfinished() == []
        made = [one.amount async for one in connect.transfers.list(destination=ana)]
        assert made == [usd("5.00")]

    travel(colour, journey)
