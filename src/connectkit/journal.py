"""The journal: laws of an operation.

Rules of this file. The laws are pure functions over rows and know neither store nor clock: `claimed` says what a new
holder finds, `settled` what a report changes. `Journal` applies them to a store that can only insert if absent and swap
a known version, again and again until the swap was of the latest row. Nothing here knows HTTP.

The law of settling is not the usual fencing rule ("an outcome with an old token is refused"), which forgets payments:
a sender whose lease ran out may still be answered *yes*, and dropping that answer makes the next sender pay again.

- **Success is accepted from anybody**, over any state: an object exists, whoever learns of it. A second, different
  object is a duplicate: `REVIEW`, with both ids.
- **Refusal, doubt and review are accepted from the present holder alone.** A refusal is believed only if its request
  left when every earlier holder had fallen silent for good; otherwise an earlier request may still arrive and succeed,
  so the state stays `UNKNOWN` and the same wire key goes again.
- **A wire key is given up only when Stripe remembers a refusal under it.** Then a new generation begins; any other
  repetition, by whomever, uses the key that was used before.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from attrs import evolve, frozen

from .errors import OperationInProgress, StoreUnavailable
from .ports import World
from .storage.base import AsyncStore, Movements, Successes
from .storage.records import NEVER, Identity, Operation, Realm, State, Stored
from .storage.stamps import held
from .telling import told

_ROUNDS: Final = 100  # a swap lost a hundred times in a row is not a race, it is a broken store


@frozen
class Success:
    """Stripe made or moved it.

    Attributes:
        object_id: What it made.
        answer: The projection to keep, JSON.
        related_id: What came of it besides, as the charge of a payment, or `""`.
    """

    object_id: str
    answer: str
    related_id: str = ""


@frozen
class Refusal:
    """Stripe refused, for certain.

    Attributes:
        sent_at: When the refused request left, by the store's clock.
        spent: Whether Stripe remembers the refusal under this wire key.
        object_id: What lives on nevertheless, or `""`.
        why: The refusal, JSON.
    """

    sent_at: datetime
    spent: bool
    object_id: str
    why: str


@frozen
class Doubt:
    """The holder gives up without knowing.

    Attributes:
        at: When it stopped sending, by the store's clock.
        possible: Whether an effect is possible.
    """

    at: datetime
    possible: bool


@frozen
class Contradiction:
    """A person has to look.

    Attributes:
        why: What contradicts what, JSON.
    """

    why: str


Report: TypeAlias = Success | Refusal | Doubt | Contradiction


def claimable(operation: Operation, now: datetime) -> bool:
    """Tell whether somebody may take the operation up at *now*: it is unfinished or refused, and nobody holds it."""
    return operation.seen(now) in {State.PLANNED, State.UNKNOWN, State.REFUSED}


def claimed(operation: Operation, now: datetime, following: Callable[[Operation], str]) -> Operation:
    """Give the row as the next holder takes it over.

    Args:
        operation: The row, which is claimable.
        now: The store's clock.
        following: Makes the frozen request of the next generation, called only where this one's key is spent.
    """
    taken = held(operation, now)
    if not operation.spent:
        return taken
    return evolve(
        taken,
        generation=operation.generation + 1,
        request=following(operation),
        doubt=False,
        first_sent=now,
        quiet_from=NEVER,
    )


def regenerated(operation: Operation, now: datetime, following: Callable[[Operation], str]) -> Operation:
    """Give the row as its holder goes on under a new wire key; a look-up has proven that the old one did nothing."""
    return evolve(
        operation,
        generation=operation.generation + 1,
        request=following(operation),
        doubt=False,
        first_sent=now,
        quiet_from=NEVER,
    )


def settled(operation: Operation, token: int, report: Report) -> Operation:
    """Give the row as *report* of the holder of *token* leaves it; the row itself where the report does not count."""
    if isinstance(report, Success):
        return _succeeded(operation, report)
    if token != operation.token or operation.state is not State.STARTED:
        return operation
    match report:
        case Refusal():
            return _refused(operation, report)
        case Doubt():
            return _doubted(operation, report)
        case _:
            return evolve(operation, state=State.REVIEW, refusal=report.why)


def _refused(operation: Operation, report: Refusal) -> Operation:
    if report.sent_at < operation.quiet_from:
        return evolve(operation, state=State.UNKNOWN, doubt=True)
    return evolve(
        operation,
        state=State.REFUSED,
        doubt=False,
        spent=report.spent,
        object_id=report.object_id,
        refusal=report.why,
    )


def _doubted(operation: Operation, report: Doubt) -> Operation:
    doubt = operation.doubt or report.possible
    if operation.deferred and not doubt:
        return evolve(operation, state=State.PLANNED)
    quiet = max(operation.quiet_from, report.at)
    return evolve(operation, state=State.UNKNOWN, doubt=doubt, quiet_from=quiet)


def _succeeded(operation: Operation, report: Success) -> Operation:
    known = operation.object_id if operation.state in {State.SUCCEEDED, State.REVIEW} else ""
    if not known:
        return evolve(
            operation,
            state=State.SUCCEEDED,
            object_id=report.object_id,
            related_id=report.related_id or operation.related_id,
            answer=report.answer,
            refusal="",
            doubt=False,
        )
    if known == report.object_id:
        return operation
    why = json.dumps({"duplicates": [known, report.object_id]})
    return evolve(operation, state=State.REVIEW, refusal=why)


@frozen
class Held:
    """An operation that this process may send, and since when by its own clocks.

    Attributes:
        operation: The row as it was granted.
        wall: This process's wall clock just before the store was asked.
        boot: Its boot clock just before the store was asked.
        now: The store's clock when it granted.
        policy: The policy of its realm when it was granted.
    """

    operation: Operation
    wall: datetime
    boot: float
    now: datetime
    policy: str = ""


class Journal:
    """The laws, applied to a store.

    Args:
        store: Where the rows are.
        world: The clocks of this process.
        lease: For how many seconds a claim is given. A send's hard deadline has to be under half of it.
    """

    def __init__(self, store: AsyncStore, world: World, *, lease: float) -> None:
        self.store = store
        self._world = world
        self._lease = lease

    async def begin(self, draft: Operation, following: Callable[[Operation], str]) -> Held | Stored:
        """Claim an operation, or give the row of somebody else's, or of one that is settled.

        Of any number of callers exactly one is given the claim. The intent is durable when this returns.

        Raises:
            StoreUnavailable: The store could not be reached; nothing may be sent.
        """
        wall, boot = self._world.now(), self._world.boot()
        found = await self.store.insert(draft, self._lease)
        if found.inserted:
            return Held(found.operation, wall, boot, found.now, found.policy)
        if found.operation.fingerprint != draft.fingerprint:
            return found
        if not found.operation.request:
            found = evolve(found, operation=_refilled(found.operation, draft, following))
        return await self._claim(found, following)

    async def due(self, realm: Realm) -> Held | None:
        """Claim the deferred operation of *realm* that is to be sent next; `None` if there is none.

        Raises:
            StoreUnavailable: The store could not be reached; nothing may be sent.
        """
        wall, boot = self._world.now(), self._world.boot()
        found = await self.store.due(realm, self._lease)
        return None if found is None else Held(found.operation, wall, boot, found.now, found.policy)

    async def postpone(self, identity: Identity, seconds: float) -> None:
        """Let no worker send an operation for a while; if somebody is changing it just now, it is his to say."""
        found = await self._again(identity)
        due = found.now + timedelta(seconds=seconds)
        await self.store.swap(evolve(found.operation, due=due), None, durable=False)

    async def decide(self, identity: Identity, decision: Callable[[Operation], Operation]) -> Operation:
        """Change an operation that nobody is sending as a person has decided, durably.

        Raises:
            OperationInProgress: Somebody is sending it now.
        """
        for _ in range(_ROUNDS):
            found = await self._again(identity)
            if found.operation.seen(found.now) is State.STARTED:
                message = "Somebody else is sending this operation now."
                raise OperationInProgress(message, key=identity.key, next_step="Decide when its lease has ended.")
            changed = decision(found.operation)
            tell = told(changed, found.now)
            swapped = await self.store.swap(changed, None, durable=True, tell=tell)
            if swapped is not None:
                return swapped.operation
        raise _unstable()

    async def policy(self, realm: Realm) -> str:
        """Give the policy of *realm*, as it is now."""
        return await self.store.policy(realm)

    async def set_policy(self, realm: Realm, change: Callable[[str], str]) -> str:
        """Change the policy of *realm* durably, and give it."""
        for _ in range(_ROUNDS):
            before = await self.store.policy(realm)
            after = change(before)
            if await self.store.set_policy(realm, before, after):
                return after
        raise _unstable()

    async def moved(self, movements: Movements) -> int:
        """Sum what was moved."""
        return await self.store.moved(movements)

    async def purge(self, realm: Realm, before: datetime, account: str) -> int:
        """Forget what is personal of what ended before a time, and give how many rows that changed.

        Events are known by mode and account alone: with no account, all of the store's are forgotten.
        """
        mode = "live" if realm.livemode else "test"
        events = await self.store.forget(before, f"{mode}/{account}" if account else "")
        return events + await self.store.purge(realm, before, account)

    async def get(self, identity: Identity) -> Stored | None:
        """Give the row of an operation, or `None`."""
        return await self.store.get(identity)

    async def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations of *realm* in these states, the oldest first; see `OperationStore.listed`."""
        return await self.store.listed(realm, states, limit, account, after)

    async def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return await self.store.related(realm, objects)

    async def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        return await self.store.succeeded(successes, limit)

    async def _claim(self, found: Stored, following: Callable[[Operation], str]) -> Held | Stored:
        for _ in range(_ROUNDS):
            if not claimable(found.operation, found.now):
                return found
            wall, boot = self._world.now(), self._world.boot()
            changed = claimed(found.operation, found.now, following)
            swapped = await self.store.swap(changed, self._lease, durable=True)
            if swapped is not None:
                return Held(swapped.operation, wall, boot, swapped.now, swapped.policy)
            found = await self._again(found.operation.identity)
        raise _unstable()

    def remaining(self, held: Held) -> float:
        """Give the seconds for which this process may still send, by the stricter of its clocks.

        A process that was suspended finds its lease ended when it wakes, by the wall clock or by the boot clock.
        """
        return self._lease - self._elapsed(held)

    def store_time(self, held: Held) -> datetime:
        """Give the store's clock as it must be now."""
        return held.now + timedelta(seconds=self._elapsed(held))

    def _elapsed(self, held: Held) -> float:
        wall = (self._world.now() - held.wall).total_seconds()
        return max(wall, self._world.boot() - held.boot)

    async def renew(self, held: Held) -> Held | None:
        """Extend the lease before another send; `None` if the operation is not this holder's any more."""
        return await self._changed(held.operation)

    async def regenerate(self, held: Held, following: Callable[[Operation], str]) -> Held | None:
        """Go on under a new wire key, once a look-up has proven that the old one did nothing."""
        return await self._changed(regenerated(held.operation, self.store_time(held), following))

    async def _changed(self, operation: Operation) -> Held | None:
        wall, boot = self._world.now(), self._world.boot()
        swapped = await self.store.swap(operation, self._lease, durable=True)
        return None if swapped is None else Held(swapped.operation, wall, boot, swapped.now, swapped.policy)

    async def settle(self, held: Held, report: Report) -> Operation:
        """Record what became of a send, and give the row as it now is.

        The outcome need not survive a loss of power: losing it costs a replay or a look-up.
        """
        operation = held.operation
        for _ in range(_ROUNDS):
            changed = settled(operation, held.operation.token, report)
            if changed is operation:
                return operation
            tell = told(changed, self.store_time(held))
            swapped = await self.store.swap(changed, None, durable=False, tell=tell)
            if swapped is not None:
                return swapped.operation
            operation = (await self._again(operation.identity)).operation
        raise _unstable()

    async def _again(self, identity: Identity) -> Stored:
        found = await self.store.get(identity)
        if found is None:
            message = "The store lost an operation that it had acknowledged."
            raise StoreUnavailable(message, next_step="Restore the store from its backup before anything is sent.")
        return found


def _refilled(purged: Operation, draft: Operation, following: Callable[[Operation], str]) -> Operation:
    """Give a row whose bodies were purged the request back that it had, from the one that its caller brings again."""
    if not purged.generation:
        return evolve(purged, request=draft.request)
    before = evolve(purged, request=draft.request, generation=purged.generation - 1)
    return evolve(purged, request=following(before))


def _unstable() -> StoreUnavailable:
    message = f"The store gave no stable row in {_ROUNDS} rounds."
    return StoreUnavailable(message, next_step="Look at the store: somebody changes this operation without end.")
