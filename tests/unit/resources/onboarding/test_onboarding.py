"""Onboarding over a scripted Stripe."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.unit.calls.scripted import LOST, Bench, failed, page
from tests.unit.models.account_samples import account, v1, v2

from connectkit.errors import InvalidRequest, OperationConflict, OutcomeUnknown, Refused
from connectkit.models.details import AccountDetails, BusinessProfile, Individual, TermsAcceptance
from connectkit.models.standing import AccountState
from connectkit.requests import Response
from connectkit.resources.onboarding import AsyncOnboarding, Onboarding
from connectkit.resources.onboarding.presets import AccountRuleWarning

PAGES: dict[str, Any] = {"return_url": "https://example.com/back", "refresh_url": "https://example.com/again"}
SELLER: dict[str, Any] = {"key": "seller-7", "country": "us", "type": "custom", "email": "ana@example.com"}
DETAILS = AccountDetails(
    individual=Individual(
        first_name="Ana", date_of_birth=date(1990, 5, 17), id_number="123456789", id_number_type="us_ssn"
    ),
    terms=TermsAcceptance(date=datetime(2026, 11, 23, tzinfo=UTC), ip="203.0.113.7"),
)
RECIPIENT = TermsAcceptance(date=datetime(2026, 11, 23, tzinfo=UTC), ip="203.0.113.7", service_agreement="recipient")
PERSONAL = ("ana@example.com", "Ana", "123456789", "203.0.113.7")


def answer(data: dict[str, Any]) -> Response:
    return Response(200, {"request-id": "req_1"}, data)


def desk(bench: Bench) -> Onboarding:
    """Make another process's face over the same store."""
    return Onboarding(AsyncOnboarding(bench.another()))


@pytest.mark.parametrize(("api", "data"), [("v1", v1()), ("v2", v2())])
def test_an_account_is_made_once_and_remembered_without_the_person(api: Any, data: dict[str, Any]) -> None:
    bench = Bench(answer(data))
    made = desk(bench).create(**SELLER, prefill=DETAILS, metadata={"seller": "7"}, api=api)
    again = desk(bench).create(**SELLER, prefill=DETAILS, metadata={"seller": "7"}, api=api)
    assert again == made == account(data)
    assert again.receipt.replayed
    assert again.raw.get("email", again.raw.get("contact_email")) is None
    (request,) = bench.stripe.sent
    assert request.version == "2026-10-28.endive"
    assert request.idempotency_key is not None
    assert request.params["metadata"].keys() == {"seller", "connectkit"}
    row = bench.row("seller-7")
    assert row.verb == "onboarding.create"
    for secret in PERSONAL:
        assert secret not in repr(row) + repr(made)


def test_a_lost_answer_is_found_out_by_who_brings_the_person_again() -> None:
    bench = Bench(LOST, LOST, LOST, LOST, LOST, LOST, LOST, LOST)
    with pytest.raises(OutcomeUnknown):
        desk(bench).create(**SELLER, prefill=DETAILS)
    first = bench.stripe.sent[0]
    bench.stripe.reactions[:] = [answer(v2())]
    made = desk(bench).create(**SELLER, prefill=DETAILS)
    assert made.id == "acct_1"
    assert bench.stripe.sent[-1] == first


def test_an_account_that_was_found_by_its_mark_is_read_whole() -> None:
    bench = Bench(LOST, LOST, LOST, LOST, LOST, LOST, LOST, LOST)
    with pytest.raises(OutcomeUnknown):
        desk(bench).create(**SELLER)
    listed = v2(configuration=None, requirements=None, metadata=bench.stripe.sent[0].params["metadata"])
    bench.world.passed += 30 * 24 * 3600
    bench.stripe.reactions[:] = [page(listed), answer(v2())]
    made = desk(bench).create(**SELLER)
    assert made == account(v2())
    assert made.receipt.as_of is not None
    assert [request.method for request in bench.stripe.sent[-2:]] == ["get", "get"]


@pytest.mark.parametrize(
    "changed",
    [
        {"country": "DE"},
        {"email": "eve@example.com"},
        {"type": "express"},
        {"api": "v1"},
        {"capabilities": ["transfers"]},
    ],
)
def test_a_key_names_one_seller(changed: dict[str, Any]) -> None:
    bench = Bench(answer(v2()))
    desk(bench).create(**SELLER)
    with pytest.raises(OperationConflict) as caught:
        desk(bench).create(**{**SELLER, **changed})
    assert "example.com" not in str(caught.value)


def test_the_same_wish_in_other_words_is_the_same() -> None:
    bench = Bench(answer(v2()))
    made = desk(bench).create(**SELLER, capabilities=("transfers", "card_payments"))
    axes: dict[str, Any] = {
        "dashboard": "none",
        "fees_collector": "application",
        "losses_collector": "application",
    }
    wish: dict[str, Any] = {**SELLER, "country": "US", "type": None, **axes}
    assert desk(bench).create(**wish, capabilities=["card_payments", "transfers"]) == made


@pytest.mark.parametrize(
    ("wrong", "param"),
    [
        ({"country": "USA"}, "country"),
        ({"type": "premium"}, "type"),
        ({"type": None}, "type"),
        ({"dashboard": "none"}, "type"),
        ({"email": "ana"}, "email"),
        ({"email": ""}, "email"),
        ({"capabilities": ()}, "capabilities"),
        ({"capabilities": "transfers"}, "capabilities"),
        ({"business_type": "hobby"}, "business_type"),
        ({"metadata": {"connectkit": "x"}}, "metadata"),
        ({"api": "v3"}, "api"),
        ({"key": ""}, "key"),
    ],
)
def test_what_is_wrong_with_a_seller_is_said_before_anything_is_sent(wrong: dict[str, Any], param: str) -> None:
    bench = Bench()
    with pytest.raises(InvalidRequest) as caught:
        desk(bench).create(**{**SELLER, **wrong})
    assert caught.value.param == param
    assert bench.stripe.sent == []


def test_what_breaks_a_rule_is_refused_where_strictness_is_asked_for_and_left_to_stripe_otherwise() -> None:
    bench = Bench(answer(v2()))
    axes: dict[str, Any] = {"dashboard": "express", "fees_collector": "application", "losses_collector": "stripe"}
    with pytest.raises(InvalidRequest, match="leaves the losses with the platform"):
        desk(bench).create(key="seller-8", country="US", **axes, strict=True)
    assert bench.stripe.sent == []
    with pytest.warns(AccountRuleWarning, match="leaves the losses with the platform"):
        desk(bench).create(key="seller-8", country="US", **axes)
    assert bench.stripe.sent[0].params["defaults"]["responsibilities"]["losses_collector"] == "stripe"


def test_the_rules_can_be_others() -> None:
    axes: dict[str, Any] = {"dashboard": "express", "fees_collector": "application", "losses_collector": "stripe"}
    desk(Bench(answer(v2()))).create(key="seller-8", country="US", **axes, strict=True, rules={"none": {"a": "b"}})
    with pytest.raises(InvalidRequest, match="never on a Monday"):
        desk(Bench()).create(**SELLER, strict=True, rules={"never on a Monday": {"dashboard": "none"}})


@pytest.mark.parametrize(
    ("wish", "rule"),
    [
        ({"capabilities": ["card_payments"], "api": "v1"}, "card_payments wants transfers"),
        ({"prefill": AccountDetails(business_profile=BusinessProfile(mcc="0001"))}, "0001 is not among"),
        ({"prefill": DETAILS, "type": "express"}, "accepts its terms in Stripe's form alone"),
        ({"prefill": AccountDetails(terms=RECIPIENT), "api": "v1"}, "never takes card payments"),
    ],
)
def test_other_rules_are_named_as_well(wish: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidRequest, match=rule):
        desk(Bench()).create(**{**SELLER, **wish}, strict=True)


CLOSED = failed(
    400, type="invalid_request_error", message="Not recommended for new Connect integrations: use /v2/core/accounts."
)
MISSING = failed(400, type="invalid_request_error", message="Something else.")


@pytest.mark.parametrize(("api", "reaction", "times"), [("v1", CLOSED, 1), ("v1", MISSING, 0), ("v2", CLOSED, 0)])
def test_a_platform_that_is_too_new_for_v1_is_told_what_to_do(api: Any, reaction: Response, times: int) -> None:
    with pytest.raises(Refused) as caught:
        desk(Bench(reaction)).create(**SELLER, api=api)
    assert caught.value.next_step.count("api='v2'") == times


def test_an_account_is_read_through_either_api() -> None:
    bench = Bench(answer(v1()), answer(v2()))
    one = desk(bench).retrieve("acct_1", api="v1")
    other = desk(bench).retrieve("acct_1")
    assert [(request.method, request.path) for request in bench.stripe.sent] == [
        ("get", "/v1/accounts/acct_1"),
        ("get", "/v2/core/accounts/acct_1"),
    ]
    assert one.requirements == other.requirements
    assert one.receipt.request_id == "req_1"
    assert one.raw["email"] == "ana@example.com"


def test_the_status_is_that_of_now() -> None:
    bench = Bench(answer(v2()), answer(v1(charges_enabled=False, payouts_enabled=False)))
    assert desk(bench).status("acct_1").state is AccountState.COMPLETE
    assert desk(bench).status("acct_1", api="v1").state is AccountState.RESTRICTED


def test_a_link_is_made_anew_each_time_and_nowhere_kept() -> None:
    link = {"url": "https://connect.stripe.com/setup/s/token", "expires_at": "2026-11-23T12:05:00Z"}
    bench = Bench(answer(link), answer({**link, "expires_at": 1_795_435_500}))
    one = desk(bench).link("acct_1", **PAGES)
    other = desk(bench).link("acct_1", **PAGES, type="account_update", api="v1")
    assert one.expires_at == other.expires_at == datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
    assert [request.idempotency_key for request in bench.stripe.sent] == [None, None]
    assert not bench.unsettled()


@pytest.mark.parametrize(
    ("account_id", "wrong", "param"),
    [
        ("cus_1", {}, "account_id"),
        ("", {}, "account_id"),
        ("acct_1/persons", {}, "account_id"),
        ("acct_1", {"return_url": "http://example.com"}, "return_url"),
        ("acct_1", {"refresh_url": ""}, "refresh_url"),
        ("acct_1", {"type": "account_delete"}, "type"),
        ("acct_1", {"api": "v3"}, "api"),
    ],
)
def test_what_is_wrong_with_a_link_is_said_before_anything_is_sent(
    account_id: str, wrong: dict[str, Any], param: str
) -> None:
    bench = Bench()
    with pytest.raises(InvalidRequest) as caught:
        desk(bench).link(account_id, **{**PAGES, **wrong})
    assert caught.value.param == param
    assert bench.stripe.sent == []


@pytest.mark.parametrize(("api", "data"), [("v1", v1()), ("v2", v2())])
def test_more_is_told_of_a_seller_without_being_written_down(api: Any, data: dict[str, Any]) -> None:
    bench = Bench(answer(data))
    told = desk(bench).update(
        "acct_1", capabilities=["klarna_payments"], business_type="individual", details=DETAILS, api=api
    )
    assert told == account(data)
    (request,) = bench.stripe.sent
    assert request.path == {"v1": "/v1/accounts/acct_1", "v2": "/v2/core/accounts/acct_1"}[api]
    assert request.idempotency_key is None
    assert "metadata" not in request.params
    assert not bench.unsettled()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"details": AccountDetails()},
        {"details": AccountDetails(individual=Individual())},
        {"capabilities": "transfers"},
        {"business_type": "hobby"},
        {"business_type": "individual", "api": "v3"},
    ],
)
def test_an_update_says_something_that_is_right(wrong: dict[str, Any]) -> None:
    bench = Bench()
    with pytest.raises(InvalidRequest):
        desk(bench).update("acct_1", **wrong)
    assert bench.stripe.sent == []
