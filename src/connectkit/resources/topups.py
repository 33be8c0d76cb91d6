"""Top-ups: the platform's own money, added to its balance."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Final

from connectkit.calls.caller import Caller, Intent
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest
from connectkit.models.balances import Balance, TopUpNeed
from connectkit.models.base import Answer
from connectkit.models.topups import TopUp
from connectkit.money import Money
from connectkit.requests import Request, checked_id

from .arguments import checked_metadata, checked_money, given, optional_id

_DESCRIPTOR: Final = 15  # ASCII characters that Stripe takes


class AsyncTopUps:
    """Top-ups: the platform's own money, added to its balance."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        source: str | None = None,
        description: str | None = None,
        statement_descriptor: str | None = None,
        transfer_group: str | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> TopUp:
        """Add money from the platform's bank to its balance.

        It is usable once it has succeeded, which takes days. A transfer that was refused for lack of it is not sent
        again by Stripe: call that again with its own key.

        Args:
            key: Your own name of this top-up.
            amount: How much.
            source: A bank as a token; the one of the Dashboard if it is not given.
            description: Words of your own.
            statement_descriptor: What the bank statement says, at most 15 ASCII characters.
            transfer_group: A label that ties it to transfers.
            metadata: Notes of your own.
            wait: For how many seconds to wait for somebody who is making it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        fits = statement_descriptor is None or (
            len(statement_descriptor) <= _DESCRIPTOR and statement_descriptor.isascii()
        )
        if not fits:
            message = f"statement_descriptor is at most {_DESCRIPTOR} ASCII characters."
            raise InvalidRequest(message, param="statement_descriptor")
        params = given(
            amount=checked_money(amount).check_chargeable().amount,
            currency=amount.currency,
            source=optional_id(source, "source", "btok_", "src_", "ba_"),
            description=description,
            statement_descriptor=statement_descriptor,
            transfer_group=transfer_group,
            metadata=checked_metadata(metadata),
        )
        intent = Intent("topups.create", key, Request("post", "/v1/topups", params), params, TopUp.KEEP)
        return TopUp.parse(await self._caller.perform(intent, wait=wait))

    async def needed(self, *planned: Money, source_type: str | None = None) -> Sequence[TopUpNeed]:
        """Say how much the platform's balance lacks for transfers that are planned, by currency.

        What pending top-ups bring is counted as if it were there, for it will be; a transfer before that is refused.

        Args:
            *planned: What is to be transferred.
            source_type: Only money that came this way counts, as `card` or `bank_account`; all if it is not given.

        Raises:
            InvalidRequest: Something planned is no money.
            Unreachable: There was no usable answer.
        """
        balance = Balance.parse(await self._caller.read(Request("get", "/v1/balance"), "topups.needed"))
        pending = [one.amount async for one in self.list(status="pending")]
        currencies = dict.fromkeys(checked_money(one, "planned").currency for one in planned)
        return [_need(planned, balance, pending, currency, source_type) for currency in currencies]

    async def cancel(self, topup_id: str, *, key: str, wait: float = 0.0) -> TopUp:
        """Call a top-up back that is still pending.

        Args:
            topup_id: The top-up.
            key: Your own name of this cancellation.
            wait: For how many seconds to wait for somebody who is cancelling it now.

        Raises:
            InvalidRequest: It is not the id of a top-up.
            Refused: Stripe said no, as that it has succeeded.
            OutcomeUnknown: It may have been cancelled; the same key finds out.
        """
        request = Request("post", f"/v1/topups/{checked_id(topup_id, 'topup_id', 'tu_')}/cancel")
        intent = Intent("topups.cancel", key, request, {"topup": topup_id}, TopUp.KEEP)
        return TopUp.parse(await self._caller.perform(intent, wait=wait))

    async def retrieve(self, topup_id: str) -> TopUp:
        """Read a top-up.

        Raises:
            InvalidRequest: It is not the id of a top-up.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        request = Request("get", f"/v1/topups/{checked_id(topup_id, 'topup_id', 'tu_')}")
        return TopUp.parse(await self._caller.read(request, "topups.retrieve"))

    async def list(self, *, status: str | None = None) -> AsyncGenerator[TopUp, None]:
        """Go through the top-ups, the newest first, to the end.

        Args:
            status: Only those: `pending`, `succeeded`, `failed` or `canceled`.

        Raises:
            Unreachable: There was no usable answer.
        """
        request = Request("get", "/v1/topups", given(status=status, limit=100))
        async for item in self._caller.pages(request, "topups.list"):
            yield TopUp.parse(Answer(data=item))


class TopUps(Blocking[AsyncTopUps]):
    """Top-ups: the platform's own money, added to its balance."""

    create: Final = blocking(AsyncTopUps.create)
    needed: Final = blocking(AsyncTopUps.needed)
    cancel: Final = blocking(AsyncTopUps.cancel)
    retrieve: Final = blocking(AsyncTopUps.retrieve)
    list: Final = iterating(AsyncTopUps.list)


def _need(
    planned: Sequence[Money], balance: Balance, pending: Sequence[Money], currency: str, source_type: str | None
) -> TopUpNeed:
    nothing = Money(0, currency)
    wanted = sum((one for one in planned if one.currency == currency), nothing)
    arriving = sum((one for one in pending if one.currency == currency), nothing)
    there = balance.available_from(source_type, currency) if source_type else balance.available_in(currency)
    missing = max(wanted - there - arriving, nothing)
    return TopUpNeed(planned=wanted, available=there, arriving=arriving, missing=missing)
