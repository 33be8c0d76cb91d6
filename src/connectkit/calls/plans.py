"""Flows of several calls: their plan, frozen before the first of them.

A flow is an operation of its own, whose request is the plan: every call as data, in order. It is claimed, leased and
resumed like any other, by anybody and without the code that planned it. Working the plan out again from the live state
would be a gamble: the state already shows what the first calls did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from attrs import frozen

from connectkit.models.plans import Effect, PlannedFee
from connectkit.money import Money
from connectkit.requests import Request, compact

from .frozen import Frozen

PLAN = "plan"

WaitsOn: TypeAlias = Literal["", "available", "all"]
"""What has to cover a call that Stripe takes and keeps waiting until it is covered, as a refund: what the balance holds
`available`, or `all` of it, where what it is paid back from is pending itself. Every other call is refused where the
balance is short."""


@frozen
class Step:
    """One call of a flow.

    Attributes:
        name: Its place, unique in the flow, as `transfer/1`.
        verb: What it does, as `transfers.create`.
        request: What it sends; wire key and mark are added when it is frozen.
        keep: The fields of the answer that the journal stores.
        currency: Of the request's amount, where the request itself does not say it.
        effects: What it does to balances.
        fees: What it costs.
        short: What is told in place of an answer where a balance does not cover it, so that the flow goes on without
            it; nothing, where the flow stops there.
        after: The step without which it is left out, where a balance did not cover that one; `""` for none.
        waits_on: What has to cover it before Stripe carries it out; `""` where it does so at once, or refuses.
    """

    name: str
    verb: str
    request: Request
    keep: tuple[str, ...]
    currency: str = ""
    effects: tuple[Effect, ...] = ()
    fees: tuple[PlannedFee, ...] = ()
    short: Mapping[str, Any] | None = None
    after: str = ""
    waits_on: WaitsOn = ""


@frozen
class PlannedStep:
    """One call of a frozen plan; the members are those of a `Step`."""

    name: str
    verb: str
    frozen: Frozen
    currency: str = ""
    effects: tuple[Effect, ...] = ()
    fees: tuple[PlannedFee, ...] = ()
    short: Mapping[str, Any] | None = None
    after: str = ""
    waits_on: WaitsOn = ""


def dumps(steps: Sequence[PlannedStep]) -> str:
    """Write a plan down."""
    document = [
        {
            "name": step.name,
            "verb": step.verb,
            "frozen": step.frozen.dumps(),
            "currency": step.currency,
            "effects": [_written(effect) for effect in step.effects],
            "fees": [_written(fee) for fee in step.fees],
            "short": step.short,
            "after": step.after,
            "waits_on": step.waits_on,
        }
        for step in steps
    ]
    return compact({PLAN: document})


def loads(text: str) -> Sequence[PlannedStep] | None:
    """Read a plan that `dumps` wrote; `None` if this is the frozen request of a single call."""
    document = json.loads(text)
    if PLAN not in document:
        return None
    return [
        PlannedStep(
            item["name"],
            item["verb"],
            Frozen.loads(item["frozen"]),
            item["currency"],
            tuple(Effect(**_read(effect)) for effect in item.get("effects", ())),
            tuple(PlannedFee(**_read(fee)) for fee in item.get("fees", ())),
            item.get("short"),
            item.get("after", ""),
            item.get("waits_on", ""),
        )
        for item in document[PLAN]
    ]


def _written(moved: Effect | PlannedFee) -> list[object]:
    return [moved.account, moved.amount.amount, moved.amount.currency, moved.what]


def _read(written: Sequence[Any]) -> dict[str, Any]:
    account, amount, currency, what = written
    return {"account": account, "amount": Money(amount, currency), "what": what}
