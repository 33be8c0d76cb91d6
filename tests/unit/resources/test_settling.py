"""A settlement whose balance changes while it is being paid."""

from __future__ import annotations

import pytest
from tests.unit.calls.scripted import Bench, failed, page

from connectkit.drive import run
from connectkit.errors import InsufficientBalance
from connectkit.money import Money
from connectkit.requests import Response
from connectkit.resources.charges.separate import AsyncSeparateCharges
from connectkit.shortfalls import Shortfall

CHARGE = {"id": "ch_1", "payment_intent": "pi_1", "amount": 1000, "currency": "usd"}
PAYMENT = Response(200, {}, {"id": "pi_1", "status": "succeeded", "latest_charge": CHARGE})
ENOUGH = Response(200, {}, {"available": [{"amount": 1000, "currency": "usd"}]})


def test_a_balance_that_has_grown_since_stripe_refused_is_told_as_stripe_told_it() -> None:
    refusal = failed(400, remembered=True, type="invalid_request_error", code="balance_insufficient", message="No.")
    bench = Bench(PAYMENT, page(), ENOUGH, refusal, ENOUGH)
    shares = {"acct_2": Money.of("10.00", "usd")}
    settle = AsyncSeparateCharges(bench.caller).settle
    with pytest.raises(InsufficientBalance) as refused:
        run(settle("pi_1", key="settle", shares=shares, paid_from="balance"))
    assert not isinstance(refused.value, Shortfall)
    assert not bench.stripe.reactions
