"""The rows of a run: what is wrong with them, what they become, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from attrs import frozen

from connectkit.money import Money
from connectkit.storage.records import Identity, Operation, State

from .packing import Packer, packed

ENDED: Final = frozenset({State.SUCCEEDED, State.REFUSED})
"""The states in which a row is not under way any more."""


@frozen(kw_only=True)
class BadRow:
    """A row that cannot be sent as it is.

    Attributes:
        number: Its place, counted from 1.
        name: Its name, or `""`.
        why: What is wrong with it.
    """

    number: int
    name: str
    why: str


@frozen(kw_only=True)
class PlannedRow:
    """A row that was checked, with the request that it becomes.

    Attributes:
        number: Its place, counted from 1.
        name: Its name, unique in the run.
        operation: What will be written down and sent.
        requests: How many requests that takes.
        fee: What Stripe takes for it, by its published prices; `None` for nothing.
    """

    number: int
    name: str
    operation: Operation
    requests: int = 1
    fee: Money | None = None

    @property
    def account(self) -> str:
        """The connected account that it concerns, or `""`."""
        return self.operation.account

    @property
    def amount(self) -> Money | None:
        """What it moves; `None` where that is nothing, or several calls."""
        operation = self.operation
        return Money(operation.amount, operation.currency) if operation.currency else None


@frozen(kw_only=True)
class BlockedRow:
    """A row that Stripe would refuse, as things are now.

    Attributes:
        row: The row.
        why: The reason.
        next_step: What to do about it.
    """

    row: PlannedRow
    why: str
    next_step: str


@frozen(kw_only=True)
class RowOutcome:
    """What became of a row.

    Attributes:
        number: Its place, counted from 1.
        name: Its name.
        verb: What it does.
        account: The connected account that it concerns, or `""`.
        amount: What it moves; `None` where that is nothing, or several calls.
        state: How far it has come; `PLANNED` if nothing of it was sent.
        object_id: What came of it, or `""`.
        why: Why it was refused, or `""`.
    """

    number: int
    name: str
    verb: str
    account: str
    amount: Money | None
    state: State
    object_id: str = ""
    why: str = ""

    def record(self) -> dict[str, Any]:
        """Give it as plain values: amounts in minor units beside their currency."""
        return {
            "row": self.number,
            "name": self.name,
            "verb": self.verb,
            "account": self.account,
            "amount_minor": None if self.amount is None else self.amount.amount,
            "currency": None if self.amount is None else self.amount.currency,
            "state": self.state.value,
            "object": self.object_id,
            "why": self.why,
        }


def row_packer() -> Packer[PlannedRow]:
    """Give what packs planned rows, as `closed_row` gives them."""
    return Packer(_opened_row)


def pack_rows(rows: Iterable[PlannedRow]) -> Sequence[PlannedRow]:
    """Pack planned rows."""
    return packed(rows, closed_row, _opened_row)


def pack_blocked(rows: Iterable[BlockedRow]) -> Sequence[BlockedRow]:
    """Pack rows that are blocked."""
    return packed(rows, lambda one: [closed_row(one.row), one.why, one.next_step], _opened_block)


def outcome_packer() -> Packer[RowOutcome]:
    """Give what packs what became of rows, as `closed_outcome` gives it."""
    return Packer(_opened_outcome)


def closed_row(row: PlannedRow) -> Sequence[Any]:
    """Give a planned row as JSON values."""
    operation, name = row.operation, row.operation.identity
    named = [name.tenant, name.platform, name.livemode, name.key]
    sent = [operation.verb, operation.fingerprint, operation.request]
    moved = [operation.account, operation.amount, operation.currency]
    return [row.number, row.name, named, sent, moved, row.requests, _closed_money(row.fee)]


def closed_outcome(row: RowOutcome) -> Sequence[Any]:
    """Give what became of a row as JSON values."""
    ended = [row.state.value, row.object_id, row.why]
    return [row.number, row.name, row.verb, row.account, _closed_money(row.amount), *ended]


def _opened_row(document: Sequence[Any]) -> PlannedRow:
    number, name, (tenant, platform, livemode, key), sent, (account, amount, currency), requests, fee = document
    identity, (verb, digest, request) = Identity(tenant, platform, livemode=livemode, key=key), sent
    operation = Operation(identity, verb, digest, request, account=account, amount=amount, currency=currency)
    return PlannedRow(number=number, name=name, operation=operation, requests=requests, fee=_opened_money(fee))


def _opened_block(document: Sequence[Any]) -> BlockedRow:
    row, why, next_step = document
    return BlockedRow(row=_opened_row(row), why=why, next_step=next_step)


def _opened_outcome(document: Sequence[Any]) -> RowOutcome:
    number, name, verb, account, amount, state, object_id, why = document
    return RowOutcome(
        number=number,
        name=name,
        verb=verb,
        account=account,
        amount=_opened_money(amount),
        state=State(state),
        object_id=object_id,
        why=why,
    )


def _closed_money(amount: Money | None) -> Sequence[Any] | None:
    return None if amount is None else [amount.amount, amount.currency]


def _opened_money(document: Sequence[Any] | None) -> Money | None:
    return None if document is None else Money(*document)
