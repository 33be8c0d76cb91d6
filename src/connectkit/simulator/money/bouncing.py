"""Refunds that come back: they failed, or were given up."""

from __future__ import annotations

from connectkit.simulator.ledger import STRIPE, WORLD, Entry
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .rows import FeeDetail, later, post, row, row_of


def to_buyer(refund: Object, paid: Object) -> list[Entry]:
    """Give what the row of a refund is to the buyer, and to Stripe."""
    buyer = Entry(WORLD, refund["currency"], refund["amount"])
    return [buyer, Entry(STRIPE, paid["currency"], paid["fee"])] if paid["fee"] else [buyer]


def bounce(world: World, charge: Object, refund: Object, reason: str = "expired_or_canceled_card") -> None:
    """Have a refund fail whose money had moved."""
    put_back(world, charge, refund, "failed", reason)
    undo(world, charge, refund)


def put_back(world: World, charge: Object, refund: Object, status: str, reason: str) -> None:
    """Credit what did not reach the buyer to the charge's owner, who pays again what came back of Stripe's fee."""
    paid = row_of(world, refund)
    returned = row(
        world,
        charge["_account"],
        type="refund_failure",
        amount=-paid["amount"],
        currency=paid["currency"],
        source=refund["id"],
        available_on=later(world, paid),
        description="REFUND FAILURE",
        fees=[FeeDetail("stripe_fee", -paid["fee"], "Stripe processing fees")] if paid["fee"] else [],
        rate=paid["_rate"],
        source_type=paid["_source_type"],
    )
    post(world, returned, others=to_buyer({**refund, "amount": -refund["amount"]}, returned))
    refund |= {
        "status": status,
        "failure_reason": reason,
        "failure_balance_transaction": returned["id"],
    }


def undo(world: World, charge: Object, refund: Object) -> None:
    """Let what a refund that failed would have given back be refunded again."""
    open_again(charge, refund)
    world.emit("refund.failed", refund)


def open_again(charge: Object, refund: Object) -> None:
    """Take a refund off what its charge says to be refunded."""
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False


def tell(world: World, refund: Object) -> None:
    """Tell that a refund has changed."""
    world.emit("refund.updated", refund)
    if refund["charge"] is not None:
        world.emit("charge.refund.updated", refund)
