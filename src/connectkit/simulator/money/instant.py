"""What can be paid out at once: what is available, and what cards have paid that is still pending."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.ledger import CARD
from connectkit.simulator.refusals import invalid
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .fees import half_up
from .rows import available_from, post, row
from .switches import switches_of

topic: Final = Topic("instant payouts")

_PLACE: Final = "balance.instant_available"
_WHOLE: Final = 10_000

topic.kind(_PLACE)


def instantly(world: World, account: str, currency: str) -> dict[str, int]:
    """Give what of each part of a balance can be paid out at once.

    Stripe advances what cards have paid; what other ways have paid has to be there. Most bank debits count as cards in
    a balance, so that they are advanced here as well.
    """
    advances = switches_of(world).instant_from_pending
    parts = world.ledger.sources(account, currency)
    return {
        name: max(0, available + (pending if advances and name == CARD else 0))
        for name, (available, pending) in parts.items()
    }


def fee_of(world: World, account: str, amount: int, method: str | None) -> int:
    """Give what the platform takes on top of an instant payout, rounded to the nearest."""
    monetized = method == "instant" and account != world.platform
    return half_up(amount * switches_of(world).instant_fee, _WHOLE) if monetized else 0


@topic.expandable(_PLACE, "net_available")
def _net_available(world: World, shown: Object) -> object:
    """Give what of an amount reaches each account that takes it at once, less what the platform takes on top."""
    account = str(getattr(world.call, "account", world.platform))
    if account == world.platform:
        message = "This property cannot be expanded (instant_available.net_available): only connected accounts have it."
        raise invalid(message, param="expand")
    taking = [bank for bank in queries.bank_accounts(world, account, shown["currency"]) if bank["_instant"]]
    return [
        {
            "amount": _net(world, shown["amount"]),
            "destination": bank["id"],
            "source_types": {name: _net(world, part) for name, part in shown["source_types"].items()},
        }
        for bank in taking
    ]


def _net(world: World, amount: int) -> int:
    switches = switches_of(world)
    whole = _WHOLE + switches.instant_fee
    return amount * _WHOLE // whole if switches.net_available_rounding == "floor" else half_up(amount * _WHOLE, whole)


def advance(world: World, payout: Object, needed: int) -> None:
    """Advance what a payout needs beyond what is available; what is pending pays it back when it arrives."""
    account, currency = payout["_account"], payout["currency"]
    missing = needed - available_from(world, account, currency, payout["source_type"])
    if payout["method"] != "instant" or missing <= 0:
        return
    until = world.ledger.covered_on(account, currency, missing)
    post(
        world,
        _row(world, payout, "advance", missing, world.clock.now),
        _row(world, payout, "advance_funding", -missing, until),
    )


def _row(world: World, payout: Object, type: str, amount: int, available_on: int) -> Object:
    return row(
        world,
        payout["_account"],
        type=type,
        amount=amount,
        currency=payout["currency"],
        source=payout["id"],
        available_on=available_on,
        description="Advance for an instant payout",
        source_type=payout["source_type"],
    )
