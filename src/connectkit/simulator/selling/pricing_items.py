"""What an item of a subscription is sold at: a price that there is, or one that is described with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectkit.simulator.refusals import exclusive, invalid, missing
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .prices import described_price, keep_price


def price_of(world: World, account: str, item: Mapping[str, Any], place: str = "") -> tuple[Object, str]:
    """Give the price of an item, and what its parameter is called; one that is described is not kept yet.

    Raises:
        Refusal: There is none or it is wrong, it is not paid again and again, or there are two.
    """
    named, told = (f"{place}[{name}]" if place else name for name in ("price", "price_data"))
    if "price_data" in item:
        if "price" in item:
            raise exclusive(named, told)
        price = _described(world, account, item["price_data"], told)
        check_recurring(price, told)
        return price, told
    if "price" not in item:
        raise missing(named)
    price = world.get(account, "price", item["price"], param=named)
    check_recurring(price, named)
    if not price["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param=named)
    return price, named


def keep_described(world: World, account: str, price: Object) -> None:
    """Keep the price of an item that is sold from now on, if it was described with it."""
    if world.find(price["id"]) is None:
        keep_price(world, account, price)


def check_recurring(price: Object, param: str) -> None:
    """Refuse a price that is paid once.

    Raises:
        Refusal: It is one.
    """
    if price["recurring"] is None:
        message = "The price specified is set to `type=one_time` but this field only accepts `type=recurring`."
        raise invalid(message, param=param)


def _described(world: World, account: str, data: Mapping[str, Any], param: str) -> Object:
    product = world.get(account, "product", data["product"], param=f"{param}[product]")
    return described_price(world, account, data, product["id"], active=False)
