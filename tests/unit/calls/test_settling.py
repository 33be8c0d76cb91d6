"""Every endpoint declares how an unknown outcome of it is settled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectkit.calls.settling import ENDPOINTS, Finder, Harmless, StateCheck, endpoint_of
from connectkit.errors import InvalidRequest
from connectkit.requests import Request

THEN = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sent(template: str, **params: object) -> Request:
    return Request("post", template.replace(":id", "x_1"), params, account="acct_1", version="v")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: str(endpoint.template))
def test_every_endpoint_is_found_by_a_path_of_its_own(endpoint: object) -> None:
    assert isinstance(endpoint, type(ENDPOINTS[0]))
    assert endpoint_of(sent(endpoint.template)) is endpoint


def test_an_undeclared_endpoint_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="/v1/quotes has not declared"):
        endpoint_of(Request("post", "/v1/quotes"))


def test_what_is_created_and_only_that_carries_a_mark() -> None:
    marked = {endpoint.template for endpoint in ENDPOINTS if endpoint.marks}
    assert marked == {endpoint.template for endpoint in ENDPOINTS if isinstance(endpoint.settling, Finder)}


def test_a_transfer_is_listed_by_destination_group_and_time() -> None:
    finder = endpoint_of(sent("/v1/transfers")).settling
    assert isinstance(finder, Finder)
    listing = finder.request(sent("/v1/transfers", destination="acct_2", transfer_group="g", amount=1), THEN)
    window = {"gte": int(THEN.timestamp()) - 300}
    params = {"destination": "acct_2", "transfer_group": "g", "limit": 100, "created": window}
    assert listing == Request("get", "/v1/transfers", params, account="acct_1", version="v")


def test_a_reversal_is_listed_under_its_transfer() -> None:
    finder = endpoint_of(sent("/v1/transfers/:id/reversals")).settling
    assert isinstance(finder, Finder)
    listing = finder.request(sent("/v1/transfers/:id/reversals", amount=1), THEN)
    assert (listing.path, listing.params) == ("/v1/transfers/x_1/reversals", {"limit": 100})


def test_the_list_of_v2_takes_no_parameters_of_v1() -> None:
    finder = endpoint_of(sent("/v2/core/accounts")).settling
    assert isinstance(finder, Finder)
    assert finder.request(sent("/v2/core/accounts"), THEN).params == {}


def test_a_confirmation_is_checked_by_reading_the_payment_intent() -> None:
    check = endpoint_of(sent("/v1/payment_intents/:id/confirm")).settling
    assert isinstance(check, StateCheck)
    reading = check.request(sent("/v1/payment_intents/:id/confirm", payment_method="pm_1"))
    assert reading == Request("get", "/v1/payment_intents/x_1", account="acct_1", version="v")


@pytest.mark.parametrize(
    ("params", "status", "happened"),
    [
        ({"confirm": True}, "succeeded", True),
        ({"confirm": True}, "requires_payment_method", False),
        ({}, "requires_payment_method", True),
    ],
)
def test_a_payment_intent_happened_when_it_came_as_far_as_asked(
    params: dict[str, object], status: str, *, happened: bool
) -> None:
    finder = endpoint_of(sent("/v1/payment_intents")).settling
    assert isinstance(finder, Finder)
    assert finder.happened(sent("/v1/payment_intents", **params), {"status": status}) is happened


@pytest.mark.parametrize(("amount", "happened"), [(1200, True), (1000, False)])
def test_an_increment_happened_when_as_much_is_reserved(amount: int, *, happened: bool) -> None:
    path = "/v1/payment_intents/:id/increment_authorization"
    check = endpoint_of(sent(path)).settling
    assert isinstance(check, StateCheck)
    assert check.happened(sent(path, amount=1200), {"amount": amount, "status": "requires_capture"}) is happened


def test_after_a_decline_the_same_payment_intent_is_confirmed() -> None:
    create = sent("/v1/payment_intents", amount=100, confirm=True, payment_method="pm_1", return_url="https://e.org")
    onward = endpoint_of(create).onward
    assert onward is not None
    confirm = onward(create, "pi_1")
    assert confirm.path == "/v1/payment_intents/pi_1/confirm"
    assert confirm.params == {"payment_method": "pm_1", "return_url": "https://e.org"}
    assert (confirm.account, confirm.version) == ("acct_1", "v")
    again = endpoint_of(confirm).onward
    assert again is not None
    assert again(confirm, "pi_1") is confirm


def test_links_and_settings_need_no_name() -> None:
    assert endpoint_of(sent("/v1/account_links")).settling is Harmless.MINT
    assert endpoint_of(sent("/v1/balance_settings")).settling is Harmless.REPEATABLE
