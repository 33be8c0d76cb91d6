"""What a scene of the demonstration has at hand: the platform, the stage, and a place to say what is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from attrs import field, mutable

from connectkit.connect import AsyncConnect
from connectkit.errors import OperationInProgress
from connectkit.models.payments import Payment
from connectkit.money import Money

from .stage import Stage

T = TypeVar("T")


@mutable
class Play:
    """The demonstration, as far as it has come.

    Attributes:
        connect: The platform.
        stage: Steers the simulator.
        pause: Waits, in this run's colour.
        sellers: The connected accounts, by type.
        company: The connected account of a company.
        payments: The payments, by kind of charge.
        handled: How often each event was handled, by type and id.
        received: Tells whether an event has come in this run.
        redeliver: Sends the last event once more, and gives the HTTP status.
        work: Handles what was received, and gives how many events that was.
        rows: What the present scene shows.
        failed: What is not true in the present scene.
    """

    connect: AsyncConnect
    stage: Stage
    pause: Callable[[float], Awaitable[None]]
    handled: Counter[tuple[str, str]]
    received: Callable[[], bool]
    redeliver: Callable[[], Awaitable[int]]
    work: Callable[[], Awaitable[int]]
    sellers: dict[str, str] = field(factory=dict[str, str])
    company: str = ""
    payments: dict[str, Payment] = field(factory=dict[str, Payment])
    rows: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    failed: list[str] = field(factory=list[str])

    def show(self, what: str, value: object) -> None:
        """Show a fact."""
        self.rows.append((what, str(value)))

    def check(self, claim: str, *, true: bool) -> None:
        """Note a claim that is not true."""
        if not true:
            self.failed.append(claim)

    async def once(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call that a run before may have left in the middle: wait for its claim to end, and go on."""
        while True:
            try:
                return await call()
            except OperationInProgress:
                await self.pause(0.5)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait until something has happened, or for ten seconds."""
        for _ in range(100):
            if happened():
                break
            await self.pause(0.1)


def usd(amount: str) -> Money:
    """Give dollars."""
    return Money.of(amount, "usd")
