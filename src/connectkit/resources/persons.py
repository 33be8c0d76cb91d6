"""People behind accounts, where the platform collects the requirements."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import NotFound
from connectkit.models.base import Answer
from connectkit.models.details import PersonDetails, Relationship
from connectkit.models.persons import Person
from connectkit.requests import Request, checked_id

from .arguments import check_word, checked_metadata
from .people import given, person_of

Role: TypeAlias = Literal["representative", "owner", "director", "executive", "authorizer", "legal_guardian"]
"""What a person is to a company."""

_PERSONAL: Final = (
    *("first_name", "last_name", "email", "phone", "dob", "address", "id_number", "ssn_last_4", "nationality"),
    *("political_exposure", "verification", "relationship", "person_token"),
)


class AsyncPersons:
    """People behind accounts, where the platform collects the requirements.

    They are told through Accounts v1, which knows the accounts of both APIs.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        account_id: str,
        *,
        key: str,
        person: PersonDetails,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Person:
        """Tell Stripe of a person. Exactly one represents a company; owners of a quarter and more are told too.

        When all owners are told, say so with `Company(owners_provided=True)` in `onboarding.update`.

        Args:
            account_id: The connected account.
            key: Your own name of it: the same key never tells of a person twice.
            person: Who it is, and what the person is to the company.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is telling it now.

        Raises:
            InvalidRequest: An argument is wrong.
            OperationConflict: The key names another person.
            OperationInProgress: Somebody else is telling it now.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been told; the same key finds out.
        """
        params = {**_told(person), "metadata": checked_metadata(metadata)}
        intent = Intent(
            verb="persons.create",
            key=key,
            request=Request("post", _path(account_id), params),
            arguments={"account_id": account_id, **params},
            keep=Person.KEEP,
            personal=_PERSONAL,
        )
        return Person.parse(await self._caller.perform(intent, wait=wait))

    async def retrieve(self, account_id: str, person_id: str) -> Person:
        """Read a person.

        Args:
            account_id: The connected account.
            person_id: The person.

        Raises:
            InvalidRequest: An id is none.
            NotFound: There is no such person in this account.
            Unreachable: There was no usable answer.
        """
        return Person.parse(await self._caller.read(Request("get", _one(account_id, person_id)), "persons.retrieve"))

    async def list(self, account_id: str, *, role: Role | None = None) -> AsyncGenerator[Person, None]:
        """Go through the people of an account, the newest first.

        Args:
            account_id: The connected account.
            role: Only those who are this.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such account.
            Unreachable: There was no usable answer.
        """
        if role is not None:
            check_word(role, "role", get_args(Role))
        params = {"limit": 100, **given(relationship=role and {role: True})}
        async for item in self._caller.pages(Request("get", _path(account_id), params), "persons.list"):
            yield Person.parse(Answer(data=item))

    async def update(
        self, account_id: str, person_id: str, *, person: PersonDetails, metadata: Mapping[str, str] | None = None
    ) -> Person:
        """Tell Stripe more of a person; what is not said stays as it is. What was verified need not be sent again.

        A document that did not pass is never sent a second time: Stripe refuses the same picture.

        Args:
            account_id: The connected account.
            person_id: The person.
            person: What is to be told.
            metadata: Notes of your own; those that are not named stay.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be told again.
        """
        params = {**_told(person), **given(metadata=checked_metadata(metadata))}
        answer = await self._caller.update(Request("post", _one(account_id, person_id), params), "persons.update")
        return Person.parse(answer)

    async def delete(self, account_id: str, person_id: str) -> None:
        """Take a person back who is not the representative; one who is gone already stays so.

        Args:
            account_id: The connected account.
            person_id: The person.

        Raises:
            InvalidRequest: An id is none.
            Refused: Stripe said no, as that the person represents the account.
            Unreachable: There was no usable answer; it can be called again.
        """
        try:
            await self._caller.update(Request("delete", _one(account_id, person_id)), "persons.delete")
        except NotFound:
            return


def _told(person: PersonDetails) -> dict[str, Any]:
    whose = person.relationship and _relationship(person.relationship)
    return {**person_of(person), **given(relationship=whose, person_token=person.token)}


def _relationship(relationship: Relationship) -> dict[str, Any]:
    share = relationship.percent_ownership
    roles = {role: getattr(relationship, role) for role in get_args(Role)}
    return given(**roles, percent_ownership=None if share is None else float(share), title=relationship.title)


def _path(account_id: str) -> str:
    return f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}/persons"


def _one(account_id: str, person_id: str) -> str:
    return f"{_path(account_id)}/{checked_id(person_id, 'person_id', 'person_')}"


class Persons(Blocking[AsyncPersons]):
    """People behind accounts, where the platform collects the requirements.

    They are told through Accounts v1, which knows the accounts of both APIs.
    """

    create: Final = blocking(AsyncPersons.create)
    retrieve: Final = blocking(AsyncPersons.retrieve)
    list: Final = iterating(AsyncPersons.list)
    update: Final = blocking(AsyncPersons.update)
    delete: Final = blocking(AsyncPersons.delete)
