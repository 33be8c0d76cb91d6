"""What a row can ask for: the verbs of other rooms, by the names that their operations have."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cache
from types import MethodType
from typing import Any, Final, TypeAlias, cast

from connectkit.calls.caller import Caller
from connectkit.calls.drafting import Drafted, Drafting
from connectkit.errors import InvalidRequest
from connectkit.requests import checked_key
from connectkit.resources.arguments import check_word
from connectkit.resources.charges.destination import AsyncDestinationCharges
from connectkit.resources.charges.direct import AsyncDirectCharges
from connectkit.resources.charges.separate import AsyncSeparateCharges
from connectkit.resources.payouts import AsyncPayouts
from connectkit.resources.topups import AsyncTopUps
from connectkit.resources.transfers import AsyncTransfers
from connectkit.storage.records import Operation

Verb: TypeAlias = Callable[..., Awaitable[object]]

VERBS: Final[Mapping[str, Callable[[Caller], Verb]]] = {
    "transfers.create": lambda caller: AsyncTransfers(caller).create,
    "transfers.reverse": lambda caller: AsyncTransfers(caller).reverse,
    "payouts.create": lambda caller: AsyncPayouts(caller).create,
    "payouts.cancel": lambda caller: AsyncPayouts(caller).cancel,
    "topups.create": lambda caller: AsyncTopUps(caller).create,
    "charges.direct.refund": lambda caller: AsyncDirectCharges(caller).refund,
    "charges.destination.refund": lambda caller: AsyncDestinationCharges(caller).refund,
    "charges.separate.refund": lambda caller: AsyncSeparateCharges(caller).refund,
}
"""The verbs that a run can consist of; those of refunds read from Stripe when they are planned."""

_OURS: Final = frozenset({"self", "key", "wait"})
_WORDS: Final = {"true": True, "false": False}


async def drafted(caller: Caller, verb: str, key: str, said: Mapping[str, Any]) -> Operation:
    """Give what a row would write down and send.

    Args:
        caller: Whose operations these are.
        verb: What it does.
        key: The key of the row.
        said: Its arguments.

    Raises:
        InvalidRequest: Something in it is wrong.
        Refused: Stripe does not tell what it is about.
    """
    check_word(verb, "verb", VERBS)
    drafting = Drafting(caller)
    call = VERBS[verb](drafting)
    with suppress(Drafted):
        await call(key=checked_key(key), **_fitting(call, said))
    return drafting.draft


def _fitting(call: Verb, said: Mapping[str, Any]) -> dict[str, Any]:
    """Check the columns of a row against what the verb takes."""
    takes = _parameters(cast("MethodType", call).__func__)
    open_ended = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in takes.values())
    unknown = [name for name in said if name not in takes and not open_ended]
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = [name for name, one in takes.items() if one.default is inspect.Parameter.empty and one.kind in named]
    missing = [name for name in needed if name not in said]
    if unknown or missing:
        words = [f"it has no use for {', '.join(unknown)}"] if unknown else []
        words += [f"it lacks {', '.join(missing)}"] if missing else []
        message = f"{' and '.join(words).capitalize()}."
        raise InvalidRequest(message, param="rows")
    return {name: _typed(takes.get(name), value) for name, value in said.items()}


@cache
def _parameters(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    """Give what a verb takes; thousands of rows ask for the same."""
    return {name: one for name, one in inspect.signature(function).parameters.items() if name not in _OURS}


def _typed(parameter: inspect.Parameter | None, value: Any) -> Any:  # noqa: ANN401  # whatever a cell holds
    """Read a truth value of a file, which is a word there."""
    if parameter is not None and isinstance(parameter.default, bool) and isinstance(value, str):
        check_word(value.lower(), parameter.name, _WORDS)
        return _WORDS[value.lower()]
    return value
