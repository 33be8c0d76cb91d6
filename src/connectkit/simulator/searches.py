"""Search: Stripe's query language, on what is there at this moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from .calls import Call
from .refusals import invalid
from .shapes import Object, is_hash
from .tables import Table

_CLAUSE: Final = re.compile(
    r"""\s*(?P<not>-?)(?P<field>[a-z_.]+)(?:\[(?P<quote>["'])(?P<key>.*?)(?P=quote)\])?\s*(?P<sign>:|~|>=|<=|>|<)\s*"""
    r"""(?:(?P<mark>["'])(?P<text>.*?)(?P=mark)|(?P<word>[\w.+-]+))\s*(?:(?P<join>AND|OR)\s|\Z)""",
    re.IGNORECASE,
)
_NUMERIC: Final[dict[str, Callable[[float, float], bool]]] = {
    ">": lambda held, asked: held > asked,
    ">=": lambda held, asked: held >= asked,
    "<": lambda held, asked: held < asked,
    "<=": lambda held, asked: held <= asked,
}
_LIMIT: Final = 10
_MOST: Final = 100
_SHORTEST: Final = 3


def search(table: Table, call: Call) -> Object:
    """Give the page of what a query finds, newest first.

    Raises:
        Refusal: The query cannot be read, or the page is none.
    """
    clauses, any_of = _read(call.params["query"])
    combine = any if any_of else all
    found = [thing for thing in table.where() if combine(_holds(thing, clause) for clause in clauses)]
    limit: int = call.params.get("limit", _LIMIT)
    page: str = call.params.get("page", "0")
    if not 1 <= limit <= _MOST:
        raise invalid(f"The limit has to be between 1 and {_MOST}.", param="limit", code="parameter_invalid_integer")
    if not page.isdecimal():
        raise invalid(f"Invalid page: {page}", param="page")
    end = int(page) + limit
    return {
        "object": "search_result",
        "data": found[int(page) : end],
        "has_more": len(found) > end,
        "next_page": str(end) if len(found) > end else None,
        "url": call.path,
    }


def _read(query: str) -> tuple[list[re.Match[str]], bool]:
    clauses: list[re.Match[str]] = []
    place = 0
    while place < len(query):
        clause = _CLAUSE.match(query, place)
        if clause is None:
            raise invalid(f"We were unable to parse your search query at: {query[place:]}", param="query")
        clauses.append(clause)
        place = clause.end()
    joins = {(clause["join"] or "").upper() for clause in clauses[:-1]}
    if not clauses or clauses[-1]["join"]:
        raise invalid("We were unable to parse your search query: it ends too early.", param="query")
    if len(joins) > 1:
        raise invalid("You cannot use both AND and OR in a search query.", param="query")
    return clauses, "OR" in joins


def _holds(thing: Object, clause: re.Match[str]) -> bool:
    held = _held(thing, clause["field"], clause["key"])
    asked = clause["word"] if clause["text"] is None else clause["text"]
    return _fits(held, clause["sign"], asked) is not bool(clause["not"])


def _held(thing: Object, field: str, key: str | None) -> object:
    value: Any = thing
    for step in field.lower().split("."):
        value = value.get(step) if is_hash(value) else None
    return value.get(key) if key is not None and is_hash(value) else value


def _fits(held: object, sign: str, asked: str) -> bool:
    if asked.lower() == "null" and sign == ":":
        return held in (None, "")
    if sign == "~":
        if len(asked) < _SHORTEST:
            raise invalid(f"A search for a part needs at least {_SHORTEST} characters.", param="query")
        return isinstance(held, str) and asked.lower() in held.lower()
    if sign == ":":
        return held is not None and str(held).lower() == asked.lower()
    try:
        return isinstance(held, int) and _NUMERIC[sign](held, float(asked))
    except ValueError:
        raise invalid(f"{asked} is no number.", param="query") from None
