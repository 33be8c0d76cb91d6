"""Every journey that parity is judged by."""

from __future__ import annotations

from typing import Final

from . import accounts, buyers, charging, funds, reading, returning
from .steps import Journeys

JOURNEYS: Final[Journeys] = {
    **accounts.JOURNEYS,
    **charging.JOURNEYS,
    **returning.JOURNEYS,
    **funds.JOURNEYS,
    **buyers.JOURNEYS,
    **reading.JOURNEYS,
}
"""Each is followed by a look at the rows and events that it made."""
