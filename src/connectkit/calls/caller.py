"""The caller: what resources ask for, named, written down and brought to an end.

Resources say what they want as an `Intent` or a plan of `Step`s; what happens between that and Stripe is the business
of this folder alone.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve, frozen

from connectkit.errors import AccountNotReady, ConnectKitError, InsufficientBalance, InvalidRequest, Refused
from connectkit.journal import Doubt, Held, Refusal, Success
from connectkit.models.accounts import Account
from connectkit.models.base import Answer, Data, Receipt
from connectkit.models.observations import ACCOUNTS, Observation
from connectkit.policies import Policy
from connectkit.ports import World
from connectkit.requests import Params, Request, checked_id, checked_key, compact, fingerprint
from connectkit.sellers.gates import can
from connectkit.storage.base import Successes
from connectkit.storage.records import Identity, Note, Operation, Realm, State, Stored

from . import plans
from .endings import conflict, in_progress, overtaken, purged, replayed, review, tried
from .frozen import Frozen, projected, sealed
from .gating import movements
from .keys import named
from .moving import moving
from .performer import Performer, following
from .plans import PlannedStep, Step
from .refusals import written
from .sender import Sender
from .settling import Harmless, endpoint_of

__all__ = ["Caller", "Intent", "Owner", "Step"]

_PAGE: Final = 500  # notes read at a time
_POLL: Final = 0.1  # seconds between two looks at an operation that somebody else is sending


@frozen
class Intent:
    """Something that creates or moves, named by the caller.

    Attributes:
        verb: What it does, as `payouts.create`.
        key: The caller's name of it.
        request: What it sends; version, wire key and mark are added here.
        arguments: What was asked for, as JSON values: the fingerprint is over these, never over the wire body.
        keep: The fields of the answer that the journal stores.
        personal: Dotted paths of the parameters that hold personal data; the journal stores a hash of each.
    """

    verb: str
    key: str
    request: Request
    arguments: Params
    keep: tuple[str, ...]
    personal: tuple[str, ...] = ()


class Owner:
    """Whose operations these are: tenant, platform account and mode.

    Args:
        sender: Reads the platform's account, once, where it is not given.
        tenant: One of several tenants of this platform, or `""`.
        platform: The platform's own account id, or `None` to ask Stripe.
        livemode: Whether real money moves.
        site: Where Stripe's pages for sellers are, without a slash at the end.
    """

    def __init__(self, sender: Sender, *, tenant: str, platform: str | None, livemode: bool, site: str) -> None:
        self.livemode = livemode
        self.site = site
        self._sender = sender
        self._tenant = tenant
        self._platform = platform

    async def platform(self) -> str:
        """Give the platform's own account id."""
        if self._platform is None:
            answer = await self._sender.read(Request("get", "/v1/account"), "to read the platform's own account")
            self._platform = str(answer.data["id"])
        return self._platform

    async def realm(self) -> Realm:
        """Give within what the names of operations are unique."""
        return Realm(self._tenant, await self.platform(), self.livemode)

    async def identity(self, key: str) -> Identity:
        """Give the full name of the operation that the caller names *key*."""
        return Identity(self._tenant, await self.platform(), self.livemode, checked_key(key))


class Caller:
    """Brings what resources ask for to an end.

    Args:
        performer: Brings claimed operations to an end.
        world: The colour.
        owner: Whose operations these are.
        version: The version of Stripe's API that requests are frozen with.
        scope: The connected account that is meant where none is named, or `None` for the platform.
        gated: Whether what an account is known not to be able to do is refused before it is sent.
    """

    def __init__(
        self,
        performer: Performer,
        world: World,
        owner: Owner,
        *,
        version: str,
        scope: str | None = None,
        gated: bool = False,
    ) -> None:
        self.performer = performer
        self.world = world
        self.owner = owner
        self.version = version
        self.scope = scope
        self.gated: bool = gated
        self._journal = performer.journal
        self._sender = performer.sender

    def scoped(self, scope: str | None) -> Caller:
        """Give the same caller for a connected account, or for the platform."""
        return Caller(self.performer, self.world, self.owner, version=self.version, scope=scope, gated=self.gated)

    def account(self, given: str | None) -> str | None:
        """Give the connected account that is meant: the one that is *given*, or that of the scope.

        Raises:
            InvalidRequest: It is given, and is no id of an account.
        """
        return self.scope if given is None else checked_id(given, "account", "acct_")

    async def perform(self, intent: Intent, *, wait: float = 0.0) -> Answer:
        """Bring an intent to an end, once.

        The same key and arguments again give the stored answer, without a request.

        Args:
            intent: What is wanted.
            wait: For how many seconds to wait for somebody who is sending it now.

        Raises:
            InvalidRequest: The key is malformed.
            OperationConflict: The key names another request.
            OperationInProgress: Somebody else is still sending it.
            ConnectKitError: As in `Performer.perform`.
        """
        draft = await self.drafted(intent)
        if self.gated and await self._journal.get(draft.identity) is None:
            await self._check_accounts(intent.request, intent.verb)
        return await self._brought_to_an_end(draft, self._named(draft.identity, intent.request).params, wait)

    async def drafted(self, intent: Intent) -> Operation:
        """Give an intent as it is written down.

        Raises:
            InvalidRequest: The key is malformed.
        """
        identity = await self.owner.identity(intent.key)
        frozen = Frozen(sealed(self._named(identity, intent.request), intent.personal), intent.keep)
        return moving(
            self._draft(identity, intent.verb, intent.arguments, intent.request.account, frozen.dumps()),
            intent.request,
        )

    async def flow(
        self,
        *,
        verb: str,
        key: str,
        arguments: Params,
        plan: Callable[[], Awaitable[Sequence[Step]]],
        wait: float = 0.0,
    ) -> Sequence[Answer]:
        """Bring a flow of several calls to an end, each of them once.

        The plan is worked out and frozen on the first call; the same key again resumes it where it stopped.

        Args:
            verb: What the flow does, as `charges.separate.settle`.
            key: The caller's name of it.
            arguments: What was asked for, as JSON values.
            plan: Works the plan out; it may read, and nothing else.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            ConnectKitError: As in `perform`; what the steps before did stands, and the same key goes on from there.
        """
        draft = await self.drafted_flow(verb=verb, key=key, arguments=arguments, plan=plan)
        claim = await self._claim(draft, wait)
        return stored_answers(claim) if isinstance(claim, Operation) else await self._follow(claim, wait)

    async def carry_out(self, draft: Operation, *, wait: float) -> Sequence[Answer]:
        """Bring a flow to an end as it was drafted, and in no other way.

        Args:
            draft: The flow, from `drafted_flow`.
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            OperationConflict: The key was given to another plan in the meantime.
            ConnectKitError: As in `flow`.
        """
        claim = await self._claim(draft, wait)
        found = claim.operation if isinstance(claim, Held) else claim
        if found.request not in {"", draft.request}:
            error = overtaken(found)
            if isinstance(claim, Held):
                await self._journal.settle(claim, self._interrupted(claim, error))
            raise error
        return stored_answers(claim) if isinstance(claim, Operation) else await self._follow(claim, wait)

    async def drafted_flow(
        self, *, verb: str, key: str, arguments: Params, plan: Callable[[], Awaitable[Sequence[Step]]]
    ) -> Operation:
        """Give a flow as it is written down: with the plan that was frozen before, or a new one."""
        identity = await self.owner.identity(key)
        known = await self._journal.get(identity)
        text = known.operation.request if known else ""
        if not text and not (known and known.operation.state is State.SUCCEEDED):
            text = await self._worked_out(identity, plan)
        return self._draft(identity, verb, arguments, None, text)

    async def _worked_out(self, identity: Identity, plan: Callable[[], Awaitable[Sequence[Step]]]) -> str:
        """Work a plan out; where somebody else is carrying the flow out by now, the state may forbid another one."""
        try:
            steps = await plan()
            for step in steps if self.gated else ():
                await self._check_accounts(step.request, step.verb)
            return plans.dumps([self._planned(identity, step) for step in steps])
        except InvalidRequest:
            known = await self._journal.get(identity)
            if known is None:
                raise
            return known.operation.request

    async def outstanding(self, key: str) -> Sequence[Request]:
        """Give the calls of a flow that were not done yet, as they were planned."""
        identity = await self.owner.identity(key)
        known = await self._journal.get(identity)
        calls = (plans.loads(known.operation.request) if known else None) or ()
        found: list[Request] = []
        for step in calls:
            leaf = await self._journal.get(evolve(identity, step=step.name))
            if leaf is None or leaf.operation.state is not State.SUCCEEDED:
                found.append(step.frozen.request)
        return found

    async def resume(self, operation: Operation) -> Sequence[Answer]:
        """Go on with an operation that somebody left unfinished, without that caller's code.

        Gives one answer for each call of a flow, and one for a single call.

        Raises:
            ConnectKitError: As in `perform`.
        """
        if not operation.request and operation.state is not State.SUCCEEDED:
            message = "What this operation was to send has been purged: only its caller can bring it again."
            raise InvalidRequest(message, next_step="Call the verb with the same key and arguments.")
        claim = await self._claim(operation, wait=0.0)
        if isinstance(claim, Operation):
            return stored_answers(claim)
        return await self.carry(claim)

    async def carry(self, claim: Held) -> Sequence[Answer]:
        """Bring a claimed operation to its end, of whatever kind it is.

        Raises:
            ConnectKitError: As in `perform`.
        """
        if plans.loads(claim.operation.request) is None:
            return [await self.performer.perform(claim, {})]
        return await self._follow(claim, wait=0.0)

    async def listed(
        self, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List the operations in these states, the oldest first; see `OperationStore.listed`."""
        return await self._journal.listed(await self.owner.realm(), states, limit, account, after)

    async def related(self, objects: Collection[str]) -> Sequence[Stored]:
        """List the operations that made objects, or whose own belong to them; see `OperationStore.related`."""
        return await self._journal.related(await self.owner.realm(), objects)

    async def succeeded(
        self, since: datetime, until: datetime, limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        """List operations that succeeded, in the order in which they did; see `OperationStore.succeeded`."""
        realm = await self.owner.realm()
        return await self._journal.succeeded(
            Successes(realm=realm, since=since, until=until, account=account, after=after), limit
        )

    async def due(self) -> Held | None:
        """Claim the deferred operation that is to be sent next."""
        return await self._journal.due(await self.owner.realm())

    async def policy(self) -> Policy:
        """Give the policy that holds now."""
        return Policy.loads(await self._journal.policy(await self.owner.realm()))

    async def checked_policy(self) -> Policy:
        """Give the policy that holds now, of the store that the fleet agreed on.

        Raises:
            StoreRestored: The store is of another epoch.
        """
        policy = await self.policy()
        self.performer.gatekeeper.check_store(policy, "to send what is due")
        return policy

    async def change_policy(self, change: Callable[[Policy], Policy]) -> Policy:
        """Change the policy for the whole fleet, and give it."""
        realm = await self.owner.realm()
        return Policy.loads(await self._journal.set_policy(realm, lambda text: change(Policy.loads(text)).dumps()))

    async def note(self, topic: str, name: str) -> Note:
        """Give a note, empty and of version 0 if there is none."""
        realm = await self.owner.realm()
        return await self._journal.store.note(realm, topic, name) or Note(realm, topic, name, "")

    async def set_note(self, note: Note) -> bool:
        """Replace a note, if it still has the version that *note* carries, and say whether it had."""
        return await self._journal.store.set_note(note)

    async def notes(self, topic: str) -> AsyncGenerator[Note, None]:
        """Go through the notes of a topic, by name."""
        realm, after, page = await self.owner.realm(), "", _PAGE
        while page == _PAGE:
            found = await self._journal.store.notes(realm, topic, after, _PAGE)
            for note in found:
                yield note
                after = note.name
            page = len(found)

    async def purge(self, before: datetime, account: str) -> int:
        """Forget what is personal of what ended before a time, and give how many rows that changed."""
        return await self._journal.purge(await self.owner.realm(), before, account)

    async def read(self, request: Request, verb: str) -> Answer:
        """Read something."""
        return await self._sender.read(self._versioned(request), verb)

    async def undecoded(self, request: Request, verb: str) -> bytes:
        """Read something, and give the answer as it came."""
        return await self._sender.undecoded(self._versioned(request), verb)

    async def update(self, request: Request, verb: str) -> Answer:
        """Set a state: sending it again changes nothing, so that it needs no name."""
        return await self._harmless(request, verb, Harmless.REPEATABLE)

    async def mint(self, request: Request, verb: str) -> Answer:
        """Make a link or a secret that is worth nothing once it is lost: it needs no name and is never stored."""
        return await self._harmless(request, verb, Harmless.MINT)

    async def once(self, request: Request, verb: str) -> Answer:
        """Send what a repetition would spoil, a single time; the caller sees to it that nobody else does."""
        return await self._sender.once(self._versioned(request), verb)

    def pages(self, request: Request, verb: str) -> AsyncGenerator[Data, None]:
        """Go through every item of a list, followed to its end."""
        return self._sender.pages(self._versioned(request), verb)

    async def _harmless(self, request: Request, verb: str, kind: Harmless) -> Answer:
        if endpoint_of(request).settling is not kind:
            message = f"{request.path} is not {kind.value}: it has to be named by a key."
            raise InvalidRequest(message, param="path")
        return await self._sender.read(self._versioned(request), verb)

    async def _check_accounts(self, request: Request, verb: str) -> None:
        """Refuse what an account cannot do, by how it was seen last and, if that forbids it, by how it is now.

        Raises:
            AccountNotReady: The account cannot do it now.
        """
        for account_id, movement in movements(request):
            seen = (await self.note(ACCOUNTS, account_id)).text
            if not seen or not Observation.loads(seen).blocked:
                continue
            read = Request("get", f"/v1/accounts/{account_id}")
            permission = can(Account.parse(await self.read(read, verb)), movement)
            if not permission:
                raise AccountNotReady(permission.why, status=0, tried=verb, next_step=permission.next_step)

    def _versioned(self, request: Request) -> Request:
        return evolve(request, version=self.version)

    def _named(self, identity: Identity, request: Request) -> Request:
        return named(identity, request, 0, version=self.version, marks=endpoint_of(request).marks)

    def _planned(self, identity: Identity, step: Step) -> PlannedStep:
        leaf = evolve(identity, step=step.name)
        frozen = Frozen(self._named(leaf, step.request), step.keep)
        of_step = (step.currency, step.effects, step.fees, step.short, step.after, step.waits_on)
        return PlannedStep(step.name, step.verb, frozen, *of_step)

    def _draft(self, identity: Identity, verb: str, arguments: Params, account: str | None, text: str) -> Operation:
        return Operation(identity, verb, fingerprint(verb, arguments, account), text)

    async def _brought_to_an_end(self, draft: Operation, brought: Params, wait: float) -> Answer:
        claim = await self._claim(draft, wait)
        if isinstance(claim, Operation):
            return replayed(claim) if claim.answer else await self.fetched(claim, Frozen.loads(draft.request))
        return await self.performer.perform(claim, brought)

    async def fetched(self, operation: Operation, frozen: Frozen) -> Answer:
        """Read the object of an operation whose answer was purged."""
        request = endpoint_of(frozen.request).reading(frozen.request, operation.object_id)
        data = (await self._sender.read(request, tried(operation))).data
        receipt = Receipt(replayed=True, as_of=operation.updated)
        return Answer(data=projected(data, frozen.keep), receipt=receipt)

    async def _claim(self, draft: Operation, wait: float) -> Held | Operation:
        """Claim an operation, or give the row of one that has succeeded."""
        self._sender.check_clock(tried(draft))
        until = self.world.boot() + wait
        while True:
            found = await self._journal.begin(draft, following)
            if isinstance(found, Held):
                return found
            operation = found.operation
            if operation.fingerprint != draft.fingerprint:
                raise conflict(operation, draft)
            if operation.state is State.SUCCEEDED:
                return operation
            if operation.state is State.REVIEW:
                raise review(operation)
            if self.world.boot() >= until:
                raise in_progress(operation)
            await self.world.sleep(_POLL)

    async def _follow(self, claim: Held, wait: float) -> Sequence[Answer]:
        """Carry out a frozen plan, step by step; those that are done already answer from the journal."""
        answers: list[Answer] = []
        kept: list[Data] = []
        missed: set[str] = set()
        for step in plans.loads(claim.operation.request) or ():
            if step.after in missed:
                continue
            claim = await self.performer.held_on(claim)
            try:
                answer = await self._step(claim.operation.identity, step, wait)
            except ConnectKitError as error:
                if step.short is None or not isinstance(error, InsufficientBalance):
                    await self._journal.settle(claim, self._interrupted(claim, error))
                    raise
                missed.add(step.name)
                answers.append(Answer(data=step.short))
                kept.append(step.short)
                continue
            answers.append(answer)
            kept.append(projected(answer.data, step.frozen.keep))
        await self._journal.settle(claim, Success(str(kept[0]["id"]), compact(kept)))
        return answers

    async def _step(self, parent: Identity, step: PlannedStep, wait: float) -> Answer:
        request = step.frozen.request
        draft = self._draft(
            evolve(parent, step=step.name), step.verb, request.params, request.account, step.frozen.dumps()
        )
        draft = moving(draft, request, step.currency)
        return await self._brought_to_an_end(draft, {}, wait)

    def _interrupted(self, claim: Held, error: ConnectKitError) -> Refusal | Doubt:
        now = self._journal.store_time(claim)
        if isinstance(error, Refused):
            return Refusal(now, spent=False, object_id="", why=written(error))
        return Doubt(now, possible=True)


class OtherCaller(Caller):
    """A caller that does something else with what another one would send.

    Args:
        caller: Whose operations these are.
    """

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller.performer, caller.world, caller.owner, version=caller.version, scope=caller.scope)

    async def kept_whole(self, intent: Intent, so_that: str, instead: str) -> Operation:
        """Give an intent as it is written down, which has to be all that is needed to send it.

        Args:
            intent: What is wanted.
            so_that: What could not be done otherwise.
            instead: What to do then.

        Raises:
            InvalidRequest: It holds personal data, which the store never does.
        """
        draft = await self.drafted(intent)
        if Frozen.loads(draft.request).has_seals:
            message = f"This holds personal data, which the journal does not keep, so that {so_that}."
            raise InvalidRequest(message, next_step=instead)
        return draft


def stored_answers(operation: Operation) -> Sequence[Answer]:
    """Give the answers of an operation that was done before, one for each call.

    Raises:
        AnswerPurged: They are not kept any more.
    """
    if not operation.answer:
        raise purged(operation)
    receipt = Receipt(replayed=True, as_of=operation.updated)
    stored: Data | list[Data] = json.loads(operation.answer)
    return [Answer(data=data, receipt=receipt) for data in (stored if isinstance(stored, list) else [stored])]
