"""Customers: buyers who come back."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.searches import search
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .making import new_customer, tell
from .sources import add_source

topic: Final = Topic("customers")
topic.kind("customer")

_APART: Final = ("tax", "tax_id_data", "cash_balance", "test_clock")


@topic.route("POST", "/v1/customers", "CustomerCreateParams", apart="validate")
def create(world: World, call: Call) -> Object:
    """Make a customer."""
    _check(call.params)
    customer = new_customer(world, call.account, call.params)
    if "source" in call.params:
        add_source(world, customer, call.params["source"])
    return customer


def _check(params: dict[str, Any]) -> None:
    for name in _APART:
        if name in params:
            message = f"The simulator does not have the parameter {name} of customers yet."
            raise Refusal(message, status=501, type="api_error", param=name)
    if len(params.get("email", "")) > 512:  # noqa: PLR2004  # Stripe's limit
        raise invalid("An email can be at most 512 characters long.", param="email")


@topic.route("GET", "/v1/customers/search", "CustomerSearchParams")
def find(world: World, call: Call) -> Object:
    """Search customers."""
    return search(world.table(call.account, "customer"), call)


@topic.route("GET", "/v1/customers/:id", "CustomerRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a customer, or say that it is deleted."""
    return world.deleted(call.account, "customer", call.id) or world.get(call.account, "customer", call.id)


@topic.route("POST", "/v1/customers/:id", "CustomerUpdateParams", apart="validate")
def update(world: World, call: Call) -> Object:
    """Change a customer."""
    customer = world.get(call.account, "customer", call.id)
    _check(call.params)
    default = call.params.get("default_source")
    if default is not None and world.get(call.account, "card", default, param="default_source"):
        customer["default_source"] = default
    before = tell(world, customer, call.params)
    if "source" in call.params:
        add_source(world, customer, call.params["source"], default=True)
    world.emit("customer.updated", customer, previous=before)
    return customer


@topic.route("DELETE", "/v1/customers/:id", "CustomerDeleteParams")
def delete(world: World, call: Call) -> Object:
    """Delete a customer; her payment methods are nobody's from then on, and cannot be used."""
    customer = world.get(call.account, "customer", call.id)
    for method in list(world.table(call.account, "payment_method").where(customer=call.id)):
        method |= {"customer": None, "_used": True}
    for card in list(world.table(call.account, "card").where(customer=call.id)):
        world.remove(card)
    world.emit("customer.deleted", customer)
    return world.delete(customer)


@topic.route("GET", "/v1/customers", "CustomerListParams", apart="test_clock")
def index(world: World, call: Call) -> Object:
    """List the customers, newest first."""
    return listing(world.table(call.account, "customer"), call, email=call.params.get("email"))
