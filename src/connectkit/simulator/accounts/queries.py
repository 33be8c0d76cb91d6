"""What other topics ask of an account. Every function takes the platform's own id as well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectkit.simulator.refusals import no_access, no_such
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

LEFT: Final = "accounts_left"
"""Where the ids of accounts are kept that have let the platform go."""


def account_of(world: World, account: str, *, param: str | None = None, label: str = "account") -> Object:
    """Give an account, as it is kept.

    Args:
        world: The world.
        account: Its id.
        param: Which parameter named it; none if the path did.
        label: What Stripe's message calls it, such as `destination`.

    Raises:
        Refusal: There is none.
    """
    if account == world.platform:
        own: Object = world.kept["platform"]
        return own
    found = world.table(world.platform, "account").get(account)
    if found is None and account in world.kept.get(LEFT, ()):
        raise no_access(account)
    if found is None:
        raise no_such(label, account, param=param)
    return found


def applied(world: World) -> str:
    """Give the id of the platform's application."""
    application: str = world.kept.setdefault("application", world.ids.new("ca"))
    return application


def capability_active(world: World, account: str, name: str) -> bool:
    """Tell whether an account has an active capability, such as `card_payments` or `transfers`."""
    return bool(account_of(world, account)["capabilities"].get(name) == "active")


def receives(world: World, account: str) -> bool:
    """Tell whether transfers to an account are possible: so they are to one of which nothing at all was said.

    Stripe's own command-line client makes such an account and transfers to it.
    """
    return capability_active(world, account, "transfers") or bool(account_of(world, account).get("_bare"))


def payouts_enabled(world: World, account: str) -> bool:
    """Tell whether an account may be paid out."""
    return bool(account_of(world, account)["payouts_enabled"])


def default_currency(world: World, account: str) -> str:
    """Give the currency that an account settles in."""
    return str(account_of(world, account)["default_currency"])


def country(world: World, account: str) -> str:
    """Give the country of an account, in two capitals."""
    return str(account_of(world, account)["country"])


def settlement_delay(world: World, account: str) -> int:
    """Give how many days a card payment takes to become available."""
    return int(account_of(world, account)["settings"]["payouts"]["schedule"]["delay_days"])


def pays_direct_fees(world: World, account: str) -> bool:
    """Tell whether an account itself pays Stripe's fees on its direct charges, and not the platform."""
    return bool(account_of(world, account)["controller"]["fees"]["payer"] != "application")


def platform_bears_losses(world: World, account: str) -> bool:
    """Tell whether the platform pays for what an account can't."""
    return bool(account_of(world, account)["controller"]["losses"]["payments"] == "application")


def is_reserved_for(world: World, account: str) -> bool:
    """Tell whether the platform has to have a reserve for an account: where the platform collects what Stripe wants."""
    return bool(account_of(world, account)["controller"]["requirement_collection"] == "application")


def bank_accounts(world: World, account: str, currency: str | None = None) -> Iterator[Object]:
    """Go through the bank accounts of an account, newest first, and then its cards."""
    equal = {} if currency is None else {"currency": currency}
    yield from world.table(account, "bank_account").where(**equal)
    yield from world.table(account, "card").where(customer=None, **equal)  # the others are its customers'


def external_account(world: World, account: str, id: str) -> Object | None:
    """Give the bank account or card of this id."""
    found = world.table(account, "bank_account").get(id) or world.table(account, "card").get(id)
    return None if found is None or found.get("customer") else found


def default_bank_account(world: World, account: str, currency: str) -> Object | None:
    """Give the bank account that payouts of a currency go to.

    Its member `_outcome` says how a payout to it ends: empty for success, else a failure code such as
    `account_closed`; `_instant` says whether it takes instant payouts.
    """
    return next((bank for bank in bank_accounts(world, account, currency) if bank["default_for_currency"]), None)
