"""Payment methods: made, changed, given to a customer, taken back, shared with a connected account."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.money.methods import billing, described, method_of, new_method
from connectkit.simulator.refusals import invalid, no_such
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World
from connectkit.simulator.tables import Table

from .attaching import attach
from .tokens import card_of_token

topic: Final = Topic("payment methods of customers")


@topic.route("POST", "/v1/payment_methods", "PaymentMethodCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a payment method."""
    if "payment_method" in call.params:
        return _shared(world, call)
    if "customer" in call.params:
        raise invalid("You must pass payment_method along with customer.", param="customer")
    made = card_of_token(world, call.account, call.params.get("card", {}).get("token", ""))
    method = described(world, call.account, call.params) if made is None else new_method(world, call.account, made)
    merge_metadata(method, call.params)
    return method


def _shared(world: World, call: Call) -> Object:
    """Copy a payment method of the platform for one connected account."""
    if call.account == world.platform:
        message = "A payment method is copied to a connected account only: name it in the header Stripe-Account."
        raise invalid(message, param="payment_method")
    original = method_of(world, world.platform, call.params["payment_method"], "payment_method")
    if original["customer"] != call.params.get("customer") and original["customer"] is not None:
        raise no_such("customer", call.params.get("customer", ""), param="customer")
    copy = new_method(world, call.account, original["_card"])
    kind = original["type"]
    copy |= {"billing_details": dict(original["billing_details"]), kind: dict(original[kind])}
    copy["_verified"] = original["_verified"]
    merge_metadata(copy, call.params)
    return copy


@topic.route("GET", "/v1/payment_methods", "PaymentMethodListParams", apart="customer_account")
def index(world: World, call: Call) -> Object:
    """List payment methods, newest first: those of customers."""
    return _listing(world.table(call.account, "payment_method"), call, call.params.get("customer"))


def _listing(table: Table, call: Call, customer: str | None) -> Object:
    filters = {"type": call.params.get("type"), "allow_redisplay": call.params.get("allow_redisplay")}
    return listing(table, call, lambda method: method["customer"] is not None, customer=customer, **filters)


@topic.route("GET", "/v1/payment_methods/:id", "PaymentMethodRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a payment method."""
    return method_of(world, call.account, call.id)


@topic.route("POST", "/v1/payment_methods/:id", "PaymentMethodUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a payment method."""
    method, params = method_of(world, call.account, call.id), call.params
    kind = method["type"]
    changed = [name for name in ("metadata", "billing_details", "allow_redisplay", kind) if name in params]
    before = {name: method[name] for name in changed}
    if "billing_details" in params:
        held = method["billing_details"]
        address = part(held, "address") | part(params, "billing_details", "address")
        method["billing_details"] = billing({**held, **params["billing_details"], "address": address})
    if "allow_redisplay" in params:
        method["allow_redisplay"] = params["allow_redisplay"]
    known = {name: value for name, value in params.get(kind, {}).items() if name in method[kind]}
    method[kind] = {**method[kind], **known}
    merge_metadata(method, params)
    world.emit("payment_method.updated", method, previous=before)
    return method


@topic.route("POST", "/v1/payment_methods/:id/attach", "PaymentMethodAttachParams", apart="customer_account")
def give(world: World, call: Call) -> Object:
    """Give a payment method to a customer."""
    customer = world.get(call.account, "customer", call.params.get("customer", ""), param="customer")
    return attach(world, method_of(world, call.account, call.id), customer["id"])


@topic.route("POST", "/v1/payment_methods/:id/detach", "PaymentMethodDetachParams")
def detach(world: World, call: Call) -> Object:
    """Take a payment method from its customer; it cannot be used again."""
    method = method_of(world, call.account, call.id)
    if method["customer"] is None:
        message = (
            "The payment method you provided is not attached to a customer so detachment is impossible. It may have "
            "been detached already."
        )
        raise invalid(message)
    customer = world.get(call.account, "customer", method["customer"])
    if customer["invoice_settings"]["default_payment_method"] == method["id"]:
        customer["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": None}
    before = {"customer": method["customer"]}
    method |= {"customer": None, "_used": True, "_detached": True}
    world.emit("payment_method.detached", method, previous=before)
    return method


@topic.route("GET", "/v1/customers/:id/payment_methods", "CustomerPaymentMethodListParams")
def index_of_customer(world: World, call: Call) -> Object:
    """List the payment methods of a customer, newest first."""
    customer = world.get(call.account, "customer", call.id)
    return _listing(world.table(call.account, "payment_method"), call, customer["id"])


@topic.route("GET", "/v1/customers/:id/payment_methods/:method", "CustomerPaymentMethodRetrieveParams")
def retrieve_of_customer(world: World, call: Call) -> Object:
    """Give one of a customer's payment methods."""
    customer = world.get(call.account, "customer", call.id)
    method = world.table(call.account, "payment_method").get(call.ids["method"])
    if method is None or method["customer"] != customer["id"]:
        raise no_such("PaymentMethod", call.ids["method"])
    return method
