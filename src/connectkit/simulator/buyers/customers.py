"""Customers: buyers who come back."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.money.methods import method_of
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.searches import search
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .attaching import attach
from .sources import add_source

topic: Final = Topic("customers")
topic.kind("customer")

_WORDS: Final = (
    *("address", "business_name", "description", "email", "individual_name", "name", "phone", "shipping"),
    *("preferred_locales", "tax_exempt", "balance", "invoice_prefix", "next_invoice_sequence"),
)
_SETTINGS: Final = ("custom_fields", "default_payment_method", "footer", "rendering_options")
_APART: Final = ("tax", "tax_id_data", "cash_balance", "test_clock")


@topic.route("POST", "/v1/customers", "CustomerCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a customer."""
    _check(call.params)
    customer = world.add(call.account, _new(world))
    _tell(world, customer, call.params)
    world.emit("customer.created", customer)
    if "payment_method" in call.params:
        attach(world, method_of(world, call.account, call.params["payment_method"], "payment_method"), customer["id"])
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


def _new(world: World) -> Object:
    return {
        "id": world.ids.new("cus"),
        "object": "customer",
        **dict.fromkeys(("address", "description", "email", "name", "phone", "shipping")),
        "balance": 0,
        "created": world.clock.now,
        "currency": None,
        "customer_account": None,
        "default_source": None,
        "delinquent": False,
        "discount": None,
        "invoice_prefix": world.ids.token(8).upper(),
        "invoice_settings": dict.fromkeys(_SETTINGS),
        "livemode": world.livemode,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "test_clock": None,
    }


def _tell(world: World, customer: Object, params: dict[str, Any]) -> Object:
    """Change what is told, and give what that was before."""
    told: Object = {name: None if params[name] == "" else params[name] for name in _WORDS if name in params}
    if "invoice_settings" in params:
        given = {name: value or None for name, value in params["invoice_settings"].items()}
        told["invoice_settings"] = {**customer["invoice_settings"], **given}
        _check_default(world, customer, given.get("default_payment_method"))
    before = {name: customer.get(name) for name in [*told, *(["metadata"] if "metadata" in params else [])]}
    customer |= told
    merge_metadata(customer, params)
    return {name: value for name, value in before.items() if value != customer[name]}


def _check_default(world: World, customer: Object, method: str | None) -> None:
    if method is None:
        return
    found = method_of(world, customer["_account"], method, "invoice_settings[default_payment_method]")
    if found["customer"] != customer["id"]:
        message = (
            f"The customer does not have a payment method with the ID {method}. The payment method must be attached "
            "to the customer."
        )
        raise invalid(message, param="invoice_settings[default_payment_method]", code="resource_missing")


@topic.route("GET", "/v1/customers/search", "CustomerSearchParams")
def find(world: World, call: Call) -> Object:
    """Search customers."""
    return search(world.table(call.account, "customer"), call)


@topic.route("GET", "/v1/customers/:id", "CustomerRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a customer, or say that it is deleted."""
    return world.deleted(call.account, "customer", call.id) or world.get(call.account, "customer", call.id)


@topic.route("POST", "/v1/customers/:id", "CustomerUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a customer."""
    customer = world.get(call.account, "customer", call.id)
    _check(call.params)
    default = call.params.get("default_source")
    if default is not None and world.get(call.account, "card", default, param="default_source"):
        customer["default_source"] = default
    before = _tell(world, customer, call.params)
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


@topic.route("GET", "/v1/customers", "CustomerListParams")
def index(world: World, call: Call) -> Object:
    """List the customers, newest first."""
    return listing(world.table(call.account, "customer"), call, email=call.params.get("email"))
