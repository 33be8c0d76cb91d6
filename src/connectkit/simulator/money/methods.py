"""Payment methods, as payments need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from connectkit.simulator.refusals import Refusal, invalid, no_such
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .cards import CARDS, Card
from .numbers import bank_named, becs_named, card_named, iban_named

topic: Final = Topic("payment methods")
topic.kind("payment_method", indexes=("type",))

_BANK: Final = "us_bank_account"
_BECS: Final = "au_becs_debit"
_CASH: Final = "customer_balance"
_FPX: Final = "fpx"


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
    if name in CARDS and name[0] != "_":
        return new_method(world, account, name)
    found = world.table(account, "payment_method").get(name)
    if found is None:
        raise no_such("PaymentMethod", name, param=param)
    return found


def described(world: World, account: str, given: Mapping[str, Any]) -> Object:
    """Make a payment method of its description.

    Raises:
        Refusal: It is wrong, or of a type that is not simulated.
    """
    kind = given.get("type", "")
    about: Mapping[str, Any] = given.get(kind) or {}
    if kind == "card":
        method = new_method(world, account, card_named(about, "card"))
        _tell_card(method["card"], about)
    elif kind == _BANK:
        method = new_method(world, account, bank_named(about))
        method["_verified"] = False
        method[_BANK] |= {name: about[name] for name in ("account_holder_type", "account_type") if name in about}
    elif kind == "sepa_debit" and "iban" in about:
        method = new_method(world, account, iban_named(about))
    elif kind == _BECS and about:
        method = new_method(world, account, becs_named(about))
    elif kind == _FPX:
        method = new_method(world, account, "_fpx")
        method[_FPX] = {"bank": about.get("bank")}
    elif kind == _CASH:
        method = new_method(world, account, "_cash")
    elif kind in {"", "sepa_debit", _BECS}:
        raise invalid(f"Missing required param: {kind or 'type'}.", param=kind or "type", code="parameter_missing")
    else:
        message = f"The simulator does not have payment methods of type {kind} yet."
        raise Refusal(message, status=501, type="api_error")
    method["billing_details"] = billing(given.get("billing_details"))
    method["allow_redisplay"] = given.get("allow_redisplay", "unspecified")
    return method


def _tell_card(card: Object, about: Mapping[str, Any]) -> None:
    card |= {name: about[name] for name in ("exp_month", "exp_year") if name in about}
    if about.get("cvc"):
        card["checks"]["cvc_check"] = "pass"


def card_of(method: Object) -> Card:
    """Give the test card behind a payment method; some authenticate their owner once and for all."""
    card = CARDS[method["_card"]]
    return replace(card, authenticate=False) if card.once and method["_ready"] else card


def card_details(card: Card) -> Object:
    """Give what an answer says of a card."""
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": None},
        "country": card.country,
        "exp_month": 12,
        "exp_year": 2034,
        "fingerprint": f"fp{card.last4}",
        "funding": card.funding,
        "last4": card.last4,
        "wallet": None,
    }


_AUTHORISED: Final = {
    **dict.fromkeys(
        (
            "amount_authorized",
            "authorization_code",
            "installments",
            "mandate",
            "network_transaction_id",
            "three_d_secure",
            "transaction_link_id",
        )
    ),
    "extended_authorization": {"status": "disabled"},
    "incremental_authorization": {"status": "unavailable"},
    "multicapture": {"status": "unavailable"},
    "network_token": {"used": False},
    "overcapture": {"maximum_amount_capturable": 0, "status": "unavailable"},
    "regulated_status": "unregulated",
}
"""What a charge says of an authorisation for which nothing special was asked."""


def method_details(card: Card, options: Object) -> Object:
    """Give what a charge says of how it was paid, and in which installments; the merchant gets all at once.

    Which cards, countries and amounts Stripe has plans for is not looked at.
    """
    if card.kind == "card":
        about: Object = {**card_details(card), **_AUTHORISED, "network": card.brand}
        plan = part(options, "card", "installments").get("plan") if options else None
        if plan:
            about["installments"] = {"plan": {"count": None, "interval": None, **plan}}
        return {"card": about, "type": "card"}
    return {card.kind: _account_details(card), "type": card.kind}


def _account_details(card: Card) -> Object:
    if card.kind in {_CASH, _FPX}:
        return {}
    if card.kind == _BECS:
        return {"bsb_number": "000000", "fingerprint": f"fp{card.last4}", "last4": card.last4}
    if card.kind == "sepa_debit":
        shown = {"bank_code": "19043", "branch_code": "", "country": card.country, "last4": card.last4}
        return {**shown, "fingerprint": f"fp{card.last4}"}
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
    if card.kind == _BANK:
        networks = {"preferred": "ach", "supported": ["ach"]}
        more = {"financial_connections_account": None, "networks": networks, "status_details": {}}
        return {_BANK: {**_account_details(card), **more}}
    if card.kind == "sepa_debit":
        return {card.kind: {**_account_details(card), "generated_from": {"charge": None, "setup_attempt": None}}}
    if card.kind != "card":
        return {card.kind: _account_details(card)}
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


def new_method(world: World, account: str, name: str) -> Object:
    """Make a payment method of the test card, or bank account, of this name."""
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
            "_ready": False,
            "_used": False,
            "_verified": not card.bounces,
        },
    )


def billing(given: Mapping[str, Any] | None = None) -> Object:
    """Give billing details; of what is not given nothing is known."""
    told = {name: value or None for name, value in (given or {}).items()}
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    nothing = {"address": address, "email": None, "name": None, "phone": None, "tax_id": None}
    return {**nothing, **told, "address": {**address, **(told.get("address") or {})}}
