"""When money becomes available: at midnight UTC, some days later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from connectkit.simulator.clock import DAY

_SATURDAY: Final = 5


def business_days(now: int, days: int) -> int:
    """Give midnight so many business days after *now*; a weekend counts for nothing."""
    return _business_days(now // DAY, days)


@lru_cache(maxsize=4096)
def _business_days(today: int, days: int) -> int:
    day = _midnight(today * DAY)
    while days or day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY and days:
            days -= 1
    return int(day.timestamp())


def calendar_days(now: int, days: int) -> int:
    """Give midnight so many days after *now*."""
    return int((_midnight(now) + timedelta(days=days)).timestamp())


def _midnight(now: int) -> datetime:
    return datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0)
