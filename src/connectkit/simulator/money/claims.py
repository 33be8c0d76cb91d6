"""What a buyer's bank says when it disputes a payment, and how a dispute looks that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectkit.simulator.refusals import refused
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .calendar import calendar_days
from .evidence import NAMES

DAYS: Final = 10
"""The days until the midnight before which evidence is due, as recorded in test mode."""

INQUIRY: Final = "inquiry"
COMPLIANCE: Final = "compliance"

_COMPELLING: Final = "visa_compelling_evidence_3"
_PRIOR: Final = 2  # payments that were not disputed, which Visa wants to see beside the one that is
_ACTIONS: Final = (
    "missing_customer_identifiers",
    "missing_disputed_transaction_description",
    "missing_merchandise_or_services",
    "missing_prior_undisputed_transaction_description",
    "missing_prior_undisputed_transactions",
)
_IDENTIFIERS: Final = frozenset(
    {
        "customer_account_id",
        "customer_device_fingerprint",
        "customer_device_id",
        "customer_email_address",
        "customer_purchase_ip",
        "shipping_address",
    }
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a buyer's bank says.

    Attributes:
        reason: Why, in Stripe's word.
        code: The same in the network's word; none where it is not known.
        case_type: `chargeback`, `inquiry` or `compliance`.
        program: The network's program for which the answer qualifies, or `""`.
    """

    reason: str
    code: str | None
    case_type: str = "chargeback"
    program: str = ""


_FRAUD: Final = Claim("fraudulent", "10.4")

CLAIMS: Final[Mapping[str, tuple[Claim, ...]]] = {
    "fraudulent": (_FRAUD,),
    "product_not_received": (Claim("product_not_received", "13.1"),),
    "debit_not_authorized": (Claim("debit_not_authorized", "R10"),),
    "inquiry": (Claim("fraudulent", "10", INQUIRY),),
    "multiple": (_FRAUD, _FRAUD),
    _COMPELLING: (Claim("fraudulent", "10.4", program=_COMPELLING),),
    "visa_compliance": (Claim("noncompliant", None, COMPLIANCE, "visa_compliance"),),
    "mastercard_compliance": (Claim("noncompliant", None, COMPLIANCE, "mastercard_compliance"),),
}
"""The disputes of each test card, by our name of them.

That compliance disputes are `noncompliant`, without a code of the network, is inferred: Stripe documents the card and
the word, and not that they belong together.
"""


def new_dispute(world: World, charge: Object, claim: Claim, amount: int, settled: int) -> Object:
    """Give a dispute that is not kept yet.

    Args:
        world: The world.
        charge: What is disputed.
        claim: What the bank says.
        amount: How much of it, in the charge's currency.
        settled: The same in the currency that it settled in.
    """
    inquiry = claim.case_type == INQUIRY
    brand = part(charge, "payment_method_details", "card").get("brand", "visa")
    card = {
        "brand": brand,
        "case_type": claim.case_type,
        "network": brand,
        "network_reason_code": claim.code,
    }
    return {
        "id": world.ids.new("du"),
        "object": "dispute",
        "amount": amount,
        "charge": charge["id"],
        "created": world.clock.now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [claim.program] if claim.program else [],
        "evidence": {**dict.fromkeys(NAMES), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": calendar_days(world.clock.now, DAYS) - 1,
            "enhanced_eligibility": eligibility(claim.program, {}),
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": world.livemode,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"card": card, "type": "card"},
        "reason": claim.reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
        "_program": claim.program,
        "_rows": [],
        "_settled": settled,
        "_adjusted": 0,
        "_countered": "",
        "_following": (),
    }


def answered(dispute: Object, told: Mapping[str, Any]) -> Object:
    """Give a dispute's evidence together with what is told now."""
    before: Object = dispute["evidence"]
    enhanced: Object = {**before["enhanced_evidence"], **part(told, "enhanced_evidence")}
    return {**before, **told, "enhanced_evidence": enhanced}


def eligibility(program: str, enhanced: Object) -> Object:
    """Give how far the answer to a dispute has come by the rules of its network's program."""
    if not program:
        return {}
    said = part(enhanced, program)
    if program == _COMPELLING:
        missing = _missing(said)
        return {program: {"required_actions": missing, "status": "requires_action" if missing else "qualified"}}
    acknowledged = said.get("fee_acknowledged")
    return {program: {"status": "fee_acknowledged" if acknowledged else "requires_fee_acknowledgement"}}


def _missing(said: Object) -> list[str]:
    """Tell what Visa wants besides; that two ways to know the buyer again are enough is inferred."""
    disputed = part(said, "disputed_transaction")
    prior: list[Object] = said.get("prior_undisputed_transactions") or []
    known = {name for name in _IDENTIFIERS if disputed.get(name) and all(one.get(name) for one in prior)}
    there = (
        len(known) >= _PRIOR,
        bool(disputed.get("product_description")),
        bool(disputed.get("merchandise_or_services")),
        bool(prior) and all(one.get("product_description") for one in prior),
        len(prior) == _PRIOR,
    )
    return [action for action, met in zip(_ACTIONS, there, strict=True) if not met]


def check_acknowledged(dispute: Object, evidence: Object) -> None:
    """Refuse to have a compliance dispute answered before its cost is acknowledged.

    Raises:
        Refusal: It is not.
    """
    shown = eligibility(dispute["_program"], evidence["enhanced_evidence"])
    if any(one["status"] == "requires_fee_acknowledgement" for one in shown.values()):
        message = "To answer a compliance dispute, acknowledge the fee of its network first."
        raise refused(message, param=f"evidence[enhanced_evidence][{dispute['_program']}][fee_acknowledged]")
