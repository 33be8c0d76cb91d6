"""The table in the documentation is the one in the code."""

from __future__ import annotations

import re
from pathlib import Path

from connectkit.calls.settling import ENDPOINTS, Finder, Harmless, StateCheck

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "journal.md"
ROW = re.compile(r"^\| `(/(?:v[12]|oauth)[^`]*)` \| (.*) \|$", re.MULTILINE)
HARMLESS = {
    Harmless.REPEATABLE: "sent again: it sets a state",
    Harmless.MINT: "made again: a lost link or secret is worth nothing",
}


def told(settling: Finder | StateCheck | Harmless) -> str:
    if isinstance(settling, Harmless):
        return HARMLESS[settling]
    if isinstance(settling, StateCheck):
        return "read: " + ", ".join(f"`{status}`" for status in sorted(settling.done))
    same = " by " + " and ".join(f"`{name}`" for name in settling.same) if settling.same else ""
    where = f" under `{settling.listed}`" if settling.listed else ""
    return f"listed{where}{same}{', by time of creation' if settling.since else ''}, and found by its mark"


def test_every_endpoint_is_in_the_table_as_it_is_settled() -> None:
    written = dict(ROW.findall(PAGE.read_text()))
    assert written == {endpoint.template: told(endpoint.settling) for endpoint in ENDPOINTS}
