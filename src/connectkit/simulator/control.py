"""The simulator's own endpoints, below `/_simulator/`: they steer it from outside, and no fault touches them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final, Protocol

from .answers import encode
from .engine import Seen
from .faults import Faults
from .shapes import Object, is_hash

PREFIX: Final = "/_simulator/"
"""How their paths begin."""


class Steered(Protocol):
    """What can be steered."""

    @property
    def faults(self) -> Faults:
        """The plan of what goes wrong."""
        ...

    @property
    def requests(self) -> list[Seen]:
        """Every request."""
        ...

    def advance(self, *, days: float = 0, hours: float = 0, to: int | None = None, key: str | None = None) -> int:
        """Let time pass."""
        ...

    def reset(self) -> None:
        """Begin anew."""
        ...

    def ledger(self) -> Object:
        """Give the totals."""
        ...

    def onboard(self, account: str) -> None:
        """Complete the hosted form."""
        ...

    def demand(self, account: str, item: str, days: float = 0) -> None:
        """Have something wanted by a day."""
        ...


def steer(steered: Steered, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Answer one of the simulator's own requests."""
    action = _ACTIONS.get((method, path.removeprefix(PREFIX)))
    if action is None:
        return _answer(404, {"error": f"There is no {method} {path}; there are {', '.join(_names())}."})
    try:
        sent = json.loads(body or b"{}")
        return _answer(200, action(steered, sent if is_hash(sent) else {"": sent}))
    except (TypeError, ValueError) as error:
        return _answer(400, {"error": str(error)})


def _advance(steered: Steered, sent: Mapping[str, Any]) -> Object:
    return {"now": steered.advance(**sent)}


def _reset(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.reset(**sent)
    return {}


def _faults(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.faults.next(**sent)
    return {"happened": dict(steered.faults.happened)}


def _happened(steered: Steered, _: Mapping[str, Any]) -> Object:
    return {"happened": dict(steered.faults.happened)}


def _calm(steered: Steered, _: Mapping[str, Any]) -> Object:
    steered.faults.calm()
    return {}


def _onboard(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.onboard(**sent)
    return {}


def _demand(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.demand(**sent)
    return {}


def _ledger(steered: Steered, _: Mapping[str, Any]) -> Object:
    return steered.ledger()


def _requests(steered: Steered, _: Mapping[str, Any]) -> Object:
    return {"data": [asdict(seen) for seen in steered.requests]}


_ACTIONS: Final[Mapping[tuple[str, str], Callable[[Steered, Mapping[str, Any]], Object]]] = {
    ("POST", "advance"): _advance,
    ("POST", "reset"): _reset,
    ("POST", "faults"): _faults,
    ("GET", "faults"): _happened,
    ("POST", "calm"): _calm,
    ("POST", "onboard"): _onboard,
    ("POST", "demand"): _demand,
    ("GET", "ledger"): _ledger,
    ("GET", "requests"): _requests,
}


def _names() -> list[str]:
    return [f"{method} {PREFIX}{name}" for method, name in _ACTIONS]


def _answer(status: int, value: Object) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, encode(value)
