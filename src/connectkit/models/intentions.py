"""A payout that is meant, and each attempt at it: a bank can return money, and then it is sent once more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from attrs import frozen

from connectkit.money import Money

from .base import Answer
from .payouts import Payout

_PROVISIONAL: Final = timedelta(days=7)  # five business days, in which a bank can still return a payout


class PayoutState(Enum):
    """How far a payout that is meant has come."""

    PLANNED = "planned"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"
    REVERSED = "reversed"


class PayoutRemedy(Enum):
    """What helps after a payout has failed."""

    REPLACE_BANK = "replace_bank"
    ASK_BANK = "ask_bank"
    CORRECT_HOLDER = "correct_holder"
    ADD_BANK_IN_CURRENCY = "add_bank_in_currency"
    TRY_AGAIN = "try_again"

    @property
    def advice(self) -> str:
        """The same as a sentence for the seller."""
        return _ADVICE[self]

    @classmethod
    def of(cls, failure_code: str) -> PayoutRemedy:
        """Give the remedy for one of Stripe's codes; `ASK_BANK` for one that is not known."""
        return _REMEDIES.get(failure_code, cls.ASK_BANK)


_ADVICE: Final[Mapping[PayoutRemedy, str]] = {
    PayoutRemedy.REPLACE_BANK: "Give another bank account: this one is closed, or its number is wrong.",
    PayoutRemedy.ASK_BANK: "Ask your bank why it refused the money, or give another bank account.",
    PayoutRemedy.CORRECT_HOLDER: "Give the bank account once more, with its owner as the bank knows them.",
    PayoutRemedy.ADD_BANK_IN_CURRENCY: "Give a bank account that takes this currency.",
    PayoutRemedy.TRY_AGAIN: "Nothing has to be corrected: the payout can be sent once more.",
}
_CODES: Final[Mapping[PayoutRemedy, str]] = {
    PayoutRemedy.REPLACE_BANK: (
        "account_closed incorrect_account_type invalid_account_number invalid_account_number_length no_account "
        "unsupported_card"
    ),
    PayoutRemedy.CORRECT_HOLDER: (
        "bank_ownership_changed incorrect_account_holder_address incorrect_account_holder_details "
        "incorrect_account_holder_name incorrect_account_holder_tax_id"
    ),
    PayoutRemedy.ADD_BANK_IN_CURRENCY: "invalid_currency",
    PayoutRemedy.TRY_AGAIN: "could_not_process exceeds_count_limit",
}
_REMEDIES: Final = {code: remedy for remedy, codes in _CODES.items() for code in codes.split()}


@frozen(kw_only=True)
class PayoutAttempt:
    """One attempt at a payout.

    Attributes:
        key: The name of its operation in the journal.
        payout: Stripe's id of it; `""` while nobody knows whether it was made.
        status: Stripe's word: `pending`, `in_transit`, `paid`, `failed` or `canceled`; `""` while it is not known. An
            open set.
        destination: The bank account or card, or `""`.
        failure_code: Why it failed, in Stripe's word, or `""`. An open set.
        arrival: When it is expected, or was.
        reversed_by: The payout below zero that takes it back from the bank, or `""`.
    """

    key: str
    payout: str = ""
    status: str = ""
    destination: str = ""
    failure_code: str = ""
    arrival: datetime | None = None
    reversed_by: str = ""

    def seen(self, payout: Payout) -> PayoutAttempt:
        """Give the same attempt as a payout tells of it."""
        return PayoutAttempt(
            key=self.key,
            payout=payout.id,
            status=payout.status,
            destination=payout.destination,
            failure_code=payout.failure_code,
            arrival=payout.arrival,
            reversed_by=payout.reversed_by,
        )


@frozen(kw_only=True)
class PayoutIntention:
    """A payout that is meant, whatever becomes of its attempts.

    Attributes:
        key: The caller's name of it.
        account: The connected account that is paid out.
        amount: How much.
        kept: What was available beside it and is kept, as it is no whole unit or was not meant.
        method: `standard` or `instant`.
        destination: The bank account or card that was chosen; `""` for the default of the currency.
        source_type: The part of the balance that was chosen; `""` for the only one that there is.
        attempts: Each attempt, the first one first.
    """

    key: str
    account: str
    amount: Money
    kept: Money
    method: str
    destination: str
    attempts: tuple[PayoutAttempt, ...]
    source_type: str = ""

    @property
    def last(self) -> PayoutAttempt:
        """The attempt that counts."""
        return self.attempts[-1]

    @property
    def state(self) -> PayoutState:
        """How far it has come. `PAID` is not the end: see `provisional_until`."""
        if not self.last.payout:
            return PayoutState.PLANNED
        if self.last.reversed_by and self.last.status != "failed":
            return PayoutState.REVERSED
        known = {state.value: state for state in (PayoutState.PAID, PayoutState.FAILED, PayoutState.CANCELED)}
        return known.get(self.last.status, PayoutState.SENT)

    @property
    def provisional_until(self) -> datetime | None:
        """Until when the bank can still return what was paid; `None` if it is not paid, or has no date."""
        paid = self.state is PayoutState.PAID and self.last.arrival is not None
        return self.last.arrival + _PROVISIONAL if paid and self.last.arrival is not None else None

    @property
    def remedy(self) -> PayoutRemedy | None:
        """What helps, if the last attempt failed."""
        return PayoutRemedy.of(self.last.failure_code) if self.state is PayoutState.FAILED else None

    @property
    def next_step(self) -> str:
        """What to do now, as a sentence."""
        if self.remedy is not None:
            return f"{self.remedy.advice} Then call payouts.retry with this key."
        return _STEPS[self.state]

    def dumps(self) -> str:
        """Write it down."""
        return json.dumps(self.document())

    def document(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "key": self.key,
            "account": self.account,
            "currency": self.amount.currency,
            "amount": self.amount.amount,
            "kept": self.kept.amount,
            "method": self.method,
            "destination": self.destination,
            "source_type": self.source_type,
            "attempts": [_written(attempt) for attempt in self.attempts],
        }

    @classmethod
    def loads(cls, text: str) -> PayoutIntention:
        """Read what `dumps` wrote."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> PayoutIntention:
        """Read what `document` gave."""
        currency = document["currency"]
        return cls(
            key=document["key"],
            account=document["account"],
            amount=Money(document["amount"], currency),
            kept=Money(document["kept"], currency),
            method=document["method"],
            destination=document["destination"],
            source_type=document.get("source_type", ""),
            attempts=tuple(_read(attempt) for attempt in document["attempts"]),
        )

    @classmethod
    def parse(cls, answer: Answer) -> PayoutIntention:
        """Read the object of a `connectkit.payout.changed` event."""
        return cls.of(answer.data["intention"])


_STEPS: Final[Mapping[PayoutState, str]] = {
    PayoutState.PLANNED: "Call payouts.intend again with this key: it is not known whether it was sent.",
    PayoutState.SENT: "Wait for the bank.",
    PayoutState.PAID: "Nothing, unless the bank returns it.",
    PayoutState.REVERSED: "Nothing: it is taken back. If it is meant again, pay it out under another key.",
    PayoutState.CANCELED: "Call payouts.retry with this key, if it is still meant.",
}


def _written(attempt: PayoutAttempt) -> dict[str, Any]:
    return {
        "key": attempt.key,
        "payout": attempt.payout,
        "status": attempt.status,
        "destination": attempt.destination,
        "failure_code": attempt.failure_code,
        "arrival": attempt.arrival and attempt.arrival.isoformat(),
        "reversed_by": attempt.reversed_by,
    }


def _read(document: Mapping[str, Any]) -> PayoutAttempt:
    told: dict[str, Any] = {**document}
    arrival = told.pop("arrival")
    return PayoutAttempt(**told, arrival=arrival and datetime.fromisoformat(arrival))


@frozen(kw_only=True)
class PayoutEligibility:
    """Whether an account can be paid out now, and how much.

    Attributes:
        account: The connected account.
        payable: The most that can be paid out now, in whole units of the currency; zero if nothing can.
        kept: What stays of what is available.
        destination: Where it would go, or `""` where there is nothing.
        obstacles: Why not, a sentence each; empty if it can.
        sources: What is available, by the way that it came; Stripe pays each part out by itself.
    """

    account: str
    payable: Money
    kept: Money
    destination: str
    obstacles: tuple[str, ...]
    sources: tuple[tuple[str, Money], ...] = ()

    def __bool__(self) -> bool:
        return not self.obstacles
