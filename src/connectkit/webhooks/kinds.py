"""Which types of events tell of which model, for the checkers alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeAlias, TypeVar

from connectkit.models.accounts import Account
from connectkit.models.balances import Balance
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
from connectkit.models.topups import TopUp
from connectkit.models.transfers import Transfer

from .events import Event

Ending: TypeAlias = Awaitable[None] | None
"""What a handler gives back: nothing, now or later."""

Handler: TypeAlias = Callable[[Event[Any]], Ending]

AccountEvents: TypeAlias = Literal["account.updated"]
AccountChangeEvents: TypeAlias = Literal["connectkit.account.changed"]
BalanceEvents: TypeAlias = Literal["balance.available"]
CapabilityEvents: TypeAlias = Literal["capability.updated"]
CheckoutEvents: TypeAlias = Literal[
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "checkout.session.*",
]
DisputeEvents: TypeAlias = Literal[
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.dispute.*",
]
ExternalEvents: TypeAlias = Literal[
    "account.external_account.created",
    "account.external_account.deleted",
    "account.external_account.updated",
    "account.external_account.*",
]
FileEvents: TypeAlias = Literal["file.created"]
OperationEvents: TypeAlias = Literal[
    "connectkit.operation.refused",
    "connectkit.operation.review",
    "connectkit.operation.succeeded",
    "connectkit.operation.*",
]
IntentionEvents: TypeAlias = Literal[
    "connectkit.payout.canceled",
    "connectkit.payout.failed",
    "connectkit.payout.paid",
    "connectkit.payout.sent",
    "connectkit.payout.*",
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
PayoutSettingsEvents: TypeAlias = Literal["balance_settings.updated"]
PersonEvents: TypeAlias = Literal["person.created", "person.deleted", "person.updated", "person.*"]
RefundEvents: TypeAlias = Literal[
    "charge.refund.updated", "refund.created", "refund.failed", "refund.updated", "refund.*"
]
TopUpEvents: TypeAlias = Literal[
    "topup.canceled", "topup.created", "topup.failed", "topup.reversed", "topup.succeeded", "topup.*"
]
TransferEvents: TypeAlias = Literal["transfer.created", "transfer.reversed", "transfer.updated", "transfer.*"]

OfAccountChange = TypeVar("OfAccountChange", bound=Callable[[Event[AccountChange]], Ending])
OfAccount = TypeVar("OfAccount", bound=Callable[[Event[Account]], Ending])
OfBalance = TypeVar("OfBalance", bound=Callable[[Event[Balance]], Ending])
OfCapability = TypeVar("OfCapability", bound=Callable[[Event[Capability]], Ending])
OfCheckout = TypeVar("OfCheckout", bound=Callable[[Event[CheckoutSession]], Ending])
OfDispute = TypeVar("OfDispute", bound=Callable[[Event[Dispute]], Ending])
OfExternal = TypeVar("OfExternal", bound=Callable[[Event[ExternalAccount]], Ending])
OfFile = TypeVar("OfFile", bound=Callable[[Event[File]], Ending])
OfIntention = TypeVar("OfIntention", bound=Callable[[Event[PayoutIntention]], Ending])
OfOperation = TypeVar("OfOperation", bound=Callable[[Event[OperationEnd]], Ending])
OfPayment = TypeVar("OfPayment", bound=Callable[[Event[Payment]], Ending])
OfPayout = TypeVar("OfPayout", bound=Callable[[Event[Payout]], Ending])
OfPayoutSettings = TypeVar("OfPayoutSettings", bound=Callable[[Event[PayoutSettings]], Ending])
OfPerson = TypeVar("OfPerson", bound=Callable[[Event[Person]], Ending])
OfRefund = TypeVar("OfRefund", bound=Callable[[Event[Refund]], Ending])
OfTopUp = TypeVar("OfTopUp", bound=Callable[[Event[TopUp]], Ending])
OfTransfer = TypeVar("OfTransfer", bound=Callable[[Event[Transfer]], Ending])
OfAny = TypeVar("OfAny", bound=Handler)
