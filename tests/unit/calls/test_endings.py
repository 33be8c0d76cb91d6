"""What a person is told when no rule can settle it."""

from __future__ import annotations

from attrs import evolve

from connectkit.calls.endings import review
from connectkit.testing.samples import draft


def test_duplicates_are_named_with_what_undoes_them() -> None:
    error = review(evolve(draft(), refusal='{"duplicates": ["tr_1", "tr_2", "xx_3"]}'))
    assert error.duplicates == ("tr_1", "tr_2", "xx_3")
    assert "tr_1 (transfers.reverse), tr_2 (transfers.reverse), xx_3 (undo it)" in error.next_step
    assert "operations.settle" in error.next_step


def test_any_other_contradiction_is_looked_at() -> None:
    error = review(evolve(draft(), refusal='{"idempotency_error": "req_1"}'))
    assert (error.duplicates, "dashboard" in error.next_step) == ((), True)
