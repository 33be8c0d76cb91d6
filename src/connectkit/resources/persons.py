"""People behind accounts, where the platform collects the requirements."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Final, get_args

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import NotFound
from connectkit.models.base import Answer
from connectkit.models.details import PersonDetails
from connectkit.models.persons import Person
from connectkit.requests import Request, checked_id

from .arguments import check_word, checked_metadata
from .onboarding.dialects import Api
from .people import given
from .person_dialects import PersonDialect, Role, person_dialect


class AsyncPersons:
    """People behind accounts, where the platform collects the requirements.

    They are the same people in both of Stripe's APIs, for the accounts of both. Accounts v1 alone tells how somebody's
    verification stands and what is wanted of one person, so that it is asked unless you pass `api="v2"`.
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
        api: Api = "v1",
        wait: float = 0.0,
    ) -> Person:
        """Tell Stripe of a person. Exactly one represents a company; owners of a quarter and more are told too.

        When all owners are told, say so with `Company(owners_provided=True)` in `onboarding.update`.

        Args:
            account_id: The connected account.
            key: Your own name of it: the same key never tells of a person twice.
            person: Who it is, and what the person is to the company.
            metadata: Notes of your own.
            api: Which of Stripe's two APIs to tell. A number that identifies needs its type or an address in v2.
            wait: For how many seconds to wait for somebody who is telling it now.

        Raises:
            InvalidRequest: An argument is wrong.
            OperationConflict: The key names another person.
            OperationInProgress: Somebody else is telling it now.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been told; the same key finds out.
        """
        dialect = person_dialect(api)
        params = {**dialect.told(person), "metadata": checked_metadata(metadata)}
        intent = Intent(
            verb="persons.create",
            key=key,
            request=Request("post", dialect.path(account_id), params),
            arguments={"account_id": account_id, **params},
            keep=Person.KEEP,
            personal=dialect.personal,
        )
        return Person.parse(await self._caller.perform(intent, wait=wait))

    async def retrieve(self, account_id: str, person_id: str, *, api: Api = "v1") -> Person:
        """Read a person.

        Args:
            account_id: The connected account.
            person_id: The person.
            api: Which of Stripe's two APIs to ask.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such person in this account.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _one(person_dialect(api), account_id, person_id))
        return Person.parse(await self._caller.read(request, "persons.retrieve"))

    async def list(self, account_id: str, *, role: Role | None = None, api: Api = "v1") -> AsyncGenerator[Person, None]:
        """Go through the people of an account, the newest first.

        Args:
            account_id: The connected account.
            role: Only those who are this.
            api: Which of Stripe's two APIs to ask.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such account.
            Unreachable: There was no usable answer.
        """
        if role is not None:
            check_word(role, "role", get_args(Role))
        dialect = person_dialect(api)
        request = Request("get", dialect.path(account_id), dialect.listed(role))
        async for item in self._caller.pages(request, "persons.list"):
            person = Person.parse(Answer(data=item))
            if role is None or role in person.roles:
                yield person

    async def update(
        self,
        account_id: str,
        person_id: str,
        *,
        person: PersonDetails,
        metadata: Mapping[str, str] | None = None,
        api: Api = "v1",
    ) -> Person:
        """Tell Stripe more of a person; what is not said stays as it is. What was verified need not be sent again.

        A document that did not pass is never sent a second time: Stripe refuses the same picture.

        Args:
            account_id: The connected account.
            person_id: The person.
            person: What is to be told.
            metadata: Notes of your own; those that are not named stay.
            api: Which of Stripe's two APIs to tell.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be told again.
        """
        dialect = person_dialect(api)
        params = {**dialect.told(person), **given(metadata=checked_metadata(metadata))}
        request = Request("post", _one(dialect, account_id, person_id), params)
        return Person.parse(await self._caller.update(request, "persons.update"))

    async def delete(self, account_id: str, person_id: str, *, api: Api = "v1") -> None:
        """Take a person back who is not the representative; one who is gone already stays so.

        Args:
            account_id: The connected account.
            person_id: The person.
            api: Which of Stripe's two APIs to tell.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that the person represents the account.
            Unreachable: There was no usable answer; it can be called again.
        """
        request = Request("delete", _one(person_dialect(api), account_id, person_id))
        try:
            await self._caller.update(request, "persons.delete")
        except NotFound:
            return


def _one(dialect: PersonDialect, account_id: str, person_id: str) -> str:
    return f"{dialect.path(account_id)}/{checked_id(person_id, 'person_id', 'person_')}"


class Persons(Blocking[AsyncPersons]):
    """People behind accounts, where the platform collects the requirements.

    They are the same people in both of Stripe's APIs, for the accounts of both. Accounts v1 alone tells how somebody's
    verification stands and what is wanted of one person, so that it is asked unless you pass `api="v2"`.
    """

    create: Final = blocking(AsyncPersons.create)
    retrieve: Final = blocking(AsyncPersons.retrieve)
    list: Final = iterating(AsyncPersons.list)
    update: Final = blocking(AsyncPersons.update)
    delete: Final = blocking(AsyncPersons.delete)
