"""Form notation, read: `a[b][0]=c` is `{"a": {"b": ["c"]}}`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from .refusals import invalid
from .shapes import is_hash

_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")


def decode(text: str) -> dict[str, Any]:
    """Give the nested values of a form or a query; leaves are strings.

    Raises:
        Refusal: A name is no form notation.
    """
    tree: dict[str, Any] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        path = _path(name)
        first, *rest = path
        if rest:
            _plant(tree, path, _unescaped(value))
        elif pair:
            tree[first] = _unescaped(value)
    for name, branch in tree.items():
        if branch.__class__ is dict:
            tree[name] = _settle(branch)
    return tree


@lru_cache(maxsize=4096)  # the same names come again and again
def _path(text: str) -> tuple[str, ...]:
    name = _unescaped(text)
    if "[" not in name:
        return (name,)
    match = _KEY.match(name)
    if match is None:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    first, rest = match.groups()
    return (first, *rest[1:-1].split("]["))


def _unescaped(text: str) -> str:
    return unquote(text.replace("+", " ")) if "%" in text or "+" in text else text


def _plant(tree: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    for step in path[:-1]:
        branch = tree.setdefault(step, {})
        if not is_hash(branch):
            name = f"{path[0]}[{']['.join(path[1:])}]"
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
