"""Lists, as Stripe writes them."""

from __future__ import annotations

from collections.abc import Iterable

from .calls import Call
from .shapes import Object
from .tables import Table


def listing(table: Table, call: Call, **equal: object) -> Object:
    """Give the page of a table that a call asks for.

    Args:
        table: The objects.
        call: Says limit, cursor and span of time.
        equal: What members have to be; `None` does not filter.

    Raises:
        Refusal: The limit is out of bounds, or a cursor names nothing.
    """
    page = table.page(call.params, {name: value for name, value in equal.items() if value is not None})
    return {"object": "list", "data": page.data, "has_more": page.has_more, "url": call.path}


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
