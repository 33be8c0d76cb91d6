"""What Stripe wants of an account, given by the names that it is asked for by: forms that follow the requirements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

from connectkit.calls.caller import Caller
from connectkit.errors import InvalidRequest, PermissionDenied
from connectkit.models.accounts import Account
from connectkit.models.details import Document
from connectkit.models.standing import AccountStatus
from connectkit.requests import Request, checked_id
from connectkit.resources.people import document_of
from connectkit.sellers.fields import in_v1
from connectkit.sellers.status import status_of

Given: TypeAlias = str | int | bool | date | datetime | Document | Sequence[str]
"""What answers a requirement."""

NOT_OURS: Final = (
    "Where Stripe collects the requirements, the seller's details are the seller's alone once the first link or "
    "session was made: send the seller to a new onboarding.link."
)
_NAME: Final = re.compile(r"[a-z][A-Za-z0-9_]*(\.[a-z0-9_]+)*")
_PERSON: Final = "person_"
_ELSEWHERE: Final[Mapping[str, str]] = {
    "external_account": "Add it with external_accounts.add: here it would take the place of the one that is there.",
    "interv": "Send the seller to a new onboarding.link: inquiries are answered in Stripe's own form alone.",
    "proof_of_liveness": "Send the seller to a new onboarding.link: the picture is taken there.",
    **dict.fromkeys(
        ("authorizer", "directors", "executives", "legal_guardian", "owners", "representative"),
        "Nobody is told of in this role: tell of somebody with persons.create.",
    ),
}
"""What is not answered in this way, and how it is."""


class AsyncAnswers:
    """What Stripe wants of an account, given by the names that it is asked for by."""

    _caller: Caller

    async def provide(self, account_id: str, answers: Mapping[str, Given]) -> AccountStatus:
        """Give what Stripe wants, by the names of the requirements, and tell what is still missing.

        A form that asks for what `status` names and answers by the same names works in every country, and with
        requirements that are new. It is for accounts whose requirements the platform collects.

        Args:
            account_id: The connected account.
            answers: By the name of a requirement in the words of either API, as `individual.first_name` or
                `person_….dob`: a text, number or truth; a `date`; the time of an acceptance, aware; a `Document` or
                the id of a file; or the ids of several files.

        Raises:
            InvalidRequest: A name or value is wrong, or something has to be answered in another way.
            PermissionDenied: Stripe collects the requirements of this account.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; the same can be given again.
        """
        path = f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}"
        told = _trees(answers)
        account = told.pop("", {})
        try:
            for person, params in told.items():
                await self._caller.update(Request("post", f"{path}/persons/{person}", params), "onboarding.provide")
            request = Request("post", path, account) if account else Request("get", path)
            send = self._caller.update if account else self._caller.read
            return status_of(Account.parse(await send(request, "onboarding.provide")))
        except PermissionDenied as error:
            error.next_step = NOT_OURS
            raise


def _trees(answers: Mapping[str, Given]) -> dict[str, dict[str, Any]]:
    """Give what is told of each person, by the id, and under the empty text what is told of the account."""
    if not answers:
        message = "No requirement was answered."
        raise InvalidRequest(message, param="answers", next_step="Answer those in onboarding.status(…).due.")
    trees: dict[str, dict[str, Any]] = {}
    for name, value in sorted(answers.items()):
        steps = _checked(in_v1(name)).split(".")
        whose = steps.pop(0) if name.startswith(_PERSON) else ""
        _put(trees.setdefault(whose, {}), steps, _written(name, value), name)
    return trees


def _checked(name: str) -> str:
    first, last = name.partition(".")[0].partition("_")[0], name.rpartition(".")[2]
    for word in (name, first, name.partition(".")[0], last):
        if word in _ELSEWHERE:
            message = f"{name[:80]} is not answered in this way."
            raise InvalidRequest(message, param="answers", next_step=_ELSEWHERE[word])
    if not _NAME.fullmatch(name) or (name.startswith(_PERSON) and "." not in name):
        message = f"{name[:80]!r} is not the name of a requirement."
        raise InvalidRequest(message, param="answers", next_step="Pass the names in onboarding.status(…).due.")
    return name


def _put(tree: dict[str, Any], steps: Sequence[str], value: object, name: str) -> None:
    """Put a value where the steps lead."""
    first, *others = steps
    held: Any = tree.get(first)
    if others and (held is None or isinstance(held, dict)):
        _put(tree.setdefault(first, {}), others, value, name)
    elif others or held is not None:
        message = f"{name[:80]} was answered as a whole and in part."
        raise InvalidRequest(message, param="answers", next_step="Answer one or the other.")
    else:
        tree[first] = value


def _written(name: str, value: Given) -> object:
    """Write an answer as v1 does."""
    if isinstance(value, Document):
        return document_of(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            message = f"The time of {name[:80]} needs a time zone."
            raise InvalidRequest(message, param="answers", next_step="Pass datetime.now(tz=UTC), taken as it happened.")
        return int(value.timestamp())
    if isinstance(value, date):
        return {"day": value.day, "month": value.month, "year": value.year}
    if isinstance(value, str):
        return {"front": value} if name.endswith("document") and value.startswith("file_") else value
    return value if isinstance(value, int) else list(value)
