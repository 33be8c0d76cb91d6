"""People behind an account."""

from __future__ import annotations

from typing import ClassVar, Final

from attrs import field, frozen

from .base import Answer, Data, Metadata, Value, Whole, part
from .requirements import Requirements

_NAMES: Final = ("first_name", "last_name", "given_name", "surname")  # v1 has the first two, v2 the others

ROLES: Final = ("representative", "owner", "director", "executive", "authorizer", "legal_guardian")


@frozen(kw_only=True)
class Person(Value):
    """A person behind an account.

    Attributes:
        account: The connected account.
        name: First and last name, to show to the seller; no repr shows it, and the journal does not keep it.
        roles: Of `representative`, `owner`, `director`, `executive`, `authorizer` and `legal_guardian` those that the
            person has.
        title: The job title, or `""`.
        verification: `verified`, `pending` or `unverified` (v1 alone tells), or `""`. An open set.
        verification_code: Why it is not verified, in Stripe's word, or `""`. An open set.
        requirements: What Stripe wants to know of the person (v1 alone tells).
        metadata: The platform's own notes.
    """

    KEEP: ClassVar[tuple[str, ...]] = (
        "id",
        "object",
        "account",
        "metadata",
        "relationship",
        "requirements",
        "verification.details_code",
        "verification.status",
    )

    account: str
    name: str = field(repr=lambda _: "'…'", eq=False)
    roles: frozenset[str]
    title: str
    verification: str
    verification_code: str
    requirements: Requirements
    metadata: Metadata

    @classmethod
    def parse(cls, answer: Answer) -> Person:
        """Read a person."""
        data = answer.data
        relationship, verification = part(data, "relationship"), part(data, "verification")
        return cls(
            id=data["id"],
            account=data.get("account") or "",
            name=_name(data),
            roles=frozenset(role for role in ROLES if relationship.get(role)),
            title=relationship.get("title") or "",
            verification=verification.get("status") or "",
            verification_code=verification.get("details_code")
            or part(verification, "document").get("details_code")
            or "",
            requirements=Requirements.parse(data.get("requirements"), "application"),
            metadata=Metadata(data.get("metadata")),
            receipt=answer.receipt,
            whole=Whole(data),
        )


def _name(data: Data) -> str:
    return " ".join(filter(None, (data.get(name) for name in _NAMES)))
