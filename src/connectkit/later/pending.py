"""How a verb of a room becomes one that writes down instead of sending, and what it gives: a `Pending`."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from connectkit.calls.caller import Caller
from connectkit.calls.planning import Planned, Planning, Watching
from connectkit.drive import presented, run
from connectkit.storage.records import Identity, Operation

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")
T_co = TypeVar("T_co", covariant=True)


class _Plan(Generic[T_co]):
    """Something that was written down, and how to ask for what became of it."""

    def __init__(self, operation: Operation, ask: Callable[[float], Coroutine[Any, Any, T_co]]) -> None:
        self.operation = operation
        self._ask = ask

    @property
    def key(self) -> str:
        """Your own name of it."""
        return self.operation.identity.key

    @property
    def identity(self) -> Identity:
        """Its full name in the store."""
        return self.operation.identity

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.operation.verb} {self.key}>"


class Pending(_Plan[T_co]):
    """Something that workers will send once your transaction is committed.

    Attributes:
        operation: The row, as it was written.
    """

    def result(self, *, wait: float = 0.0) -> T_co:
        """Give what came of it; nothing is sent by asking.

        Args:
            wait: For how many seconds to wait for a worker.

        Raises:
            OperationInProgress: It has not ended yet.
            Refused: Stripe said no.
            ReviewNeeded: A person has to look.
            OperationError: It is not in the store: its transaction has not been committed.
        """
        return run(self._ask(wait))


class AsyncPending(_Plan[T_co]):
    """Something that workers will send once your transaction is committed.

    Attributes:
        operation: The row, as it was written.
    """

    async def result(self, *, wait: float = 0.0) -> T_co:
        """Give what came of it; nothing is sent by asking. See `Pending.result`."""
        return await self._ask(wait)


class Room(Generic[S]):
    """A room whose verbs write down instead of sending."""

    def __init__(self, source: Callable[[Caller], S], planning: Planning, watching: Watching) -> None:
        self._source = source
        self._planning = planning
        self._watching = watching

    async def _planned(
        self,
        method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[Operation, Callable[[float], Coroutine[Any, Any, T]]]:
        def ask(wait: float) -> Coroutine[Any, Any, T]:
            waiting: Callable[..., Coroutine[Any, Any, T]] = method
            return waiting(self._source(self._watching), *args, **{**kwargs, "wait": wait})

        try:
            await method(self._source(self._planning), *args, **kwargs)
        except Planned as planned:
            return planned.operation, ask
        message = f"{method.__qualname__} does nothing that could be deferred."
        raise TypeError(message)


def deferred(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Room[S], P], Pending[T]]:
    """Adopt a verb of an asynchronous room as one that writes down, blocking."""

    def call(self: Room[S], /, *args: P.args, **kwargs: P.kwargs) -> Pending[T]:
        operation, ask = run(self._planned(method, *args, **kwargs))  # the room's own
        return Pending(operation, ask)

    return presented(call, method, Pending)


def adeferred(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Room[S], P], Coroutine[Any, Any, AsyncPending[T]]]:
    """Adopt a verb of an asynchronous room as one that writes down, in asyncio."""

    async def call(self: Room[S], /, *args: P.args, **kwargs: P.kwargs) -> AsyncPending[T]:
        operation, ask = await self._planned(method, *args, **kwargs)  # the room's own
        return AsyncPending(operation, ask)

    return presented(call, method, AsyncPending)
