"""Disputes: a buyer's bank takes a payment back, until somebody proves that it should not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import chargebacks, warnings
from .calendar import calendar_days
from .claims import CLAIMS, DAYS, INQUIRY, Claim, answered, check_acknowledged, eligibility, new_dispute
from .evidence import check_evidence
from .rows import row_of
from .switches import switches_of

topic: Final = Topic("disputes")

Heard: TypeAlias = Callable[[World, Object], None]
"""Hears of a charge that an inquiry was about, and that the bank has taken back now."""

_ESCALATED: Final = "escalate_inquiry_evidence"
_OPEN: Final = {"needs_response": "under_review", "warning_needs_response": "warning_under_review"}
"""What a dispute and an inquiry are when evidence is submitted."""
_INQUIRY_DAYS: Final = 120
_CLOSED: Final = frozenset({"won", "lost", "warning_closed"})
_OUTCOMES: Final = {"winning_evidence": "won", "losing_evidence": "lost"}
_HEARING: Final[list[Heard]] = []


def escalated(hear: Heard) -> Heard:
    """Have the decorated function hear of every inquiry that became a chargeback."""
    _HEARING.append(hear)
    return hear


def dispute(world: World, charge: Object, name: str) -> None:
    """Take a captured charge back, or only ask about it; several claims share it out among themselves.

    Args:
        world: The world.
        charge: The charge.
        name: What the bank says, by the name in `CLAIMS`.
    """
    claims = CLAIMS[name]
    together = len(claims) if switches_of(world).multiple_disputes == "together" else 1
    for place, claim in enumerate(claims[:together]):
        _open(world, charge, claim, (place, together))
    last = world.get(charge["_account"], "dispute", charge["_disputes"][-1])
    last["_following"] = claims[together:]


def _part(whole: int, share: tuple[int, int]) -> int:
    """Give one of several parts that sum to a whole; they are as equal as can be, which is inferred."""
    place, number = share
    return whole * (place + 1) // number - whole * place // number


def _open(world: World, charge: Object, claim: Claim, share: tuple[int, int]) -> None:
    amount, settled = (_part(whole, share) for whole in (charge["amount_captured"], row_of(world, charge)["amount"]))
    new = world.add(charge["_account"], new_dispute(world, charge, claim, amount, settled))
    charge["disputed"] = True
    charge["_disputes"].append(new["id"])
    world.emit("charge.dispute.created", new)
    warnings.settle(world, charge)
    if claim.case_type != INQUIRY:
        chargebacks.withdraw(world, new, charge)
    _limit(world, new)
    world.touch(charge)


def _limit(world: World, dispute: Object) -> None:
    """End what nobody answers in time: a chargeback is lost then, an inquiry is closed some months later."""
    if _is_inquiry(dispute):
        world.clock.at(calendar_days(world.clock.now, _INQUIRY_DAYS), partial(_run_out, world, dispute))
    else:
        due = calendar_days(world.clock.now, DAYS)
        dispute["evidence_details"] |= {"due_by": due - 1, "submission_count": 0}
        world.clock.at(due, partial(_run_out, world, dispute))


def _run_out(world: World, dispute: Object) -> None:
    if _is_inquiry(dispute) and dispute["status"] not in _CLOSED:
        _decide(world, dispute, "warning_closed")
    elif dispute["status"] == "needs_response":
        dispute["evidence_details"]["past_due"] = True
        _decide(world, dispute, "lost")


def _of(world: World, charge: Object) -> Sequence[Object]:
    return [world.get(charge["_account"], "dispute", id) for id in charge["_disputes"]]


def close_inquiry(world: World, charge: Object) -> None:
    """Close the inquiry about a charge that is wholly refunded, without a fee."""
    for one in _of(world, charge):
        if _is_inquiry(one) and one["status"] not in _CLOSED:
            _decide(world, one, "warning_closed")


def taken_back(world: World, charge: Object) -> bool:
    """Tell whether a buyer's bank has taken a charge back, or a part of it, and that was not won."""
    return not all(one["is_charge_refundable"] for one in _of(world, charge))


def check_undisputed(world: World, charge: Object) -> None:
    """Refuse to refund what a buyer's bank has taken back already.

    Raises:
        Refusal: The charge is disputed, and the dispute is not won.
    """
    if taken_back(world, charge):
        raise refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", "charge_disputed")


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


@topic.route("POST", "/v1/disputes/:id", "DisputeUpdateParams", apart="intended_submission_method")
def update(world: World, call: Call) -> Object:
    """Stage evidence, or submit it, which can be done once."""
    dispute = world.get(call.account, "dispute", call.id)
    evidence: dict[str, Any] = call.params.get("evidence") or {}
    details = dispute["evidence_details"]
    if evidence and dispute["status"] not in _OPEN:
        raise refused("Evidence for this dispute can no longer be changed.", param="evidence")
    whole = answered(dispute, evidence)
    check_evidence(world, call.account, whole)
    submits = any(whole.values()) and dispute["status"] in _OPEN and call.params.get("submit", True)
    if submits:
        check_acknowledged(dispute, whole)
    merge_metadata(dispute, call.params)
    dispute["evidence"] = whole
    details["has_evidence"] = any(whole.values())
    details["enhanced_eligibility"] = eligibility(dispute["_program"], whole["enhanced_evidence"])
    if submits:
        _submit(world, dispute)
    world.emit("charge.dispute.updated", dispute)
    return dispute


def _submit(world: World, dispute: Object) -> None:
    if not _is_inquiry(dispute):
        chargebacks.counter(world, dispute)
    dispute["status"] = _OPEN[dispute["status"]]
    dispute["evidence_details"]["submission_count"] += 1
    dispute["evidence_details"]["submission_method"] = "manual"
    world.clock.at(world.clock.now, partial(_judge, world, dispute))


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
        _escalate(world, dispute)
    elif text in _OUTCOMES:
        _decide(world, dispute, "warning_closed" if _is_inquiry(dispute) else _OUTCOMES[text])


def _escalate(world: World, dispute: Object) -> None:
    charge = world.get(dispute["_account"], "charge", dispute["charge"])
    dispute |= {"status": "needs_response", "is_charge_refundable": False}
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    chargebacks.withdraw(world, dispute, charge)
    _limit(world, dispute)
    world.emit("charge.dispute.updated", dispute)
    for hear in _HEARING:
        hear(world, charge)


def _decide(world: World, dispute: Object, outcome: str) -> None:
    dispute["status"] = outcome
    if outcome == "won":
        chargebacks.give_back(world, dispute)
    if outcome == "lost":
        chargebacks.adjust(world, dispute)
    world.emit("charge.dispute.closed", dispute)
    if outcome == "won" and dispute["_following"]:
        _open_next(world, dispute)


def _open_next(world: World, won: Object) -> None:
    """Dispute a payment once more, where its bank does so after it has lost."""
    charge = world.get(won["_account"], "charge", won["charge"])
    claim, *following = won["_following"]
    _open(world, charge, claim, (0, 1))
    _of(world, charge)[-1]["_following"] = tuple(following)


@topic.invariant("dispute")
def _taken_once(world: World, thing: Object) -> None:
    """A dispute takes what it is about once, and a won one gives the same back, once."""
    gross = [world.get(thing["_account"], "balance_transaction", id)["amount"] for id in thing["_rows"]]
    settled, adjusted = thing["_settled"], thing["_adjusted"]
    taken = [-settled, *([settled] if thing["status"] == "won" else [adjusted] if adjusted else [])]
    if gross != ([] if _is_inquiry(thing) else taken):
        raise InvariantBroken(f"{thing['id']} is {thing['status']}, with rows of {gross}.")
