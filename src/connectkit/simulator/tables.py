"""Objects of one kind in one account: found by id, listed newest first, without looking at all of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from .refusals import exclusive, invalid, label_of, no_such
from .shapes import Object, is_hash

_LIMIT: Final = 10
_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list.

    Attributes:
        data: The objects, newest first.
        has_more: Whether there are more in the direction of paging.
    """

    data: list[Object]
    has_more: bool


class Table:
    """The objects of one kind in one account.

    What is added is filed when somebody looks, which hardly anybody does: most events are never read.

    Args:
        kind: Stripe's name of the kind, as in the member `object`.
        indexes: The members by which lists are filtered often. They have to keep their value.
    """

    def __init__(self, kind: str, indexes: Sequence[str] = ()) -> None:
        self.kind = kind
        self._fresh: list[Object] = []
        self._rows: list[Object | None] = []
        self._created: list[int] = []
        self._places: dict[str, int] = {}
        self._indexes: dict[str, dict[object, int | list[int]]] = {name: {} for name in indexes}  # most are of one

    def __len__(self) -> int:
        return len(self._places) + len(self._fresh)

    def __iter__(self) -> Iterator[Object]:
        """Go through all, oldest first."""
        self._file()
        return iter([row for row in self._rows if row is not None])

    def add(self, row: Object) -> None:
        """Keep one more."""
        self._fresh.append(row)

    def _file(self) -> None:
        if self._fresh:
            fresh, self._fresh = self._fresh, []
            for row in fresh:
                self._file_row(row)

    def _file_row(self, row: Object) -> None:
        place = len(self._rows)
        self._rows.append(row)
        created = row.get("created")
        self._created.append(created if isinstance(created, int) else 0)
        self._places[row["id"]] = place
        for name, index in self._indexes.items():
            value = row.get(name)
            held = index.get(value)
            if held is None:
                index[value] = place
            elif isinstance(held, int):
                index[value] = [held, place]
            else:
                held.append(place)

    def get(self, id: str) -> Object | None:
        """Give the one of this id."""
        self._file()
        place = self._places.get(id)
        return None if place is None else self._rows[place]

    def remove(self, id: str) -> None:
        """Forget one."""
        self._file()
        self._rows[self._places.pop(id)] = None

    def where(self, **equal: object) -> Iterator[Object]:
        """Go through those that have these values, newest first."""
        self._file()
        for place in reversed(self._candidates(equal)):
            row = self._rows[place]
            if row is not None and _fits(row, equal):
                yield row

    def page(
        self, params: Mapping[str, Any], equal: Mapping[str, object], matching: Callable[[Object], bool] | None = None
    ) -> Page:
        """Give the page that *params* ask for.

        Args:
            params: `limit`, `starting_after`, `ending_before` and `created`, as Stripe's lists take them.
            equal: What the members of each object have to be.
            matching: What else has to be true of each object.

        Raises:
            Refusal: The limit is not within 1 and 100, there are two cursors, or one names nothing.
        """
        self._file()
        limit = _limit(params)
        first, last = self._bounds(params)
        candidates = self._candidates(equal)
        window = range(bisect_left(candidates, first), bisect_left(candidates, last))
        forwards = "ending_before" in params
        found: list[Object] = []
        for spot in window if forwards else reversed(window):
            row = self._rows[candidates[spot]]
            if row is not None and _fits(row, equal) and (matching is None or matching(row)):
                found.append(row)
                if len(found) > limit:
                    break
        data = found[:limit]
        return Page(data[::-1] if forwards else data, len(found) > limit)

    def _bounds(self, params: Mapping[str, Any]) -> tuple[int, int]:
        if "starting_after" in params and "ending_before" in params:
            raise exclusive("ending_before", "starting_after")
        first, last = 0, len(self._rows)
        if "starting_after" in params:
            last = self._place(params["starting_after"], "starting_after")
        if "ending_before" in params:
            first = self._place(params["ending_before"], "ending_before") + 1
        created: Mapping[str, int] = _span(params.get("created", {}))
        first = max(
            first,
            bisect_right(self._created, created["gt"]) if "gt" in created else 0,
            bisect_left(self._created, created["gte"]) if "gte" in created else 0,
        )
        if "lt" in created:
            last = min(last, bisect_left(self._created, created["lt"]))
        if "lte" in created:
            last = min(last, bisect_right(self._created, created["lte"]))
        return first, last

    def _place(self, id: str, param: str) -> int:
        try:
            return self._places[id]
        except KeyError:
            raise no_such(label_of(self.kind), id, param=param) from None

    def _candidates(self, equal: Mapping[str, object]) -> Sequence[int]:
        indexed = [self._indexes[name].get(value, []) for name, value in equal.items() if name in self._indexes]
        places = [[held] if isinstance(held, int) else held for held in indexed]
        return min(places, key=len, default=range(len(self._rows)))


def _limit(params: Mapping[str, Any]) -> int:
    limit: int = params.get("limit", _LIMIT)
    if not 1 <= limit <= _MOST:
        bound = "greater than or equal to 1" if limit < 1 else f"less than or equal to {_MOST}"
        raise invalid(f"This value must be {bound}.", param="limit", code="parameter_invalid_integer")
    return limit


def _span(created: object) -> Mapping[str, int]:
    if is_hash(created):
        return created
    return {"gte": created, "lte": created} if isinstance(created, int) else {}


def _fits(row: Object, equal: Mapping[str, object]) -> bool:
    return all(row.get(name) == value for name, value in equal.items())
