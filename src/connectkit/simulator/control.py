"""The simulator's own endpoints, below `/_simulator/`: they steer it from outside, and no fault touches them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from .accounts.stops import Stopped
from .answers import encode
from .clock import Clock
from .engine import Seen
from .faults import Faults
from .ledger import InvariantBroken
from .shapes import Object, is_hash

PREFIX: Final = "/_simulator/"
"""How their paths begin."""


class Steered(Protocol):
    """What can be steered."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

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

    def check(self) -> None:
        """Check every law."""
        ...

    def onboard(self, account: str) -> None:
        """Complete the hosted form."""
        ...

    def pay(self, session: str, payment_method: str = "") -> str:
        """Pay a Checkout session."""
        ...

    def authenticate(self, intent: str, *, passed: bool = True) -> None:
        """Have a buyer authenticate."""
        ...

    def bear(
        self,
        *,
        total: float | None = None,
        endpoint: float | None = None,
        latency: float = 0.0,
        slowest: float | None = None,
    ) -> None:
        """Bear so much traffic."""
        ...

    def restrict(self, key: str, *, read: Iterable[str] = (), write: Iterable[str] = ()) -> None:
        """Say what a key may do."""
        ...

    def demand(self, account: str, item: str, days: float = 0) -> None:
        """Have something wanted by a day."""
        ...

    def foresee(self, account: str, item: str, days: float = 0) -> None:
        """Have something announced that will be wanted from a day on."""
        ...

    def disable(self, account: str, reason: str | None, *, only: Stopped | None = None) -> None:
        """Disable an account or a half of it, or lift that."""
        ...


def steer(steered: Steered, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Answer one of the simulator's own requests."""
    action = ACTIONS.get((method, path.removeprefix(PREFIX)))
    if action is None:
        return _answer(404, {"error": f"There is no {method} {path}; there are {', '.join(_index(steered, {}))}."})
    try:
        sent = json.loads(body or b"{}")
        return _answer(200, action.act(steered, sent if is_hash(sent) else {"": sent}))
    except (AttributeError, TypeError, ValueError) as error:
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


def _bear(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.bear(**sent)
    return {}


def _restrict(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.restrict(**sent)
    return {}


def _onboard(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.onboard(**sent)
    return {}


def _pay(steered: Steered, sent: Mapping[str, Any]) -> Object:
    return {"url": steered.pay(**sent)}


def _authenticate(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.authenticate(**sent)
    return {}


def _demand(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.demand(**sent)
    return {}


def _foresee(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.foresee(**sent)
    return {}


def _disable(steered: Steered, sent: Mapping[str, Any]) -> Object:
    steered.disable(**sent)
    return {}


def _ledger(steered: Steered, _: Mapping[str, Any]) -> Object:
    return steered.ledger()


def _requests(steered: Steered, _: Mapping[str, Any]) -> Object:
    return {"data": [seen._asdict() for seen in steered.requests]}


def _check(steered: Steered, _: Mapping[str, Any]) -> Object:
    try:
        steered.check()
    except InvariantBroken as broken:
        return {"broken": str(broken)}
    return {"broken": None}


def _now(steered: Steered, _: Mapping[str, Any]) -> Object:
    return {"now": steered.clock.now}


def _index(_: Steered, __: Mapping[str, Any]) -> Object:
    return {f"{method} {PREFIX}{name}": action.does for (method, name), action in ACTIONS.items()}


@dataclass(frozen=True)
class Action:
    """One way to steer.

    Attributes:
        act: Does it.
        does: What it does, and with which body.
    """

    act: Callable[[Steered, Mapping[str, Any]], Object]
    does: str


ACTIONS: Final[Mapping[tuple[str, str], Action]] = {
    ("GET", ""): Action(_index, "names these ways to steer"),
    ("POST", "advance"): Action(_advance, 'lets time pass: {"days": 2, "hours": 3}, or {"to": 1800000000}'),
    ("GET", "clock"): Action(_now, "gives the present, in unix seconds"),
    ("POST", "reset"): Action(_reset, "begins anew, without objects and money"),
    ("POST", "faults"): Action(
        _faults, 'plans what goes wrong: {"name": "lose_answer", "path": "/v1/transfers", "count": 2}'
    ),
    ("GET", "faults"): Action(_happened, "counts what went wrong"),
    ("POST", "calm"): Action(_calm, "gives up what is planned to go wrong"),
    ("POST", "bear"): Action(
        _bear, 'bears so many requests a second, and answers so late: {"total": 100, "endpoint": 25, "latency": 0.1}'
    ),
    ("POST", "restrict"): Action(
        _restrict,
        'says what a restricted key may do: {"key": "rk_test_…", "read": ["balance"], "write": ["payment_intents"]}',
    ),
    ("POST", "onboard"): Action(_onboard, 'completes the hosted form of an account: {"account": "acct_…"}'),
    ("POST", "pay"): Action(
        _pay, 'pays a Checkout session: {"session": "cs_test_…", "payment_method": "pm_card_visa"}'
    ),
    ("POST", "authenticate"): Action(
        _authenticate, 'has a buyer prove who she is: {"intent": "pi_…", "passed": false}, or that of a setup'
    ),
    ("POST", "demand"): Action(
        _demand, 'wants something of an account by a day: {"account": "acct_…", "item": "individual.email", "days": 7}'
    ),
    ("POST", "foresee"): Action(
        _foresee,
        'announces what will be wanted: {"account": "acct_…", "item": "individual.gender", "days": 60}',
    ),
    ("POST", "disable"): Action(
        _disable,
        'disables an account, or enables it again: {"account": "acct_…", "reason": "under_review", "only": "payouts"}',
    ),
    ("GET", "ledger"): Action(_ledger, "gives what everybody holds, and whether it sums to zero"),
    ("POST", "check"): Action(_check, "checks every law, and names the one that is broken"),
    ("GET", "requests"): Action(_requests, "lists every request"),
}
"""What there is to steer, by method and by the path below `PREFIX`."""


def _answer(status: int, value: Object) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, encode(value)
