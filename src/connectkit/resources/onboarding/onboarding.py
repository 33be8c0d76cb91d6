"""Sellers: connected accounts made, onboarded and looked at."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from typing import Final, get_args

from attrs import asdict, evolve

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest, NotFound, PermissionDenied, Refused
from connectkit.models.accounts import Account
from connectkit.models.base import Answer
from connectkit.models.details import AccountDetails
from connectkit.models.persons import Person
from connectkit.models.standing import AccountStatus
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import check_word, checked_metadata
from connectkit.sellers.gates import Movement, Permission, can, check_movement
from connectkit.sellers.mcc import CODES
from connectkit.sellers.status import status_of
from connectkit.sellers.wording import RequirementLine, line_of
from connectkit.tracking import Tracker

from .answering import NOT_OURS, AsyncAnswers
from .checks import checked_capabilities, checked_country, checked_email
from .dialects import Api, dialect_of
from .ending import AsyncEndings
from .entering import AsyncEntrances
from .presets import AccountType, Collector, Dashboard, Rules, Setup, broken, chosen, report, rules_of
from .profile import BusinessType, Profile

_V1_IS_CLOSED: Final = (
    "Stripe makes no accounts through v1 for new platforms: pass api='v2' with another key, "
    "or turn Accounts v1 on in the platform's Dashboard and call again."
)


def _account(account_id: str) -> str:
    return checked_id(account_id, "account_id", "acct_")


def _known(business_type: BusinessType | None) -> BusinessType | None:
    if business_type is not None:
        check_word(business_type, "business_type", get_args(BusinessType))
    return business_type


def _unusual(profile: Profile, setup: Setup, api: Api) -> Iterator[InvalidRequest]:
    """Give one error for each wish that breaks a rule, beside those of who does what."""
    wanted, business = profile.capabilities, profile.details.business_profile
    if api == "v1" and "card_payments" in wanted and "transfers" not in wanted:
        message = "In Accounts v1, card_payments wants transfers to be asked for as well."
        yield InvalidRequest(message, param="capabilities", next_step="Ask for both, or pass api='v2'.")
    if business is not None and business.mcc is not None and business.mcc not in CODES:
        message = f"{business.mcc} is not among the merchant category codes that Stripe publishes."
        yield InvalidRequest(message, param="mcc", next_step="Choose one of connectkit.sellers.mcc.CODES.")
    accepted = profile.details.terms
    if setup.requirements_collector == "stripe" and accepted is not None:
        message = "Where Stripe collects the requirements, the seller accepts its terms in Stripe's form alone."
        yield InvalidRequest(message, param="terms", next_step="Leave terms out of the prefill.")
    if accepted is not None and accepted.service_agreement == "recipient" and "card_payments" in wanted:
        message = "Under the recipient agreement an account never takes card payments, and the agreement stays."
        yield InvalidRequest(message, param="capabilities", next_step="Ask for transfers alone.")


class AsyncOnboarding(AsyncEntrances, AsyncAnswers, AsyncEndings):
    """Sellers: connected accounts made, onboarded and looked at."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        country: str,
        type: AccountType | None = None,
        dashboard: Dashboard | None = None,
        fees_collector: Collector | None = None,
        losses_collector: Collector | None = None,
        requirements_collector: Collector | None = None,
        strict: bool = False,
        rules: Rules | None = None,
        email: str | None = None,
        capabilities: Iterable[str] = ("card_payments", "transfers"),
        business_type: BusinessType | None = None,
        prefill: AccountDetails | None = None,
        metadata: Mapping[str, str] | None = None,
        api: Api = "v2",
        wait: float = 0.0,
    ) -> Account:
        """Make a connected account for a seller.

        Who does what for it is said by *type*, or by the axes that a type is a preset of. It can't be changed later.
        Where Stripe collects the requirements, only what is told here can be told: the first link ends the platform's
        access to it.

        Args:
            key: Your own name of this seller's onboarding: the same key never makes a second account.
            country: Where the seller is, two letters. It can't be changed later.
            type: `standard`, `express` or `custom`.
            dashboard: What of Stripe's the seller can open.
            fees_collector: Who takes Stripe's fees from the account; `application` if the platform pays them.
            losses_collector: Who bears what the account cannot pay back.
            requirements_collector: Who collects what Stripe has to know; it follows from the others.
            strict: Whether what breaks a rule of Stripe's is refused here; otherwise an `AccountRuleWarning` names the
                rule, and Stripe decides.
            rules: Other rules than those that connectkit knows for the version of the API that it speaks.
            email: The seller's address.
            capabilities: What the account has to be able to do, by Stripe's names. Each asks more of the seller.
            business_type: What kind of seller it is.
            prefill: What the platform knows of the seller already.
            metadata: Notes of your own.
            api: Which of Stripe's two APIs makes the account.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong, or the combination breaks a rule of Stripe's.
            OperationConflict: The key names another account.
            OperationInProgress: Somebody else is making it now.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        setup = chosen(type, dashboard, fees_collector, losses_collector, requirements_collector)
        profile = Profile(
            country=checked_country(country),
            email=None if email is None else checked_email(email),
            capabilities=checked_capabilities(capabilities),
            business_type=_known(business_type),
            details=prefill or AccountDetails(),
            metadata=checked_metadata(metadata),
        )
        dialect = dialect_of(api)
        report([*broken(setup, rules or rules_of(self._caller.version)), *_unusual(profile, setup, api)], strict=strict)
        intent = Intent(
            verb="onboarding.create",
            key=key,
            request=dialect.create(setup, profile),
            arguments={"api": api, **asdict(setup), **profile.given()},
            keep=Account.KEEP,
            personal=dialect.personal,
        )
        account = Account.parse(await self._made(intent, wait))
        if account.capabilities:
            return account
        # It was found again by its mark, in a list that tells little of each.
        return evolve(await self.retrieve(account.id, api=api), receipt=account.receipt)

    async def retrieve(self, account_id: str, *, api: Api = "v2") -> Account:
        """Read a connected account.

        Args:
            account_id: The connected account.
            api: Which of Stripe's two APIs to ask; an account of either can be read through both.

        Raises:
            InvalidRequest: It is not the id of an account.
            NotFound: There is none, or it is not this platform's.
            PermissionDenied: It has disconnected from this platform.
            Unreachable: There was no usable answer.
        """
        request = dialect_of(api).retrieve(_account(account_id))
        return Account.parse(await self._caller.read(request, "onboarding.retrieve"))

    async def status(self, account_id: str, *, api: Api = "v2") -> AccountStatus:
        """Tell where an account stands, what is missing, who has to act and what to do next.

        Ask after each event about the account and after the seller has come back: coming back proves nothing.

        Args:
            account_id: The connected account.
            api: Which of Stripe's two APIs to ask.

        Raises:
            InvalidRequest: It is not the id of an account.
            NotFound: There is none, or it is not this platform's.
            Unreachable: There was no usable answer.
        """
        return status_of(await self.retrieve(account_id, api=api))

    async def list(self, *, closed: bool = False) -> AsyncGenerator[Account, None]:
        """Go through the connected accounts, the newest first, to the end.

        The list of Accounts v2 tells little of each account, so that each is read as a whole: one request an account.

        Args:
            closed: Those that are closed, instead of those that are open.

        Raises:
            Unreachable: There was no usable answer.
        """
        request = Request("get", "/v2/core/accounts", {"closed": closed})
        async for item in self._caller.pages(request, "onboarding.list"):
            yield await self.retrieve(item["id"])

    async def adopt(self, account_id: str) -> Account:
        """Take over an account that was made elsewhere, as by hand, by other software or through OAuth.

        Nothing about it changes: it is read, through v1 if Accounts v2 does not know it yet, which takes up to ten
        minutes; it is looked at whether this platform may act for it; and `tracker` knows it from now on.

        Args:
            account_id: The account.

        Raises:
            InvalidRequest: It is not the id of an account, or is this platform's own.
            NotFound: There is none, or it is not this platform's.
            PermissionDenied: It has disconnected from this platform.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        if _account(account_id) == await self._caller.owner.platform():
            message = "This is the platform's own account."
            raise InvalidRequest(message, param="account_id", next_step="Pass the id of a connected account.")
        try:
            account = await self.retrieve(account_id)
        except NotFound:
            account = await self.retrieve(account_id, api="v1")
        await Tracker(self._caller).look(account_id)
        return account

    async def can(self, account_id: str, movement: Movement, *, payment_method: str = "card") -> Permission:
        """Tell whether an account can do something now: the gate before money is moved.

        It looks at the capability that Stripe gates the movement by, and never at `charges_enabled` alone. In a sandbox
        Stripe may let through what it refuses in live mode.

        Args:
            account_id: The connected account.
            movement: `direct_charge`, `destination_charge`, `transfer`, `on_behalf_of` or `payout`.
            payment_method: How the customer pays, in Stripe's word, for a charge on the account or on its behalf.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is no such account, or it is not this platform's.
            Unreachable: There was no usable answer.
        """
        check_movement(movement)
        return can(await self.retrieve(account_id, api="v1"), movement, payment_method=payment_method)

    async def requirements(self, account_id: str, *, api: Api = "v2") -> Sequence[RequirementLine]:
        """Say in plain language what Stripe wants of an account, the most urgent first, people named by their names.

        Args:
            account_id: The connected account.
            api: Which of Stripe's two APIs to ask.

        Raises:
            InvalidRequest: It is not the id of an account.
            NotFound: There is none, or it is not this platform's.
            Unreachable: There was no usable answer.
        """
        entries = (await self.retrieve(account_id, api=api)).requirements.entries
        people: dict[str, str] = {}
        if any("person_" in entry.name + entry.reference for entry in entries):
            request = Request("get", f"/v1/accounts/{account_id}/persons", {"limit": 100})
            async for item in self._caller.pages(request, "onboarding.requirements"):
                person = Person.parse(Answer(data=item))
                people[person.id] = person.name
        return [line_of(entry, people) for entry in entries]

    async def update(
        self,
        account_id: str,
        *,
        email: str | None = None,
        metadata: Mapping[str, str] | None = None,
        capabilities: Iterable[str] = (),
        business_type: BusinessType | None = None,
        details: AccountDetails | None = None,
        api: Api = "v2",
    ) -> Account:
        """Tell Stripe more of a seller; what is not said stays as it is.

        Where Stripe collects the requirements, it takes *details* only until the first link was made.

        Args:
            account_id: The connected account.
            email: The seller's address.
            metadata: Notes of your own; those that are not named stay.
            capabilities: What the account has to be able to do from now on as well.
            business_type: What kind of seller it is.
            details: Who it is, and that Stripe's terms were accepted.
            api: Which of Stripe's two APIs to tell.

        Raises:
            InvalidRequest: An argument is wrong, or nothing was said.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; the update can be repeated.
        """
        profile = Profile(
            email=None if email is None else checked_email(email),
            metadata=checked_metadata(metadata),
            capabilities=checked_capabilities(capabilities) if capabilities else (),
            business_type=_known(business_type),
            details=details or AccountDetails(),
        )
        dialect = dialect_of(api)
        request = dialect.update(_account(account_id), profile)
        if request == dialect.update(account_id, Profile()):
            message = "Nothing was said that could be updated."
            raise InvalidRequest(message, param="details", next_step="Pass capabilities, business_type or details.")
        try:
            return Account.parse(await self._caller.update(request, "onboarding.update"))
        except PermissionDenied as error:
            error.next_step = NOT_OURS
            raise

    async def _made(self, intent: Intent, wait: float) -> Answer:
        try:
            return await self._caller.perform(intent, wait=wait)
        except Refused as error:
            if intent.request.api == "v1" and "/v2/core/accounts" in error.message:
                error.next_step = _V1_IS_CLOSED
            raise


class Onboarding(Blocking[AsyncOnboarding]):
    """Sellers: connected accounts made, onboarded and looked at."""

    create: Final = blocking(AsyncOnboarding.create)
    retrieve: Final = blocking(AsyncOnboarding.retrieve)
    status: Final = blocking(AsyncOnboarding.status)
    list: Final = iterating(AsyncOnboarding.list)
    adopt: Final = blocking(AsyncOnboarding.adopt)
    can: Final = blocking(AsyncOnboarding.can)
    requirements: Final = blocking(AsyncOnboarding.requirements)
    link: Final = blocking(AsyncOnboarding.link)
    session: Final = blocking(AsyncOnboarding.session)
    login_link: Final = blocking(AsyncOnboarding.login_link)
    update: Final = blocking(AsyncOnboarding.update)
    provide: Final = blocking(AsyncOnboarding.provide)
    reject: Final = blocking(AsyncOnboarding.reject)
    unreject: Final = blocking(AsyncOnboarding.unreject)
    close: Final = blocking(AsyncOnboarding.close)
    delete: Final = blocking(AsyncOnboarding.delete)
