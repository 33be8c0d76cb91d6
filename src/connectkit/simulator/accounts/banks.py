"""Bank accounts that payouts go to: test numbers and tokens, defaults, failures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.refusals import invalid, missing, no_such
from connectkit.simulator.shapes import Object, is_hash
from connectkit.simulator.state import World

from .cards import CARDS, card_params, new_card
from .countries import CURRENCIES
from .queries import bank_accounts
from .routing_numbers import rewritten
from .standing import changing

_OUTCOMES: Final = {
    "000123456789": "",
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
    "000777777779": "",
    "000888888883": "",
    "000999999991": "",
    "000999999992": "",
}
"""How a payout to a test number ends: empty for success, else Stripe's failure code."""

_LATE: Final = {"000777777779": "account_closed"}
"""Why a payout to a number comes back days after it was paid; the number is the simulator's own, Stripe has none."""

_UNPROVEN: Final = "000999999992"
"""The number whose owner has to be proven with documents."""

_NEVER_INSTANT: Final = "000888888883"
_INSTANT_ROUTING: Final = "110000000"
_GOOD: Final = "000123456789"

PROOF: Final = "documents.bank_account_ownership_verification.files"
"""What proves whose a bank account is."""

_TOKENS: Final = {
    "btok_us_verified": _GOOD,
    "btok_us_verified_noAccount": "000111111116",
    "btok_us_verified_accountClosed": "000111111113",
    "btok_us_verified_closedLate": "000777777779",
    "btok_us_verified_insufficientFunds": "000222222227",
    "btok_us_verified_debitNotAuthorized": "000333333335",
    "btok_us_verified_invalidCurrency": "000444444440",
}


def bank_params(world: World, given: object, param: str) -> Object:
    """Give the parameters of a bank account that is named by a token, or described.

    Raises:
        Refusal: There is no such token, it was used, or the description is wrong.
    """
    if is_hash(given):
        return _described(given, param)
    token = str(given)
    if token in CARDS:
        return card_params({"token": token}, param)
    if token in _TOKENS:
        return {
            "account_number": _TOKENS[token],
            "country": "US",
            "currency": "usd",
            "routing_number": _INSTANT_ROUTING,
        }
    made = world.table(world.platform, "token").get(token)
    if made is None or "_params" not in made:
        raise no_such("token", token, param=param)
    if made["used"]:
        message = f"You cannot use a Stripe token more than once: {token}."
        raise invalid(message, param=param, code="token_already_used")
    described: Object = made["_params"] | {"token": token}
    return described


def _described(given: Mapping[str, Any], param: str) -> Object:
    if given.get("object") == "card":
        return card_params(given, param)
    for name in ("country", "currency", "account_number"):
        if not given.get(name):
            raise missing(f"{param}[{name}]")
    country = str(given["country"]).upper()
    if country not in CURRENCIES:
        raise invalid(f"Country '{country}' is unknown.", param=f"{param}[country]", code="country_unsupported")
    number = str(given["account_number"])
    if country == "US" and number not in _OUTCOMES:
        message = (
            "You must use a test bank account number in test mode. Try 000123456789 or see more options in the docs."
        )
        raise invalid(message, param=f"{param}[account_number]", code="account_number_invalid")
    if country == "US" and not given.get("routing_number"):
        raise missing(f"{param}[routing_number]")
    return {**given, "country": country, "currency": str(given["currency"]).lower()}


def new_bank(world: World, account: str, params: Mapping[str, Any]) -> Object:
    """Keep one more bank account or card; the first of a currency is its default. Its token is used up."""
    made = world.table(world.platform, "token").get(params.get("token", ""))
    if made is not None:
        made["used"] = True
    if "card" in params:
        return new_card(world, account, params)
    currency = params["currency"]
    first = next(bank_accounts(world, account, currency), None) is None
    routing = rewritten(params["country"], params.get("routing_number"))
    number = str(params["account_number"])
    instant = routing == _INSTANT_ROUTING
    return world.add(
        account,
        {
            "id": world.ids.new("ba"),
            "object": "bank_account",
            "account": account,
            "account_holder_name": params.get("account_holder_name"),
            "account_holder_type": params.get("account_holder_type"),
            "account_type": params.get("account_type"),
            "available_payout_methods": ["standard", "instant"] if instant else ["standard"],
            "bank_name": "STRIPE TEST BANK",
            "country": params["country"],
            "currency": currency,
            "default_for_currency": first,
            "fingerprint": hashlib.sha256(f"{routing}/{number}".encode()).hexdigest()[:16],
            "future_requirements": _nothing(),
            "last4": number[-4:],
            "metadata": {},
            "requirements": _nothing() | ({"currently_due": [PROOF]} if number == _UNPROVEN else {}),
            "routing_number": routing,
            "status": "verification_failed" if number == _UNPROVEN else "new",
            "_outcome": _OUTCOMES.get(number, ""),
            "_late": _LATE.get(number, ""),
            "_instant": instant and number != _NEVER_INSTANT,
        },
    )


def replace_default(world: World, account: Object, given: object) -> None:
    """Put a bank account in the place of the default one of its currency, as `external_account` does."""
    params = bank_params(world, given, "external_account")
    held = next((bank for bank in bank_accounts(world, account["id"], params["currency"]) if _is_default(bank)), None)
    if held is not None:
        forget_bank(world, held)
    bank = new_bank(world, account["id"], params)
    make_default(world, bank)
    world.emit("account.external_account.created", bank)


def make_default(world: World, bank: Object) -> None:
    """Let payouts of a currency go to this bank account."""
    for other in bank_accounts(world, bank["_account"], bank["currency"]):
        other["default_for_currency"] = other is bank


def mark_errored(world: World, bank: Object) -> None:
    """Disable a bank account after a payout to it failed; its account cannot be paid out until it is changed."""
    account = world.table(world.platform, "account").get(bank["_account"])
    if account is None:  # the platform's own
        bank["status"] = "errored"
        return
    with changing(world, account):
        bank["status"] = "errored"
        world.emit("account.external_account.updated", bank, previous={"status": "new"})


def _is_default(bank: Object) -> bool:
    return bool(bank["default_for_currency"])


def forget_bank(world: World, bank: Object) -> None:
    """Forget a bank account, and say so."""
    world.emit("account.external_account.deleted", bank)
    world.remove(bank)


def _nothing() -> Object:
    return {"currently_due": [], "errors": [], "past_due": [], "pending_verification": []}
