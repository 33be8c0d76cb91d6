"""What a run makes of the ends of its rows, and what cannot be part of one."""

from __future__ import annotations

import pytest

from connectkit import (
    Connect,
    ConnectKitError,
    InvalidRequest,
    OperationInProgress,
    PersonDetails,
    ReviewNeeded,
    State,
    Throttled,
)
from connectkit.calls.drafting import Drafting
from connectkit.calls.running import _ended_by
from connectkit.drive import run
from connectkit.resources.persons import AsyncPersons


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
