"""From a movement to what caused it: through the object behind it, and through what that belongs to."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, TypeAlias, cast

from attrs import frozen

from connectkit.calls.caller import Caller
from connectkit.calls.keys import METADATA_KEY
from connectkit.divisions import Division
from connectkit.errors import InvalidRequest, NotFound
from connectkit.models.base import Data, identifier, part
from connectkit.models.reconciliation import Origin
from connectkit.requests import Request

from .causes import Causes
from .deeds import Deed
from .pages import CREATED, ID, SOURCE, TYPE, Row

INDIRECT: Final = frozenset({"transfer_refund", "transfer_cancel", "application_fee_refund", "adjustment"})
"""Types of rows whose source is what was given back, and not what gave it back."""

_REMEMBERED: Final = 2_000  # transfers
_VERB: Final = "reconciliation"

_Trace: TypeAlias = "Callable[[Row, Data], Awaitable[Tie]]"


@frozen
class Tie:
    """What caused a movement.

    Attributes:
        origin: Who did.
        deed: Which operation did, or made the payment that it goes back to.
        marked: Whether the object behind it carries a mark of ours.
        notes: The metadata of the object behind it.
    """

    origin: Origin
    deed: Deed | None = None
    marked: bool = False
    notes: Mapping[str, str] | None = None


class Tracer:
    """Finds the causes of one account's movements, the newest first.

    Args:
        caller: Reads what the rows do not tell.
        causes: What the journal says.
        account: Whose movements; `None` for the platform's.
    """

    def __init__(self, caller: Caller, causes: Causes, account: str | None) -> None:
        self._caller = caller
        self._causes = causes
        self._account = account
        self._transfers: dict[str, Data] = {}
        whole = {"expand": ["data.source_transaction"]} if causes.indirect else {}
        self._arriving = caller.pages(
            Request("get", "/v1/transfers", {"destination": account or "", "limit": 100, **whole}), _VERB
        )
        self._reached = float("inf")
        self._by_kind: Mapping[str, _Trace] = {
            "charge": self._charge,
            "transfer": self._transfer,
            "application_fee": self._application_fee,
            "refund": self._refund,
            "dispute": self._dispute,
            "payout": self._alone,
            "topup": self._alone,
        }

    async def trace(self, row: Row) -> Tie:
        """Say what caused a row that is no direct doing of an operation."""
        source = _expanded(row[SOURCE])
        trace = self._by_kind.get(source.get("object", ""))
        return Tie(Origin.STRIPE) if trace is None else await trace(row, source)

    async def learn(self, rows: Sequence[Row]) -> None:
        """Note whose payments the charges behind some movements are, where the journal does not know them by charge."""
        for row in rows if self._causes.indirect else ():
            await self._note_charge(_expanded(row[SOURCE]))

    async def _note_charge(self, charge: Data) -> None:
        """Note whose payment a charge is, for whatever belongs to it; the buyer made it, after the operation."""
        payment_id = identifier(charge.get("payment_intent"))
        if not (payment_id and charge["object"] == "charge"):
            return
        await self._causes.seek(payment_id)
        deed = self._causes.deed(payment_id)
        if deed is not None and self._causes.deed(charge["id"]) is None:
            self._causes.also(charge["id"], deed)

    async def division(self, tie: Tie) -> Division | None:
        """Give the division that what moved remembers, or what it belongs to: a transfer's charge, a reversal's too."""
        found, deed = _division(tie.notes), tie.deed
        while found is None and deed is not None:
            found = _division(json.loads(deed.notes)) if deed.notes else None
            await self._causes.seek(deed.parent)
            deed = self._causes.deed(deed.parent)
        return found

    async def aclose(self) -> None:
        """Stop reading ahead."""
        await self._arriving.aclose()

    async def _charge(self, row: Row, charge: Data) -> Tie:
        """A payment, or a fee that came back to the account that had paid it."""
        if row[TYPE] == "adjustment":
            return await self._fee_returned(row, charge)
        transfer_id = identifier(charge.get("source_transfer"))
        if transfer_id and self._account is not None:
            transfer = await self._arrived(transfer_id, charge["created"])
            return await self._paid_from(transfer, identifier(transfer.get("source_transaction")), None)
        payment_id = identifier(charge.get("payment_intent"))
        await self._look_for_page(payment_id, self._account)
        return await self._of(charge, payment_id)

    async def _fee_returned(self, row: Row, charge: Data) -> Tie:
        paid, scope = str(charge["id"]), self._account
        if transfer_id := identifier(charge.get("source_transfer")):
            paid = identifier((await self._arrived(transfer_id, charge["created"])).get("source_transaction"))
            scope = None
        await self._causes.seek(paid)
        return await self._paid_from({}, paid, scope, self._causes.refund_of(paid, row[CREATED]))

    async def _transfer(self, row: Row, transfer: Data) -> Tie:
        if row[TYPE] == "transfer":
            belonging = identifier(transfer.get("source_transaction") or transfer.get("destination_payment"))
            return await self._paid_from(transfer, belonging, None)
        reversal = await self._reversal(transfer, "balance_transaction", row[ID])
        return await self._of(reversal, identifier(reversal.get("source_refund")))

    async def _application_fee(self, row: Row, fee: Data) -> Tie:
        on_platform = identifier(fee.get("originating_transaction"))
        paid = on_platform or identifier(fee.get("charge")) or identifier(part(fee, "fee_source").get("payout"))
        scope = None if on_platform else identifier(fee.get("account"))
        if row[TYPE] == "application_fee":
            return await self._paid_from(fee, paid, scope)
        request = Request("get", f"/v1/application_fees/{fee['id']}/refunds", {"limit": 100})
        refund = await self._one_of(part(fee, "refunds"), request, "balance_transaction", row[ID])
        return await self._paid_from(refund, paid, scope, self._causes.refund_of(paid, row[CREATED]))

    async def _refund(self, row: Row, refund: Data) -> Tie:  # noqa: ARG002  # as the others
        reversal_id = identifier(refund.get("source_transfer_reversal") or refund.get("transfer_reversal"))
        if self._account is None or not reversal_id:
            return await self._of(refund, "")
        charge = await self._read(f"/v1/charges/{identifier(refund.get('charge'))}", self._account)
        transfer = await self._read_transfer(identifier(charge.get("source_transfer")))
        reversal = await self._reversal(transfer, "id", reversal_id) if transfer else transfer
        return await self._of(reversal, identifier(reversal.get("source_refund")))

    async def _dispute(self, row: Row, dispute: Data) -> Tie:  # noqa: ARG002  # as the others
        return Tie(Origin.STRIPE, self._causes.deed(identifier(dispute.get("charge"))))

    async def _alone(self, row: Row, thing: Data) -> Tie:  # noqa: ARG002  # as the others
        """A payout or a top-up, which belongs to nothing else."""
        by_itself = thing.get("automatic") or thing.get("initiated_by") == "stripe"
        return Tie(Origin.STRIPE) if by_itself else await self._of(thing, "")

    async def _paid_from(self, thing: Data, charge_id: str, scope: str | None, likely: Deed | None = None) -> Tie:
        """Say which operation made what belongs to a charge; one that the journal does not know names its payment."""
        await self._causes.seek(charge_id)
        if self._causes.indirect and charge_id and self._causes.deed(charge_id) is None:
            charge = await self._read(f"/v1/charges/{charge_id}", scope)
            payment_id = identifier(charge.get("payment_intent"))
            await self._look_for_page(payment_id, scope)
            if deed := self._causes.deed(payment_id):
                self._causes.also(charge_id, deed)
        return await self._of(thing, charge_id, likely)

    async def _look_for_page(self, payment_id: str, scope: str | None) -> None:
        """See whether a payment that no operation made was made on a page of Checkout that one did make."""
        await self._causes.seek(payment_id)
        if self._causes.indirect and payment_id and self._causes.deed(payment_id) is None:
            request = Request("get", "/v1/checkout/sessions", {"payment_intent": payment_id}, account=scope)
            async for session in self._caller.pages(request, _VERB):
                await self._causes.seek(session["id"])
                if deed := self._causes.deed(session["id"]):
                    self._causes.also(payment_id, deed)

    async def _of(self, thing: Data, belonging: str, likely: Deed | None = None) -> Tie:
        """Say which operation made something: by its id, by its mark, or by what it belongs to."""
        notes: Mapping[str, str] = thing.get("metadata") or {}
        marked = notes.get(METADATA_KEY, "")
        causes = self._causes
        await causes.seek(thing.get("id", ""), belonging)
        deed = causes.deed(thing.get("id", "")) or causes.marked(marked) or likely or causes.deed(belonging)
        return Tie(Origin.OPERATION if deed else Origin.ELSEWHERE, deed, bool(marked), notes)

    async def _reversal(self, transfer: Data, member: str, value: str) -> Data:
        request = Request("get", f"/v1/transfers/{transfer.get('id', '')}/reversals", {"limit": 100})
        return await self._one_of(part(transfer, "reversals"), request, member, value)

    async def _one_of(self, shown: Data, request: Request, member: str, value: str) -> Data:
        """Give the one of a list that is meant; an object shows the first ten of it."""
        for item in shown.get("data", ()):
            if identifier(item.get(member)) == value:
                found: Data = item
                return found
        if shown.get("has_more"):
            async for item in self._caller.pages(request, _VERB):
                if identifier(item.get(member)) == value:
                    return item
        return {}

    async def _arrived(self, transfer_id: str, created: int) -> Data:
        """Give a transfer to this account; they are read ahead, a hundred at a time, as the rows are."""
        while transfer_id not in self._transfers and self._reached >= created:
            following = await anext(self._arriving, None)
            if following is None:
                self._reached = 0
                break
            self._reached = following["created"]
            await self._remember(following)
        return self._transfers.get(transfer_id) or await self._read_transfer(transfer_id)

    async def _read_transfer(self, transfer_id: str) -> Data:
        if transfer_id and transfer_id not in self._transfers:
            await self._remember(await self._read(f"/v1/transfers/{transfer_id}", None))
        return self._transfers.get(transfer_id, {})

    async def _remember(self, transfer: Data) -> None:
        await self._note_charge(_expanded(transfer.get("source_transaction")))
        if len(self._transfers) >= _REMEMBERED:
            del self._transfers[next(iter(self._transfers))]
        self._transfers[transfer.get("id", "")] = transfer

    async def _read(self, path: str, account: str | None) -> Data:
        """Read what a row leads to; what this platform may not see is nothing."""
        try:
            return (await self._caller.read(Request("get", path, account=account), _VERB)).data
        except NotFound:
            return {}


def _expanded(value: object) -> Data:
    """Give an object where Stripe expanded it, and nothing where it gave the id alone."""
    return cast("Data", value) if isinstance(value, Mapping) else {}


def _division(notes: Mapping[str, str] | None) -> Division | None:
    try:
        return Division.read(notes or {})
    except InvalidRequest:  # somebody changed it by hand
        return None
