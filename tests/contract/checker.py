"""Parameters, held against the SDK's own types: unknown names, missing names, wrong types, words that are not listed.

Where the SDK leaves a set of words open (`Literal[…] | str`), it is closed here: a word that it does not list has to
stand in `OPEN_WORDS`, with its reason.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final, NotRequired, Required, cast

import stripe
import stripe.params
import stripe.params.checkout
import stripe.params.radar
import stripe.params.v2.core
import stripe.params.v2.core.accounts
import typing_extensions
from stripe import RequestOptions

OPEN_WORDS: Final[Mapping[str, str]] = {}
"""Words that Stripe takes and the SDK does not list, with the reason why they are sent."""

_PLACES: Final[Mapping[str, Any]] = {
    "": stripe.params,
    "checkout": stripe.params.checkout,
    "v2.core": stripe.params.v2.core,
    "v2.core.accounts": stripe.params.v2.core.accounts,
    "radar": stripe.params.radar,
    "OAuth": stripe.OAuth,
}
_NAMED: Final[Mapping[Any, str]] = {dict: "mapping"}
_NAMES: Final = {"Mapping": Mapping, "StripeContext": Any}


def params_type(name: str) -> type:
    """Give the SDK's type of an endpoint's parameters, as `PayoutCreateParams` or `v2.core.AccountCreateParams`."""
    namespace, _, short = name.rpartition(".")
    found: type = getattr(_PLACES[namespace], short)
    return found


def complaints(value: Any, expected: Any, place: str = "") -> Iterator[str]:
    """Say all that is wrong with a value."""
    arguments = typing.get_args(expected)
    if typing_extensions.is_typeddict(expected):
        return _dict_complaints(value, expected, place)
    match typing.get_origin(expected):
        case typing.Literal:
            return _told(value in arguments, f"{place}: {value!r} is none of {arguments}")
        case typing.Union | types.UnionType:
            return _union_complaints(value, arguments, place)
        case origin if origin is list and isinstance(value, list | tuple):
            return _each(
                ((f"{place}[{number}]", item) for number, item in enumerate(cast("Sequence[Any]", value))), arguments[0]
            )
        case origin if origin is dict and isinstance(value, Mapping):
            return _each(
                ((f"{place}[{name}]", item) for name, item in cast("Mapping[str, Any]", value).items()), arguments[1]
            )
        case origin:
            kind: Any = origin or expected
            return _told(kind is Any or _is(value, kind), f"{place}: {value!r} is no {_NAMED.get(kind, kind.__name__)}")


def _told(fine: bool, complaint: str) -> Iterator[str]:  # private, and clear where it is called
    return iter(() if fine else (complaint,))


def _each(items: Iterable[tuple[str, Any]], expected: Any) -> Iterator[str]:
    for place, item in items:
        yield from complaints(item, expected, place)


def _is(value: Any, expected: type) -> bool:
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if expected is Decimal:
        return isinstance(value, str)  # the raw path sends decimals as strings
    return isinstance(value, expected)


def _union_complaints(value: Any, arguments: tuple[Any, ...], place: str) -> Iterator[str]:
    words = [
        word
        for argument in arguments
        if typing.get_origin(argument) is typing.Literal
        for word in typing.get_args(argument)
        if word  # nothing, which unsets a text, makes no set of words of it
    ]
    closed = [argument for argument in arguments if not (words and argument is str)]
    if words and isinstance(value, str) and (value in words or value in OPEN_WORDS):
        return
    wrong = [list(complaints(value, argument, place)) for argument in closed]
    if all(wrong):
        yield min(wrong, key=len)[0]


def _dict_complaints(value: Any, expected: Any, place: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{place}: {value!r} is no mapping"
        return
    given = cast("Mapping[str, Any]", value)
    fields, required = _fields(expected)
    for name in given.keys() - fields.keys():
        yield f"{place}.{name} is not known"
    for name in required - given.keys():
        yield f"{place}.{name} is missing"
    for name in given.keys() & fields.keys():
        yield from complaints(given[name], fields[name], f"{place}.{name}")


@cache
def _fields(expected: Any) -> tuple[dict[str, Any], frozenset[str]]:
    hints = typing.get_type_hints(expected, localns=_NAMES, include_extras=True)
    fields = {name: hint for name, hint in hints.items() if name not in RequestOptions.__annotations__}
    required = frozenset(name for name, hint in fields.items() if typing.get_origin(hint) is not NotRequired)
    return {name: _bare(hint) for name, hint in fields.items()}, required


def _bare(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) in {NotRequired, Required} else hint
