"""Calls that move an object into another state: captured, cancelled, answered; and found out about by looking at it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from connectkit import AsyncConnect, InvalidRequest, Money, OutcomeUnknown, Refused, Retries

from .stages import COLOURS, seller, travel, twin

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"
AT_ONCE = "pm_card_bypassPending"
DISPUTED = "pm_card_createDispute"


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def reserved(connect: AsyncConnect) -> str:
    payment = await connect.charges.separate.create(
        key="o", amount=usd("20.00"), payment_method=CARD, capture_later=True
    )
    assert payment.status == "requires_capture"
    return payment.id


async def disputed(connect: AsyncConnect) -> str:
    await connect.charges.separate.create(key="o", amount=usd("20.00"), payment_method=DISPUTED)
    (dispute,) = [one async for one in connect.disputes.list()]
    return dispute.id


async def pending_payout(connect: AsyncConnect) -> str:
    await connect.charges.separate.create(key="f", amount=usd("90.00"), payment_method=AT_ONCE)
    return (await connect.payouts.create(key="po", amount=usd("5.00"))).id


async def pending_top_up(connect: AsyncConnect) -> str:
    return (await connect.topups.create(key="tu", amount=usd("5.00"))).id


Act = Callable[[AsyncConnect, str], Awaitable[Any]]
ACTS: dict[str, tuple[Callable[[AsyncConnect], Awaitable[str]], Act, str]] = {
    "capture": (reserved, lambda connect, id: connect.charges.capture(id, key="k", amount=usd("15.00")), "succeeded"),
    "cancel": (reserved, lambda connect, id: connect.charges.cancel(id, key="k"), "canceled"),
    "payout": (pending_payout, lambda connect, id: connect.payouts.cancel(id, key="k"), "canceled"),
    "top-up": (pending_top_up, lambda connect, id: connect.topups.cancel(id, key="k"), "canceled"),
    "submit": (
        disputed,
        lambda connect, id: connect.disputes.submit(id, key="k", evidence={"product_description": "A chair."}),
        "under_review",
    ),
    "stage": (
        disputed,
        lambda connect, id: connect.disputes.stage(id, key="k", evidence={"product_description": "A chair."}),
        "needs_response",
    ),
    "close": (disputed, lambda connect, id: connect.disputes.close(id, key="k"), "lost"),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_state_is_changed_once(colour: str, act: str) -> None:
    begin, change, status = ACTS[act]

    async def journey(connect: AsyncConnect) -> None:
        id = await begin(connect)
        before = len(connect.simulator.requests)
        made = await change(connect, id)
        assert (made.id, made.status) == (id, status)
        again = await change(connect, id)
        assert (again, again.receipt.replayed) == (made, True)
        assert len(connect.simulator.requests) == before + 1

    travel(colour, journey)


@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize("act", ACTS)
def test_what_became_of_it_is_read_once_stripe_has_forgotten(colour: str, act: str, *, happened: bool) -> None:
    begin, change, status = ACTS[act]

    async def journey(connect: AsyncConnect) -> None:
        id = await begin(connect)
        impatient = twin(connect, retries=Retries(attempts=1))
        connect.simulator.faults.next("lose_answer" if happened else "lose_request")
        with pytest.raises(OutcomeUnknown):
            await change(impatient, id)
        store: Any = connect.store
        for name, row in store._operations.items():
            store._operations[name] = evolve(row, first_sent=row.first_sent - timedelta(hours=25))
        before = len(connect.simulator.requests)
        made = await change(connect, id)
        assert (made.id, made.status) == (id, status)
        later = connect.simulator.requests[before:]
        assert sum(seen.effect for seen in later) == (0 if happened else 1)
        assert any(seen.method == "GET" for seen in later)

    travel(colour, journey)


def test_a_capture_of_another_amount_is_not_taken_for_ours(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        id = await reserved(connect)
        connect.simulator.faults.next("lose_request")
        with pytest.raises(OutcomeUnknown):
            await twin(connect, retries=Retries(attempts=1)).charges.capture(id, key="ours", amount=usd("15.00"))
        await connect.charges.capture(id, key="another", amount=usd("12.00"))
        store: Any = connect.store
        for name, row in store._operations.items():
            store._operations[name] = evolve(row, first_sent=row.first_sent - timedelta(hours=25))
        with pytest.raises(Refused, match="could not be captured"):
            await connect.charges.capture(id, key="ours", amount=usd("15.00"))

    travel(colour, journey)


async def paid_out(connect: AsyncConnect) -> tuple[str, str]:
    account = await seller(connect)
    await connect.settings.set_payouts(account=account, interval="manual")
    await connect.charges.separate.create(key="f", amount=usd("90.00"), payment_method=AT_ONCE)
    await connect.transfers.create(key="t", amount=usd("9.00"), destination=account)
    payout = await connect.payouts.create(key="po", amount=usd("5.00"), account=account)
    connect.simulator.advance(days=3)
    return payout.id, account


@pytest.mark.parametrize("happened", [True, False])
def test_a_payout_is_taken_back_once(colour: str, *, happened: bool) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payout, account = await paid_out(connect)
        impatient = twin(connect, retries=Retries(attempts=1))
        connect.simulator.faults.next("lose_answer" if happened else "lose_request")
        with pytest.raises(OutcomeUnknown):
            await impatient.payouts.reverse(payout, key="back", account=account)
        store: Any = connect.store
        for name, row in store._operations.items():
            store._operations[name] = evolve(row, first_sent=row.first_sent - timedelta(hours=25))
        made = await connect.payouts.reverse(payout, key="back", account=account)
        assert (made.amount, made.original) == (-usd("5.00"), payout)
        assert (await connect.payouts.retrieve(payout, account=account)).reversed_by == made.id
        await connect.operations.purge(before=datetime.now(tz=UTC) + timedelta(hours=1))
        assert await connect.payouts.reverse(payout, key="back", account=account) == made

    travel(colour, journey)


def test_the_object_is_read_once_its_record_was_purged(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        id = await pending_top_up(connect)
        made = await connect.topups.cancel(id, key="k")
        await connect.operations.purge(before=datetime.now(tz=UTC) + timedelta(hours=1))
        assert await connect.topups.cancel(id, key="k") == made

    travel(colour, journey)


def test_a_dispute_smaller_than_what_was_shared_out_stops_where_it_is_covered(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="f", amount=usd("90.00"), payment_method=AT_ONCE)
        ana = await seller(connect)
        await connect.transfers.create(key="before", amount=usd("50.00"), destination=ana)
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        await connect.charges.separate.settle(payment.id, key="s", shares={ana: usd("30.00")})
        more = await connect.charges.separate.create(key="p", amount=usd("30.00"), payment_method=AT_ONCE)
        assert payment.charge != more.charge
        extra = await connect.transfers.create(
            key="t", amount=usd("5.00"), destination=ana, transfer_group=f"group_{payment.id}"
        )
        (dispute,) = [one async for one in connect.disputes.list()]
        (back,) = (await connect.disputes.recover(dispute.id, key="r")).reversals
        assert (back.amount, back.transfer != extra.id) == (usd("30.00"), True)

    travel(colour, journey)


def test_the_cost_of_a_dispute_is_recovered_from_the_newest_transfers(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        await connect.charges.separate.create(key="f", amount=usd("90.00"), payment_method=AT_ONCE)
        ana, ben = await seller(connect), await seller(connect, "seller-2")
        for account in (ana, ben):
            await connect.transfers.create(key=f"before-{account}", amount=usd("20.00"), destination=account)
        payment = await connect.charges.separate.create(key="o", amount=usd("30.00"), payment_method=DISPUTED)
        shares = {ana: usd("20.00"), ben: usd("10.00")}
        await connect.charges.separate.settle(payment.id, key="s", shares=shares)
        (dispute,) = [one async for one in connect.disputes.list()]
        assert (dispute.amount, dispute.payment) == (usd("30.00"), payment.id)
        made = await connect.disputes.recover(dispute.id, key="r")
        assert [reversal.amount for reversal in made.reversals] == [usd("10.00"), usd("20.00")]
        assert await connect.disputes.recover(dispute.id, key="r") == made
        with pytest.raises(InvalidRequest, match="taken back before"):
            await connect.disputes.recover(dispute.id, key="again")

    travel(colour, journey)


def test_a_dispute_of_a_payment_that_was_not_shared_out(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        dispute = await connect.disputes.retrieve(await disputed(connect))
        assert (dispute.status, dispute.submitted) == ("needs_response", 0)
        with pytest.raises(InvalidRequest, match="Nothing of the disputed payment"):
            await connect.disputes.recover(dispute.id, key="r")
        with pytest.raises(InvalidRequest, match="no evidence"):
            await connect.disputes.submit(dispute.id, key="s", evidence={})
        assert "chair" not in str(connect.store.__dict__)

    travel(colour, journey)
