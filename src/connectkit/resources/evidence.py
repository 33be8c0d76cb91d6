"""What can be said in a dispute, by Stripe's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, TypedDict, cast

from connectkit.errors import InvalidRequest
from connectkit.models.base import part

_LONGEST: Final = 20_000
_ALL: Final = 150_000  # characters together


class EvidenceTexts(TypedDict, total=False):
    """What is told in words; a field has at most 20,000 characters, and all together 150,000."""

    access_activity_log: str
    billing_address: str
    cancellation_policy_disclosure: str
    cancellation_rebuttal: str
    customer_email_address: str
    customer_name: str
    customer_purchase_ip: str
    duplicate_charge_explanation: str
    duplicate_charge_id: str
    product_description: str
    refund_policy_disclosure: str
    refund_refusal_explanation: str
    service_date: str
    shipping_address: str
    shipping_carrier: str
    shipping_date: str
    shipping_tracking_number: str
    uncategorized_text: str


class EvidenceFiles(TypedDict, total=False):
    """What is shown: ids of files that were uploaded with the purpose `dispute_evidence`, into the same account.

    Together they have at most 4.5 MB and 50 pages, as PDF, JPEG or PNG.
    """

    cancellation_policy: str
    customer_communication: str
    customer_signature: str
    duplicate_charge_documentation: str
    receipt: str
    refund_policy: str
    service_documentation: str
    shipping_documentation: str
    uncategorized_file: str


class FeeAcknowledged(TypedDict):
    """That the fee of answering a compliance dispute is known: Visa's is 500 USD, and comes back if you win."""

    fee_acknowledged: bool


class KnownBuyer(TypedDict, total=False):
    """By what a buyer is known again, and what was bought; an address has Stripe's six fields."""

    customer_account_id: str
    customer_device_fingerprint: str
    customer_device_id: str
    customer_email_address: str
    customer_purchase_ip: str
    product_description: str
    shipping_address: Mapping[str, str]


class DisputedTransaction(KnownBuyer, total=False):
    """The payment that is disputed: of `merchandise` or of `services`."""

    merchandise_or_services: str


class PriorTransaction(KnownBuyer, total=False):
    """An earlier payment of the same buyer, by its *charge*, that nobody has disputed."""

    charge: str


class CompellingEvidence(TypedDict, total=False):
    """What Visa's Compelling Evidence 3.0 wants: the disputed payment, and two earlier ones."""

    disputed_transaction: DisputedTransaction
    prior_undisputed_transactions: list[PriorTransaction]


class EnhancedEvidence(TypedDict, total=False):
    """What the programs of the networks want; `Dispute.programs` tells which ones a dispute is of."""

    mastercard_compliance: FeeAcknowledged
    visa_compelling_evidence_3: CompellingEvidence
    visa_compliance: FeeAcknowledged


class CardAppeal(TypedDict, total=False):
    """Why a card dispute that was lost is wrong, with files."""

    reason_for_filing: str
    supporting_files: list[str]


class Appeal(TypedDict, total=False):
    """What is said against a decision, where `Dispute.status` is `appeal_needs_response`."""

    card: CardAppeal


class Evidence(EvidenceTexts, EvidenceFiles, total=False):
    """What can be said in a dispute, by Stripe's names: texts, ids of files, and what programs and appeals want."""

    enhanced_evidence: EnhancedEvidence
    appeal: Appeal


AnyEvidence: TypeAlias = Evidence | Mapping[str, Any]
"""Evidence, by names that are known here or newer ones of Stripe's."""


def checked_evidence(evidence: AnyEvidence) -> dict[str, Any]:
    """Check evidence before it is sent; no message repeats what it tells.

    Raises:
        InvalidRequest: There is none, a text is too long, or a file is none.
    """
    told: dict[str, Any] = dict(evidence)
    if not told:
        message = "There is no evidence."
        raise InvalidRequest(message, param="evidence", next_step="To accept the dispute, use disputes.close().")
    supporting: list[str] = part(part(told, "appeal"), "card").get("supporting_files", [])
    files = [(name, told[name]) for name in EvidenceFiles.__annotations__ if name in told]
    for name, file in [*files, *(("appeal.card.supporting_files", file) for file in supporting)]:
        if not str(file).startswith("file_"):
            message = f"{name} is the id of a file (file_…)."
            step = "Upload it with files.upload(purpose='dispute_evidence')."
            raise InvalidRequest(message, param=f"evidence.{name}", next_step=step)
    texts = list(_texts("", told))
    for name, text in texts:
        if len(text) > _LONGEST:
            message = f"{name} has {len(text)} characters; Stripe takes {_LONGEST}."
            raise InvalidRequest(message, param=f"evidence.{name}")
    if sum(len(text) for _, text in texts) > _ALL:
        message = f"All evidence together has more than the {_ALL} characters that Stripe takes."
        raise InvalidRequest(message, param="evidence", next_step="Give what is long as a file.")
    return told


def _texts(name: str, told: object) -> Iterator[tuple[str, str]]:
    """Go through all that is told in words, with its dotted name."""
    if isinstance(told, Mapping):
        for key, value in cast("Mapping[str, object]", told).items():
            yield from _texts(f"{name}.{key}" if name else key, value)
    elif isinstance(told, list):
        for value in cast("list[object]", told):
            yield from _texts(name, value)
    elif isinstance(told, str):
        yield name, told
