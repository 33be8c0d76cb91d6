"""Prices: what one of something costs, once or again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import Refusal, invalid, missing
from connectkit.simulator.routing import Topic
from connectkit.simulator.searches import search
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .making import new_product

topic: Final = Topic("prices")
topic.kind("price", indexes=("product", "currency", "type"))

_APART: Final = ("tiers", "tiers_mode", "custom_unit_amount", "currency_options", "transform_quantity")
_INTERVALS: Final = ("day", "week", "month", "year")


def new_price(world: World, account: str, params: Mapping[str, Any], product: str, *, active: bool = True) -> Object:
    """Make a price of a product.

    Raises:
        Refusal: Its amount or its interval is missing or wrong, or it is of a kind that is not simulated.
    """
    return keep_price(world, account, described_price(world, account, params, product, active=active))


def keep_price(world: World, account: str, price: Object) -> Object:
    """Keep a price that was described, and tell of it."""
    world.add(account, price)
    world.emit("price.created", price)
    return price


def described_price(
    world: World, account: str, params: Mapping[str, Any], product: str, *, active: bool = True
) -> Object:
    """Give a price of a product that is not kept yet.

    Raises:
        Refusal: Its amount or its interval is missing or wrong, or it is of a kind that is not simulated.
    """
    amount, currency = check_price(world, account, params)
    price: Object = {
        "id": world.ids.new("price"),
        "object": "price",
        "active": params.get("active", active),
        "billing_scheme": "per_unit",
        "created": world.clock.now,
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": world.livemode,
        "lookup_key": params.get("lookup_key"),
        "metadata": {},
        "nickname": params.get("nickname"),
        "product": product,
        "recurring": _recurring(params),
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if "recurring" in params else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    merge_metadata(price, params)
    return price


def check_price(world: World, account: str, params: Mapping[str, Any]) -> tuple[int, str]:
    """Give amount and currency of a price that is described; a lookup key that another has is taken from it.

    Raises:
        Refusal: It could not be made.
    """
    for name in _APART:
        if name in params:
            message = f"The simulator does not have prices with {name} yet."
            raise Refusal(message, status=501, type="api_error", param=name)
    amount = _amount(params)
    currency: str = params["currency"].lower()
    if not (currency.isascii() and currency.isalpha() and len(currency) == 3):  # noqa: PLR2004  # as ISO 4217 has it
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    _recurring(params)
    _take_key(world, account, params)
    return amount, currency


def _amount(params: Mapping[str, Any]) -> int:
    if "unit_amount" in params:
        amount: int = params["unit_amount"]
    elif "unit_amount_decimal" in params:
        digits = str(params["unit_amount_decimal"])
        if "." in digits:
            message = "The simulator does not have prices of a part of the smallest unit yet."
            raise Refusal(message, status=501, type="api_error", param="unit_amount_decimal")
        amount = int(digits)
    else:
        raise missing("unit_amount")
    if amount < 0:
        raise invalid("Invalid non-negative integer", param="unit_amount", code="parameter_invalid_integer")
    return amount


def _recurring(params: Mapping[str, Any]) -> Object | None:
    if "recurring" not in params:
        return None
    given = part(params, "recurring")
    if given["interval"] not in _INTERVALS:
        message = "Invalid recurring[interval]: must be one of day, month, week, or year"
        raise invalid(message, param="recurring[interval]")
    if given.get("usage_type") == "metered":
        message = "The simulator does not have metered prices yet."
        raise Refusal(message, status=501, type="api_error", param="recurring[usage_type]")
    fixed = {"meter": None, "trial_period_days": None, "usage_type": "licensed"}
    return {"interval": given["interval"], "interval_count": given.get("interval_count", 1), **fixed}


def _take_key(world: World, account: str, params: Mapping[str, Any], price: Object | None = None) -> None:
    """Take a lookup key from whichever price has it, if that is asked for."""
    key = params.get("lookup_key")
    held = next(world.table(account, "price").where(lookup_key=key), None) if key else None
    if held is None or held is price:
        return
    if not params.get("transfer_lookup_key"):
        raise invalid(f"A price (`{held['id']}`) already uses that lookup key.", param="lookup_key")
    held["lookup_key"] = None
    world.emit("price.updated", held, previous={"lookup_key": key})


@topic.route("POST", "/v1/prices", "PriceCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a price, of a product that there is or of one that is described."""
    params = call.params
    if "product" in params and "product_data" in params:
        raise invalid("You may only specify one of these parameters: product, product_data.", param="product_data")
    if "product_data" in params:
        check_price(world, call.account, {**params, "lookup_key": None})
        product = new_product(world, call.account, params["product_data"])
    elif "product" in params:
        product = world.get(call.account, "product", params["product"], param="product")
    else:
        raise missing("product")
    return new_price(world, call.account, params, product["id"])


@topic.route("GET", "/v1/prices/search", "PriceSearchParams")
def find(world: World, call: Call) -> Object:
    """Search prices."""
    return search(world.table(call.account, "price"), call)


@topic.route("GET", "/v1/prices/:id", "PriceRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a price."""
    return world.get(call.account, "price", call.id)


@topic.route("POST", "/v1/prices/:id", "PriceUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a price's words; what it costs never changes."""
    price, params = world.get(call.account, "price", call.id), call.params
    if "currency_options" in params:
        message = "The simulator does not have prices with currency_options yet."
        raise Refusal(message, status=501, type="api_error", param="currency_options")
    told: Object = {
        name: params[name] for name in ("active", "nickname", "lookup_key", "tax_behavior") if name in params
    }
    before = {name: price[name] for name in [*told, *(["metadata"] if "metadata" in params else [])]}
    _take_key(world, call.account, params, price)
    price |= told
    merge_metadata(price, params)
    world.emit("price.updated", price, previous=before)
    return price


@topic.route("GET", "/v1/prices", "PriceListParams")
def index(world: World, call: Call) -> Object:
    """List prices, newest first."""
    params = call.params
    keys, recurring = params.get("lookup_keys"), params.get("recurring", {})

    def matching(price: Object) -> bool:
        fits = all(part(price, "recurring").get(name) == value for name, value in recurring.items())
        return fits and (keys is None or price["lookup_key"] in keys)

    filters = {name: params.get(name) for name in ("active", "currency", "product", "type")}
    return listing(world.table(call.account, "price"), call, matching, **filters)
