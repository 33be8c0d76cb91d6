"""The scenes in which money goes back to buyers: planned, refunded, or taken by their banks."""

from __future__ import annotations

from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.resources.evidence import Evidence

from .play import Play, usd


async def plans(play: Play) -> None:
    """Look at what a refund would move, before it does."""
    plan = await play.connect.charges.separate.plan_refund(
        play.payments["separate"].id, key="demo/refund/separate", amount=usd("25.00")
    )
    for step in plan.steps:
        play.show(step.name, f"{step.path} {step.params['amount']}")
    for effect in plan.effects:
        play.show(effect.account or "platform", effect.amount)
    moved = {effect.account: effect.amount for effect in plan.effects}
    expected = {"": usd("-2.50"), play.sellers["express"]: usd("-17.50"), play.sellers["custom"]: usd("-5.00")}
    play.check("the plan takes a quarter back from each", true=moved == expected)


async def refunds(play: Play) -> None:
    """Pay each buyer back a part."""
    charges, payments, seller = play.connect.charges, play.payments, play.sellers["standard"]
    direct_refund = await play.once(
        lambda: charges.direct.refund(
            payments["direct"].id, key="demo/refund/direct", account=seller, amount=usd("4.00")
        )
    )
    destination_refund = await play.once(
        lambda: charges.destination.refund(
            payments["destination"].id, key="demo/refund/destination", amount=usd("4.00")
        )
    )
    separate_refund = await play.once(
        lambda: charges.separate.refund(payments["separate"].id, key="demo/refund/separate", amount=usd("25.00"))
    )
    for kind, refund in {
        "direct": direct_refund,
        "destination": destination_refund,
        "separate": separate_refund,
    }.items():
        play.show(kind, _told(refund))
        play.check(f"the {kind} refund succeeded", true=refund.status == "succeeded")
    play.check("the destination seller gave a share back", true=bool(destination_refund.transfer_reversal))
    back = [reversal.amount for reversal in separate_refund.reversals]
    play.check("both sellers gave a quarter back", true=back == [usd("17.50"), usd("5.00")])


def _told(refund: Refund) -> str:
    back = ", ".join(str(reversal.amount) for reversal in refund.reversals)
    return f"{refund.amount}{f', of it from sellers: {back}' if back else ''}"


async def disputed(play: Play, key: str, card: str) -> Payment:
    """Sell something for the express seller, to somebody whose bank takes the payment back."""
    return await play.once(
        lambda: play.connect.charges.destination.create(
            key=key, amount=usd("20.00"), destination=play.sellers["express"], fee=usd("2.00"), payment_method=card
        )
    )


async def disputes(play: Play) -> None:
    """A buyer's bank takes a payment back, and gives it back when the platform has answered."""
    connect = play.connect
    payment = await disputed(play, "demo/order/disputed", "pm_card_createDispute")
    (dispute,) = [one async for one in connect.disputes.list(payment=payment.id)]
    recovery = await play.once(lambda: connect.disputes.recover(dispute.id, key="demo/dispute/recover"))
    evidence = Evidence(product_description="A blue vase.", uncategorized_text="winning_evidence")
    await play.once(lambda: connect.disputes.submit(dispute.id, key="demo/dispute/answer", evidence=evidence))
    won = await connect.disputes.retrieve(dispute.id)
    play.show("taken back from the seller", recovery.reversals[0].amount)
    play.show("outcome", f"{won.status}; it cost {won.loss}")
    play.check("the dispute is won, and only its fee is lost", true=won.loss == usd("15.00"))
