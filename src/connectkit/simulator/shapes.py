"""What every module of the simulator calls a Stripe object: a dictionary, as JSON has it.

A member whose name begins with an underscore is the simulator's own and is never shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypeGuard

from .refusals import too_many_pairs

MOST_PAIRS: Final = 50
"""How many pairs of metadata an object has at most."""

Object: TypeAlias = dict[str, Any]
"""A Stripe object, or part of one."""


class Snapshot(bytes):
    """What was shown at some time, and stays so: JSON, which is small and cannot be changed."""

    __slots__ = ()

    def shown(self) -> Object:
        """Give it, afresh."""
        shown: Object = json.loads(self)
        return shown


def write(value: Object) -> str:
    """Write JSON.

    Raises:
        TypeError: Something in it is none.
    """
    return _STRICT.encode(value)


def write_plain(value: Object) -> str | None:
    """Write JSON, if nothing in it is the simulator's own."""
    text = _LENIENT.encode(value)
    return None if _OWN in text else text


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


def without_own(thing: Object) -> Object:
    """Give a shallow copy without what is the simulator's own, which is little of it."""
    shown = thing.copy()
    for key in [key for key in thing if key[:1] == "_"]:
        del shown[key]
    return shown


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
