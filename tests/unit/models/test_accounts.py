"""Accounts, links and bank accounts as values."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from connectkit.calls.frozen import projected
from connectkit.models.accounts import Account, Responsibilities, Restriction
from connectkit.models.base import Answer, Receipt
from connectkit.models.entrances import AccountLink
from connectkit.models.external_accounts import ExternalAccount

from .account_samples import account, capability, entry, v1, v2

BOTH = pytest.mark.parametrize("data", [v1(), v2()], ids=["v1", "v2"])


def test_both_apis_tell_of_the_same_account() -> None:
    one, other = account(v1()), account(v2())
    assert evolve(other, capabilities=one.capabilities, details_submitted=True) == one
    assert one.country == "US"
    assert one.dashboard == "none"
    assert one.responsibilities == Responsibilities(
        fees_collector="application", losses_collector="application", requirements_collector="application"
    )
    assert one.created == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert one.default_currency == "usd"
    assert one.metadata == {"seller": "7"}


def test_capabilities_go_by_the_names_of_v1() -> None:
    assert account(v1()).capabilities == {"card_payments": "active", "transfers": "active"}
    configuration = {
        "merchant": {"capabilities": {"ach_debit_payments": capability("pending"), "card_payments": None}},
        "recipient": {"capabilities": {"bank_accounts": {"local": capability("a_new_word")}, "cards": None}},
    }
    assert account(v2(configuration=configuration)).capabilities == {
        "us_bank_account_ach_payments": "pending",
        "bank_accounts.local": "a_new_word",
    }


@pytest.mark.parametrize(("merchant", "recipient"), [("active", "pending"), ("pending", "active")])
def test_one_way_to_be_paid_out_is_enough(merchant: str, recipient: str) -> None:
    def balance(status: str) -> dict[str, Any]:
        return {"capabilities": {"stripe_balance": {"payouts": capability(status)}}}

    data = v2(configuration={"merchant": balance(merchant), "recipient": balance(recipient), "customer": None})
    assert account(data).payouts_enabled


def test_v2_enables_charges_by_any_way_for_money_to_come_in() -> None:
    off = capability("restricted")
    assert account(v2(cards=off)).charges_enabled
    assert account(v2(transfers=off)).charges_enabled
    assert not account(v2(cards=off, transfers=off)).charges_enabled
    assert not account(v2(payouts=off)).payouts_enabled


def test_v2_tells_why_a_capability_is_not_active() -> None:
    data = v2(cards=capability("restricted", "unsupported_business", None), transfers=capability("pending", "new"))
    assert account(data).restrictions == (
        Restriction("card_payments", "unsupported_business", ""),
        Restriction("transfers", "new", "provide_info"),
    )


def test_what_stripe_does_not_tell_is_empty() -> None:
    standard = account(v1(controller={"type": "account"}, country=None, default_currency=None))
    assert standard.responsibilities == Responsibilities()
    assert (standard.country, standard.dashboard, standard.default_currency) == ("", "", "")
    bare: dict[str, Any] = dict.fromkeys(
        ("configuration", "defaults", "identity", "requirements", "dashboard", "metadata")
    )
    account_of_v2 = account(v2(**bare))
    assert account_of_v2.responsibilities == Responsibilities()
    assert not account_of_v2.capabilities
    assert account_of_v2.details_submitted is None


def test_a_standard_account_pays_its_own_fees() -> None:
    data = v1(controller={"fees": {"payer": "account"}})
    assert account(data).responsibilities.fees_collector == "stripe"


@BOTH
def test_no_repr_shows_a_person(data: dict[str, Any]) -> None:
    text = repr(account(data))
    assert "ana@example.com" not in text
    assert "Ana" not in text


@BOTH
def test_what_is_kept_makes_an_equal_account_and_holds_no_person(data: dict[str, Any]) -> None:
    kept = projected(data, Account.KEEP)
    assert account(kept) == account(data)
    assert "Ana" not in str(kept)
    assert "ana@example.com" not in str(kept)


@BOTH
def test_an_account_is_a_plain_value(data: dict[str, Any]) -> None:
    read = account(data)
    assert hash(read) == hash(account(data))
    assert pickle.loads(pickle.dumps(read)) == read  # noqa: S301  # our own bytes
    assert read.raw == data
    assert Account.parse(Answer(data=data, receipt=Receipt(request_id="req_1"))).receipt.request_id == "req_1"


def test_a_closed_account_says_so() -> None:
    assert account(v2(closed=True)).closed
    assert not account(v1()).closed


def test_requirements_are_read_by_who_collects_them() -> None:
    by_platform = account(v2(entries=(entry("identity.individual.surname"),)))
    by_stripe = account(v2(entries=(entry("identity.individual.surname"),), collector="stripe"))
    assert by_platform.requirements.due[0].actor is not by_stripe.requirements.due[0].actor


@pytest.mark.parametrize("expires", [1_790_000_000, "2026-09-21T14:13:20Z"])
def test_a_link_does_not_show_where_it_leads(expires: object) -> None:
    link = AccountLink.parse(Answer(data={"url": "https://connect.stripe.com/setup/s/secret", "expires_at": expires}))
    assert link.url.endswith("secret")
    assert "secret" not in repr(link)
    assert link.expires_at == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def test_a_bank_account_is_read_and_kept_without_its_owner() -> None:
    data: dict[str, Any] = {
        "id": "ba_1",
        "object": "bank_account",
        "account": "acct_1",
        "account_holder_name": "Ana",
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "last4": "6789",
        "default_for_currency": True,
        "status": "new",
        "metadata": {},
    }
    bank = ExternalAccount.parse(Answer(data=data))
    assert (bank.account, bank.name, bank.last4, bank.status) == ("acct_1", "STRIPE TEST BANK", "6789", "new")
    assert bank.default_for_currency
    kept = projected(data, ExternalAccount.KEEP)
    assert ExternalAccount.parse(Answer(data=kept)) == bank
    assert "Ana" not in str(kept) + repr(bank)
