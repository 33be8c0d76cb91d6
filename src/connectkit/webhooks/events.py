"""Events as typed values, whole ones and thin ones.

A *snapshot* event carries the object as it was when the event was made; a *thin* one (`object="v2.core.event"`) only
names it. The envelope is read at once, the object when somebody asks for it.
"""

from __future__ import annotations

import copy
import hashlib
import json
import marshal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Generic, TypeGuard, TypeVar, cast

from attrs import evolve, field, frozen

from connectkit.errors import InvalidRequest
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance
from connectkit.models.base import Answer, Data, Receipt
from connectkit.models.capabilities import Capability
from connectkit.models.checkout import CheckoutSession
from connectkit.models.disputes import Dispute
from connectkit.models.external_accounts import ExternalAccount
from connectkit.models.files import File
from connectkit.models.intentions import PayoutIntention
from connectkit.models.observations import AccountChange
from connectkit.models.operations import OperationEnd
from connectkit.models.payments import Payment
from connectkit.models.payouts import Payout
from connectkit.models.persons import Person
from connectkit.models.refunds import Refund
from connectkit.models.settings import PayoutSettings
from connectkit.models.setups import SetupIntent
from connectkit.models.topups import TopUp
from connectkit.models.transfers import Transfer
from connectkit.storage.base import AsyncStore, Store, TransactionalStore, transactional
from connectkit.storage.records import Delivery

from .replies import Reason

if TYPE_CHECKING:
    import connectkit.connect  # the module and not its names: it imports this one

T_co = TypeVar("T_co", covariant=True)

_MODELS: Final[Mapping[str, Callable[[Answer], object]]] = {
    "account": Account.parse,
    "balance": Balance.parse,
    "balance_settings": PayoutSettings.parse,
    "bank_account": ExternalAccount.parse,
    "capability": Capability.parse,
    "card": ExternalAccount.parse,
    "checkout.session": CheckoutSession.parse,
    "connectkit.account": AccountChange.parse,
    "connectkit.operation": OperationEnd.parse,
    "connectkit.payout": PayoutIntention.parse,
    "dispute": Dispute.parse,
    "file": File.parse,
    "payment_intent": Payment.parse,
    "payout": Payout.parse,
    "person": Person.parse,
    "refund": Refund.parse,
    "setup_intent": SetupIntent.parse,
    "topup": TopUp.parse,
    "transfer": Transfer.parse,
}

_CUSTOMERS: Final = frozenset({"bank_account", "card"})  # those of customers have no model
_JSON: Final = json.JSONDecoder()
_BLANKS: Final = " \t\n\r"
_MAX_NAME: Final = 255
_PLAIN: Final = 2  # marshal's last form that depends on values alone; it takes a third of the time that JSON takes


@frozen(kw_only=True)
class Related:
    """The object that a thin event is about.

    Attributes:
        id: Its id; `""` where the account has only one.
        type: Its kind, as `v2.core.account`.
        url: The path that gives its present state.
    """

    id: str
    type: str
    url: str


@frozen
class Context:
    """What a handler's event reaches for.

    Attributes:
        connect: Gives the client for a connected account, or for the platform.
        store: Where the event is remembered.
        handler: The name of the handler that it is handed to.
    """

    connect: Callable[[str | None], object]
    store: Store | AsyncStore
    handler: str = ""


@frozen(kw_only=True, slots=False)  # with slots it takes twice as long to make
class Event(Generic[T_co]):
    """Something that happened at Stripe.

    Stripe promises no order: `data` is the object as it was at `created`, and a later event may have come before.

    Attributes:
        id: Stripe's id.
        type: What happened, as `payout.failed`. An open set.
        account: The connected account in which it happened, to pass on in every call that follows; `None` for the
            platform itself.
        livemode: Whether it is about real money.
        created: When it happened, to the second.
    """

    id: str
    type: str
    account: str | None
    livemode: bool
    created: datetime
    _envelope: Data = field(alias="envelope", eq=False, repr=False)
    _context: Context | None = field(alias="context", default=None, eq=False, repr=False)
    _present: Answer | None = field(alias="present", default=None, eq=False, repr=False)

    @cached_property
    def data(self) -> T_co:
        """The object: a model where connectkit has one, a plain mapping otherwise, empty for most thin events.

        It is as it was at `created`; as it is now, for a handler that was registered with `current=True`.
        """
        if self._present is not None:
            return cast("T_co", _decoded(self._present))
        receipt = Receipt(request_id=self.request_id, as_of=self.created)
        found = _inside(self._envelope, "data") if self.thin else _inside(self._envelope, "data", "object")
        return cast("T_co", _decoded(Answer(data=_mapping(found), receipt=receipt)))

    @cached_property
    def object_id(self) -> str:
        """The id of the object that it is about; `""` where that has none."""
        about = _mapping(self._envelope.get("related_object")) or _mapping(_inside(self._envelope, "data", "object"))
        return _text(about, "id")

    @property
    def api_version(self) -> str:
        """The version that `data` is written in, which is the endpoint's own; `""` for a thin event."""
        return _text(self._envelope, "api_version")

    @property
    def request_id(self) -> str:
        """Stripe's id of the request that caused it, `""` for Stripe's own doing."""
        return _text(self._cause, "id")

    @property
    def idempotency_key(self) -> str:
        """The wire key of that request, or `""`."""
        return _text(self._cause, "idempotency_key")

    @property
    def _cause(self) -> Data:
        return _mapping(_inside(self._envelope, "reason", "request") if self.thin else self._envelope.get("request"))

    @property
    def related(self) -> Related | None:
        """What a thin event is about; `None` for a snapshot."""
        related = _mapping(self._envelope.get("related_object"))
        return Related(**{name: _text(related, name) for name in ("id", "type", "url")}) if related else None

    @property
    def connect(self) -> connectkit.connect.Connect:
        """The blocking client that the router was made by, for `account`: verbs that name no other mean this one.

        Raises:
            InvalidRequest: The router is an asynchronous one, or no router handed this event out.
        """
        client: Any = self._reached().connect(self.account)
        if hasattr(client, "aclose"):
            raise _of_the_other_colour(own="aconnect")
        return cast("connectkit.connect.Connect", client)

    @property
    def aconnect(self) -> connectkit.connect.AsyncConnect:
        """The asynchronous client that the router was made by, for `account`; see `connect`.

        Raises:
            InvalidRequest: The router is a blocking one, or no router handed this event out.
        """
        client: Any = self._reached().connect(self.account)
        if not hasattr(client, "aclose"):
            raise _of_the_other_colour(own="connect")
        return cast("connectkit.connect.AsyncConnect", client)

    def once(self, connection: object, name: str = "") -> bool:
        """Say whether this handler's effect is still to be written, and remember in your transaction that it is.

        The first transaction that asks and commits is told `True`; every other one, later or at the same time, `False`.
        So what you write through *connection* is written once, however often the event is handled.

        Args:
            connection: An open connection to the store's own database, of its driver or of SQLAlchemy.
            name: Of the effect, where a handler has several, or may be renamed; the handler's own if it is not given.

        Raises:
            InvalidRequest: The store has no transactions, or this is no connection that it can write through.
            StoreUnavailable: It could not be written.
        """
        return self._transactional().enlist_event(connection, self._effect(name))

    async def aonce(self, connection: object, name: str = "") -> bool:
        """Do what `once` does, through an asynchronous *connection*."""
        return await self._transactional().aenlist_event(connection, self._effect(name))

    def _transactional(self) -> TransactionalStore:
        instead = "name operations after the event, which makes a second run harmless."
        return transactional(self._reached().store, instead)

    def _effect(self, name: str) -> Delivery:
        effect = f"{self.id}#{name or self._reached().handler}"
        return Delivery(scope_of(self), effect, self.type, b"", done=True, happened=self.created)

    def _reached(self) -> Context:
        if self._context is None:
            message = "Only an event that a router hands to a handler knows its client and its store."
            raise InvalidRequest(message, next_step="Register a function with router.on().")
        return self._context

    def within(self, context: Context, present: Answer | None = None) -> Event[T_co]:
        """Give the same event as a handler gets it.

        Args:
            context: What it reaches for.
            present: The object as it is now, for a handler that wants that.
        """
        return evolve(self, context=context, present=present)

    @property
    def kind(self) -> str:
        """The kind of its object in Stripe's word, as `payout`; `""` where there is none."""
        return (
            self.related.type if self.related else _text(_mapping(_inside(self._envelope, "data", "object")), "object")
        )

    @property
    def change(self) -> str:
        """A hash of what it tells, its id aside, the same for two events of one change; `""` if none can be made."""
        told = (self.type, self.account, str(self.created), self._envelope.get("data"), self.object_id, self.thin)
        try:
            return hashlib.sha256(marshal.dumps(told, _PLAIN)).hexdigest()[:32]
        except ValueError:  # nested deeper than anything of Stripe's
            return ""

    @property
    def thin(self) -> bool:
        """Whether it only names its object."""
        return _is_thin(self._envelope)

    @property
    def previous_attributes(self) -> Data:
        """What an `….updated` event changed, as it was before; a changed list is there as a whole."""
        return _mapping(_inside(self._envelope, "data", "previous_attributes"))

    @property
    def raw(self) -> dict[str, Any]:
        """A copy of the whole event. It may hold personal data."""
        return copy.deepcopy(dict(self._envelope))


def scope_of(event: Event[Any]) -> str:
    """Give within what the event's id is unique: its mode and account."""
    return f"{'live' if event.livemode else 'test'}/{event.account or 'platform'}"


def parse(body: bytes) -> Event[object] | Reason:
    """Read an event of either kind, or say why *body* is none."""
    try:
        envelope = _mapping(_read(body))
    except (ValueError, RecursionError):
        return Reason.NOT_JSON
    kind = envelope.get("object")
    if kind == "event" and isinstance(_inside(envelope, "data", "object"), dict):
        account, created = envelope.get("account"), _moment_of(envelope.get("created"), int)
    elif kind == "v2.core.event":
        account = _text(envelope, "context").rpartition("/")[2] or None  # an organisation's key has a longer path
        created = _moment_of(envelope.get("created"), str)
    else:
        return Reason.NOT_AN_EVENT
    event_id, type_, livemode = envelope.get("id"), envelope.get("type"), envelope.get("livemode")
    if not (_is_name(event_id) and _is_name(type_) and (account is None or _is_name(account))):
        return Reason.NOT_AN_EVENT
    if created is None or not isinstance(livemode, bool):
        return Reason.NOT_AN_EVENT
    return Event(id=event_id, type=type_, account=account, livemode=livemode, created=created, envelope=envelope)


def _read(body: bytes) -> object:
    """Decode JSON, as `json.loads` does without looking for blanks by regular expressions."""
    text = body.decode().strip(_BLANKS)
    value, end = _JSON.raw_decode(text)
    if end != len(text):
        raise ValueError
    return value


def _of_the_other_colour(*, own: str) -> InvalidRequest:
    message = "The router of this event is of the other colour."
    return InvalidRequest(message, next_step=f"Use event.{own}.")


def _is_thin(envelope: Data) -> bool:
    return bool(envelope["object"] != "event")


def _decoded(answer: Answer) -> object:
    kind = _text(answer.data, "object")
    model = None if kind in _CUSTOMERS and not answer.data.get("account") else _MODELS.get(kind)
    return answer.data if model is None else model(answer)


def _moment_of(value: object, kind: type[int | str]) -> datetime | None:
    """Read a time that is written as *kind*: seconds since 1970, or a text with a zone."""
    if not isinstance(value, kind):
        return None
    try:
        found = datetime.fromtimestamp(value, tz=UTC) if isinstance(value, int) else datetime.fromisoformat(value)
    except (OSError, OverflowError, ValueError):
        return None
    return found if found.tzinfo else None


def _inside(data: object, *path: str) -> object:
    for name in path:
        data = _mapping(data).get(name)
    return data


def _mapping(value: object) -> Data:
    return value if isinstance(value, dict) else {}  # pyright: ignore[reportUnknownVariableType]  # a JSON object


def _text(data: Data, name: str) -> str:
    value = data.get(name)
    return value if _is_name(value) else ""


def _is_name(value: object) -> TypeGuard[str]:
    """Tell whether every store can keep it: an id, a type, a version."""
    return isinstance(value, str) and 0 < len(value) <= _MAX_NAME and value.isprintable()
