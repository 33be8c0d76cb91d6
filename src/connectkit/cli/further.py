"""The scenes of what the guide to Connect points to further on: splits, kept cards, currencies, fraud, slow banks."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from connectkit.divisions import Division
from connectkit.fulfilling import PaidPayment
from connectkit.models.checkout import FulfilmentState
from connectkit.money import Money
from connectkit.splits import Split

from .play import Play, usd

_CARD: Final = "pm_card_visa"
_BACK: Final = "https://marketplace.example/thanks?session={CHECKOUT_SESSION_ID}"
_TAXES: Final = "tax_reporting_us_1099_k"


async def taxes(play: Play) -> None:
    """Ask for what the tax forms of a seller need."""
    before = await play.connect.capabilities.retrieve(play.company, _TAXES)
    (asked,) = await play.connect.capabilities.request(play.company, _TAXES)
    play.show("before", before.status)
    play.show("after", asked.status)
    play.check("what the forms need is collected", true=asked.requested)


async def split(play: Play) -> None:
    """Share a payment out by a rule, and remember it with the payment."""
    charges, courier, baker = play.connect.charges.separate, play.sellers["custom"], play.sellers["express"]
    rule = Split().fixed(courier, usd("5.00")).percent(baker, "82.5")
    payment = await play.once(lambda: charges.create(key="demo/split", amount=usd("99.99"), payment_method=_CARD))
    settled = await play.once(lambda: charges.settle(payment.id, key="demo/split/settle", shares=rule))
    noted = Division.read((await play.connect.charges.retrieve(payment.id)).metadata)
    division = rule.of(payment.amount)
    for line in division.table().splitlines():
        play.show("split", line)
    paid = {transfer.destination: transfer.amount for transfer in settled.transfers}
    play.check("each got the share of the rule", true=paid == division.shares)
    play.check("the payment remembers its division", true=noted is not None and noted.shares == division.shares)


async def kept(play: Play) -> None:
    """Have a card kept on a page of Stripe's, and charge it later."""
    connect = play.connect
    page = await play.once(lambda: connect.checkout.set_up(key="demo/kept", currency="usd", success_url=_BACK))
    if page.status == "open":
        play.stage.pay(page.id)
    card = await connect.setup_intents.retrieve((await connect.checkout.retrieve(page.id)).setup_intent)
    payment = await play.once(
        lambda: connect.charges.separate.create(
            key="demo/kept/order",
            amount=usd("12.00"),
            customer=card.customer,
            payment_method=card.payment_method,
            off_session=True,
        )
    )
    play.show("kept for", card.customer)
    play.check("the card was charged later", true=payment.succeeded)


async def currencies(play: Play) -> None:
    """Take euros, and see what arrived in dollars."""
    payment = await play.once(
        lambda: play.connect.charges.separate.create(
            key="demo/euros", amount=Money.of("100.00", "eur"), payment_method=_CARD
        )
    )
    came = await play.connect.charges.proceeds(payment.id)
    play.show("paid", came.presented)
    play.show("arrived", f"{came.settled} at {came.exchange_rate}, less {came.fees}")
    exact = came.presented.amount * (came.exchange_rate or Decimal(1))
    play.check("what arrived is what the rate says", true=abs(came.settled.amount - exact) <= 1)


async def warned(play: Play) -> None:
    """Pay a buyer back whose bank warns of fraud, before that becomes a dispute."""
    connect = play.connect
    payment = await play.once(
        lambda: connect.charges.separate.create(
            key="demo/warned", amount=usd("8.00"), payment_method="pm_card_createIssuerFraudRecord"
        )
    )
    (warning,) = [one async for one in connect.disputes.warnings(payment=payment.id)]
    await play.once(lambda: connect.charges.separate.refund(payment.id, key="demo/warned/refund", reason="fraudulent"))
    now = await connect.disputes.warning(warning.id)
    play.show("warning", warning.fraud_type)
    play.check("a refund spares the dispute", true=not now.actionable)


async def debited(play: Play) -> None:
    """Debit a seller who has agreed to it, as for a monthly subscription."""
    seller = play.sellers["express"]
    debit = await play.once(
        lambda: play.connect.transfers.debit(
            key="demo/debit", account=seller, amount=usd("2.00"), description="The shop's monthly fee"
        )
    )
    play.show("debited", f"{debit.amount} of {debit.account}")
    play.check("the debit succeeded", true=debit.status == "succeeded")


async def slow_bank(play: Play) -> None:
    """Wait for a bank that takes days, and deliver once it has paid."""
    connect, seller = play.connect, play.sellers["express"]
    delivered: list[str] = []

    async def deliver(order: PaidPayment) -> None:
        delivered.append(order.payment.id)
        shares = {seller: usd("30.00")}
        await connect.charges.separate.settle(order.payment.id, key=f"{order.key}/settle", shares=shares)

    payment = await play.once(
        lambda: connect.charges.separate.create(
            key="demo/slow-bank", amount=usd("40.00"), payment_method="pm_usBankAccount_success"
        )
    )
    early = await connect.charges.fulfil(payment.id, deliver)
    play.stage.advance(days=1, key="demo/slow-bank")
    states = [(await connect.charges.fulfil(payment.id, deliver)).state for _ in range(2)]
    play.show("before", early.next_step)
    play.show("landing page and webhook", ", ".join(state.value for state in states))
    play.check("it was delivered", true=set(states) <= {FulfilmentState.DELIVERED, FulfilmentState.BUSY})
    play.check("it was delivered once", true=len(delivered) <= 1)
