"""Banks and cards of sellers over a scripted Stripe."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.calls.scripted import LOST, Bench, page

from connectkit.errors import InvalidRequest, OperationConflict, OutcomeUnknown
from connectkit.models.details import BankDetails, CardDetails
from connectkit.requests import Request, Response
from connectkit.resources.external_accounts import AsyncExternalAccounts, ExternalAccounts

BANK = {
    "id": "ba_1",
    "account": "acct_1",
    "country": "US",
    "currency": "usd",
    "last4": "6789",
    "default_for_currency": True,
    "status": "new",
}
NUMBERED = BankDetails(account_number="000123456789", routing_number="110000000", country="us", currency="USD")

CARD = CardDetails(number="4000056655665556", exp_month=12, exp_year=2034, currency="USD", cvc="123")


def answer(data: dict[str, Any]) -> Response:
    return Response(200, {"request-id": "req_1"}, data)


def desk(bench: Bench) -> ExternalAccounts:
    """Make another process's face over the same store."""
    return ExternalAccounts(AsyncExternalAccounts(bench.another()))


def test_a_bank_account_is_added_once() -> None:
    bench = Bench(answer(BANK))
    added = desk(bench).add("acct_1", key="bank-7", token="btok_us_verified", metadata={"of": "7"})
    again = desk(bench).add("acct_1", key="bank-7", token="btok_us_verified", metadata={"of": "7"})
    assert again == added
    assert (added.id, added.name, added.last4) == ("ba_1", "", "6789")
    (request,) = bench.stripe.sent
    assert request.path == "/v1/accounts/acct_1/external_accounts"
    assert request.account is None
    assert request.params["external_account"] == "btok_us_verified"
    assert request.params["default_for_currency"] is True
    assert request.params["metadata"].keys() == {"of", "connectkit"}
    with pytest.raises(OperationConflict):
        desk(bench).add("acct_2", key="bank-7", token="btok_us_verified", metadata={"of": "7"})


def test_a_bank_account_that_stripe_may_have_forgotten_is_looked_for() -> None:
    bench = Bench(LOST, LOST, LOST, LOST, LOST, LOST, LOST, LOST)
    with pytest.raises(OutcomeUnknown):
        desk(bench).add("acct_1", key="bank-7", token="btok_us_verified")
    mark = bench.stripe.sent[0].params["metadata"]
    bench.world.passed += 24 * 3600

    def listed(request: Request) -> Response:
        assert (request.method, request.path) == ("get", "/v1/accounts/acct_1/external_accounts")
        return page({**BANK, "metadata": mark})

    bench.stripe.reactions[:] = [listed]
    assert desk(bench).add("acct_1", key="bank-7", token="btok_us_verified").id == "ba_1"


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"token": "000123456789"}, "token"),
        ({"token": None}, "token"),
        ({"bank": NUMBERED}, "token"),
        ({"token": None, "bank": NUMBERED, "card": CARD}, "token"),
        ({"account_id": "seller-7"}, "account_id"),
        ({"metadata": {"connectkit": ""}}, "metadata"),
        ({"key": " "}, "key"),
    ],
)
def test_what_is_wrong_with_a_bank_account_is_said_before_anything_is_sent(wrong: dict[str, Any], param: str) -> None:
    bench = Bench()
    given: dict[str, Any] = {"account_id": "acct_1", "key": "bank-7", "token": "btok_us_verified", **wrong}
    with pytest.raises(InvalidRequest) as caught:
        desk(bench).add(given.pop("account_id"), **given)
    assert caught.value.param == param
    assert bench.stripe.sent == []
    assert "000123456789" not in str(caught.value)


def test_a_number_is_sent_and_kept_nowhere() -> None:
    bench = Bench(answer(BANK))
    added = desk(bench).add("acct_1", key="bank-7", bank=NUMBERED)
    assert bench.stripe.sent[0].params["external_account"] == {
        "object": "bank_account",
        "account_number": "000123456789",
        "routing_number": "110000000",
        "country": "US",
        "currency": "usd",
    }
    row = bench.row("bank-7")
    for shown in (repr(NUMBERED), repr(row), row.request, row.answer, repr(added)):
        assert "000123456789" not in shown


def test_a_card_is_sent_by_its_number_and_kept_nowhere() -> None:
    bench = Bench(answer({**BANK, "id": "card_1", "object": "card", "last4": "5556"}))
    added = desk(bench).add("acct_1", key="card-7", card=CARD)
    assert bench.stripe.sent[0].params["external_account"] == {
        "object": "card",
        "number": "4000056655665556",
        "exp_month": 12,
        "exp_year": 2034,
        "currency": "usd",
        "cvc": "123",
    }
    row = bench.row("card-7")
    for shown in (repr(CARD), repr(row), row.request, row.answer, repr(added)):
        assert "4000056655665556" not in shown
        assert "123" not in repr(CARD)


@pytest.mark.parametrize(
    ("wrong", "param"),
    [({"number": "4000 0566"}, "number"), ({"number": ""}, "number"), ({"exp_month": 13}, "exp_month")],
)
def test_what_is_wrong_with_a_card_is_said_when_it_is_made(wrong: dict[str, Any], param: str) -> None:
    told: dict[str, Any] = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "currency": "usd", **wrong}
    with pytest.raises(InvalidRequest) as caught:
        CardDetails(**told)
    assert caught.value.param == param
