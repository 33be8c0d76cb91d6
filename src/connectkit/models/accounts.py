"""Connected accounts, links that onboard them and banks that they are paid to, alike from both of Stripe's APIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from attrs import frozen

from .base import Answer, Data, FrozenMapping, Metadata, Value, Whole, moment, part
from .requirements import Requirements

_V1_NAMES: Final[Mapping[str, str]] = {
    "stripe_balance.stripe_transfers": "transfers",
    "ach_debit_payments": "us_bank_account_ach_payments",
}
_PAYOUTS: Final = "stripe_balance.payouts"


class Capabilities(FrozenMapping):
    """What an account has asked to be able to do: Stripe's status (`active`, `pending`, …) by the name of v1."""

    __slots__ = ()

    def active(self, name: str) -> bool:
        """Tell whether the account can do it now."""
        return self.get(name) == "active"

    @property
    def asked(self) -> bool:
        """Whether anything was asked for; payouts come by themselves with every other one."""
        return any(name != _PAYOUTS for name in self)

    @property
    def charging(self) -> bool:
        """Whether some way to pay is active, so that the account can be charged on."""
        return any(self.active(name) for name in self if name.endswith("_payments"))


@frozen(kw_only=True)
class Responsibilities:
    """Who does what for an account, in the words of Accounts v2.

    Attributes:
        fees_collector: Who takes Stripe's fees from the account: `stripe`, or `application` if the platform pays them.
            Accounts made the older ways say `application_express` or `application_custom`.
        losses_collector: Who bears what the account cannot pay back: `stripe` or `application`.
        requirements_collector: Who collects what Stripe has to know: `stripe` or `application`.

    Each is `""` where Stripe does not tell this platform.
    """

    fees_collector: str = ""
    losses_collector: str = ""
    requirements_collector: str = ""


@frozen
class Restriction:
    """Why a capability is not active, as Accounts v2 tells.

    Attributes:
        capability: Its name.
        code: Stripe's code. An open set.
        resolution: `provide_info`, `contact_stripe` or `no_resolution`. An open set.
    """

    capability: str
    code: str
    resolution: str


@frozen(kw_only=True)
class Account(Value):
    """A connected account. What it holds of a person stays in `raw`.

    Attributes:
        country: Two letters, upper case; `""` where the seller has not chosen yet.
        dashboard: What of Stripe's the seller can open: `full`, `express` or `none`. An open set.
        responsibilities: Who pays fees, bears losses and collects requirements.
        capabilities: The status of each that was asked for.
        restrictions: Why capabilities are not active; empty in v1, which tells in the requirements.
        requirements: What Stripe wants to know.
        future_requirements: What it will want from a known day on.
        charges_enabled: Whether money can come in by at least one capability.
        payouts_enabled: Whether money can leave to a bank.
        details_submitted: Whether the seller has finished the form once; `None` in v2, which does not tell.
        closed: Whether it was closed for good.
        default_currency: Lower case, or `""`.
        metadata: The platform's own notes.
        created: When it was made.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "country",
        "identity.country",
        "controller",
        "dashboard",
        "defaults.currency",
        "defaults.responsibilities",
        "capabilities",
        "configuration.merchant.capabilities",
        "configuration.recipient.capabilities",
        "requirements",
        "future_requirements",
        "charges_enabled",
        "payouts_enabled",
        "details_submitted",
        "closed",
        "default_currency",
        "metadata",
        "created",
    )

    country: str
    dashboard: str
    responsibilities: Responsibilities
    capabilities: Capabilities
    restrictions: tuple[Restriction, ...] = ()
    requirements: Requirements
    future_requirements: Requirements
    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool | None
    closed: bool
    default_currency: str
    metadata: Metadata
    created: datetime | None

    @classmethod
    def parse(cls, answer: Answer) -> Account:
        """Read an account of either API."""
        data = answer.data
        shape = _shape_v2(data) if data.get("object") == "v2.core.account" else _shape_v1(data)
        collector = shape["responsibilities"].requirements_collector
        return cls(
            id=data["id"],
            requirements=Requirements.parse(data.get("requirements"), collector),
            future_requirements=Requirements.parse(data.get("future_requirements"), collector),
            metadata=Metadata(data.get("metadata")),
            created=moment(data.get("created")),
            receipt=answer.receipt,
            whole=Whole(data),
            **shape,
        )


def _shape_v1(data: Data) -> dict[str, Any]:
    controller = part(data, "controller")
    payer = part(controller, "fees").get("payer") or ""
    return {
        "country": (data.get("country") or "").upper(),
        "dashboard": part(controller, "stripe_dashboard").get("type") or "",
        "responsibilities": Responsibilities(
            fees_collector="stripe" if payer == "account" else payer,
            losses_collector=part(controller, "losses").get("payments") or "",
            requirements_collector=controller.get("requirement_collection") or "",
        ),
        "capabilities": Capabilities(data.get("capabilities")),
        "charges_enabled": bool(data.get("charges_enabled")),
        "payouts_enabled": bool(data.get("payouts_enabled")),
        "details_submitted": bool(data.get("details_submitted")),
        "closed": False,
        "default_currency": data.get("default_currency") or "",
    }


def _shape_v2(data: Data) -> dict[str, Any]:
    defaults = part(data, "defaults")
    collectors = part(defaults, "responsibilities")
    found = list(_capabilities_v2(part(data, "configuration")))
    capabilities = _statuses(found)
    return {
        "country": (part(data, "identity").get("country") or "").upper(),
        "dashboard": data.get("dashboard") or "",
        "responsibilities": Responsibilities(
            fees_collector=collectors.get("fees_collector") or "",
            losses_collector=collectors.get("losses_collector") or "",
            requirements_collector=collectors.get("requirements_collector") or "",
        ),
        "capabilities": capabilities,
        "restrictions": tuple(
            Restriction(name, detail["code"], detail.get("resolution") or "")
            for name, capability in found
            for detail in capability.get("status_details") or ()
        ),
        "charges_enabled": capabilities.charging or capabilities.active("transfers"),
        "payouts_enabled": capabilities.active(_PAYOUTS),
        "details_submitted": None,
        "closed": bool(data.get("closed")),
        "default_currency": defaults.get("currency") or "",
    }


def _capabilities_v2(configuration: Data) -> Iterator[tuple[str, Data]]:
    for persona in ("merchant", "recipient"):
        yield from _leaves(part(part(configuration, persona), "capabilities"), "")


def _leaves(tree: Data, prefix: str) -> Iterator[tuple[str, Data]]:
    """Go through the capabilities of v2, some of which are grouped; one that was never asked for is null."""
    for name, inner in tree.items():
        path = prefix + name
        if inner is not None and "status" in inner:
            yield _V1_NAMES.get(path, path), inner
        elif inner is not None:
            yield from _leaves(inner, f"{path}.")


def _statuses(found: list[tuple[str, Data]]) -> Capabilities:
    """Give the status by name; payouts are told by merchant and recipient, of which one that is active is enough."""
    statuses: dict[str, str] = {}
    for name, capability in found:
        if statuses.get(name) != "active":
            statuses[name] = capability["status"]
    return Capabilities(statuses)
