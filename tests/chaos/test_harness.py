"""The parts of the harness, each by itself: the judge sees what is wrong, a worker says what it was told."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from tests.unit.calls.scripted import Bench, ok, payout

from connectkit import MemoryStore, OutcomeUnknown, ReviewNeeded, State, StoreUnavailable
from connectkit.calls.keys import METADATA_KEY
from connectkit.drive import run
from connectkit.journal import Journal
from connectkit.storage.base import Store
from connectkit.storage.records import Identity, Operation
from connectkit.testing.chaos import __main__ as command
from connectkit.testing.chaos import run as running
from connectkit.testing.chaos import worker
from connectkit.testing.chaos.crew import Crew
from connectkit.testing.chaos.intents import Effect, Intent, Material
from connectkit.testing.chaos.judge import Judge, Verdict, existing
from connectkit.testing.chaos.run import Options, play
from connectkit.testing.chaos.stage import Simulation

INTENT = Intent("transfer", "t-1", False, True, "", {"acct_1": 500}, [Effect("", None, 500)])  # fields
NAME = Identity("", "acct_platform", livemode=False, key="t-1")
MARK = INTENT.effects[0].marks(NAME)[0]
MADE = {"id": "tr_1", "amount": 500, "amount_reversed": 0, "metadata": {METADATA_KEY: MARK}}
ROW = Operation(NAME, "transfers.create", "f", "{}", state=State.SUCCEEDED, object_id="tr_1", amount=500)


class Simulated:
    """A simulator in which these transfers exist, and these requests were seen."""

    def __init__(self, transfers: Sequence[Mapping[str, Any]], requests: Sequence[Mapping[str, Any]]) -> None:
        self.transfers = transfers
        self.requests = requests

    def listed(self, path: str, account: str | None = None) -> Sequence[Mapping[str, Any]]:
        assert account in {None, "acct_1", "acct_poor"}
        return self.transfers if path == "/v1/transfers" else []

    def asked(self, what: str) -> Mapping[str, Any]:
        assert what == "requests"
        return {"data": self.requests}


def judged(
    *transfers: Mapping[str, Any],
    row: Operation | None = ROW,
    intent: Intent = INTENT,
    told: Sequence[Mapping[str, Any]] = (),
    requests: Sequence[Mapping[str, Any]] = (),
) -> Verdict:
    store: Store = MemoryStore()
    if row is not None:
        store.insert(row, 0.0)
    simulated = {False: Simulated(transfers, requests), True: Simulated((), ())}
    material = Material(["acct_1"], "acct_poor", [], {})
    stage: Any = SimpleNamespace(
        platform="acct_platform",
        material=material,
        at=lambda live: simulated[live],  # pyright: ignore[reportUnknownLambdaType]
    )
    return Judge(stage, store, frozenset({"tr_before"})).judge([intent], told)


def numbers(verdict: Verdict) -> tuple[int, int, int, int]:
    return verdict.duplicates, verdict.lost, verdict.unfinished, verdict.disagreements


def said(outcome: str, **more: object) -> dict[str, object]:
    return {"key": "t-1", "live": False, "outcome": outcome, **more}


def test_what_is_right_is_found_right() -> None:
    before = {**MADE, "id": "tr_before"}
    assert numbers(judged(MADE, before, told=[said("done", object_id="tr_1")])) == (0, 0, 0, 0)
    impossible = evolve(INTENT, possible=False)
    assert numbers(judged(intent=impossible, row=None)) == (0, 0, 0, 0)


def test_what_is_wrong_is_found_wrong() -> None:
    other = {**MADE, "id": "tr_2"}
    assert numbers(judged(MADE, other)) == (1, 0, 0, 0)
    assert numbers(judged(MADE, {**other, "metadata": {}})) == (1, 0, 0, 0)
    assert numbers(judged()) == (0, 1, 0, 0)
    assert numbers(judged(MADE, intent=evolve(INTENT, possible=False))) == (0, 0, 0, 1)
    assert numbers(judged({**MADE, "amount": 499})) == (0, 0, 0, 2)
    assert numbers(judged(MADE, row=None)) == (0, 0, 0, 1)
    assert numbers(judged(MADE, row=evolve(ROW, state=State.UNKNOWN))) == (0, 0, 1, 1)
    assert numbers(judged(MADE, row=evolve(ROW, object_id="tr_2"))) == (0, 0, 0, 1)
    assert numbers(judged(MADE, told=[said("done", object_id="tr_2")])) == (0, 0, 0, 1)
    assert numbers(judged(MADE, told=[said("odd", why="it was odd")])) == (0, 0, 0, 1)


def test_a_refusal_is_false_if_an_earlier_request_took_effect() -> None:
    def seen(request_id: str, left: int, *, effect: bool) -> dict[str, object]:
        return {"request_id": request_id, "left": left, "effect": effect, "key": "wire"}

    told = [said("refused", request_id="req_no")]
    earlier = [seen("req_no", 2, effect=False), seen("req_yes", 1, effect=True)]
    later = [seen("req_no", 1, effect=False), seen("req_yes", 2, effect=True)]
    assert numbers(judged(MADE, told=told, requests=earlier)) == (0, 0, 0, 1)
    assert numbers(judged(MADE, told=told, requests=later)) == (0, 0, 0, 0)


def test_reversals_are_looked_for_where_there_are_any() -> None:
    simulation: Any = Simulated([{**MADE, "amount_reversed": 5}], [])
    assert existing(simulation, Material([], "acct_poor", [], {})) == simulation.transfers


class Standing:
    """A client whose operation stands somehow."""

    def __init__(self, standing: object) -> None:
        self.operations = self
        self._standing = standing

    async def show(self, _: str) -> Any:
        if isinstance(self._standing, Exception):
            raise self._standing
        return SimpleNamespace(state=self._standing)


def ended(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    made: object,
    standing: object = State.SUCCEEDED,
) -> tuple[bool, list[str]]:
    async def carry_out(*_: object) -> Any:
        if isinstance(made, Exception):
            raise made
        return SimpleNamespace(id="tr_1", receipt=SimpleNamespace(recorded=made))

    monkeypatch.setattr(worker, "carry_out", carry_out)
    connect: Any = Standing(standing)
    done = run(worker._ended(connect, INTENT))
    return done, [json.loads(line)["outcome"] for line in capsys.readouterr().out.splitlines()]


def test_a_worker_says_what_it_was_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(monkeypatch, capsys, made=True) == (True, ["done"])
    assert ended(monkeypatch, capsys, True, State.STARTED) == (True, ["odd", "done"])
    assert ended(monkeypatch, capsys, False, State.STARTED) == (True, ["done"])
    assert ended(monkeypatch, capsys, True, StoreUnavailable("gone")) == (True, ["done"])
    assert ended(monkeypatch, capsys, OutcomeUnknown("who knows", key="t-1")) == (False, [])
    assert ended(monkeypatch, capsys, ReviewNeeded("look", key="t-1")) == (True, ["odd"])


def test_a_worker_sleeps_over_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(Journal, "settle", Journal.settle)  # put back afterwards
    monkeypatch.setattr(time, "sleep", slept.append)
    worker.dawdle(1.0, seed=1)
    run(Bench(ok()).caller.perform(payout()))
    assert slept == [worker.LEASE + 1.0]


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_worker_that_fails_is_reported() -> None:
    setup = "tests.chaos.mutants:crash"
    options = Options("sqlite", workers=1, operations=10, kills=0, jumps=0, restarts=0, stops=1, setup=setup)
    report = play(options)
    assert report["details"] == ["disagreement: a worker ended with 1"]
    assert (report["duplicates"], report["lost"], report["unfinished"]) == (0, 0, 0)


def test_nobody_is_killed_or_stopped_where_nobody_works() -> None:
    crew = Crew([], seed=1)
    crew.kill_one()
    crew.stop_one()
    assert (crew.kills, crew.working, crew.progress) == (0, False, 0)


def test_what_cannot_be_finished_is_left() -> None:
    def refused() -> Any:
        message = "gone"
        raise StoreUnavailable(message)

    assert not running._quietly(refused)


def test_a_list_is_followed_to_its_end() -> None:
    simulation = Simulation(live=False)
    for number in range(101):
        body = {"amount": "500", "currency": "usd", "description": str(number)}
        simulation._http.post("/v1/topups", data=body).raise_for_status()
    assert len({item["id"] for item in simulation.listed("/v1/topups")}) == 101
    simulation.close()


@pytest.mark.parametrize(("found", "status"), [([], 0), (["lost: t-1"], 1)])
def test_the_command_prints_its_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], found: list[str], status: int
) -> None:
    report = {"duplicates": 0, "lost": len(found), "unfinished": 0, "disagreements": 0, "ledger_balanced": True}

    def played(_: Options) -> dict[str, Any]:
        return {**report, "details": list(found)}

    monkeypatch.setattr(command, "play", played)
    assert command.main(["--seed", "1"]) == status
    printed = capsys.readouterr()
    assert ("ledger_balanced" in printed.out, printed.err.splitlines()) == (True, found)


def test_what_happens_waits_for_its_moment() -> None:
    looks = iter([False, False, True])
    running._wait_until(looks.__next__)
    assert next(looks, None) is None
