"""Arguments that several rooms take, checked before anything is sent. No message repeats what may be personal."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

from connectkit.calls.keys import METADATA_KEY
from connectkit.errors import InvalidRequest
from connectkit.money import Money
from connectkit.requests import checked_id

SetupFutureUsage: TypeAlias = Literal["on_session", "off_session"]
"""Whether a way to pay is kept for payments with the buyer present, or without her."""

_NOTES: Final = 49  # Stripe takes 50, of which one is our mark
_NAME: Final = 40
_NOTE: Final = 500


def checked_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """Give metadata that Stripe takes beside the mark that is ours.

    Raises:
        InvalidRequest: There is too much of it, or one of its names is ours.
    """
    notes = dict(metadata or {})
    fits = all(len(name) <= _NAME and len(note) <= _NOTE for name, note in notes.items())
    if len(notes) > _NOTES or not fits or METADATA_KEY in notes:
        message = (
            f"metadata is at most {_NOTES} notes of {_NOTE} characters under names of {_NAME}, not {METADATA_KEY!r}."
        )
        raise InvalidRequest(message, param="metadata")
    return notes


def check_word(word: str, param: str, words: Collection[str]) -> None:
    """Check that a word is one of a few.

    Raises:
        InvalidRequest: It is another one.
    """
    if word not in words:
        message = f"{param} is one of {', '.join(words)}."
        raise InvalidRequest(message, param=param)


def checked_methods(types: Sequence[str] | None) -> list[str] | None:
    """Check the ways to pay that are offered.

    Raises:
        InvalidRequest: There is none, or it is no list.
    """
    if types is None:
        return None
    if isinstance(types, str) or not types:
        message = "allowed_payment_method_types is a list of Stripe's names, as ['card', 'us_bank_account']."
        raise InvalidRequest(message, param="allowed_payment_method_types")
    return [*types]


def checked_money(money: Money, param: str = "amount") -> Money:
    """Check that an amount is money, and give it back.

    Raises:
        InvalidRequest: It is something else, as a bare number.
    """
    if not isinstance(money, Money):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = f"{param} is Money, not a {type(money).__name__}."  # type: ignore[unreachable]
        raise InvalidRequest(message, param=param, next_step="Pass Money.of('49.90', 'usd').")
    return money


def optional_id(value: str | None, param: str, *prefixes: str) -> str | None:
    """Check an id of Stripe's that need not be given.

    Raises:
        InvalidRequest: It is given, and no id of these kinds.
    """
    return None if value is None else checked_id(value, param, *prefixes)


def given(**values: object) -> dict[str, Any]:
    """Give what is not `None`."""
    return {name: value for name, value in values.items() if value is not None}
