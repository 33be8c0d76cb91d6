"""The functions that events are handed to, typed by the type of the event."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final, Literal, TypeAlias, TypeVar, overload

from connectkit.errors import InvalidRequest
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance
from connectkit.models.operations import OperationEnd
from connectkit.models.payments import Payment
from connectkit.models.payouts import Payout
from connectkit.models.refunds import Refund
from connectkit.models.topups import TopUp
from connectkit.models.transfers import Transfer

from .events import Event

Ending: TypeAlias = Awaitable[None] | None
"""What a handler gives back: nothing, now or later."""

Handler: TypeAlias = Callable[[Event[Any]], Ending]

AccountEvents: TypeAlias = Literal["account.updated"]
BalanceEvents: TypeAlias = Literal["balance.available"]
OperationEvents: TypeAlias = Literal[
    "connectkit.operation.refused",
    "connectkit.operation.review",
    "connectkit.operation.succeeded",
    "connectkit.operation.*",
]
PaymentEvents: TypeAlias = Literal[
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "payment_intent.*",
]
PayoutEvents: TypeAlias = Literal[
    "payout.canceled",
    "payout.created",
    "payout.failed",
    "payout.paid",
    "payout.reconciliation_completed",
    "payout.updated",
    "payout.*",
]
RefundEvents: TypeAlias = Literal[
    "charge.refund.updated", "refund.created", "refund.failed", "refund.updated", "refund.*"
]
TopUpEvents: TypeAlias = Literal[
    "topup.canceled", "topup.created", "topup.failed", "topup.reversed", "topup.succeeded", "topup.*"
]
TransferEvents: TypeAlias = Literal["transfer.created", "transfer.reversed", "transfer.updated", "transfer.*"]

OfAccount = TypeVar("OfAccount", bound=Callable[[Event[Account]], Ending])
OfBalance = TypeVar("OfBalance", bound=Callable[[Event[Balance]], Ending])
OfOperation = TypeVar("OfOperation", bound=Callable[[Event[OperationEnd]], Ending])
OfPayment = TypeVar("OfPayment", bound=Callable[[Event[Payment]], Ending])
OfPayout = TypeVar("OfPayout", bound=Callable[[Event[Payout]], Ending])
OfRefund = TypeVar("OfRefund", bound=Callable[[Event[Refund]], Ending])
OfTopUp = TypeVar("OfTopUp", bound=Callable[[Event[TopUp]], Ending])
OfTransfer = TypeVar("OfTransfer", bound=Callable[[Event[Transfer]], Ending])
OfAny = TypeVar("OfAny", bound=Handler)

_PATTERN: Final = re.compile(r"\*|[a-z0-9_\[\]]+(?:\.[a-z0-9_\[\]]+)*(?:\.\*)?")


class Handlers:
    """Which function handles what; the order of registration is the order of running."""

    def __init__(self) -> None:
        self._registered: list[tuple[str, Handler]] = []

    def add(self, pattern: str, handler: Handler) -> None:
        """Register *handler* for a type, for all that begin as `payout.*`, or for every one, `*`."""
        self._registered.append((pattern, handler))

    def of(self, event_type: str) -> list[Handler]:
        """Give those that want events of a type, each once."""
        wanting = (handler for pattern, handler in self._registered if _matches(pattern, event_type))
        return list(dict.fromkeys(wanting))


def _check(pattern: str) -> None:
    if not _PATTERN.fullmatch(pattern):
        message = f"{pattern!r} is not a type of event."
        next_step = "Name one as 'payout.failed', all of a kind as 'payout.*', or every one as '*'."
        raise InvalidRequest(message, param="type", next_step=next_step)


def _matches(pattern: str, event_type: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return event_type == pattern


class Registering:
    """Registers handlers; plain in both colours."""

    _awaits: ClassVar[bool]
    _handlers: Handlers

    @overload
    def on(self, type: AccountEvents) -> Callable[[OfAccount], OfAccount]: ...
    @overload
    def on(self, type: BalanceEvents) -> Callable[[OfBalance], OfBalance]: ...
    @overload
    def on(self, type: OperationEvents) -> Callable[[OfOperation], OfOperation]: ...
    @overload
    def on(self, type: PaymentEvents) -> Callable[[OfPayment], OfPayment]: ...
    @overload
    def on(self, type: PayoutEvents) -> Callable[[OfPayout], OfPayout]: ...
    @overload
    def on(self, type: RefundEvents) -> Callable[[OfRefund], OfRefund]: ...
    @overload
    def on(self, type: TopUpEvents) -> Callable[[OfTopUp], OfTopUp]: ...
    @overload
    def on(self, type: TransferEvents) -> Callable[[OfTransfer], OfTransfer]: ...
    @overload
    def on(self, type: str) -> Callable[[OfAny], OfAny]: ...

    def on(self, type: str) -> Callable[[OfAny], OfAny]:
        """Register the decorated function for a type of event.

        The checkers know what `event.data` is for the types that connectkit models. A type that it does not model, and
        a pattern of several kinds, leave that to the function's own annotation: `Event[Mapping[str, Any]]`, or
        `Event[object]`.

        Any number of functions may handle a type, and one function any number of types. They run in the order of
        registration. When one fails, all run again later, so each has to bear being run twice: name operations after
        what the event is about, as in `key=f"refund/{event.object_id}"`.

        Args:
            type: As `payout.failed`; all of a kind as `payout.*`; every one as `*`.

        Raises:
            InvalidRequest: *type* is no type of event, or an `async def` was given to a blocking router.
        """
        _check(type)

        def register(handler: OfAny) -> OfAny:
            if inspect.iscoroutinefunction(handler) and not self._awaits:
                message = f"{handler.__name__} is an async function, and this router is a blocking one."
                raise InvalidRequest(message, param="handler", next_step="Use AsyncConnect, or a plain function.")
            self._handlers.add(type, handler)
            return handler

        return register
