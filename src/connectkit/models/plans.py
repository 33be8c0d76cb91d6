"""What a plan tells before anything moves: calls, effects on balances, fees, risks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

from attrs import field, frozen

from connectkit.money import Money

PLATFORM = "platform"


@frozen(kw_only=True)
class Effect:
    """What a call does to one balance.

    Attributes:
        account: The connected account; `""` for the platform.
        amount: What it adds, below zero for what it takes.
        what: What it is, in a word or two, as `transfer` or `fee returned`.
        waits: Whether it comes only once the balance that it is paid from covers it.
    """

    account: str
    amount: Money
    what: str
    waits: bool = False

    @property
    def told(self) -> str:
        """What it is, and that it waits, where it does."""
        return f"{self.what}, once there are funds" if self.waits else self.what


def passed(seller: str, amount: Money, what: str) -> tuple[Effect, ...]:
    """Give the effects of money that passes from the platform to a seller, or back where it is below zero."""
    if amount.is_zero:
        return ()
    return (Effect(account="", amount=-amount, what=what), Effect(account=seller, amount=amount, what=what))


@frozen(kw_only=True)
class PlannedFee:
    """A fee that a plan costs, or that was paid before and does not come back.

    Attributes:
        account: Who pays it; `""` for the platform.
        amount: How much.
        what: What it is for.
    """

    account: str
    amount: Money
    what: str


class RiskKind(Enum):
    """What can go otherwise than planned.

    A balance that is `SHORT_BALANCE` has a call refused; where a refund `WAITS_FOR_FUNDS`, Stripe takes it, keeps it
    pending, and sends it by itself once the balance covers it.
    """

    SHORT_BALANCE = "short_balance"
    WAITS_FOR_FUNDS = "waits_for_funds"
    DISPUTED = "disputed"
    EXCHANGE_RATE = "exchange_rate"
    NOT_THERE_YET = "not_there_yet"
    BLOCKED = "blocked"


@frozen(kw_only=True)
class Risk:
    """Something that can go otherwise than planned.

    Attributes:
        kind: What.
        account: Whom it concerns; `""` for the platform.
        message: What can happen, in a sentence.
        missing: By how much a balance is short, for `SHORT_BALANCE` and `WAITS_FOR_FUNDS`.
        next_step: What can be done about it, or `""`.
    """

    kind: RiskKind
    account: str
    message: str
    missing: Money | None = None
    next_step: str = ""

    @property
    def told(self) -> str:
        """What can happen, and what can be done about it."""
        return f"{self.message} {self.next_step}".rstrip()


def _copied(params: Mapping[str, Any]) -> dict[str, Any]:
    return dict(params)


@frozen(kw_only=True)
class PlannedCall:
    """One call of a plan, as it would be sent.

    Attributes:
        name: Its place in the plan, as `refund` or `reversal/tr_…`.
        verb: What it does, as `transfers.reverse`.
        method: The method, in lower case.
        path: The path.
        params: The parameters.
        account: The connected account that it is sent for, or `""`.
        effects: What it does to balances.
        fees: What it costs.
    """

    name: str
    verb: str
    method: str
    path: str
    params: Mapping[str, Any] = field(converter=_copied)
    account: str
    effects: tuple[Effect, ...]
    fees: tuple[PlannedFee, ...]


@frozen(kw_only=True)
class Outlook:
    """What a plan comes to, before anything has moved.

    Attributes:
        verb: What it does, as `charges.separate.refund`.
        key: The name under which it is carried out.
        steps: Its calls, in order.
        risks: What can go otherwise.
    """

    verb: str
    key: str
    steps: tuple[PlannedCall, ...]
    risks: tuple[Risk, ...]

    @property
    def effects(self) -> tuple[Effect, ...]:
        """What all calls together do to each balance, by account and currency."""
        sums: dict[tuple[str, str], list[Effect]] = {}
        for effect in (effect for step in self.steps for effect in step.effects):
            sums.setdefault((effect.account, effect.amount.currency), []).append(effect)
        return tuple(
            Effect(
                account=account,
                amount=sum((one.amount for one in found), Money(0, currency)),
                what=", ".join(dict.fromkeys(one.what for one in found)),
                waits=any(one.waits for one in found),
            )
            for (account, currency), found in sums.items()
        )

    @property
    def fees(self) -> tuple[PlannedFee, ...]:
        """What it costs, and what was paid before and does not come back."""
        return tuple(fee for step in self.steps for fee in step.fees)

    def table(self) -> str:
        """Show it as text: calls, effects, fees, risks."""
        lines = [f"{self.verb} ({self.key})"]
        for title, rows in self._parts():
            lines += [title, *_aligned(rows)]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><th colspan='3' style='text-align:left'>{_escaped(title)}</th></tr>"
            + "".join(f"<tr>{''.join(f'<td>{_escaped(cell)}</td>' for cell in row)}</tr>" for row in rows)
            for title, rows in self._parts()
        )
        return f"<table><caption>{_escaped(f'{self.verb} ({self.key})')}</caption>{body}</table>"

    def _parts(self) -> Iterable[tuple[str, list[tuple[str, str, str]]]]:
        """Give each part that is not empty, as a title and rows of three cells."""
        calls = [
            (f"{step.method.upper()} {step.path}", _told(step.params), step.account and f"for {step.account}")
            for step in self.steps
        ]
        effects = [(one.account or PLATFORM, str(one.amount), one.told) for one in self.effects]
        fees = [(one.account or PLATFORM, str(one.amount), one.what) for one in self.fees]
        risks = [(one.account or PLATFORM, one.kind.value, one.told) for one in self.risks]
        parts = (("calls", calls), ("effects", effects), ("fees", fees), ("risks", risks))
        return [(title, rows) for title, rows in parts if rows]


def _aligned(rows: list[tuple[str, str, str]]) -> list[str]:
    wide = [max(len(row[column]) for row in rows) for column in range(2)]
    return [f"  {first:{wide[0]}}  {second:{wide[1]}}  {third}".rstrip() for first, second, third in rows]


def _told(params: Mapping[str, Any]) -> str:
    """Give parameters in a line; notes are left out, for the mark among them tells nobody anything."""
    return " ".join(f"{name}={value}" for name, value in params.items() if name != "metadata")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
