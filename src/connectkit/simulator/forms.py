"""Form notation, read: `a[b][0]=c` is `{"a": {"b": ["c"]}}`."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

from .refusals import invalid
from .shapes import is_hash

_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")


def decode(text: str) -> dict[str, Any]:
    """Give the nested values of a form or a query; leaves are strings.

    Raises:
        Refusal: A name is no form notation.
    """
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if "[" in name:
            _plant(tree, name, value)
        else:
            tree[name] = value
    for name, branch in tree.items():
        if is_hash(branch):
            tree[name] = _settle(branch)
    return tree


def _plant(tree: dict[str, Any], name: str, value: str) -> None:
    match = _KEY.match(name)
    if match is None:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    first, rest = match.groups()
    path = [first, *rest[1:-1].split("][")]
    for step in path[:-1]:
        branch = tree.setdefault(step, {})
        if not is_hash(branch):
            raise invalid(f"Invalid hash: {name}", param=name)
        tree = branch
    tree[path[-1] or str(len(tree))] = value


def _settle(branch: dict[str, Any]) -> dict[str, Any] | list[Any]:
    """Turn what is numbered into lists, from the leaves up."""
    for name, value in branch.items():
        if is_hash(value):
            branch[name] = _settle(value)
    if all(name.isdecimal() for name in branch):
        return [branch[name] for name in sorted(branch, key=int)]
    return branch
