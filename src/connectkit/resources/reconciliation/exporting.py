"""Lines for other programs: as CSV, and as columns for a data frame."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Final

from connectkit.errors import InvalidRequest
from connectkit.models.reconciliation import Line

COLUMNS: Final[Sequence[str]] = (
    "id",
    "account",
    "created",
    "available_on",
    "type",
    "category",
    "currency",
    "amount",
    "fee",
    "application_fee",
    "net",
    "source",
    "origin",
    "key",
    "step",
    "division",
)
"""The columns, in order. Amounts are in minor units."""


def record(line: Line) -> tuple[object, ...]:
    """Give a line as the values of its columns."""
    return (
        line.id,
        line.account,
        line.created,
        line.available_on,
        line.type,
        line.category,
        line.net.currency,
        line.amount.amount,
        line.fee.amount,
        line.application_fee.amount,
        line.net.amount,
        line.source,
        line.origin.value,
        line.key,
        line.step,
        _division(line),
    )


def written(values: Sequence[object]) -> str:
    """Write a row of CSV; what a spreadsheet would take for a formula is written as text."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow([_harmless(value) for value in values])
    return text.getvalue()


def library(name: str) -> Any:  # noqa: ANN401  # pandas or polars
    """Load what makes data frames.

    Raises:
        InvalidRequest: It is neither of the two, or is not installed.
    """
    if name not in {"pandas", "polars"}:
        message = f"Data frames are made by pandas or polars, not by {name}."
        raise InvalidRequest(message, param="library")
    try:
        return import_module(name)
    except ImportError:
        message = f"{name} is not installed."
        raise InvalidRequest(message, param="library", next_step=f"Run `pip install {name}`.") from None


def columns(lines: Sequence[tuple[object, ...]]) -> Mapping[str, Sequence[object]]:
    """Turn rows into columns, with their names also where there is no row."""
    return {name: [line[place] for line in lines] for place, name in enumerate(COLUMNS)}


def _division(line: Line) -> str:
    if line.division is None:
        return ""
    return " ".join(f"{account}={share.amount}" for account, share in line.division.shares.items())


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") and value else value
