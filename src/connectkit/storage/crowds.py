"""Writes of one event loop that come while another is being made: made together in one thread, in one commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from connectkit.errors import InvalidRequest

from .base import SharingStore
from .records import Delivery

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")


class _Turn(Generic[T]):
    """One write, and who waits for it."""

    def __init__(self, write: Callable[[], T], waiting: asyncio.Future[T]) -> None:
        self._write = write
        self._waiting = waiting
        self._ended: Callable[[], object] = waiting.cancel

    def __call__(self) -> None:
        """Write; the caller's own mistake is nobody else's."""
        try:
            self.succeed(self._write())
        except InvalidRequest as error:
            mistake = error  # Python forgets *error* itself after this block
            self._ended = lambda: self._waiting.set_exception(mistake)

    def succeed(self, result: T) -> None:
        """Keep what came of it."""
        self._ended = lambda: self._waiting.set_result(result)

    def tell(self, failure: Exception | None) -> None:
        """Tell whoever waits, if he still does, what came of it."""
        if self._waiting.done():
            return
        if failure is None:
            self._ended()
        else:
            self._waiting.set_exception(failure)


class _Events:
    """Events to be remembered, in one statement."""

    def __init__(self, store: SharingStore) -> None:
        self._store = store
        self.deliveries: list[Delivery] = []
        self.turns: list[_Turn[bool]] = []

    def __call__(self) -> None:
        """Remember all of them; if one is a mistake, each by itself."""
        try:
            said = self._store.remember_all(self.deliveries)
        except InvalidRequest:
            for turn in self.turns:
                turn()
        else:
            for turn, new in zip(self.turns, said, strict=True):
                turn.succeed(new)


class Crowd:
    """The writes of one event loop.

    Whoever comes first begins at once, for nobody knows of others yet; whoever comes meanwhile is in the next commit.

    Args:
        store: Makes them.

    Attributes:
        loop: The loop.
    """

    def __init__(self, store: SharingStore) -> None:
        from asyncio import get_running_loop  # noqa: PLC0415  # asyncio costs more than all the rest of connectkit

        self.loop: asyncio.AbstractEventLoop = get_running_loop()
        self._store = store
        self._turns: list[_Turn[Any]] = []
        self._events = _Events(store)
        self._work: asyncio.Task[None] | None = None

    @classmethod
    def here(cls, store: SharingStore, last: Crowd | None) -> Crowd:
        """Give the crowd of the loop that is running: *last*, or another one if that was of another loop."""
        from asyncio import get_running_loop  # noqa: PLC0415  # as above

        return last if last is not None and last.loop is get_running_loop() else cls(store)

    async def join(self, write: Callable[[], T]) -> T:
        """Make *write* with all that are waiting, and give what came of it.

        Raises:
            InvalidRequest: The write is a mistake.
            StoreUnavailable: Nothing of all that was written.
        """
        waiting: asyncio.Future[T] = self.loop.create_future()
        turn: _Turn[Any] = _Turn(write, waiting)
        self._turns.append(turn)
        self._begin()
        return await waiting

    async def remember(self, delivery: Delivery) -> bool:
        """Remember an event with all that are waiting, and say whether it is new; see `join`."""
        waiting: asyncio.Future[bool] = self.loop.create_future()
        self._events.deliveries.append(delivery)
        self._events.turns.append(_Turn(lambda: self._store.remember_all([delivery])[0], waiting))
        self._begin()
        return await waiting

    def _begin(self) -> None:
        if self._work is None:
            self._work = self.loop.create_task(self._work_off())

    async def _work_off(self) -> None:
        try:
            while self._turns or self._events.turns:
                turns, self._turns = self._turns, []
                events, self._events = self._events, _Events(self._store)
                await self._make([*turns, events] if events.turns else turns, [*turns, *events.turns])
        finally:
            self._work = None

    async def _make(self, writes: Sequence[Callable[[], None]], turns: Sequence[_Turn[Any]]) -> None:
        from asyncio import to_thread  # noqa: PLC0415  # as above

        failure: Exception | None = None
        try:
            await to_thread(self._store.together, writes)
        except Exception as error:  # noqa: BLE001  # everybody who waits is told, and raises it
            failure = error
        for turn in turns:
            turn.tell(failure)
