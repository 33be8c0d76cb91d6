"""The functions that events are handed to, typed by the type of the event."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final, Literal, TypeAlias, TypeVar, overload

from connectkit.errors import InvalidRequest
from connectkit.models.accounts import Account

from .events import Event

Ending: TypeAlias = Awaitable[None] | None
"""What a handler gives back: nothing, now or later."""

Handler: TypeAlias = Callable[[Event[Any]], Ending]

AccountEvents: TypeAlias = Literal["account.updated"]

OfAccount = TypeVar("OfAccount", bound=Callable[[Event[Account]], Ending])
OfAny = TypeVar("OfAny", bound=Handler)

_PATTERN: Final = re.compile(r"\*|[a-z0-9_\[\]]+(?:\.[a-z0-9_\[\]]+)*(?:\.\*)?")


class Handlers:
    """Which function handles what; the order of registration is the order of running."""

    def __init__(self) -> None:
        self._registered: list[tuple[str, Handler]] = []

    def add(self, pattern: str, handler: Handler) -> None:
        """Register *handler* for a type, for all that begin as `payout.*`, or for every one, `*`."""
        self._registered.append((pattern, handler))

    def of(self, event_type: str) -> list[Handler]:
        """Give those that want events of a type, each once."""
        wanting = (handler for pattern, handler in self._registered if _matches(pattern, event_type))
        return list(dict.fromkeys(wanting))


def _check(pattern: str) -> None:
    if not _PATTERN.fullmatch(pattern):
        message = f"{pattern!r} is not a type of event."
        next_step = "Name one as 'payout.failed', all of a kind as 'payout.*', or every one as '*'."
        raise InvalidRequest(message, param="type", next_step=next_step)


def _matches(pattern: str, event_type: str) -> bool:
    if pattern.endswith("*"):
        return event_type.startswith(pattern[:-1])
    return event_type == pattern


class Registering:
    """Registers handlers; plain in both colours."""

    _awaits: ClassVar[bool]
    _handlers: Handlers

    @overload
    def on(self, type: AccountEvents) -> Callable[[OfAccount], OfAccount]: ...
    @overload
    def on(self, type: str) -> Callable[[OfAny], OfAny]: ...

    def on(self, type: str) -> Callable[[OfAny], OfAny]:
        """Register the decorated function for a type of event.

        The checkers know what `event.data` is for the types that connectkit models. A type that it does not model, and
        a pattern of several kinds, leave that to the function's own annotation: `Event[Mapping[str, Any]]`, or
        `Event[object]`.

        Any number of functions may handle a type, and one function any number of types. They run in the order of
        registration. When one fails, all run again later, so each has to bear being run twice: name operations after
        what the event is about, as in `key=f"refund/{event.object_id}"`.

        Args:
            type: As `payout.failed`; all of a kind as `payout.*`; every one as `*`.

        Raises:
            InvalidRequest: *type* is no type of event, or an `async def` was given to a blocking router.
        """
        _check(type)

        def register(handler: OfAny) -> OfAny:
            if inspect.iscoroutinefunction(handler) and not self._awaits:
                message = f"{handler.__name__} is an async function, and this router is a blocking one."
                raise InvalidRequest(message, param="handler", next_step="Use AsyncConnect, or a plain function.")
            self._handlers.add(type, handler)
            return handler

        return register
