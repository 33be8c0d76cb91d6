"""What was seen of an account at one time, and what changed from one time to the next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from attrs import frozen

from .accounts import Capabilities
from .base import Answer, FrozenMapping
from .requirements import CURRENTLY_DUE, PAST_DUE
from .standing import AccountState

ACCOUNTS: Final = "account"
"""The topic of the notes that such observations are kept in."""

BLOCKED: Final = frozenset(
    {
        AccountState.CLOSED,
        AccountState.DISCONNECTED,
        AccountState.NEEDS_CAPABILITIES,
        AccountState.ONBOARDING_NOT_FINISHED,
        AccountState.PAUSED,
        AccountState.PENDING_VERIFICATION,
        AccountState.REJECTED_BY_PLATFORM,
        AccountState.REJECTED_BY_STRIPE,
        AccountState.RESTRICTED,
        AccountState.RESTRICTED_CHARGES_OFF,
        AccountState.RESTRICTED_NEEDS_INFO,
        AccountState.RESTRICTED_PAST_DUE,
        AccountState.RESTRICTED_PAYOUTS_OFF,
        AccountState.UNDER_REVIEW,
    }
)
"""The states in which something does not work."""


@frozen(kw_only=True)
class Observation:
    """What was seen of an account at one time; names and states, nothing personal.

    Attributes:
        account: The connected account.
        state: Where it stood.
        wanted: What Stripe wanted, by its name: `past_due`, `currently_due`, `pending_verification` or
            `eventually_due`. An open set.
        capabilities: The status of each that was asked for.
        charges_enabled: Whether money could come in.
        payouts_enabled: Whether money could leave to a bank.
        deadline: When the earliest of what was due had to be there, or `None`.
        announced_for: From which day on more is wanted, or `None`.
        disabled_reason: Why it was disabled, in Stripe's word, or `""`. An open set.
        seen: When it was seen.
    """

    account: str
    state: AccountState
    wanted: FrozenMapping
    capabilities: Capabilities
    charges_enabled: bool
    payouts_enabled: bool
    deadline: datetime | None
    announced_for: datetime | None = None
    disabled_reason: str
    seen: datetime

    @property
    def blocked(self) -> bool:
        """Whether something did not work."""
        return self.state in BLOCKED

    @property
    def due(self) -> tuple[str, ...]:
        """What had to be given, past due first."""
        return tuple(name for stage in (PAST_DUE, CURRENTLY_DUE) for name, at in self.wanted.items() if at == stage)

    def blocked_by(self, moment: datetime) -> bool:
        """Tell whether something did not work, or may not at *moment* if what is due or announced is not given."""
        late = bool(self.due) and self.deadline is not None and self.deadline <= moment
        return self.blocked or late or (self.announced_for is not None and self.announced_for <= moment)

    def dumps(self) -> str:
        """Write it down."""
        return json.dumps(self.document())

    def document(self) -> dict[str, Any]:
        """Give it as JSON values."""
        return {
            "account": self.account,
            "state": self.state.value,
            "wanted": dict(self.wanted),
            "capabilities": dict(self.capabilities),
            "charges_enabled": self.charges_enabled,
            "payouts_enabled": self.payouts_enabled,
            "deadline": self.deadline and self.deadline.isoformat(),
            "announced_for": self.announced_for and self.announced_for.isoformat(),
            "disabled_reason": self.disabled_reason,
            "seen": self.seen.isoformat(),
        }

    @classmethod
    def loads(cls, text: str) -> Observation:
        """Read what `dumps` wrote."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Observation:
        """Read what `document` gave."""
        deadline, announced = document["deadline"], document.get("announced_for")
        return cls(
            account=document["account"],
            state=AccountState(document["state"]),
            wanted=FrozenMapping(document["wanted"]),
            capabilities=Capabilities(document["capabilities"]),
            charges_enabled=document["charges_enabled"],
            payouts_enabled=document["payouts_enabled"],
            deadline=deadline and datetime.fromisoformat(deadline),
            announced_for=announced and datetime.fromisoformat(announced),
            disabled_reason=document["disabled_reason"],
            seen=datetime.fromisoformat(document["seen"]),
        )


_NOWHERE: Final = ""


@frozen(kw_only=True)
class AccountChange:
    """What changed of an account from one time that it was looked at to the next.

    Attributes:
        before: What was seen before; `None` the first time.
        after: What is seen now.
    """

    before: Observation | None
    after: Observation

    @property
    def account(self) -> str:
        """The connected account."""
        return self.after.account

    @property
    def appeared(self) -> tuple[str, ...]:
        """What Stripe wants now and did not want before, in the order of the names."""
        return tuple(name for name, (before, _) in sorted(self.moved.items()) if before == _NOWHERE)

    @property
    def met(self) -> tuple[str, ...]:
        """What Stripe wanted before and does not want any more, in the order of the names."""
        return tuple(name for name, (_, after) in sorted(self.moved.items()) if after == _NOWHERE)

    @property
    def moved(self) -> Mapping[str, tuple[str, str]]:
        """Each requirement whose stage changed, with its stages before and after; `""` where it was or is not there."""
        return _differences(self.before.wanted if self.before else {}, self.after.wanted)

    @property
    def capabilities(self) -> Mapping[str, tuple[str, str]]:
        """Each capability whose status changed, with its status before and after; `""` where it was or is not asked."""
        return _differences(self.before.capabilities if self.before else {}, self.after.capabilities)

    @property
    def state_changed(self) -> bool:
        """Whether the account stands elsewhere now; it does the first time."""
        return self.before is None or self.before.state is not self.after.state

    @property
    def deadline_moved(self) -> timedelta | None:
        """By how much the deadline moved, below zero if it is earlier now; `None` where there are not two."""
        before = None if self.before is None else self.before.deadline
        return self.after.deadline - before if before and self.after.deadline else None

    @property
    def any(self) -> bool:
        """Whether anything changed at all."""
        return self.before is None or _without_time(self.before) != _without_time(self.after)

    @classmethod
    def parse(cls, answer: Answer) -> AccountChange:
        """Read the object of a `connectkit.account.changed` event."""
        before = answer.data["before"]
        return cls(before=before and Observation.of(before), after=Observation.of(answer.data["after"]))


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    names = {*before, *after}
    pairs = {name: (before.get(name, _NOWHERE), after.get(name, _NOWHERE)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _without_time(observation: Observation) -> dict[str, Any]:
    return {**observation.document(), "seen": None}
