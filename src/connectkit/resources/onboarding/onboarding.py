"""Sellers: connected accounts made, onboarded and looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from attrs import asdict, evolve

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking
from connectkit.errors import InvalidRequest, Refused
from connectkit.models.accounts import Account, AccountLink, BankAccount
from connectkit.models.base import Answer
from connectkit.models.details import AccountDetails
from connectkit.models.standing import AccountStatus
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import check_word, checked_metadata

from .checks import checked_capabilities, checked_country, checked_email, checked_url
from .dialects import DIALECTS, Api, Dialect, LinkType
from .presets import AccountType, Collector, Dashboard, check, chosen
from .profile import BusinessType, Profile
from .status import status_of

_V1_IS_CLOSED: Final = (
    "Stripe makes no accounts through v1 for new platforms: pass api='v2' with another key, "
    "or turn Accounts v1 on in the platform's Dashboard and call again."
)


def _account(account_id: str) -> str:
    return checked_id(account_id, "account_id", "acct_")


def _dialect(api: Api) -> Dialect:
    check_word(api, "api", DIALECTS)
    return DIALECTS[api]


def _known(business_type: BusinessType | None) -> BusinessType | None:
    if business_type is not None:
        check_word(business_type, "business_type", get_args(BusinessType))
    return business_type


class AsyncOnboarding:
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
        check_rules: bool = True,
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
            check_rules: Whether a combination that Stripe forbids is refused here.
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
        if check_rules:
            check(setup)
        profile = Profile(
            country=checked_country(country),
            email=None if email is None else checked_email(email),
            capabilities=checked_capabilities(capabilities),
            business_type=_known(business_type),
            details=prefill or AccountDetails(),
            metadata=checked_metadata(metadata),
        )
        dialect = _dialect(api)
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
        request = _dialect(api).retrieve(_account(account_id))
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

    async def link(
        self,
        account_id: str,
        *,
        return_url: str,
        refresh_url: str,
        type: LinkType = "account_onboarding",
        api: Api = "v2",
    ) -> AccountLink:
        """Make a link that leads the seller through Stripe's own form.

        It works once and for minutes only: make it when the seller, whom you know, clicks, and redirect at once.

        Args:
            account_id: The connected account.
            return_url: Where the seller comes back to, finished or not.
            refresh_url: Where the seller is sent when the link no longer works; make a new one there.
            type: `account_update` is for accounts without a dashboard whose requirements the platform collects.
            api: Which of Stripe's two APIs to ask.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer.
        """
        check_word(type, "type", get_args(LinkType))
        request = _dialect(api).link(
            _account(account_id),
            type,
            checked_url(return_url, "return_url"),
            checked_url(refresh_url, "refresh_url"),
        )
        return AccountLink.parse(await self._caller.mint(request, "onboarding.link"))

    async def update(
        self,
        account_id: str,
        *,
        capabilities: Iterable[str] = (),
        business_type: BusinessType | None = None,
        details: AccountDetails | None = None,
        api: Api = "v2",
    ) -> Account:
        """Tell Stripe more of a seller; what is not said stays as it is.

        Where Stripe collects the requirements, it takes *details* only until the first link was made.

        Args:
            account_id: The connected account.
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
            capabilities=checked_capabilities(capabilities) if capabilities else (),
            business_type=_known(business_type),
            details=details or AccountDetails(),
        )
        dialect = _dialect(api)
        request = dialect.update(_account(account_id), profile)
        if request == dialect.update(account_id, Profile()):
            message = "Nothing was said that could be updated."
            raise InvalidRequest(message, param="details", next_step="Pass capabilities, business_type or details.")
        return Account.parse(await self._caller.update(request, "onboarding.update"))

    async def add_bank_account(
        self,
        account_id: str,
        *,
        key: str,
        token: str,
        default: bool = True,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> BankAccount:
        """Give an account a bank to be paid out to, where the platform collects the requirements.

        Args:
            account_id: The connected account.
            key: Your own name of it: the same key never adds it twice.
            token: The bank account as a token of Stripe's (`btok_…`), so that its number never comes here.
            default: Whether payouts in its currency go there from now on; the first one in a currency always is.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is adding it now.

        Raises:
            InvalidRequest: An argument is wrong.
            OperationConflict: The key names another bank account.
            OperationInProgress: Somebody else is adding it now.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been added; the same key finds out.
        """
        request = Request(
            "post",
            f"/v1/accounts/{_account(account_id)}/external_accounts",
            {
                "external_account": checked_id(token, "token", "btok_"),
                "default_for_currency": default,
                "metadata": checked_metadata(metadata),
            },
        )
        intent = Intent(
            verb="onboarding.add_bank_account",
            key=key,
            request=request,
            arguments={"account_id": account_id, **request.params},
            keep=BankAccount.KEEP,
        )
        return BankAccount.parse(await self._caller.perform(intent, wait=wait))

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
    link: Final = blocking(AsyncOnboarding.link)
    update: Final = blocking(AsyncOnboarding.update)
    add_bank_account: Final = blocking(AsyncOnboarding.add_bank_account)
