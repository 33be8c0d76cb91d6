from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
import stripe

from connectkit.errors import InvalidRequest
from connectkit.webhooks.replies import Reason
from connectkit.webhooks.signatures import MAX_BYTES, Secret, sign, verify

from .samples import OTHER, SECRET, START

BODY = b'{"id": "evt_1"}'
OURS = Secret(SECRET)
THEIRS = Secret(OTHER)
HEADER = sign(BODY, SECRET, START)
T, V1 = HEADER.split(",")


def test_the_secret_that_signed_is_given() -> None:
    assert verify(BODY, HEADER, [THEIRS, OURS], START) is OURS


def test_stripes_own_code_signs_alike() -> None:
    sdk: Any = stripe.WebhookSignature
    header = sdk.generate_signature_header(BODY.decode(), SECRET, int(START.timestamp()))
    assert header == HEADER


def test_each_of_several_signatures_may_match() -> None:
    rolled = ",".join([T, sign(BODY, OTHER, START).split(",")[1], V1])
    assert verify(BODY, rolled, [OURS], START) is OURS
    assert verify(BODY, rolled, [THEIRS], START) is THEIRS


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (None, Reason.MISSING_HEADER),
        ("", Reason.MISSING_HEADER),
        (",", Reason.MALFORMED_HEADER),
        ("garbage", Reason.MALFORMED_HEADER),
        (V1, Reason.MALFORMED_HEADER),
        (f"t=,{V1}", Reason.MALFORMED_HEADER),
        (f"t=soon,{V1}", Reason.MALFORMED_HEADER),
        (f"t=-1,{V1}", Reason.MALFORMED_HEADER),
        (f"t=1e9,{V1}", Reason.MALFORMED_HEADER),
        (f"t={'9' * 13},{V1}", Reason.MALFORMED_HEADER),
        (f"{T},{T},{V1}", Reason.MALFORMED_HEADER),
        (f"{HEADER},v1=é", Reason.MALFORMED_HEADER),
        ("t=١٢٣٤٥٦٧٨٩٠,v1=x", Reason.MALFORMED_HEADER),  # digits, and no ASCII
        (HEADER + ",v0=" + "0" * 4096, Reason.MALFORMED_HEADER),
        (T, Reason.NO_SIGNATURE),
        (HEADER.replace("v1", "v0"), Reason.NO_SIGNATURE),
        (HEADER.replace("v1", "v2"), Reason.NO_SIGNATURE),
        (f"{T},v1", Reason.NO_SECRET_MATCHED),
        (f"{T},v1=", Reason.NO_SECRET_MATCHED),
        (f"{T},v1={'0' * 64}", Reason.NO_SECRET_MATCHED),
        (f"{T},{V1.upper().replace('V1', 'v1')}", Reason.NO_SECRET_MATCHED),
        (HEADER[:-1], Reason.NO_SECRET_MATCHED),
        (sign(BODY + b" ", SECRET, START), Reason.NO_SECRET_MATCHED),
        (f"{sign(BODY, SECRET, START - timedelta(seconds=1)).split(',')[0]},{V1}", Reason.NO_SECRET_MATCHED),
        (sign(BODY, OTHER, START), Reason.NO_SECRET_MATCHED),
    ],
)
def test_what_is_not_signed_says_why(header: str | None, reason: Reason) -> None:
    assert verify(BODY, header, [OURS], START) is reason


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (301, Reason.TOO_OLD),
        (300, OURS),
        (0, OURS),
        (-300, OURS),
        (-301, Reason.FROM_THE_FUTURE),
        (-40 * 365 * 86400, Reason.FROM_THE_FUTURE),
    ],
)
def test_a_signature_is_good_for_the_tolerance_in_both_directions(age: int, verdict: object) -> None:
    assert verify(BODY, HEADER, [OURS], START + timedelta(seconds=age)) == verdict


def test_the_tolerance_can_be_chosen() -> None:
    later = START + timedelta(seconds=2)
    assert verify(BODY, HEADER, [OURS], later, tolerance=2) is OURS
    assert verify(BODY, HEADER, [OURS], later, tolerance=1) is Reason.TOO_OLD
    assert verify(BODY, HEADER, [OURS], later, tolerance=0) is Reason.TOO_OLD


def test_a_body_has_a_longest_length() -> None:
    longest = b" " * MAX_BYTES
    assert verify(longest, sign(longest, SECRET, START), [OURS], START) is OURS
    assert verify(longest + b" ", sign(longest + b" ", SECRET, START), [OURS], START) is Reason.TOO_LARGE
    assert verify(BODY, HEADER, [OURS], START, max_bytes=len(BODY) - 1) is Reason.TOO_LARGE


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(SECRET, events_from="accounts")
    assert SECRET not in repr(secret)
    assert SECRET not in str(secret)
    assert "accounts" in repr(secret)


@pytest.mark.parametrize(
    "value", ["", " ", "whsec_", "whsec_x\n", " whsec_x", "sk_test_platform", "whsec_é", None, b"whsec_x"]
)
def test_what_is_no_signing_secret_is_refused_and_not_shown(value: Any) -> None:
    with pytest.raises(InvalidRequest, match="whsec_") as refused:
        Secret(cast("str", value))
    assert refused.value.param == "secrets"
    assert "sk_test" not in str(refused.value)
    with pytest.raises(InvalidRequest):
        sign(BODY, cast("str", value), START)
