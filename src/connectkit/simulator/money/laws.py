"""Laws that several kinds of object have in common, or that bind one to another."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from . import application_fees, charges, payouts, refunds, reversals, rows, topups
from .currencies import charge_step, payout_step
from .rows import row_of
from .switches import switches_of

topic: Final = Topic("laws of money")


@charges.topic.invariant("charge")
def _cut_fits(world: World, thing: Object) -> None:
    """A platform takes its cut in one way: a fee from nothing to below the price, or by passing a part of it on."""
    if thing["source_transfer"] is not None:
        return
    fee = thing["application_fee_amount"]
    passed_on: int | None = part(thing, "transfer_data").get("amount")
    if fee is not None and not 0 <= fee < thing["amount"]:
        raise InvariantBroken(f"{thing['id']}: a fee of {fee} of {thing['amount']}.")
    both = fee is not None and switches_of(world).fee_with_amount == "reject"
    if passed_on is not None and (both or not 0 < passed_on <= thing["amount"]):
        raise InvariantBroken(f"{thing['id']}: {passed_on} of {thing['amount']} passed on, with a fee of {fee}.")


@charges.topic.invariant("charge")
def _whole(_: World, thing: Object) -> None:
    """What a buyer pays can be paid in its currency."""
    if thing["source_transfer"] is None and thing["amount"] % charge_step(thing["currency"]):
        raise InvariantBroken(f"{thing['id']}: {thing['amount']} {thing['currency']} cannot be paid.")


@application_fees.topic.invariant("application_fee")
def _fee_is_of_its_charge(world: World, thing: Object) -> None:
    """A fee is of its charge's currency and at most what was captured; the platform earns it in its own currency."""
    if thing["fee_source"]["type"] == "payout":
        return
    charge, earned = world.find(thing["originating_transaction"] or thing["charge"]), row_of(world, thing)
    if charge is None or earned["_account"] != world.platform:
        raise InvariantBroken(f"{thing['id']} is not of a charge, or not the platform's.")
    if switches_of(world).application_fee_currency != "charge":
        return
    home = queries.default_currency(world, world.platform)
    if (thing["currency"], earned["currency"]) != (charge["currency"], home):
        raise InvariantBroken(f"{thing['id']}: of {thing['currency']}, earned in {earned['currency']}.")
    if thing["amount"] > charge["amount_captured"]:
        raise InvariantBroken(f"{thing['id']}: {thing['amount']} of {charge['amount_captured']}.")


@charges.topic.invariant("charge")
def _moved_once_captured(_: World, thing: Object) -> None:
    """Nothing is passed on, and no fee is earned, before something was captured; nor is a fee of nothing."""
    if thing["source_transfer"] is not None:
        return
    if not thing["amount_captured"] and (thing["_transfer"] or thing["_fee"]):
        raise InvariantBroken(f"{thing['id']}: it moved money on that it has not captured.")
    if thing["_fee"] and not thing["application_fee_amount"]:
        raise InvariantBroken(f"{thing['id']}: a fee was earned that nobody asked for.")


@refunds.topic.invariant("refund")
def _whole_comes_back(world: World, thing: Object) -> None:
    """One refund of the whole charge brings all of the transfer and of the fee back that it was to bring."""
    charge = world.find(thing["charge"]) or {}
    if thing["amount"] != charge.get("amount_captured"):
        return
    for whole in (world.find(id) for id in thing.get("_returns", ())):
        if whole is not None and not whole["reversed" if whole["object"] == "transfer" else "refunded"]:
            raise InvariantBroken(f"{thing['id']} is of all of {charge['id']}, and a part of {whole['id']} is left.")


@refunds.topic.invariant("refund")
def _fee_comes_back_with_the_transfer(world: World, thing: Object) -> None:
    """The fee of a destination charge does not come back alone, where the switches do not say otherwise."""
    kinds = [id.partition("_")[0] for id in thing.get("_returns", ())]
    charge = world.find(thing["charge"]) or {}
    alone = kinds == ["fee"] and charge.get("_transfer") is not None
    if alone and switches_of(world).fee_flag_alone == "reject":
        raise InvariantBroken(f"{thing['id']} gave the fee of {charge['id']} back, and not its transfer.")


@reversals.topic.invariant("transfer_reversal")
def _of_the_charges_own_transfer(world: World, thing: Object) -> None:
    """A refund takes back the transfer that its charge made by itself, and never one that somebody made of it."""
    refund = world.find(thing["source_refund"] or "")
    if refund is not None and (world.find(refund["charge"]) or {}).get("_transfer") != thing["transfer"]:
        raise InvariantBroken(f"{refund['id']} took {thing['transfer']} back, which is not of its charge.")


@payouts.topic.invariant("payout")
def _called_back_by_hand(_: World, thing: Object) -> None:
    """Only what was paid out by hand can be called back."""
    if thing["status"] == "canceled" and thing["automatic"]:
        raise InvariantBroken(f"{thing['id']} is by schedule, and was called back.")


@payouts.topic.invariant("payout")
def _debited(world: World, thing: Object) -> None:
    """A payout takes its amount off the balance, and one that ended otherwise gives the same back."""
    moved = [row_of(world, thing)["amount"]]
    if thing["failure_balance_transaction"] is not None:
        moved.append(
            world.get(thing["_account"], "balance_transaction", thing["failure_balance_transaction"])["amount"]
        )
    if moved != [-thing["amount"], thing["amount"]][: len(moved)]:
        raise InvariantBroken(f"{thing['id']} of {thing['amount']} moved {moved}.")
    if thing["amount"] % payout_step(thing["currency"]):
        raise InvariantBroken(f"{thing['id']}: {thing['amount']} {thing['currency']} cannot be paid out.")


@refunds.topic.invariant("refund")
def _returned_to_the_owner(world: World, thing: Object) -> None:
    """A refund that failed is credited to whose charge it is, and to nobody who got a part of it."""
    if not thing.get("failure_balance_transaction"):
        return
    charge, credit = world.find(thing["charge"]), world.find(thing["failure_balance_transaction"])
    if charge is None or credit is None or credit["_account"] != charge["_account"]:
        raise InvariantBroken(f"{thing['id']}: it came back to somebody else.")
    if credit["amount"] != -row_of(world, thing)["amount"]:
        raise InvariantBroken(f"{thing['id']}: it came back as another amount.")


@rows.topic.invariant("balance_transaction")
def _paid_out_once(world: World, thing: Object) -> None:
    """A row belongs to at most one payout, which names it; and what is left of it is its own."""
    if thing["_payout"] is None:
        return
    payout = world.get(thing["_account"], "payout", thing["_payout"])
    if [*payout["_members"], payout["balance_transaction"]].count(thing["id"]) != 1:
        raise InvariantBroken(f"{thing['id']} is not of {payout['id']}.")


@topups.topic.invariant("topup")
def _added(world: World, thing: Object) -> None:
    """A top-up adds its amount to the balance of the platform, and what the bank takes back of it is the same."""
    if thing["balance_transaction"] is None:
        return
    moved = [row["amount"] for row in world.table(thing["_account"], "balance_transaction").where(source=thing["id"])]
    back = [-thing["amount"]] if thing["status"] in {"canceled", "failed", "reversed"} else []
    if moved not in ([thing["amount"], *back], [*back, thing["amount"]]):
        raise InvariantBroken(f"{thing['id']} of {thing['amount']} moved {moved}.")
