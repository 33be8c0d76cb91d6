"""`Connect` and `AsyncConnect`: everything put together."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Self, TypeVar

from .errors import InvalidRequest

if TYPE_CHECKING:  # naming the class must cost next to nothing: what it needs is imported when one is made
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from types import TracebackType

    import stripe

    from .calls.limits import RateGate
    from .calls.retries import Retries
    from .later import AsyncLater, Later
    from .ports import Telemetry
    from .resources.balances import AsyncBalances, Balances
    from .resources.brakes import AsyncBrakeRoom, BrakeRoom
    from .resources.capabilities import AsyncCapabilityRoom, CapabilityRoom
    from .resources.charges import AsyncCharges, Charges
    from .resources.checkout import AsyncCheckout, Checkout
    from .resources.customers import AsyncCustomers, Customers
    from .resources.destinations import AsyncDestinations, Destinations
    from .resources.disputes import AsyncDisputes, Disputes
    from .resources.endpoints import AsyncEndpoints, Endpoints
    from .resources.external_accounts import AsyncExternalAccounts, ExternalAccounts
    from .resources.files import AsyncFiles, Files
    from .resources.oauth import AsyncOAuth, OAuth
    from .resources.onboarding import AsyncOnboarding, Onboarding
    from .resources.operations import AsyncOperations, Operations
    from .resources.payouts import AsyncPayouts, Payouts
    from .resources.persons import AsyncPersons, Persons
    from .resources.platforms import AsyncPlatformRoom, PlatformRoom
    from .resources.reconciliation import AsyncReconciliation, Reconciliation
    from .resources.refunds import AsyncRefunds, Refunds
    from .resources.runs import AsyncRuns, Runs
    from .resources.settings import AsyncSettings, Settings
    from .resources.setup_intents import AsyncSetupIntents, SetupIntents
    from .resources.topups import AsyncTopUps, TopUps
    from .resources.tracker import AccountTracker, AsyncAccountTracker
    from .resources.transfers import AsyncTransfers, Transfers
    from .simulator import Simulator
    from .storage.base import AsyncStore, Store
    from .storage.ciphers import Cipher
    from .storage.records import Operation
    from .transport import Transport
    from .webhooks.router import AsyncWebhookRouter, OnError, Surroundings, WebhookRouter
    from .webhooks.signatures import Secret

S = TypeVar("S", bound="Store | AsyncStore")

_TEST_KEY: Final = re.compile(r"[sr]k_test_[\x21-\x7e]+")
_SECRET_KEY: Final = re.compile(r"[\x21-\x7e]{8,255}")


class _Root(Generic[S]):
    """What both colours have in common: arguments checked, parts joined."""

    _blocking: ClassVar[bool]

    def __init__(
        self,
        api_key: str,
        *,
        store: S | None = None,
        livemode: bool = False,
        platform: str | None = None,
        tenant: str = "",
        base_url: str | None = None,
        transport: Transport | None = None,
        http_client: stripe.HTTPClient | None = None,
        rates: RateGate | None = None,
        retries: Retries | None = None,
        deadline: float = 30.0,
        look_up_pause: float | None = None,
        on_unrecorded: Callable[[Operation], None] | None = None,
        epoch: int | None = None,
        cipher: Cipher | None = None,
        telemetry: Telemetry | None = None,
        check_accounts: bool = False,
    ) -> None:
        """Join the parts; nothing is sent and nothing is opened yet.

        Args:
            api_key: A secret or restricted key of the platform.
            store: Where operations and events are remembered; memory, which forgets with the process, if none is given.
            livemode: Has to be `True` for a live key, so that real money never moves by mistake.
            platform: The platform's own account id; read once from Stripe where it is not given.
            tenant: The name of one of several tenants of this platform; each has a name space of keys.
            base_url: Another server than Stripe's, as `http://127.0.0.1:12111`.
            transport: What carries requests; one may be shared by any number of clients.
            http_client: A client of the SDK's own kind instead of a transport, as the simulator gives it.
            rates: How fast requests may leave; share one among the clients of a platform in one mode. If none is given,
                it begins somewhat below Stripe's published limits and learns the platform's own; and there is no limit
                to another server than Stripe's.
            retries: How patiently a call is repeated.
            deadline: The hard limit of one send, in seconds. A claim lasts two and a half times as long.
            look_up_pause: The seconds between two looks for something whose outcome is unknown.
            on_unrecorded: Told of an operation that was done and could not be recorded; logged if it is not given.
            epoch: The epoch of the store that the fleet has agreed on; nothing is sent over a store of another one, as
                an old backup is. Not compared if it is not given.
            cipher: Encrypts what the store keeps of requests, answers and events, as a `Fernet` does.
            telemetry: Told of every request and every event, for traces and metrics.
            check_accounts: Whether a charge, transfer or payout that an account cannot have now is an
                `AccountNotReady` before it is sent. Accounts that `tracker` knows are looked up in the store, and those
                that were blocked are read from Stripe once more.

        Raises:
            InvalidRequest: An argument is wrong, or the key is of another mode than *livemode* says.
        """
        _check_key(api_key, livemode=livemode)
        from .assembly import Options, assembled  # noqa: PLC0415  # see above
        from .sdk import API_VERSION  # noqa: PLC0415  # see above

        options = Options(
            store=store,
            livemode=livemode,
            platform=platform,
            tenant=tenant,
            base_url=base_url,
            transport=transport,
            http_client=http_client,
            rates=rates,
            retries=retries,
            deadline=deadline,
            look_up_pause=look_up_pause,
            on_unrecorded=on_unrecorded,
            epoch=epoch,
            cipher=cipher,
            telemetry=telemetry,
            check_accounts=check_accounts,
        )
        self._parts = assembled(api_key, options, blocking=self._blocking)
        self._livemode = livemode
        self._simulator: Simulator | None = None
        self.store: Store | AsyncStore = self._parts.store
        self.api_version: str = API_VERSION
        """The version of Stripe's API that every request names."""
        self._furnish()

    def _furnish(self) -> None:
        """Put the rooms in."""

    @property
    def stripe(self) -> stripe.StripeClient:
        """The official client, with this key, version and transport, for all that connectkit does not cover."""
        return self._parts.sdk.client

    @property
    def simulator(self) -> Simulator:
        """The simulator of a sandbox.

        Raises:
            InvalidRequest: This is no sandbox.
        """
        if self._simulator is None:
            message = "There is no simulator here: this is no sandbox."
            raise InvalidRequest(message, next_step="Make one with Connect.sandbox().")
        return self._simulator

    def _surroundings(self) -> Surroundings:
        """Give what a router stands on."""
        from .webhooks.events import Context  # noqa: PLC0415  # see above
        from .webhooks.router import Surroundings  # noqa: PLC0415  # see above

        parts = self._parts
        return Surroundings(
            memory=parts.memory,
            caller=parts.caller,
            context=Context(self.for_account, parts.store),
            livemode=self._livemode,
            telemetry=parts.telemetry,
        )

    @classmethod
    def sandbox(cls, *, store: S | None = None, seed: int = 0, simulator: Simulator | None = None) -> Self:
        """Make one on a simulator in this process: no network, no key, a clock of its own.

        Args:
            store: Where operations and events are remembered; memory if none is given.
            seed: Where the ids of a fresh simulator begin, so that a run can be repeated.
            simulator: One that is there already, instead of a fresh one.
        """
        if simulator is None:
            from .simulator import Simulator  # noqa: PLC0415  # who is no sandbox does not pay for one

            simulator = Simulator(seed=seed)
        connect = cls("sk_test_sandbox", store=store, http_client=simulator.http_client(), look_up_pause=0.0)
        connect._simulator = simulator  # this class's own
        return connect

    def for_account(self, account: str | None) -> Self:
        """Give the same client for a connected account: verbs that could name another one mean this one.

        Both share everything; closing either closes both.

        Args:
            account: The connected account, or `None` for the platform itself.

        Raises:
            InvalidRequest: It is no id of an account.
        """
        from attrs import evolve  # noqa: PLC0415  # see above

        from .requests import checked_id  # noqa: PLC0415  # see above

        twin = copy.copy(self)
        scope = account if account is None else checked_id(account, "account", "acct_")
        twin._parts = evolve(self._parts, caller=self._parts.caller.scoped(scope))  # noqa: SLF001  # this class's own
        twin._furnish()  # noqa: SLF001
        return twin

    def __repr__(self) -> str:
        mode = "live" if self._livemode else "test"
        return f"<{type(self).__name__} {mode} {self.api_version} {type(self.store).__name__}>"


class AsyncConnect(_Root["Store | AsyncStore"]):
    """A platform on Stripe Connect, in asyncio.

    Use it as an asynchronous context manager, or call `aclose`.

    Attributes:
        onboarding: Sellers: connected accounts made, onboarded and looked at.
        charges: Payments: direct, destination and separate, and their refunds.
        checkout: Pages of Stripe's on which buyers pay, and orders delivered once.
        customers: Buyers who are known, to the platform and to its sellers.
        setup_intents: Ways to pay that are kept for later, without a payment now.
        refunds: Refunds after they were made: read again, and given back to sellers when they fail.
        disputes: Payments that buyers dispute: answered, accepted, recovered.
        transfers: Money moved from the platform to a connected account, and back.
        payouts: Money paid out to a bank.
        runs: Thousands of operations as one: planned, previewed, carried out, resumed, reported.
        topups: The platform's own money added to its balance.
        balances: What is there, and every movement.
        brakes: What the platform forbids itself.
        operations: What the journal holds: looked at, brought to an end, decided.
        endpoints: The URLs that Stripe sends events to.
        destinations: The event destinations of API v2, which send thin events.
        platform: The platform itself, looked over before its first account; countries.
        settings: How accounts are paid out, and what customers see of them.
        oauth: Accounts that sellers have already, connected to the platform.
        files: Files uploaded to Stripe.
        external_accounts: Bank accounts and debit cards that sellers are paid out to.
        persons: People behind accounts.
        capabilities: What accounts can do: asked for, looked at before, given up.
        tracker: How every account was seen last: what changed, who is blocked.
        reconciliation: What moved at Stripe against what was meant, to the cent.
        store: Where operations and events are remembered.
    """

    _blocking = False

    onboarding: AsyncOnboarding
    charges: AsyncCharges
    checkout: AsyncCheckout
    customers: AsyncCustomers
    setup_intents: AsyncSetupIntents
    disputes: AsyncDisputes
    refunds: AsyncRefunds
    transfers: AsyncTransfers
    payouts: AsyncPayouts
    runs: AsyncRuns
    topups: AsyncTopUps
    balances: AsyncBalances
    brakes: AsyncBrakeRoom
    operations: AsyncOperations
    endpoints: AsyncEndpoints
    destinations: AsyncDestinations
    platform: AsyncPlatformRoom
    settings: AsyncSettings
    oauth: AsyncOAuth
    files: AsyncFiles
    external_accounts: AsyncExternalAccounts
    persons: AsyncPersons
    capabilities: AsyncCapabilityRoom
    tracker: AsyncAccountTracker
    reconciliation: AsyncReconciliation

    def _furnish(self) -> None:
        from .assembly import AsyncRooms  # noqa: PLC0415  # see above

        rooms = AsyncRooms.of(self._parts.caller, self._parts.store)
        self.onboarding = rooms.onboarding
        self.charges = rooms.charges
        self.checkout = rooms.checkout
        self.customers = rooms.customers
        self.setup_intents = rooms.setup_intents
        self.disputes = rooms.disputes
        self.refunds = rooms.refunds
        self.transfers = rooms.transfers
        self.payouts = rooms.payouts
        self.runs = rooms.runs
        self.topups = rooms.topups
        self.balances = rooms.balances
        self.brakes = rooms.brakes
        self.operations = rooms.operations
        self.endpoints = rooms.endpoints
        self.destinations = rooms.destinations
        self.platform = rooms.platform
        self.settings = rooms.settings
        self.oauth = rooms.oauth
        self.files = rooms.files
        self.external_accounts = rooms.external_accounts
        self.persons = rooms.persons
        self.capabilities = rooms.capabilities
        self.tracker = rooms.tracker
        self.reconciliation = rooms.reconciliation

    def webhooks(
        self,
        *,
        secrets: Sequence[str | Secret],
        inline: bool = False,
        twins: bool = False,
        on_error: OnError | None = None,
    ) -> AsyncWebhookRouter:
        """Make a router for Stripe's events, over the same store.

        Args:
            secrets: The signing secrets (`whsec_…`) of every endpoint that leads here, each with the events that it is
                for if a `Secret` says so.
            inline: Whether `handle` runs what is due before it answers, for an application without workers.
            twins: Whether thin events `v1.…` and whole ones both come here, as while one moves to the other: each
                change is then handled once, at the price of one read for each thin event.
            on_error: Told what a handler raised; logged if it is not given.

        Raises:
            InvalidRequest: There is none, or one is not a signing secret.
        """
        from .webhooks.router import AsyncWebhookRouter  # noqa: PLC0415  # see above

        return AsyncWebhookRouter(self._surroundings(), secrets=secrets, inline=inline, twins=twins, on_error=on_error)

    def later(self, connection: object = None, *, priority: int = 0, not_before: datetime | None = None) -> AsyncLater:
        """Give the same verbs, which write down what `operations.work` is to send, in a transaction of yours.

        Args:
            connection: An open connection to the database of the store, asynchronous or not, in whose transaction it is
                written: of the driver, or a connection or session of SQLAlchemy. If there is none, it is committed at
                once.
            priority: Of what is due, the higher goes first.
            not_before: The earliest time, aware.

        Raises:
            InvalidRequest: The store cannot write in another's transaction, or the time has no zone.
        """
        from .later import AsyncLater  # noqa: PLC0415  # see above
        from .outbox import planning, watching  # noqa: PLC0415  # see above

        parts = self._parts
        return AsyncLater(planning(parts, connection, priority, not_before), watching(parts))

    async def aclose(self) -> None:
        """Close the transport, unless it was given; the store stays open, for it was given."""
        await self._parts.sdk.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Connect(_Root["Store"]):
    """A platform on Stripe Connect.

    Use it as a context manager, or call `close`. One serves any number of threads.

    Attributes:
        onboarding: Sellers: connected accounts made, onboarded and looked at.
        charges: Payments: direct, destination and separate, and their refunds.
        checkout: Pages of Stripe's on which buyers pay, and orders delivered once.
        customers: Buyers who are known, to the platform and to its sellers.
        setup_intents: Ways to pay that are kept for later, without a payment now.
        refunds: Refunds after they were made: read again, and given back to sellers when they fail.
        disputes: Payments that buyers dispute: answered, accepted, recovered.
        transfers: Money moved from the platform to a connected account, and back.
        payouts: Money paid out to a bank.
        runs: Thousands of operations as one: planned, previewed, carried out, resumed, reported.
        topups: The platform's own money added to its balance.
        balances: What is there, and every movement.
        brakes: What the platform forbids itself.
        operations: What the journal holds: looked at, brought to an end, decided.
        endpoints: The URLs that Stripe sends events to.
        destinations: The event destinations of API v2, which send thin events.
        platform: The platform itself, looked over before its first account; countries.
        settings: How accounts are paid out, and what customers see of them.
        oauth: Accounts that sellers have already, connected to the platform.
        files: Files uploaded to Stripe.
        external_accounts: Bank accounts and debit cards that sellers are paid out to.
        persons: People behind accounts.
        capabilities: What accounts can do: asked for, looked at before, given up.
        tracker: How every account was seen last: what changed, who is blocked.
        reconciliation: What moved at Stripe against what was meant, to the cent.
        store: Where operations and events are remembered.
    """

    _blocking = True

    onboarding: Onboarding
    charges: Charges
    checkout: Checkout
    customers: Customers
    setup_intents: SetupIntents
    disputes: Disputes
    refunds: Refunds
    transfers: Transfers
    payouts: Payouts
    runs: Runs
    topups: TopUps
    balances: Balances
    brakes: BrakeRoom
    operations: Operations
    endpoints: Endpoints
    destinations: Destinations
    platform: PlatformRoom
    settings: Settings
    oauth: OAuth
    files: Files
    external_accounts: ExternalAccounts
    persons: Persons
    capabilities: CapabilityRoom
    tracker: AccountTracker
    reconciliation: Reconciliation

    def _furnish(self) -> None:
        from .assembly import Rooms  # noqa: PLC0415  # see above

        rooms = Rooms.of(self._parts.caller, self._parts.store)
        self.onboarding = rooms.onboarding
        self.charges = rooms.charges
        self.checkout = rooms.checkout
        self.customers = rooms.customers
        self.setup_intents = rooms.setup_intents
        self.disputes = rooms.disputes
        self.refunds = rooms.refunds
        self.transfers = rooms.transfers
        self.payouts = rooms.payouts
        self.runs = rooms.runs
        self.topups = rooms.topups
        self.balances = rooms.balances
        self.brakes = rooms.brakes
        self.operations = rooms.operations
        self.endpoints = rooms.endpoints
        self.destinations = rooms.destinations
        self.platform = rooms.platform
        self.settings = rooms.settings
        self.oauth = rooms.oauth
        self.files = rooms.files
        self.external_accounts = rooms.external_accounts
        self.persons = rooms.persons
        self.capabilities = rooms.capabilities
        self.tracker = rooms.tracker
        self.reconciliation = rooms.reconciliation

    def webhooks(
        self,
        *,
        secrets: Sequence[str | Secret],
        inline: bool = False,
        twins: bool = False,
        on_error: OnError | None = None,
    ) -> WebhookRouter:
        """Make a router for Stripe's events, over the same store.

        Args:
            secrets: The signing secrets (`whsec_…`) of every endpoint that leads here, each with the events that it is
                for if a `Secret` says so.
            inline: Whether `handle` runs what is due before it answers, for an application without workers.
            twins: Whether thin events `v1.…` and whole ones both come here, as while one moves to the other: each
                change is then handled once, at the price of one read for each thin event.
            on_error: Told what a handler raised; logged if it is not given.

        Raises:
            InvalidRequest: There is none, or one is not a signing secret.
        """
        from .webhooks.router import AsyncWebhookRouter, WebhookRouter  # noqa: PLC0415  # see above

        return WebhookRouter(
            AsyncWebhookRouter(self._surroundings(), secrets=secrets, inline=inline, twins=twins, on_error=on_error)
        )

    def later(self, connection: object = None, *, priority: int = 0, not_before: datetime | None = None) -> Later:
        """Give the same verbs, which write down what `operations.work` is to send, in a transaction of yours.

        Args:
            connection: An open connection to the database of the store, in whose transaction it is written: of the
                driver, or a connection or session of SQLAlchemy. If there is none, it is committed at once.
            priority: Of what is due, the higher goes first.
            not_before: The earliest time, aware.

        Raises:
            InvalidRequest: The store cannot write in another's transaction, or the time has no zone.
        """
        from .later import Later  # noqa: PLC0415  # see above
        from .outbox import planning, watching  # noqa: PLC0415  # see above

        parts = self._parts
        return Later(planning(parts, connection, priority, not_before), watching(parts))

    def close(self) -> None:
        """Close the transport, unless it was given; the store stays open, for it was given."""
        self._parts.sdk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_key(api_key: str, *, livemode: bool) -> None:
    """Check the API key, and never repeat it."""
    if not isinstance(api_key, str) or not _SECRET_KEY.fullmatch(api_key):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = "The API key is no key of Stripe's: it is empty, or has spaces or characters that no key has."
        raise InvalidRequest(message, param="api_key", next_step="Pass a secret (sk_…) or restricted (rk_…) key.")
    if api_key.startswith("pk_"):
        message = "This is a publishable key, which is for browsers."
        raise InvalidRequest(message, param="api_key", next_step="Pass a secret (sk_…) or restricted (rk_…) key.")
    live = not _TEST_KEY.fullmatch(api_key)
    if live and not livemode:
        message = "This is a live key: it moves real money."
        raise InvalidRequest(message, param="livemode", next_step="Pass livemode=True if that is meant.")
    if livemode and not live:
        message = "livemode=True was passed with a test key."
        raise InvalidRequest(message, param="livemode", next_step="Pass the live key, or leave livemode out.")
