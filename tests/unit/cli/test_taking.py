"""A scene that a run before has played already."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from connectkit import Connect
from connectkit.cli import taking
from connectkit.cli.play import Play
from connectkit.cli.stage import Stage
from connectkit.drive import run
from connectkit.simulator import Simulator
from connectkit.testing.colours import awaited


def test_a_page_that_was_paid_in_a_run_before_is_not_paid_again() -> None:
    simulator = Simulator()
    with simulator.serve() as server, Connect("sk_test_demo", base_url=server.url) as connect:
        seller = connect.onboarding.create(key="seller", country="US", type="express").id
        simulator.onboard(seller)
        nothing = cast("Any", None)
        for _ in range(2):
            stage = Stage(server.url, "sk_test_demo")
            play = Play(awaited(connect), stage, nothing, Counter(), nothing, nothing, nothing, {"express": seller})
            run(taking.checkout(play))
            stage.close()
            assert play.failed == []
            assert ("landing page and webhook", "delivered, delivered") in play.rows
        charges = [row for row in connect.balances.transactions() if row.type == "charge"]
        assert len(charges) == 1
