"""The functions that events are handed to, typed by the type of the event."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import ClassVar, Final, TypeAlias, TypedDict, Unpack, overload

from attrs import evolve, frozen

from connectkit.errors import InvalidRequest

from .events import Event
from .kinds import (
    AccountChangeEvents,
    AccountEvents,
    BalanceEvents,
    CapabilityEvents,
    CheckoutEvents,
    DisputeEvents,
    ExternalEvents,
    FileEvents,
    Handler,
    IntentionEvents,
    OfAccount,
    OfAccountChange,
    OfAny,
    OfBalance,
    OfCapability,
    OfCheckout,
    OfDispute,
    OfExternal,
    OfFile,
    OfIntention,
    OfOperation,
    OfPayment,
    OfPayout,
    OfPayoutSettings,
    OfPerson,
    OfRefund,
    OfTopUp,
    OfTransfer,
    OperationEvents,
    PaymentEvents,
    PayoutEvents,
    PayoutSettingsEvents,
    PersonEvents,
    RefundEvents,
    TopUpEvents,
    TransferEvents,
)

_PATTERN: Final = re.compile(r"\*|[a-z0-9_\[\]]+(?:\.[a-z0-9_\[\]]+)*(?:\.\*)?")


Accounts: TypeAlias = Collection[str] | Callable[[str | None], bool]
"""Of which accounts events are wanted: some ids, or what tells of an account (`None` is the platform)."""


@frozen(kw_only=True)
class Registration:
    """A function, and which events it wants in which way.

    Attributes:
        pattern: A type, all that begin so as `payout.*`, or `*`.
        handler: The function.
        current: Whether it wants the object as it is now.
        skip_stale: Whether it is spared an event that a later one of the same object has overtaken.
        accounts: Of which accounts; of all if it is `None`.
    """

    pattern: str
    handler: Handler
    current: bool = False
    skip_stale: bool = False
    accounts: Accounts | None = None

    @property
    def name(self) -> str:
        """The function's name, for people and for `Event.once`."""
        return f"{self.handler.__module__}.{getattr(self.handler, '__qualname__', type(self.handler).__qualname__)}"

    def wants(self, event: Event[object]) -> bool:
        """Tell whether an event is for it."""
        return matches(self.pattern, event.type) and (self.accounts is None or _among(self.accounts, event.account))


class How(TypedDict, total=False):
    """In which way a function wants its events; see `Registration`."""

    current: bool
    skip_stale: bool


class Handlers:
    """Which function handles what; the order of registration is the order of running."""

    def __init__(self) -> None:
        self.registered: list[Registration] = []

    def of(self, event: Event[object]) -> list[Registration]:
        """Give those that want an event, each function once."""
        found: dict[Handler, Registration] = {}
        for registration in self.registered:
            if registration.wants(event):
                found.setdefault(registration.handler, registration)
        return list(found.values())

    @property
    def patterns(self) -> Sequence[str]:
        """The types that some function wants, sorted."""
        return sorted({registration.pattern for registration in self.registered})


def _check(pattern: str) -> None:
    if not _PATTERN.fullmatch(pattern):
        message = f"{pattern!r} is not a type of event."
        next_step = "Name one as 'payout.failed', all of a kind as 'payout.*', or every one as '*'."
        raise InvalidRequest(message, param="type", next_step=next_step)


def matches(pattern: str, event_type: str) -> bool:
    """Tell whether a type is one that a pattern stands for."""
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return event_type == pattern


def _among(accounts: Accounts, account: str | None) -> bool:
    return accounts(account) if callable(accounts) else account in accounts


class Registering:
    """Registers handlers; plain in both colours."""

    _awaits: ClassVar[bool]
    _handlers: Handlers

    @overload
    def on(self, type: AccountChangeEvents, **how: Unpack[How]) -> Callable[[OfAccountChange], OfAccountChange]: ...
    @overload
    def on(self, type: AccountEvents, **how: Unpack[How]) -> Callable[[OfAccount], OfAccount]: ...
    @overload
    def on(self, type: BalanceEvents, **how: Unpack[How]) -> Callable[[OfBalance], OfBalance]: ...
    @overload
    def on(self, type: CapabilityEvents, **how: Unpack[How]) -> Callable[[OfCapability], OfCapability]: ...
    @overload
    def on(self, type: CheckoutEvents, **how: Unpack[How]) -> Callable[[OfCheckout], OfCheckout]: ...
    @overload
    def on(self, type: DisputeEvents, **how: Unpack[How]) -> Callable[[OfDispute], OfDispute]: ...
    @overload
    def on(self, type: ExternalEvents, **how: Unpack[How]) -> Callable[[OfExternal], OfExternal]: ...
    @overload
    def on(self, type: FileEvents, **how: Unpack[How]) -> Callable[[OfFile], OfFile]: ...
    @overload
    def on(self, type: IntentionEvents, **how: Unpack[How]) -> Callable[[OfIntention], OfIntention]: ...
    @overload
    def on(self, type: OperationEvents, **how: Unpack[How]) -> Callable[[OfOperation], OfOperation]: ...
    @overload
    def on(self, type: PaymentEvents, **how: Unpack[How]) -> Callable[[OfPayment], OfPayment]: ...
    @overload
    def on(self, type: PayoutEvents, **how: Unpack[How]) -> Callable[[OfPayout], OfPayout]: ...
    @overload
    def on(self, type: PayoutSettingsEvents, **how: Unpack[How]) -> Callable[[OfPayoutSettings], OfPayoutSettings]: ...
    @overload
    def on(self, type: PersonEvents, **how: Unpack[How]) -> Callable[[OfPerson], OfPerson]: ...
    @overload
    def on(self, type: RefundEvents, **how: Unpack[How]) -> Callable[[OfRefund], OfRefund]: ...
    @overload
    def on(self, type: TopUpEvents, **how: Unpack[How]) -> Callable[[OfTopUp], OfTopUp]: ...
    @overload
    def on(self, type: TransferEvents, **how: Unpack[How]) -> Callable[[OfTransfer], OfTransfer]: ...
    @overload
    def on(self, type: str, **how: Unpack[How]) -> Callable[[OfAny], OfAny]: ...

    def on(self, type: str, **how: Unpack[How]) -> Callable[[OfAny], OfAny]:
        """Register the decorated function for a type of event.

        The checkers know what `event.data` is for the types that connectkit models. A type that it does not model, and
        a pattern of several kinds, leave that to the function's own annotation: `Event[Mapping[str, Any]]`, or
        `Event[object]`.

        Any number of functions may handle a type, and one function any number of types. They run in the order of
        registration. When one fails, all run again later, so each has to bear being run twice: name operations after
        what the event is about, as in `key=f"refund/{event.object_id}"`.

        Stripe promises no order, and tells the time to the second. A function that acts on an object's state says how
        that is to be borne: with *current*, the object is read from Stripe once more, so that `event.data` is what it
        is now; with *skip_stale*, an event is passed over if a later one of the same object, that the function wants as
        well, has come in.

        Args:
            type: As `payout.failed`; all of a kind as `payout.*`; every one as `*`.
            **how: `current=True`: `event.data` is to be the object as it is now, which costs one read;
                `skip_stale=True`: events are passed over that a later one has overtaken.

        Raises:
            InvalidRequest: *type* is no type of event, or an `async def` was given to a blocking router.
        """
        _check(type)

        def register(handler: OfAny) -> OfAny:
            self._register(Registration(pattern=type, handler=handler, **how))
            return handler

        return register

    def include(self, handlers: EventHandlers, *, accounts: Accounts | None = None) -> None:
        """Register all functions of a part of the application, after those that are registered already.

        Args:
            handlers: What that part has collected; what it collects later is not included.
            accounts: Only for the events of these accounts: their ids, or a function that is given the account's id, or
                `None` for the platform, and says whether it is one of, for instance, a tenant's.

        Raises:
            InvalidRequest: One is an `async def`, and this router is a blocking one.
        """
        for registration in handlers.registered:
            inner = registration.accounts
            if accounts is not None:
                both = accounts if inner is None else partial(_among_both, accounts, inner)
                registration = evolve(registration, accounts=both)  # noqa: PLW2901  # narrowed
            self._register(registration)

    def _register(self, registration: Registration) -> None:
        if inspect.iscoroutinefunction(registration.handler) and not self._awaits:
            message = f"{registration.name} is an async function, and this router is a blocking one."
            raise InvalidRequest(message, param="handler", next_step="Use AsyncConnect, or a plain function.")
        self._handlers.registered.append(registration)


def _among_both(outer: Accounts, inner: Accounts, account: str | None) -> bool:
    return _among(outer, account) and _among(inner, account)


class EventHandlers(Registering):
    """The functions of one part of an application, to be included in a router."""

    _awaits = True

    def __init__(self) -> None:
        self._handlers = Handlers()

    @property
    def registered(self) -> Sequence[Registration]:
        """What was registered, in this order."""
        return tuple(self._handlers.registered)
