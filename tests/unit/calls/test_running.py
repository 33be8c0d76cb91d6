"""What a run makes of the ends of its rows, and what cannot be part of one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit import (
    Connect,
    ConnectKitError,
    InvalidRequest,
    Money,
    OperationInProgress,
    PersonDetails,
    ReviewNeeded,
    State,
    Throttled,
)
from connectkit.calls.drafting import Drafting
from connectkit.calls.running import VERB, _ended_by, digest_of
from connectkit.drive import run
from connectkit.models.run_rows import PlannedRow
from connectkit.requests import fingerprint
from connectkit.resources.persons import AsyncPersons
from connectkit.testing.samples import draft


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ReviewNeeded("Look.", key="a"), State.REVIEW),
        (OperationInProgress("Wait.", key="a"), State.STARTED),
        (Throttled("Later."), State.PLANNED),
        (InvalidRequest("No."), State.REFUSED),
    ],
)
def test_an_error_says_how_a_row_stands(error: ConnectKitError, state: State) -> None:
    assert _ended_by(error) is state


def test_what_is_personal_is_no_part_of_a_run() -> None:
    caller = Connect.sandbox()._parts.caller
    with pytest.raises(InvalidRequest, match="personal data"):
        run(AsyncPersons(Drafting(caller)).create("acct_1", key="ana", person=PersonDetails(first_name="Ana")))


@given(key=st.text(min_size=1), names=st.lists(st.text()))
def test_the_fingerprint_of_a_run_is_over_all_of_its_rows(key: str, names: list[str]) -> None:
    rows = [
        PlannedRow(number=number, name=name, operation=draft(name, fingerprint=f"of {name}"))
        for number, name in enumerate(names, 1)
    ]
    whole = [[row.number, row.name, row.operation.fingerprint] for row in rows]
    assert digest_of(key, rows) == fingerprint(VERB, {"key": key, "rows": whole}, None)


def wanted(count: int) -> Iterator[dict[str, Any]]:
    """Give rows as they come, so that nothing of them is held by who plans."""
    for number in range(count):
        yield {"name": f"row-{number}", "destination": f"acct_{number % 7}", "amount": Money(number + 1, "usd")}


def test_a_plan_of_very_many_rows_takes_some_hundred_bytes_of_each() -> None:
    with Connect.sandbox() as connect:
        connect.runs.plan(key="first", verb="transfers.create", rows=wanted(100), look=False)  # what is loaded once
        tracemalloc.start()
        plan = connect.runs.plan(key="run", verb="transfers.create", rows=wanted(600), look=False)
        held, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (len(plan.rows), plan.totals) == (600, {"usd": Money(180_300, "usd")})
    assert held < 500 * len(plan.rows)
    assert peak < 1_500 * len(plan.rows)
