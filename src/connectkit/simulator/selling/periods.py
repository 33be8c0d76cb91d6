"""Periods: from when until when a subscription is paid."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}


def period(anchor: int, recurring: dict[str, Any], number: int) -> tuple[int, int]:
    """Give the bounds of the period of this number, the first being 0, in unix seconds."""
    return _start(anchor, recurring, number), _start(anchor, recurring, number + 1)


def _start(anchor: int, recurring: dict[str, Any], number: int) -> int:
    begun = datetime.fromtimestamp(anchor, UTC)
    many: int = recurring["interval_count"] * number
    interval: str = recurring["interval"]
    if interval in _DAYS:
        return int((begun + timedelta(days=_DAYS[interval] * many)).timestamp())
    years, month = divmod(begun.month - 1 + _MONTHS[interval] * many, 12)
    year = begun.year + years
    day = min(begun.day, monthrange(year, month + 1)[1])  # where a month is too short, its last day
    return int(begun.replace(year=year, month=month + 1, day=day).timestamp())
