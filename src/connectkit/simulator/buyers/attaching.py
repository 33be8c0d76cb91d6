"""A payment method becomes a customer's."""

from __future__ import annotations

from connectkit.simulator.money.cards import MESSAGES, PARAMS
from connectkit.simulator.money.methods import card_of
from connectkit.simulator.refusals import card_declined, invalid
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World


def check_usable(method: Object) -> None:
    """Refuse a card that its bank does not let anybody keep.

    Raises:
        Refusal: It is one.
    """
    card = card_of(method)
    if card.code and not card.attaches:
        param = PARAMS.get(card.code, "")  # an empty one was recorded
        raise card_declined(MESSAGES[card.code], card.code, card.decline_code or None, param=param)


def attach(world: World, method: Object, customer: str) -> Object:
    """Give a payment method to a customer.

    Raises:
        Refusal: It is another's, or its bank declines it.
    """
    if method["customer"] not in (None, customer):
        raise invalid("The payment method you provided has already been attached to a customer.")
    if method["customer"] is None and method.get("_detached"):
        message = (
            "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
            "Customer, and may not be used again."
        )
        raise invalid(message)
    check_usable(method)
    method["customer"] = customer
    world.emit("payment_method.attached", method)
    return method
