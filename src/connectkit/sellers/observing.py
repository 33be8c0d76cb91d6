"""What is seen of an account, as it is compared from one time to the next."""

from __future__ import annotations

from datetime import datetime

from connectkit.models.accounts import Account, Capabilities
from connectkit.models.base import FrozenMapping
from connectkit.models.observations import Observation
from connectkit.models.standing import AccountState

from .status import status_of


def observed(account: Account, seen: datetime) -> Observation:
    """Give what is seen of an account.

    Args:
        account: As Stripe tells of it.
        seen: When it told, aware.
    """
    status = status_of(account)
    wanted = {entry.name: entry.stage for entry in reversed(status.due + status.pending + status.later)}
    return Observation(
        account=account.id,
        state=status.state,
        wanted=FrozenMapping(wanted),
        capabilities=account.capabilities,
        charges_enabled=account.charges_enabled,
        payouts_enabled=account.payouts_enabled,
        deadline=status.deadline,
        announced_for=status.announced_for,
        disabled_reason=status.disabled_reason,
        seen=seen,
    )


def vanished(account_id: str, seen: datetime) -> Observation:
    """Give what is seen of an account that the platform may no longer see."""
    return Observation(
        account=account_id,
        state=AccountState.DISCONNECTED,
        wanted=FrozenMapping(),
        capabilities=Capabilities(),
        charges_enabled=False,
        payouts_enabled=False,
        deadline=None,
        disabled_reason="",
        seen=seen,
    )
