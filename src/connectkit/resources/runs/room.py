"""Runs: thousands of operations as one, planned, previewed, carried out at the rate gate, resumed and reported."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

from attrs import evolve

from connectkit.calls.caller import Caller
from connectkit.calls.deciding import Desk
from connectkit.calls.running import Listen, Running
from connectkit.drive import Blocking, blocking, iterating
from connectkit.errors import InvalidRequest, Refused
from connectkit.models.operations import Standing
from connectkit.models.run_rows import BadRow, PlannedRow, closed_row, row_packer
from connectkit.models.runs import RunPlan, RunReport
from connectkit.requests import Request, checked_key

from .previews import Previewer, fee_of, requests_of
from .rows import Rows, arguments, read
from .verbs import drafted

_SIDE_BY_SIDE: Final = 20  # rows under way at once


class AsyncRuns:
    """Runs: thousands of operations as one."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._running = Running(caller)
        self._previewer = Previewer(caller)

    async def plan(self, *, key: str, rows: Rows, verb: str | None = None, look: bool = True) -> RunPlan:
        """Plan a run: check each row, and look what stands against it; nothing is sent but questions.

        A row is a mapping, a named tuple, an instance of an attrs or data class, or a line of a data frame of pandas or
        polars. It has a `name`, which is unique in the run and stays with it, and the arguments of its verb. An amount
        is `Money`; or text or a `Decimal` in major units with a `currency`; or `amount_minor`, whole minor units, with
        a `currency`. What is empty is not given. A row can name a `verb` of its own.

        Args:
            key: Your own name of the run; each row is the operation *key*/*name*.
            rows: What there is to do, in order; the order is kept for each account.
            verb: What each row does, as `transfers.create`, `transfers.reverse`, `payouts.create` or
                `charges.separate.refund`.
            look: Whether to ask Stripe whether the accounts can take it and the balance covers it. Accounts that
                `tracker` knows to be well are not asked about.

        Raises:
            InvalidRequest: The key is malformed, or something is no row.
            Unreachable: There was no usable answer.
        """
        checked_key(key)
        good, bad = row_packer(), list[BadRow]()
        taken, subjects = dict[str, int](), dict[str, int]()
        for number, row in enumerate(read(rows), 1):
            name = str(row.get("name") or "")
            try:
                planned = await self._planned(key, number, name, row, verb)
                _check_unique(planned, taken, subjects)
            except (InvalidRequest, Refused) as error:
                bad.append(BadRow(number=number, name=name, why=error.message))
            else:
                good.add(closed_row(planned))
        plan = self._previewer.expected(RunPlan(key=key, rows=good.done(), bad=tuple(bad)))
        return await self._previewer.looked_over(plan) if look and plan.rows else plan

    async def execute(
        self, plan: RunPlan, *, progress: Listen | None = None, side_by_side: int = _SIDE_BY_SIDE
    ) -> RunReport:
        """Carry a plan out, and report.

        It is written down before its first request, so that `resume` goes on with it after a crash, in any process. A
        row that is refused does not stop the others. Calling again goes on with what has not succeeded, and does
        nothing twice. Interrupting it, as with Ctrl-C, lets the rows that are under way end.

        Args:
            plan: What `plan` gave.
            progress: Told after each row how far it has come, by one thread at a time.
            side_by_side: How many rows are under way at once; those of one account never are.

        Raises:
            InvalidRequest: Rows are bad, or there are none.
            OperationConflict: The key names something else, or a run of other rows; it says which differ.
            OperationInProgress: Somebody else is carrying it out now.
            Braked: Everything is stopped.
            AuthenticationFailed: Stripe does not take the key.
            StoreUnavailable: The store could not be reached.
        """
        if plan.bad:
            first = plan.bad[0]
            message = f"{len(plan.bad)} rows are bad, the first in row {first.number}: {first.why}"
            raise InvalidRequest(message, param="plan", next_step="Correct them, or execute plan.without_bad().")
        if not plan.rows or side_by_side < 1:
            message = "A run has at least one row, and at least one of them is under way at once."
            raise InvalidRequest(message, param="plan" if not plan.rows else "side_by_side")
        return await self._running.execute(await self._running.write(plan.key, plan.rows), progress, side_by_side)

    async def resume(self, key: str, *, progress: Listen | None = None, side_by_side: int = _SIDE_BY_SIDE) -> RunReport:
        """Go on with a run that was stopped, killed, or left rows refused or in doubt; nothing is done twice.

        Args:
            key: Your own name of the run.
            progress: As in `execute`.
            side_by_side: As in `execute`.

        Raises:
            OperationError: There is none of this name.
            OperationInProgress: Somebody is carrying it out, or was a moment ago; its claim ends soon.
            ConnectKitError: As in `execute`.
        """
        return await self._running.execute(await self._running.found(key), progress, side_by_side)

    async def stop(self, key: str) -> None:
        """Have whoever carries a run out, in any process, begin no other row of it; `resume` goes on.

        Args:
            key: Your own name of the run.

        Raises:
            OperationError: There is none of this name.
            StoreUnavailable: The store could not be reached.
        """
        await self._running.stop(key)

    async def report(self, key: str) -> RunReport:
        """Tell what became of each row of a run so far; nothing is sent.

        Args:
            key: Your own name of the run.

        Raises:
            OperationError: There is none of this name.
            StoreUnavailable: The store could not be reached.
        """
        return await self._running.report(key)

    async def list(self) -> AsyncGenerator[Standing, None]:
        """Go through the runs by name: how each stands, why, and what comes next.

        Raises:
            StoreUnavailable: The store could not be reached.
        """
        async for name in self._running.names():
            yield await Desk(self._caller).standing(name, "")

    async def _planned(self, key: str, number: int, name: str, row: Mapping[str, Any], verb: str | None) -> PlannedRow:
        if not name:
            message = "It lacks a name."
            raise InvalidRequest(message, param="rows")
        said = arguments({column: value for column, value in row.items() if column not in {"name", "verb"}})
        chosen = str(row.get("verb") or verb or "")
        planned = PlannedRow(
            number=number, name=name, operation=await drafted(self._caller, chosen, f"{key}/{name}", said)
        )
        return _weighed(planned, requests_of(planned))


class Runs(Blocking[AsyncRuns]):
    """Runs: thousands of operations as one."""

    plan: Final = blocking(AsyncRuns.plan)
    execute: Final = blocking(AsyncRuns.execute)
    resume: Final = blocking(AsyncRuns.resume)
    stop: Final = blocking(AsyncRuns.stop)
    report: Final = blocking(AsyncRuns.report)
    list: Final = iterating(AsyncRuns.list)


def _weighed(row: PlannedRow, requests: Sequence[Request]) -> PlannedRow:
    return evolve(row, requests=len(requests), fee=fee_of(requests[0]))


def _check_unique(row: PlannedRow, names: dict[str, int], payments: dict[str, int]) -> None:
    """Check that a row has a name of its own, and that no other pays back of the same payment.

    The plan of a refund says what is left of a payment, which another one in the same run would change.
    """
    earlier = names.setdefault(row.name, row.number)
    if earlier != row.number:
        message = f"Row {earlier} has the same name."
        raise InvalidRequest(message, param="rows")
    payment = requests_of(row)[0].params.get("payment_intent")
    if payment is not None:
        earlier = payments.setdefault(str(payment), row.number)
        if earlier != row.number:
            message = f"Row {earlier} is about the same payment."
            raise InvalidRequest(message, param="rows", next_step="Sum them up, or put one of them into another run.")
