"""Disputes: a buyer's bank takes a payment back, until somebody proves that it should not."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import STRIPE, WORLD, Entry, InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import not_simulated_param, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata, part
from connectkit.simulator.state import World

from . import warnings
from .calendar import calendar_days
from .evidence import NAMES, check_evidence
from .fx import convert
from .rows import FeeDetail, later, post, row, row_of
from .switches import switches_of

topic: Final = Topic("disputes")

_FEE: Final = 1500
_DAYS: Final = 10  # until the midnight before which evidence is due
_CODES: Final = {
    "fraudulent": "10.4",
    "mastercard_compliance": None,
    "product_not_received": "13.1",
    "visa_compelling_evidence_3": "10.4",
    "visa_compliance": None,
}
_COMPLIANCE: Final = frozenset({"mastercard_compliance", "visa_compliance"})
_REASONS: Final = {
    "mastercard_compliance": "noncompliant",
    "visa_compelling_evidence_3": "fraudulent",
    "visa_compliance": "noncompliant",
}
_UNPAID: Final[Object] = {"status": "requires_fee_acknowledgement"}
_ELIGIBLE: Final[dict[str, Object]] = {
    "mastercard_compliance": _UNPAID,
    "visa_compelling_evidence_3": {"required_actions": [], "status": "requires_action"},
    "visa_compliance": _UNPAID,
}
_INQUIRY: Final = "inquiry"
_RETURNED: Final = "R10"  # a debit that its payer's bank took back
_ESCALATED: Final = "escalate_inquiry_evidence"
_OPEN: Final = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
"""What a dispute and an inquiry are when evidence is submitted."""
_WORDS: Final = {"dispute": "Chargeback withdrawal", "dispute_reversal": "Chargeback reversal"}
_INQUIRY_DAYS: Final = 120
_CLOSED: Final = frozenset({"won", "lost", "warning_closed"})
_OUTCOMES: Final = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_disputes(world: World, charge: Object, reason: str, number: int) -> None:
    """Take a captured charge back in so many parts, or only ask about it, if the reason is an inquiry."""
    for place in range(number):
        _open(world, charge, reason, (place, number))


def _open(world: World, charge: Object, reason: str, share: tuple[int, int]) -> None:
    dispute = world.add(charge["_account"], _new(world, charge, reason, share))
    charge |= {"disputed": True, "_dispute": dispute["id"]}
    world.emit("charge.dispute.created", dispute)
    warnings.settle(world, charge)
    if reason != _INQUIRY:
        _withdraw(world, dispute, charge)
    _limit(world, dispute)


def _limit(world: World, dispute: Object) -> None:
    """End what nobody answers in time: a chargeback is lost then, an inquiry is closed some months later."""
    if _is_inquiry(dispute):
        world.clock.at(calendar_days(world.clock.now, _INQUIRY_DAYS), partial(_run_out, world, dispute))
    else:
        due = calendar_days(world.clock.now, _DAYS)
        dispute["evidence_details"] |= {"due_by": due - 1, "submission_count": 0}
        world.clock.at(due, partial(_run_out, world, dispute))


def _run_out(world: World, dispute: Object) -> None:
    if _is_inquiry(dispute) and dispute["status"] not in _CLOSED:
        _decide(world, dispute, "warning_closed")
    elif dispute["status"] == "needs_response":
        dispute["evidence_details"]["past_due"] = True
        _decide(world, dispute, "lost")


def close_inquiry(world: World, charge: Object) -> None:
    """Close the inquiry about a charge that is wholly refunded, without a fee."""
    dispute = world.find(charge["_dispute"] or "")
    if dispute is not None and _is_inquiry(dispute) and dispute["status"] not in _CLOSED:
        _decide(world, dispute, "warning_closed")


def _withdraw(world: World, dispute: Object, charge: Object) -> None:
    """Take a charge back, with a fee on top; who pays Stripe's fees of the charge pays that."""
    settled = row_of(world, charge)
    own = charge["_account"] == world.platform or queries.pays_direct_fees(world, charge["_account"])
    debit = _row(world, dispute, -_part(settled["amount"], dispute["_share"]), _FEE if own else 0, "dispute")
    rows = [debit] if own else [debit, _billed(world, settled["currency"], charge)]
    others = [Entry(STRIPE, settled["currency"], _FEE), Entry(WORLD, charge["currency"], dispute["amount"])]
    post(world, *rows, others=others)
    dispute["_rows"].append(debit["id"])
    world.emit("charge.dispute.funds_withdrawn", dispute)


def is_taken_back(world: World, charge: Object) -> bool:
    """Tell whether a buyer's bank has taken a charge back, or a part of it, and nobody has won it."""
    disputes = world.table(charge["_account"], "dispute").where(charge=charge["id"])
    return any(not dispute["is_charge_refundable"] for dispute in disputes)


def check_undisputed(world: World, charge: Object) -> None:
    """Refuse to refund what a buyer's bank has taken back already.

    Raises:
        Refusal: The charge is disputed, and the dispute is not won.
    """
    if is_taken_back(world, charge):
        raise refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed")


def _row(world: World, dispute: Object, amount: int, fee: int, category: str) -> Object:
    charge = world.get(dispute["_account"], "charge", dispute["charge"])
    settled = row_of(world, charge)
    name = "Dispute fee" if fee > 0 else "Dispute fee refund"
    return row(
        world,
        dispute["_account"],
        type="adjustment",
        category=category,
        amount=amount,
        currency=settled["currency"],
        source=dispute["id"],
        available_on=later(world, settled),
        description=f"{_WORDS[category]} for {charge['id']}",
        fees=[FeeDetail("stripe_fee", fee, name)] if fee else [],
        source_type=settled["_source_type"],
    )


def _billed(world: World, currency: str, charge: Object) -> Object:
    home = queries.default_currency(world, world.platform)
    rate = switches_of(world).rates.mid(currency, home)
    return row(
        world,
        world.platform,
        type="stripe_fee",
        amount=-convert(_FEE, rate),
        currency=home,
        source=None,
        available_on=world.clock.now,
        description=f"Dispute fee ({charge['id']})",
        rate=rate,
    )


def _part(whole: int, share: tuple[int, int]) -> int:
    """Give one of several parts that sum to a whole; they are as equal as can be, which is inferred."""
    place, number = share
    return whole * (place + 1) // number - whole * place // number


def _new(world: World, charge: Object, reason: str, share: tuple[int, int]) -> Object:
    inquiry, compliance = reason == _INQUIRY, reason in _COMPLIANCE
    code = "10" if inquiry else _CODES.get(reason, _RETURNED)
    kind = _INQUIRY if inquiry else "compliance" if compliance else "chargeback"
    brand = part(charge, "payment_method_details", "card").get("brand", "visa")
    card = {"brand": brand, "case_type": kind, "network": brand, "network_reason_code": code}
    eligible = {reason: dict(_ELIGIBLE[reason])} if reason in _ELIGIBLE else {}
    return {
        "id": world.ids.new("du"),
        "object": "dispute",
        "amount": _part(charge["amount_captured"], share),
        "charge": charge["id"],
        "created": world.clock.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": list(eligible),
        "evidence": {**dict.fromkeys(NAMES), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": calendar_days(world.clock.now, _DAYS) - 1,
            "enhanced_eligibility": eligible,
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": world.livemode,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": "fraudulent" if inquiry else _REASONS.get(reason, reason),
        "status": "warning_needs_response" if inquiry else "needs_response",
        "_rows": [],
        "_share": share,
    }


def _render(world: World, thing: Object) -> Object:
    rows = [world.get(thing["_account"], "balance_transaction", id) for id in thing["_rows"]]
    return {**thing, "balance_transactions": rows}


topic.kind("dispute", indexes=("charge", "payment_intent"), render=_render)


@topic.route("GET", "/v1/disputes", "DisputeListParams")
def index(world: World, call: Call) -> Object:
    """List disputes, newest first."""
    filters = {name: call.params.get(name) for name in ("charge", "payment_intent")}
    return listing(world.table(call.account, "dispute"), call, **filters)


@topic.route("GET", "/v1/disputes/:id", "DisputeRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a dispute."""
    return world.get(call.account, "dispute", call.id)


@topic.route("POST", "/v1/disputes/:id", "DisputeUpdateParams")
def update(world: World, call: Call) -> Object:
    """Stage evidence, or submit it, which can be done once."""
    dispute = world.get(call.account, "dispute", call.id)
    evidence: dict[str, Any] = call.params.get("evidence") or {}
    details = dispute["evidence_details"]
    if evidence and dispute["status"] not in _OPEN:
        raise refused("Evidence for this dispute can no longer be changed.", param="evidence")
    if evidence and part(dispute, "payment_method_details", "card")["case_type"] == "compliance":
        raise not_simulated_param("evidence", "disputes about compliance, which cost a fee to counter,")
    whole = {**dispute["evidence"], **evidence}
    check_evidence(world, call.account, whole)
    merge_metadata(dispute, call.params)
    dispute["evidence"] = whole
    details["has_evidence"] = any(dispute["evidence"].values())
    if details["has_evidence"] and dispute["status"] in _OPEN and call.params.get("submit", True):
        dispute["status"] = _OPEN[dispute["status"]]
        details["submission_count"] += 1
        world.clock.at(world.clock.now, partial(_judge, world, dispute))
    world.emit("charge.dispute.updated", dispute)
    return dispute


@topic.route("POST", "/v1/disputes/:id/close", "DisputeCloseParams")
def close(world: World, call: Call) -> Object:
    """Accept a dispute: it is lost."""
    dispute = world.get(call.account, "dispute", call.id)
    if dispute["status"] in _CLOSED:
        raise refused("This dispute is already closed.", "status_transition_invalid")
    _decide(world, dispute, "warning_closed" if _is_inquiry(dispute) else "lost")
    return dispute


def _is_inquiry(dispute: Object) -> bool:
    return str(dispute["status"]).startswith("warning")


def _judge(world: World, dispute: Object) -> None:
    """Decide by what the evidence says, as Stripe does in tests."""
    text = dispute["evidence"]["uncategorized_text"]
    if text == _ESCALATED and _is_inquiry(dispute):
        dispute |= {"status": "needs_response", "is_charge_refundable": False}
        dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
        _withdraw(world, dispute, world.get(dispute["_account"], "charge", dispute["charge"]))
        _limit(world, dispute)
        world.emit("charge.dispute.updated", dispute)
    elif text in _OUTCOMES:
        _decide(world, dispute, "warning_closed" if _is_inquiry(dispute) else _OUTCOMES[text])


def _decide(world: World, dispute: Object, outcome: str) -> None:
    dispute["status"] = outcome
    if outcome == "won":
        _give_back(world, dispute)
        world.emit("charge.dispute.funds_reinstated", dispute)
    world.emit("charge.dispute.closed", dispute)


def _give_back(world: World, dispute: Object) -> None:
    """Credit what was taken; the fee is kept, unless the contract says otherwise."""
    debit = world.get(dispute["_account"], "balance_transaction", dispute["_rows"][0])
    fee = debit["fee"] if switches_of(world).dispute_win_returns_fee else 0
    credit = _row(world, dispute, -debit["amount"], -fee, "dispute_reversal")
    stripe = [Entry(STRIPE, debit["currency"], -fee)] if fee else []
    post(world, credit, others=[Entry(WORLD, dispute["currency"], -dispute["amount"]), *stripe])
    dispute["is_charge_refundable"] = True
    dispute["_rows"].append(credit["id"])


@topic.invariant("dispute")
def _taken_once(world: World, thing: Object) -> None:
    """A dispute takes what its charge settled at, once, and a won one gives the same back, once."""
    charge = world.get(thing["_account"], "charge", thing["charge"])
    gross = [world.get(thing["_account"], "balance_transaction", id)["amount"] for id in thing["_rows"]]
    settled = _part(row_of(world, charge)["amount"], thing["_share"])
    if gross != ([] if _is_inquiry(thing) else [-settled, settled] if thing["status"] == "won" else [-settled]):
        raise InvariantBroken(f"{thing['id']} is {thing['status']}, with rows of {gross}.")
