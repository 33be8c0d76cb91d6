"""What sellers owe the platform: reversals that their balances did not cover, parked until they do."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Final

from attrs import evolve, frozen

from connectkit.calls.caller import Caller, Intent
from connectkit.errors import InvalidRequest, OperationError
from connectkit.models.debts import Debit, Owed
from connectkit.models.refunds import Uncovered
from connectkit.models.transfers import TransferReversal
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.storage.records import State

_DEBTS: Final = "debt"


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
                owed = Owed(name, one.account, one.transfer, one.amount)
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
        collected = evolve(owed, collected_by=await (self._debited(owed) if debit else self._reversed(owed)))
        await self.caller.set_note(evolve(note, text=collected.dumps()))
        return collected

    async def _reversed(self, owed: Owed) -> str:
        path = f"/v1/transfers/{owed.transfer}/reversals"
        request = Request("post", path, {"amount": owed.amount.amount})
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
