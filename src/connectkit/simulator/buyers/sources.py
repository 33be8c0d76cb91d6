"""Cards as sources of a customer, the older way of keeping them."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.money.cards import CARDS
from connectkit.simulator.money.numbers import token_named
from connectkit.simulator.readers import Integer
from connectkit.simulator.refusals import Refusal, card_declined
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .tokens import card_of_token

topic: Final = Topic("sources")

_NUMBER: Final = Integer(form=True)
_PATH: Final = "/v1/customers/:id/sources"
_BRANDS: Final = {"visa": "Visa", "mastercard": "MasterCard", "amex": "American Express", "discover": "Discover"}
_WORDS: Final = (
    *("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip"),
    *("exp_month", "exp_year", "name"),
)


def add_source(world: World, customer: Object, token: str, *, default: bool = False) -> Object:
    """Keep the card behind a token as one of a customer's; her first is her default.

    Raises:
        Refusal: There is no such token, its card is declined, or it is no card.
    """
    if not token.startswith("tok_"):
        message = f"The simulator keeps cards as sources only, and not {token} yet."
        raise Refusal(message, status=501, type="api_error", param="source")
    name = card_of_token(world, customer["_account"], token) or token_named(token, "source")
    card = CARDS[name]
    if card.code and not card.attaches:
        raise card_declined("Your card was declined.", card.code, card.decline_code or None)
    source = world.add(
        customer["_account"],
        {
            "id": world.ids.new("card"),
            "object": "card",
            **dict.fromkeys((*_WORDS, "address_line1_check", "address_zip_check", "dynamic_last4")),
            "brand": _BRANDS.get(card.brand, card.brand),
            "country": card.country,
            "customer": customer["id"],
            "cvc_check": None,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"fp{card.last4}",
            "funding": card.funding,
            "last4": card.last4,
            "metadata": {},
            "regulated_status": "unregulated",
            "tokenization_method": None,
        },
    )
    if default or customer["default_source"] is None:
        customer["default_source"] = source["id"]
    world.emit("customer.source.created", source)
    return source


@topic.route("POST", _PATH, "CustomerPaymentSourceCreateParams", apart="validate")
def create(world: World, call: Call) -> Object:
    """Add a card to a customer."""
    source = add_source(world, world.get(call.account, "customer", call.id), call.params["source"])
    merge_metadata(source, call.params)
    return source


@topic.route("GET", _PATH, "CustomerPaymentSourceListParams")
def index(world: World, call: Call) -> Object:
    """List a customer's cards, newest first."""
    customer = world.get(call.account, "customer", call.id)
    return listing(world.table(call.account, "card"), call, customer=customer["id"], object=call.params.get("object"))


@topic.route("GET", f"{_PATH}/:source", "CustomerPaymentSourceRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give one of a customer's cards."""
    return _source(world, call)


@topic.route(
    "POST",
    f"{_PATH}/:source",
    "CustomerPaymentSourceUpdateParams",
    apart="account_holder_name account_holder_type owner",
)
def update(world: World, call: Call) -> Object:
    """Change what is known of a card."""
    source = _source(world, call)
    given = {name: call.params[name] for name in _WORDS if name in call.params}
    source |= {name: _NUMBER.read(text, name) if name[:3] == "exp" else text for name, text in given.items()}
    merge_metadata(source, call.params)
    world.emit("customer.source.updated", source)
    return source


@topic.route("DELETE", f"{_PATH}/:source", "CustomerPaymentSourceDeleteParams")
def delete(world: World, call: Call) -> Object:
    """Take a card from a customer."""
    source = _source(world, call)
    customer = world.get(call.account, "customer", call.id)
    world.emit("customer.source.deleted", source)
    world.remove(source)
    if customer["default_source"] == source["id"]:
        others = world.table(call.account, "card").where(customer=call.id)
        customer["default_source"] = next((other["id"] for other in others), None)
    return {"id": source["id"], "object": "card", "deleted": True}


def _source(world: World, call: Call) -> Object:
    customer = world.get(call.account, "customer", call.id)
    source = world.get(call.account, "card", call.ids["source"], label="source")
    if source.get("customer") != customer["id"]:
        raise Refusal(f"No such source: '{source['id']}'", status=404, code="resource_missing", param="id")
    return source
