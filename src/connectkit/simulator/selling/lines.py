"""The lines of an invoice."""

from __future__ import annotations

from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .trials import is_trial


def lines_of(world: World, subscription: Object) -> list[Object]:
    """Give a line for each item of a subscription, for its present period."""
    return [_again(world, subscription, item) for item in subscription["items"]["data"]]


def line_once(world: World, subscription: Object, sold: Object) -> Object:
    """Give the line of what is paid once, with the first period of a subscription."""
    about = {**_details(subscription), "invoice_item": world.ids.new("ii")}
    parent = {"invoice_item_details": about, "subscription_item_details": None, "type": "invoice_item_details"}
    return _line(world, subscription, sold, parent, (world.clock.now, world.clock.now))


def _again(world: World, subscription: Object, item: Object) -> Object:
    about = {**_details(subscription), "invoice_item": None, "subscription_item": item["id"]}
    parent = {"invoice_item_details": None, "subscription_item_details": about, "type": "subscription_item_details"}
    return _line(world, subscription, item, parent, (item["current_period_start"], item["current_period_end"]))


def _details(subscription: Object) -> Object:
    return {
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
    }


def _line(world: World, subscription: Object, item: Object, parent: Object, period: tuple[int, int]) -> Object:
    price, quantity = item["price"], item["quantity"]
    free = is_trial(subscription) and parent["type"] == "subscription_item_details"
    amount = 0 if free else price["unit_amount"] * quantity
    product = world.find(price["product"]) or {}
    return {
        "id": world.ids.new("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": f"{'Trial period for' if free else f'{quantity} of'} {product.get('name')}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "livemode": world.livemode,
        "metadata": {},
        "parent": parent,
        "period": {"start": period[0], "end": period[1]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
        "quantity_decimal": str(quantity),
        "subscription": subscription["id"],
        "subtotal": amount,
        "taxes": [],
    }
