"""Reconciliation: what moved at Stripe against what was meant, to the cent."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager, closing
from datetime import datetime
from typing import Any, Final

from connectkit.calls.caller import Caller
from connectkit.calls.deciding import Desk
from connectkit.calls.frozen import Frozen
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest
from connectkit.models.base import identifier
from connectkit.models.payouts import Payout
from connectkit.models.reconciliation import Line, OrderReport, PayoutReport, PeriodReport
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import optional_id

from . import exporting
from .causes import Causes
from .orders import Order
from .payouts import PaidOut
from .periods import Period
from .seeking import Sought
from .walking import Ledger


class AsyncReconciliation:
    """What moved at Stripe against what was meant, to the cent."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def payout(self, payout_id: str, *, account: str | None = None) -> PayoutReport:
        """Explain a payout: what it paid out, and which operations that came from.

        Stripe remembers the movements of an automatic payout, and they sum to its amount. Of a manual one it does not:
        its movements are all that moved since the payout before it, which is read back from the present balance.

        Args:
            payout_id: The payout.
            account: The connected account whose it is; the platform if it is not given.

        Raises:
            InvalidRequest: An argument is wrong.
            NotFound: There is none in this account.
            Refused: Stripe does not tell, as when it is still assigning movements.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        chosen = checked_id(payout_id, "payout_id", "po_")
        return await PaidOut(self._caller, self._caller.account(account)).report(chosen)

    async def order(
        self, *, payment: str | None = None, key: str | None = None, account: str | None = None
    ) -> OrderReport:
        """Explain a payment: its charge, fees, transfers, refunds, reversals and disputes, on every account.

        Args:
            payment: The payment intent.
            key: Your own name of the operation that made it, instead of its id.
            account: The connected account whose payment it is (a direct charge); the platform if it is not given. A
                *key* knows.

        Raises:
            InvalidRequest: An argument is wrong, or the key names no payment.
            OperationError: There is no operation of this name.
            NotFound: There is no such payment in this account.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        scope, chosen = self._caller.account(account), optional_id(payment, "payment", "pi_")
        if (chosen is None) is (key is None):
            message = "Either the payment is given, or the key of the operation that made it."
            raise InvalidRequest(message, param="payment", next_step="Pass payment='pi_…' or key='order-1042'.")
        if key is not None:
            scope, chosen = await self._named(key)
        with closing(Sought(caller=self._caller)) as causes:
            await causes.read(self._caller)
            return await Order(self._caller, causes, scope).report(str(chosen))

    async def period(
        self,
        *,
        account: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: PeriodReport | None = None,
    ) -> PeriodReport:
        """Explain what a balance did in a span of time: opening, movements by category, closing, and what does not fit.

        Any number of movements and of operations take the same memory; many operations take a temporary file.

        Args:
            account: The connected account; the platform if it is not given.
            since: When it begins, aware; the first movement of all if it is not given.
            until: When it ends, aware; now if it is not given.
            before: The report of the span before this one, whose closing has to be this one's opening.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        scope = self._caller.account(account)
        _check_span(since, until)
        async with self._spans([scope], since, until) as (period,):
            return await period.report(before)

    async def periods(
        self, *, accounts: Sequence[str] = (), since: datetime | None = None, until: datetime | None = None
    ) -> AsyncGenerator[PeriodReport, None]:
        """Explain the platform and several connected accounts, one after the other; the journal is read once.

        Args:
            accounts: The connected accounts; the platform itself comes first.
            since: When it begins, aware; the first movement of all if it is not given.
            until: When it ends, aware; now if it is not given.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        scopes = [checked_id(account, "accounts", "acct_") for account in accounts]
        _check_span(since, until)
        async with self._spans([None, *scopes], since, until) as periods:
            for period in periods:
                yield await period.report(None)

    async def lines(
        self,
        *,
        account: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        payout: str | None = None,
        payment: str | None = None,
    ) -> AsyncGenerator[Line, None]:
        """Go through the movements of a balance, the newest first, each with the operation that caused it.

        Args:
            account: The connected account; the platform if it is not given.
            since: When it begins, aware; the first movement of all if it is not given.
            until: When it ends, aware; now if it is not given.
            payout: Only those that this payout paid out: of an automatic one as Stripe says, with its own; of a manual
                one all since the payout before.
            payment: Only those of this payment, on every account, the oldest first.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        async with aclosing(self._chosen(account, since, until, payout, payment)) as lines:
            async for line in lines:
                yield line

    async def csv(
        self,
        *,
        account: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        payout: str | None = None,
        payment: str | None = None,
    ) -> AsyncGenerator[str, None]:
        """Go through the movements as lines of CSV, names of columns first; amounts are in minor units.

        Args:
            account: The connected account; the platform if it is not given.
            since: When it begins, aware; the first movement of all if it is not given.
            until: When it ends, aware; now if it is not given.
            payout: Only those that this payout paid out: of an automatic one as Stripe says, with its own; of a manual
                one all since the payout before.
            payment: Only those of this payment, on every account, the oldest first.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        yield exporting.written(exporting.COLUMNS)
        async with aclosing(self._chosen(account, since, until, payout, payment)) as lines:
            async for line in lines:
                yield exporting.written(exporting.record(line))

    async def frame(
        self,
        library: str = "pandas",
        *,
        account: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        payout: str | None = None,
        payment: str | None = None,
    ) -> Any:  # noqa: ANN401  # a frame of the library that is asked for
        """Give the movements as a data frame; amounts are in minor units. Its memory grows with the movements.

        Args:
            library: Whose frame: `pandas` or `polars`, which has to be installed.
            account: The connected account; the platform if it is not given.
            since: When it begins, aware; the first movement of all if it is not given.
            until: When it ends, aware; now if it is not given.
            payout: Only those that this payout paid out: of an automatic one as Stripe says, with its own; of a manual
                one all since the payout before.
            payment: Only those of this payment, on every account, the oldest first.

        Raises:
            InvalidRequest: An argument is wrong, or the library is not installed.
            Unreachable: There was no usable answer.
            StoreUnavailable: The store could not be reached.
        """
        frames = exporting.library(library)
        async with aclosing(self._chosen(account, since, until, payout, payment)) as lines:
            return frames.DataFrame(exporting.columns([exporting.record(line) async for line in lines]))

    async def _chosen(
        self,
        account: str | None,
        since: datetime | None,
        until: datetime | None,
        payout: str | None,
        payment: str | None,
    ) -> AsyncGenerator[Line, None]:
        """Go through the movements of a payment, of a manual payout, or of a span of time."""
        scope, chosen = self._caller.account(account), optional_id(payout, "payout", "po_")
        _check_span(since, until)
        if payment is not None and (since or until or payout):
            message = "The movements of a payment are all that it moved, whenever that was."
            raise InvalidRequest(message, param="payment", next_step="Pass it without a span of time and a payout.")
        if payment is not None:
            for line in (await self.order(payment=payment, account=account)).lines:
                yield line
            return
        manual = await self._manual(chosen, scope)
        if manual is not None:
            async with aclosing(PaidOut(self._caller, scope).lines(manual)) as lines:
                async for line in lines:
                    if (since is None or since <= line.created) and (until is None or line.created < until):
                        yield line
            return
        async with (
            self._spans([scope], since, until, seeking=chosen is not None) as (period,),
            aclosing(period.lines(chosen)) as lines,
        ):
            async for line in lines:
                yield line

    async def _manual(self, payout_id: str | None, scope: str | None) -> Payout | None:
        """Give a payout if it is one whose movements Stripe does not know."""
        if payout_id is None:
            return None
        payout, _ = await PaidOut(self._caller, scope).read(payout_id)
        return None if payout.automatic else payout

    @asynccontextmanager
    async def _spans(
        self,
        scopes: Sequence[str | None],
        since: datetime | None,
        until: datetime | None,
        *,
        seeking: bool = False,
    ) -> AsyncGenerator[Sequence[Period]]:
        """Read the balances, and after them the journal, unless it is *seeking*: all that had moved is known then."""
        anchors = [await Ledger(self._caller, scope).anchor() for scope in scopes]
        with closing(Sought(caller=self._caller) if seeking else Causes()) as causes:
            await causes.read(self._caller)
            yield [
                Period(self._caller, causes, scope, since, until, anchor)
                for scope, anchor in zip(scopes, anchors, strict=True)
            ]

    async def _named(self, key: str) -> tuple[str | None, str]:
        """Give the account and the payment of an operation.

        Raises:
            InvalidRequest: It made no payment.
        """
        operation = await Desk(self._caller).found(key, "")
        if operation.request and operation.object_id.startswith("cs_"):
            scope = Frozen.loads(operation.request).request.account
            request = Request("get", f"/v1/checkout/sessions/{operation.object_id}", account=scope)
            payment = identifier((await self._caller.read(request, "reconciliation.order")).data.get("payment_intent"))
            if payment:
                return scope, payment
        if not operation.object_id.startswith("pi_") or not operation.request:
            message = "This key does not name an operation that made a payment, or what it sent was purged."
            raise InvalidRequest(message, param="key", next_step="Pass payment='pi_…' and its account instead.")
        return Frozen.loads(operation.request).request.account, operation.object_id


class Reconciliation(Blocking[AsyncReconciliation]):
    """What moved at Stripe against what was meant, to the cent."""

    payout: Final = blocking(AsyncReconciliation.payout)
    order: Final = blocking(AsyncReconciliation.order)
    period: Final = blocking(AsyncReconciliation.period)
    periods: Final = iterating(AsyncReconciliation.periods)
    lines: Final = iterating(AsyncReconciliation.lines)
    csv: Final = iterating(AsyncReconciliation.csv)
    frame: Final = blocking(AsyncReconciliation.frame)


def _check_span(since: datetime | None, until: datetime | None) -> None:
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            message = f"{name} has no zone."
            raise InvalidRequest(
                message, param=name, next_step="Pass an aware time, as datetime(2026, 11, 1, tzinfo=UTC)."
            )
    if since is not None and until is not None and since >= until:
        message = "The span ends before it begins."
        raise InvalidRequest(message, param="until")
