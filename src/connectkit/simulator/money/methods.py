"""Payment methods and customers, as far as payments need them."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import invalid, no_such
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .cards import CARDS, Card

topic: Final = Topic("payment methods")
topic.kind("payment_method", indexes=("customer",))
topic.kind("customer")


def method_of(world: World, account: str, name: str, param: str | None = None) -> Object:
    """Give a payment method of an account; the name of a test card makes a new one.

    Args:
        world: The world.
        account: Whose.
        name: Its id, or the name of a test card.
        param: Which parameter named it; none if the path did.

    Raises:
        Refusal: There is none.
    """
    if name in CARDS:
        return _new(world, account, name)
    found = world.table(account, "payment_method").get(name)
    if found is None:
        raise no_such("PaymentMethod", name, param=param)
    return found


def card_of(method: Object) -> Card:
    """Give the test card behind a payment method."""
    return CARDS[method["_card"]]


def card_details(card: Card) -> Object:
    """Give what an answer says of a card."""
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
        "country": card.country,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"fp{card.last4}",
        "funding": "credit",
        "last4": card.last4,
        "wallet": None,
    }


def method_details(card: Card) -> Object:
    """Give what a charge says of how it was paid."""
    if card.kind == "card":
        return {"card": {**card_details(card), "network": card.brand}, "type": "card"}
    return {card.kind: _bank_details(card), "type": card.kind}


def _bank_details(card: Card) -> Object:
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": f"fp{card.last4}",
        "last4": card.last4,
        "routing_number": "110000000",
    }


def _own_details(card: Card) -> Object:
    """Give what a payment method says of itself."""
    if card.kind != "card":
        networks = {"preferred": "ach", "supported": ["ach"]}
        return {card.kind: {**_bank_details(card), "networks": networks, "status_details": {}}}
    return {
        "card": {
            **card_details(card),
            "display_brand": card.brand,
            "generated_from": None,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": "unregulated",
            "three_d_secure_usage": {"supported": True},
        }
    }


def _new(world: World, account: str, name: str) -> Object:
    card = CARDS[name]
    return world.add(
        account,
        {
            "id": world.ids.new("pm"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing(),
            **_own_details(card),
            "created": world.clock.now,
            "customer": None,
            "customer_account": None,
            "livemode": world.livemode,
            "metadata": {},
            "type": card.kind,
            "_card": name,
            "_used": False,
        },
    )


def billing() -> Object:
    """Give billing details of which nothing is known."""
    names = ("city", "country", "line1", "line2", "postal_code", "state")
    return {"address": dict.fromkeys(names), "email": None, "name": None, "phone": None, "tax_id": None}


@topic.route("POST", "/v1/payment_methods", "PaymentMethodCreateParams")
def create_method(world: World, call: Call) -> Object:
    """Make a payment method of a test token."""
    card: dict[str, Any] = call.params.get("card") or {}
    token = str(card.get("token", ""))
    name = f"pm_card_{token.removeprefix('tok_')}"
    if name not in CARDS:
        message = "The simulator makes payment methods of test tokens only, as card[token]=tok_visa."
        raise invalid(message, param="card[token]")
    method = _new(world, call.account, name)
    merge_metadata(method, call.params)
    return method


@topic.route("GET", "/v1/payment_methods/:id", "PaymentMethodRetrieveParams")
def retrieve_method(world: World, call: Call) -> Object:
    """Give a payment method."""
    return method_of(world, call.account, call.id)


@topic.route("POST", "/v1/payment_methods/:id/attach", "PaymentMethodAttachParams")
def attach(world: World, call: Call) -> Object:
    """Give a payment method to a customer."""
    customer = world.get(call.account, "customer", call.params.get("customer", ""), param="customer")
    method = method_of(world, call.account, call.id)
    method["customer"] = customer["id"]
    world.emit("payment_method.attached", method)
    return method


@topic.route("POST", "/v1/customers", "CustomerCreateParams")
def create_customer(world: World, call: Call) -> Object:
    """Make a customer."""
    given = {name: call.params.get(name) for name in ("address", "description", "email", "name", "phone", "shipping")}
    customer = world.add(
        call.account,
        {
            "id": world.ids.new("cus"),
            "object": "customer",
            **given,
            "balance": 0,
            "created": world.clock.now,
            "currency": None,
            "default_source": None,
            "delinquent": False,
            "discount": None,
            "invoice_prefix": world.ids.token(8).upper(),
            "invoice_settings": dict.fromkeys(
                ("custom_fields", "default_payment_method", "footer", "rendering_options")
            ),
            "livemode": world.livemode,
            "metadata": {},
            "next_invoice_sequence": 1,
            "preferred_locales": [],
            "tax_exempt": "none",
            "test_clock": None,
        },
    )
    merge_metadata(customer, call.params)
    world.emit("customer.created", customer)
    return customer


@topic.route("GET", "/v1/customers/:id", "CustomerRetrieveParams")
def retrieve_customer(world: World, call: Call) -> Object:
    """Give a customer."""
    return world.get(call.account, "customer", call.id)


@topic.route("GET", "/v1/customers", "CustomerListParams")
def list_customers(world: World, call: Call) -> Object:
    """List the customers, newest first."""
    return listing(world.table(call.account, "customer"), call, email=call.params.get("email"))
