"""A key has one effect, whatever happens to its requests and answers, in either API."""

from __future__ import annotations

from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.simulator.driver import Driver

from connectkit.simulator import ConnectionLost, Simulator
from connectkit.simulator.clock import DAY

BEFORE = ("lose_request", "conflict", "lock_timeout", "rate_limit")
FAULTS = (None, *BEFORE, "lose_answer", "error_before", "error_after", "slow")


class OneEffect(RuleBasedStateMachine):
    """Holds the simulator against the rules of idempotency, told in a few lines."""

    path = "/v1/webhook_endpoints"
    kept = DAY
    base: ClassVar[dict[str, Any]] = {"url": "https://example.com/hook", "enabled_events": ["*"]}

    def __init__(self) -> None:
        super().__init__()
        self.simulator = Simulator(start=1_800_000_000)
        self.driver = Driver(self.simulator)
        self.known: dict[str, tuple[int, str, int]] = {}  # key: when it was first executed, which request, its status
        self.made = 0

    @rule(hours=st.integers(1, 30))
    def wait(self, hours: int) -> None:
        self.simulator.advance(hours=hours)

    @rule(key=st.sampled_from(["k1", "k2"]), name=st.sampled_from(["a", "b"]), fault=st.sampled_from(FAULTS))
    def send(self, key: str, name: str, fault: str | None) -> None:
        if fault is not None:
            self.simulator.faults.next(fault)
        status = self.attempt(key, name)
        now = self.simulator.clock.now
        self.known = {held: fact for held, fact in self.known.items() if now < fact[0] + self.kept}
        assert status == self.expected(key, name, fault)

    def attempt(self, key: str, name: str) -> int | None:
        try:
            return self.driver.post(self.path, {**self.base, "metadata": {"name": name}}, key=key).status
        except ConnectionLost:
            return None

    def expected(self, key: str, name: str, fault: str | None) -> int | None:
        if fault in BEFORE:
            return {"lose_request": None, "conflict": 409}.get(fault, 429)
        status = 400 if key in self.known and self.known[key][1] != name else self.execute(key, name, fault)
        return None if fault == "lose_answer" else status

    def execute(self, key: str, name: str, fault: str | None) -> int:
        if key not in self.known:
            status = 500 if fault in ("error_before", "error_after") else 200
            self.made += fault != "error_before"
            self.remember(key, name, fault, status)
            return status
        return self.known[key][2]

    def remember(self, key: str, name: str, fault: str | None, status: int) -> None:
        assert fault not in BEFORE
        self.known[key] = (self.simulator.clock.now, name, status)

    @invariant()
    def one_effect_a_key(self) -> None:
        assert sum(seen.effect for seen in self.simulator.requests) == self.made


class OneEffectInV2(OneEffect):
    """In v2 a success is remembered for 30 days, also behind a 500; what failed is done again."""

    path = "/v2/core/accounts"
    kept = 30 * DAY
    base: ClassVar[dict[str, Any]] = {"contact_email": "ana@example.com"}

    def remember(self, key: str, name: str, fault: str | None, status: int) -> None:
        if fault != "error_before":
            super().remember(key, name, fault, 200 if fault == "error_after" else status)


TestV1 = OneEffect.TestCase
TestV2 = OneEffectInV2.TestCase
TestV1.settings = TestV2.settings = settings(max_examples=60, stateful_step_count=25)
