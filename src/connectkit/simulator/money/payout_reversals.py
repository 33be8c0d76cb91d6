"""Payouts that are taken back from the bank that they went to."""

from __future__ import annotations

from functools import partial
from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY
from connectkit.simulator.ledger import WORLD, Entry
from connectkit.simulator.refusals import refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .payouts import new_payout
from .rows import post, row
from .switches import switches_of

topic: Final = Topic("payout reversals")

_REVERSIBLE: Final = 90 * DAY


@topic.route("POST", "/v1/payouts/:id/reverse", "PayoutReverseParams")
def reverse(world: World, call: Call) -> Object:
    """Take a payout back that has left, by a debit of the bank account that it went to."""
    original = world.get(call.account, "payout", call.id)
    bank = _bank_to_debit(world, call.account, original)
    debit = world.add(
        call.account,
        new_payout(
            world,
            -original["amount"],
            original["currency"],
            bank,
            {**call.params, "source_type": original["source_type"]},
        ),
    )
    merge_metadata(debit, call.params)
    debit["original_payout"] = original["id"]
    original["reversed_by"] = debit["id"]
    world.emit("payout.updated", original)
    _debit(world, debit)
    return debit


def _bank_to_debit(world: World, account: str, payout: Object) -> Object:
    if payout["status"] not in {"in_transit", "paid"} or payout["reversed_by"] or payout["original_payout"]:
        message = "Only a payout that has left for a bank, and was not reversed before, can be reversed."
        raise refused(message, "status_transition_invalid")
    bank = queries.external_account(world, account, payout["destination"])
    if payout["method"] == "instant" or bank is None or bank["country"] not in {"US", "CA"}:
        raise refused("Only standard payouts to bank accounts in the US and Canada can be reversed.")
    if world.clock.now - payout["arrival_date"] > _REVERSIBLE:
        raise refused("Payouts can only be reversed within 90 days of their arrival.")
    if not queries.platform_bears_losses(world, account):
        raise refused("Only payouts of accounts whose losses your platform is liable for can be reversed.")
    return bank


def _debit(world: World, payout: Object) -> None:
    switches = switches_of(world)
    arrives = switches.payout_days * DAY
    until = world.clock.now + (0 if switches.debits_available == "at_once" else arrives)
    credit = row(
        world,
        payout["_account"],
        type="payout",
        amount=-payout["amount"],
        currency=payout["currency"],
        source=payout["id"],
        available_on=until,
        description="STRIPE PAYOUT REVERSAL",
        source_type=payout["source_type"],
    )
    payout["balance_transaction"] = credit["id"]
    post(world, credit, others=[Entry(WORLD, payout["currency"], payout["amount"])])
    world.emit("payout.created", payout)
    world.clock.after(arrives, partial(_debited, world, payout))


def _debited(world: World, payout: Object) -> None:
    if payout["status"] == "pending":
        payout["status"] = "paid"
        world.emit("payout.paid", payout)
