"""What is said of a payment besides its price, what of it is changed before it is paid, and a fee given back alone."""

from __future__ import annotations

from typing import Any

import pytest

from connectkit import AsyncConnect, InvalidRequest, NotFound, Payment, Refused

from .stages import COLOURS, seller, travel
from .test_disputes import only
from .test_plans import effects, total, usd

pytestmark = pytest.mark.parametrize("colour", COLOURS)

CARD = "pm_card_visa"


def test_the_seller_sees_words_of_her_own(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        payment = await connect.charges.destination.create(
            key="o",
            amount=usd("10.00"),
            destination=ana,
            payment_method=CARD,
            description="Order 7 at the market",
            transfer_description="Passed on for order 7",
            destination_description="Your chair was sold",
            destination_metadata={"order": "7"},
        )
        (transfer,) = [one async for one in connect.transfers.list(destination=ana)]
        assert transfer.raw["description"] == "Passed on for order 7"
        rows = [row async for row in connect.balances.transactions(account=ana, type="payment")]
        assert [row.description for row in rows] == ["Your chair was sold"]
        world = connect.simulator.world
        arrived = world.get(ana, "charge", transfer.raw["destination_payment"])
        assert (arrived["description"], arrived["metadata"]) == ("Your chair was sold", {"order": "7"})
        assert payment.raw["description"] == "Order 7 at the market"

    travel(colour, journey)


def test_the_transfers_of_a_settlement_have_words_and_notes(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect)
        settle = connect.charges.separate.settle
        told: dict[str, Any] = {"description": "Order 7", "metadata": {"order": "7"}}
        payment = await connect.charges.separate.create(
            key="o", amount=usd("10.00"), payment_method="pm_card_bypassPending"
        )
        await settle(payment.id, key="s", shares={ana: usd("4.00")}, **told)
        await settle(payment.id, key="s-2", shares={ana: usd("1.00")}, paid_from="balance", **told)
        plan = await connect.charges.separate.plan_settle(payment.id, key="s-3", shares={ana: usd("0.50")}, **told)
        await plan.execute()
        made = [one async for one in connect.transfers.list(destination=ana)]
        assert [(one.raw["description"], one.metadata["order"]) for one in made] == [("Order 7", "7")] * 3
        refund = await connect.charges.separate.refund(payment.id, key="r")
        assert sum((one.amount for one in refund.reversals), usd("0")) == usd("5.50")

    travel(colour, journey)


@pytest.mark.parametrize("kind", ["direct", "fee", "transfer"])
def test_a_cart_changes_before_it_is_paid(colour: str, kind: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        account = ana if kind == "direct" else None
        charges: Any = connect.charges
        cut, new = ("transfer", "15.00") if kind == "transfer" else ("fee", "2.00")
        payment: Payment = await (
            charges.direct.create(key="o", amount=usd("10.00"), account=ana, fee=usd("1.00"))
            if account
            else charges.destination.create(key="o", amount=usd("10.00"), destination=ana, **{cut: usd("1.00")})
        )
        changed: Payment = await charges.update(
            payment.id,
            amount=usd("20.00"),
            description="Two chairs",
            statement_descriptor_suffix="CHAIRS",
            transfer_group="order-7",
            metadata={"chairs": "2"},
            account=account,
            **{cut: usd(new)},
        )
        assert (changed.amount, getattr(changed, cut), changed.metadata["chairs"]) == (usd("20.00"), usd(new), "2")
        paid: Payment = await charges.confirm(payment.id, key="pay", payment_method=CARD, account=account)
        assert (paid.received, paid.transfer_group) == (usd("20.00"), "order-7")
        assert paid.raw["statement_descriptor_suffix"] == "CHAIRS"
        with pytest.raises(Refused):
            await charges.update(payment.id, amount=usd("30.00"), account=account)
        noted: Payment = await charges.update(payment.id, metadata={"seen": "1"}, account=account)
        assert (noted.metadata["seen"], noted.metadata["chairs"]) == ("1", "2")

    travel(colour, journey)


def test_a_payment_gets_its_buyer_before_it_is_paid(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        buyer = await connect.customers.create(key="b")
        payment = await connect.charges.separate.create(key="o", amount=usd("10.00"))
        assert (await connect.charges.update(payment.id, customer=buyer.id)).customer == buyer.id
        sent = len(connect.simulator.requests)
        wrong: list[dict[str, Any]] = [
            {"fee": usd("1.00"), "transfer": usd("1.00")},
            {"amount": usd("1.00"), "fee": usd("1.00")},
            {"statement_descriptor_suffix": "1"},
            {"customer": "acct_1"},
            {"amount": 5},
        ]
        for told in wrong:
            with pytest.raises(InvalidRequest):
                await connect.charges.update(payment.id, **told)
        with pytest.raises(InvalidRequest):
            await connect.charges.update("ch_1")
        assert len(connect.simulator.requests) == sent

    travel(colour, journey)


@pytest.mark.parametrize("kind", ["direct", "destination"])
def test_a_fee_is_given_back_without_a_refund(colour: str, kind: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        account = ana if kind == "direct" else None
        charges: Any = connect.charges
        whose = {"account": ana} if account else {"destination": ana}
        payment: Payment = await getattr(charges, kind).create(
            key="o", amount=usd("10.00"), fee=usd("1.23"), payment_method=CARD, **whose
        )
        before = await total(connect), await total(connect, ana)
        plan = await connect.charges.plan_return_fee(payment.id, key="f-1", amount=usd("0.23"), account=account)
        assert effects(plan) == {"": usd("-0.23"), ana: usd("0.23")}
        assert (await total(connect), await total(connect, ana)) == before
        made = await plan.execute()
        assert (made.amount, made.fee[:4]) == (usd("0.23"), "fee_")
        connect.simulator.faults.next("lose_answer", "/v1/application_fees/*")
        rest = await connect.charges.return_fee(payment.id, key="f-2", metadata={"why": "sorry"}, account=account)
        assert (rest.amount, rest.metadata["why"]) == (usd("1.00"), "sorry")
        assert (
            await connect.charges.return_fee(payment.id, key="f-2", metadata={"why": "sorry"}, account=account) == rest
        )
        assert (await total(connect), await total(connect, ana)) == (
            before[0] - usd("1.23"),
            before[1] + usd("1.23"),
        )
        with pytest.raises(InvalidRequest, match=r"0\.00 usd of the fee can be given back"):
            await connect.charges.return_fee(payment.id, key="f-3", account=account)

    travel(colour, journey)


def test_the_fee_of_a_disputed_payment_is_given_back_where_that_is_the_platforms_way(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        payment = await connect.charges.direct.create(
            key="o", amount=usd("10.00"), account=ana, fee=usd("1.23"), payment_method="pm_card_createDispute"
        )
        await connect.disputes.close((await only(connect, ana)).id, key="lost", account=ana)
        assert (await total(connect), await total(connect, ana)) == (usd("1.23"), usd("-16.82"))
        await connect.charges.return_fee(payment.id, key="f", account=ana)
        assert (await total(connect), await total(connect, ana)) == (usd("0.00"), usd("-15.59"))

    travel(colour, journey)


def test_a_fee_that_is_not_there_is_not_given_back(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        payment = await connect.charges.separate.create(key="o", amount=usd("10.00"), payment_method=CARD)
        with pytest.raises(InvalidRequest, match="is an application fee"):
            await connect.charges.return_fee(payment.id, key="f")
        ana = await seller(connect)
        sold = await connect.charges.destination.create(
            key="o-2", amount=usd("10.00"), destination=ana, fee=usd("1.00"), payment_method=CARD
        )
        with pytest.raises(InvalidRequest, match=r"1\.00 usd of the fee can be given back; amount is 1\.01 usd"):
            await connect.charges.return_fee(sold.id, key="f", amount=usd("1.01"))
        with pytest.raises(InvalidRequest, match="is Money"):
            await connect.charges.return_fee(sold.id, key="f", amount=5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

    travel(colour, journey)


def test_the_ways_to_pay_that_a_buyer_has_kept_are_listed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        buyer = await connect.customers.create(key="b")
        for name in ("visa", "mastercard"):
            await connect.setup_intents.create(key=name, customer=buyer.id, payment_method=f"pm_card_{name}")
        bank = await connect.setup_intents.create(
            key="bank", customer=buyer.id, payment_method="pm_usBankAccount_success"
        )
        kept = [one async for one in connect.customers.payment_methods(buyer.id)]
        assert [(one.type, one.brand) for one in kept][1:] == [("card", "mastercard"), ("card", "visa")]
        assert (kept[0].type, kept[0].expires, kept[0].customer) == ("us_bank_account", None, buyer.id)
        assert all(len(one.last4) == 4 for one in kept)
        cards = [one async for one in connect.customers.payment_methods(buyer.id, type="card")]
        assert [one.id for one in cards] == [one.id for one in kept[1:]]
        assert all(one.expires and one.expires[1] > 2025 for one in cards)
        assert bank.payment_method == kept[0].id
        there = await connect.customers.share(buyer.id, key="s", payment_method=cards[0].id, account=ana)
        copies = [one async for one in connect.customers.payment_methods(there.customer, account=ana)]
        assert [one.id for one in copies] == [there.payment_method]

    travel(colour, journey)


def test_a_way_to_pay_that_is_detached_is_gone_here_and_stays_with_the_seller(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        ana = await seller(connect, type="standard")
        buyer = await connect.customers.create(key="b")
        card = await connect.setup_intents.create(key="c", customer=buyer.id, payment_method="pm_card_visa")
        there = await connect.customers.share(buyer.id, key="s", payment_method=card.payment_method, account=ana)
        for _ in range(2):
            await connect.customers.detach(card.payment_method)
        assert [one async for one in connect.customers.payment_methods(buyer.id)] == []
        with pytest.raises(InvalidRequest, match="payment_method"):
            await connect.customers.detach("cus_1")
        with pytest.raises(NotFound):
            await connect.customers.detach("pm_1")
        copies = [one async for one in connect.customers.payment_methods(there.customer, account=ana)]
        assert [one.id for one in copies] == [there.payment_method]

    travel(colour, journey)
