"""Payouts: money that leaves to a bank, by hand or by schedule."""

from __future__ import annotations

from functools import partial
from itertools import accumulate
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.accounts.banks import mark_errored
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY
from connectkit.simulator.ledger import CARD, WORLD, Entry, InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import balance_insufficient, invalid, no_such, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import application_fees
from .calendar import calendar_days
from .currencies import check_payout, payout_step
from .fees import half_up
from .rows import FeeDetail, available_from, post, row
from .switches import switches_of

topic: Final = Topic("payouts")
topic.kind("payout")

_BY_SCHEDULE: Final[dict[str, Any]] = {"description": "STRIPE PAYOUT", "automatic": True}
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
_WHOLE: Final = 10_000
_INSTANT: Final = 1800  # seconds until an instant payout has arrived
_LATE: Final = 3 * DAY  # after a payout was paid, where its bank returns it late
_MOST_INSTANT: Final = 999_900
_REVERSIBLE: Final = 90 * DAY
_MESSAGES: Final = {
    "account_closed": "The bank account has been closed.",
    "no_account": "An account could not be located.",
}


@topic.route("POST", "/v1/payouts", "PayoutCreateParams")
def create(world: World, call: Call) -> Object:
    """Pay a balance out by hand."""
    params = call.params
    currency: str = params["currency"].lower()
    check_payout(params["amount"], currency)
    bank = _bank(world, call.account, currency, params)
    if params.get("method") == "instant":
        _check_instant(bank, params["amount"])
    source_type = _source_type(world, call.account, currency, params)
    fee = _instant_fee(world, call.account, params["amount"], params.get("method"))
    if available_from(world, call.account, currency, source_type) < params["amount"] + fee:
        message = "You have insufficient funds in your Stripe account for this transfer."
        raise balance_insufficient(message)
    return _pay_out(
        world,
        call.account,
        params["amount"],
        currency=currency,
        bank=bank,
        params={**params, "source_type": source_type},
    )


def _source_type(world: World, account: str, currency: str, params: dict[str, Any]) -> str:
    """Give from which part of a balance it is paid; where there are several, that has to be said."""
    filled = [name for name, part in world.ledger.sources(account, currency).items() if part[0] > 0]
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


def _instant_fee(world: World, account: str, amount: int, method: str | None) -> int:
    """Give what the platform takes on top of an instant payout, rounded to the nearest."""
    monetized = method == "instant" and account != world.platform
    return half_up(amount * switches_of(world).instant_fee, _WHOLE) if monetized else 0


def _pay_out(world: World, account: str, amount: int, *, currency: str, bank: Object, params: dict[str, Any]) -> Object:
    payout = world.add(account, _new(world, amount, currency, bank, params))
    merge_metadata(payout, params)
    fee = _instant_fee(world, account, amount, payout["method"])
    debit = row(
        world,
        account,
        type="payout",
        amount=-amount,
        currency=currency,
        source=payout["id"],
        available_on=world.clock.now,
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
        world.clock.after(2 * DAY, arrival)
    return payout


def _new(world: World, amount: int, currency: str, bank: Object, params: dict[str, Any]) -> Object:
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
    account, currency = members[0]["_account"], members[0]["currency"]
    amount = sum(member["net"] for member in members)
    if amount < 1 or amount % payout_step(currency):
        return
    params = {**_BY_SCHEDULE, "source_type": source_type}
    payout = _pay_out(world, account, amount, currency=currency, bank=bank, params=params)
    own = world.get(account, "balance_transaction", payout["balance_transaction"])
    payout["_members"] = [member["id"] for member in members]
    for member in (*members, own):
        member["_payout"] = payout["id"]


def _leaving(members: list[Object], most: int) -> list[Object]:
    """Give the oldest rows that are paid out, where something has to stay in the balance."""
    oldest = members[::-1]
    totals = accumulate(member["net"] for member in oldest)
    return oldest[: next((place for place, total in enumerate(totals) if total > most), len(oldest))]


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
        return
    payout["status"] = "paid"
    world.emit("payout.paid", payout)
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
        world.emit("payout.reconciliation_completed", payout)
    if bank.get("_late"):
        world.clock.after(_LATE, partial(_come_back, world, payout, bank, bank["_late"]))


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


@topic.route("POST", "/v1/payouts/:id/reverse", "PayoutReverseParams")
def reverse(world: World, call: Call) -> Object:
    """Take a payout back that has left, by a debit of the bank account that it went to."""
    original = world.get(call.account, "payout", call.id)
    bank = _bank_to_debit(world, call.account, original)
    debit = world.add(
        call.account,
        _new(
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
    until = world.clock.now + 2 * DAY
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
    world.clock.after(2 * DAY, partial(_debited, world, payout))


def _debited(world: World, payout: Object) -> None:
    if payout["status"] == "pending":
        payout["status"] = "paid"
        world.emit("payout.paid", payout)


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
    return listing(world.table(call.account, "payout"), call, **filters)


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
