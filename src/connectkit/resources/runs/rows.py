"""Rows, wherever they come from: mappings, typed rows, a data frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from operator import index
from typing import Any, Final, TypeAlias, cast

import attrs

from connectkit.errors import InvalidRequest
from connectkit.money import Money

Rows: TypeAlias = Any
"""An iterable of mappings, named tuples, or instances of attrs or data classes; or a data frame of pandas or polars."""

_COLUMNS: Final = (
    "Columns are `name`, and the arguments of the verb; amounts as `amount` or `amount_minor`, `currency`."
)


def read(rows: Rows) -> Iterator[Mapping[str, Any]]:
    """Give each row as a mapping.

    Raises:
        InvalidRequest: There is something among them that is no row.
    """
    for row in _records(rows):
        yield _mapping(row)


def _records(rows: Rows) -> Iterable[object]:
    if hasattr(rows, "iter_rows"):  # a frame of polars
        return cast("Iterable[object]", rows.iter_rows(named=True))
    if hasattr(rows, "to_dict") and hasattr(rows, "columns"):  # one of pandas; its columns of floats hold whole numbers
        return cast("Iterable[object]", rows.astype(object).to_dict("records"))
    return cast("Iterable[object]", rows)


def _mapping(row: Any) -> Mapping[str, Any]:  # noqa: ANN401  # whatever somebody passes
    if isinstance(row, Mapping):
        return cast("Mapping[str, Any]", row)
    names = _names(row)
    if names:
        return {name: getattr(row, name) for name in names}
    message = f"A row is a mapping, not a {type(row).__name__}."
    raise InvalidRequest(message, param="rows", next_step=_COLUMNS)


def _names(row: Any) -> tuple[str, ...]:  # noqa: ANN401  # as above
    if hasattr(row, "_fields"):  # a named tuple
        return cast("tuple[str, ...]", row._fields)
    kind = cast("type[object]", type(row))
    if attrs.has(kind):
        return tuple(one.name for one in attrs.fields(kind))
    return tuple(one.name for one in fields(row)) if is_dataclass(row) else ()


def arguments(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row says as arguments: what is missing left out, amounts as money.

    Raises:
        InvalidRequest: An amount is none.
    """
    said = {name: value for name, value in row.items() if not _missing(value)}
    minor = said.pop("amount_minor", None)
    amount, currency = said.pop("amount", None), said.pop("currency", None)
    money = _money(amount, minor, currency)
    return said if money is None else {**said, "amount": money}


def _money(amount: Any, minor: Any, currency: Any) -> Money | None:  # noqa: ANN401  # whatever a cell holds
    if minor is not None:
        if amount is not None:
            message = "A row has an amount in major units, or in minor units, and not both."
            raise InvalidRequest(message, param="amount")
        return Money.minor(_whole(minor), str(currency))
    if amount is None:
        if currency is not None:
            message = "A row with a currency has an amount."
            raise InvalidRequest(message, param="amount")
        return None
    if isinstance(amount, Money):
        if currency not in (None, amount.currency):
            message = f"The amount is {amount}, and the currency of the row is another."
            raise InvalidRequest(message, param="currency")
        return amount
    return Money.of(amount if isinstance(amount, str | int | Decimal) else _refused_float(amount), str(currency))


def _whole(minor: Any) -> int:  # noqa: ANN401  # numbers of numpy count as whole ones
    if isinstance(minor, str) and minor.isascii() and minor.removeprefix("-").isdigit():
        return int(minor)
    if isinstance(minor, float) and minor.is_integer():  # a column of pandas in which a value is missing
        return int(minor)
    try:
        return index(cast("Any", minor))
    except TypeError:
        message = f"amount_minor is a whole number of minor units, not a {type(minor).__name__}."
        raise InvalidRequest(message, param="amount_minor") from None


def _refused_float(amount: object) -> int:
    message = f"An amount is text, a Decimal or Money, not a {type(amount).__name__}, which is not exact."
    raise InvalidRequest(message, param="amount", next_step="Give a column amount_minor of whole minor units.")


def _missing(value: Any) -> bool:  # noqa: ANN401  # whatever a cell holds
    if value is None or (isinstance(value, str) and not value):
        return True
    if type(value).__name__ in {"NAType", "NaTType"}:  # of pandas, which compares them with nothing
        return True
    return isinstance(value, float | Decimal) and value != value  # noqa: PLR0124  # not a number
