"""An account as API v1 shows it."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.lists import sublist
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .queries import bank_accounts

_OPEN: Final = ("id", "object", "account", "created", "email", "first_name", "last_name", "metadata")


def show(world: World, account: Object) -> Object:
    """Give an account with its bank accounts, and without what its platform may no longer see."""
    shown = dict(account)
    url = f"/v1/accounts/{account['id']}/external_accounts"
    shown["external_accounts"] = sublist(bank_accounts(world, account["id"]), url)
    if account["_theirs"]:
        shown["controller"] = {"type": "account"}
    if account["individual"] is None:
        del shown["individual"]
    if not is_open(account):
        shown["business_type"] = None
        shown["company"] = None
        if account["individual"] is not None:
            shown["individual"] = {name: account["individual"][name] for name in _OPEN}
    return shown


def is_open(account: Object) -> bool:
    """Tell whether the platform may read and write what Stripe knows of the account's owner.

    Where Stripe collects the requirements, that ends with the first link to its form.
    """
    return account["controller"].get("requirement_collection") != "stripe" or not account["_linked"]
