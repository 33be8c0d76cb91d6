"""Settlements that wait for money that was sent for."""

from __future__ import annotations

from attrs import frozen

from .topups import TopUp
from .transfers import Settlement


@frozen(kw_only=True)
class FundedSettlement:
    """A settlement from the balance, and the top-up that it waits for.

    Attributes:
        settlement: What was paid; `None` while the balance does not cover it.
        topup: What it waits for; `None` once it is paid.
    """

    settlement: Settlement | None = None
    topup: TopUp | None = None

    @property
    def settled(self) -> bool:
        """Whether the sellers were paid."""
        return self.settlement is not None

    @property
    def next_step(self) -> str:
        """What to do now, as a sentence."""
        if self.topup is None:
            return "Nothing: the sellers are paid."
        if self.topup.status == "pending":
            return "Call again with the same key when topup.succeeded has come."
        return f"The top-up is {self.topup.status}: see why, bring the money in another way, and call again."
