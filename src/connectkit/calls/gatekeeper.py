"""Before a send: is it still allowed, and does the store remember everything?

Brakes are the platform's own; an epoch tells a store that was restored from a backup, and has forgotten, from the one
that the fleet agreed on.
"""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from connectkit.errors import Braked, StoreRestored
from connectkit.journal import Held, Journal
from connectkit.money import Money
from connectkit.policies import Limit, Policy
from connectkit.requests import Request
from connectkit.storage.base import Movements
from connectkit.storage.records import Operation

from .endings import tried

_RELEASE = "See connect.brakes, and call again with the same key when it may go."


@frozen
class Gatekeeper:
    """Lets pass what the policy of a realm allows.

    Attributes:
        journal: Where the policy and what was moved are known.
        epoch: The epoch that the fleet agreed on; `None` where nobody did.
    """

    journal: Journal
    epoch: int | None

    async def check(self, held: Held, request: Request) -> Policy:
        """Check a claim before its first send, and give the policy that it was checked against.

        Raises:
            Braked: A brake forbids it.
            StoreRestored: The store is of another epoch than the fleet agreed on.
        """
        policy = Policy.loads(held.policy)
        operation = held.operation
        self.check_store(policy, tried(operation))
        _check_brakes(policy, operation, request)
        for limit in policy.brakes.limits:
            if limit.concerns(operation.verb, operation.account, operation.currency):
                await self._check_limit(limit, operation, self.journal.store_time(held))
        return policy

    async def check_again(self, operation: Operation) -> None:
        """Check before a repetition that nobody has pulled the stop since.

        Raises:
            Braked: Somebody has.
        """
        policy = Policy.loads(await self.journal.policy(operation.identity.realm))
        _check_stop(policy, operation)

    def check_store(self, policy: Policy, trying: str) -> None:
        """Check that the store is the one that the fleet agreed on.

        Raises:
            StoreRestored: It is of another epoch.
        """
        if self.epoch is not None and policy.epoch != self.epoch:
            message = f"The store is of epoch {policy.epoch}, and the fleet agreed on {self.epoch}."
            step = "If it was restored from a backup, run operations.rebuild; if not, correct the fleet's epoch."
            raise StoreRestored(message, tried=trying, next_step=step)

    async def _check_limit(self, limit: Limit, operation: Operation, now: datetime) -> None:
        total = operation.amount
        if limit.per == "day":
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            movements = Movements(
                realm=operation.identity.realm,
                currency=operation.currency,
                verbs=limit.verbs,
                since=midnight,
                account=operation.account if limit.account else "",
            )
            total = await self.journal.moved(movements)
        if total > limit.amount.amount:
            wanted = Money(total, operation.currency)
            message = f"A limit allows {limit.amount} per {limit.per}; with this it would be {wanted}."
            raise Braked(message, brake="limit", tried=tried(operation), next_step=_RELEASE)


def _check_stop(policy: Policy, operation: Operation) -> None:
    if policy.brakes.stopped:
        message = f"Everything is stopped: {policy.brakes.stopped}."
        raise Braked(message, brake="stop", tried=tried(operation), next_step=_RELEASE)


def _check_brakes(policy: Policy, operation: Operation, request: Request) -> None:
    _check_stop(policy, operation)
    allowed = policy.brakes.destinations
    if allowed is not None and operation.account and operation.account not in allowed:
        message = f"{operation.account} is not among the allowed destinations."
        raise Braked(message, brake="destination", tried=tried(operation), next_step=_RELEASE)
    if policy.brakes.dry_run:
        amount = f" of {Money(operation.amount, operation.currency)}" if operation.currency else ""
        message = f"This is a dry run: {request.method.upper()} {request.path}{amount} was not sent."
        raise Braked(message, brake="dry_run", tried=tried(operation), next_step=_RELEASE)
