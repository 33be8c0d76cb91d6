"""Where an account stands: pure functions of what Stripe tells, the first rule that holds decides.

The order is that of Stripe's own summary of an account (its page on onboarding through the API), carried on to what a
platform needs to know: what ends everything stands first, then what was never begun, what is missing, what is being
looked at, and last what works. Reasons are an open set; one that no rule knows is passed on and decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import evolve, frozen

from connectkit.models.accounts import Account
from connectkit.models.requirements import EVENTUALLY_DUE, Actor, Requirement, Requirements
from connectkit.models.standing import AccountState, AccountStatus, NextAction

_VERIFYING: Final = frozenset(
    {"requirements.pending_verification", "requirements_pending_verification", "determining_status"}
)
_REVIEWED: Final = frozenset({"under_review", "listed"})


@frozen
class _Look:
    """An account, and what the rules ask of it."""

    account: Account

    @property
    def reason(self) -> str:
        """Why the account is disabled: v1 says it of the account, v2 of each capability."""
        if self.wanted.disabled_reason or self.account.charges_enabled:
            return self.wanted.disabled_reason
        codes = [restriction.code for restriction in self.account.restrictions]
        return next((code for code in codes if code.startswith("rejected_")), codes[0] if codes else "")

    @property
    def wanted(self) -> Requirements:
        return self.account.requirements

    @property
    def both(self) -> bool:
        return self.account.charges_enabled and self.account.payouts_enabled

    @property
    def verifying(self) -> bool:
        """Whether what is not enabled yet waits for a verification."""
        if self.reason in _VERIFYING:
            return True
        neither = not self.account.charges_enabled and not self.account.payouts_enabled
        waiting = neither and "pending" in self.account.capabilities.values()
        return waiting or (bool(self.wanted.pending) and not self.both)

    @property
    def asks_for_nothing(self) -> bool:
        """Whether no capability was asked for; for the full dashboard Stripe asks by itself."""
        return not self.account.capabilities.asked and self.account.dashboard != "full"

    @property
    def unfinished(self) -> bool:
        """Whether the seller is still on the way through Stripe's form; v2 tells it only by why it asks."""
        if self.account.responsibilities.requirements_collector == "application":
            return False
        if self.account.details_submitted is not None:
            return not self.account.details_submitted
        asked = any("routine_onboarding" in requirement.reasons for requirement in self.wanted.due)
        return asked and not self.account.charges_enabled

    @property
    def later(self) -> tuple[Requirement, ...]:
        """What will be wanted one day, what the future requirements add included: none of that is due yet."""
        future = self.account.future_requirements
        known = {entry.name for entry in self.wanted.entries}
        added = (entry for entry in future.due + future.later if entry.name not in known)
        return (*self.wanted.later, *(evolve(entry, stage=EVENTUALLY_DUE, deadline=future.deadline) for entry in added))


@frozen
class Rule:
    """When an account is in a state.

    Attributes:
        cause: What Stripe tells then, as a sentence.
        holds: Tells it of an account.
    """

    cause: str
    holds: Callable[[_Look], bool]


RULES: Final[Mapping[AccountState, Rule]] = {
    AccountState.CLOSED: Rule("It was closed for good.", lambda look: look.account.closed),
    AccountState.REJECTED_BY_PLATFORM: Rule(
        "The platform has rejected it.",
        lambda look: look.reason.startswith(("rejected.platform_", "rejected_platform_")),
    ),
    AccountState.REJECTED_BY_STRIPE: Rule(
        "Stripe has rejected it.", lambda look: look.reason.startswith(("rejected.", "rejected_"))
    ),
    AccountState.PAUSED: Rule(
        "The platform has paused it in its Dashboard.", lambda look: look.reason == "platform_paused"
    ),
    AccountState.NEEDS_CAPABILITIES: Rule(
        "No capability was asked for.",
        lambda look: look.reason == "action_required.requested_capabilities" or look.asks_for_nothing,
    ),
    AccountState.ONBOARDING_NOT_FINISHED: Rule(
        "Stripe collects the requirements, and the seller has not sent its form off.", lambda look: look.unfinished
    ),
    AccountState.RESTRICTED_PAST_DUE: Rule(
        "Something is past due, and has disabled something.", lambda look: bool(look.wanted.past_due)
    ),
    AccountState.ENABLED_WITH_DEADLINE: Rule(
        "Everything works, and something is due by the deadline.", lambda look: bool(look.wanted.due) and look.both
    ),
    AccountState.RESTRICTED_NEEDS_INFO: Rule(
        "Something is due, and charges or payouts are off.", lambda look: bool(look.wanted.due)
    ),
    AccountState.PENDING_VERIFICATION: Rule(
        "What was given is being verified, and something waits for it.", lambda look: look.verifying
    ),
    AccountState.UNDER_REVIEW: Rule("Stripe is reviewing the account.", lambda look: look.reason in _REVIEWED),
    AccountState.ENABLED_PENDING: Rule(
        "Everything works, while something is being verified.", lambda look: look.both and bool(look.wanted.pending)
    ),
    AccountState.ENABLED: Rule(
        "Everything works; more will be wanted one day.", lambda look: look.both and bool(look.later)
    ),
    AccountState.COMPLETE: Rule("Everything works, and nothing is wanted.", lambda look: look.both),
    AccountState.RESTRICTED_PAYOUTS_OFF: Rule(
        "Charges work and payouts do not, with nothing due.", lambda look: look.account.charges_enabled
    ),
    AccountState.RESTRICTED_CHARGES_OFF: Rule(
        "Payouts work and charges do not, with nothing due.", lambda look: look.account.payouts_enabled
    ),
    AccountState.RESTRICTED: Rule("Neither works, for a reason that no other rule knows.", lambda _: True),
}
"""Every state that an account can be read to be in, with its rule; the first one that holds decides."""

_ACTIONS: Final[Mapping[AccountState, NextAction]] = {
    AccountState.DISCONNECTED: NextAction.RECONNECT,
    AccountState.REJECTED_BY_PLATFORM: NextAction.UNREJECT,
    AccountState.PAUSED: NextAction.UNPAUSE,
    AccountState.NEEDS_CAPABILITIES: NextAction.REQUEST_CAPABILITIES,
    AccountState.ONBOARDING_NOT_FINISHED: NextAction.SEND_LINK,
    AccountState.PENDING_VERIFICATION: NextAction.WAIT,
    AccountState.UNDER_REVIEW: NextAction.WAIT,
    AccountState.RESTRICTED_PAYOUTS_OFF: NextAction.CHECK_BANK_ACCOUNT,
    AccountState.RESTRICTED_CHARGES_OFF: NextAction.CHECK_CAPABILITIES,
    AccountState.RESTRICTED: NextAction.CONTACT_STRIPE,
}

_MISSING: Final = frozenset(
    {AccountState.RESTRICTED_PAST_DUE, AccountState.ENABLED_WITH_DEADLINE, AccountState.RESTRICTED_NEEDS_INFO}
)

_STEPS: Final[Mapping[NextAction, tuple[Actor | None, str]]] = {
    NextAction.NOTHING: (None, "There is nothing to do."),
    NextAction.WAIT: (Actor.STRIPE, "Stripe is looking at it: read the status again after its next event."),
    NextAction.SEND_LINK: (Actor.SELLER, "Send the seller to Stripe's form with a new onboarding.link."),
    NextAction.PROVIDE_DETAILS: (
        Actor.PLATFORM,
        "Collect what is due from the seller and pass it on with onboarding.update, persons and external_accounts.",
    ),
    NextAction.OPEN_DASHBOARD: (Actor.PLATFORM, "Answer Stripe's inquiry in the platform's Dashboard."),
    NextAction.REQUEST_CAPABILITIES: (Actor.PLATFORM, "Ask for what the seller needs with capabilities.request."),
    NextAction.CHECK_BANK_ACCOUNT: (Actor.PLATFORM, "See whether a bank account is missing or a payout to it failed."),
    NextAction.CHECK_CAPABILITIES: (Actor.PLATFORM, "See which capability is not active, and what it still needs."),
    NextAction.UNPAUSE: (Actor.PLATFORM, "Lift the pause in the platform's Dashboard when its reason is gone."),
    NextAction.UNREJECT: (
        Actor.PLATFORM,
        "Lift the platform's own rejection with onboarding.unreject if it was a mistake.",
    ),
    NextAction.RECONNECT: (Actor.SELLER, "Have the seller connect the account again with a new oauth.authorize."),
    NextAction.APPEAL: (Actor.SELLER, "Send the seller to Stripe's form with a new onboarding.link, to appeal."),
    NextAction.CONTACT_STRIPE: (Actor.PLATFORM, "Ask Stripe's support: nothing that can be sent would change it."),
}


def _next_action(state: AccountState, wanted: Requirements) -> NextAction:
    if state in _MISSING:
        return _providing(wanted.due)
    if state is AccountState.REJECTED_BY_STRIPE:
        appeals = any(entry.risk and "appeal" in entry.name for entry in wanted.due)
        return NextAction.APPEAL if appeals else NextAction.CONTACT_STRIPE
    return _ACTIONS.get(state, NextAction.NOTHING)


def _providing(due: tuple[Requirement, ...]) -> NextAction:
    if any(entry.actor is Actor.SELLER for entry in due):
        return NextAction.SEND_LINK
    return NextAction.OPEN_DASHBOARD if all(entry.risk for entry in due) else NextAction.PROVIDE_DETAILS


def status_of(account: Account) -> AccountStatus:
    """Tell where *account* stands."""
    look = _Look(account)
    state = next(state for state, rule in RULES.items() if rule.holds(look))
    action = _next_action(state, look.wanted)
    actor, step = _STEPS[action]
    return AccountStatus(
        account=account.id,
        state=state,
        next_action=action,
        next_step=step,
        actor=actor,
        due=look.wanted.due,
        pending=look.wanted.pending,
        later=look.later,
        deadline=look.wanted.deadline,
        announced_for=account.future_requirements.deadline,
        disabled_reason=look.reason,
        restrictions=account.restrictions,
        capabilities=account.capabilities,
        can_charge=account.charges_enabled and account.capabilities.charging,
        can_receive_transfers=account.capabilities.active("transfers"),
        can_be_paid_out=account.payouts_enabled,
    )


def table() -> str:
    """Write down every state with its cause and what to do next, as a table in Markdown."""
    lines = ["| State | Cause | Next action |", "|---|---|---|"]
    for state, rule in RULES.items():
        lines.append(f"| `{state.name}` | {rule.cause} | {_told(state)} |")
    gone = "The platform may no longer see it: its owner disconnected it, or it was deleted."
    return "\n".join([*lines, f"| `DISCONNECTED` | {gone} | {_told(AccountState.DISCONNECTED)} |", ""])


def _told(state: AccountState) -> str:
    if state in _MISSING:
        named = (NextAction.SEND_LINK, NextAction.PROVIDE_DETAILS, NextAction.OPEN_DASHBOARD)
        return "By who has to act: " + ", ".join(f"`{action.name}`" for action in named)
    action = _ACTIONS.get(state, NextAction.NOTHING)
    if state is AccountState.REJECTED_BY_STRIPE:
        return "`APPEAL` where Stripe offers one, else `CONTACT_STRIPE`"
    return f"`{action.name}`: {_STEPS[action][1]}"
