"""What can be said in a dispute, by Stripe's names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias, TypedDict

from connectkit.errors import InvalidRequest

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


class Evidence(EvidenceTexts, EvidenceFiles, total=False):
    """What can be said in a dispute, by Stripe's names: texts, and ids of files."""


AnyEvidence: TypeAlias = Evidence | Mapping[str, str]
"""Evidence, by names that are known here or newer ones of Stripe's."""


def checked_evidence(evidence: AnyEvidence) -> dict[str, str]:
    """Check evidence before it is sent; no message repeats what it tells.

    Raises:
        InvalidRequest: There is none, a text is too long, or a file is none.
    """
    told = {name: str(value) for name, value in evidence.items()}
    if not told:
        message = "There is no evidence."
        raise InvalidRequest(message, param="evidence", next_step="To accept the dispute, use disputes.close().")
    for name in EvidenceFiles.__annotations__:
        if not told.get(name, "file_").startswith("file_"):
            message = f"{name} is the id of a file (file_…)."
            step = "Upload it with files.upload(purpose='dispute_evidence')."
            raise InvalidRequest(message, param=f"evidence.{name}", next_step=step)
    for name, value in told.items():
        if len(value) > _LONGEST:
            message = f"{name} has {len(value)} characters; Stripe takes {_LONGEST}."
            raise InvalidRequest(message, param=f"evidence.{name}")
    if sum(map(len, told.values())) > _ALL:
        message = f"All evidence together has more than the {_ALL} characters that Stripe takes."
        raise InvalidRequest(message, param="evidence", next_step="Give what is long as a file.")
    return told
