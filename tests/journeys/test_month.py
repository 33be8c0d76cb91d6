"""The month of a marketplace in `examples/`, made small."""

from __future__ import annotations

import pytest
from attrs import evolve
from examples import month

from connectkit import Connect, Money


def test_a_small_month_is_explained_to_the_cent(capsys: pytest.CaptureFixture[str]) -> None:
    assert month.main(["--orders", "45", "--sellers", "5", "--seed", "11", "--sample", "4"]) == 0
    told = capsys.readouterr().out
    assert "Every cent is explained." in told
    for word in ("direct", "destination", "separate", "refund", "payout", "bonus"):
        assert f"  {word}\n" in told


def test_a_month_that_is_not_explained_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def odd(*_: object) -> list[str]:
        return ["order-1: is odd"]

    monkeypatch.setattr(month, "sampled", odd)
    assert month.main(["--orders", "1", "--sellers", "2"]) == 1
    assert "WRONG: order-1: is odd" in capsys.readouterr().out


def test_another_closing_or_total_than_the_ledgers_is_told() -> None:
    with Connect.sandbox() as connect:
        connect.charges.separate.create(key="order", amount=Money.of("10.00", "usd"), payment_method="pm_card_visa")
        report = connect.reconciliation.period()
        assert month.differences(connect, report) == []
        assert len(month.differences(connect, evolve(report, totals=(), statements=()))) == 2
