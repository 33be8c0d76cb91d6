"""What becomes of a balance that stays below zero: after half a year the platform pays, if it bears the losses."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.clock import DAY
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .rows import post, row

topic: Final = Topic("collecting of negative balances")

_KIND: Final = "connect_collection_transfer"
_BELOW: Final = "below_zero_since"
_PATIENCE: Final = 180 * DAY
_PREFIX: Final = "conntr"
"""How the id of a collection begins: inferred, for Stripe documents the object and no id of one."""

topic.kind(_KIND)


def look(world: World, account: str) -> None:
    """Note since when an account is below zero, in each currency, and collect what has been for too long."""
    if account == world.platform:
        return
    since: dict[tuple[str, str], int] = world.kept.setdefault(_BELOW, {})
    for currency in world.ledger.currencies(account):
        held = world.ledger.available(account, currency) + world.ledger.pending(account, currency)
        if held >= 0:
            since.pop((account, currency), None)
        elif world.clock.now - since.setdefault((account, currency), world.clock.now) >= _PATIENCE:
            _collect(world, account, currency, -held)


def _collect(world: World, account: str, currency: str, missing: int) -> None:
    """Bring an account up to zero with the platform's money; one that answers for itself stays where it is."""
    if queries.platform_bears_losses(world, account):
        collection = world.add(world.platform, _new(world, account, currency, missing))
        gave = _row(world, world.platform, -missing, collection)
        got = _row(world, account, missing, collection)
        post(world, gave, got)


def _new(world: World, account: str, currency: str, amount: int) -> Object:
    return {
        "id": world.ids.new(_PREFIX),
        "object": _KIND,
        "amount": amount,
        "currency": currency,
        "destination": account,
        "livemode": world.livemode,
    }


def _row(world: World, account: str, amount: int, collection: Object) -> Object:
    return row(
        world,
        account,
        type=_KIND,
        amount=amount,
        currency=collection["currency"],
        source=collection["id"],
        available_on=world.clock.now,
        description=f"Negative balance of {collection['destination']}",
    )
