"""What a platform tells of an account, in API v1's parameters, put where the account keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from connectkit.simulator.refusals import Refusal, invalid, refused
from connectkit.simulator.shapes import Object, copied, is_hash, merge_metadata, part
from connectkit.simulator.state import World

from .banks import bank_params, replace_default
from .countries import CURRENCIES
from .delays import asked_delay, check_delay, follow, least
from .documents import check_account_files
from .people import new_company, new_person, tell, tell_company
from .showing import is_open
from .tokens import spend_token, with_token
from .v2_telling import V2_ONLY

_OWNERS: Final = ("business_type", "company", "individual", "external_account", "documents")
_PLAIN: Final = ("email", "default_currency")
_TYPES: Final = ("company", "government_entity", "individual", "non_profit")
_ROLES: Final = ("customer", "merchant", "recipient")
_LIMIT: Final = 22
_PREFIX: Final = 10
_CARDS: Final = "card_payments"


def check_telling(world: World, account: Object, params: Mapping[str, Any], *, merchant_only: bool = False) -> None:
    """Refuse what the platform of such an account may not tell.

    Args:
        world: The world.
        account: The account.
        params: What is told, in the words of v1.
        merchant_only: Whether an account may take card payments without receiving transfers, as in v2.

    Raises:
        Refusal: A value is wrong, the owner's details are no longer open, the terms are not the platform's to accept,
            or a capability is not to be had.
    """
    accepted = part(params, "tos_acceptance")
    params = with_token(world, params, "account_token")
    check_values(world, params)
    check_account_files(world, account["id"], params)
    _check_rights(account, params, accepted)
    _check_capabilities(account, params, merchant_only=merchant_only)
    check_delay(account, asked_delay(params), "settings[payouts][schedule][delay_days]")


def check_values(world: World, params: Mapping[str, Any]) -> None:
    """Refuse values that are none, whoever tells them."""
    if params.get("business_type", "company") not in _TYPES:
        raise invalid(f"Invalid business_type: must be one of {', '.join(_TYPES)}", param="business_type")
    currency = params.get("default_currency", "usd")
    if currency not in CURRENCIES.values():
        raise invalid(f"Invalid currency: {currency}", param="default_currency")
    if "external_account" in params:
        bank_params(world, params["external_account"], "external_account")


def _check_rights(account: Object, params: Mapping[str, Any], accepted: Mapping[str, Any]) -> None:
    closed = [name for name in _OWNERS if name in params]
    if closed and not is_open(account):
        message = (
            "This application does not have the required permissions for this endpoint on account "
            f"'{account['id']}'. The parameter `{closed[0]}` can only be changed by the account's owner."
        )
        raise Refusal(message, status=403, param=closed[0])
    stripes = account["controller"]["requirement_collection"] == "stripe"
    if stripes and accepted.keys() - {"service_agreement"}:
        message = "You cannot accept the Terms of Service on behalf of Standard and Express connected accounts."
        raise refused(message, param="tos_acceptance")


def _check_capabilities(account: Object, params: Mapping[str, Any], *, merchant_only: bool) -> None:
    requested = [name for name, wish in params.get("capabilities", {}).items() if wish.get("requested")]
    wanted = {*requested, *account["_requested"]}
    agreement = part(params, "tos_acceptance").get("service_agreement")
    if _CARDS in wanted and "recipient" in (agreement, account["tos_acceptance"].get("service_agreement")):
        message = "The `card_payments` capability is not available under the recipient service agreement."
        raise refused(message, param="capabilities")
    if _CARDS in requested and "transfers" not in wanted and not merchant_only:
        message = (
            "Your platform needs approval for accounts to have requested the `card_payments` capability without the "
            "`transfers` capability."
        )
        raise invalid(message, param="capabilities")


def tell_account(world: World, account: Object, params: Mapping[str, Any]) -> None:
    """Change an account as *params* ask; where it stands has to be worked out afterwards."""
    usual, params = least(account), with_token(world, params, "account_token")
    spend_token(world, params, "account_token")
    account.update({name: params[name] or None for name in _PLAIN if name in params})
    account.update({f"_{name}": params[name] or None for name in V2_ONLY if name in params})
    merge_metadata(account, params)
    for name in ("business_profile", "tos_acceptance", "settings", "groups"):
        _merge(account[name], params.get(name) or {})
    if "business_type" in params:
        account["business_type"] = params["business_type"] or None
    _tell_owner(world, account, params)
    account["_papers"] |= {
        kind: paper["files"] for kind, paper in params.get("documents", {}).items() if paper and "files" in paper
    }
    for name, wish in params.get("capabilities", {}).items():
        request(world, account, name, requested=wish.get("requested", False))
    if "external_account" in params:
        replace_default(world, account, params["external_account"])
    follow(account, usual)
    _fill_in(account, world.kept["switches"].platform_mcc)


def request(world: World, account: Object, name: str, *, requested: bool) -> None:
    """Ask for a capability, or for it no longer."""
    if requested:
        account["_requested"].setdefault(name, world.clock.now)
        if account["_by_v1"]:  # which knows capabilities alone
            configure(account, ["recipient" if name == "transfers" else "merchant"])
    else:
        account["_requested"].pop(name, None)


def configure(account: Object, roles: Iterable[str]) -> None:
    """Let an account be what API v2 calls a merchant, a recipient or a customer as well."""
    held = {*account["_configurations"], *roles}
    account["_configurations"] = [role for role in _ROLES if role in held]


def _tell_owner(world: World, account: Object, params: Mapping[str, Any]) -> None:
    kind = account["business_type"]
    if kind == "individual" or "individual" in params:
        person: Object = account["individual"] or new_person(world, account)
        account["individual"] = person
        tell(person, params.get("individual", {}))
    if kind is not None or "company" in params:
        account["company"] = account["company"] or new_company(account)
        tell_company(account, params.get("company", {}))
    if kind == "individual":
        mirrored = {name: copied(account["individual"][name]) for name in ("address", "phone")}
        told = {"directors_provided": True, "executives_provided": True, "owners_provided": True}
        account["company"].update(mirrored | told)


def _fill_in(account: Object, mcc: str) -> None:
    """Give what Stripe gives of its own where nothing was said."""
    profile, settings = account["business_profile"], account["settings"]
    if profile["mcc"] is None and profile["url"] and profile["product_description"]:
        profile["mcc"] = mcc
    host = (profile["url"] or "").partition("://")[2].partition("/")[0]
    name = profile["name"] or host
    settings["dashboard"]["display_name"] = settings["dashboard"]["display_name"] or profile["name"]
    if name and settings["payments"]["statement_descriptor"] is None:
        settings["payments"]["statement_descriptor"] = name.upper()[:_LIMIT]
    descriptor = settings["payments"]["statement_descriptor"]
    if descriptor and settings["card_payments"]["statement_descriptor_prefix"] is None:
        settings["card_payments"]["statement_descriptor_prefix"] = descriptor[:_PREFIX].rstrip()


def _merge(held: Object, told: Mapping[str, Any]) -> None:
    for name, value in told.items():
        inner = held.get(name)
        if is_hash(inner) and is_hash(value):
            _merge(inner, value)
        else:
            held[name] = None if value == "" else value
