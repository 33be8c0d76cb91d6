"""What the journal says was done: every operation that moved money, found by the objects that it made.

The mark in an object's metadata is a hash, from which nobody can read the operation's name. So the journal is read
once, and what it remembers of each answer leads from the object to the name. That takes some hundred bytes an
operation; the ledger, which is longer, is never held.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve, field, frozen

from connectkit.calls import plans
from connectkit.calls.caller import Caller
from connectkit.calls.frozen import Frozen
from connectkit.calls.keys import mark
from connectkit.models.base import Data, identifier
from connectkit.storage.records import Operation, State, Stored

_EVERYTHING: Final = 1_000_000_000
_READ: Final = (State.STARTED, State.UNKNOWN, State.REVIEW, State.SUCCEEDED)

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

SESSION: Final = "checkout.session"
"""What moves no money itself, and leads to a payment once somebody has paid on its page."""

_DONE: Final = frozenset({"charge", "payment_intent", "refund", "topup", SESSION})
"""What moves money only once its status is `succeeded`."""

_PARENTS: Final = ("transfer", "fee", "source_transaction", "charge")

_MOVING: Final = ("/payment_intents", "/transfers", "/refunds", "/payouts", "/topups", "/charges")


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
        notes: The metadata that it carries.
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
    notes: Mapping[str, str] = field(factory=dict[str, str])


@define
class Causes:
    """Every deed, by what it made.

    Attributes:
        by_object: By the ids of what it made, as the intent and the charge of a payment.
        by_mark: Those of which it is not known whether they were done, by every mark that their objects may carry.
        refunds: The refunds of a charge, the oldest first.
        indirect: Whether a charge may have to be asked for its payment, and a payment for the page that it was made on.
    """

    by_object: dict[str, Deed] = field(factory=dict[str, Deed])
    by_mark: dict[str, Deed] = field(factory=dict[str, Deed])
    refunds: dict[str, list[Deed]] = field(factory=dict[str, list[Deed]])
    indirect: bool = False

    @classmethod
    async def read(cls, caller: Caller) -> Causes:
        """Read the journal."""
        causes = cls()
        for stored in await caller.listed(_READ, _EVERYTHING):
            causes.note(stored)
        return causes

    def note(self, stored: Stored) -> None:
        """Note what an operation did; what moves no money is passed over."""
        operation = stored.operation
        if operation.state is not State.SUCCEEDED:
            self._note_open(operation, under_way=operation.seen(stored.now) is State.STARTED)
        elif not operation.answer:
            self._note_purged(operation)
        elif not operation.answer.startswith("["):  # a flow: its calls are operations of their own
            answer: Data = json.loads(operation.answer)
            if answer.get("object") in PATHS:
                self._note_done(operation, answer)
            elif answer.get("object") == SESSION:
                self.indirect = True
                self._note_done(operation, answer)

    def expected(self, account: str, since: datetime | None, until: datetime | None) -> dict[str, Deed]:
        """Give the deeds that moved the balance of an account in a span of time, by id."""
        first = since.timestamp() if since else 0
        last = until.timestamp() if until else float("inf")
        return {
            deed.id: deed
            for name, deed in self.by_object.items()
            if name == deed.id and deed.done and deed.account == account and first <= deed.created < last
        }

    def unsettled(self, account: str) -> Iterable[Deed]:
        """Give the deeds of which nobody knows whether they were done, each once; who sends one now will know."""
        found = (deed for deed in self.by_mark.values() if deed.account == account and not deed.under_way)
        return {(deed.key, deed.step): deed for deed in found}.values()

    def refund_of(self, charge: str, created: int) -> Deed | None:
        """Give the refund of a charge that had been made by a time, the latest of them."""
        made = [deed for deed in self.refunds.get(charge, ()) if deed.created <= created]
        return made[-1] if made else None

    def _note_done(self, operation: Operation, answer: Data) -> None:
        identity, kind = operation.identity, str(answer["object"])
        status = answer.get("status")
        amount = answer.get("amount_received") if kind == "payment_intent" else answer.get("amount")
        deed = Deed(
            key=identity.key,
            step=identity.step,
            account=_scope(operation),
            kind=kind,
            id=operation.object_id,
            amount=amount,
            currency=answer.get("currency", ""),
            parent=identifier(next(filter(None, map(answer.get, _PARENTS)), None)),
            created=answer.get("created") or 0,
            done=kind not in _DONE or status == "succeeded",
            notes=answer.get("metadata") or {},
        )
        known = self.by_object.get(deed.id)
        if known is not None and known.kind:  # who made it is its cause, and not who captured or cancelled it
            deed = evolve(deed, key=known.key, step=known.step) if deed.done and not known.done else known
        for member in ("id", "latest_charge", "destination_payment"):
            if name := identifier(answer.get(member)):
                self.by_object[name] = deed
        if kind == "refund":
            self.refunds.setdefault(identifier(answer.get("charge")), []).append(deed)

    def _note_purged(self, operation: Operation) -> None:
        """Note an operation of which only the object is still known."""
        identity, self.indirect = operation.identity, True
        if operation.object_id:
            deed = Deed(identity.key, identity.step, operation.account, "", operation.object_id)
            self.by_object.setdefault(deed.id, deed)

    def _note_open(self, operation: Operation, *, under_way: bool) -> None:
        """Note an operation whose end is not known, unless it is a flow, whose calls are noted by themselves."""
        if not operation.request or plans.loads(operation.request) is not None:
            return
        request, identity = Frozen.loads(operation.request).request, operation.identity
        if not request.path.startswith("/v1") or not any(place in request.path for place in _MOVING):
            return
        account, id = request.account or "", operation.object_id
        deed = Deed(identity.key, identity.step, account, "", id, under_way=under_way)
        for generation in range(operation.generation + 1):
            self.by_mark[mark(identity, request, generation)] = deed


def _scope(operation: Operation) -> str:
    document: dict[str, Any] = json.loads(operation.request) if operation.request else {}
    account: str | None = document.get("request", {}).get("account")
    return account or ""
