"""Laws of runs, whatever they consist of, however often they are stopped, and whatever gets lost on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from connectkit import AsyncConnect, Connect, MemoryStore, Money, Retries, RunPlan, RunProgress, RunReport, State
from connectkit.calls.frozen import Frozen
from connectkit.drive import run
from connectkit.simulator import Simulator
from connectkit.testing.colours import awaited

SELLERS: Final = 4  # of whom the last one cannot be paid yet
FEWER: Final = settings(max_examples=max(settings().max_examples // 4, 10))

_numbers = count()


class Stopped(Exception):
    """Whoever looks on wants the run to stop."""


@frozen
class World:
    """Sellers, a platform that has dollars and no euros, and what is remembered of it."""

    simulator: Simulator
    store: MemoryStore
    sellers: Sequence[str]

    def options(self) -> dict[str, Any]:
        quick = {"retries": Retries(attempts=1), "look_up_pause": 0.0}
        return {"store": self.store, "http_client": self.simulator.http_client(), **quick}


@frozen
class Wanted:
    """What a run is to do, and what comes between."""

    rows: Sequence[tuple[int, int, str]]
    leave_out: bool
    side_by_side: int
    stops: Sequence[int]
    lost: int


WANTED = st.builds(
    Wanted,
    rows=st.lists(
        st.tuples(st.integers(0, SELLERS - 1), st.integers(1, 500), st.sampled_from(("usd", "usd", "eur"))),
        min_size=1,
        max_size=8,
    ),
    leave_out=st.booleans(),
    side_by_side=st.integers(1, 4),
    stops=st.lists(st.integers(1, 6), max_size=2),
    lost=st.integers(0, 2),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    store = MemoryStore()
    with Connect.sandbox(store=store) as connect:
        sellers: list[str] = []
        for number in range(SELLERS):
            sellers.append(connect.onboarding.create(key=f"seller-{number}", country="US", type="express").id)
            if number < SELLERS - 1:
                connect.simulator.onboard(sellers[-1])
        connect.topups.create(key="topup", amount=Money.of("900000.00", "usd"))
        connect.simulator.advance(days=7)
        yield World(connect.simulator, store, sellers)


def sums(amounts: Iterator[Money | None]) -> Mapping[str, int]:
    total: Counter[str] = Counter()
    for amount in amounts:
        assert amount is not None
        total[amount.currency] += amount.amount
    return total


def posted(world: World, plan: RunPlan, since: int) -> Sequence[int]:
    """Give the rows whose transfers were made since some request, by number and in that order."""
    numbers = {Frozen.loads(row.operation.request).request.idempotency_key: row.number for row in plan.rows}
    seen = world.simulator.requests[since:]
    return [numbers[one.key] for one in seen if (one.method, one.path) == ("POST", "/v1/transfers") and one.effect]


async def played(connect: AsyncConnect, world: World, wanted: Wanted) -> tuple[RunPlan, RunPlan, RunReport | None]:
    """Plan, look over, carry out, stop, lose answers and go on until it is known how each row ended."""
    key = f"run-{next(_numbers)}"
    rows = [
        {"name": f"row-{number}", "destination": world.sellers[seller], "amount": Money(amount, currency)}
        for number, (seller, amount, currency) in enumerate(wanted.rows)
    ]
    plan = await connect.runs.plan(key=key, verb="transfers.create", rows=rows)
    chosen = plan.without_blocked() if wanted.leave_out else plan
    if not chosen.rows:
        return plan, chosen, None
    if wanted.lost:
        world.simulator.faults.next("lose_answer", "/v1/transfers", count=wanted.lost)
    for stop in wanted.stops:

        def listen(now: RunProgress, stop: int = stop) -> None:
            if now.done == stop:
                raise Stopped

        with suppress(Stopped):
            await connect.runs.execute(chosen, progress=listen, side_by_side=wanted.side_by_side)
    report = await connect.runs.execute(chosen, side_by_side=wanted.side_by_side)
    world.simulator.faults.calm()
    if report.unfinished:  # an answer was lost; nothing else leaves anything open
        report = await connect.runs.resume(key, side_by_side=wanted.side_by_side)
    assert not report.unfinished
    return plan, chosen, report


@FEWER
@given(wanted=WANTED, colour=st.sampled_from(("blocking", "asyncio")))
def test_a_run_does_each_row_once_in_its_accounts_order_and_every_cent_of_its_preview_is_told_of(
    world: World, wanted: Wanted, colour: str
) -> None:
    since = len(world.simulator.requests)
    if colour == "blocking":
        with Connect("sk_test_law", **world.options()) as connect:
            plan, chosen, report = run(played(awaited(connect), world, wanted))
    else:

        async def whole() -> tuple[RunPlan, RunPlan, RunReport | None]:
            async with AsyncConnect("sk_test_law", **world.options()) as connect:
                return await played(connect, world, wanted)

        plan, chosen, report = asyncio.run(whole())
    made = posted(world, plan, since)
    if report is None:
        assert (made, len(plan.blocked)) == ([], len(plan.rows))
        return
    done = [row.number for row in report.in_state(State.SUCCEEDED)]
    # Once: nothing was made twice, nothing that is not reported, and nothing is reported that was not made.
    assert sorted(made) == done
    # A refused row stops no other: all that can be sent was, and of each account in the order of the rows.
    able = {
        number: seller
        for number, (seller, _, currency) in enumerate(wanted.rows, 1)
        if seller < SELLERS - 1 and currency == "usd"
    }
    assert done == sorted(able)
    for seller in range(SELLERS):
        of_seller = [number for number in made if able[number] == seller]
        assert of_seller == sorted(of_seller)
    # What the preview moves is what was done, refused, or blocked and left out.
    refused = {row.name for row in report.refused}
    blocked = {one.row.name for one in plan.blocked}
    assert blocked.isdisjoint(refused) if wanted.leave_out else blocked <= refused
    left_out = sums(one.row.amount for one in plan.blocked if wanted.leave_out)
    told = {state: Counter(sums(iter(totals.values()))) for state, totals in report.totals.items()}
    assert set(told) <= {State.SUCCEEDED, State.REFUSED}
    assert sum(told.values(), Counter(left_out)) == Counter(sums(iter(plan.totals.values())))
    assert len(report.rows) == len(chosen.rows)
