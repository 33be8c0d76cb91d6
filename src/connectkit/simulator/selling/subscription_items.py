"""Items of subscriptions: what is sold by them, which can change from the next period on.

Nothing is prorated here. So a change of what is sold has to say that nothing shall be, and then nothing has to be paid
at once: how that would be paid, `payment_behavior` and `off_session`, decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import in_order
from connectkit.simulator.refusals import Refusal, invalid, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, copied, merge_metadata
from connectkit.simulator.state import World

from .beginning import check_shares, new_item, sold_at
from .pricing_items import keep_described, price_of
from .subscriptions import check_changeable
from .trials import is_trial

Sold: TypeAlias = tuple[Object, int]
"""A price, and how often it is paid each time."""

topic: Final = Topic("subscription items")
topic.kind("subscription_item")

_KIND: Final = "subscription_item"
_PATH: Final = "/v1/subscription_items"
_APART: Final = "billing_thresholds current_trial discounts plan proration_date tax_rates"
_NONE: Final = "none"


@topic.route("POST", _PATH, "SubscriptionItemCreateParams", apart=_APART)
def create(world: World, call: Call) -> Object:
    """Sell one more thing by a subscription, from its next period on."""
    params = call.params
    subscription = world.get(call.account, "subscription", params["subscription"], param="subscription")
    items: list[Object] = subscription["items"]["data"]
    price, quantity = _price(world, subscription, params, items), _quantity(params, 1)
    _check(world, subscription, params, [*_sold(items), (price, quantity)])
    billed = (items[0]["current_period_start"], items[0]["current_period_end"])
    item = new_item(world, subscription["id"], price, quantity, billed)

    def change() -> None:
        keep_described(world, call.account, price)
        items.append(world.add(call.account, item))
        merge_metadata(item, params)

    _tell(world, subscription, change)
    return item


@topic.route("GET", _PATH, "SubscriptionItemListParams")
def index(world: World, call: Call) -> Object:
    """List the items of a subscription, in their order."""
    subscription = world.get(call.account, "subscription", call.params["subscription"], param="subscription")
    return in_order(_KIND, subscription["items"]["data"], call)


@topic.route("GET", f"{_PATH}/:id", "SubscriptionItemRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give an item."""
    return world.get(call.account, _KIND, call.id)


@topic.route("POST", f"{_PATH}/:id", "SubscriptionItemUpdateParams", apart=_APART)
def update(world: World, call: Call) -> Object:
    """Change what an item sells and how often, from the next period on, or its metadata."""
    item, params = world.get(call.account, _KIND, call.id), call.params
    subscription = world.get(call.account, "subscription", item["subscription"])
    others = [other for other in subscription["items"]["data"] if other is not item]
    price, same = item["price"], item["quantity"]
    if "price_data" in params or params.get("price", price["id"]) != price["id"]:
        price, same = _price(world, subscription, params, others), 1
    sold = (price, _quantity(params, same))
    if sold != (item["price"], item["quantity"]):
        _check(world, subscription, params, [*_sold(others), sold])

    def change() -> None:
        keep_described(world, call.account, sold[0])
        item.update({**sold_at(sold[0]), "quantity": sold[1]})
        merge_metadata(item, params)

    _tell(world, subscription, change)
    return item


@topic.route("DELETE", f"{_PATH}/:id", "SubscriptionItemDeleteParams", apart="clear_usage proration_date")
def delete(world: World, call: Call) -> Object:
    """Sell something no more by a subscription, from its next period on."""
    item = world.get(call.account, _KIND, call.id)
    subscription = world.get(call.account, "subscription", item["subscription"])
    items: list[Object] = subscription["items"]["data"]
    others = [other for other in items if other is not item]
    if not others:
        raise refused("A subscription has at least one item: cancel the subscription instead.")
    _check(world, subscription, call.params, _sold(others))
    _tell(world, subscription, lambda: items.remove(item))
    return world.delete(item)


def _sold(items: Sequence[Object]) -> list[Sold]:
    return [(item["price"], item["quantity"]) for item in items]


def _quantity(params: Mapping[str, Any], otherwise: int) -> int:
    quantity: int = params.get("quantity", otherwise)
    if quantity < 0:
        raise invalid("Invalid non-negative integer", param="quantity", code="parameter_invalid_integer")
    return quantity


def _price(world: World, subscription: Object, params: Mapping[str, Any], others: Sequence[Object]) -> Object:
    """Give a price that can be sold beside the other items.

    Raises:
        Refusal: There is none, or it cannot.
    """
    price, name = price_of(world, subscription["_account"], params)
    if price["currency"] != subscription["currency"]:
        raise invalid("All prices on a subscription must have the same currency.", param=name)
    if any(other["price"] is price for other in others):
        raise invalid(f"Cannot add multiple subscription items with the same price: {price['id']}", param=name)
    if price["recurring"] != subscription["items"]["data"][0]["price"]["recurring"]:
        raise _not_simulated("The simulator does not change the interval of a subscription yet.", name)
    return price


def _check(world: World, subscription: Object, params: Mapping[str, Any], sold: Sequence[Sold]) -> None:
    """Refuse a change of what is sold that would have to be paid for at once, or that nobody could pay.

    Raises:
        Refusal: It is one, or the subscription cannot be changed.
    """
    check_changeable(subscription)
    if params.get("proration_behavior") != _NONE:
        message = "The simulator does not prorate yet: say proration_behavior=none."
        raise _not_simulated(message, "proration_behavior")
    before, total = _total(_sold(subscription["items"]["data"])), _total(sold)
    if total and not before and not is_trial(subscription):
        raise _not_simulated("The simulator does not begin to bill what was free yet.", "price")
    check_shares(world, subscription["_account"], subscription, subscription["currency"], total)


def _not_simulated(message: str, param: str) -> Refusal:
    return Refusal(message, status=501, type="api_error", param=param)


def _total(sold: Sequence[Sold]) -> int:
    return sum(price["unit_amount"] * quantity for price, quantity in sold)


def _tell(world: World, subscription: Object, change: Callable[[], None]) -> None:
    """Change the items of a subscription, and tell what they were before."""
    before = {"items": copied(subscription["items"])}
    change()
    world.emit("customer.subscription.updated", subscription, previous=before)
