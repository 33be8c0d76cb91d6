"""Every state of an account, brought about by what really happens, and read through both of Stripe's APIs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel
from tests.journeys.test_accounts_whole import ANA, HOME, SHOP, TERMS

from connectkit import (
    AccountDetails,
    AccountState,
    AsyncConnect,
    Company,
    Money,
    NextAction,
    PersonDetails,
    Refused,
    Relationship,
)

State = AccountState
DOCUMENT = "individual.verification.document"


async def custom(connect: AsyncConnect, bank: str = "btok_us_verified", **changes: Any) -> str:
    """Make an account of which everything is told."""
    told: dict[str, Any] = {"individual": ANA, "business_profile": SHOP, "terms": TERMS, **changes}
    made = await connect.onboarding.create(
        key="seller-1", country="US", type="custom", business_type="individual", prefill=AccountDetails(**told)
    )
    if bank:
        await connect.external_accounts.add(made.id, key="bank-1", token=bank)
    return made.id


async def verified(connect: AsyncConnect, **changes: Any) -> str:
    account = await custom(connect, **changes)
    connect.simulator.advance(hours=1)
    return account


async def closed(connect: AsyncConnect) -> str:
    return (await connect.onboarding.close(await seller(connect))).id


async def rejected(connect: AsyncConnect) -> str:
    return (await connect.onboarding.reject(await seller(connect), reason="other")).id


async def disabled(connect: AsyncConnect, reason: str, only: Any = None) -> str:
    account = await seller(connect)
    connect.simulator.disable(account, reason, only=only)
    return account


async def appealing(connect: AsyncConnect) -> str:
    account = await disabled(connect, "rejected.fraud")
    connect.simulator.demand(account, "interv_1.rejection_appeal.form", days=9)
    return account


async def asking_for_nothing(connect: AsyncConnect) -> str:
    account = await verified(connect)
    await connect.capabilities.unrequest(account, "card_payments", "transfers")
    return account


async def begun(connect: AsyncConnect) -> str:
    return (await connect.onboarding.create(key="seller-1", country="US", type="express")).id


async def wanted(connect: AsyncConnect, days: float) -> str:
    account = await verified(connect)
    connect.simulator.demand(account, DOCUMENT, days=days)
    return account


async def wanted_while_off(connect: AsyncConnect) -> str:
    account = await wanted(connect, 9)
    connect.simulator.disable(account, "other")
    return account


async def announced(connect: AsyncConnect) -> str:
    account = await verified(connect)
    connect.simulator.foresee(account, DOCUMENT, days=90)
    return account


async def company(connect: AsyncConnect, tax_id: str) -> str:
    """Make a company of which everything is told."""
    seat = Company(name="Lamps LLC", phone="0000000000", address=HOME, tax_id=tax_id, owners_provided=True)
    made = await connect.onboarding.create(
        key="seller-1",
        country="US",
        type="custom",
        business_type="company",
        prefill=AccountDetails(company=seat, business_profile=SHOP, terms=TERMS),
    )
    await connect.external_accounts.add(made.id, key="bank-1", token="btok_us_verified")
    boss = PersonDetails(
        first_name="Ana",
        last_name="Silva",
        email="ana@example.com",
        phone="0000000000",
        date_of_birth=date(1901, 1, 1),
        address=HOME,
        ssn_last_4="0000",
        relationship=Relationship(representative=True, owner=True, title="Managing director"),
    )
    await connect.persons.create(made.id, key="ana", person=boss)
    connect.simulator.advance(hours=1)
    return made.id


async def pending(connect: AsyncConnect) -> str:
    return await company(connect, "222221005")  # the register does not answer


async def pending_again(connect: AsyncConnect) -> str:
    account = await company(connect, "000000000")
    await connect.onboarding.provide(account, {"company.tax_id": "222221005"})
    return account


async def idle(connect: AsyncConnect) -> str:
    return await verified(connect, business_profile=evolve(SHOP, url="https://inactivity.stripe.com"))


async def without_bank(connect: AsyncConnect) -> str:
    account = await custom(connect, bank="")
    connect.simulator.advance(hours=1)
    return account


WAYS: dict[str, tuple[Callable[[AsyncConnect], Awaitable[str]], State, NextAction]] = {
    "closed for good": (closed, State.CLOSED, NextAction.NOTHING),
    "rejected by the platform": (rejected, State.REJECTED_BY_PLATFORM, NextAction.UNREJECT),
    "rejected by Stripe": (
        lambda connect: disabled(connect, "rejected.fraud"),
        State.REJECTED_BY_STRIPE,
        NextAction.CONTACT_STRIPE,
    ),
    "rejected with a way to appeal": (appealing, State.REJECTED_BY_STRIPE, NextAction.APPEAL),
    "asking for nothing": (asking_for_nothing, State.NEEDS_CAPABILITIES, NextAction.REQUEST_CAPABILITIES),
    "begun": (begun, State.ONBOARDING_NOT_FINISHED, NextAction.SEND_LINK),
    "late": (lambda connect: wanted(connect, 0), State.RESTRICTED_PAST_DUE, NextAction.PROVIDE_DETAILS),
    "on time": (lambda connect: wanted(connect, 9), State.ENABLED_WITH_DEADLINE, NextAction.PROVIDE_DETAILS),
    "off, and asked": (wanted_while_off, State.RESTRICTED_NEEDS_INFO, NextAction.PROVIDE_DETAILS),
    "pending": (pending, State.PENDING_VERIFICATION, NextAction.WAIT),
    "pending again": (pending_again, State.ENABLED_PENDING, NextAction.NOTHING),
    "without a bank": (without_bank, State.RESTRICTED_PAST_DUE, NextAction.PROVIDE_DETAILS),
    "idle": (idle, State.RESTRICTED, NextAction.CONTACT_STRIPE),
    "announced": (announced, State.ENABLED, NextAction.NOTHING),
    "everything given": (verified, State.COMPLETE, NextAction.NOTHING),
    "without payouts": (
        lambda connect: disabled(connect, "other", "payouts"),
        State.RESTRICTED_PAYOUTS_OFF,
        NextAction.CHECK_BANK_ACCOUNT,
    ),
    "without charges": (
        lambda connect: disabled(connect, "other", "charges"),
        State.RESTRICTED_CHARGES_OFF,
        NextAction.CHECK_CAPABILITIES,
    ),
    "nothing works": (lambda connect: disabled(connect, "other"), State.RESTRICTED, NextAction.CONTACT_STRIPE),
}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("way", WAYS)
def test_both_apis_tell_of_the_same_state(colour: str, way: str) -> None:
    bring, state, action = WAYS[way]

    async def journey(connect: AsyncConnect) -> None:
        account = await bring(connect)
        apis: tuple[Any, ...] = ("v2",) if way == "closed for good" else ("v1", "v2")
        for api in apis:
            status = await connect.onboarding.status(account, api=api)
            assert (api, status.state, status.next_action) == (api, state, action)

    travel(colour, journey)


ALONE: dict[str, tuple[Callable[[AsyncConnect], Awaitable[str]], State, NextAction]] = {
    "paused": (lambda connect: disabled(connect, "platform_paused"), State.PAUSED, NextAction.UNPAUSE),
    "reviewed": (lambda connect: disabled(connect, "under_review"), State.UNDER_REVIEW, NextAction.WAIT),
    "listed": (lambda connect: disabled(connect, "listed"), State.UNDER_REVIEW, NextAction.WAIT),
}


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("way", ALONE)
def test_v1_alone_tells_why_an_account_was_stopped(colour: str, way: str) -> None:
    bring, state, action = ALONE[way]

    async def journey(connect: AsyncConnect) -> None:
        account = await bring(connect)
        status = await connect.onboarding.status(account, api="v1")
        assert (status.state, status.next_action) == (state, action)
        assert (await connect.onboarding.status(account)).state is State.RESTRICTED
        assert (await connect.tracker.observe(account)).after.state is state  # it asks through v1

    travel(colour, journey)


@pytest.mark.parametrize("colour", COLOURS)
def test_what_is_off_alone_stops_its_own_money_and_no_other(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.charges.direct.create(
            key="order-1", account=account, amount=Money(5000, "usd"), payment_method="pm_card_bypassPending"
        )
        connect.simulator.disable(account, "other", only="payouts")
        assert (await connect.onboarding.can(account, "direct_charge")).allowed
        assert not (await connect.onboarding.can(account, "payout")).allowed
        with pytest.raises(Refused):
            await connect.payouts.create(key="payout-1", account=account, amount=Money(100, "usd"))
        connect.simulator.disable(account, "other", only="charges")
        assert not (await connect.onboarding.can(account, "direct_charge")).allowed
        paid = await connect.payouts.create(key="payout-2", account=account, amount=Money(100, "usd"))
        assert paid.amount == Money(100, "usd")
        connect.simulator.disable(account, None)
        assert (await connect.onboarding.status(account)).state is State.COMPLETE

    travel(colour, journey)
