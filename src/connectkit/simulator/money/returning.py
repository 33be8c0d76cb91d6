"""Refunds of what a customer has sent by bank transfer and not spent: out of her cash balance, with no payment behind.

They are as docs.stripe.com/payments/customer-balance/refunding has them. That page leaves it to the Dashboard to cancel
one; here that is the endpoint which cancels any refund that waits for the buyer.
"""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import exclusive, missing, too_small
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .asking import ask, asked_at
from .cash import send_back

_REQUIRED: Final = ("amount", "currency", "customer")
_OF_PAYMENTS: Final = ("charge", "payment_intent", "refund_application_fee", "reverse_transfer")
_NOTHING: Final = (
    *("balance_transaction", "charge", "customer_account", "payment_intent", "payment_method", "receipt_number"),
    *("source_transfer_reversal", "transfer_reversal"),
)


def return_cash(world: World, call: Call) -> Object:
    """Ask a customer where to send back what she has sent and not spent.

    Raises:
        Refusal: Something is missing or belongs to a payment, it is more than there is, or nobody knows whom to ask.
    """
    params = call.params
    for name in _OF_PAYMENTS:
        if name in params:
            raise exclusive("origin", name)
    for name in _REQUIRED:
        if name not in params:
            raise missing(name)
    if params["amount"] < 1:
        raise too_small("amount")
    customer = world.get(call.account, "customer", params["customer"], param="customer")
    told: Object = {
        "id": world.ids.new("re"),
        "object": "refund",
        **dict.fromkeys(_NOTHING),
        **asked_at(params.get("instructions_email") or customer["email"]),
        "amount": params["amount"],
        "created": world.clock.now,
        "currency": params["currency"].lower(),
        "customer": customer["id"],
        "metadata": {},
        "reason": params.get("reason"),
        "status": "pending",
        "_account": call.account,
    }
    send_back(world, told)
    refund = world.add(call.account, told)
    merge_metadata(refund, params)
    ask(world, refund)
    world.emit("refund.created", refund)
    return refund
