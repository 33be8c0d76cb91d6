"""What a platform forbids itself: brakes on its own money, kept in the store so that a whole fleet obeys them.

A policy belongs to a realm (tenant, platform, mode) and travels with every row that the store gives out, so that no
send happens under an older one than its claim.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen

from .errors import InvalidRequest
from .money import Money
from .requests import checked_id, compact

Per: TypeAlias = Literal["call", "day"]

OUTGOING: Final = (
    "payouts.create",
    "transfers.create",
    "charges.direct.refund",
    "charges.destination.refund",
    "charges.separate.refund",
)
"""The verbs by which money leaves, each with an amount that is known before it is sent."""


def _positive(limit: Limit, _: object, amount: Money) -> None:
    if not isinstance(amount, Money) or amount.amount <= 0:  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = f"A limit is an amount of Money above zero, not {amount!r}."
        raise InvalidRequest(message, param="amount", next_step="To forbid everything, use brakes.stop(why).")
    if limit.per not in get_args(Per):
        message = f"per is one of {', '.join(get_args(Per))}."
        raise InvalidRequest(message, param="per")
    if not limit.verbs:
        message = "This limit is on no verb at all."
        raise InvalidRequest(message, param="verbs")


@frozen(kw_only=True)
class Limit:
    """How much may move.

    Attributes:
        amount: At most so much, in its own currency; other currencies are not touched.
        per: A single `call`, or all calls of one `day` in UTC.
        account: What concerns this connected account alone; `"*"` for each account by itself, `""` for all together.
        verbs: What is limited; every way out, if it is not given.

    Raises:
        InvalidRequest: The amount is not above zero, *per* is another word, or there is no verb.
    """

    amount: Money = field(validator=_positive)
    per: Per = "call"
    account: str = ""
    verbs: tuple[str, ...] = OUTGOING

    def concerns(self, verb: str, account: str, currency: str) -> bool:
        """Tell whether a movement falls under this limit."""
        own = self.account in {"", account} or (self.account == "*" and account != "")
        return verb in self.verbs and currency == self.amount.currency and own


def _frozenset(accounts: Sequence[str] | frozenset[str] | None) -> frozenset[str] | None:
    if accounts is None:
        return None
    return frozenset(checked_id(account, "destinations", "acct_") for account in accounts)


@frozen(kw_only=True)
class Brakes:
    """What is forbidden now.

    Attributes:
        limits: How much may move.
        destinations: The connected accounts that operations may concern; every one if it is `None`.
        dry_run: Whether nothing is sent at all, and each call says what it would have sent.
        stopped: Why nothing at all is sent; `""` while everything runs.
    """

    limits: tuple[Limit, ...] = field(default=(), converter=tuple[Limit, ...])
    destinations: frozenset[str] | None = field(default=None, converter=_frozenset)
    dry_run: bool = False
    stopped: str = ""


@frozen(kw_only=True)
class Gap:
    """A time of which the store remembers nothing, because it was restored from an older backup.

    Attributes:
        since: When the backup was made.
        until: When the store was put to work again.
    """

    since: datetime
    until: datetime


@frozen(kw_only=True)
class Policy:
    """What holds for every operation of a realm.

    Attributes:
        epoch: Counts the restorations of the store, from 1 on.
        gaps: What was forgotten by them.
        brakes: What is forbidden now.
    """

    epoch: int = 1
    gaps: tuple[Gap, ...] = ()
    brakes: Brakes = Brakes()

    def dumps(self) -> str:
        """Write it down."""
        brakes = self.brakes
        document: dict[str, Any] = {
            "epoch": self.epoch,
            "gaps": [[gap.since.isoformat(), gap.until.isoformat()] for gap in self.gaps],
            "limits": [
                [limit.amount.amount, limit.amount.currency, limit.per, limit.account, limit.verbs]
                for limit in brakes.limits
            ],
            "destinations": None if brakes.destinations is None else sorted(brakes.destinations),
            "dry_run": brakes.dry_run,
            "stopped": brakes.stopped,
        }
        return compact(document)

    @classmethod
    def loads(cls, text: str) -> Policy:
        """Read what `dumps` wrote; nothing is forbidden where nothing was written."""
        return _loaded(text)


@lru_cache(maxsize=16)
def _loaded(text: str) -> Policy:
    if not text:
        return Policy()
    document = json.loads(text)
    limits = tuple(
        Limit(amount=Money(amount, currency), per=per, account=account, verbs=tuple(verbs))
        for amount, currency, per, account, verbs in document["limits"]
    )
    return Policy(
        epoch=document["epoch"],
        gaps=tuple(
            Gap(since=datetime.fromisoformat(since), until=datetime.fromisoformat(until))
            for since, until in document["gaps"]
        ),
        brakes=Brakes(
            limits=limits,
            destinations=document["destinations"],
            dry_run=document["dry_run"],
            stopped=document["stopped"],
        ),
    )
