"""What stands against a run, and what it takes, found out before anything of it is sent."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeAlias, cast

from attrs import evolve, frozen

from connectkit.calls import plans
from connectkit.calls.caller import Caller
from connectkit.calls.frozen import Frozen
from connectkit.calls.gating import movements
from connectkit.errors import Refused
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance, SourceType
from connectkit.models.observations import ACCOUNTS, Observation
from connectkit.models.run_rows import BlockedRow, PlannedRow, pack_blocked
from connectkit.models.runs import RunPlan
from connectkit.money import Money
from connectkit.paying import Paymaster, PayoutMethod
from connectkit.ports import Job
from connectkit.requests import Request
from connectkit.sellers.gates import Movement, can

_SIDE_BY_SIDE: Final = 10  # questions under way at once
_VERB: Final = "runs.plan"
_INSTANT: Final = {"aud": 150}  # hundredths of a percent of an instant payout, by Stripe's published prices
_INSTANT_ELSEWHERE: Final = 100
_WHOLE: Final = 10_000


@frozen
class _Group:
    """What rows have in common that one question answers."""

    account: str
    movement: Movement
    currency: str = ""
    method: str = "standard"
    destination: str | None = None
    source_type: SourceType | None = None


_Block: TypeAlias = tuple[int, str, str]
"""The place of a row that would be refused, the reason, and what to do about it."""


def requests_of(row: PlannedRow) -> Sequence[Request]:
    """Give what a row sends, in order."""
    steps = plans.loads(row.operation.request)
    frozen = [Frozen.loads(row.operation.request)] if steps is None else [step.frozen for step in steps]
    return [one.request for one in frozen]


def fee_of(request: Request) -> Money | None:
    """Give what Stripe takes for a request by its published prices; `None` for nothing."""
    if request.path != "/v1/payouts" or request.params.get("method") != "instant":
        return None
    currency = str(request.params["currency"])
    share = _INSTANT.get(currency, _INSTANT_ELSEWHERE)
    return Money((2 * request.params["amount"] * share + _WHOLE) // (2 * _WHOLE), currency)


@frozen
class Previewer:
    """Looks at a plan from all sides.

    Attributes:
        caller: Whose operations these are.
    """

    caller: Caller

    def expected(self, plan: RunPlan) -> RunPlan:
        """Say how long a plan takes at the pace of now."""
        gate = self.caller.performer.sender.gate
        if gate is None:
            return plan
        seconds: dict[tuple[str, str], float] = defaultdict(float)
        for row in plan.rows:
            for request in requests_of(row):
                seconds[request.method, request.path.split("/")[2]] += 1 / gate.pace(request)
        return evolve(plan, expected=timedelta(seconds=round(max(seconds.values(), default=0))))

    async def looked_over(self, plan: RunPlan) -> RunPlan:
        """Say which rows Stripe would refuse now, and what the platform's balance lacks."""
        groups: dict[_Group, array[int]] = {}
        for place, row in enumerate(plan.rows):
            for group in _groups(row):
                groups.setdefault(group, array("L")).append(place)
        blocked: list[_Block] = []

        async def ask(group: _Group, places: Sequence[int]) -> None:
            blocked.extend(await self._blocked(group, places, plan.rows))

        async def jobs() -> AsyncGenerator[Job, None]:
            for group, places in groups.items():
                yield lambda group=group, places=places: ask(group, places)  # type: ignore[misc]

        await self.caller.world.each(jobs(), min(_SIDE_BY_SIDE, len(groups)))
        found = (BlockedRow(row=plan.rows[place], why=why, next_step=step) for place, why, step in sorted(blocked))
        return evolve(plan, blocked=pack_blocked(found), shortfall=await self._shortfall(plan.rows))

    async def _blocked(self, group: _Group, places: Sequence[int], rows: Sequence[PlannedRow]) -> Iterable[_Block]:
        try:
            if group.movement == "payout":
                return await self._unpayable(group, places, rows)
            seen = (await self.caller.note(ACCOUNTS, group.account)).text
            if seen and not Observation.loads(seen).blocked:
                return ()
            reading = Request("get", f"/v1/accounts/{group.account}")
            permission = can(Account.parse(await self.caller.read(reading, _VERB)), group.movement)
        except Refused as error:
            return [(place, error.message, error.next_step) for place in places]
        if permission:
            return ()
        return [(place, permission.why, permission.next_step) for place in places]

    async def _unpayable(self, group: _Group, places: Sequence[int], rows: Sequence[PlannedRow]) -> Iterable[_Block]:
        method = cast("PayoutMethod", group.method)
        able = await Paymaster(self.caller).eligibility(
            group.account, group.currency, method, group.destination, group.source_type
        )
        if not able:
            step = "See payouts.eligibility of the account."
            return [(place, " ".join(able.obstacles), step) for place in places]
        blocked: list[_Block] = []
        left = able.payable
        for place in places:
            amount = rows[place].amount or left
            if amount <= left:
                left -= amount
            else:
                why = f"{left} of the account's balance would be left for it."
                blocked.append((place, why, "Wait for what is pending, or pay out less."))
        return blocked

    async def _shortfall(self, rows: Iterable[PlannedRow]) -> tuple[Money, ...]:
        needed: dict[str, Money] = {}
        for row in rows:
            for request in requests_of(row):
                if request.path == "/v1/transfers" and "source_transaction" not in request.params:
                    amount = Money(request.params["amount"], request.params["currency"])
                    needed[amount.currency] = needed.get(amount.currency, Money(0, amount.currency)) + amount
        if not needed:
            return ()
        balance = Balance.parse(await self.caller.read(Request("get", "/v1/balance"), _VERB))
        lacking = [amount - balance.available_in(currency) for currency, amount in needed.items()]
        return tuple(lack for lack in lacking if lack.amount > 0)


def _groups(row: PlannedRow) -> Iterable[_Group]:
    for request in requests_of(row):
        for account, movement in movements(request):
            if movement != "payout":
                yield _Group(account, movement)
            else:
                params: Any = request.params
                where = (params.get("destination"), params.get("source_type"))
                yield _Group(account, movement, params["currency"], params["method"], *where)
