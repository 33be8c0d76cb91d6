"""Tokens: a bank account, a card, or a number, to be used once."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.accounts.banks import bank_params
from connectkit.simulator.accounts.cards import CARDS as DEBIT_CARDS
from connectkit.simulator.accounts.cards import card_params
from connectkit.simulator.accounts.routing_numbers import rewritten
from connectkit.simulator.accounts.tokens import told_of_account
from connectkit.simulator.calls import Call
from connectkit.simulator.money.cards import CARDS, Card
from connectkit.simulator.money.methods import card_details
from connectkit.simulator.money.numbers import card_named
from connectkit.simulator.readers import Integer
from connectkit.simulator.refusals import Refusal, invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

topic: Final = Topic("tokens")
topic.kind("token")

_NUMBER: Final = Integer(form=True)
_ABOUT: Final = (("account", "ct"), ("person", "cpt"))


@topic.route("POST", "/v1/tokens", "TokenCreateParams")
def create(world: World, call: Call) -> Object:
    """Make a token of what is given."""
    params = call.params
    if "customer" in params:
        message = "The simulator does not make tokens with customer yet."
        raise Refusal(message, status=501, type="api_error", param="customer")
    for name, prefix in _ABOUT:
        if name in params:
            tells = told_of_account(world, params[name]) if name == "account" else params[name]
            return world.add(world.platform, _token(world, prefix, name) | {"_tells": tells})
    if "card" in params:
        return _of_card(world, call, params["card"])
    if "bank_account" in params:
        return _of_bank(world, params["bank_account"])
    for kind, prefix in (("pii", "pii"), ("cvc_update", "cvctok")):
        if kind in params:
            return world.add(call.account, _token(world, prefix, kind))
    raise invalid("You must supply either a card, bank account, or PII to create a token.")


def _of_card(world: World, call: Call, given: dict[str, Any] | str) -> Object:
    if isinstance(given, str):
        raise invalid("The card has to be described by its number.", param="card")
    payable = given.get("number") in DEBIT_CARDS  # such a card can be paid out to
    name = "pm_card_visa_debit" if payable else card_named(given, "card")
    shadow = _shadow(world, CARDS[name], given)
    token: Object = {**_token(world, "tok", "card"), "card": shadow, "_card": name}
    if payable:
        shadow["last4"] = given["number"][-4:]
        token["_params"] = card_params(given, "card")
    return world.add(call.account, token)


def _shadow(world: World, card: Card, given: dict[str, Any]) -> Object:
    lines = ("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip")
    details = card_details(card)
    return {
        "id": world.ids.new("card"),
        "object": "card",
        **{name: given.get(name) for name in (*lines, "name")},
        **{name: details[name] for name in ("country", "fingerprint", "funding", "last4")},
        **dict.fromkeys(("address_line1_check", "address_zip_check", "dynamic_last4", "tokenization_method")),
        "brand": card.brand.title(),
        "cvc_check": "unchecked" if given.get("cvc") else None,
        **{name: _NUMBER.read(given[name], f"card[{name}]") for name in ("exp_month", "exp_year")},
        "metadata": {},
        "regulated_status": "unregulated",
    }


def _of_bank(world: World, given: dict[str, Any]) -> Object:
    params = bank_params(world, given, "bank_account")
    bank = {
        "id": world.ids.new("ba"),
        "object": "bank_account",
        **{name: params.get(name) for name in ("account_holder_name", "account_holder_type", "account_type")},
        "bank_name": "STRIPE TEST BANK",
        "country": params["country"],
        "currency": params["currency"],
        "fingerprint": None,
        "last4": params["account_number"][-4:],
        "routing_number": rewritten(params["country"], params.get("routing_number")),
        "status": "new",
    }
    token = _token(world, "btok", "bank_account") | {"bank_account": bank, "_params": params}
    return world.add(world.platform, token)


def _token(world: World, prefix: str, kind: str) -> Object:
    return {
        "id": world.ids.new(prefix),
        "object": "token",
        "client_ip": None,
        "created": world.clock.now,
        "livemode": world.livemode,
        "type": kind,
        "used": False,
    }


def card_of_token(world: World, account: str, id: str) -> str | None:
    """Give the name of the test card behind a token that was made here, and use it up; none if it was not.

    Raises:
        Refusal: It was used before.
    """
    token = world.table(account, "token").get(id)
    if token is None:
        return None
    if token["used"]:
        raise invalid(f"You cannot use a Stripe token more than once: {id}.", param="token", code="token_already_used")
    token["used"] = True
    name: str = token["_card"]
    return name


@topic.route("GET", "/v1/tokens/:id", "TokenRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a token."""
    own = world.table(call.account, "token").get(call.id)
    return own or world.get(world.platform, "token", call.id)
