"""What every module of the simulator calls a Stripe object: a dictionary, as JSON has it.

A member whose name begins with an underscore is the simulator's own and is never shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeGuard

from .refusals import too_many_pairs

MOST_PAIRS: Final = 50
"""How many pairs of metadata an object has at most."""

Object: TypeAlias = dict[str, Any]
"""A Stripe object, or part of one."""


class Snapshot:
    """What an event shows of an object, and stays so: JSON, which is small and cannot be changed.

    Args:
        told: The object.
        before: What changed members of it were before; nothing for an event that does not say so.
    """

    __slots__ = ("_before", "_told")

    def __init__(self, told: bytes, before: bytes | None) -> None:
        self._told = told
        self._before = before

    def shown(self) -> Object:
        """Give it, afresh."""
        shown: Object = {"object": json.loads(self._told)}
        if self._before is not None:
            shown["previous_attributes"] = json.loads(self._before)
        return shown


def write(value: Object) -> str:
    """Write JSON.

    Raises:
        TypeError: Something in it is none.
    """
    return _STRICT.encode(value)


def write_plain(thing: Object, always: str = "") -> str | None:
    """Write what is shown of an object, if nothing of the simulator's own stands deeper inside it.

    Much of every object is null. That part is written once for all that have the same one.

    Args:
        thing: The object.
        always: What every object of its kind says besides, in JSON without its braces.
    """
    names = tuple(thing)
    told = {name: value for name, value in thing.items() if value is not None}
    for name in _own(names):
        told.pop(name, None)
    text = _LENIENT.encode(told)
    if _OWN in text:
        return None
    rest = _rest(names, tuple(told), always)
    return f"{text[:-1]}{', ' if told and rest else ''}{rest}}}"


@lru_cache(maxsize=4096)  # there are not many sets of names
def _own(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if name[0] == "_")


@lru_cache(maxsize=4096)
def _rest(names: tuple[str, ...], told: tuple[str, ...], always: str) -> str:
    null = _STRICT.encode({name: None for name in names if name not in told and name[0] != "_"})[1:-1]
    return f"{null}{', ' if null and always else ''}{always}"


_OWN: Final = '"_'


def _shown_or_own(value: object) -> object:
    return value.shown() if isinstance(value, Snapshot) else "_"


_STRICT: Final = json.JSONEncoder(check_circular=False)
_LENIENT: Final = json.JSONEncoder(check_circular=False, default=_shown_or_own)


def is_hash(value: object) -> TypeGuard[Object]:
    """Tell whether *value* is an object of JSON."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether *value* is a list of JSON."""
    return isinstance(value, list)


def copied(value: object) -> object:
    """Give a deep copy without what is the simulator's own."""
    if is_hash(value):
        return {
            key: copied(item) if item.__class__ in (dict, list) else item
            for key, item in value.items()
            if key[:1] != "_"
        }
    return [copied(item) for item in value] if is_list(value) else value


def merge_metadata(held: Object, params: Mapping[str, Any]) -> None:
    """Change the metadata of an object as *params* ask: an empty value unsets a name, an empty hash unsets all.

    Raises:
        Refusal: There would be too much of it.
    """
    if "metadata" not in params:
        return
    if not params["metadata"]:
        held["metadata"] = {}
        return
    merged = {**held["metadata"], **params["metadata"]}
    left = {name: text for name, text in merged.items() if text not in ("", None)}
    if len(left) > MOST_PAIRS:
        raise too_many_pairs(len(left), MOST_PAIRS)
    held["metadata"] = left


def part(thing: Mapping[str, Any], *names: str) -> Object:
    """Give the hash that stands below these names; an empty one where there is none."""
    for name in names:
        thing = thing.get(name) or {}
    return dict(thing)
