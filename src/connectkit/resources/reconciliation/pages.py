"""Pages of balance transactions, decoded once: a row is a plain tuple, because a ledger has millions of them.

With msgspec (`connectkit[fast]`) only what a row needs is decoded, several times as fast as with the standard library.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from operator import itemgetter
from types import GenericAlias
from typing import Any, Final, TypeAlias, cast

from connectkit.models.base import identifier

Row: TypeAlias = tuple[str, int, int, int, str, str, str, Any, int, int, Any]
"""Id, amount, fee, net, currency, category, type, source, available_on, created, fee_details."""

Page: TypeAlias = tuple[Sequence[Row], bool]
"""The rows of a page, the newest first, and whether there are older ones."""

ID: Final = 0
NET: Final = 3
CURRENCY: Final = 4
TYPE: Final = 6
SOURCE: Final = 7
CREATED: Final = 9
FEES: Final = 10

_FIELDS: Final = (
    "id",
    "amount",
    "fee",
    "net",
    "currency",
    "reporting_category",
    "type",
    "source",
    "available_on",
    "created",
    "fee_details",
)

_BELONGS: Final = ("payment_intent", "charge", "source_transfer", "source_transaction", "originating_transaction")


@cache
def reader() -> Callable[[bytes], Page]:
    """Give the fastest way to decode a page that is installed."""
    try:
        msgspec = import_module("msgspec")
    except ImportError:
        return read_plainly
    return _typed(msgspec)


def read_plainly(body: bytes) -> Page:
    """Decode a page with the standard library."""
    page = json.loads(body)
    return list(map(row_of, page["data"])), page["has_more"]


row_of: Final[Callable[[Mapping[str, Any]], Row]] = itemgetter(*_FIELDS)


def _typed(msgspec: Any) -> Callable[[bytes], Page]:  # noqa: ANN401  # an optional module
    """Give what decodes a page with msgspec; what a row does not need is skipped, not built."""
    types: dict[str, Any] = dict.fromkeys(("amount", "fee", "net", "available_on", "created"), int)
    types |= {"source": str | dict[str, Any] | None, "fee_details": msgspec.Raw}
    row: Any = msgspec.defstruct("Row", [(name, types.get(name, str)) for name in _FIELDS], gc=False)
    page = msgspec.defstruct("Page", [("data", GenericAlias(list, row)), ("has_more", bool)])
    decode = msgspec.json.Decoder(page).decode
    flat: Callable[[Any], Row] = msgspec.structs.astuple

    def read(body: bytes) -> Page:
        found = decode(body)
        return list(map(flat, found.data)), found.has_more

    return read


def source_of(row: Row) -> str:
    """Give the id of the object behind a row, or `""`."""
    source = row[SOURCE]
    if source.__class__ is str:
        return source
    return str(source["id"]) if source else ""


def behind(row: Row) -> Iterator[str]:
    """Give the id of the object behind a row, and of what that belongs to, where it tells."""
    yield source_of(row)
    source: Any = row[SOURCE]
    if isinstance(source, Mapping):
        yield from (identifier(source.get(member)) for member in _BELONGS)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # decoded JSON


def application_fee(details: Any) -> int:  # noqa: ANN401  # decoded JSON, or JSON
    """Give the part of a row's fee that the platform gets."""
    parts = cast("list[Mapping[str, Any]]", details if isinstance(details, list) else json.loads(bytes(details)))
    return sum(part["amount"] for part in parts if part["type"] == "application_fee")
