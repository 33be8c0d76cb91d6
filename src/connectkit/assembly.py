"""The parts of a `Connect`, joined.

This module imports everything, and is imported when the first `Connect` is made: naming the class costs next to
nothing.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from attrs import frozen

from .calls.caller import Caller, Owner
from .calls.gatekeeper import Gatekeeper
from .calls.limits import RateGate, Rates
from .calls.lookup import Lookup
from .calls.performer import Performer
from .calls.retries import Retries
from .calls.sender import Sender
from .errors import InvalidRequest
from .journal import Journal
from .ports import AsyncioWorld, BlockingWorld, Telemetry, Untold, World
from .requests import checked_id
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
from .sdk import API_VERSION, Sdk
from .storage.base import AsyncStore, Store
from .storage.bridges import Inline, Threaded
from .storage.ciphers import Cipher, Enciphered
from .storage.memory import MemoryStore
from .storage.records import Operation
from .transport import Transport

if TYPE_CHECKING:
    import stripe

_SITE: Final = "https://connect.stripe.com"
_SANDBOX_RATE: Final = 20.0  # requests a second: Stripe allows 25 in a sandbox
_LEASES: Final = 2.5  # a claim lasts so many deadlines of a send: one that began in it ends well within it

_log = logging.getLogger("connectkit")


@frozen(kw_only=True)
class Options:
    """How a `Connect` is to be; `Connect` says what each means."""

    store: Store | AsyncStore | None
    livemode: bool
    platform: str | None
    tenant: str
    base_url: str | None
    transport: Transport | None
    http_client: stripe.HTTPClient | None
    rates: RateGate | None
    retries: Retries | None
    deadline: float
    look_up_pause: float | None
    on_unrecorded: Callable[[Operation], None] | None
    epoch: int | None
    cipher: Cipher | None
    telemetry: Telemetry | None
    check_accounts: bool

    @property
    def site(self) -> str:
        """Where Stripe's pages for sellers are."""
        return _SITE if self.base_url is None else self.base_url.rstrip("/")

    def gate(self) -> RateGate | None:
        """Give the rate gate: against Stripe itself there always is one."""
        if self.rates is not None or self.base_url is not None or self.http_client is not None:
            return self.rates
        return RateGate(Rates() if self.livemode else Rates(total=_SANDBOX_RATE))


@frozen(kw_only=True)
class Parts:
    """What a `Connect` is made of, in one colour."""

    world: World
    store: Store | AsyncStore
    memory: AsyncStore
    sdk: Sdk
    caller: Caller
    telemetry: Telemetry
    blocking: bool


def assembled(api_key: str, options: Options, *, blocking: bool) -> Parts:
    """Join the parts.

    Raises:
        InvalidRequest: The store or the platform does not fit.
    """
    store = MemoryStore() if options.store is None else options.store
    if options.livemode and not store.powers.durable:
        message = "A live key needs a durable store: what is forgotten with the process would be paid again."
        raise InvalidRequest(message, param="store", next_step="Pass store=SQLiteStore('connect.db').")
    if options.platform is not None:
        checked_id(options.platform, "platform", "acct_")
    world: World = BlockingWorld() if blocking else AsyncioWorld()
    bridged = _memory(store, blocking=blocking)
    memory = bridged if options.cipher is None else Enciphered(bridged, options.cipher)
    sdk = Sdk(api_key, base_url=options.base_url, transport=options.transport, http_client=options.http_client)
    telemetry = options.telemetry or Untold()
    sender = Sender(
        sdk,
        world,
        gate=options.gate(),
        retries=options.retries or Retries(),
        deadline=options.deadline,
        telemetry=telemetry,
    )
    journal = Journal(memory, world, lease=options.deadline * _LEASES)
    lookup = Lookup(sender, world, pause=options.look_up_pause)
    gatekeeper = Gatekeeper(journal, options.epoch)
    performer = Performer(sender, journal, lookup, gatekeeper, options.on_unrecorded or log_unrecorded)
    owner = Owner(
        sender, tenant=options.tenant, platform=options.platform, livemode=options.livemode, site=options.site
    )
    caller = Caller(performer, world, owner, version=API_VERSION, gated=options.check_accounts)
    return Parts(
        world=world, store=store, memory=memory, sdk=sdk, caller=caller, telemetry=telemetry, blocking=blocking
    )


@frozen(kw_only=True)
class AsyncRooms:
    """The rooms of an `AsyncConnect`."""

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

    @classmethod
    def of(cls, caller: Caller, store: Store | AsyncStore) -> AsyncRooms:
        """Furnish them."""
        return cls(
            onboarding=AsyncOnboarding(caller),
            charges=AsyncCharges(caller, store),
            checkout=AsyncCheckout(caller, store),
            customers=AsyncCustomers(caller),
            setup_intents=AsyncSetupIntents(caller),
            disputes=AsyncDisputes(caller),
            refunds=AsyncRefunds(caller),
            transfers=AsyncTransfers(caller),
            payouts=AsyncPayouts(caller),
            runs=AsyncRuns(caller),
            topups=AsyncTopUps(caller),
            balances=AsyncBalances(caller),
            brakes=AsyncBrakeRoom(caller),
            operations=AsyncOperations(caller),
            endpoints=AsyncEndpoints(caller),
            destinations=AsyncDestinations(caller),
            platform=AsyncPlatformRoom(caller),
            settings=AsyncSettings(caller),
            oauth=AsyncOAuth(caller),
            files=AsyncFiles(caller),
            external_accounts=AsyncExternalAccounts(caller),
            persons=AsyncPersons(caller),
            capabilities=AsyncCapabilityRoom(caller),
            tracker=AsyncAccountTracker(caller),
            reconciliation=AsyncReconciliation(caller),
        )


@frozen(kw_only=True)
class Rooms:
    """The rooms of a `Connect`."""

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

    @classmethod
    def of(cls, caller: Caller, store: Store | AsyncStore) -> Rooms:
        """Furnish them."""
        sources = AsyncRooms.of(caller, store)
        return cls(
            onboarding=Onboarding(sources.onboarding),
            charges=Charges(sources.charges),
            checkout=Checkout(sources.checkout),
            customers=Customers(sources.customers),
            setup_intents=SetupIntents(sources.setup_intents),
            disputes=Disputes(sources.disputes),
            refunds=Refunds(sources.refunds),
            transfers=Transfers(sources.transfers),
            payouts=Payouts(sources.payouts),
            runs=Runs(sources.runs),
            topups=TopUps(sources.topups),
            balances=Balances(sources.balances),
            brakes=BrakeRoom(sources.brakes),
            operations=Operations(sources.operations),
            endpoints=Endpoints(sources.endpoints),
            destinations=Destinations(sources.destinations),
            platform=PlatformRoom(sources.platform),
            settings=Settings(sources.settings),
            oauth=OAuth(sources.oauth),
            files=Files(sources.files),
            external_accounts=ExternalAccounts(sources.external_accounts),
            persons=Persons(sources.persons),
            capabilities=CapabilityRoom(sources.capabilities),
            tracker=AccountTracker(sources.tracker),
            reconciliation=Reconciliation(sources.reconciliation),
        )


def _memory(store: Store | AsyncStore, *, blocking: bool) -> AsyncStore:
    if not inspect.iscoroutinefunction(store.insert):
        plain = cast("Store", store)
        return Inline(plain) if blocking else Threaded(plain)
    if blocking:
        message = "An asynchronous store cannot serve the blocking Connect."
        raise InvalidRequest(message, param="store", next_step="Pass a blocking store, or use AsyncConnect.")
    return cast("AsyncStore", store)


def log_unrecorded(operation: Operation) -> None:
    """Log that an operation was done and could not be recorded, without the caller's name of it."""
    _log.error("%s was done and could not be recorded (%s)", operation.verb, operation.fingerprint[:12])
