"""The scenes of the three types of charges."""

from __future__ import annotations

from typing import Final

from connectkit.models.payments import Payment

from .play import Play, usd

_CARD: Final = "pm_card_visa"


async def direct(play: Play) -> None:
    """The buyer pays a seller, and the platform takes a fee."""
    seller = play.sellers["standard"]
    payment = await play.once(
        lambda: play.connect.charges.direct.create(
            key="demo/order/direct", amount=usd("10.00"), account=seller, fee=usd("1.23"), payment_method=_CARD
        )
    )
    await _paid(play, "direct", payment)
    await _net(play, "the seller got 8.18", seller, payment.charge, 818)


async def destination(play: Play) -> None:
    """The buyer pays the platform, and one seller gets the money less the platform's fee."""
    payment = await play.once(
        lambda: play.connect.charges.destination.create(
            key="demo/order/destination",
            amount=usd("10.00"),
            destination=play.sellers["express"],
            fee=usd("1.23"),
            payment_method=_CARD,
        )
    )
    await _paid(play, "destination", payment)
    await _net(play, "the charge brought 9.41", None, payment.charge, 941)


async def separate(play: Play) -> None:
    """The buyer pays the platform, which settles with two sellers."""
    payment = await play.once(
        lambda: play.connect.charges.separate.create(
            key="demo/order/separate", amount=usd("100.00"), payment_method=_CARD
        )
    )
    await _paid(play, "separate", payment)
    shares = {play.sellers["express"]: usd("70.00"), play.sellers["custom"]: usd("20.00")}
    settlement = await play.once(
        lambda: play.connect.charges.separate.settle(payment.id, key="demo/order/separate/settle", shares=shares)
    )
    for transfer in settlement.transfers:
        play.show(transfer.destination, transfer.amount)
    play.check("each seller got a share", true=[one.amount for one in settlement.transfers] == [*shares.values()])


async def _paid(play: Play, kind: str, payment: Payment) -> None:
    play.payments[kind] = payment
    play.show("paid", f"{payment.received} ({payment.status})")
    play.check(f"the {kind} payment succeeded", true=payment.succeeded)


async def _net(play: Play, claim: str, account: str | None, source: str, net: int) -> None:
    rows = play.connect.balances.transactions(account=account, source=source, type="charge")
    nets = [row.net async for row in rows]
    play.show(claim, nets[0])
    play.check(claim, true=[one.amount for one in nets] == [net])
