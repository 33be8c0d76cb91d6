"""What the journal says was done: every operation that moved money, found by the objects that it made.

The mark in an object's metadata is a hash, from which nobody can read the operation's name. So the journal is read
once, a page at a time, and what it remembers of each answer leads from the object to the name. Neither the journal nor
the ledger is ever held.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from attrs import define, evolve, field

from connectkit.calls import plans
from connectkit.calls.caller import Caller
from connectkit.calls.frozen import Frozen
from connectkit.calls.keys import mark
from connectkit.divisions import split_notes
from connectkit.models.base import Data, identifier
from connectkit.requests import compact
from connectkit.storage.records import Identity, Operation, State, Stored

from .deeds import PATHS, Deed, Seen, Span
from .pages import Row
from .shelves import Expected, Memory, Shelf

_REMEMBERED: Final = 2_000  # things that lead to a deed by a detour

PAGE: Final = 500
"""How many operations are read at a time."""

READ: Final = (State.STARTED, State.UNKNOWN, State.REVIEW, State.SUCCEEDED)
"""The states of what was done, or may have been."""

SESSION: Final = "checkout.session"
"""What moves no money itself, and leads to a payment once somebody has paid on its page."""

_DONE: Final = frozenset({"charge", "payment_intent", "refund", "topup", SESSION})
"""What moves money only once its status is `succeeded`."""

_PARENTS: Final = ("transfer", "fee", "source_transaction", "charge")

_MOVING: Final = ("/payment_intents", "/transfers", "/refunds", "/payouts", "/topups", "/charges")


@define
class Causes:
    """Every deed, by what it made. It has to be closed.

    Attributes:
        indirect: Whether a charge may have to be asked for its payment, and a payment for the page that it was made on.
    """

    indirect: bool = False
    _shelf: Shelf = field(factory=Memory)
    _also: dict[str, Deed] = field(factory=dict[str, Deed])

    async def read(self, caller: Caller) -> None:
        """Read the journal.

        Raises:
            StoreUnavailable: The store could not be reached, or there is no room for temporary files.
        """
        await self._read(caller, READ)

    async def seek(self, *names: str) -> None:
        """Look up who made these things, and what belongs to them, unless all was read."""

    async def seek_behind(self, rows: Sequence[Row]) -> None:
        """Look up who made what is behind some movements, unless all was read."""

    def close(self) -> None:
        """Give back what is held; idempotent."""
        self._shelf.close()

    def note(self, stored: Stored) -> None:
        """Note what an operation did; what moves no money is passed over."""
        operation = stored.operation
        if operation.state is not State.SUCCEEDED:
            self._note_open(operation, under_way=operation.seen(stored.now) is State.STARTED)
        elif not operation.answer:
            self._note_purged(operation)
        elif not operation.answer.startswith("["):  # a flow: its calls are operations of their own
            answer: Data = json.loads(operation.answer)
            if answer.get("object") in {*PATHS, SESSION}:
                self._note_done(operation, answer)
        if self._shelf.full:
            self._shelf = self._shelf.spilled()

    def also(self, name: str, deed: Deed) -> None:
        """Note that a deed made one thing more, which will soon be asked for again."""
        if len(self._also) >= _REMEMBERED:
            del self._also[next(iter(self._also))]
        self._also[name] = deed

    def deed(self, name: str) -> Deed | None:
        """Give the deed that made something, as the intent and the charge of a payment."""
        return (self._also.get(name) or self._shelf.get(name)) if name else None

    def among(self, names: Sequence[str]) -> Mapping[str, Seen]:
        """Give the deeds that made these things, at least, by what they made."""
        return self._shelf.among(names)

    def marked(self, mark: str) -> Deed | None:
        """Give the deed of which it is not known whether it was done, and whose object may carry a mark."""
        return self._shelf.marked(mark) if mark else None

    def refund_of(self, charge: str, created: int) -> Deed | None:
        """Give the refund of a charge that had been made by a time, the latest of them."""
        return self._shelf.refund_of(charge, created)

    def expected(self, account: str, since: datetime | None, until: datetime | None) -> Expected:
        """Expect the deeds that moved the balance of an account in a span of time."""
        return self._shelf.expect(Span.of(account, since, until))

    def unsettled(self, account: str) -> Iterator[Deed]:
        """Give the deeds of which nobody knows whether they were done, each once; who sends one now will know."""
        return (deed for deed in self._shelf.unsettled() if deed.account == account and not deed.under_way)

    def put(self, deed: Deed, *names: str) -> None:
        """Keep a deed under what it made."""
        self._shelf.put(deed, names)

    async def _read(self, caller: Caller, states: Collection[State]) -> None:
        last: Identity | None = None
        while page := await caller.listed(states, PAGE, "", last):
            for stored in page:
                self.note(stored)
            last = page[-1].operation.identity

    def _note_done(self, operation: Operation, answer: Data) -> None:
        identity, kind = operation.identity, str(answer["object"])
        status = answer.get("status")
        if kind == SESSION or (kind == "payment_intent" and status != "succeeded"):  # it is paid elsewhere
            self.indirect = True
        amount = answer.get("amount_received") if kind == "payment_intent" else answer.get("amount")
        notes = split_notes(answer.get("metadata") or {})
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
            notes=compact(notes) if notes else "",
        )
        known = self.deed(deed.id)
        if known is not None and known.kind:  # who made it is its cause, and not who captured or cancelled it
            deed = evolve(deed, key=known.key, step=known.step) if deed.done and not known.done else known
        made = map(identifier, map(answer.get, ("id", "latest_charge", "destination_payment")))
        self.put(deed, *filter(None, made))
        if kind == "refund":
            self._shelf.put_refund(identifier(answer.get("charge")), deed)

    def _note_purged(self, operation: Operation) -> None:
        """Note an operation of which only the object is still known."""
        identity, self.indirect = operation.identity, True
        if operation.object_id and self.deed(operation.object_id) is None:
            self.put(Deed(identity.key, identity.step, operation.account, "", operation.object_id))

    def _note_open(self, operation: Operation, *, under_way: bool) -> None:
        """Note an operation whose end is not known, unless it is a flow, whose calls are noted by themselves."""
        if not operation.request or plans.loads(operation.request) is not None:
            return
        request, identity = Frozen.loads(operation.request).request, operation.identity
        if not request.path.startswith("/v1") or not any(place in request.path for place in _MOVING):
            return
        deed = Deed(identity.key, identity.step, request.account or "", "", operation.object_id, under_way=under_way)
        marks = [mark(identity, request, generation) for generation in range(operation.generation + 1)]
        self._shelf.put_open(deed, marks)


def _scope(operation: Operation) -> str:
    document: dict[str, Any] = json.loads(operation.request) if operation.request else {}
    account: str | None = document.get("request", {}).get("account")
    return account or ""
