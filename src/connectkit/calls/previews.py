"""Plans: a flow is worked out, shown, and carried out later exactly as it was shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from attrs import field, frozen

from connectkit.drive import Blocking, presented, run
from connectkit.errors import InsufficientBalance
from connectkit.models.base import Answer
from connectkit.models.plans import Outlook, Risk
from connectkit.requests import Params

from . import plans
from .caller import Caller
from .foreseeing import foreseen
from .plans import Step

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")


@frozen(kw_only=True)
class AsyncPlan(Outlook, Generic[T]):
    """What a flow would do; nothing has moved yet.

    `str()` shows it as a table, and a notebook as well.
    """

    _carry_out: Callable[[float], Coroutine[Any, Any, T]] = field(eq=False, repr=False, alias="carry_out")

    async def execute(self, *, wait: float = 0.0) -> T:
        """Carry it out, exactly as it is shown and under its key; the same key again gives the same answer.

        Args:
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            OperationConflict: The key was given to another plan in the meantime.
            ConnectKitError: As in the verb that was planned.
        """
        return await self._carry_out(wait)


@frozen(kw_only=True)
class Plan(Outlook, Generic[T]):
    """What a flow would do; nothing has moved yet.

    `str()` shows it as a table, and a notebook as well.
    """

    _carry_out: Callable[[float], Coroutine[Any, Any, T]] = field(eq=False, repr=False, alias="carry_out")

    def execute(self, *, wait: float = 0.0) -> T:
        """Carry it out, exactly as it is shown and under its key; the same key again gives the same answer.

        Args:
            wait: For how many seconds to wait for somebody who is at it now.

        Raises:
            OperationConflict: The key was given to another plan in the meantime.
            ConnectKitError: As in the verb that was planned.
        """
        return run(self._carry_out(wait))


def previewing(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, AsyncPlan[T]]],
) -> Callable[Concatenate[Blocking[S], P], Plan[T]]:
    """Adopt a verb that plans, as a blocking one."""

    def call(self: Blocking[S], /, *args: P.args, **kwargs: P.kwargs) -> Plan[T]:
        return _face(run(method(self._source, *args, **kwargs)))  # the face's own source

    return presented(call, method, Plan)


def _face(plan: AsyncPlan[T]) -> Plan[T]:
    carry_out = plan._carry_out  # noqa: SLF001  # its other colour
    return Plan(verb=plan.verb, key=plan.key, steps=plan.steps, risks=plan.risks, carry_out=carry_out)


@frozen(kw_only=True)
class Worked:
    """A flow, worked out from how things stand.

    Attributes:
        steps: Its calls, in order.
        risks: What can go otherwise, besides a balance that is short.
    """

    steps: Sequence[Step]
    risks: tuple[Risk, ...] = ()


@frozen(kw_only=True)
class Flow(Generic[T]):
    """A flow that can be carried out at once, or planned and shown.

    Attributes:
        verb: What it does, as `charges.separate.refund`.
        key: The caller's name of it.
        arguments: What was asked for, as JSON values.
        work_out: Works its calls out; it may read, and nothing else.
        read: Reads what comes of it.
        explain: Gives a better error where a balance did not cover it, or `None`.
        finish: Writes down what follows from it; doing so again changes nothing.
    """

    verb: str
    key: str
    arguments: Params
    work_out: Callable[[], Awaitable[Worked]]
    read: Callable[[Sequence[Answer]], T]
    explain: Callable[[InsufficientBalance], Awaitable[InsufficientBalance | None]] | None = None
    finish: Callable[[T], Awaitable[None]] | None = None

    async def carried_out(self, caller: Caller, wait: float) -> T:
        """Carry it out now."""

        async def plan() -> Sequence[Step]:
            return (await self.work_out()).steps

        flow = caller.flow(verb=self.verb, key=self.key, arguments=self.arguments, plan=plan, wait=wait)
        return await self._ended(flow)

    async def planned(self, caller: Caller) -> AsyncPlan[T]:
        """Give its plan: the one that is frozen in the journal, if it was begun before."""
        risks: list[Risk] = []

        async def plan() -> Sequence[Step]:
            worked = await self.work_out()
            risks.extend(worked.risks)
            return worked.steps

        draft = await caller.drafted_flow(verb=self.verb, key=self.key, arguments=self.arguments, plan=plan)
        steps = plans.loads(draft.request) or () if draft.request else ()

        def carry_out(wait: float) -> Coroutine[Any, Any, T]:
            """Carry out what was drafted."""
            return self._ended(caller.carry_out(draft, wait=wait))

        calls, short = await foreseen(caller, steps)
        return AsyncPlan(verb=self.verb, key=self.key, steps=calls, risks=(*risks, *short), carry_out=carry_out)

    async def _ended(self, going: Awaitable[Sequence[Answer]]) -> T:
        try:
            result = self.read(await going)
        except InsufficientBalance as refused:
            explained = None if self.explain is None else await self.explain(refused)
            if explained is None:
                raise
            raise explained from refused
        if self.finish is not None:
            await self.finish(result)
        return result
