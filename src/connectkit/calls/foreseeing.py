"""What balances will make of a plan: calls that they do not bear are refused, and refunds wait until they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from attrs import evolve, field, frozen

from connectkit.models.balances import Balance
from connectkit.models.plans import Effect, PlannedCall, Risk, RiskKind
from connectkit.money import Money
from connectkit.requests import Request

from .caller import Caller
from .plans import PlannedStep, WaitsOn

_Pot: TypeAlias = tuple[str, str]
"""A balance that money is in: the account, `""` for the platform, and the currency."""

_BY_ITSELF: Final = "Stripe sends the refund by itself then, and refund.updated tells: do not refund again."


async def foreseen(caller: Caller, steps: Sequence[PlannedStep]) -> tuple[tuple[PlannedCall, ...], tuple[Risk, ...]]:
    """Give the calls of a plan as they are shown, with what of them will wait, and what balances do not bear.

    Args:
        caller: Who may look at balances.
        steps: The plan.
    """
    balances = _Balances(caller)
    left: dict[_Pot, Money] = {}
    least: dict[_Pot, Money] = {}
    calls: list[PlannedCall] = []
    waiting: dict[_Pot, Money] = {}
    for step in steps:
        lacking = await _lacking(balances, step, left)
        if lacking is not None:
            waiting[_pot(step)] = lacking
        effects = tuple(evolve(effect, waits=lacking is not None) for effect in step.effects)
        calls.append(_shown(step, effects))
        _add(left, step.effects)
        least = {pot: min(after, least.get(pot, after)) for pot, after in left.items()}
    risks: list[Risk] = []
    for pot, lowest in least.items():
        if pot in waiting:
            risks += _waits(*pot, waiting[pot], _brought(steps, pot))
        elif lowest.amount < 0:
            risks += _refused(*pot, lowest + await balances.held(pot, "all"))
    return tuple(calls), tuple(risks)


@frozen
class _Balances:
    """Balances as they are now, each read once, when it is first asked for."""

    caller: Caller
    seen: dict[str, Balance] = field(factory=dict[str, Balance])

    async def held(self, pot: _Pot, which: WaitsOn) -> Money:
        """Give what is available in a balance, or all that is in it."""
        account, currency = pot
        if account not in self.seen:
            request = Request("get", "/v1/balance", account=account or None)
            self.seen[account] = Balance.parse(await self.caller.read(request, "plans.look"))
        balance = self.seen[account]
        available = balance.available_in(currency)
        return available + balance.pending_in(currency) if which == "all" else available


def _pot(step: PlannedStep) -> _Pot:
    """Give the balance that a refund is paid from: its first effect is the refund itself."""
    return step.effects[0].account, step.effects[0].amount.currency


def _add(left: dict[_Pot, Money], effects: Iterable[Effect]) -> None:
    for effect in effects:
        pot = effect.account, effect.amount.currency
        left[pot] = left.get(pot, Money(0, pot[1])) + effect.amount


async def _lacking(balances: _Balances, step: PlannedStep, left: dict[_Pot, Money]) -> Money | None:
    """Give what is missing when a call is sent that waits for it; `None` if nothing is."""
    if not step.waits_on:
        return None
    pot = _pot(step)
    then = dict(left)
    _add(then, step.effects)
    held = await balances.held(pot, step.waits_on) + then[pot]
    return -held if held.amount < 0 else None


def _brought(steps: Sequence[PlannedStep], pot: _Pot) -> Money:
    """Give what later calls of a plan bring into a balance."""
    brought: dict[_Pot, Money] = {pot: Money(0, pot[1])}
    for step in steps:
        if not step.waits_on:
            _add(brought, step.effects)
    return brought[pot]


def _waits(account: str, currency: str, lacking: Money, brought: Money) -> Iterator[Risk]:
    """Tell of a refund that waits, unless the plan itself brings what it waits for."""
    missing = lacking - brought
    if missing.amount <= 0:
        return
    coming = f", {brought} of which this plan brings back" if brought.amount > 0 else ""
    source = "Transfer the seller as much, or wait for her next payments" if account else "Top it up by that"
    yield Risk(
        kind=RiskKind.WAITS_FOR_FUNDS,
        account=account,
        message=f"The refund waits until the balance in {currency} covers it: {lacking} are missing{coming}.",
        missing=missing,
        next_step=f"{source}, or wait for pending funds. {_BY_ITSELF}",
    )


def _refused(account: str, currency: str, after: Money) -> Iterator[Risk]:
    """Tell of a balance that does not bear what the plan takes from it."""
    if after.amount >= 0:
        return
    missing = Money(-after.amount, currency)
    yield Risk(
        kind=RiskKind.SHORT_BALANCE,
        account=account,
        message=f"The balance does not cover it: {missing} are missing.",
        missing=missing,
        next_step="Wait for her next payments; if_short says what else is done." if account else "Top it up by that.",
    )


def _shown(step: PlannedStep, effects: tuple[Effect, ...]) -> PlannedCall:
    request = step.frozen.request
    return PlannedCall(
        name=step.name,
        verb=step.verb,
        method=request.method,
        path=request.path,
        params=request.params,
        account=request.account or "",
        effects=effects,
        fees=step.fees,
    )
