"""A refusal of Stripe's, told as one of our errors."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectkit.calls.refusals import refusal, struck_out, surviving, written
from connectkit.errors import (
    AccountNotReady,
    AuthenticationFailed,
    InsufficientBalance,
    NotFound,
    PaymentDeclined,
    PermissionDenied,
    Refused,
)
from connectkit.requests import Response


def answer(status: int, **error: object) -> Response:
    return Response(status, {"request-id": "req_1"}, {"error": error})


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "balance_insufficient", InsufficientBalance),
        (400, "resource_missing", NotFound),
        (400, "insufficient_capabilities_for_transfer", AccountNotReady),
        (403, "account_invalid", PermissionDenied),
        (401, "", AuthenticationFailed),
        (402, "card_declined", PaymentDeclined),
        (403, "", PermissionDenied),
        (404, "a_code_of_tomorrow", NotFound),
        (400, "a_code_of_tomorrow", Refused),
    ],
)
def test_codes_come_first_and_the_status_knows_the_rest(status: int, code: str, kind: type[Refused]) -> None:
    error = refusal(answer(status, code=code, message="No.", decline_code="lost_card"), "a test")
    assert type(error) is kind
    assert (error.status, error.code, error.decline_code, error.request_id) == (status, code, "lost_card", "req_1")
    assert error.next_step


@given(error=st.dictionaries(st.text(max_size=8), st.none() | st.integers() | st.text(max_size=8)))
def test_any_error_object_can_be_told_and_written_down(error: dict[str, object]) -> None:
    told = refusal(Response(400, {}, {"error": error}), "a test")
    assert json.loads(written(told))["status"] == 400
    assert told.message


@pytest.mark.parametrize(
    "secret",
    [
        "ana@example.com",
        "sk_test_51HeaUVLYm",
        "whsec_abc",
        "pi_1_secret_abc",
        "000123456789",
        "123-45-6789",
        "+49 170 1234567",
    ],
)
def test_what_looks_personal_or_secret_is_struck_out(secret: str) -> None:
    assert struck_out(f"Invalid value: {secret}, sorry.") == "Invalid value: […], sorry."


def test_ids_and_amounts_stay_readable() -> None:
    sentence = "No such payout: 'po_1NvXyz2eZvKYlo2C'; the balance of 12345 is too low."
    assert struck_out(sentence) == sentence


def test_what_lives_on_is_the_payment_intent() -> None:
    assert surviving(answer(402, payment_intent={"id": "pi_1"})) == "pi_1"
    assert surviving(answer(402)) == ""


def test_a_refusal_without_a_message_tells_the_status() -> None:
    assert refusal(answer(400), "").message == "Stripe answered 400."
