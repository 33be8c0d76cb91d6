"""What Stripe still wants to know of an account, read alike from both of its APIs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from .base import Data, moment, part
from .remedies import Remedy

PAST_DUE: Final = "past_due"
CURRENTLY_DUE: Final = "currently_due"
PENDING: Final = "pending_verification"
EVENTUALLY_DUE: Final = "eventually_due"

_BY_URGENCY: Final = (PAST_DUE, CURRENTLY_DUE, PENDING, EVENTUALLY_DUE)
_RISK: Final = "interv_"
_FOR_THE_PLATFORM: Final = (".underwriting_case", ".support")


class Actor(Enum):
    """Who has to act."""

    SELLER = "seller"
    PLATFORM = "platform"
    STRIPE = "stripe"


@frozen
class RequirementError:
    """Why something has to be given once more.

    Attributes:
        code: Stripe's code. An open set.
        reason: Stripe's English sentence about it.
    """

    code: str
    reason: str

    @property
    def remedy(self) -> Remedy:
        """What helps against it."""
        return Remedy.of(self.code)


@frozen(kw_only=True)
class Requirement:
    """One thing that Stripe wants.

    Attributes:
        name: Stripe's name of it, as `individual.dob.day`. An open set.
        stage: `past_due`, `currently_due`, `pending_verification` or `eventually_due`. An open set.
        actor: Who has to act.
        risk: Whether it is an inquiry of Stripe's risk teams, which no update through the API can answer.
        deadline: When what it holds up is disabled; `None` where that has happened or has no date yet.
        errors: Why it has to be given once more; empty where it was never given.
        alternatives: Sets of other requirements, each of which does as well.
        reasons: Why Stripe asks, as `routine_onboarding` (v2 alone tells).
        reference: The id of the person, payment method or inquiry that it is about (v2 alone tells), or `""`.
    """

    name: str
    stage: str
    actor: Actor
    risk: bool = False
    deadline: datetime | None = None
    errors: tuple[RequirementError, ...] = ()
    alternatives: tuple[tuple[str, ...], ...] = ()
    reasons: tuple[str, ...] = ()
    reference: str = ""


@frozen(kw_only=True)
class Requirements:
    """All that Stripe wants of one account.

    Attributes:
        entries: The most urgent first.
        deadline: When the earliest of what is due has to be there, or `None`.
        disabled_reason: Why the account is disabled (v1 alone tells), or `""`. An open set.
    """

    entries: tuple[Requirement, ...] = ()
    deadline: datetime | None = None
    disabled_reason: str = ""

    @property
    def past_due(self) -> tuple[Requirement, ...]:
        """What is missing for so long that something was disabled."""
        return self._at(PAST_DUE)

    @property
    def due(self) -> tuple[Requirement, ...]:
        """What has to be given now, past due first."""
        return self._at(PAST_DUE) + self._at(CURRENTLY_DUE)

    @property
    def pending(self) -> tuple[Requirement, ...]:
        """What was given and is being verified."""
        return self._at(PENDING)

    @property
    def later(self) -> tuple[Requirement, ...]:
        """What will be wanted one day."""
        return tuple(entry for entry in self.entries if entry.stage not in {PAST_DUE, CURRENTLY_DUE, PENDING})

    def _at(self, stage: str) -> tuple[Requirement, ...]:
        return tuple(entry for entry in self.entries if entry.stage == stage)

    @classmethod
    def parse(cls, data: Data | None, collector: str) -> Requirements:
        """Read the requirements of an account, of v1 or v2, `None` as none.

        Args:
            data: The `requirements` or `future_requirements` of the account.
            collector: Who collects them, `application` for the platform.
        """
        if data is None:
            return cls()
        return _parse_v2(data, collector) if "entries" in data else _parse_v1(data, collector)


def _actor(name: str, stage: str, collector: str, *, risk: bool) -> Actor:
    if stage == PENDING:
        return Actor.STRIPE
    if risk:
        return Actor.PLATFORM if name.endswith(_FOR_THE_PLATFORM) else Actor.SELLER
    seller_alone = collector != "application" or name.endswith("proof_of_liveness")
    return Actor.SELLER if seller_alone else Actor.PLATFORM


def _parse_v1(data: Data, collector: str) -> Requirements:
    deadline = moment(data.get("current_deadline"))
    entries = (
        Requirement(
            name=name,
            stage=stage,
            actor=_actor(name, stage, collector, risk=name.startswith(_RISK)),
            risk=name.startswith(_RISK),
            deadline=deadline if stage == CURRENTLY_DUE else None,
            errors=_errors_v1(data, name),
            alternatives=_alternatives_v1(data, name),
        )
        for stage, name in _names_v1(data)
    )
    return Requirements(entries=tuple(entries), deadline=deadline, disabled_reason=data.get("disabled_reason") or "")


def _names_v1(data: Data) -> Iterator[tuple[str, str]]:
    """Go through the lists, the most urgent first; Stripe repeats a name in each list that it belongs to."""
    seen: set[str] = set()
    for stage in _BY_URGENCY:
        for name in data.get(stage) or ():
            if name not in seen:
                seen.add(name)
                yield stage, name


def _alternatives_v1(data: Data, name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(alternative["alternative_fields_due"])
        for alternative in data.get("alternatives") or ()
        if name in alternative["original_fields_due"]
    )


def _errors_v1(data: Data, name: str) -> tuple[RequirementError, ...]:
    """Give the errors of a requirement and of what may be given in its place."""
    about = {name, *(field for fields in _alternatives_v1(data, name) for field in fields)}
    errors = data.get("errors") or ()
    return tuple(RequirementError(e["code"], e.get("reason") or "") for e in errors if e["requirement"] in about)


def _parse_v2(data: Data, collector: str) -> Requirements:
    summary = part(part(data, "summary"), "minimum_deadline")
    entries = (_entry_v2(entry, summary, data.get("alternatives") or (), collector) for entry in data["entries"] or ())
    ordered = sorted(entries, key=lambda entry: (*_BY_URGENCY, entry.stage).index(entry.stage))
    return Requirements(entries=tuple(ordered), deadline=moment(summary.get("time")))


def _entry_v2(entry: Data, summary: Data, alternatives: Sequence[Data], collector: str) -> Requirement:
    name = entry["description"]
    asked: str = part(entry, "minimum_deadline").get("status") or ""
    stage = PENDING if entry.get("awaiting_action_from") == "stripe" else asked
    reference = part(entry, "reference")
    risk = name.startswith(_RISK) or reference.get("type") == "inquiry"
    return Requirement(
        name=name,
        stage=stage,
        actor=_actor(name, stage, collector, risk=risk),
        risk=risk,
        deadline=moment(summary.get("time")) if stage == summary.get("status") else None,
        errors=tuple(RequirementError(e["code"], e.get("description") or "") for e in entry.get("errors") or ()),
        alternatives=tuple(_alternatives_v2(alternatives, name)),
        reasons=tuple(reason["code"] for reason in entry.get("requested_reasons") or ()),
        reference=reference.get("inquiry") or reference.get("resource") or "",
    )


def _alternatives_v2(alternatives: Sequence[Data], name: str) -> Iterator[tuple[str, ...]]:
    for alternative in alternatives:
        if any(original["description"] == name for original in alternative["original_entries"]):
            for option in alternative["options"]:
                yield tuple(entry["description"] for entry in option["entries"])
