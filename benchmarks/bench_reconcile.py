"""What reconciling a ledger costs, beside the SDK's own objects.

Pages of a hundred balance transactions are made in memory, in the shape that Stripe sends. Reconciling means: decoded,
summed by currency and category, and every movement tied to the operation that caused it. The SDK's part is what its
pager does with a page: JSON, then a `ListObject` of objects; summing comes on top in both. All contenders take turns in
each round, so that a busy machine slows all of them alike; what counts is the ratio of processor time.

By default a sample is measured and a million movements are extrapolated linearly; `--full` reconciles all of them. Of
the SDK a twentieth is measured, for it would take minutes. With `--expand` each movement brings the object behind it,
as a report asks for, which makes a page about five times as long for everybody.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any, cast

import stripe

from connectkit.calls.caller import Caller
from connectkit.resources.reconciliation.auditing import Audit
from connectkit.resources.reconciliation.causes import Causes, Deed
from connectkit.resources.reconciliation.pages import Page, read_plainly, reader
from connectkit.resources.reconciliation.tracing import Tracer

ROWS = 100
MILLION = 10_000  # pages
OPERATIONS = 5_000
KINDS = (("charge", "charge", 1000, 59), ("transfer", "transfer", -877, 0), ("refund", "refund", -400, 0))

Contender = Callable[[list[bytes]], object]


def source(number: int, *, expand: bool) -> object:
    """Give the object behind a movement, or its id."""
    id = f"ch_{number % OPERATIONS:024d}"
    if not expand:
        return id
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    card = dict.fromkeys(("brand", "country", "funding", "last4", "network", "fingerprint", "wallet"), "visa")
    return {
        "id": id,
        "object": "charge",
        "amount": 1000,
        "billing_details": {"address": address, "email": None, "name": None, "phone": None},
        "created": 1_795_000_000,
        "currency": "usd",
        "metadata": {"connectkit": f"{number:024d}", "order": f"order-{number}"},
        "outcome": {"network_status": "approved_by_network", "risk_level": "normal", "type": "authorized"},
        "payment_intent": f"pi_{number:024d}",
        "payment_method_details": {"card": {**card, "checks": dict.fromkeys(("cvc_check", "line1"))}, "type": "card"},
        "receipt_url": "https://pay.stripe.com/receipts/payment/" + "x" * 80,
        "status": "succeeded",
        **dict.fromkeys(f"field_{name}" for name in range(30)),
    }


def movement(number: int, *, expand: bool) -> dict[str, object]:
    """Give one balance transaction, as Stripe sends it."""
    type, category, amount, fee = KINDS[number % len(KINDS)]
    detail = {"application": None, "currency": "usd", "description": "Stripe processing fees", "type": "stripe_fee"}
    return {
        "id": f"txn_{number:024d}",
        "object": "balance_transaction",
        "amount": amount,
        "available_on": 1_795_132_800,
        "balance_type": "payments",
        "created": 1_795_000_000,
        "currency": "usd",
        "description": f"Order {number}",
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [{"amount": fee, **detail}] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source(number, expand=expand),
        "status": "available",
        "type": type,
    }


def pages(first: int, count: int, *, expand: bool) -> list[bytes]:
    """Make pages."""
    made: list[bytes] = []
    for page in range(first, first + count):
        rows = [movement(page * ROWS + place, expand=expand) for place in range(ROWS)]
        listed = {"object": "list", "data": rows, "has_more": True, "url": "/v1/balance_transactions"}
        made.append(json.dumps(listed, indent=2).encode())
    return made


def sdk() -> Contender:
    """Give what the SDK does, and sum."""
    sums: dict[tuple[str, str], int] = {}
    construct: Any = stripe.ListObject.construct_from

    def run(bodies: list[bytes]) -> object:
        for body in bodies:
            for row in construct(json.loads(body.decode(), object_pairs_hook=OrderedDict), "sk_test_x").data:
                group = (row.currency, row.reporting_category)
                sums[group] = sums.get(group, 0) + row.net
        return sums

    return run


class NoCaller:
    """Reads nothing: every movement here leads straight to its operation."""

    def pages(self, *_: object) -> Iterator[object]:
        """Give no page."""
        return iter(())


def connectkit(read: Callable[[bytes], Page]) -> Contender:
    """Give what a report does with each page."""
    made = {id: Deed(f"order-{number}", "", "", "payment_intent", id) for number, id in enumerate(sources())}
    causes = Causes(by_object=made)
    audit = Audit(Tracer(cast("Caller", NoCaller()), causes, None), causes, "")

    def run(bodies: list[bytes]) -> object:
        for body in bodies:
            rows, _ = read(body)
            if audit.take(rows):
                message = "A movement led nowhere."
                raise AssertionError(message)
        return audit.sums

    return run


def sources() -> Iterator[str]:
    """Give the ids of what operations made."""
    return (f"ch_{number:024d}" for number in range(OPERATIONS))


def processor(run: Contender, bodies: list[bytes]) -> float:
    """Give the processor time of a run for each page, in seconds."""
    before = time.process_time()
    run(bodies)
    return (time.process_time() - before) / len(bodies)


def peak() -> float:
    """Give the most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="reconcile a million movements")
    parser.add_argument("--expand", action="store_true", help="with the object behind each movement")
    asked = parser.parse_args()
    contenders = {"the SDK's objects": sdk(), "standard library": connectkit(read_plainly)}
    if find_spec("msgspec"):
        contenders["with msgspec"] = connectkit(reader())
    times: dict[str, list[float]] = {name: [] for name in contenders}
    size, rounds = (100, MILLION // 100) if asked.full else (40, 12)
    length, first_peak = 0, 0.0
    for number in range(rounds):
        bodies = pages(number * size, size, expand=asked.expand)
        length += sum(map(len, bodies))
        for name, run in contenders.items():
            times[name].append(processor(run, bodies[: len(bodies) // 20] if name.startswith("the SDK") else bodies))
        first_peak = first_peak or peak()
    count = rounds * size * ROWS
    print(f"{count:,} movements, {length / count:.0f} bytes each; processor seconds for 1,000,000")
    slowest = statistics.fmean(times["the SDK's objects"])
    for name, measured in times.items():
        mean = statistics.fmean(measured)
        print(f"  {name:20} {mean * MILLION:8.2f} s   1/{slowest / mean:.0f}")
    print(f"  memory after the first {size * ROWS:,}: {first_peak:.0f} MB, at the end: {peak():.0f} MB")


if __name__ == "__main__":
    main()
