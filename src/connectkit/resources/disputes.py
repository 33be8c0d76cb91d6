"""Disputes: answered, accepted, and their cost recovered from sellers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from connectkit.calls.caller import Caller, Intent
from connectkit.calls.previews import AsyncPlan, Flow, Worked, previewing
from connectkit.drive import Blocking, blocking, iterating
from connectkit.models.base import Answer
from connectkit.models.disputes import Dispute, EarlyFraudWarning
from connectkit.models.recoveries import Recovery, Repayment
from connectkit.money import Money
from connectkit.owing import IfShort, Owing, check_parking
from connectkit.requests import Params, Request, checked_id

from .arguments import checked_money, given, optional_id
from .evidence import AnyEvidence, checked_evidence
from .recovering import recovering, repaying

_WARNINGS: Final = "/v1/radar/early_fraud_warnings"


class AsyncDisputes:
    """Disputes: answered, accepted, and their cost recovered from sellers."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def retrieve(self, dispute_id: str, *, account: str | None = None) -> Dispute:
        """Read a dispute.

        Args:
            dispute_id: The dispute.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a dispute.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        request = Request("get", _path(dispute_id), account=self._caller.account(account))
        return Dispute.parse(await self._caller.read(request, "disputes.retrieve"))

    async def list(
        self, *, account: str | None = None, payment: str | None = None, charge: str | None = None
    ) -> AsyncGenerator[Dispute, None]:
        """Go through the disputes, the newest first, to the end.

        Args:
            account: The connected account that direct charges live on.
            payment: Only those of this payment intent.
            charge: Only those of this charge.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
        """
        params = given(
            payment_intent=optional_id(payment, "payment", "pi_"),
            charge=optional_id(charge, "charge", "ch_", "py_"),
            limit=100,
        )
        request = Request("get", "/v1/disputes", params, account=self._caller.account(account))
        async for item in self._caller.pages(request, "disputes.list"):
            yield Dispute.parse(Answer(data=item))

    async def due(self, *, within: timedelta = timedelta(days=3), account: str | None = None) -> Sequence[Dispute]:
        """Tell which disputes and inquiries have to be answered soon, the most urgent first.

        Those whose time has run out stand first, until Stripe has closed them.

        Args:
            within: How far to look ahead.
            account: The connected account that direct charges live on.

        Raises:
            Unreachable: There was no usable answer.
        """
        until = self._caller.world.now() + within
        waiting = [(one.due, one) async for one in self.list(account=account) if one.needs_answer]
        urgent = [(due, one) for due, one in waiting if due is not None and due <= until]
        return [one for _, one in sorted(urgent, key=lambda pair: pair[0])]

    async def warnings(
        self, *, account: str | None = None, payment: str | None = None, actionable: bool = False
    ) -> AsyncGenerator[EarlyFraudWarning, None]:
        """Go through issuers' early warnings of fraud, the newest first, to the end.

        A refund of about the size of a dispute's fee is cheaper than the dispute that often follows.

        Args:
            account: The connected account that direct charges live on.
            payment: Only those of this payment intent.
            actionable: Only those where a refund can still spare a dispute.

        Raises:
            InvalidRequest: An argument is wrong.
            Unreachable: There was no usable answer.
        """
        params = given(payment_intent=optional_id(payment, "payment", "pi_"), limit=100)
        request = Request("get", _WARNINGS, params, account=self._caller.account(account))
        async for item in self._caller.pages(request, "disputes.warnings"):
            warning = EarlyFraudWarning.parse(Answer(data=item))
            if warning.actionable or not actionable:
                yield warning

    async def warning(self, warning_id: str, *, account: str | None = None) -> EarlyFraudWarning:
        """Read an early warning of fraud.

        Args:
            warning_id: The warning.
            account: The connected account that a direct charge lives on.

        Raises:
            InvalidRequest: It is not the id of a warning.
            NotFound: There is none.
            Unreachable: There was no usable answer.
        """
        path = f"{_WARNINGS}/{checked_id(warning_id, 'warning_id', 'issfr_')}"
        request = Request("get", path, account=self._caller.account(account))
        return EarlyFraudWarning.parse(await self._caller.read(request, "disputes.warning"))

    async def stage(
        self,
        dispute_id: str,
        *,
        key: str,
        evidence: AnyEvidence,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Dispute:
        """Put evidence aside, where it can still be changed; `submit` sends it to the bank.

        Args:
            dispute_id: The dispute or inquiry.
            key: Your own name of this version of it.
            evidence: See `Evidence`. What was staged under the same names before is replaced.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is staging it now.

        Raises:
            InvalidRequest: There is no evidence, or it is wrong.
            Refused: Stripe said no, as that it was answered before.
            OutcomeUnknown: It may have been staged; the same key finds out.
        """
        params = {"evidence": checked_evidence(evidence), "submit": False}
        intent = self._answer("disputes.stage", dispute_id, key, params, account)
        return Dispute.parse(await self._caller.perform(intent, wait=wait))

    async def submit(
        self,
        dispute_id: str,
        *,
        key: str,
        evidence: AnyEvidence | None = None,
        account: str | None = None,
        wait: float = 0.0,
    ) -> Dispute:
        """Answer a dispute or an inquiry with evidence, which can be done once.

        Args:
            dispute_id: The dispute or inquiry.
            key: Your own name of this answer.
            evidence: See `Evidence`; only what was staged, if it is not given. The journal stores a hash of it alone,
                because it tells of the buyer.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is submitting it now.

        Raises:
            InvalidRequest: There is no evidence, or it is wrong.
            Refused: Stripe said no, as that it was answered before.
            OutcomeUnknown: It may have been submitted; the same key finds out.
        """
        told = {} if evidence is None else {"evidence": checked_evidence(evidence)}
        intent = self._answer("disputes.submit", dispute_id, key, {**told, "submit": True}, account)
        return Dispute.parse(await self._caller.perform(intent, wait=wait))

    def _answer(self, verb: str, dispute_id: str, key: str, params: Params, account: str | None) -> Intent:
        request = Request("post", _path(dispute_id), params, account=self._caller.account(account))
        personal = ("evidence",) if "evidence" in params else ()
        return Intent(verb, key, request, {"dispute": dispute_id, **params}, Dispute.KEEP, personal=personal)

    async def close(self, dispute_id: str, *, key: str, account: str | None = None, wait: float = 0.0) -> Dispute:
        """Accept a dispute: it is lost, and what was taken stays with the buyer.

        Args:
            dispute_id: The dispute.
            key: Your own name of this decision.
            account: The connected account that a direct charge lives on.
            wait: For how many seconds to wait for somebody who is closing it now.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no, as that it is closed already.
            OutcomeUnknown: It may have been closed; the same key finds out.
        """
        path = f"{_path(dispute_id)}/close"
        request = Request("post", path, account=self._caller.account(account))
        intent = Intent("disputes.close", key, request, {"dispute": dispute_id}, Dispute.KEEP)
        return Dispute.parse(await self._caller.perform(intent, wait=wait))

    async def recover(
        self,
        dispute_id: str,
        *,
        key: str,
        debits: Mapping[str, Money] | None = None,
        if_short: IfShort = "stop",
        wait: float = 0.0,
    ) -> Recovery:
        """Take what a chargeback costs the platform back from the sellers whom the payment was shared out to.

        The newest transfers are reversed first, each as far as it goes, until the disputed amount is covered; then
        accounts are debited, if that is asked for. What a broken-off flow has not taken back yet is the platform's
        loss until the same key goes on. A direct charge needs none of it: its dispute is its seller's.

        The platform keeps the fee of a destination charge: Stripe returns none on a dispute, and the seller, who gives
        the whole transfer back, has lost it besides. `charges.return_fee` gives it back.

        A payment can have several disputes, of parts of it or one after the other. Each is recovered by itself, and
        what was recovered for it before, or parked, is not recovered again, whatever the key.

        Args:
            dispute_id: The dispute, of a destination charge or of a separate charge; no inquiry, which takes nothing.
            key: Your own name of this recovery.
            debits: What accounts are debited besides, as for the bank's fee, which their owners have agreed to.
            if_short: What is done where a balance does not cover it: `stop` there until the same key goes on; `bear`
                goes on without it; `park` does so too, and remembers what could not be reversed in `transfers.owed`.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: An argument is wrong, no money has moved, nothing of the payment is with a seller, or all
                that was disputed was taken back before.
            InsufficientBalance: A seller's balance does not cover the share; what went before stands, and the same key
                goes on.
            OutcomeUnknown: It may have been taken back; the same key finds out.
        """
        return await self._recovery(dispute_id, key, debits, if_short).carried_out(self._caller, wait)

    async def plan_recover(
        self,
        dispute_id: str,
        *,
        key: str,
        debits: Mapping[str, Money] | None = None,
        if_short: IfShort = "stop",
    ) -> AsyncPlan[Recovery]:
        """Show what `recover` would send and move; executing the plan is that recovery.

        Args:
            dispute_id: The dispute, of a destination charge or of a separate charge.
            key: Your own name of this recovery.
            debits: What accounts are debited besides, which their owners have agreed to.
            if_short: What is done where a balance does not cover it; see `recover`.

        Raises:
            InvalidRequest: An argument is wrong, no money has moved, or nothing of the payment was shared out.
            Unreachable: There was no usable answer.
        """
        return await self._recovery(dispute_id, key, debits, if_short).planned(self._caller)

    def _recovery(
        self, dispute_id: str, key: str, debits: Mapping[str, Money] | None, if_short: IfShort
    ) -> Flow[Recovery]:
        check_parking(if_short, key)
        checked = {
            checked_id(account, "debits", "acct_"): checked_money(amount, "debits").check_chargeable("debits")
            for account, amount in (debits or {}).items()
        }

        async def work_out() -> Worked:
            return await recovering(self._caller, dispute_id, checked, if_short)

        async def park(recovery: Recovery) -> None:
            """Remember what could not be reversed."""
            await Owing(self._caller).park(key, recovery.uncovered)

        asked = {account: str(amount) for account, amount in checked.items()} or None
        return Flow(
            verb="disputes.recover",
            key=key,
            arguments=given(dispute=dispute_id, debits=asked, if_short=None if if_short == "stop" else if_short),
            work_out=work_out,
            read=partial(Recovery.read, dispute_id),
            finish=park if if_short == "park" else None,
        )

    async def repay(self, dispute_id: str, *, key: str, wait: float = 0.0) -> Repayment:
        """Give sellers back what `recover` has reversed, after the dispute is won.

        Each gets a new transfer from the platform's available balance, for reversals cannot be undone. If the payment
        is disputed again, that is recovered from these transfers.

        Args:
            dispute_id: The dispute, which is won.
            key: Your own name of this repayment.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            InvalidRequest: It is not won, or nothing was taken back for it that sellers do not have again.
            InsufficientBalance: The platform's balance does not cover it; top up, and the same key goes on.
            OutcomeUnknown: It may have been repaid; the same key finds out.
        """
        return await self._repayment(dispute_id, key).carried_out(self._caller, wait)

    async def plan_repay(self, dispute_id: str, *, key: str) -> AsyncPlan[Repayment]:
        """Show what `repay` would send and move; executing the plan is that repayment.

        Args:
            dispute_id: The dispute, which is won.
            key: Your own name of this repayment.

        Raises:
            InvalidRequest: It is not won, or nothing was taken back for it.
            Unreachable: There was no usable answer.
        """
        return await self._repayment(dispute_id, key).planned(self._caller)

    def _repayment(self, dispute_id: str, key: str) -> Flow[Repayment]:
        async def work_out() -> Worked:
            return await repaying(self._caller, dispute_id)

        return Flow(
            verb="disputes.repay",
            key=key,
            arguments={"dispute": dispute_id},
            work_out=work_out,
            read=partial(Repayment.read, dispute_id),
        )


class Disputes(Blocking[AsyncDisputes]):
    """Disputes: answered, accepted, and their cost recovered from sellers."""

    retrieve: Final = blocking(AsyncDisputes.retrieve)
    list: Final = iterating(AsyncDisputes.list)
    due: Final = blocking(AsyncDisputes.due)
    warnings: Final = iterating(AsyncDisputes.warnings)
    warning: Final = blocking(AsyncDisputes.warning)
    stage: Final = blocking(AsyncDisputes.stage)
    submit: Final = blocking(AsyncDisputes.submit)
    close: Final = blocking(AsyncDisputes.close)
    recover: Final = blocking(AsyncDisputes.recover)
    plan_recover: Final = previewing(AsyncDisputes.plan_recover)
    repay: Final = blocking(AsyncDisputes.repay)
    plan_repay: Final = previewing(AsyncDisputes.plan_repay)


def _path(dispute_id: str) -> str:
    return f"/v1/disputes/{checked_id(dispute_id, 'dispute_id', 'du_', 'dp_')}"
