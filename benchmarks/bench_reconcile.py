"""What reconciling a ledger costs, beside the SDK's own objects.

Pages of a hundred balance transactions are made in memory, in the shape that Stripe sends. Reconciling means: decoded,
summed by currency and category, and every movement tied to the operation that caused it. The SDK's part is what its
pager does with a page: JSON, then a `ListObject` of objects; summing comes on top in both. All contenders take turns in
each round, so that a busy machine slows all of them alike; what counts is the ratio of processor time.

By default a sample is measured and a million movements are extrapolated linearly; `--full` reconciles all of them. Of
the SDK a twentieth is measured, for it would take minutes. With `--expand` each movement brings the object behind it,
as a report asks for, which makes a page about five times as long for everybody.

With `--journal 200000` a journal of so many operations is written to SQLite, in the words that a sandbox's own
operations leave behind, and compared with a ledger that has a movement of each: once a tenth of it, and once all of it,
each in a process of its own, so that what they take of memory can be compared.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import stripe
from attrs import evolve

from connectkit import Connect, MemoryStore, Money, SQLiteStore
from connectkit.calls.caller import Caller
from connectkit.drive import run as finished
from connectkit.resources.reconciliation.auditing import Audit
from connectkit.resources.reconciliation.causes import Causes
from connectkit.resources.reconciliation.deeds import Deed
from connectkit.resources.reconciliation.pages import Page, read_plainly, reader
from connectkit.resources.reconciliation.tracing import Tracer
from connectkit.storage.records import Identity, Operation, State, Stored
from connectkit.testing.samples import REALM

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
    causes = Causes()
    for number, id in enumerate(sources()):
        causes.put(Deed(f"order-{number}", "", "", "payment_intent", id))
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


def templates() -> list[Operation]:
    """Give what a payment, a transfer and a refund leave in a journal."""
    store = MemoryStore()
    with Connect.sandbox(store=store) as connect:
        seller = connect.onboarding.create(key="seller", country="US", type="express").id
        connect.simulator.onboard(seller)
        price, card = Money.of("10.00", "usd"), "pm_card_bypassPending"
        payment = connect.charges.separate.create(key="payment", amount=price, payment_method=card)
        connect.transfers.create(key="transfer", amount=Money.of("1.00", "usd"), destination=seller)
        connect.charges.separate.refund(payment.id, key="refund", amount=Money.of("2.00", "usd"))
    rows = store._operations.values()  # noqa: SLF001  # whatever is there
    return [row for row in rows if row.object_id.startswith(("pi_", "tr_", "re_")) and row.answer.startswith("{")]


def written(path: Path, count: int) -> None:
    """Write a journal of so many operations, each like one of the templates with ids of its own."""
    store, models, chunk = SQLiteStore(path), templates(), 1_000

    def done(number: int) -> None:
        model = models[number % len(models)]
        new = f"{model.object_id[:3]}{number:024d}"
        answer = json.loads(model.answer)
        for member in ("latest_charge", "destination_payment"):
            if isinstance(made := answer.get(member), str):
                answer[member] = f"{made[:3]}{number:024d}"
        answer |= {"id": new, "created": 1_795_000_000 + number}
        name = Identity(REALM.tenant, REALM.platform, livemode=REALM.livemode, key=f"order-{number}")
        draft = evolve(model, identity=name, state=State.STARTED, answer="")
        inserted = store.insert(draft, 60).operation
        ended = evolve(inserted, state=State.SUCCEEDED, object_id=new, answer=json.dumps(answer))
        store.swap(ended, None, durable=False)

    for first in range(0, count, chunk):
        store.together([lambda number=number: done(number) for number in range(first, min(first + chunk, count))])  # type: ignore[misc]
    store.close()


class JournalCaller(NoCaller):
    """Reads the journal, and nothing else."""

    def __init__(self, store: SQLiteStore) -> None:
        self.store = store

    async def listed(
        self, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List operations."""
        return self.store.listed(REALM, states, limit, account, after)


def of_operations(rows: Sequence[Operation]) -> Iterator[bytes]:
    """Give the pages of the ledger that these operations made."""
    types = {"payment_intent": "charge", "transfer": "transfer", "refund": "refund"}
    for first in range(0, len(rows), ROWS):
        data: list[dict[str, object]] = []
        for number, row in enumerate(rows[first : first + ROWS], first):
            answer = json.loads(row.answer)
            sign = 1 if answer["object"] == "payment_intent" else -1
            moved: dict[str, object] = {
                "amount": sign * answer["amount"],
                "fee": 0,
                "net": sign * answer["amount"],
                "fee_details": [],
            }
            kind = {"type": types[answer["object"]], "reporting_category": types[answer["object"]]}
            source_id = answer.get("latest_charge") or answer["id"]
            data.append({**movement(number, expand=False), **moved, **kind, "source": source_id})
        yield json.dumps({"object": "list", "data": data, "has_more": True}).encode()


def compared(path: Path, read: Callable[[bytes], Page]) -> dict[str, float]:
    """Compare a journal with its ledger, and say what it took."""
    store = SQLiteStore(path)
    stub: Any = JournalCaller(store)
    before, began = peak(), time.process_time()
    causes = Causes()
    finished(causes.read(stub))
    journal = time.process_time() - began
    audit = Audit(Tracer(stub, causes, None), causes, "")
    audit.expected = causes.expected("", None, None)
    spent, count, last = 0.0, 0, None
    while page := store.listed(REALM, (State.SUCCEEDED,), 5_000, "", last):
        last = page[-1].operation.identity
        for body in of_operations([stored.operation for stored in page]):
            began = time.process_time()
            rows, _ = read(body)
            others = audit.take(rows)
            spent += time.process_time() - began
            count += len(rows)
            if others:
                message = "A movement led nowhere."
                raise AssertionError(message)
    left = sum(1 for _ in audit.expected.left())
    if left or audit.findings:
        message = f"{left} deeds were not met, and {len(audit.findings)} things do not fit."
        raise AssertionError(message)
    causes.close()
    return {"count": count, "journal": journal, "ledger": spent, "before": before, "peak": peak()}


def journals(count: int) -> None:
    """Compare journals of two lengths, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        for size in (count // 10, count):
            path = Path(folder, f"{size}.db")
            written(path, size)
            for name in ("standard library", "with msgspec"):
                command = [sys.executable, __file__, "--read", str(path), *(["--plainly"] if name[0] == "s" else [])]
                said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
                print(
                    f"{said['count']:>9,.0f} operations, {name:16}:"
                    f" journal {1e6 * said['journal'] / said['count']:5.1f} us each,"
                    f" ledger {1e6 * said['ledger'] / said['count']:5.1f} us each;"
                    f" memory {said['before']:.0f} MB before, {said['peak']:.0f} MB at most",
                    flush=True,
                )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="reconcile a million movements")
    parser.add_argument("--expand", action="store_true", help="with the object behind each movement")
    parser.add_argument("--journal", type=int, help="with a journal of so many operations in SQLite instead")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--plainly", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(compared(asked.read, read_plainly if asked.plainly else reader())))
        return
    if asked.journal:
        journals(asked.journal)
        return
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
