"""Accounts in API v1."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import invalid, refused
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .banks import bank_params, new_bank
from .kinds import topic
from .making import Axes, axes_of, new_account
from .queries import account_of, applied
from .standing import changing, settle, tell_thin
from .telling import check_telling, request, tell_account
from .tokens import with_token

_AUTOMATIC: Final = ("card_payments", "transfers")
"""What Stripe asks for on behalf of an account with the full dashboard."""

_REASONS: Final = {
    "credit": "platform_other",
    "fraud_no_intent_to_fulfill": "platform_fraud",
    "fraud_other": "platform_fraud",
    "fraud_payment_method_casher": "platform_fraud",
    "fraud_payment_method_tester": "platform_fraud",
    "other": "platform_other",
    "terms_of_service": "platform_terms_of_service",
}


@topic.route("POST", "/v1/accounts", "AccountCreateParams")
def create_account(world: World, call: Call) -> Object:
    """Make an account."""
    if not world.kept["switches"].accounts_v1:
        message = "Accounts v1 is not recommended for new Connect integrations. Use POST /v2/core/accounts instead."
        raise invalid(message)
    decided = world.kept["switches"]
    both, listed = decided.type_with_controller == "accept", decided.controller_combinations == "listed"
    axes, type_ = axes_of(call.params, both=both, listed=listed)
    if "account_token" in call.params and "tos_acceptance" not in with_token(world, call.params, "account_token"):
        message = "The account token of a new account has to say `tos_shown_and_accepted`."
        raise refused(message, param="account_token")
    account = new_account(world, axes, type_, call.params.get("country", "US"))
    check_telling(world, account, call.params)
    if axes.dashboard == "none" and not call.params.get("capabilities"):
        raise refused("You must request at least one capability for this account.", param="capabilities")
    account |= {"_by_v1": True, "_bare": not call.params}
    return enter(world, account, axes, call.params)


def enter(world: World, account: Object, axes: Axes, params: dict[str, Any]) -> Object:
    """Keep a new account, tell what is known of it, and say that it is there."""
    world.add(world.platform, account)
    account["_account"] = account["id"]  # its events are its own
    if axes.dashboard == "full":
        for name in _AUTOMATIC:
            request(world, account, name, requested=True)
    tell_account(world, account, params)
    settle(world, account)
    tell_thin(world, account, "v2.core.account.created")
    return account


@topic.route("GET", "/v1/accounts", "AccountListParams")
def list_accounts(world: World, call: Call) -> Object:
    """List the connected accounts, newest first."""
    return listing(world.table(world.platform, "account"), call)


@topic.route("GET", "/v1/account", "AccountRetrieveCurrentParams")
def retrieve_current(world: World, call: Call) -> Object:
    """Give the account that the request acts for."""
    return account_of(world, call.account)


@topic.route("GET", "/v1/accounts/:id", "AccountRetrieveParams")
def retrieve_account(world: World, call: Call) -> Object:
    """Give an account."""
    return account_of(world, call.id)


@topic.route("POST", "/v1/accounts/:id", "AccountUpdateParams")
def update_account(world: World, call: Call) -> Object:
    """Change an account."""
    account = account_of(world, call.id)
    if call.id == world.platform:
        raise refused("You cannot update your own account with this endpoint.")
    check_telling(world, account, call.params)
    with changing(world, account):
        tell_account(world, account, call.params)
    return account


@topic.route("DELETE", "/v1/accounts/:id", "AccountDeleteParams")
def delete_account(world: World, call: Call) -> Object:
    """Delete an account whose balances are zero."""
    account = account_of(world, call.id)
    if any(world.ledger.totals().get(call.id, {}).values()):
        raise refused("This account cannot be deleted because it has a balance that is not zero.", "account_invalid")
    if part(account, "controller", "stripe_dashboard").get("type") == "full":  # its owner keeps it, without us
        gone = {"id": applied(world), "object": "application", "name": "Platform", "_account": call.id}
        world.emit("account.application.deauthorized", gone)
    account["_account"] = world.platform
    world.remove(account)
    return {"id": call.id, "object": "account", "deleted": True}


@topic.route("POST", "/v1/accounts/:id/reject", "AccountRejectParams")
def reject_account(world: World, call: Call) -> Object:
    """Reject an account."""
    account = account_of(world, call.id)
    if part(account, "controller", "losses").get("payments") != "application":
        raise refused("This account cannot be rejected by its platform.", "not_allowed_on_standard_account")
    reason = _REASONS.get(call.params["reason"])
    if reason is None:
        raise refused(f"Invalid reason: must be one of {', '.join(_REASONS)}", param="reason")
    with changing(world, account):
        account["_rejected"] = reason
        account["_still_paid"] = account["payouts_enabled"] and call.params.get("payouts_action") == "none"
    return account


@topic.route("POST", "/v1/accounts/:id/unreject", "AccountUnrejectParams")
def unreject_account(world: World, call: Call) -> Object:
    """Take a rejection back."""
    account = account_of(world, call.id)
    if account["_rejected"] is None:
        raise refused("This account is not rejected.")
    with changing(world, account):
        account["_rejected"], account["_still_paid"] = None, False
    return account


@topic.start
def open_platform(world: World) -> None:
    """Give the platform an account of its own, that can do everything."""
    platform = new_account(world, Axes("full", "stripe", "account", "stripe"), "standard", "US")
    platform["id"] = platform["_account"] = world.platform
    platform["controller"] = {"fees": {"payer": "account"}, "type": "account"}
    platform["_requested"] = dict.fromkeys(_AUTOMATIC, world.clock.now)
    platform["capabilities"] = dict.fromkeys(_AUTOMATIC, "active")
    platform |= {"charges_enabled": True, "payouts_enabled": True, "details_submitted": True}
    world.kept["platform"] = platform
    new_bank(world, world.platform, bank_params(world, "btok_us_verified", "external_account"))
