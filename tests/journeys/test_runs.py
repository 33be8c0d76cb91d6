"""Thousands of operations as one: planned, looked over, carried out, stopped, resumed, reported; in both colours."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel, twin

from connectkit import (
    AsyncConnect,
    AuthenticationFailed,
    Braked,
    InvalidRequest,
    Money,
    Operation,
    OperationConflict,
    OperationError,
    RateGate,
    Retries,
    RunProgress,
    State,
)
from connectkit.calls import running
from connectkit.simulator import Simulator

in_both_colours = pytest.mark.parametrize("colour", COLOURS)


def usd(amount: str) -> Money:
    return Money.of(amount, "usd")


async def sellers(connect: AsyncConnect, count: int) -> list[str]:
    """Make sellers who can be paid, and fill the platform's balance."""
    made = [await seller(connect, f"seller-{number}") for number in range(count)]
    await connect.topups.create(key="topup", amount=usd("1000.00"))
    connect.simulator.advance(days=7)
    return made


def rows(accounts: Sequence[str], count: int) -> list[dict[str, Any]]:
    return [
        {"name": f"row-{number}", "destination": accounts[number % len(accounts)], "amount": usd(f"{number + 1}.00")}
        for number in range(count)
    ]


def posted(simulator: Simulator, path: str = "/v1/transfers") -> int:
    return len([seen for seen in simulator.requests if seen.method == "POST" and seen.path == path])


def remembered(connect: AsyncConnect) -> list[str]:
    """Give what the store remembers of the rows of runs."""
    store: Any = connect.store
    return [note.text for note in store._notes.values() if note.topic.startswith("run/") and note.text != "[]"]


@in_both_colours
def test_an_account_that_was_blocked_after_the_plan_is_not_sent_to(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 2)
        careful = twin(connect, check_accounts=True)
        plan = await careful.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 4))
        assert plan.blocked == ()
        connect.simulator.demand(accounts[0], "individual.verification.document", days=-31)
        await connect.tracker.observe(accounts[0])
        report = await careful.runs.execute(plan)
        assert [row.state for row in report.rows] == [State.REFUSED, State.SUCCEEDED] * 2
        assert "transfers is" in report.rows[0].why
        assert posted(connect.simulator) == 2
        connect.simulator.onboard(accounts[0])
        assert (await careful.runs.resume("run")).state is State.SUCCEEDED

    travel(colour, journey)


@in_both_colours
def test_a_run_is_carried_out_once_in_order_and_reported(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 3)
        plan = await connect.runs.plan(key="run-1", verb="transfers.create", rows=rows(accounts, 12))
        assert (plan.totals, plan.requests, plan.fees) == ({"usd": usd("78.00")}, 12, {})
        assert (plan.blocked, plan.bad, plan.shortfall) == ((), (), ())
        assert posted(connect.simulator) == 0
        heard: list[RunProgress] = []
        report = await connect.runs.execute(plan, progress=heard.append, side_by_side=3)
        assert (report.state, report.counts) == (State.SUCCEEDED, {State.SUCCEEDED: 12})
        assert [now.done for now in heard] == list(range(1, 13))
        assert heard[-1].states == {State.SUCCEEDED: heard[-1].total}
        amounts = defaultdict[str, list[int]](list)
        for transfer in reversed([one async for one in connect.transfers.list()]):
            amounts[transfer.destination].append(transfer.amount.amount)
        assert all(one == sorted(one) for one in amounts.values())
        assert await connect.runs.execute(plan) == report
        assert posted(connect.simulator) == 12
        (row,) = await connect.operations.result("run-1")
        assert row["rows"] == 12

    travel(colour, journey)


@in_both_colours
def test_a_refused_row_does_not_stop_the_others_and_is_sent_again(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 1)
        fresh = await connect.onboarding.create(key="fresh", country="US", type="express", email="new@example.com")
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows([*accounts, fresh.id], 6))
        assert [one.row.number for one in plan.blocked] == [2, 4, 6]
        assert "transfers is" in plan.blocked[0].why
        assert plan.blocked[0].row.account == fresh.id
        assert [row.number for row in plan.without_blocked().rows] == [1, 3, 5]
        assert "row 2 row-1 is blocked" in plan.table()
        report = await connect.runs.execute(plan)
        assert report.state is State.REFUSED
        assert [row.number for row in report.refused] == [2, 4, 6]
        assert report.totals[State.SUCCEEDED] == {"usd": usd("9.00")}
        assert "capabilities" in report.refused[0].why
        (standing,) = [run async for run in connect.runs.list()]
        assert standing.why == "It was not done. 3 of 6 rows were refused."
        connect.simulator.onboard(fresh.id)
        again = await connect.runs.resume("run")
        assert (again.state, again.refused) == (State.SUCCEEDED, [])
        assert len([one async for one in connect.transfers.list()]) == 6

    travel(colour, journey)


@in_both_colours
def test_a_run_is_stopped_and_resumed_from_elsewhere(colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_LOOK", 0.0)

    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 2)
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 10), look=False)
        with pytest.raises(OperationError, match="No run"):
            await connect.runs.stop("run")

        def pull(now: RunProgress) -> None:
            if now.done == 4:  # as another process would
                store: Any = connect.store
                note = store.note(realm, "runs", "run")
                assert store.set_note(type(note)(realm, "runs", "run", "", note.version))

        realm = await connect._parts.caller.owner.realm()
        stopped = await connect.runs.execute(plan, progress=pull, side_by_side=1)
        assert (stopped.state, len(stopped.unfinished)) == (State.UNKNOWN, 6)
        assert {row.state for row in stopped.unfinished} == {State.PLANNED}
        assert [one.verb for one in await connect.operations.unfinished()] == ["runs.execute"]
        elsewhere = twin(connect)
        assert len(await elsewhere.operations.resume("run")) == 10
        assert posted(connect.simulator) == 10
        await elsewhere.runs.stop("run")
        assert (await elsewhere.runs.resume("run")).state is State.SUCCEEDED

    travel(colour, journey)


@in_both_colours
def test_what_stands_against_all_rows_ends_the_run(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 2)
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 4))
        await connect.brakes.stop("an audit")
        with pytest.raises(Braked, match="an audit"):
            await connect.runs.execute(plan)
        await connect.brakes.release()
        report = await connect.runs.report("run")
        assert not any(row.object_id for row in report.rows)

        def fail(_: RunProgress) -> None:
            raise ZeroDivisionError

        other = await connect.runs.plan(key="other", verb="transfers.create", rows=rows(accounts, 4))
        with pytest.raises(ZeroDivisionError):
            await connect.runs.execute(other, progress=fail, side_by_side=1)
        assert len((await connect.runs.report("other")).unfinished) == 3
        assert (await connect.runs.resume("other")).counts == {State.SUCCEEDED: 4}
        assert (await connect.runs.execute(plan)).counts == {State.SUCCEEDED: 4}
        assert posted(connect.simulator) == 8

    travel(colour, journey)


@in_both_colours
def test_each_row_ends_in_its_own_way(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 5)
        hasty = twin(connect, retries=Retries(attempts=1), rates=RateGate())
        faults = connect.simulator.faults
        plan = await hasty.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 5))
        await hasty.transfers.create(key="run/row-4", amount=usd("0.50"), destination=accounts[0])
        faults.next("lose_answer", "/v1/transfers")
        faults.next("rate_limit", "/v1/transfers")
        report = await hasty.runs.execute(plan, side_by_side=1)
        assert [row.state for row in report.rows] == [
            State.UNKNOWN,
            State.UNKNOWN,
            State.SUCCEEDED,
            State.SUCCEEDED,
            State.REFUSED,
        ]
        assert report.state is State.UNKNOWN
        assert report.rows[4].why == "The key of this row names another operation."
        again = await hasty.runs.resume("run")
        assert again.counts == {State.SUCCEEDED: 4, State.REFUSED: 1}
        assert len([one async for one in connect.transfers.list()]) == 5

    travel(colour, journey)


@in_both_colours
def test_a_key_names_one_run(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 1)
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 2))
        connect.simulator.faults.next("forbidden", "/v1/transfers", count=1)
        report = await connect.runs.execute(plan)
        assert [row.state for row in report.rows] == [State.REFUSED, State.SUCCEEDED]
        await connect.topups.create(key="other", amount=usd("1.00"))
        with pytest.raises(OperationConflict, match="already names topups"):
            await connect.runs.execute(
                await connect.runs.plan(key="other", verb="transfers.create", rows=rows(accounts, 3))
            )

    travel(colour, journey)


@in_both_colours
def test_a_run_whose_rows_have_changed_says_which(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 1)
        first = rows(accounts, 3)
        connect.simulator.faults.next("forbidden", "/v1/transfers", count=1)
        await connect.runs.execute(await connect.runs.plan(key="run", verb="transfers.create", rows=first))
        changed = [{**first[0], "amount": usd("0.50")}, first[2], *rows(accounts, 10)[3:]]

        async def refused(wanted: list[dict[str, Any]]) -> OperationConflict:
            plan = await connect.runs.plan(key="run", verb="transfers.create", rows=wanted)
            with pytest.raises(OperationConflict) as caught:
                await connect.runs.execute(plan)
            return caught.value

        error = await refused(changed)
        more = "added row-3, row-4, row-5, row-6, row-7 and 2 more"
        assert str(error).startswith(f"This key names a run of other rows: changed row-0; {more}; removed row-1.")
        assert (error.key, error.differs) == ("run", ("rows",))
        assert "runs.resume('run') goes on with the rows as they were" in error.next_step
        assert "the same ones in another order" in str(await refused(first[::-1]))
        assert (await connect.runs.resume("run")).state is State.SUCCEEDED
        assert posted(connect.simulator) == 4
        now = connect._parts.world.now()
        await connect.operations.purge(before=now.replace(year=now.year + 1))
        assert "which they were has been purged" in str(await refused(changed))

    travel(colour, journey)


@in_both_colours
def test_what_a_run_was_to_send_to_one_account_is_forgotten_alone(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 2)
        connect.simulator.faults.next("forbidden", "/v1/transfers", count=2)
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 4))
        before = await connect.runs.execute(plan, side_by_side=1)
        assert {row.account for row in before.refused} == {accounts[0]}
        now = connect._parts.world.now()
        for before_then, forgotten in ((now.replace(year=now.year - 1), False), (now.replace(year=now.year + 1), True)):
            await connect.operations.purge(before=before_then, account=accounts[0])
            await connect.operations.purge(before=before_then, account=accounts[0])
            sent = [(row[6], not row[5]) for text in remembered(connect) for row in json.loads(text)]
            assert sent == [(accounts[0], forgotten), (accounts[1], False)] * 2
        report = await connect.runs.resume("run")
        assert [evolve(row, why="") for row in report.rows] == [evolve(row, why="") for row in before.rows]
        assert posted(connect.simulator) == 4

    travel(colour, journey)


@in_both_colours
def test_payouts_are_looked_over_account_by_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 2)
        for number, account in enumerate(accounts):
            await connect.transfers.create(key=f"fill-{number}", amount=usd("50.00"), destination=account)
        poor = await connect.onboarding.create(key="poor", country="US", type="express", email="poor@example.com")
        wanted = [
            {"name": "a", "account": accounts[0], "amount": "30.00", "currency": "usd"},
            {"name": "b", "account": accounts[0], "amount": "30.00", "currency": "usd"},
            {"name": "c", "account": accounts[1], "amount_minor": 5000, "currency": "usd", "method": "instant"},
            {"name": "d", "account": poor.id, "amount": "1", "currency": "usd"},
            {"name": "e", "account": "acct_nobody", "amount": "1", "currency": "usd"},
        ]
        plan = await connect.runs.plan(key="payday", verb="payouts.create", rows=wanted)
        assert plan.fees == {"usd": usd("0.50")}
        why = {one.row.name: one.why for one in plan.blocked}
        assert set(why) >= {"b", "d", "e"}
        assert why["b"] == "20.00 usd of the account's balance would be left for it."
        assert "a" not in why
        report = await connect.runs.execute(plan.without_blocked())
        assert {row.state for row in report.rows} == {State.SUCCEEDED}

    travel(colour, journey)


@in_both_colours
def test_refunds_are_planned_from_what_is_there(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        (account,) = await sellers(connect, 1)
        payments = [
            await connect.charges.separate.create(
                key=f"order-{number}", amount=usd("20.00"), payment_method="pm_card_visa"
            )
            for number in range(2)
        ]
        await connect.charges.separate.settle(payments[0].id, key="settle", shares={account: usd("10.00")})
        wanted = [{"name": payment.id, "payment_id": payment.id, "amount": usd("5.00")} for payment in payments]
        wanted += [{"name": "again", "payment_id": payments[0].id}, {"name": "none", "payment_id": "pi_none"}]
        plan = await connect.runs.plan(key="refunds", verb="charges.separate.refund", rows=wanted)
        assert plan.requests == 3  # a transfer of the first is reversed as well
        assert [(one.number, one.name) for one in plan.bad] == [(3, "again"), (4, "none")]
        assert plan.bad[0].why == "Row 1 is about the same payment."
        with pytest.raises(InvalidRequest, match="2 rows are bad, the first in row 3"):
            await connect.runs.execute(plan)
        report = await connect.runs.execute(plan.without_bad())
        assert report.state is State.SUCCEEDED
        assert [row.amount for row in report.rows] == [None, None]
        (transfer,) = [one async for one in connect.transfers.list()]
        assert transfer.reversed_amount == usd("2.50")

    travel(colour, journey)


@in_both_colours
def test_what_the_balance_lacks_is_told(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        (account,) = await sellers(connect, 1)
        await connect.tracker.observe(account)
        before = len(connect.simulator.requests)
        wanted = [{"name": "big", "destination": account, "amount": usd("1200.00")}]
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=wanted)
        assert plan.shortfall == (usd("200.00"),)
        assert "lacks 200.00 usd" in plan.table()
        assert len(connect.simulator.requests) == before + 1  # the tracker knows the account
        report = await connect.runs.execute(plan)
        assert report.refused[0].why

    travel(colour, journey)


@in_both_colours
def test_the_duration_is_that_of_the_pace(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 2)
        paced = twin(connect, rates=RateGate())
        plan = await paced.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 40), look=False)
        assert plan.expected.total_seconds() == 2

    travel(colour, journey)


@in_both_colours
def test_verbs_and_runs_that_are_not_there_are_refused(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        plan = await connect.runs.plan(key="run", rows=[{"name": "a"}, {"name": "b", "verb": "files.upload"}])
        assert all(one.why.startswith("verb is one of transfers.create") for one in plan.bad)
        nothing = await connect.runs.plan(key="run", verb="transfers.create", rows=[])
        assert nothing.rows == ()
        with pytest.raises(InvalidRequest, match="at least one row"):
            await connect.runs.execute(nothing)
        for wrong in (connect.runs.report, connect.runs.resume):
            with pytest.raises(OperationError, match="No run of this name"):
                await wrong("none")
        await connect.topups.create(key="topup", amount=usd("5.00"))
        with pytest.raises(OperationError, match="No run of this name"):
            await connect.runs.report("topup")

    travel(colour, journey)


def test_a_run_whose_bodies_were_purged_says_so() -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 1)
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 1))
        await connect.runs.execute(plan)
        unfinished = await connect.runs.plan(key="other", verb="transfers.create", rows=rows(accounts, 1))
        connect.simulator.faults.next("lose_answer", "/v1/transfers", count=9)
        await twin(connect, retries=Retries(attempts=1)).runs.execute(unfinished)
        connect.simulator.faults.calm()
        now = connect._parts.world.now()
        assert accounts[0] in str(remembered(connect))
        assert await connect.operations.purge(before=now.replace(year=now.year - 1)) == 0
        assert await connect.operations.purge(before=now.replace(year=now.year + 1), account=accounts[0]) > 0
        assert len(remembered(connect)) == 2
        assert await connect.operations.purge(before=now.replace(year=now.year + 1)) > 0
        assert await connect.operations.purge(before=now.replace(year=now.year + 1)) == 0
        assert len(remembered(connect)) == 1
        assert (await connect.runs.resume("other")).state is State.SUCCEEDED
        with pytest.raises(OperationError, match="purged"):
            await connect.runs.report("run")

    travel("asyncio", journey)


def test_a_report_is_csv_that_no_spreadsheet_runs() -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 1)
        wanted = [{"name": "=1+1", "destination": accounts[0], "amount": usd("1.00")}]
        report = await connect.runs.execute(await connect.runs.plan(key="run", verb="transfers.create", rows=wanted))
        (line,) = csv.DictReader(io.StringIO(report.to_csv()))
        assert (line["name"], line["amount_minor"], line["state"]) == ("'=1+1", "100", "succeeded")
        assert repr(report) == "RunReport(key='run', state=<State.SUCCEEDED: 'succeeded'>, rows=<1 rows>)"

    travel("blocking", journey)


@in_both_colours
def test_a_key_that_stripe_does_not_take_ends_the_run(colour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def journey(connect: AsyncConnect) -> None:
        accounts = await sellers(connect, 1)
        plan = await connect.runs.plan(key="run", verb="transfers.create", rows=rows(accounts, 3), look=False)

        claim = running.Running._claim

        async def refused(self: running.Running, draft: Operation, wait: float) -> Any:
            if draft.verb != running.VERB:
                message = "Invalid API Key provided."
                raise AuthenticationFailed(message, status=401)
            return await claim(self, draft, wait)

        monkeypatch.setattr(running.Running, "_claim", refused)
        with pytest.raises(AuthenticationFailed):
            await connect.runs.execute(plan)
        monkeypatch.undo()
        assert (await connect.runs.resume("run")).counts == {State.SUCCEEDED: 3}

    travel(colour, journey)
