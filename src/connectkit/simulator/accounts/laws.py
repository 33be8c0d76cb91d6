"""What always holds for accounts and their banks; checked after each request on what it touched."""

from __future__ import annotations

from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .kinds import topic
from .queries import bank_accounts
from .stops import stays_paid


@topic.invariant("account")
def standing_follows(_: World, account: Object) -> None:
    """Flags follow from capabilities, and capabilities from what is due."""
    due, active = account["requirements"], "active" in account["capabilities"].values()
    _hold(account, "charges follow capabilities", account["charges_enabled"] is active)
    paid = active or stays_paid(account)
    _hold(account, "payouts need a capability", paid or not account["payouts_enabled"])
    _hold(account, "what is past due is due", set(due["past_due"]) <= set(due["currently_due"]))
    _hold(account, "what is due is due one day", set(due["currently_due"]) <= set(due["eventually_due"]))
    _hold(account, "what is past due disables", not due["past_due"] or due["disabled_reason"] is not None)
    _hold(account, "errors are due", {error["requirement"] for error in due["errors"]} <= set(due["currently_due"]))
    _hold(account, "only what was asked for is there", account["capabilities"].keys() == account["_requested"].keys())


@topic.invariant("bank_account")
@topic.invariant("card")
def one_default(world: World, bank: Object) -> None:
    """Of the banks of one currency, one is the default."""
    if bank.get("customer"):  # a buyer's card
        return
    defaults = [other["default_for_currency"] for other in bank_accounts(world, bank["_account"], bank["currency"])]
    _hold(bank, "one bank of a currency is its default", not defaults or sum(defaults) == 1)


def _hold(thing: Object, law: str, holds: bool) -> None:  # noqa: FBT001  # a law and whether it holds
    if not holds:
        message = f"{thing['id']}: {law}."
        raise InvariantBroken(message)
