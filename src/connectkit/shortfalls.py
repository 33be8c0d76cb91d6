"""A balance that does not suffice, and by how much."""

from __future__ import annotations

from .errors import InsufficientBalance
from .money import Money


class Shortfall(InsufficientBalance):
    """The available balance does not cover what is to be transferred, and it is known by how much.

    Attributes:
        shortfall: What is missing: top that up, wait until it is available, and call again with the same key.
        available: What is there.
    """

    def __init__(
        self, message: str, *, shortfall: Money, available: Money, code: str = "", tried: str = "", next_step: str = ""
    ) -> None:
        super().__init__(message, status=0, code=code, tried=tried, next_step=next_step)
        self.shortfall = shortfall
        self.available = available
