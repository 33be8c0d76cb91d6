"""Ends of an account: rejected, allowed again, closed, deleted. Each can be called again: what is so stays so."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

from connectkit.calls.caller import Caller
from connectkit.errors import InvalidRequest, NotFound, PermissionDenied, Refused
from connectkit.models.accounts import Account
from connectkit.models.balances import Balance
from connectkit.models.standing import AccountState
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import check_word
from connectkit.sellers.status import status_of

from .dialects import dialect_of

RejectReason: TypeAlias = Literal[
    "credit",
    "fraud_no_intent_to_fulfill",
    "fraud_other",
    "fraud_payment_method_casher",
    "fraud_payment_method_tester",
    "other",
    "terms_of_service",
]
"""Why a platform rejects an account, in Stripe's words since 2026-09-30.endive."""

_REJECTED: Final = frozenset({AccountState.REJECTED_BY_PLATFORM, AccountState.REJECTED_BY_STRIPE})


class AsyncEndings:
    """Ends of an account."""

    _caller: Caller

    async def reject(
        self, account_id: str, *, reason: RejectReason, payouts_action: Literal["pause", "none"] = "pause"
    ) -> Account:
        """Reject an account: it can no longer be charged on, nor be paid out unless you allow that.

        Only an account whose losses are the platform's can be rejected; `unreject` takes it back.

        Args:
            account_id: The connected account.
            reason: Why.
            payouts_action: `none` lets what it has be paid out.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that it bears the losses.
            Unreachable: There was no usable answer; it can be rejected again.
        """
        if str(reason) == "fraud":  # which was right until 2026-09-30
            message = "Stripe takes no reason 'fraud' any more: it wants to know which kind."
            step = f"Pass 'fraud_other', or a closer one of {', '.join(get_args(RejectReason))}."
            raise InvalidRequest(message, param="reason", next_step=step)
        check_word(reason, "reason", get_args(RejectReason))
        check_word(payouts_action, "payouts_action", ("pause", "none"))
        path = _path(account_id)
        request = Request("post", f"{path}/reject", {"reason": reason, "payouts_action": payouts_action})
        return await self._moved(request, path, rejected=True)

    async def unreject(self, account_id: str) -> Account:
        """Take the platform's own rejection back. What Stripe has rejected, or the platform has paused, stays so.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            Refused: Stripe said no, as that it was Stripe who rejected it.
            Unreachable: There was no usable answer; it can be called again.
        """
        path = _path(account_id)
        return await self._moved(Request("post", f"{path}/unreject"), path, rejected=False)

    async def close(self, account_id: str) -> Account:
        """Close an account for good, as Accounts v2 does it: it can still be read, and nothing moves any more.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It is not the id of an account.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be closed again.
        """
        path = f"/v2/core/accounts/{checked_id(account_id, 'account_id', 'acct_')}"
        found = (await self._caller.read(Request("get", path), "onboarding.close")).data
        if not found.get("closed"):
            configurations: list[str] = found.get("applied_configurations") or []
            applied = {"applied_configurations": configurations}
            await self._caller.update(Request("post", f"{path}/close", applied), "onboarding.close")
        return Account.parse(await self._caller.read(dialect_of("v2").retrieve(account_id), "onboarding.close"))

    async def delete(self, account_id: str) -> None:
        """Delete an account for good, as Accounts v1 does it; one that is gone already stays so.

        In test mode any account can be deleted. In live mode only one whose losses are the platform's, when it has
        nothing left: that is looked at before, because Stripe's refusal does not say what is left.

        Args:
            account_id: The connected account.

        Raises:
            InvalidRequest: It has money left, or Stripe bears its losses.
            Refused: Stripe said no.
            Unreachable: There was no usable answer; it can be deleted again.
        """
        path = _path(account_id)
        try:
            if self._caller.owner.livemode:
                await self._check_deletable(account_id, path)
            await self._caller.update(Request("delete", path), "onboarding.delete")
        except (NotFound, PermissionDenied) as gone:
            if not await self._is_gone(path):
                raise gone from None

    async def _moved(self, request: Request, path: str, *, rejected: bool) -> Account:
        """Send it; a refusal counts for nothing if the account is already where it was to be brought."""
        try:
            return Account.parse(await self._caller.update(request, "onboarding.reject"))
        except Refused:
            account = Account.parse(await self._caller.read(Request("get", path), "onboarding.reject"))
            if (status_of(account).state in _REJECTED) is not rejected:
                raise
            return account

    async def _check_deletable(self, account_id: str, path: str) -> None:
        account = Account.parse(await self._caller.read(Request("get", path), "onboarding.delete"))
        if account.responsibilities.losses_collector != "application":
            message = "Stripe bears this account's losses, so that only its owner can end it."
            raise InvalidRequest(message, param="account_id", next_step="Disconnect it with oauth.deauthorize instead.")
        answer = await self._caller.read(Request("get", "/v1/balance", account=account_id), "onboarding.delete")
        balance = Balance.parse(answer)
        left = [str(money) for money in (*balance.available, *balance.pending) if money.amount]
        if left:
            message = f"The account still has {', '.join(left)}."
            raise InvalidRequest(message, param="account_id", next_step="Pay it out, and wait for what is pending.")

    async def _is_gone(self, path: str) -> bool:
        try:
            await self._caller.read(Request("get", path), "onboarding.delete")
        except (NotFound, PermissionDenied):
            return True
        return False


def _path(account_id: str) -> str:
    return f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}"
