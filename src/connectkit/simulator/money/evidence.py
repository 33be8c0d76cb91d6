"""What can be said and shown in a dispute, and how much of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.refusals import invalid, no_such
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World
from connectkit.simulator.uploading import MB

_TEXTS: Final = (
    *("access_activity_log", "billing_address", "cancellation_policy_disclosure", "cancellation_rebuttal"),
    *("customer_email_address", "customer_name", "customer_purchase_ip", "duplicate_charge_explanation"),
    *("duplicate_charge_id", "product_description", "refund_policy_disclosure", "refund_refusal_explanation"),
    *("service_date", "shipping_address", "shipping_carrier", "shipping_date", "shipping_tracking_number"),
    "uncategorized_text",
)
_FILES: Final = (
    *("cancellation_policy", "customer_communication", "customer_signature", "duplicate_charge_documentation"),
    *("receipt", "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file"),
)
NAMES: Final = tuple(sorted((*_TEXTS, *_FILES)))
"""What evidence consists of."""

_LONGEST: Final = 20_000
"""Characters of a text; Stripe says so of the long ones, and that it holds for each is inferred."""

_ALL: Final = 150_000
"""Characters of all texts together."""

_HEAVIEST: Final = 9 * MB // 2
"""Bytes of all files together."""


def check_evidence(world: World, account: str, evidence: Mapping[str, Any]) -> None:
    """Check all that a dispute's evidence would be.

    Raises:
        Refusal: A file is none of the account's, or was uploaded for something else; or it is too much.
    """
    texts = {name: evidence[name] for name in _TEXTS if evidence.get(name)}
    for name, text in texts.items():
        if len(text) > _LONGEST:
            message = f"Invalid string: {name} can have up to {_LONGEST} characters."
            raise invalid(message, param=f"evidence[{name}]")
    if sum(map(len, texts.values())) > _ALL:
        raise invalid(f"The evidence can have up to {_ALL} characters in total.", param="evidence")
    files = [_file(world, account, name, evidence[name]) for name in _FILES if evidence.get(name)]
    if sum(file["size"] for file in files) > _HEAVIEST:
        raise invalid("The combined size of the files of the evidence can be up to 4.5 MB.", param="evidence")


def _file(world: World, account: str, name: str, id: str) -> Object:
    param = f"evidence[{name}]"
    file = world.table(account, "file").get(id)
    if file is None:
        raise no_such("file upload", id, param=param)
    if file["purpose"] != "dispute_evidence":
        message = f"The file {id} has the purpose `{file['purpose']}`, and `dispute_evidence` is needed here."
        raise invalid(message, param=param)
    return file
