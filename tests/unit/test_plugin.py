"""The pytest plugin, in projects that know nothing of ours."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from connectkit import AsyncConnect, Connect, Money
from connectkit.simulator import Simulator
from connectkit.testing import SimulatedTime

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "test-with-pytest.md"
QUIET = ("-p", "no:cacheprovider", "-W", "error")

UNUSED = """
import sys

def test_nothing_is_loaded_for_those_who_do_not_ask():
    assert "connectkit.testing.plugin" in sys.modules
    assert not {"stripe", "httpx", "attrs", "connectkit.simulator", "connectkit.connect"} & set(sys.modules)
"""

ISOLATED = """
import pytest
from connectkit import Money

SEEN = []

@pytest.mark.parametrize("turn", range(3))
def test_each_begins_anew(connect, stripe_simulator, turn):
    assert stripe_simulator.requests == []
    topup = connect.topups.create(key="topup-1", amount=Money.of(f"{turn + 1}.00", "usd"))
    stripe_simulator.advance(days=7)
    assert stripe_simulator.ledger()["accounts"]["platform"] == {"usd": 100 * (turn + 1)}
    SEEN.append(topup.id)
    assert len(set(SEEN)) == 1

def test_the_books_are_checked_afterwards(stripe_simulator):
    stripe_simulator.world.ledger.postings.append((type("Entry", (), dict(account="a", currency="usd", amount=1))(),))
"""

OVERRIDDEN = """
import asyncio
import pytest
from connectkit import Connect, Money, SQLiteStore
from connectkit.simulator import Simulator

@pytest.fixture(scope="session")
def stripe_simulator_session():
    return Simulator(seed=7)

@pytest.fixture(scope="session")
def app(stripe_simulator_session):
    return Connect.sandbox(simulator=stripe_simulator_session)

@pytest.fixture
def connect_store(tmp_path):
    with SQLiteStore(tmp_path / "connect.db") as store:
        yield store

def test_both_colours_share_the_store(connect, async_connect):
    done = connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd"))
    assert asyncio.run(async_connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd"))).id == done.id

def test_an_application_sees_the_same_world(app, stripe_simulator):
    app.topups.create(key="topup-2", amount=Money.of("5.00", "usd"))
    assert len([seen for seen in stripe_simulator.requests if seen.method == "POST"]) == 1
"""


def test_it_costs_nothing_until_it_is_asked(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others load much
    pytester.makepyfile(UNUSED)
    pytester.runpytest_subprocess(*QUIET, "-p", "connectkit.testing.plugin").assert_outcomes(passed=1)


def test_a_project_without_configuration(pytester: pytest.Pytester) -> None:
    guide = "".join(re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL))
    pytester.makepyfile(test_guide=guide, test_isolated=ISOLATED, test_overridden=OVERRIDDEN)
    result = pytester.runpytest_subprocess(*QUIET, "--numprocesses=2", "--dist=load")
    result.assert_outcomes(passed=10, errors=1)
    result.stdout.fnmatch_lines(["*InvariantBroken: The ledger does not sum to zero."])


def test_the_fixtures_are_one_platform(
    connect: Connect, async_connect: AsyncConnect, stripe_simulator: Simulator, clock: SimulatedTime
) -> None:
    assert connect.simulator is async_connect.simulator is stripe_simulator
    connect.topups.create(key="topup-1", amount=Money.of("5.00", "usd"))
    clock.advance(hours=12, days=7)
    assert connect.balances.retrieve().available_in("usd") == Money.of("5.00", "usd")


def test_time_goes_where_it_is_told(clock: SimulatedTime) -> None:
    began = clock.now
    assert began.tzinfo is UTC
    assert clock.advance_to(began) == began
    later = began + timedelta(seconds=1, microseconds=1)
    assert clock.advance_to(later.astimezone(timezone(timedelta(hours=5)))) == began + timedelta(seconds=2)
    with pytest.raises(ValueError, match="forward"):
        clock.advance_to(began)
    with pytest.raises(ValueError, match="zone"):
        clock.advance_to(datetime(2099, 1, 1))  # noqa: DTZ001  # that is what is wrong with it
