"""What every value has in common: where it came from, and the whole answer behind it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from attrs import field, frozen

Data: TypeAlias = Mapping[str, Any]


class FrozenMapping(Mapping[str, str]):
    """A small mapping that can't be changed and can be hashed."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, str] | None = None) -> None:
        self._items = dict(items or {})

    def __getitem__(self, key: str) -> str:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._items!r})"


class Metadata(FrozenMapping):
    """The metadata of an object of Stripe's."""

    __slots__ = ()


@frozen(kw_only=True)
class Receipt:
    """How an answer was come by.

    Attributes:
        request_id: Stripe's id of the request that gave it, to quote to its support; `""` where it gave none.
        replayed: Whether it is the remembered answer of an operation that was done before; nothing was sent now.
        recorded: Whether the journal holds it. `False` only when the store was lost after Stripe had answered: calling
            again with the same key records it.
        as_of: When Stripe answered, by the store's clock; `None` for a plain read.
    """

    request_id: str = ""
    replayed: bool = False
    recorded: bool = True
    as_of: datetime | None = None


@frozen(kw_only=True)
class Answer:
    """What one call came to: the object as plain data, and how it was come by."""

    data: Data
    receipt: Receipt = Receipt()


class Whole:
    """A copy of the whole answer, which equality, hash, repr and pickle pass over."""

    __slots__ = ("_data",)

    def __init__(self, data: Data | None = None) -> None:
        self._data = data or {}

    def __reduce__(self) -> tuple[type[Whole], tuple[()]]:
        return (Whole, ())

    def copied(self) -> dict[str, Any]:
        """Give a deep copy, the reader's own."""
        return copy.deepcopy(dict(self._data))


@frozen(kw_only=True)
class Value:
    """The base of every value: comparable, hashable, picklable, printable.

    Attributes:
        id: Stripe's id.
        receipt: How it was come by; takes no part in equality.
    """

    id: str
    receipt: Receipt = field(default=Receipt(), eq=False, repr=False)
    _whole: Whole = field(factory=Whole, eq=False, repr=False, alias="whole")

    @property
    def raw(self) -> dict[str, Any]:
        """A copy of Stripe's whole answer, `{}` after a replay or a pickle. It may hold personal data."""
        return self._whole.copied()


def part(data: Data, name: str) -> Data:
    """Give an inner object, empty where it is null or missing."""
    inner: Data | None = data.get(name)
    return inner or {}


def moment(seconds: int | str | None) -> datetime | None:
    """Read a time of Stripe's: unix seconds of v1 or the ISO text of v2."""
    if seconds is None:
        return None
    if isinstance(seconds, str):
        return datetime.fromisoformat(seconds)
    return datetime.fromtimestamp(seconds, tz=UTC)


def identifier(value: object) -> str:
    """Give the id of an expandable field: of the object, of its id, or `""` of nothing."""
    if isinstance(value, Mapping):
        return str(value["id"])  # pyright: ignore[reportUnknownArgumentType]  # a JSON object
    return str(value or "")
