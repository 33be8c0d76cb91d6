"""Every error says what was tried, whether it can have happened, and what to do next."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from connectkit import errors
from connectkit.errors import (
    AnswerPurged,
    Braked,
    ConnectKitError,
    Happened,
    InvalidRequest,
    OperationConflict,
    OperationError,
    OutcomeUnknown,
    PaymentDeclined,
    Refused,
    Unreachable,
)
from connectkit.money import Money
from connectkit.shortfalls import Shortfall


def tree(root: type[ConnectKitError]) -> Iterator[type[ConnectKitError]]:
    yield root
    for kind in root.__subclasses__():
        yield from tree(kind)


COMMON = {"tried": "payouts.create (payout-1)", "next_step": "Wait."}
PARTICULARS: list[tuple[type[ConnectKitError], dict[str, object]]] = [
    (Shortfall, {"shortfall": Money.of("1.00", "usd"), "available": Money.of("2.00", "usd")}),
    (Refused, {"status": 402, "code": "card_declined", "request_id": "req_1"}),
    (OperationConflict, {"key": "payout-1", "differs": ("amount",)}),
    (AnswerPurged, {"key": "payout-1", "object_id": "po_1"}),
    (Braked, {"brake": "stop"}),
    (OperationError, {"key": "payout-1"}),
    (ConnectKitError, {}),
]


def made(kind: type[ConnectKitError]) -> ConnectKitError:
    particulars: Any = next(given for base, given in PARTICULARS if issubclass(kind, base))
    return kind("No.", **particulars, **COMMON)


@pytest.mark.parametrize("kind", list(tree(ConnectKitError)))
def test_every_error_speaks_in_full_and_survives_a_pickle(kind: type[ConnectKitError]) -> None:
    error = made(kind)
    assert str(error) == f"No. While trying payouts.create (payout-1): {error.happened.value}. Wait."
    again = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert type(again) is kind
    assert str(again) == str(error)
    assert vars(again) == vars(error)


@pytest.mark.parametrize("kind", list(tree(ConnectKitError)))
def test_the_drawn_tree_names_every_error(kind: type[ConnectKitError]) -> None:
    assert errors.__doc__ is not None
    assert kind.__name__ in errors.__doc__


def test_an_error_without_particulars_is_its_message() -> None:
    assert str(ConnectKitError("No.")) == "No."


def test_bad_arguments_are_value_errors_too() -> None:
    assert isinstance(InvalidRequest("No.", param="key"), ValueError)


def test_whether_it_happened_is_said_by_kind() -> None:
    assert PaymentDeclined("No.", status=402).happened is Happened.NO
    assert OutcomeUnknown("Lost.", key="a", request_id="req_1").happened is Happened.UNKNOWN
    assert Unreachable("Lost.", request_id="req_1").request_id == "req_1"
