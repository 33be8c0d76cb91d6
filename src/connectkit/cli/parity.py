"""`connectkit parity`: the same journeys against the simulator and against somebody else, and where they differ."""

from __future__ import annotations

import argparse
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Final

import httpx
from attrs import asdict, frozen

from connectkit.simulator import Simulator
from connectkit.simulator.shapes import is_hash, is_list

from .journeys import JOURNEYS, Step

_KEY: Final = "STRIPE_API_KEY"
_VALUES: Final = re.compile(r"(.*\.)?(amount\w*|fee|net|status|type|currency|object|code|param|livemode|has_more)")
_HEADERS: Final = ("stripe-should-retry", "idempotent-replayed", "stripe-version", "content-type")
_OWN: Final = re.compile(r"(.*\.)?metadata\..*|.*request_log_url|.*doc_url")


@frozen
class Difference:
    """Something that two sides do differently.

    Attributes:
        journey: In which journey.
        step: In which request.
        what: Of what: `status`, a header, or a member of the answer.
        here: What the simulator gives.
        there: What the other gives.
    """

    journey: str
    step: str
    what: str
    here: str
    there: str


class Side:
    """One of the two.

    Args:
        base_url: Where it listens.
        api_key: A test key.
    """

    def __init__(self, base_url: str, api_key: str) -> None:
        headers = {"Authorization": f"Bearer {api_key}", "Stripe-Version": "2026-10-28.endive"}
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=80.0)

    def travel(self, steps: tuple[Step, ...]) -> Iterator[dict[str, str]]:
        """Go through a journey, and give for each step what can be compared; at the end, its rows and events."""
        saved: dict[str, str] = {}
        keys = secrets.token_hex(8)
        began = self._now()
        for step in steps:
            answer = self._send(step, saved, keys)
            if step.saves:
                saved[step.saves] = str(answer.json().get("id"))
            yield comparable(answer)
        for account in ("", *(["seller"] if "seller" in saved else [])):
            yield self._listed("/v1/balance_transactions", account, saved, began)
            yield self._listed("/v1/events", account, saved, began)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _now(self) -> int:
        """Give the time by its own clock: that of what it made last."""
        made = self._client.post("/v1/payment_intents", data={"amount": "100", "currency": "usd"})
        return int(made.json()["created"])

    def _send(self, step: Step, saved: Mapping[str, str], keys: str) -> httpx.Response:
        params = {name: str(value).format(**saved) for name, value in step.params.items()}
        headers = {"Stripe-Account": saved[step.account]} if step.account else {}
        if step.key:
            headers["Idempotency-Key"] = f"{keys}/{step.key}"
        path = step.path.format(**saved)
        if step.method == "GET":
            return self._client.get(path, params=params, headers=headers)
        return self._client.post(path, data=params, headers=headers)

    def _listed(self, path: str, account: str, saved: Mapping[str, str], began: int) -> dict[str, str]:
        """Give what was written since a journey began: rows that can be compared, and how often each is there."""
        step = Step("GET", path, {"limit": "100", "created[gte]": str(began)}, account=account)
        found: dict[str, str] = {}
        for item in self._send(step, saved, "").json()["data"]:
            names = ("type", "currency", "amount", "fee", "net", "reporting_category")
            row = " ".join(str(item[name]) for name in names if name in item)
            found[row] = str(int(found.get(row, "0")) + 1)
        return found


def comparable(answer: httpx.Response) -> dict[str, str]:
    """Give of an answer what can be compared: its status, some headers, the type of each member and some values."""
    found = {"status": str(answer.status_code)}
    found |= {f"header {name}": answer.headers[name].partition(";")[0] for name in _HEADERS if name in answer.headers}
    found.update(_flat(answer.json(), ""))
    return found


def _flat(value: object, place: str) -> Iterator[tuple[str, str]]:
    if is_hash(value):
        for name, item in value.items():
            yield from _flat(item, f"{place}.{name}" if place else name)
    elif is_list(value):
        for item in value:
            yield from _flat(item, f"{place}[]")
    elif not _OWN.fullmatch(place):
        yield place, str(value) if _VALUES.fullmatch(place) else type(value).__name__


def compared(here: Side, there: Side) -> Iterator[Difference]:
    """Send every journey to both, and give what differs."""
    for journey, steps in JOURNEYS.items():
        labels = [f"{step.method} {step.path}" for step in steps]
        labels += ["the platform's rows", "the platform's events", "the seller's rows", "the seller's events"]
        for label, ours, theirs in zip(labels, here.travel(steps), there.travel(steps), strict=False):
            for what in sorted(ours.keys() | theirs.keys()):
                if ours.get(what) != theirs.get(what):
                    yield Difference(journey, label, what, ours.get(what, "nothing"), theirs.get(what, "nothing"))


def parity(options: argparse.Namespace) -> int:
    """Print what differs, and give the exit status: 1 if anything does."""
    key = os.environ.get(_KEY, "")
    if not key.startswith(("sk_test_", "rk_test_")):
        sys.stderr.write(f"{_KEY} holds no test key: parity makes accounts and payments, so it wants a sandbox.\n")
        return 2
    with Simulator(start=int(time.time())).serve() as server:
        here, there = Side(server.url, "sk_test_here"), Side(options.base_url, key)
        found = list(compared(here, there))
        here.close()
        there.close()
    for one in found:
        told = f"{one.journey}: {one.step}: {one.what} is {one.here} here and {one.there} there"
        sys.stdout.write(f"{json.dumps(asdict(one)) if options.json else told}\n")
    sys.stderr.write(f"{len(found)} differences in {len(JOURNEYS)} journeys.\n")
    return 1 if found else 0
