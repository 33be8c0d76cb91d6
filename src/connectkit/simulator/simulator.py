"""The simulator's face: requests in, answers and events out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .accounts.deadlines import GRACE, demand, disable, foresee
from .accounts.hosted import complete
from .accounts.queries import account_of
from .accounts.stops import Stopped
from .answers import Answer, ConnectionLost
from .buyers.authentication import authenticate
from .client import new_client
from .clock import Clock, real_now
from .control import PREFIX, steer
from .deliveries import Delivery, PostOffice
from .engine import Engine, Seen
from .faults import Faults
from .files import read_form
from .money.switches import Switches, set_switches
from .page import FRONT, front
from .permissions import KEPT_KEY, digest, without_key
from .recording import Beginning, Recording, Step, kept, replay
from .refusals import Refusal
from .routing import Router, Visit
from .selling.completing import buy
from .server import Courier, Server, new_lock, pause
from .shapes import Object
from .state import World
from .subscribers import Subscriber, Target
from .topics import TOPICS
from .traffic import Limiter, Traffic

if TYPE_CHECKING:
    import stripe

_ROUTER: Final = Router(TOPICS)
_APIS: Final = ("/v1/", "/v2/")  # what is asked for most often is looked for first
_PAGES: Final = {prefix: visit for topic in TOPICS for prefix, visit in topic.pages.items()}
_KINDS: Final = {name: kind for topic in TOPICS for name, kind in topic.kinds.items()}


class Simulator:
    """A Stripe with Connect, in memory.

    It accepts any key that begins with `sk_test_` or `rk_test_`, and lets each do everything, unless `restrict` said
    what it may do. All of it may be used from several threads.

    Args:
        seed: Where ids begin: the same requests in the same order get the same ids.
        start: When its time begins, in unix seconds; the present, where not given.
        livemode: Accept live keys instead, and say so in every object.
        check_always: Check every invariant after every request, not only those of what it touched. For tests: it
            grows slower as objects accumulate.
        switches: How it decides where Stripe's own rule is unknown, or a matter of contract.
        traffic: How much traffic it bears, and how long its answers take; any number, and no time, if not given.
    """

    def __init__(
        self,
        seed: int = 0,
        start: int | None = None,
        *,
        livemode: bool = False,
        check_always: bool = False,
        switches: Switches | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self._seed = seed
        self._start = real_now() if start is None else start
        self._livemode = livemode
        self._check_always = check_always
        self._switches = switches or Switches()
        self._limiter = Limiter(traffic or Traffic(), seed)
        self._lock = new_lock()
        self._courier = Courier()
        self._site: str | None = None
        self._recording: Recording | None = None
        self._leaving = count(1)
        self.reset()

    @property
    def clock(self) -> Clock:
        """Simulated time."""
        return self._world.clock

    @property
    def faults(self) -> Faults:
        """What is planned to go wrong."""
        return self._faults

    @property
    def requests(self) -> list[Seen]:
        """Every request, in order."""
        return self._engine.log

    @property
    def deliveries(self) -> list[Delivery]:
        """Every attempt to deliver an event, in order."""
        return self._office.log

    @property
    def world(self) -> World:
        """What is simulated, for tests that look inside."""
        return self._world

    def reset(self) -> None:
        """Begin anew: no objects, no money, no subscribers, the first second."""
        with self._lock:
            self._world = World(_KINDS, start=self._start, seed=self._seed, livemode=self._livemode)
            if self._site is not None:
                self._world.site = self._site
            self._faults = Faults()
            self._engine = Engine(self._world, _ROUTER, self._faults, self._limiter)
            self._office = PostOffice(self._world, self._faults, self._courier, self._lock)
            self._advanced: dict[str, int] = {}
            for topic in TOPICS:
                for prepare in topic.starts:
                    prepare(self._world)
            set_switches(self._world, self._switches)
            if self._recording is not None:
                self._recording.begin(self._beginning)

    def keep(self, path: Path) -> None:
        """Go on with the world that a file holds, and keep in that file whatever happens from now on.

        What it holds is asked for again, one request after the other. Events are not delivered a second time. Only
        requests over HTTP or through the SDK are kept, those that steer among them; a call of `subscribe` with a
        function is not.

        Args:
            path: The file; it is made if there is none.

        Raises:
            ValueError: It holds something else, or a world that this version would not have made so.
        """
        recording = Recording(path)
        held = recording.read()
        with self._lock:
            self._recording = None
            if held is not None:
                self._replay(*held)
            else:
                recording.begin(self._beginning)
            self._recording = recording

    def _replay(self, beginning: Beginning, steps: list[Step]) -> None:
        if beginning.livemode is not self._livemode:
            message = f"The state is one of {'live' if beginning.livemode else 'test'} mode, and this simulator is not."
            raise ValueError(message)
        self._seed, self._start = beginning.seed, beginning.start
        self.reset()
        self._office.replaying = self._limiter.paused = True
        replay(self, steps, livemode=self._livemode)
        self._office.replaying = self._limiter.paused = False

    @property
    def _beginning(self) -> Beginning:
        return Beginning(self._seed, self._start, self._livemode)

    def handle(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer a request with status, headers and body.

        Args:
            method: The HTTP method, upper case.
            path: The path, with the query.
            headers: The headers, in any case.
            body: The body.

        Raises:
            ConnectionLost: A planned fault broke the connection.
            InvariantBroken: The simulator contradicts itself.
        """
        left, delay = self.leave(method, path)
        pause(delay)
        answer = self.begin(method, path, headers, body, left)
        pause(answer.delay)
        return self.end(answer)

    def leave(self, method: str, path: str) -> tuple[int, float]:
        """Give a request that is sent now its number, and the seconds that it is under way."""
        if path.startswith(PREFIX):
            return 0, 0.0
        left = next(self._leaving)
        if not self._faults.planned:
            return left, 0.0
        with self._lock:
            return left, self._faults.hold(method, path.partition("?")[0])

    def begin(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", left: int = 0) -> Answer:
        """Do what a request asks for; its answer has to be given to `end`, after the delay that it names."""
        if path.startswith(PREFIX):
            if method != "GET":
                with self._lock:
                    self._note(method, path, headers, without_key(body))
            return Answer(*steer(self, method, path, body))
        if path == FRONT:
            with self._lock:
                return front(self._world, self.requests)
        if not path.startswith(_APIS):
            visit = next((visit for prefix, visit in _PAGES.items() if path.startswith(prefix)), None)
            if visit is not None:
                return self._visit(visit, method, path, body)
        lowered = dict(zip(map(str.lower, headers), headers.values(), strict=True))
        with self._lock:
            changes = method != "GET" or bool(self._faults.planned)
            answer = self._engine.run(method, path, lowered, body, left)
            if changes and not answer.turned_away:
                self._note(method, path, headers, body, answer.status)
            due = self._settle()
        if due:
            self._office.deliver()
        return answer

    def end(self, answer: Answer) -> tuple[int, dict[str, str], bytes]:
        """Give an answer's status, headers and body, unless it is lost.

        Raises:
            ConnectionLost: A planned fault broke the connection.
        """
        if answer.release is not None:
            with self._lock:
                answer.release()
        if answer.lost:
            raise ConnectionLost("The connection broke before an answer came.")
        return answer.status, answer.headers, answer.body

    def http_client(self) -> stripe.HTTPClient:
        """Give a client for `stripe.StripeClient(http_client=…)`, blocking and asyncio, without any network."""
        return new_client(self)

    def serve(self, port: int = 0) -> Server:
        """Serve on a port of 127.0.0.1 at once, until the server is closed; it is a context manager.

        Args:
            port: Which; 0 for any free one.

        Raises:
            OSError: The port cannot be used.
        """
        server = Server(self.handle, port)
        self._world.site = self._site = server.url
        return server

    def advance(self, *, days: float = 0, hours: float = 0, to: int | None = None, key: str | None = None) -> int:
        """Let time pass, with all that happens in it, and give the second that it is then.

        Args:
            days: How many days.
            hours: How many hours on top of them.
            to: The second to arrive at, instead of a distance.
            key: Does nothing if it was given before.

        Raises:
            ValueError: Time would run backwards.
        """
        with self._lock:
            if key is not None and key in self._advanced:
                return self._advanced[key]
            now = self.clock.advance(days=days, hours=hours, to=to)
            due = self._settle()
            if key is not None:
                self._advanced[key] = now
        if due:
            self._office.deliver()
        return now

    def bear(
        self,
        *,
        total: float | None = None,
        endpoint: float | None = None,
        latency: float = 0.0,
        slowest: float | None = None,
    ) -> None:
        """Bear so much traffic from now on; see `Traffic`.

        Args:
            total: How many requests a second of all kinds together; any number if it is not given.
            endpoint: How many a second of each endpoint; any number if it is not given.
            latency: How many real seconds each answer takes.
            slowest: How many seconds one in a hundred takes, or more; then `latency` is the time of the middle one.

        Raises:
            ValueError: The slowest is not slower.
        """
        with self._lock:
            self._limiter.change(Traffic(total, endpoint, latency, slowest))

    def restrict(self, key: str, *, read: Iterable[str] = (), write: Iterable[str] = ()) -> None:
        """Let a restricted key do this and nothing else from now on; what it may not do is answered 403.

        Resources are named as in their paths: `charges`, `checkout/sessions`, `v2/core/accounts`; `*` stands for
        anything. What belongs to an object, as the persons of an account, belongs to its resource.

        Args:
            key: The key, which begins with `rk_test_`, or `rk_live_` in live mode.
            read: What it may read.
            write: What it may read and write.

        Raises:
            ValueError: The key is no restricted one of this mode, or there is no such resource.
            TypeError: The resources are one string instead of several.
        """
        prefix = f"rk_{'live' if self._livemode else 'test'}_"
        if not key.startswith((prefix, KEPT_KEY)):
            message = f"A restricted key begins with {prefix} here; another key cannot be restricted."
            raise ValueError(message)
        with self._lock:
            stands_for = key.removeprefix(KEPT_KEY) if key.startswith(KEPT_KEY) else digest(key)
            self._engine.permissions.restrict(stands_for, read, write)

    def demand(self, account: str, item: str, days: float = GRACE) -> None:
        """Have Stripe want something of an account by a day, as a new law or a threshold does.

        What is not there by then disables payouts, and later charges. A document is there when it has passed.

        Args:
            account: The connected account.
            item: What is wanted, in the words of v1, as `individual.verification.document`.
            days: How many days there are for it.

        Raises:
            ValueError: There is no such account.
        """
        self._about(account, lambda found: demand(self._world, found, item, days))

    def foresee(self, account: str, item: str, days: float = GRACE) -> None:
        """Have Stripe announce that it will want something of an account from a day on.

        Until then it stands in the future requirements; from then on it is due, with as many days again to give it.

        Args:
            account: The connected account.
            item: What will be wanted, in the words of v1.
            days: In how many days.

        Raises:
            ValueError: There is no such account.
        """
        self._about(account, lambda found: foresee(self._world, found, item, days))

    def disable(self, account: str, reason: str | None, *, only: Stopped | None = None) -> None:
        """Disable an account for a reason that no request can give: Stripe's own, or a click in the Dashboard.

        Args:
            account: The connected account.
            reason: Stripe's `disabled_reason`, as `platform_paused`, `under_review` or `rejected.fraud`; `None` lifts
                it.
            only: What alone is disabled, `charges` or `payouts`; both, where not given. Without charges an account
                still pays out what it has; how Stripe shows that is inferred.

        Raises:
            ValueError: There is no such account, or nothing of that name to disable.
        """
        self._about(account, lambda found: disable(self._world, found, reason, only))

    def authenticate(self, intent: str, *, passed: bool = True) -> None:
        """Have the buyer of a payment intent, or setup intent, that waits for it prove that it is she.

        Args:
            intent: The id.
            passed: Whether her bank believes her.

        Raises:
            ValueError: There is none, or it does not wait for that.
        """
        self._have(lambda: authenticate(self._world, intent, passed=passed))

    def pay(self, session: str, payment_method: str = "pm_card_visa") -> str:
        """Pay a Checkout session on its page, as its buyer would, and give where that leads her.

        Args:
            session: The session.
            payment_method: The name of a test card or bank account.

        Raises:
            ValueError: There is none, it is not open, or the payment is declined.
        """
        leads: list[str] = []
        self._have(lambda: leads.append(buy(self._world, session, payment_method)))
        return leads[0]

    def onboard(self, account: str) -> None:
        """Fill in the hosted onboarding form of an account, as its owner would, with the documented test values.

        Raises:
            ValueError: There is no such account.
        """
        self._about(account, lambda _: complete(self._world, account))

    def subscribe(
        self,
        target: Target | str,
        secret: str = "whsec_simulator",  # noqa: S107  # what it guards is simulated
        *,
        connect: bool = False,
        events: Iterable[str] = ("*",),
        thin: bool = False,
    ) -> Subscriber:
        """Send events to a function or a URL.

        Args:
            target: A function of body and headers, called before the request that caused the event is answered; or a
                URL, posted to in the background.
            secret: What deliveries are signed with.
            connect: Whether it gets the events of connected accounts, or the platform's own.
            events: The types that it gets; `*` stands for anything.
            thin: Whether it gets thin events of API v2, or snapshots.

        Raises:
            TypeError: The types are one string instead of several.
        """
        if isinstance(events, str):
            message = f"The types of events are several strings: ({events!r},) and not {events!r}."
            raise TypeError(message)
        with self._lock:
            subscriber = Subscriber(self._world.ids.new("we"), target, secret, connect, tuple(events), thin)
            self._world.subscribers[subscriber.id] = subscriber
        return subscriber

    def drain(self) -> None:
        """Wait until every event for a URL has been delivered or given up."""
        self._courier.wait()

    def ledger(self) -> Object:
        """Tell whether the world's money sums to zero, and what every account holds."""
        with self._lock:
            ledger = self._world.ledger
            names = {self._world.platform: "platform"}
            accounts = {names.get(account, account): held for account, held in ledger.totals().items()}
            return {"balanced": ledger.balanced(), "accounts": accounts}

    def check(self) -> None:
        """Check every invariant of every object, and the whole ledger.

        Raises:
            InvariantBroken: One does not hold.
        """
        with self._lock:
            self._world.check()

    def _about(self, account: str, change: Callable[[Object], None]) -> None:
        """Have something happen to an account."""
        self._have(lambda: change(account_of(self._world, account)))

    def _have(self, happen: Callable[[], None]) -> None:
        """Have something happen."""
        try:
            with self._lock:
                happen()
                due = self._settle()
        except Refusal as refusal:
            raise ValueError(refusal.message) from None
        if due:
            self._office.deliver()

    def _visit(self, visit: Visit, method: str, path: str, body: bytes) -> Answer:
        with self._lock:
            page = visit(self._world, method, path, read_form(body))
            self._note(method, path, {}, body, page.status)
            due = self._settle()
        if due:
            self._office.deliver()
        return page

    def _note(self, method: str, path: str, headers: Mapping[str, str], body: bytes, status: int | None = None) -> None:
        if self._recording is not None:
            self._recording.note(Step(self.clock.now, method, path, kept(headers), body, status))

    def _settle(self) -> bool:
        """Let what is due happen, hold it against the invariants, and tell whether there is anything to deliver."""
        self._world.clock.run_due()
        if self._check_always:
            self._world.check()
        else:
            self._world.check_touched()
        return self._office.collect()
