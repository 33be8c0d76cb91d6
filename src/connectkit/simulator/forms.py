"""Form notation, read: `a[b][0]=c` is `{"a": {"b": ["c"]}}`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final
from urllib.parse import unquote

from .refusals import invalid

_KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")


def decode(text: str) -> dict[str, Any]:
    """Give the nested values of a form or a query; leaves are strings.

    Raises:
        Refusal: A name is no form notation.
    """
    tree: dict[str, Any] = {}
    read = _unescaped if "%" in text or "+" in text else str
    has_lists = False
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        path, numbered = _path(name)
        has_lists = has_lists or numbered
        if len(path) != 1:
            _plant(tree, path, read(value))
        elif pair:
            tree[path[0]] = read(value)
    if has_lists:
        _settle_inside(tree)
    return tree


@lru_cache(maxsize=4096)  # the same names come again and again
def _path(text: str) -> tuple[tuple[str, ...], bool]:
    """Give the steps of a name, and whether one of them is the place in a list."""
    name = _unescaped(text)
    if "[" not in name:
        return (name,), False
    match = _KEY.match(name)
    if match is None:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    first, rest = match.groups()
    steps = rest[1:-1].split("][")
    return (first, *steps), any(not step or step.isdecimal() for step in steps)


def _unescaped(text: str) -> str:
    return unquote(text.replace("+", " "))


def _plant(tree: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    for step in path[:-1]:
        branch: Any = tree.setdefault(step, {})
        if branch.__class__ is not dict:
            name = f"{path[0]}[{']['.join(path[1:])}]"
            raise invalid(f"Invalid hash: {name}", param=name)
        tree = branch
    tree[path[-1] or str(len(tree))] = value


def _settle_inside(tree: dict[str, Any]) -> None:
    """Turn what is numbered into lists, from the leaves up."""
    for name, branch in tree.items():
        if branch.__class__ is dict:
            _settle_inside(branch)
            if all(map(str.isdecimal, branch)):
                tree[name] = [branch[number] for number in sorted(branch, key=int)]
