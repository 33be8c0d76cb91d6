"""No interleaving pays twice, forgets a payment, or calls refused what happened."""

from __future__ import annotations

from datetime import datetime

import pytest
from attrs import evolve

from connectkit.calls.outcomes import judge
from connectkit.journal import Report, Success, claimed, settled
from connectkit.storage.records import Operation

from .journal_model import REQUEST, Laws, Model, walk


@pytest.mark.parametrize("permitted", [True, False], ids=["at first permitted", "at first forbidden"])
@pytest.mark.parametrize("stored", [True, False], ids=["refusals stored", "refusals not stored"])
def test_every_interleaving_keeps_the_laws(*, stored: bool, permitted: bool) -> None:
    moments, broken = walk(Model(permitted=permitted), Laws(stored=stored))
    assert broken == ""
    assert moments > 20_000  # the walk did go somewhere


def _usual_fencing(row: Operation, token: int, report: Report) -> Operation:
    """Refuse whatever an old token brings, success too."""
    return row if isinstance(report, Success) and token != row.token else settled(row, token, report)


def _forgetful_claim(row: Operation, now: datetime) -> Operation:
    return evolve(claimed(row, now, lambda row: row.request), doubt=False)


@pytest.mark.parametrize(
    ("mutant", "stored", "broken"),
    [
        (Laws(key=lambda row: row.token), True, {"double effect", "false refused"}),
        (Laws(key=lambda row: row.token), False, {"double effect", "false refused"}),
        (Laws(settle=_usual_fencing), True, {"lost success"}),
        (Laws(judge=lambda answer, _: judge(REQUEST, answer, repetition=False)), False, {"false refused"}),
        (Laws(claim=_forgetful_claim), False, {"false refused"}),
    ],
    ids=[
        "a wire key for each sender, refusals stored",
        "a wire key for each sender, refusals not stored",
        "late success dropped",
        "refusal of a repetition believed",
        "claim forgets that its predecessor may have sent",
    ],
)
def test_the_walk_notices_a_weakened_law(mutant: Laws, *, stored: bool, broken: set[str]) -> None:
    found = {walk(Model(permitted=permitted), evolve(mutant, stored=stored))[1] for permitted in (True, False)}
    assert found - {""} <= broken
    assert found - {""}
