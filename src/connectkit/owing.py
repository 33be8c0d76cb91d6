"""What sellers owe the platform: reversals that their balances did not cover, parked until they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import evolve, frozen

from connectkit.calls.caller import Caller, Intent, Step
from connectkit.errors import InvalidRequest, OperationError
from connectkit.models.base import Answer
from connectkit.models.debts import Debit, Owed
from connectkit.models.plans import passed
from connectkit.models.refunds import UNCOVERED, Uncovered
from connectkit.models.transfers import TransferReversal
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.storage.records import State

IfShort: TypeAlias = Literal["stop", "bear", "park"]
"""What is done where a seller's balance does not cover what is to come back: the flow stops there until the same key
goes on; the platform bears it; or it is parked among what the seller owes, see `transfers.owed`."""

DISPUTE: Final = "connectkit_dispute"
"""The note by which a reversal or a transfer tells for which dispute it was made."""

_DEBTS: Final = "debt"
_LONGEST: Final = 180  # characters of a key, so that what is parked can be named after it


def check_parking(if_short: IfShort, key: str) -> None:
    """Check what is done where a balance is short, and that what is parked can be named after its key.

    Raises:
        InvalidRequest: It is another word, or the key is too long.
    """
    if if_short not in get_args(IfShort):
        message = f"if_short is one of {', '.join(get_args(IfShort))}."
        raise InvalidRequest(message, param="if_short")
    if if_short == "park" and len(key) > _LONGEST:
        message = f"What is parked is named after its key, which has at most {_LONGEST} characters then."
        raise InvalidRequest(message, param="key")


def reversal(
    transfer: str,
    seller: str,
    amount: Money,
    if_short: IfShort = "stop",
    metadata: Mapping[str, str] | None = None,
) -> Step:
    """Give the call that takes money back from a connected account.

    Args:
        transfer: The transfer.
        seller: Who got it.
        amount: How much.
        if_short: What is done where the seller's balance does not cover it.
        metadata: Notes.
    """
    params: dict[str, Any] = {"amount": amount.amount, **({"metadata": dict(metadata)} if metadata else {})}
    name, dispute = f"reversal/{transfer}", (metadata or {}).get(DISPUTE, "")
    return Step(
        name,
        "transfers.reverse",
        Request("post", f"/v1/transfers/{transfer}/reversals", params),
        TransferReversal.KEEP,
        amount.currency,
        passed(seller, -amount, "reversal"),
        short=None if if_short == "stop" else Uncovered(name, seller, transfer, amount, dispute).document(),
    )


def uncovered(answers: Sequence[Answer]) -> tuple[Uncovered, ...]:
    """Give what balances did not cover."""
    return tuple(Uncovered.read(answer.data) for answer in answers if answer.data.get("object") == UNCOVERED)


def debit_intent(key: str, account: str, amount: Money, more: dict[str, Any]) -> Intent:
    """Give the wish to debit a connected account."""
    params = {"amount": amount.amount, "currency": amount.currency, "source": account, **more}
    return Intent("transfers.debit", key, Request("post", "/v1/charges", params), params, Debit.KEEP)


@frozen
class Owing:
    """Remembers what sellers owe, and collects it.

    Attributes:
        caller: Whose operations these are.
    """

    caller: Caller

    async def park(self, key: str, uncovered: Sequence[Uncovered]) -> None:
        """Remember what balances did not cover, unless it is remembered already."""
        for one in uncovered:
            name = f"{key}/{one.step}"
            note = await self.caller.note(_DEBTS, name)
            if not note.version:
                owed = Owed(name, one.account, one.transfer, one.amount, dispute=one.dispute)
                await self.caller.set_note(evolve(note, text=owed.dumps()))

    async def every(self) -> AsyncGenerator[Owed, None]:
        """Go through all that is or was owed."""
        async for note in self.caller.notes(_DEBTS):
            yield Owed.loads(note.text)

    async def collect(self, name: str, *, debit: bool) -> Owed:
        """Try to get what is owed: by the reversal that was short, or by a debit of the account."""
        note = await self.caller.note(_DEBTS, name)
        if not note.version:
            message = "Nothing of this name is owed."
            raise OperationError(message, key=name, next_step="Names are those that transfers.owed gives.")
        owed = Owed.loads(note.text)
        if owed.collected_by:
            return owed
        await self._check_other_way(f"{name}/{'reversal' if debit else 'debit'}")
        if await self._is_won(owed.dispute):
            collected = evolve(owed, collected_by=owed.dispute)
        else:
            collected = evolve(owed, collected_by=await (self._debited(owed) if debit else self._reversed(owed)))
        await self.caller.set_note(evolve(note, text=collected.dumps()))
        return collected

    async def _is_won(self, dispute_id: str) -> bool:
        """Tell whether the dispute that something is owed for was won since, so that it is owed no more."""
        if not dispute_id:
            return False
        answer = await self.caller.read(Request("get", f"/v1/disputes/{dispute_id}"), "transfers.collect")
        return bool(answer.data["status"] == "won")

    async def _reversed(self, owed: Owed) -> str:
        path = f"/v1/transfers/{owed.transfer}/reversals"
        notes: dict[str, Any] = {"metadata": {DISPUTE: owed.dispute}} if owed.dispute else {}
        request = Request("post", path, {"amount": owed.amount.amount, **notes})
        arguments = {"transfer": owed.transfer, **request.params}
        key = f"{owed.name}/reversal"
        intent = Intent("transfers.reverse", key, request, arguments, TransferReversal.KEEP)
        return TransferReversal.parse(await self.caller.perform(intent)).id

    async def _debited(self, owed: Owed) -> str:
        intent = debit_intent(f"{owed.name}/debit", owed.account, owed.amount, {})
        return Debit.parse(await self.caller.perform(intent)).id

    async def _check_other_way(self, key: str) -> None:
        """Refuse to collect in a second way what may have been collected in the first."""
        other = await self.caller.performer.journal.get(await self.caller.owner.identity(key))
        if other is not None and other.operation.state is not State.REFUSED:
            message = "It was tried in the other way, and it is not known that this has failed."
            raise InvalidRequest(message, param="debit", next_step="Collect it in that way again, which finds out.")
