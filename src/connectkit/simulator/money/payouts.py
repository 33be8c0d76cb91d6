"""Payouts: money that leaves to a bank, by hand or by schedule."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.accounts.banks import mark_errored
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY
from connectkit.simulator.ledger import CARD, WORLD, Entry, InvariantBroken
from connectkit.simulator.lists import listing, within
from connectkit.simulator.refusals import balance_insufficient, invalid, no_such, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import application_fees
from .calendar import calendar_days
from .currencies import check_payout
from .instant import advance, fee_of, instantly
from .rows import FeeDetail, available_from, post, row
from .switches import switches_of

topic: Final = Topic("payouts")
topic.kind("payout")

BY_SCHEDULE: Final[dict[str, Any]] = {"description": "STRIPE PAYOUT", "automatic": True}
"""What is said of a payout that nobody asked for."""

_NOTHING: Final = (
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "original_payout",
    "payout_method",
    "reversed_by",
)
_INSTANT: Final = 1800  # seconds until an instant payout has arrived
_MOST_INSTANT: Final = 999_900
_MESSAGES: Final = {
    "account_closed": "The bank account has been closed.",
    "no_account": "An account could not be located.",
}


@topic.route("POST", "/v1/payouts", "PayoutCreateParams", apart="payout_method")
def create(world: World, call: Call) -> Object:
    """Pay a balance out by hand."""
    params = call.params
    currency: str = params["currency"].lower()
    check_payout(params["amount"], currency)
    bank = _bank(world, call.account, currency, params)
    if params.get("method") == "instant":
        _check_instant(bank, params["amount"])
    source_type = _source_type(world, call.account, currency, params)
    method = params.get("method")
    fee = fee_of(world, call.account, params["amount"], method)
    if _payable(world, call.account, currency, source_type, method) < params["amount"] + fee:
        message = "You have insufficient funds in your Stripe account for this transfer."
        raise balance_insufficient(message)
    return pay_out(
        world,
        call.account,
        params["amount"],
        currency=currency,
        bank=bank,
        params={**params, "source_type": source_type},
    )


def _source_type(world: World, account: str, currency: str, params: dict[str, Any]) -> str:
    """Give from which part of a balance it is paid; where there are several, that has to be said."""
    instant = params.get("method") == "instant"
    usable = {name: part[0] for name, part in world.ledger.sources(account, currency).items()}
    filled = [name for name, part in (instantly(world, account, currency) if instant else usable).items() if part > 0]
    if "source_type" not in params and len(filled) > 1:
        message = f"Your balance holds funds of several source types ({', '.join(filled)}): name one of them."
        raise invalid(message, param="source_type", code="parameter_missing")
    named: str = params.get("source_type", filled[0] if filled else CARD)
    return named


def _bank(world: World, account: str, currency: str, params: dict[str, Any]) -> Object:
    if not queries.payouts_enabled(world, account):
        raise refused("Payouts are not enabled for this account.", "payouts_not_allowed")
    if "destination" in params:
        bank = queries.external_account(world, account, params["destination"])
        if bank is None:
            raise no_such("external account", params["destination"], param="destination")
    else:
        bank = queries.default_bank_account(world, account, currency)
    if bank is None or bank["currency"] != currency:
        message = f"Sorry, you don't have any external accounts in that currency ({currency})."
        raise refused(message, "payouts_not_allowed", param="currency")
    if bank["status"] == "errored":
        message = "Payouts to this external account failed. Replace it, or update it, first."
        raise refused(message, "payouts_not_allowed", param="destination")
    return bank


def _check_instant(bank: Object, amount: int) -> None:
    if not bank["_instant"]:
        message = "This external account does not support instant payouts."
        raise refused(message, "instant_payouts_unsupported", param="method")
    if amount > _MOST_INSTANT:
        message = "Instant Payouts are only supported for amounts less than or equal to $9999."
        raise refused(message, param="amount")


def _payable(world: World, account: str, currency: str, source_type: str, method: str | None) -> int:
    """Give how much can be paid out of one part of a balance: no more than the whole, for other parts can lack some."""
    if method != "instant":
        return available_from(world, account, currency, source_type)
    parts = instantly(world, account, currency)
    whole = world.ledger.available(account, currency) + world.ledger.pending(account, currency)
    return min(parts.get(source_type, 0), max(whole, world.ledger.available(account, currency)))


def pay_out(
    world: World,
    account: str,
    amount: int,
    *,
    currency: str,
    bank: Object,
    params: dict[str, Any],
    available_on: int | None = None,
) -> Object:
    """Pay an amount out, or take it from the bank where it is below zero.

    Args:
        world: The world.
        account: Whose balance.
        amount: How much.
        currency: Of what.
        bank: Where it goes to, or comes from.
        params: What else is said of it.
        available_on: When its row becomes available; at once if it is not given.
    """
    payout = world.add(account, new_payout(world, amount, currency, bank, params))
    merge_metadata(payout, params)
    fee = fee_of(world, account, amount, payout["method"])
    advance(world, payout, amount + fee)
    debit = row(
        world,
        account,
        type="payout",
        amount=-amount,
        currency=currency,
        source=payout["id"],
        available_on=world.clock.now if available_on is None else available_on,
        description="STRIPE PAYOUT",
        fees=[FeeDetail("application_fee", fee, "Application fee")] if fee else [],
        source_type=payout["source_type"],
    )
    payout["balance_transaction"] = debit["id"]
    earned = [application_fees.earn_of_payout(world, payout, fee)] if fee else []
    post(world, debit, *earned, others=[Entry(WORLD, currency, amount)])
    world.emit("payout.created", payout)
    if fee:
        world.emit("application_fee.created", world.get(world.platform, "application_fee", payout["application_fee"]))
    arrival = partial(_arrive, world, payout, bank)
    if payout["method"] == "instant":
        world.clock.after(_INSTANT, arrival)
    else:
        world.clock.after(DAY, partial(_leave, world, payout))
        world.clock.after(switches_of(world).payout_days * DAY, arrival)
    return payout


def new_payout(world: World, amount: int, currency: str, bank: Object, params: dict[str, Any]) -> Object:
    """Give a payout that is not kept yet."""
    now = world.clock.now
    automatic = params.get("automatic", False)
    method: str = params.get("method", "standard")
    return {
        "id": world.ids.new("po"),
        "object": "payout",
        **dict.fromkeys(_NOTHING),
        "amount": amount,
        "arrival_date": now if method == "instant" else calendar_days(now, 0),
        "automatic": automatic,
        "created": now,
        "currency": currency,
        "description": params.get("description"),
        "destination": bank["id"],
        "livemode": world.livemode,
        "metadata": {},
        "method": method,
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "source_type": params.get("source_type", CARD),
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": bank["object"],
        "_members": [],
    }


def _leave(world: World, payout: Object) -> None:
    if payout["status"] == "pending":
        payout["status"] = "in_transit"
        world.emit("payout.updated", payout)


def _arrive(world: World, payout: Object, bank: Object) -> None:
    if payout["status"] == "canceled":
        return
    payout["trace_id"] = {"status": "supported", "value": world.ids.token(12)}
    if bank["_outcome"]:
        _come_back(world, payout, bank, bank["_outcome"])
    else:
        payout["status"] = "paid"
        world.emit("payout.paid", payout)
        if bank.get("_late"):
            late = switches_of(world).payout_returned_after * DAY
            world.clock.after(late, partial(_come_back, world, payout, bank, bank["_late"]))
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
        world.emit("payout.reconciliation_completed", payout)


def _come_back(world: World, payout: Object, bank: Object, code: str) -> None:
    """Have a bank return a payout, before it was paid or after."""
    _return(world, payout, "payout_failure", "STRIPE PAYOUT FAILURE")
    payout |= {
        "status": "failed",
        "failure_code": code,
        "failure_message": _MESSAGES.get(code, "The payout could not be completed."),
    }
    world.emit("payout.failed", payout)
    _give_up_reversal(world, payout)
    mark_errored(world, bank)


def _return(world: World, payout: Object, type: str, words: str) -> None:
    credit = row(
        world,
        payout["_account"],
        type=type,
        amount=payout["amount"],
        currency=payout["currency"],
        source=payout["id"],
        available_on=world.clock.now,
        description=words,
        source_type=payout["source_type"],
    )
    payout["failure_balance_transaction"] = credit["id"]
    given: list[Object] = []
    if payout["application_fee"]:
        fee = world.get(world.platform, "application_fee", payout["application_fee"])
        given = application_fees.give_back(world, fee, fee["amount"] - fee["amount_refunded"])[1]
    post(world, credit, *given, others=[Entry(WORLD, payout["currency"], -payout["amount"])])


@topic.route("POST", "/v1/payouts/:id/cancel", "PayoutCancelParams")
def cancel(world: World, call: Call) -> Object:
    """Stop a payout that has not left."""
    payout = world.get(call.account, "payout", call.id)
    if payout["automatic"] or payout["status"] != "pending":
        message = "Payouts can only be canceled while they are pending, and if they were not made by a schedule."
        raise refused(message, "status_transition_invalid")
    payout["status"] = "canceled"
    _return(world, payout, "payout_cancel", "STRIPE PAYOUT CANCEL")
    world.emit("payout.canceled", payout)
    return payout


def _give_up_reversal(world: World, payout: Object) -> None:
    """Stop taking back what came back by itself."""
    if payout["reversed_by"]:
        debit = world.get(payout["_account"], "payout", payout["reversed_by"])
        debit["status"] = "canceled"
        _return(world, debit, "payout_cancel", "STRIPE PAYOUT CANCEL")
        world.emit("payout.canceled", debit)


@topic.route("GET", "/v1/payouts", "PayoutListParams")
def index(world: World, call: Call) -> Object:
    """List payouts, newest first."""
    filters = {name: call.params.get(name) for name in ("status", "destination")}

    def matching(payout: Object) -> bool:
        return within(payout["arrival_date"], call.params.get("arrival_date"))

    return listing(world.table(call.account, "payout"), call, matching, **filters)


@topic.route("GET", "/v1/payouts/:id", "PayoutRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a payout."""
    return world.get(call.account, "payout", call.id)


@topic.route("POST", "/v1/payouts/:id", "PayoutUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a payout's metadata."""
    payout = world.get(call.account, "payout", call.id)
    before = payout["metadata"]
    merge_metadata(payout, call.params)
    world.emit("payout.updated", payout, previous={"metadata": before})
    return payout


@topic.invariant("payout")
def _returned(_: World, thing: Object) -> None:
    ended = thing["status"] in {"failed", "canceled"}
    if ended is not (thing["failure_balance_transaction"] is not None):
        raise InvariantBroken(f"{thing['id']} is {thing['status']}, and its money is not where that says.")


@topic.invariant("payout")
def _members_sum(world: World, thing: Object) -> None:
    """What a schedule paid out is the sum of the rows that it names, and what was paid by hand names none."""
    rows = [world.get(thing["_account"], "balance_transaction", id) for id in thing["_members"]]
    if rows and sum(each["net"] for each in rows) != thing["amount"]:
        raise InvariantBroken(f"{thing['id']}: its rows do not sum to {thing['amount']}.")
    if bool(rows) is not thing["automatic"] or any(each["_payout"] != thing["id"] for each in rows):
        raise InvariantBroken(f"{thing['id']}: its rows are not its own.")
