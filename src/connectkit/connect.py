"""`Connect` and `AsyncConnect`: everything put together."""

from __future__ import annotations

import inspect
import logging
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Self, TypeVar, cast

from .calls.caller import Caller, Owner
from .calls.limits import RateGate, Rates
from .calls.lookup import Lookup
from .calls.performer import Performer
from .calls.retries import Retries
from .calls.sender import Sender
from .errors import InvalidRequest
from .journal import Journal
from .ports import AsyncioWorld, BlockingWorld, World
from .requests import checked_id
from .resources.balances import AsyncBalances, Balances
from .resources.charges import AsyncCharges, Charges
from .resources.onboarding import AsyncOnboarding, Onboarding
from .resources.operations import AsyncOperations, Operations
from .resources.payouts import AsyncPayouts, Payouts
from .resources.topups import AsyncTopUps, TopUps
from .resources.transfers import AsyncTransfers, Transfers
from .sdk import API_VERSION, Sdk
from .storage.base import AsyncStore, Store
from .storage.bridges import Inline, Threaded
from .storage.memory import MemoryStore
from .storage.records import Operation
from .transport import Transport
from .webhooks.router import AsyncWebhookRouter, WebhookRouter

if TYPE_CHECKING:
    import stripe

    from .simulator import Simulator

S = TypeVar("S", bound=Store | AsyncStore)

_TEST_KEY: Final = re.compile(r"[sr]k_test_[\x21-\x7e]+")
_SECRET_KEY: Final = re.compile(r"[\x21-\x7e]{8,255}")
_SANDBOX_RATE: Final = 20.0  # requests a second: Stripe allows 25 in a sandbox
_LEASES: Final = 2.5  # a claim lasts so many deadlines of a send: one that began in it ends well within it

_log = logging.getLogger("connectkit")


class _Root(ABC, Generic[S]):
    """What both colours have in common: arguments checked, parts joined."""

    _colour: ClassVar[type[BlockingWorld | AsyncioWorld]]

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
            rates: How fast requests may leave; share one among the clients of a platform. If none is given, somewhat
                below Stripe's published limits, and without a limit to another server than Stripe's.
            retries: How patiently a call is repeated.
            deadline: The hard limit of one send, in seconds. A claim lasts two and a half times as long.
            look_up_pause: The seconds between two looks for something whose outcome is unknown.
            on_unrecorded: Told of an operation that was done and could not be recorded; logged if it is not given.

        Raises:
            InvalidRequest: An argument is wrong, or the key is of another mode than *livemode* says.
        """
        _check_key(api_key, livemode=livemode)
        self.store: Store | AsyncStore = MemoryStore() if store is None else store
        if livemode and not self.store.powers.durable:
            message = "A live key needs a durable store: what is forgotten with the process would be paid again."
            raise InvalidRequest(message, param="store", next_step="Pass store=SQLiteStore('connect.db').")
        if platform is not None:
            checked_id(platform, "platform", "acct_")
        self._world: World = self._colour()
        self._livemode = livemode
        self._memory = self._joined(self.store)
        self._sdk = Sdk(api_key, base_url=base_url, transport=transport, http_client=http_client)
        if rates is None and base_url is None and http_client is None:
            rates = RateGate(Rates() if livemode else Rates(total=_SANDBOX_RATE))
        sender = Sender(self._sdk, self._world, gate=rates, retries=retries or Retries(), deadline=deadline)
        journal = Journal(self._memory, self._world, lease=deadline * _LEASES)
        lookup = Lookup(sender, self._world, pause=look_up_pause)
        performer = Performer(sender, journal, lookup, on_unrecorded or _log_unrecorded)
        owner = Owner(sender, tenant=tenant, platform=platform, livemode=livemode)
        self._caller = Caller(performer, self._world, owner, version=API_VERSION)
        self._simulator: Simulator | None = None
        self._furnish(self._caller)

    @property
    def stripe(self) -> stripe.StripeClient:
        """The official client, with this key, version and transport, for all that connectkit does not cover."""
        return self._sdk.client

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

    @property
    def api_version(self) -> str:
        """The version of Stripe's API that every request names."""
        return API_VERSION

    @classmethod
    def sandbox(cls, *, store: S | None = None, seed: int = 0) -> Self:
        """Make one on a fresh simulator in this process: no network, no key, a clock of its own.

        Args:
            store: Where operations and events are remembered; memory if none is given.
            seed: Where the simulator's ids begin, so that a run can be repeated.
        """
        from .simulator import Simulator  # noqa: PLC0415  # who is no sandbox does not pay for one

        simulator = Simulator(seed=seed)
        connect = cls("sk_test_sandbox", store=store, http_client=simulator.http_client(), look_up_pause=0.0)
        connect._simulator = simulator  # this class's own
        return connect

    def __repr__(self) -> str:
        mode = "live" if self._livemode else "test"
        return f"<{type(self).__name__} {mode} {API_VERSION} {type(self.store).__name__}>"

    @abstractmethod
    def _joined(self, store: Store | AsyncStore) -> AsyncStore:
        """Give the store as the journal uses it."""
        ...

    @abstractmethod
    def _furnish(self, caller: Caller) -> None:
        """Put the rooms in."""
        ...


class AsyncConnect(_Root[Store | AsyncStore]):
    """A platform on Stripe Connect, in asyncio.

    Use it as an asynchronous context manager, or call `aclose`.

    Attributes:
        onboarding: Sellers: connected accounts made, onboarded and looked at.
        charges: Payments: direct, destination and separate, and their refunds.
        transfers: Money moved from the platform to a connected account, and back.
        payouts: Money paid out to a bank.
        topups: The platform's own money added to its balance.
        balances: What is there, and every movement.
        operations: What the journal holds that is not settled yet.
        store: Where operations and events are remembered.
    """

    _colour = AsyncioWorld

    def _joined(self, store: Store | AsyncStore) -> AsyncStore:
        if inspect.iscoroutinefunction(store.insert):
            return cast("AsyncStore", store)
        return Threaded(cast("Store", store))

    def _furnish(self, caller: Caller) -> None:
        self.onboarding: AsyncOnboarding = AsyncOnboarding(caller)
        self.charges: AsyncCharges = AsyncCharges(caller)
        self.transfers: AsyncTransfers = AsyncTransfers(caller)
        self.payouts: AsyncPayouts = AsyncPayouts(caller)
        self.topups: AsyncTopUps = AsyncTopUps(caller)
        self.balances: AsyncBalances = AsyncBalances(caller)
        self.operations: AsyncOperations = AsyncOperations(caller)

    def webhooks(self, *, secrets: Sequence[str]) -> AsyncWebhookRouter:
        """Make a router for Stripe's events, over the same store.

        Args:
            secrets: The signing secrets (`whsec_…`) of every endpoint that leads here.

        Raises:
            InvalidRequest: There is none, or one is empty.
        """
        return AsyncWebhookRouter(self._memory, self._world, secrets=secrets, livemode=self._livemode)

    async def aclose(self) -> None:
        """Close the transport, unless it was given; the store stays open, for it was given."""
        await self._sdk.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class Connect(_Root[Store]):
    """A platform on Stripe Connect.

    Use it as a context manager, or call `close`. One serves any number of threads.

    Attributes:
        onboarding: Sellers: connected accounts made, onboarded and looked at.
        charges: Payments: direct, destination and separate, and their refunds.
        transfers: Money moved from the platform to a connected account, and back.
        payouts: Money paid out to a bank.
        topups: The platform's own money added to its balance.
        balances: What is there, and every movement.
        operations: What the journal holds that is not settled yet.
        store: Where operations and events are remembered.
    """

    _colour = BlockingWorld

    def _joined(self, store: Store | AsyncStore) -> AsyncStore:
        if inspect.iscoroutinefunction(store.insert):
            message = "An asynchronous store cannot serve the blocking Connect."
            raise InvalidRequest(message, param="store", next_step="Pass a blocking store, or use AsyncConnect.")
        return Inline(cast("Store", store))

    def _furnish(self, caller: Caller) -> None:
        self.onboarding: Onboarding = Onboarding(AsyncOnboarding(caller))
        self.charges: Charges = Charges(AsyncCharges(caller))
        self.transfers: Transfers = Transfers(AsyncTransfers(caller))
        self.payouts: Payouts = Payouts(AsyncPayouts(caller))
        self.topups: TopUps = TopUps(AsyncTopUps(caller))
        self.balances: Balances = Balances(AsyncBalances(caller))
        self.operations: Operations = Operations(AsyncOperations(caller))

    def webhooks(self, *, secrets: Sequence[str]) -> WebhookRouter:
        """Make a router for Stripe's events, over the same store.

        Args:
            secrets: The signing secrets (`whsec_…`) of every endpoint that leads here.

        Raises:
            InvalidRequest: There is none, or one is empty.
        """
        source = AsyncWebhookRouter(self._memory, self._world, secrets=secrets, livemode=self._livemode)
        return WebhookRouter(source)

    def close(self) -> None:
        """Close the transport, unless it was given; the store stays open, for it was given."""
        self._sdk.close()

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


def _log_unrecorded(operation: Operation) -> None:
    _log.error("%s was done and could not be recorded (%s)", operation.verb, operation.fingerprint[:12])
