"""What every module of the simulator calls a Stripe object: a dictionary, as JSON has it.

A member whose name begins with an underscore is the simulator's own and is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, TypeGuard

from .refusals import too_many_pairs

MOST_PAIRS: Final = 50
"""How many pairs of metadata an object has at most."""

Object: TypeAlias = dict[str, Any]
"""A Stripe object, or part of one."""


class Snapshot(dict[str, Any]):
    """What was shown at some time, and stays so; where it stands inside an object it is shown as it is."""


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
