"""Routing numbers as Stripe writes them: regrouped by country, whatever was sent, as recorded."""

from __future__ import annotations

import re
from typing import Final

_LETTERS: Final = re.compile(r"[^0-9A-Za-z]")
_GROUPS: Final = {
    "AU": (6, (2,), " "),
    "CA": (8, (5,), "-"),
    "GB": (6, (2, 4), "-"),
    "SG": (7, (4,), "-"),
}
_JOINED: Final = frozenset({"JP", "KR"})


def rewritten(country: str, routing: str | None) -> str | None:
    """Give a routing number as it is shown; one of another length than the country's stays as it was sent."""
    if not routing or country not in _GROUPS.keys() | _JOINED:
        return routing
    bare = _LETTERS.sub("", routing).upper()
    if country in _JOINED:
        return bare
    length, cuts, between = _GROUPS[country]
    if len(bare) != length:
        return routing
    return between.join(bare[start:end] for start, end in zip((0, *cuts), (*cuts, length), strict=True))
