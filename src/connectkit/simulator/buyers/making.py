"""A new customer, and what is told of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.money.methods import method_of
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .attaching import attach, check_usable

_ADDRESS: Final = ("city", "country", "line1", "line2", "postal_code", "state")
_WORDS: Final = (
    *("address", "business_name", "description", "email", "individual_name", "name", "phone", "shipping"),
    *("preferred_locales", "tax_exempt", "balance", "invoice_prefix", "next_invoice_sequence"),
)
_SETTINGS: Final = ("custom_fields", "default_payment_method", "footer", "rendering_options")


def new_customer(world: World, account: str, params: Mapping[str, Any]) -> Object:
    """Make a customer, with a payment method if one is named.

    Raises:
        Refusal: There is no such payment method, her bank declines it, or her default one is not hers.
    """
    name = params.get("payment_method")
    settings = part(params, "invoice_settings")
    default = settings.pop("default_payment_method", None)
    if default and default != name:
        raise _not_hers(default)
    method = None if name is None else method_of(world, account, name, "payment_method")
    if method is not None:
        check_usable(method)
    customer = world.add(account, _new(world))
    tell(world, customer, {**params, "invoice_settings": settings})
    if method is not None and default:
        customer["invoice_settings"]["default_payment_method"] = method["id"]
    world.emit("customer.created", customer)
    if method is not None:
        attach(world, method, customer["id"])
    return customer


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


def tell(world: World, customer: Object, params: Mapping[str, Any]) -> Object:
    """Change what is told, and give what that was before.

    Raises:
        Refusal: Her default payment method is not hers.
    """
    told: Object = {name: None if params[name] == "" else params[name] for name in _WORDS if name in params}
    if told.get("address"):
        told["address"] = {**dict.fromkeys(_ADDRESS), **told["address"]}
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
        raise _not_hers(method)


def _not_hers(method: str) -> Refusal:
    message = (
        f"The customer does not have a payment method with the ID {method}. The payment method must be attached to the "
        "customer."
    )
    return invalid(message, param="invoice_settings[default_payment_method]", code="resource_missing")
