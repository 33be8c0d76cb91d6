"""What a scene says when its world is not as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from functools import partial
from types import SimpleNamespace
from typing import Any

from connectkit.cli.accounting import reconciled
from connectkit.cli.play import Play
from connectkit.drive import run
from connectkit.money import Money


def test_what_reconciliation_finds_is_shown_and_fails_the_scene() -> None:
    finding = SimpleNamespace(kind=SimpleNamespace(value="unknown"), object_id="txn_1", why="nobody knows it")
    report = SimpleNamespace(
        account="acct_1",
        origins={},
        closing=partial(Money, 5),
        unexplained=[Money(5, "usd")],
        findings=[finding],
        explained=False,
    )

    async def periods(**_: object) -> AsyncIterator[Any]:
        yield report

    connect: Any = SimpleNamespace(reconciliation=SimpleNamespace(periods=periods))
    nothing: Any = None
    play = Play(connect, nothing, nothing, Counter(), nothing, nothing, nothing, sellers={"express": "acct_1"})
    run(reconciled(play))
    assert ("unknown", "txn_1: nobody knows it") in play.rows
    assert ("not explained", "5 cents") in play.rows
    assert play.failed == ["all of express is explained"]
