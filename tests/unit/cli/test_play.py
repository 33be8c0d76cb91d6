"""What a scene has at hand."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from connectkit.cli.play import Play
from connectkit.drive import run
from connectkit.errors import OperationInProgress


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def play(pauses: list[float]) -> Play:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    nothing: Any = None
    return Play(nothing, nothing, pause, Counter(), nothing, nothing, nothing)


def test_a_claim_that_is_not_true_is_noted(play: Play) -> None:
    play.check("one is one", true=True)
    play.check("one is two", true=False)
    assert play.failed == ["one is two"]


def test_a_call_that_somebody_else_is_making_is_waited_for(play: Play, pauses: list[float]) -> None:
    async def call() -> str:
        if len(pauses) < 2:
            raise OperationInProgress(str(len(pauses)), key="a")
        return "done"

    assert run(play.once(call)) == "done"
    assert pauses == [0.5, 0.5]


def test_waiting_has_an_end(play: Play, pauses: list[float]) -> None:
    run(play.until(lambda: True))
    assert pauses == []
    run(play.until(lambda: False))
    assert sum(pauses) == pytest.approx(10.0)
