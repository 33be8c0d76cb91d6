"""The scenes of money that goes below zero: disputes of parts of a payment, and a bank that is debited."""

from __future__ import annotations

from functools import partial

from .play import Play, usd
from .returning import disputed


async def parts(play: Play) -> None:
    """Two disputes share a payment; each is recovered from the seller, once."""
    connect = play.connect
    payment = await disputed(play, "demo/order/parts", "pm_card_createMultipleDisputes")
    found = [one async for one in connect.disputes.list(charge=payment.charge)]
    taken = [
        await play.once(partial(connect.disputes.recover, one.id, key=f"demo/parts/{number}"))
        for number, one in enumerate(reversed(found))
    ]
    for recovery in taken:
        play.show(recovery.dispute, recovery.reversals[0].amount)
    amounts = [reversal.amount for recovery in taken for reversal in recovery.reversals]
    play.check("each was recovered once", true=amounts == [usd("10.00"), usd("10.00")])


async def below(play: Play) -> None:
    """A balance is seen to sink; Stripe takes what is missing from the seller's bank."""
    connect = play.connect
    made = await play.once(
        lambda: connect.onboarding.create(
            key="demo/seller/sinking", country="US", type="express", email="sinking@seller.example"
        )
    )
    play.stage.onboard(made.id)
    await connect.settings.set_payouts(account=made.id, interval="manual", debit_negative_balances=True)
    sale = await play.once(
        lambda: connect.charges.direct.create(
            key="demo/order/sinking",
            account=made.id,
            amount=usd("30.00"),
            fee=usd("3.00"),
            payment_method="pm_card_createDisputeInquiry",
        )
    )
    async for outlook in connect.tracker.sinking(made.id):
        play.show("will be", f"{outlook.expected}: {outlook.next_step}")
    await play.once(
        lambda: connect.charges.direct.refund(sale.id, key="demo/sinking/back", account=made.id, refund_fee=False)
    )
    play.stage.advance(days=10, key="demo/debited")
    debits = [one async for one in connect.payouts.list(account=made.id) if one.debit]
    for debit in debits:
        play.show("taken from the bank", f"{debit.amount}: {debit.status}")
    play.check("the bank was debited", true=[(one.amount, one.status) for one in debits] == [(usd("-3.00"), "paid")])
