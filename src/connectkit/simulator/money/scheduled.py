"""What is paid out by schedule, and what is taken from banks because a balance is below zero."""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.clock import DAY
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import payouts
from .currencies import payout_step
from .rows import withhold
from .switches import switches_of

_SEPA: Final = "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK SM"
DEBITED: Final = frozenset(["AU", "CA", "GB", "NZ", "US", *_SEPA.split()])
"""The countries where banks let Stripe take what is missing."""


def by_schedule(world: World, account: str) -> None:
    """Pay out all that is available, and note of each row that it was paid out with this."""
    staying = queries.account_of(world, account)["settings"]["payouts"].get("_least", {})
    for currency in world.ledger.currencies(account):
        rows = world.table(account, "balance_transaction").where(currency=currency, _payout=None)
        members = [each for each in rows if each["available_on"] <= world.clock.now]
        if currency in staying:
            members = _leaving(members, world.ledger.available(account, currency) - staying[currency])
        bank = queries.default_bank_account(world, account, currency)
        if bank is not None and bank["status"] != "errored":
            for source_type, part in _by_source(members).items():
                amount = sum(member["net"] for member in part)
                if amount > 0 and not amount % payout_step(currency):
                    _pay_rows(world, part, source_type, bank)


def _by_source(rows: list[Object]) -> dict[str, list[Object]]:
    """Give the rows by the part of the balance that they are of; together, where a part is below zero."""
    parts: dict[str, list[Object]] = {}
    for each in rows:
        parts.setdefault(each["_source_type"], []).append(each)
    sums = {source_type: sum(each["net"] for each in part) for source_type, part in parts.items()}
    short = min(sums.values(), default=0) < 0
    return {max(sums, key=lambda name: sums[name]): rows} if short else parts


def _pay_rows(world: World, members: list[Object], source_type: str, bank: Object) -> None:
    """Pay rows out, or take what they lack."""
    account, currency = members[0]["_account"], members[0]["currency"]
    amount = sum(member["net"] for member in members)
    params = {**payouts.BY_SCHEDULE, "source_type": source_type}
    until, switches = world.clock.now, switches_of(world)
    if amount < 0 and switches.debits_available == "on_arrival":
        until += switches.payout_days * DAY
    payout = payouts.pay_out(world, account, amount, currency=currency, bank=bank, params=params, available_on=until)
    own = world.get(account, "balance_transaction", payout["balance_transaction"])
    payout["_members"] = [member["id"] for member in members]
    for member in (*members, own):
        member["_payout"] = payout["id"]
        member["_listed"] = payout["id"] if switches.payout_lists_itself or member is not own else None


def _leaving(members: list[Object], most: int) -> list[Object]:
    """Give the oldest rows that are paid out, where something has to stay in the balance."""
    oldest = members[::-1]
    totals = accumulate(member["net"] for member in oldest)
    return oldest[: next((place for place, total in enumerate(totals) if total > most), len(oldest))]


def debit_what_is_missing(world: World, account: str) -> None:
    """Take what a connected account is below zero from its bank, whatever its schedule; never from a card."""
    decided = switches_of(world).negative_debits
    allowed = queries.account_of(world, account)["settings"]["payouts"]["debit_negative_balances"]
    if account == world.platform or decided == "never" or not allowed:
        return
    for currency in world.ledger.currencies(account):
        bank = queries.default_bank_account(world, account, currency)
        missing = world.ledger.available(account, currency)
        if decided == "total":
            missing += world.ledger.pending(account, currency)
        if missing < 0 and bank is not None and _can_be_debited(bank):
            _debit(world, account, currency, bank)


def _can_be_debited(bank: Object) -> bool:
    return bank["object"] == "bank_account" and bank["status"] != "errored" and bank["country"] in DEBITED


def _debit(world: World, account: str, currency: str, bank: Object) -> None:
    rows = world.table(account, "balance_transaction").where(currency=currency, _payout=None)
    members = [each for each in rows if each["available_on"] <= world.clock.now]
    amount = sum(each["net"] for each in members)
    if amount < 0 and not amount % payout_step(currency):  # what is on its way already is not taken once more
        withhold(world, account, currency, -amount)
        ((source_type, together),) = _by_source(members).items()
        _pay_rows(world, together, source_type, bank)
