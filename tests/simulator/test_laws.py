"""The laws of accounts: they hold whatever is done, and it is noticed when one does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.simulator.driver import CARD_AND_TRANSFERS, CUSTOM, PERSON, Driver

from connectkit.simulator import InvariantBroken, Simulator
from connectkit.simulator.accounts.banks import mark_errored
from connectkit.simulator.accounts.making import no_requirements
from connectkit.simulator.accounts.queries import bank_accounts

BANK = {"country": "US", "currency": "usd", "routing_number": "110000000", "account_number": "000123456789"}
EURO = {"country": "DE", "currency": "eur", "account_number": "DE89370400440532013000"}

NOTHING: dict[str, Any] = {}

individuals: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    NOTHING,
    optional={
        "first_name": st.just("Ana"),
        "last_name": st.just("Lima"),
        "phone": st.just("0000000000"),
        "id_number": st.sampled_from(["000000000", "111111111", "222222222"]),
        "dob": st.sampled_from([{"day": 1, "month": 1, "year": year} for year in (1901, 1902, 1990)]),
        "address": st.sampled_from([PERSON["address"], {"line1": "address_no_match"}]),
        "verification": st.sampled_from(
            [{"document": {"front": f"file_identity_document_{end}"}} for end in ("success", "failure")]
        ),
    },
)
changes: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    NOTHING,
    optional={
        "individual": individuals,
        "business_type": st.sampled_from(["individual", "company"]),
        "capabilities": st.sampled_from([CARD_AND_TRANSFERS, {"card_payments": {"requested": False}}]),
        "external_account": st.sampled_from([{"object": "bank_account", **BANK}, "btok_us_verified_accountClosed"]),
        "business_profile": st.sampled_from([{"url": "https://missing.stripe.com"}, {"mcc": "5734"}]),
        "tos_acceptance": st.just({"date": 1, "ip": "127.0.0.1"}),
    },
)
steps: st.SearchStrategy[list[tuple[str, dict[str, Any]]]] = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), changes),
        st.tuples(st.sampled_from(["fail", "onboard", "link", "reject", "unreject"]), st.just(NOTHING)),
        st.tuples(st.just("add"), st.sampled_from([BANK, EURO])),
        st.tuples(st.sampled_from(["delete", "prefer"]), st.just(NOTHING)),
    ),
    max_size=12,
)


def step(simulator: Simulator, driver: Driver, path: str, name: str, params: dict[str, Any]) -> None:
    account = path.split("/")[3]
    banks = list(bank_accounts(simulator.world, account))
    if name == "fail" and banks:
        mark_errored(simulator.world, banks[0])
    elif name == "onboard":
        simulator.onboard(account)
    elif name == "link":
        urls = {"return_url": "https://example.com/", "refresh_url": "https://example.com/"}
        driver.made("/v1/account_links", {"account": account, "type": "account_onboarding", **urls})
    elif name == "add":
        driver.post(f"{path}/external_accounts", {"external_account": {"object": "bank_account", **params}})
    elif name == "delete" and banks:
        driver.delete(f"{path}/external_accounts/{banks[-1]['id']}")
    elif name == "prefer" and banks:
        driver.post(f"{path}/external_accounts/{banks[0]['id']}", {"default_for_currency": True})
    elif name in ("reject", "unreject"):
        driver.post(f"{path}/{name}", {"reason": "other"} if name == "reject" else {})
    elif name == "tell":
        driver.post(path, params)


@settings(max_examples=60)
@given(st.sampled_from([CUSTOM, {"type": "express", "capabilities": CARD_AND_TRANSFERS}]), steps)
def test_they_hold_whatever_is_done(made: dict[str, Any], plan: list[tuple[str, dict[str, Any]]]) -> None:
    simulator = Simulator(start=1_800_000_000, check_always=True)
    driver = Driver(simulator)
    path = f"/v1/accounts/{driver.made('/v1/accounts', made)['id']}"
    for name, params in plan:
        step(simulator, driver, path, name, params)
        simulator.check()
        assert all(seen.status != 500 for seen in simulator.requests)
    old, new = driver.get(path).body, driver.get(f"/v2/core/accounts/{path.split('/')[3]}?include[0]=requirements").body
    user = [entry for entry in new["requirements"]["entries"] if entry["awaiting_action_from"] == "user"]
    assert len(user) == len(old["requirements"]["eventually_due"])


@pytest.mark.parametrize(
    ("members", "law"),
    [
        ({"charges_enabled": False}, "charges follow capabilities"),
        ({"_requested": {}}, "only what was asked for is there"),
        ({"charges_enabled": False, "capabilities": {"transfers": "inactive"}}, "payouts need a capability"),
    ],
)
def test_flags_that_do_not_follow_are_noticed(members: dict[str, Any], law: str) -> None:
    expect_broken(members, law)


@pytest.mark.parametrize(
    ("requirements", "law"),
    [
        ({"past_due": ["x"]}, "what is past due is due"),
        ({"errors": [{"requirement": "x"}]}, "errors are due"),
        ({"past_due": ["x"], "currently_due": ["x"]}, "what is due is due one day"),
        ({"past_due": ["x"], "currently_due": ["x"], "eventually_due": ["x"]}, "what is past due disables"),
    ],
)
def test_requirements_that_contradict_one_another_are_noticed(requirements: dict[str, Any], law: str) -> None:
    expect_broken({"requirements": {**no_requirements(), **requirements}}, law)


def expect_broken(members: dict[str, Any], law: str) -> None:
    simulator = Simulator()
    account = simulator.world.find(Driver(simulator).seller()["id"])
    assert account is not None
    account.update(members)
    with pytest.raises(InvariantBroken, match=law):
        simulator.check()


def test_two_defaults_are_noticed() -> None:
    simulator = Simulator()
    driver = Driver(simulator)
    path = f"/v1/accounts/{driver.seller()['id']}/external_accounts"
    bank = simulator.world.find(driver.made(path, {"external_account": {"object": "bank_account", **BANK}})["id"])
    assert bank is not None
    bank["default_for_currency"] = True
    with pytest.raises(InvariantBroken, match="one bank of a currency is its default"):
        simulator.check()
