"""External accounts in API v1."""

from __future__ import annotations

from connectkit.simulator.calls import Call
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import Refusal, invalid, refused
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from .banks import bank_params, forget_bank, make_default, new_bank
from .documents import check_papers
from .kinds import topic
from .queries import account_of, bank_accounts
from .showing import is_open
from .standing import changing

_PATH = "/v1/accounts/:id/external_accounts"
_CHANGEABLE = ("account_holder_name", "account_holder_type", "account_type")
_OF_CARDS = (
    *("address_city", "address_country", "address_line1", "address_line2", "address_state", "address_zip"),
    *("exp_month", "exp_year", "name"),
)


@topic.route("POST", _PATH, "AccountExternalAccountCreateParams")
def create_bank(world: World, call: Call) -> Object:
    """Add a bank account."""
    account = _writable(world, call)
    params = bank_params(world, call.params["external_account"], "external_account")
    with changing(world, account):
        bank = new_bank(world, account["id"], params)
        merge_metadata(bank, call.params)
        if call.params.get("default_for_currency"):
            make_default(world, bank)
        world.emit("account.external_account.created", bank)
    return bank


@topic.route("GET", _PATH, "AccountExternalAccountListParams")
def list_banks(world: World, call: Call) -> Object:
    """List the external accounts, newest first."""
    account = account_of(world, call.id)
    kind = call.params.get("object", "bank_account")
    if kind not in ("bank_account", "card"):
        raise invalid("Invalid object: must be one of bank_account or card", param="object")
    return listing(world.table(account["id"], kind), call, lambda held: held.get("customer") is None)


@topic.route("GET", f"{_PATH}/:bank", "AccountExternalAccountRetrieveParams")
def retrieve_bank(world: World, call: Call) -> Object:
    """Give a bank account."""
    return _bank(world, call)


@topic.route("POST", f"{_PATH}/:bank", "AccountExternalAccountUpdateParams")
def update_bank(world: World, call: Call) -> Object:
    """Change a bank account; whatever is changed, one that failed is enabled again, and one that papers prove."""
    account, bank = _writable(world, call), _bank(world, call)
    papers = part(call.params, "documents", "bank_account_ownership_verification").get("files", [])
    check_papers(world, account["id"], papers, "documents[bank_account_ownership_verification][files]")
    with changing(world, account):
        names = _OF_CARDS if bank["object"] == "card" else _CHANGEABLE
        told: Object = {name: call.params[name] or None for name in names if name in call.params}
        bank.update({name: int(text) if name[:3] == "exp" else text for name, text in told.items()})
        merge_metadata(bank, call.params)
        if call.params.get("default_for_currency"):
            make_default(world, bank)
        if bank["status"] != "verification_failed" or papers:
            bank["status"] = "new"
            bank.get("requirements", {})["currently_due"] = []
        world.emit("account.external_account.updated", bank)
    return bank


@topic.route("DELETE", f"{_PATH}/:bank", "AccountExternalAccountDeleteParams")
def delete_bank(world: World, call: Call) -> Object:
    """Delete a bank account that payouts do not need."""
    account, bank = _writable(world, call), _bank(world, call)
    others = sum(1 for _ in bank_accounts(world, account["id"], bank["currency"])) > 1
    if bank["default_for_currency"] and (others or bank["currency"] == account["default_currency"]):
        message = "You cannot delete the default external account for your default currency."
        raise refused(
            message if not others else "Please make another external account the default before deleting this."
        )
    with changing(world, account):
        forget_bank(world, bank)
    return {"id": bank["id"], "object": bank["object"], "currency": bank["currency"], "deleted": True}


def _writable(world: World, call: Call) -> Object:
    account = account_of(world, call.id)
    if call.id == world.platform or not is_open(account):
        message = f"This application does not have the required permissions for this endpoint on account '{call.id}'."
        raise Refusal(message, status=403)
    return account


def _bank(world: World, call: Call) -> Object:
    account = account_of(world, call.id)
    kind = "card" if call.ids["bank"].startswith("card_") else "bank_account"
    return world.get(account["id"], kind, call.ids["bank"], label="external account")
