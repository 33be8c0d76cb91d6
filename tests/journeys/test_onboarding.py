"""Sellers from their first account to being paid, in both colours and through both of Stripe's APIs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from connectkit import (
    AccountDetails,
    AccountState,
    Actor,
    Address,
    AsyncConnect,
    BusinessProfile,
    Connect,
    Individual,
    NextAction,
    OperationConflict,
    Refused,
    SQLiteStore,
    TermsAcceptance,
)
from connectkit.drive import run
from connectkit.testing.colours import awaited

PAGES: dict[str, Any] = {"return_url": "https://example.com/back", "refresh_url": "https://example.com/again"}
ANA = AccountDetails(
    individual=Individual(
        first_name="Ana",
        last_name="Silva",
        email="ana@example.com",
        phone="0000000000",
        date_of_birth=date(1901, 1, 1),
        address=Address(
            line1="address_full_match", city="San Francisco", state="CA", postal_code="94111", country="US"
        ),
        id_number="000000000",
    ),
    business_profile=BusinessProfile(
        url="https://accessible.stripe.com", product_description="Lamps made by hand", mcc="5734"
    ),
    terms=TermsAcceptance(date=datetime(2026, 11, 23, 12, tzinfo=UTC), ip="203.0.113.7"),
)

Journey = Callable[[AsyncConnect], Coroutine[Any, Any, None]]
Travel = Callable[..., None]


def blocking(journey: Journey, **sandbox: Any) -> None:
    with Connect.sandbox(**sandbox) as connect:
        run(journey(awaited(connect)))
        connect.simulator.check()


def asynchronous(journey: Journey, **sandbox: Any) -> None:
    async def travel() -> None:
        async with AsyncConnect.sandbox(**sandbox) as connect:
            await journey(connect)
            connect.simulator.check()

    asyncio.run(travel())


BOTH = pytest.mark.parametrize("travel", [blocking, asynchronous])
APIS = pytest.mark.parametrize("api", ["v1", "v2"])


def accounts(connect: AsyncConnect) -> int:
    """Count what Stripe has, and not what the journal believes."""
    return len(connect.stripe.v1.accounts.list().data)


@BOTH
@APIS
@pytest.mark.parametrize("type", ["standard", "express"])
def test_a_seller_fills_in_stripes_form(travel: Travel, api: Any, type: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-7", country="US", type=type, email="ana@example.com", api=api
        )
        assert not seller.charges_enabled
        before = await connect.onboarding.status(seller.id, api=api)
        assert before.next_action is NextAction.SEND_LINK
        assert before.actor is Actor.SELLER
        assert before.due
        assert not any((before.can_charge, before.can_receive_transfers, before.can_be_paid_out))

        link = await connect.onboarding.link(seller.id, **PAGES, api=api)
        other = await connect.onboarding.link(seller.id, **PAGES, api=api)
        assert link.url != other.url
        connect.simulator.onboard(seller.id)

        after = await connect.onboarding.status(seller.id, api=api)
        assert after.state in {AccountState.COMPLETE, AccountState.ENABLED}
        assert after.capabilities["card_payments"] == after.capabilities["transfers"] == "active"
        assert after.can_charge
        assert after.can_receive_transfers
        assert after.can_be_paid_out
        assert after.due == ()

    travel(journey)


@BOTH
@APIS
def test_a_platform_collects_everything_itself(travel: Travel, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-7", country="US", type="custom", business_type="individual", api=api
        )
        before = await connect.onboarding.status(seller.id, api=api)
        assert before.next_action is NextAction.PROVIDE_DETAILS
        assert {requirement.actor for requirement in before.due} == {Actor.PLATFORM}

        bank = await connect.external_accounts.add(seller.id, key="bank-7", token="btok_us_verified")
        assert bank.account == seller.id
        assert bank.default_for_currency
        told = await connect.onboarding.update(seller.id, details=ANA, api=api)
        assert told.requirements.due == ()
        assert {requirement.actor for requirement in told.requirements.pending} == {Actor.STRIPE}

        connect.simulator.advance(hours=1)
        after = await connect.onboarding.status(seller.id, api=api)
        assert after.due == ()
        assert after.can_charge
        assert after.can_receive_transfers
        assert after.can_be_paid_out

    travel(journey)


@BOTH
@APIS
def test_one_key_is_one_seller_through_either_api(travel: Travel, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(
            key="seller-7", country="US", type="custom", metadata={"of": "7"}, api=api
        )
        again = await connect.onboarding.create(
            key="seller-7", country="US", type="custom", metadata={"of": "7"}, api=api
        )
        assert again == made
        assert again.receipt.replayed
        for either in ("v1", "v2"):
            read = await connect.onboarding.retrieve(made.id, api=either)
            assert (read.id, read.country, read.dashboard) == (made.id, "US", "none")
            assert read.responsibilities == made.responsibilities
            assert read.metadata["of"] == "7"
        with pytest.raises(OperationConflict):
            await connect.onboarding.create(key="seller-7", country="DE", type="custom", metadata={"of": "7"}, api=api)

    travel(journey)


@BOTH
@APIS
def test_a_seller_that_is_not_there_is_not_found(travel: Travel, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(Refused):
            await connect.onboarding.status("acct_missing", api=api)

    travel(journey)


@BOTH
@APIS
def test_what_fails_verification_is_asked_for_again(travel: Travel, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(
            key="seller-7", country="US", type="custom", business_type="individual", prefill=wrong, api=api
        )
        await connect.external_accounts.add(made.id, key="bank-7", token="btok_us_verified")
        connect.simulator.advance(hours=1)
        told = await connect.onboarding.status(made.id, api=api)
        (requirement,) = told.due
        assert requirement.errors[0].code == "verification_failed_id_number_match"
        assert requirement.actor is Actor.PLATFORM
        assert told.next_action is NextAction.PROVIDE_DETAILS

        await connect.onboarding.update(made.id, details=ANA, api=api)
        connect.simulator.advance(hours=1)
        assert (await connect.onboarding.status(made.id, api=api)).due == ()

    assert ANA.individual is not None
    wrong = evolve(ANA, individual=evolve(ANA.individual, id_number="111111111"))
    travel(journey)


@BOTH
@APIS
def test_a_seller_who_is_only_paid_by_the_platform(travel: Travel, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(
            key="courier-1", country="US", type="express", capabilities=["transfers"], api=api
        )
        connect.simulator.onboard(made.id)
        told = await connect.onboarding.status(made.id, api=api)
        assert told.can_receive_transfers
        assert told.can_be_paid_out
        assert not told.can_charge

        more = await connect.onboarding.update(made.id, capabilities=["card_payments"], api=api)
        assert set(more.capabilities) >= {"card_payments", "transfers"}

    travel(journey)


@BOTH
@APIS
def test_the_platform_rejects_a_seller_and_changes_its_mind(travel: Travel, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-7", country="US", type="express", api=api)
        connect.simulator.onboard(made.id)
        connect.stripe.v1.accounts.reject(made.id, {"reason": "fraud_other"})
        told = await connect.onboarding.status(made.id, api=api)
        assert told.state is AccountState.REJECTED_BY_PLATFORM
        assert told.next_action is NextAction.UNREJECT
        connect.stripe.v1.accounts.unreject(made.id)
        assert (await connect.onboarding.status(made.id, api=api)).can_charge

    travel(journey)


@APIS
@pytest.mark.parametrize("fault", ["lose_request", "lose_answer", "error_before", "error_after", "conflict"])
def test_whatever_breaks_there_is_one_account(api: Any, fault: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        connect.simulator.faults.next(fault, "/v*/accounts")
        made = await connect.onboarding.create(key="seller-7", country="US", type="custom", prefill=ANA, api=api)
        assert connect.simulator.faults.happened[fault] == 1
        assert accounts(connect) == 1
        assert made == await connect.onboarding.retrieve(made.id, api=api)

    blocking(journey)


@BOTH
@APIS
def test_nothing_of_a_person_is_written_to_disk(travel: Travel, api: Any, tmp_path: Path) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller: dict[str, Any] = {
            "key": "seller-7",
            "country": "US",
            "type": "express",
            "email": "ana@example.com",
            "api": api,
        }
        made = await connect.onboarding.create(**seller, prefill=evolve(ANA, terms=None))
        await connect.onboarding.link(made.id, **PAGES, api=api)
        again = await connect.onboarding.create(**seller, prefill=evolve(ANA, terms=None))
        assert again == made
        assert again.receipt.replayed

    travel(journey, store=SQLiteStore(tmp_path / "connect.db"))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"seller-7" in written
    for secret in (b"ana@example.com", b"Silva", b"000000000", b"address_full_match", b"/setup/"):
        assert secret not in written
