"""Deeds: what operations did that moves money, as the journal tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple, Self, TypeAlias

from attrs import fields, frozen

PATHS: Final[Mapping[str, str]] = {
    "charge": "/v1/charges/{id}",
    "payment_intent": "/v1/payment_intents/{id}",
    "transfer": "/v1/transfers/{id}",
    "transfer_reversal": "/v1/transfers/{parent}/reversals/{id}",
    "refund": "/v1/refunds/{id}",
    "fee_refund": "/v1/application_fees/{parent}/refunds/{id}",
    "payout": "/v1/payouts/{id}",
    "topup": "/v1/topups/{id}",
}
"""Where what moves money is read, by kind."""

TYPES: Final[Mapping[str, frozenset[str]]] = {
    "charge": frozenset({"charge", "payment"}),
    "payment_intent": frozenset({"charge", "payment"}),
    "transfer": frozenset({"transfer"}),
    "transfer_reversal": frozenset({"transfer_refund"}),
    "refund": frozenset({"refund", "payment_refund"}),
    "fee_refund": frozenset({"application_fee_refund"}),
    "payout": frozenset({"payout"}),
    "topup": frozenset({"topup"}),
}
"""The type of the row in which the amount of an object is to be found, by kind."""


@frozen
class Deed:
    """What an operation did, or may have done.

    Attributes:
        key: The caller's name of it.
        step: The place in a flow of several calls.
        account: The connected account in whose scope it was sent, or `""` for the platform.
        kind: What it made, as `transfer`; `""` if that is not known.
        id: Its id; `""` if that is not known.
        amount: How much, in minor units; `None` if that is not known.
        currency: Of the amount.
        parent: The transfer, fee or charge that it belongs to, or `""`.
        created: When it was made, by Stripe's clock; 0 if that is not known.
        done: Whether it has moved money by what was answered.
        under_way: Whether somebody is sending it at this moment.
        notes: What its metadata remembers of a split, JSON; `""` for nothing.
    """

    key: str
    step: str
    account: str
    kind: str
    id: str
    amount: int | None = None
    currency: str = ""
    parent: str = ""
    created: int = 0
    done: bool = False
    under_way: bool = False
    notes: str = ""


COLUMNS: Final = tuple(field.name for field in fields(Deed))
"""What a deed is made of, in order."""


class Glimpse(NamedTuple):
    """What of a deed a ledger is compared with, where deeds lie in a file and there is no time to read them whole.

    Attributes:
        id: Its number in the file.
        account: As of a deed.
        created: As of a deed.
        done: As of a deed.
        kind: As of a deed.
        amount: As of a deed.
        currency: As of a deed.
        name: What it made.
    """

    id: int
    account: str
    created: int
    done: bool
    kind: str
    amount: int | None
    currency: str
    name: str


Seen: TypeAlias = Deed | Glimpse
"""A deed, as far as it has to be known to compare it with a movement."""


@frozen
class Span:
    """Which deeds have to be in a ledger: those that moved the balance of an account in a span of time.

    Attributes:
        account: The connected account, or `""` for the platform.
        first: The time, by Stripe's clock, at or after which they were done.
        last: The time before which they were done.
    """

    account: str
    first: float
    last: float

    @classmethod
    def of(cls, account: str, since: datetime | None, until: datetime | None) -> Self:
        """Give a span between two times, `None` being no bound."""
        return cls(account, since.timestamp() if since else 0.0, until.timestamp() if until else float("inf"))

    def holds(self, deed: Seen) -> bool:
        """Tell whether a deed is one of them."""
        return bool(deed.done) and deed.account == self.account and self.first <= deed.created < self.last
