"""What happens between two looks at the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from attrs import evolve

from connectkit.calls.caller import Step
from connectkit.calls.working import Worker
from connectkit.drive import run
from connectkit.errors import ClockSkewed, InvalidRequest, StoreUnavailable
from connectkit.journal import Held
from connectkit.requests import Request
from connectkit.storage.records import State

from .scripted import Bench, ok, payout


async def plan() -> Sequence[Step]:
    """Plan one call."""
    return [Step("one", "payouts.create", Request("post", "/v1/payouts", {"amount": 1, "currency": "usd"}), ("id",))]


def test_a_plan_that_has_become_impossible_because_it_is_being_carried_out_is_that_one() -> None:
    bench = Bench(ok("po_1"))

    async def too_late() -> Sequence[Step]:
        await bench.another().flow(verb="flow", key="k", arguments={}, plan=plan)
        message = "Nothing is left."
        raise InvalidRequest(message)

    answers = run(bench.caller.flow(verb="flow", key="k", arguments={}, plan=too_late))
    assert [answer.data["id"] for answer in answers] == ["po_1"]


def test_a_plan_that_is_impossible_is_refused() -> None:
    async def impossible() -> Sequence[Step]:
        message = "Nothing is left."
        raise InvalidRequest(message)

    with pytest.raises(InvalidRequest, match="Nothing is left"):
        run(Bench().caller.flow(verb="flow", key="k", arguments={}, plan=impossible))


@pytest.mark.parametrize("kind", [StoreUnavailable, ClockSkewed])
def test_a_worker_ends_when_it_can_trust_nothing(
    kind: Callable[[str], Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench()
    draft = run(bench.caller.drafted(payout()))
    bench.store.insert(evolve(draft, state=State.PLANNED, token=0, deferred=True), 0.0)

    error = kind("No.")

    async def broken(_: Held) -> None:
        raise error

    monkeypatch.setattr(bench.caller, "carry", broken)
    with pytest.raises(type(error)):
        run(Worker(bench.caller).work(None))


def test_a_worker_leaves_what_somebody_else_has_taken() -> None:
    bench = Bench(ok("po_1"))
    draft = run(bench.caller.drafted(payout()))
    bench.store.insert(evolve(draft, state=State.PLANNED, token=0, deferred=True), 0.0)
    assert run(Worker(bench.caller).work(1)) == 1
    assert bench.row().state is State.SUCCEEDED
