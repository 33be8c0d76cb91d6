"""Flows of several calls: frozen plans, resumed by anybody."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from connectkit.calls.caller import Step
from connectkit.drive import run
from connectkit.errors import InsufficientBalance, OperationConflict, OperationInProgress, OutcomeUnknown
from connectkit.models.base import Answer
from connectkit.requests import Request, Response
from connectkit.storage.records import State
from connectkit.testing.samples import UNSETTLED

from .scripted import LOST, Bench, failed, ok, page, payout


class Flow:
    """A flow of transfers, whose plan depends on a state that moves."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.planned = 0

    async def plan(self) -> Sequence[Step]:
        self.planned += 1
        return [
            Step(
                f"transfer/{number}",
                "transfers.create",
                Request("post", "/v1/transfers", {"amount": self.planned, "destination": f"acct_{number}"}),
                ("id",),
            )
            for number in (1, 2)
        ]

    def run(self, key: str = "order-1", **arguments: object) -> Sequence[Answer]:
        flow = self.bench.another().flow(verb="settle", key=key, arguments=arguments, plan=self.plan)
        return run(flow)


def ids(answers: Sequence[Answer]) -> list[str]:
    return [str(answer.data["id"]) for answer in answers]


def test_every_step_is_sent_once_under_a_name_of_its_own() -> None:
    bench = Bench(ok("tr_1"), ok("tr_2"))
    flow = Flow(bench)
    assert ids(flow.run()) == ["tr_1", "tr_2"]
    again = flow.run()
    assert ids(again) == ["tr_1", "tr_2"]
    assert all(answer.receipt.replayed for answer in again)
    assert len({request.idempotency_key for request in bench.stripe.sent}) == 2
    assert len(bench.stripe.sent) == 2


def test_a_broken_off_flow_goes_on_where_it_stopped_and_by_its_first_plan() -> None:
    refused = failed(400, remembered=True, code="balance_insufficient")
    bench = Bench(ok("tr_1"), refused)
    flow = Flow(bench)
    with pytest.raises(InsufficientBalance):
        flow.run()
    assert bench.row("order-1").state is State.REFUSED
    bench.stripe.reactions = [page(), ok("tr_2")]
    assert ids(flow.run()) == ["tr_1", "tr_2"]
    assert flow.planned == 1
    assert [request.params["amount"] for request in bench.stripe.posted()] == [1, 1, 1]


def test_anybody_resumes_a_flow_without_the_code_that_planned_it() -> None:
    bench = Bench(ok("tr_1"), failed(403))
    with pytest.raises(Exception, match="403"):
        Flow(bench).run()
    bench.stripe.reactions = [ok("tr_2")]
    assert ids(run(bench.another().resume(bench.row("order-1")))) == ["tr_1", "tr_2"]
    assert ids(run(bench.another().resume(bench.row("order-1")))) == ["tr_1", "tr_2"]
    assert len(bench.stripe.sent) == 3


def test_an_unknown_step_leaves_the_flow_unknown() -> None:
    bench = Bench(ok("tr_1"), *[LOST] * 5)
    with pytest.raises(OutcomeUnknown):
        Flow(bench).run()
    assert bench.row("order-1").state is State.UNKNOWN
    assert bench.row("order-1", "transfer/2").state is State.UNKNOWN
    unfinished = run(bench.caller.listed(UNSETTLED, 10))
    assert {stored.operation.verb for stored in unfinished} == {"settle", "transfers.create"}


def test_other_arguments_under_the_key_are_a_conflict() -> None:
    flow = Flow(Bench(ok("tr_1"), ok("tr_2")))
    flow.run(shares="a")
    with pytest.raises(OperationConflict) as caught:
        flow.run(shares="b")
    assert caught.value.differs == ("arguments",)


def test_a_flow_that_takes_longer_than_its_lease_renews_it() -> None:
    bench = Bench()

    def slow(request: Request) -> Response:
        bench.world.passed += 60.0
        return ok(f"tr_{request.params['destination']}")

    bench.stripe.reactions = [slow, slow]
    assert ids(Flow(bench).run()) == ["tr_acct_1", "tr_acct_2"]


def test_a_flow_taken_over_on_the_way_is_left_to_its_new_holder() -> None:
    bench = Bench()

    def overtaken(_: Request) -> Response:
        bench.world.passed += 80.0
        bench.stripe.reactions = [ok("tr_1"), ok("tr_2")]
        Flow(bench).run()
        return ok("tr_1")

    bench.stripe.reactions = [overtaken]
    with pytest.raises(OperationInProgress):
        Flow(bench).run()
    assert bench.row("order-1").state is State.SUCCEEDED


def test_anybody_resumes_a_single_call() -> None:
    bench = Bench(*[LOST] * 5)
    with pytest.raises(OutcomeUnknown):
        run(bench.caller.perform(payout()))
    bench.stripe.reactions = [ok()]
    assert ids(run(bench.another().resume(bench.row()))) == ["po_1"]
    assert ids(run(bench.another().resume(bench.row()))) == ["po_1"]
    assert len(bench.stripe.sent) == 6
