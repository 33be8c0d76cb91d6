"""The judge: looks at the simulator alone, counts what exists, and holds the journal against it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import evolve, field, mutable

from connectkit.calls.keys import METADATA_KEY
from connectkit.storage.base import Store
from connectkit.storage.records import Identity, Operation, Realm, State

from .intents import Effect, Intent, Material
from .stage import Simulation, Stage

_UNSETTLED: Final = (State.PLANNED, State.STARTED, State.UNKNOWN, State.REVIEW)


@mutable
class Verdict:
    """What the judge has found.

    Attributes:
        duplicates: Effects that exist more often than once, or that nobody intended.
        lost: Intended effects that do not exist.
        unfinished: Operations of the journal that have not ended.
        disagreements: Where the journal, or what a worker was told, is not what exists.
        found: All of these, in words.
    """

    duplicates: int = 0
    lost: int = 0
    unfinished: int = 0
    disagreements: int = 0
    found: list[str] = field(factory=list[str])

    def duplicate(self, what: str, times: int = 1) -> None:
        """Note an effect that is there too often."""
        self.duplicates += times
        self.found.append(f"duplicate: {what}")

    def disagree(self, what: str) -> None:
        """Note that two say different things."""
        self.disagreements += 1
        self.found.append(f"disagreement: {what}")


def existing(simulation: Simulation, material: Material) -> Sequence[Mapping[str, Any]]:
    """Give everything that moves money and exists in a simulator."""
    transfers = simulation.listed("/v1/transfers")
    found = [*transfers, *simulation.listed("/v1/refunds"), *simulation.listed("/v1/topups")]
    for transfer in transfers:
        if transfer["amount_reversed"]:
            found += simulation.listed(f"/v1/transfers/{transfer['id']}/reversals")
    for account in [*material.accounts, material.poor]:
        found += simulation.listed("/v1/payouts", account)
    return found


class Judge:
    """Compares what exists with what was intended.

    Args:
        stage: Where it exists.
        store: What the journal holds.
        before: The ids of what existed before the storm.
    """

    def __init__(self, stage: Stage, store: Store, before: frozenset[str]) -> None:
        self._stage = stage
        self._store = store
        self._before = before
        self.verdict: Verdict = Verdict()

    def judge(self, intents: Sequence[Intent], told: Sequence[Mapping[str, Any]]) -> Verdict:
        """Give the verdict."""
        for live in (False, True):
            self._judge_mode([intent for intent in intents if intent.live is live], live=live)
            realm = Realm("", self._stage.platform, livemode=live)
            self.verdict.unfinished += len(self._store.listed(realm, _UNSETTLED, 1_000_000))
        self._judge_words(intents, told)
        return self.verdict

    def _judge_mode(self, intents: Sequence[Intent], *, live: bool) -> None:
        simulation = self._stage.at(live=live)
        material = evolve(self._stage.material, accounts=(), poor="") if live else self._stage.material
        by_mark: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for item in existing(simulation, material) if not live else simulation.listed("/v1/topups"):
            if item["id"] not in self._before:
                by_mark[item["metadata"].get(METADATA_KEY, "")].append(item)
        for intent in intents:
            for effect in intent.effects:
                self._judge_effect(intent, effect, by_mark)
        for items in by_mark.values():
            self.verdict.duplicate(f"nobody intended {[item['id'] for item in items]}", len(items))

    def _judge_effect(self, intent: Intent, effect: Effect, by_mark: dict[str, list[Mapping[str, Any]]]) -> None:
        identity = Identity("", self._stage.platform, intent.live, intent.key, effect.step)
        found = [item for one in effect.marks(identity) for item in by_mark.pop(one, ())]
        name = f"{intent.key} {effect.step}"
        if len(found) > 1:
            self.verdict.duplicate(f"{name}: {[item['id'] for item in found]}", len(found) - 1)
        if not intent.possible:
            if found:
                self.verdict.disagree(f"{name} was impossible, and exists")
            return
        if not found:
            self.verdict.lost += 1
            self.verdict.found.append(f"lost: {name}")
            return
        stored = self._store.get(identity)
        self._judge_row(name, None if stored is None else stored.operation, found[0], effect)

    def _judge_row(self, name: str, row: Operation | None, item: Mapping[str, Any], effect: Effect) -> None:
        if item["amount"] != effect.amount:
            self.verdict.disagree(f"{name} moved {item['amount']}, not {effect.amount}")
        if row is None or row.state is not State.SUCCEEDED or row.object_id != item["id"]:
            said = "nothing" if row is None else f"{row.state.value} {row.object_id}"
            self.verdict.disagree(f"{name}: the journal says {said}, and {item['id']} exists")
        elif row.amount not in {0, item["amount"]}:
            self.verdict.disagree(f"{name}: the journal says {row.amount}, and it moved {item['amount']}")

    def _judge_words(self, intents: Sequence[Intent], told: Sequence[Mapping[str, Any]]) -> None:
        """Compare what the workers were told: by whom an object was made, and whether a refusal was true."""
        possible = {(intent.key, intent.live): intent.possible for intent in intents}
        refusals = {line["request_id"]: line for line in told if line["outcome"] == "refused"}
        for line in told:
            name = (line["key"], line["live"])
            if line["outcome"] == "odd":
                self.verdict.disagree(f"{line['key']}: {line['why']}")
            elif line["outcome"] == "done":
                self._judge_success(line, possible=possible[name])
        for live in (False, True):
            self._judge_refusals(self._stage.at(live=live).asked("requests")["data"], refusals)

    def _judge_success(self, line: Mapping[str, Any], *, possible: bool) -> None:
        stored = self._store.get(Identity("", self._stage.platform, line["live"], line["key"]))
        if not possible or stored is None or stored.operation.object_id != line["object_id"]:
            self.verdict.disagree(f"{line['key']}: a worker was told {line['object_id']}")

    def _judge_refusals(self, requests: Sequence[Mapping[str, Any]], refusals: Mapping[str, Mapping[str, Any]]) -> None:
        """A refusal was false if a request of the same wire key, sent before the refused one, took effect."""
        effects = {seen["key"]: seen["left"] for seen in requests if seen["effect"] and seen["key"]}
        for seen in requests:
            if seen["request_id"] in refusals and effects.get(seen["key"], seen["left"]) < seen["left"]:
                self.verdict.disagree(f"{refusals[seen['request_id']]['key']} was told to be refused, and exists")
