"""Where an account stands on its way to being paid, and what to do about it."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen

from .accounts import Capabilities, Restriction
from .requirements import Actor, Requirement


class AccountState(Enum):
    """Where an account stands. It can go back at any time: a threshold, a new law or a failed check is enough."""

    CLOSED = "closed"
    DISCONNECTED = "disconnected"
    REJECTED_BY_PLATFORM = "rejected_by_platform"
    REJECTED_BY_STRIPE = "rejected_by_stripe"
    PAUSED = "paused"
    NEEDS_CAPABILITIES = "needs_capabilities"
    ONBOARDING_NOT_FINISHED = "onboarding_not_finished"
    RESTRICTED_PAST_DUE = "restricted_past_due"
    ENABLED_WITH_DEADLINE = "enabled_with_deadline"
    RESTRICTED_NEEDS_INFO = "restricted_needs_info"
    PENDING_VERIFICATION = "pending_verification"
    UNDER_REVIEW = "under_review"
    ENABLED_PENDING = "enabled_pending"
    RESTRICTED_PAYOUTS_OFF = "restricted_payouts_off"
    RESTRICTED_CHARGES_OFF = "restricted_charges_off"
    ENABLED = "enabled"
    COMPLETE = "complete"
    RESTRICTED = "restricted"


class NextAction(Enum):
    """What to do next."""

    NOTHING = "nothing"
    WAIT = "wait"
    SEND_LINK = "send_link"
    PROVIDE_DETAILS = "provide_details"
    OPEN_DASHBOARD = "open_dashboard"
    REQUEST_CAPABILITIES = "request_capabilities"
    CHECK_BANK_ACCOUNT = "check_bank_account"
    CHECK_CAPABILITIES = "check_capabilities"
    UNPAUSE = "unpause"
    UNREJECT = "unreject"
    RECONNECT = "reconnect"
    APPEAL = "appeal"
    CONTACT_STRIPE = "contact_stripe"


@frozen(kw_only=True)
class AccountStatus:
    """Where an account stands and what to do about it.

    Attributes:
        account: The connected account.
        state: Where it stands.
        next_action: What to do next.
        next_step: The same as a sentence.
        actor: Who has to act, or `None` where nobody has to.
        due: What has to be given now, past due first.
        pending: What was given and is being verified.
        later: What will be wanted one day; of what is announced, `deadline` is the day from which on it is wanted.
        deadline: When the earliest of what is due has to be there, or `None`.
        announced_for: From which day on more is wanted, or `None`. It can disable something on that very day.
        disabled_reason: Why the account is disabled, in Stripe's word, or `""`. An open set.
        restrictions: Why capabilities are not active, as Accounts v2 tells.
        capabilities: The status of each that was asked for.
        can_charge: Whether customers can pay on the account.
        can_receive_transfers: Whether the platform can transfer to it.
        can_be_paid_out: Whether its balance can leave to a bank.
    """

    account: str
    state: AccountState
    next_action: NextAction
    next_step: str
    actor: Actor | None
    due: tuple[Requirement, ...]
    pending: tuple[Requirement, ...]
    later: tuple[Requirement, ...]
    deadline: datetime | None
    announced_for: datetime | None
    disabled_reason: str
    restrictions: tuple[Restriction, ...]
    capabilities: Capabilities
    can_charge: bool
    can_receive_transfers: bool
    can_be_paid_out: bool
