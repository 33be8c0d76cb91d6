"""Answers of the simulator, held against the SDK's own types and the members of Stripe's published sample objects."""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import stripe
from stripe import StripeObject
from stripe._expandable_field import ExpandableField
from stripe._object_classes import OBJECT_CLASSES, V2_OBJECT_CLASSES

from connectkit.simulator.shapes import Object, is_hash, is_list

from .nulls import may_be_null

PUBLISHED: Final[Mapping[str, Mapping[str, Any]]] = json.loads((Path(__file__).parent / "published.json").read_text())[
    "resources"
]


OPEN: Final = frozenset(
    {
        "account.capabilities",
        "account_session.components",
        "cash_balance.available",
        "country_spec.supported_bank_account_currencies",
        "customer_cash_balance_transaction.funded",
    }
)
"""What holds the members that were asked for, and not those of the sample; as all metadata does."""

PARTIAL: Final = frozenset({"account.individual"})
"""What a platform is shown in part, where it did not collect it itself."""

ABSENT: Final[Mapping[str, str]] = {
    "balance.connect_reserved": "the platform alone has it",
    "bank_account.customer": "recorded ones of accounts have none",
    "card.customer": "as bank accounts",
    "customer_cash_balance_transaction.funded": "others than fundings have none",
    "refund.destination_details": "the refund of a transfer's payment has none",
    "mandate.multi_use": "those for one payment have single_use instead",
    "payment_link.transfer_data.amount": "it is there if it was sent",
    "token.card": "a token of a bank account has none",
}
"""Members that the sample has and an object may lack, with the reason."""


UNLISTED: Final[Mapping[str, str]] = {
    "invalid_phone_number": "recorded among the errors of requirements, and missing in the types of those",
}
"""Words of answers that the SDK does not list, with the reason."""


UNTYPED: Final[Mapping[str, str]] = {
    "v2.core.event.data": "the SDK types it in the class of each event that has some",
    "v2.core.event.related_object": "the SDK types it in the class of each event that has one",
}
"""Members that the SDK's class of an object does not name, with the reason."""


_VARIANTS: Final = frozenset({"card", "sepa_debit", "hosted_confirmation", "online", "us_bank_account"})
"""Members that a hash has only if its `type` names them."""


def answer_complaints(value: object, place: str = "") -> Iterator[str]:
    """Say all that is wrong with the objects in an answer."""
    if is_list(value):
        for item in value:
            yield from answer_complaints(item, f"{place}[]")
    elif is_hash(value):
        kind = value.get("object")
        if isinstance(kind, str) and kind in PUBLISHED and kind in OBJECT_CLASSES and "deleted" not in value:
            if place not in PARTIAL:
                yield from _departures(value, PUBLISHED[kind], kind)
            yield from _wrong(value, _class(kind), kind)
        elif isinstance(kind, str) and kind in V2_OBJECT_CLASSES and kind not in OBJECT_CLASSES:  # without a sample
            yield from _wrong(value, _class(kind), kind)
        else:
            for name, item in value.items():
                yield from answer_complaints(item, f"{place}.{name}")


def _departures(given: Mapping[str, Any], published: Mapping[str, Any], place: str) -> Iterator[str]:
    """Say what is missing that the sample has, and what is null that has a value there."""
    for name, inside in published.items():
        kind = given.get("type")
        variant = is_hash(inside) and isinstance(kind, str) and kind != name and name in _VARIANTS
        if variant or f"{place}.{name}" in OPEN or name == "metadata":
            continue
        if name not in given:
            if f"{place}.{name}" not in ABSENT:
                yield f"{place}.{name} is missing"
        elif is_hash(inside) and is_hash(given[name]):
            yield from _departures(given[name], inside, f"{place}.{name}")
        elif inside is False and given[name] is None and not may_be_null(f"{place}.{name}"):
            yield f"{place}.{name} is null"


@cache
def _class(kind: str) -> Any:
    module, name = OBJECT_CLASSES.get(kind) or V2_OBJECT_CLASSES[kind]
    return getattr(import_module(module), name)


class _Names(dict[str, Any]):
    """What the SDK's annotations name: other objects, imported for checkers only."""

    def __missing__(self, name: str) -> Any:
        for module, found in OBJECT_CLASSES.values():
            if found == name:
                return getattr(import_module(module), name)
        return getattr(stripe, name, Any)


@cache
def _hints(described: type) -> dict[str, Any]:
    own = {name: note for name, note in vars(described).get("__annotations__", {}).items() if name != "OBJECT_NAME"}
    shim = types.SimpleNamespace(__annotations__=own)
    names = _Names(ExpandableField=ExpandableField, **{described.__name__: described})
    return typing.get_type_hints(shim, globalns=vars(sys.modules[described.__module__]), localns=names)


def _wrong(given: Mapping[str, Any], described: type, place: str) -> Iterator[str]:
    hints = _hints(described)
    for name, value in given.items():
        if name == "object":
            continue
        if name not in hints:
            if name not in PUBLISHED.get(place, ()) and f"{place}.{name}" not in UNTYPED:
                yield f"{place}.{name} is unknown"
        else:
            yield from _unfit(value, hints[name], f"{place}.{name}")


def _unfit(value: Any, hint: Any, place: str) -> Iterator[str]:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        yield from _none_of(value, inner, place)
    elif origin is typing.Literal:
        yield from () if value in inner or value in UNLISTED else (f"{place} is {value!r}",)
    elif origin is list and is_list(value):
        for item in value:
            yield from _unfit(item, inner[0], f"{place}[]")
    elif _is_object(origin or hint) and is_hash(value):
        yield from _object(value, hint, place)
    elif hint is not Any and (not isinstance(value, _PLAIN.get(hint, ())) or (hint is int and isinstance(value, bool))):
        yield f"{place} is {value!r}"


def _none_of(value: Any, hints: Sequence[Any], place: str) -> Iterator[str]:
    objects = [hint for hint in hints if _is_object(typing.get_origin(hint) or hint)]
    tried = objects if objects and is_hash(value) else hints
    yield from min((list(_unfit(value, hint, place)) for hint in tried), key=len)


def _is_object(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, StripeObject)


def _object(value: Object, hint: Any, place: str) -> Iterator[str]:
    if "object" in value:
        yield from answer_complaints(value, place)
    elif typing.get_origin(hint) is None and _hints(hint):
        yield from _wrong(value, hint, place)


_PLAIN: Final[Mapping[Any, Any]] = {
    str: str,
    int: int,
    bool: bool,
    float: (int, float),
    type(None): type(None),
    Decimal: str,
}
