"""What holds between one moment of a simulated world and the next, and what no single object tells."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final

from connectkit.simulator import Simulator
from connectkit.simulator.accounts import queries
from connectkit.simulator.money.rows import reserved
from connectkit.simulator.money.switches import switches_of

Thing = dict[str, Any]

_NEVER: Final = frozenset[str]()
_FINAL: Final[dict[str, dict[str, frozenset[str]]]] = {
    "payout": {
        "in_transit": frozenset({"in_transit", "paid", "failed"}),
        "paid": frozenset({"paid", "failed"}),
        "failed": _NEVER,
        "canceled": _NEVER,
    },
    "topup": {
        "succeeded": frozenset({"succeeded", "reversed"}),
        **dict.fromkeys(("failed", "canceled", "reversed"), _NEVER),
    },
    "refund": {"failed": _NEVER, "canceled": _NEVER},
    "dispute": {"won": _NEVER, "lost": frozenset({"lost", "won"}), "warning_closed": _NEVER},
    "payment_intent": {"succeeded": _NEVER, "canceled": _NEVER},
    "charge": {"succeeded": _NEVER, "failed": _NEVER},
    "checkout.session": {"complete": _NEVER, "expired": _NEVER},
}
"""What may follow a status; nothing but itself where the set is empty. A status that is not named may become any."""
_ONCE: Final = (".created", ".paid", ".failed", ".succeeded", ".canceled", ".closed", ".funds_withdrawn")


class Watch:
    """Looks at a world after each step, and remembers what it saw.

    The numbers are those of the laws of money.

    Args:
        simulator: Whose world.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._world = simulator.world
        self._seen: dict[str, str] = {}
        self._heard: Counter[str] = Counter()
        self._told: set[tuple[str, str]] = set()

    def look(self) -> None:
        """Hold the world to its laws."""
        self._simulator.check()
        assert self._simulator.ledger()["balanced"]
        self._balances()
        self._conserved()
        self._ended()
        self._held_back()
        self._events()

    def accounts(self) -> list[str]:
        return [self._world.platform, *(each["id"] for each in self._world.table(self._world.platform, "account"))]

    def _every(self, kind: str) -> Iterator[Thing]:
        return (thing for account in self.accounts() for thing in self._world.table(account, kind))

    def _balances(self) -> None:
        """2: A balance is the sum of its rows, and of each row the net is the amount less the fee."""
        ledger = self._world.ledger
        for account in self.accounts():
            sums: Counter[str] = Counter()
            for row in self._world.table(account, "balance_transaction"):
                sums[row["currency"]] += row["amount"] - row["fee"]
            for currency in ledger.currencies(account):
                held = ledger.available(account, currency) + ledger.pending(account, currency)
                assert sums[currency] == held, (account, currency)

    def _conserved(self) -> None:
        """3: Of one payment in one currency all accounts hold what was paid, less what Stripe, buyer and bank took."""
        rows: dict[str, list[Thing]] = defaultdict(list)
        of = self._payments()
        for row in self._every("balance_transaction"):
            payment = of.get(row["source"] or _billed(row))
            if payment:
                rows[payment].append(row)
        own = {"charge", "payment", "refund", "payment_refund", "refund_failure", "payment_failure_refund"}
        for payment, made in rows.items():
            if len({row["currency"] for row in made}) > 1:
                continue
            refunds = {refund["id"] for refund in self._every("refund") if refund["charge"] == payment}
            outside = 0
            for row in made:
                direct = row["source"] in {payment, *refunds} and row["type"] in own
                if direct or row["reporting_category"] in {"dispute", "dispute_reversal"}:
                    outside += row["amount"]
                outside -= sum(fee["amount"] for fee in row["fee_details"] if fee["type"] == "stripe_fee")
                outside += row["amount"] if row["type"] == "stripe_fee" else 0
            assert sum(row["net"] for row in made) == outside, (payment, made)

    def _payments(self) -> dict[str, str]:
        """Give of everything that can be behind a row the payment that it is of."""
        of: dict[str, str] = {}
        for charge in self._every("charge"):
            if charge["source_transfer"] is None:
                of[charge["id"]] = charge["id"]
        for transfer in self._every("transfer"):
            if transfer["source_transaction"]:
                of[transfer["id"]] = of[transfer["destination_payment"]] = transfer["source_transaction"]
        for fee in self._every("application_fee"):
            charge_id = fee["originating_transaction"] or fee["charge"]
            if charge_id in of:
                of[fee["id"]] = of[charge_id]
        for kind, whose in (("refund", "charge"), ("dispute", "charge"), ("transfer_reversal", "transfer")):
            for thing in self._every(kind):
                if thing[whose] in of:
                    of[thing["id"]] = of[thing[whose]]
        return of

    def _ended(self) -> None:
        """19, and with it 18 and 23: what has ended stays ended."""
        for kind, allowed in _FINAL.items():
            for thing in self._every(kind):
                before, now = self._seen.get(thing["id"]), thing["status"]
                self._seen[thing["id"]] = now
                if before is not None and before in allowed:
                    assert now == before or now in allowed[before], (thing["id"], before, now)

    def _held_back(self) -> None:
        """25: What those are below zero whose losses the platform bears is held back of it, and let go again."""
        held = reserved(self._world)
        on = switches_of(self._world).connect_reserves
        for account in self.accounts()[1:]:
            for currency in self._world.ledger.currencies(account):
                ledger = self._world.ledger
                below = -ledger.available(account, currency) - ledger.pending(account, currency)
                borne = on and queries.is_reserved_for(self._world, account)
                assert held.get(currency, {}).get(account, 0) == (max(0, below) if borne else 0)

    def _events(self) -> None:
        """31: Every change is told once."""
        for account in self.accounts():
            for event in [*self._world.table(account, "event")][self._heard[account] :]:
                self._heard[account] += 1
                if event["type"].endswith(_ONCE):
                    change = (event["type"], json.loads(event["_told"])["id"])
                    assert change not in self._told, change
                    self._told.add(change)


def _billed(row: Thing) -> str:
    """Give the charge that a fee was billed for apart."""
    return str(row["description"] or "").rpartition("(")[2].rstrip(")") if row["type"] == "stripe_fee" else ""
