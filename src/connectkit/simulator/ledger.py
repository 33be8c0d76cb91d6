"""Double entry over the whole simulated world.

Accounts are the platform and each connected account, by their ids, Stripe's own account, which takes the fees, and the
outside: buyers, banks, networks. A posting sums to zero in each currency, so the world always does. An entry of the
platform or of a connected account becomes available at a time; until then it is pending.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from .clock import Clock

STRIPE: Final = "stripe"
"""Stripe's own account."""

WORLD: Final = "world"
"""Everything outside of Stripe."""

CARD: Final = "card"
"""The way that money comes unless something else is said."""


class InvariantBroken(Exception):
    """The simulator contradicts itself: a defect of it, never of its user."""


@dataclass(frozen=True, slots=True)
class Entry:
    """So much, to (above zero) or from (below) one account.

    Attributes:
        account: The id of the platform or of a connected account, `STRIPE` or `WORLD`.
        currency: Lower case.
        amount: Minor units.
        available_on: When it becomes available, in unix seconds; at once where it is not given.
        source_type: Which way it came, or went: `card`, `bank_account` or `fpx`.
    """

    account: str
    currency: str
    amount: int
    available_on: int = 0
    source_type: str = CARD


@dataclass(slots=True)
class _Pocket:
    total: int = 0
    available: int = 0
    due: list[int] = field(default_factory=list[int])
    pending: dict[int, int] = field(default_factory=dict[int, int])

    def add(self, amount: int, available_on: int, now: int) -> None:
        self.total += amount
        if available_on <= now:
            self.available += amount
        elif available_on in self.pending:
            self.pending[available_on] += amount
        else:
            self.pending[available_on] = amount
            heapq.heappush(self.due, available_on)

    def ripen(self, now: int) -> None:
        while self.due and self.due[0] <= now:
            self.available += self.pending.pop(heapq.heappop(self.due))


class Ledger:
    """Every balance, and what moved it.

    Args:
        clock: Tells what is available by now.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pockets: dict[str, dict[str, _Pocket]] = defaultdict(dict)
        self._apart: dict[tuple[str, str], dict[str, _Pocket]] = defaultdict(lambda: defaultdict(_Pocket))
        self.postings: list[tuple[Entry, ...]] = []

    def post(self, *entries: Entry) -> None:
        """Move money.

        Raises:
            InvariantBroken: The entries do not sum to zero in each currency.
        """
        if any(_sums(entries).values()):
            message = f"A posting does not sum to zero: {entries}"
            raise InvariantBroken(message)
        self.postings.append(entries)
        for entry in entries:
            self._pocket(entry.account, entry.currency).add(entry.amount, entry.available_on, self._clock.now)
            if entry.source_type != CARD:
                apart = self._apart[entry.account, entry.currency][entry.source_type]
                apart.add(entry.amount, entry.available_on, self._clock.now)

    def available(self, account: str, currency: str) -> int:
        """Give what *account* can use by now."""
        pocket = self._pockets.get(account, {}).get(currency, _Pocket())
        pocket.ripen(self._clock.now)
        return pocket.available

    def pending(self, account: str, currency: str) -> int:
        """Give what *account* cannot use yet."""
        pocket = self._pockets.get(account, {}).get(currency, _Pocket())
        return pocket.total - self.available(account, currency)

    def covered_on(self, account: str, currency: str, amount: int) -> int:
        """Give when so much of what *account* cannot use yet has arrived, or the last of it where it is less."""
        pocket, arrived, when = self._pocket(account, currency), 0, self._clock.now
        for when in sorted(pocket.pending):
            arrived += pocket.pending[when]
            if arrived >= amount:
                break
        return when

    def sources(self, account: str, currency: str) -> dict[str, tuple[int, int]]:
        """Give what *account* can use by now and what it cannot use yet, by the way that it came."""
        parts: dict[str, tuple[int, int]] = {}
        for source_type, pocket in sorted(self._apart.get((account, currency), {}).items()):
            pocket.ripen(self._clock.now)
            parts[source_type] = (pocket.available, pocket.total - pocket.available)
        available = self.available(account, currency) - sum(part[0] for part in parts.values())
        pending = self.pending(account, currency) - sum(part[1] for part in parts.values())
        return {CARD: (available, pending), **parts}

    def currencies(self, account: str) -> list[str]:
        """Name the currencies that *account* ever held."""
        return sorted(self._pockets.get(account, ()))

    def totals(self) -> dict[str, dict[str, int]]:
        """Give what every account holds, pending and available together."""
        return {
            account: {currency: pocket.total for currency, pocket in sorted(pockets.items())}
            for account, pockets in sorted(self._pockets.items())
        }

    def balanced(self) -> bool:
        """Tell whether the world sums to zero in each currency, added up afresh, and the balances agree with it."""
        entries = [entry for posting in self.postings for entry in posting]
        afresh: dict[tuple[str, str], int] = defaultdict(int)
        for entry in entries:
            afresh[entry.account, entry.currency] += entry.amount
        held = {(account, currency): total for account, own in self.totals().items() for currency, total in own.items()}
        return not any(_sums(entries).values()) and {key: total for key, total in afresh.items() if total} == {
            key: total for key, total in held.items() if total
        }

    def _pocket(self, account: str, currency: str) -> _Pocket:
        pockets = self._pockets[account]
        if currency not in pockets:
            pockets[currency] = _Pocket()
        return pockets[currency]


def _sums(entries: tuple[Entry, ...] | list[Entry]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.currency] += entry.amount
    return sums
