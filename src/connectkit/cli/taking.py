"""The scenes of the demonstration in which money is taken: reserved, from buyers who come back, and by Checkout."""

from __future__ import annotations

from typing import Final

from connectkit.fulfilling import PaidOrder
from connectkit.models.checkout import FulfilmentState, LineItem

from .play import Play, usd

_CARD: Final = "pm_card_visa"
_BACK: Final = "https://marketplace.example/thanks?session={CHECKOUT_SESSION_ID}"
_CHAIRS: Final = [LineItem(name="Chair", price=usd("40.00"), quantity=2)]


async def reserved(play: Play) -> None:
    """Reserve money, reserve more, and take a part with the fee in proportion."""
    fee, used = usd("10.00"), usd("75.00")
    payment = await play.once(
        lambda: play.connect.charges.destination.create(
            key="demo/reserved",
            amount=usd("100.00"),
            destination=play.sellers["express"],
            fee=fee,
            payment_method=_CARD,
            capture_later=True,
            can_grow=True,
        )
    )
    grown = await play.once(
        lambda: play.connect.charges.increment(payment.id, key="demo/reserved/more", amount=usd("150.00"))
    )
    taken = await play.once(
        lambda: play.connect.charges.capture(
            payment.id, key="demo/reserved/capture", amount=used, fee=payment.scaled(fee, used)
        )
    )
    play.show("reserved", f"{payment.capturable}, then {grown.capturable}")
    play.show("taken", f"{taken.received}, of which the platform keeps {payment.scaled(fee, used)}")
    play.check("the part was taken", true=taken.received == used)


async def returning(play: Play) -> None:
    """Keep a buyer's card, share her with a seller, and charge her when she is not there."""
    connect, seller = play.connect, play.sellers["standard"]
    buyer = await play.once(lambda: connect.customers.create(key="demo/buyer", email="buyer@buyer.example"))
    kept = await play.once(
        lambda: connect.setup_intents.create(key="demo/buyer/card", customer=buyer.id, payment_method=_CARD)
    )
    there = await play.once(
        lambda: connect.customers.share(
            buyer.id, key="demo/buyer/share", payment_method=kept.payment_method, account=seller
        )
    )
    paid = await play.once(
        lambda: connect.charges.direct.create(
            key="demo/buyer/order",
            amount=usd("20.00"),
            account=seller,
            fee=usd("2.00"),
            customer=there.customer,
            payment_method=there.payment_method,
            off_session=True,
        )
    )
    play.show("known to the platform", buyer.id)
    play.show("known to the seller", there.customer)
    play.check("her card was charged when she was not there", true=paid.succeeded)


async def checkout(play: Play) -> None:
    """Sell on a page of Stripe's, and deliver once."""
    connect, seller = play.connect, play.sellers["express"]
    delivered: list[str] = []

    async def deliver(order: PaidOrder) -> None:
        delivered.append(order.session.id)
        await connect.charges.separate.settle(
            order.session.payment, key=f"{order.key}/settle", shares={seller: usd("70.00")}
        )

    page = await play.once(
        lambda: connect.checkout.separate.create(key="demo/checkout", line_items=_CHAIRS, success_url=_BACK)
    )
    if page.status == "open":
        play.stage.pay(page.id)
    states = [(await connect.checkout.fulfil(page.id, deliver)).state for _ in range(2)]
    play.show("the page", f"{page.total} for {sum(line.quantity for line in _CHAIRS)} chairs")
    play.show("landing page and webhook", ", ".join(state.value for state in states))
    play.check("it was delivered", true=set(states) <= {FulfilmentState.DELIVERED, FulfilmentState.BUSY})
    play.check("it was delivered once", true=len(delivered) <= 1)
