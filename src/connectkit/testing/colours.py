"""One body for both colours: a blocking face, seen as its asynchronous source.

A journey is written once, as `async def journey(connect: AsyncConnect)`. Over `AsyncConnect` it runs in an event loop;
over `awaited(Connect(...))` it runs here and now, by `connectkit.drive.run`, and every call goes through the blocking
face as a user's would.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from typing import Any, Final, cast

from connectkit.calls.previews import Plan
from connectkit.connect import AsyncConnect, Connect
from connectkit.drive import Blocking
from connectkit.later import Pending
from connectkit.later.pending import Room


def awaited(connect: Connect) -> AsyncConnect:
    """Give *connect* as if it were asynchronous; each of its calls blocks and never suspends."""
    return cast("AsyncConnect", _Awaited(connect))


_FACES: Final = (Blocking, Room, Pending)


class _Awaited:
    def __init__(self, face: object) -> None:
        self._face = face

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever the face has
        found = getattr(self._face, name)
        if isinstance(found, Blocking | Room):
            return _Awaited(cast("object", found))
        if name == "later":
            return _later(found)
        return _call(found) if callable(found) and isinstance(self._face, _FACES) else found


class _AwaitedPlan:
    def __init__(self, plan: Plan[object]) -> None:
        self._plan = plan

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # whatever a plan has
        found = getattr(self._plan, name)
        return _call(found) if name == "execute" else found

    def __str__(self) -> str:
        return str(self._plan)


def _later(method: Any) -> Any:  # noqa: ANN401  # `Connect.later`
    def later(*args: object, **kwargs: object) -> _Awaited:
        return _Awaited(method(*args, **kwargs))

    return later


def _call(method: Any) -> Any:  # noqa: ANN401  # any verb of a face
    def call(*args: object, **kwargs: object) -> Any:  # noqa: ANN401  # a coroutine or an asynchronous generator
        result = method(*args, **kwargs)
        if isinstance(result, Pending):
            return _result(_Awaited(cast("object", result)))
        if isinstance(result, Plan):
            return _result(_AwaitedPlan(cast("Plan[object]", result)))
        return _items(cast("Iterator[object]", result)) if isinstance(result, Iterator) else _result(result)

    return call


async def _result(value: object) -> object:
    return value


async def _items(values: Iterator[object]) -> AsyncGenerator[object, None]:
    for value in values:
        yield value
