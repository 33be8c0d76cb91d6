"""Lists, as Stripe writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import ge, gt, le, lt
from typing import Final
from urllib.parse import urlencode

from .calls import Call
from .refusals import invalid
from .shapes import Object, is_hash, is_list
from .tables import Table

_V2_LIMIT: Final = 20
_BOUNDS: Final[dict[str, Callable[[int, int], bool]]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def listing(table: Table, call: Call, matching: Callable[[Object], bool] | None = None, **equal: object) -> Object:
    """Give the page of a table that a call asks for.

    Args:
        table: The objects.
        call: Says limit, cursor and span of time.
        matching: What has to be true of each.
        equal: What members have to be; `None` does not filter.

    Raises:
        Refusal: The limit is out of bounds, or a cursor names nothing.
    """
    page = table.page(call.params, {name: value for name, value in equal.items() if value is not None}, matching)
    return {"object": "list", "data": page.data, "has_more": page.has_more, "url": call.path}


def in_order(kind: str, items: Sequence[Object], call: Call) -> Object:
    """Give the page that a call asks for of what stands in a list inside another object, in its order there.

    Raises:
        Refusal: The limit is out of bounds, or a cursor names nothing.
    """
    table = Table(kind)
    for item in reversed(items):
        table.add(item)
    return listing(table, call)


def within(value: int | None, asked: object) -> bool:
    """Tell whether a number is the one that a filter asks for, or within its bounds; no filter lets everything by."""
    if asked is None or not is_hash(asked):
        return asked in (None, value)
    return value is not None and all(_BOUNDS[name](value, bound) for name, bound in asked.items())


def sublist(items: Iterable[Object], url: str, *, limit: int = 10) -> Object:
    """Give a list that stands inside an object: newest first, with a total count."""
    every = list(items)
    return {
        "object": "list",
        "data": every[:limit],
        "has_more": len(every) > limit,
        "total_count": len(every),
        "url": url,
    }


def v2_listing(items: Sequence[Object], call: Call) -> Object:
    """Give the page of *items* that a call of API v2 asks for, with a link to the next one.

    Raises:
        Refusal: The page is none of those that were linked to.
    """
    limit: int = call.params.get("limit", _V2_LIMIT)
    page: str = call.params.get("page", "0")
    if not page.isdecimal():
        raise invalid(f"Invalid page: {page}", param="page")
    start = int(page)
    following = None
    if len(items) > start + limit:
        asked = {**call.params, "limit": limit, "page": start + limit}
        following = f"{call.path}?{urlencode([pair for name, value in asked.items() for pair in _pairs(name, value)])}"
    return {"data": list(items[start : start + limit]), "next_page_url": following, "previous_page_url": None}


def _pairs(name: str, value: object) -> list[tuple[str, str]]:
    if is_list(value):
        return [(f"{name}[{place}]", str(item)) for place, item in enumerate(value)]
    return [(name, str(value).lower() if isinstance(value, bool) else str(value))]
