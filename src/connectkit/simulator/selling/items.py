"""Line items: how many of what, and what that comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectkit.simulator.refusals import Refusal, invalid, missing
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .making import new_product
from .prices import check_price, new_price

_MOST: Final = 100
_RECURRING: Final = "recurring"


@dataclass(frozen=True, slots=True)
class Line:
    """A line item that is read, and not yet kept.

    Attributes:
        said: What was said of it.
        price: Its price; none if that is described.
        currency: The price's currency.
        unit: What one costs.
        again: Whether that is paid again and again.
    """

    said: Mapping[str, Any]
    price: Object | None
    currency: str
    unit: int
    again: bool

    @property
    def quantity(self) -> int:
        """How many."""
        quantity: int = self.said.get("quantity", 1)
        return quantity


def read_items(world: World, account: str, given: Sequence[Mapping[str, Any]], mode: str | None = None) -> list[Line]:
    """Give the line items of a request.

    Raises:
        Refusal: One of them is wrong, or they do not go together.
    """
    if not 1 <= len(given) <= _MOST:
        raise invalid(f"There have to be between 1 and {_MOST} line items.", param="line_items")
    lines = [_line(world, account, item, f"line_items[{place}]") for place, item in enumerate(given)]
    if len({line.currency for line in lines}) > 1:
        raise invalid("All prices on a Checkout Session must have the same currency.", param="line_items")
    if mode == "payment" and any(line.again for line in lines):
        message = (
            "You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use "
            "only one-time prices."
        )
        raise invalid(message, param="line_items")
    return lines


def _line(world: World, account: str, item: Mapping[str, Any], name: str) -> Line:
    if "tax_rates" in item:
        message = "The simulator does not have tax rates yet."
        raise Refusal(message, status=501, type="api_error", param=f"{name}[tax_rates]")
    if item.get("quantity", 1) < 1:
        raise invalid("This value must be greater than or equal to 1.", param=f"{name}[quantity]")
    if "price" in item:
        price = world.get(account, "price", item["price"], param=f"{name}[price]")
        if not price["active"]:
            raise invalid(f"The price specified is inactive: {price['id']}.", param=f"{name}[price]")
        return Line(item, price, price["currency"], price["unit_amount"], price[_RECURRING] is not None)
    if "price_data" not in item:
        raise missing(f"{name}[price]")
    if "quantity" not in item:
        raise missing(f"{name}[quantity]")
    data: Mapping[str, Any] = item["price_data"]
    if "product" in data:
        world.get(account, "product", data["product"], param=f"{name}[price_data][product]")
    elif "product_data" not in data:
        raise missing(f"{name}[price_data][product_data]")
    amount, currency = check_price(world, account, data)
    return Line(item, None, currency, amount, _RECURRING in data)


def _price(world: World, account: str, line: Line) -> Object:
    if line.price is not None:
        return line.price
    data: Mapping[str, Any] = line.said["price_data"]
    product: str = data.get("product") or new_product(world, account, data["product_data"], active=False)["id"]
    return new_price(world, account, data, product, active=False)


def total_of(lines: Sequence[Line], *, trial: bool = False) -> int:
    """Give what line items come to at first; in a trial nothing is paid of what is paid again and again."""
    return sum(line.unit * line.quantity for line in lines if not (trial and line.again))


def add_items(world: World, owner: Object, lines: Sequence[Line], *, trial: bool = False) -> None:
    """Keep the line items of a session or a link; prices that are described are made."""
    for line in lines:
        price = _price(world, owner["_account"], line)
        amount = total_of([line], trial=trial)
        product = world.find(price["product"]) or {}
        world.add(
            owner["_account"],
            {
                "id": world.ids.new("li"),
                "object": "item",
                "adjustable_quantity": line.said.get("adjustable_quantity"),
                "amount_discount": 0,
                "amount_subtotal": amount,
                "amount_tax": 0,
                "amount_total": amount,
                "currency": price["currency"],
                "description": product.get("name"),
                "metadata": line.said.get("metadata") or {},
                "price": price,
                "quantity": line.quantity,
                "_owner": owner["id"],
            },
        )


def items_of(world: World, owner: Object) -> list[Object]:
    """Give the line items of a session or a link, in the order in which they were named."""
    return list(world.table(owner["_account"], "item").where(_owner=owner["id"]))[::-1]


def items_list(world: World, owner: Object, url: str) -> Object:
    """Give the line items as a list that stands inside their owner."""
    return {"object": "list", "data": items_of(world, owner), "has_more": False, "url": url}
