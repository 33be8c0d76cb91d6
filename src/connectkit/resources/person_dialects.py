"""People in the words of Stripe's two APIs: the same wishes, as requests of either."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, Protocol, TypeAlias, get_args

from connectkit.models.details import PersonDetails, Relationship
from connectkit.requests import checked_id

from .arguments import check_word
from .onboarding.dialects import Api
from .onboarding.v2 import individual_of
from .people import given, person_of

Role: TypeAlias = Literal["representative", "owner", "director", "executive", "authorizer", "legal_guardian"]
"""What a person is to a company."""


class PersonDialect(Protocol):
    """People in one of the two APIs.

    Attributes:
        personal: The names of the parameters that hold personal data.
    """

    personal: ClassVar[tuple[str, ...]]

    def path(self, account_id: str) -> str:
        """Give where the people of an account are."""
        ...

    def told(self, person: PersonDetails) -> dict[str, Any]:
        """Write who somebody is."""
        ...

    def listed(self, role: Role | None) -> dict[str, Any]:
        """Write whom to list; an API that cannot choose lists all."""
        ...


class _V1:
    personal: ClassVar[tuple[str, ...]] = (
        *("first_name", "last_name", "email", "phone", "dob", "address", "id_number", "ssn_last_4", "nationality"),
        *("political_exposure", "verification", "relationship", "person_token"),
    )

    def path(self, account_id: str) -> str:
        return f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}/persons"

    def told(self, person: PersonDetails) -> dict[str, Any]:
        whose = person.relationship and _relationship(person.relationship, float)
        return {**person_of(person), **given(relationship=whose, person_token=person.token)}

    def listed(self, role: Role | None) -> dict[str, Any]:
        return {"limit": 100, **given(relationship=role and {role: True})}


class _V2:
    personal: ClassVar[tuple[str, ...]] = (
        *("given_name", "surname", "email", "phone", "date_of_birth", "address", "id_numbers", "nationalities"),
        *("political_exposure", "documents", "relationship", "person_token"),
    )

    def path(self, account_id: str) -> str:
        return f"/v2/core/accounts/{checked_id(account_id, 'account_id', 'acct_')}/persons"

    def told(self, person: PersonDetails) -> dict[str, Any]:
        whose = person.relationship and _relationship(person.relationship, str)
        return {**individual_of(person, None), **given(relationship=whose, person_token=person.token)}

    def listed(self, role: Role | None) -> dict[str, Any]:  # noqa: ARG002  # v2 lists all
        return {}


def _relationship(relationship: Relationship, number: type[float | str]) -> dict[str, Any]:
    """Write what a person is to a company; v2 takes a share as digits."""
    share = relationship.percent_ownership
    roles = {role: getattr(relationship, role) for role in get_args(Role)}
    return given(**roles, percent_ownership=None if share is None else number(share), title=relationship.title)


_DIALECTS: Final[Mapping[Api, PersonDialect]] = {"v1": _V1(), "v2": _V2()}


def person_dialect(api: Api) -> PersonDialect:
    """Give one of the two.

    Raises:
        InvalidRequest: There is no such API.
    """
    check_word(api, "api", _DIALECTS)
    return _DIALECTS[api]
