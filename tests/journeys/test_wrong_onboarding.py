"""What is wrong is said before anything is sent, or told from Stripe's answer; in both colours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel
from tests.journeys.test_accounts_whole import HOME, PAGES, SHOP, TERMS
from tests.journeys.test_webhooks import SECRET, Mailbox

from connectkit import (
    AccountDetails,
    AccountState,
    AsyncConnect,
    BusinessProfile,
    Company,
    Document,
    InvalidRequest,
    Money,
    NotFound,
    OperationInProgress,
    PermissionDenied,
    PersonDetails,
    Relationship,
    StoreUnavailable,
)
from connectkit.simulator.deliveries import signature
from connectkit.simulator.money.switches import Switches, set_switches
from connectkit.storage.memory import MemoryStore

BOTH = pytest.mark.parametrize("colour", COLOURS)
Verb = Callable[[AsyncConnect], Awaitable[object]]

WRONG: dict[str, tuple[Verb, str]] = {
    "no capability": (lambda c: c.capabilities.request("acct_1"), "names"),
    "a name that is none": (lambda c: c.capabilities.retrieve("acct_1", "Card Payments"), "name"),
    "an empty file": (lambda c: c.files.upload(b"", purpose="identity_document"), "content"),
    "a text": (lambda c: c.files.upload(b"plain text", purpose="identity_document"), "content"),
    "a movement": (lambda c: c.onboarding.can("acct_1", "refund"), "movement"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    "no component": (lambda c: c.onboarding.session("acct_1", components={}), "components"),
    "a component": (lambda c: c.onboarding.session("acct_1", components={"shop": {}}), "components"),  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    "a feature": (
        lambda c: c.onboarding.session("acct_1", components={"documents": {"send_money": True}}),
        "components",
    ),
    "another feature": (
        lambda c: c.onboarding.session("acct_1", components={"payouts": {"send_money": True}}),
        "components",
    ),
    "two ways to sign in": (
        lambda c: c.onboarding.session(
            "acct_1",
            components={
                "payouts": {"disable_stripe_user_authentication": True},
                "balances": {"disable_stripe_user_authentication": False},
            },
        ),
        "components",
    ),
    "a client id": (lambda c: c.oauth.authorize(client_id="acct_1"), "client_id"),
    "a scope": (lambda c: c.oauth.authorize(client_id="ca_1", scope="write"), "scope"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    "an empty state": (lambda c: c.oauth.exchange(code="ac_1", state="", expected_state=""), "state"),
    "a code": (lambda c: c.oauth.exchange(code="a b", state="s", expected_state="s"), "code"),
    "what to collect": (lambda c: c.onboarding.link("acct_1", **PAGES, collect="all"), "collect"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    "a role": (lambda c: anext(c.persons.list("acct_1", role="boss")), "role"),  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    "an agreement that v2 does not have": (
        lambda c: c.onboarding.update(
            "acct_1", details=AccountDetails(terms=evolve(TERMS, service_agreement="recipient"))
        ),
        "service_agreement",
    ),
}


@BOTH
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_before_anything_is_sent(colour: str, name: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        verb, param = WRONG[name]
        with pytest.raises(InvalidRequest) as caught:
            await verb(connect)
        assert caught.value.param == param
        assert connect.simulator.requests == []

    travel(colour, journey)


@pytest.mark.parametrize(
    ("make", "param"),
    [
        (lambda: Document(front="front.png"), "front"),
        (lambda: Document(front="file_1", back="back.png"), "back"),
        (lambda: Relationship(percent_ownership=Decimal(101)), "percent_ownership"),
        (lambda: BusinessProfile(mcc="57"), "mcc"),
        (lambda: BusinessProfile(product_description="Lamps"), "product_description"),
    ],
)
def test_what_is_wrong_with_a_value_is_said_when_it_is_made(make: Callable[[], object], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make()
    assert caught.value.param == param


@BOTH
def test_an_account_that_v2_does_not_know_yet_is_adopted_through_v1(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        set_switches(connect.simulator.world, Switches(v2_after=600))
        made = await connect.onboarding.create(key="seller-1", country="US", type="express", api="v1")
        account = made.id
        connect.simulator.onboard(account)
        with pytest.raises(NotFound):
            await connect.onboarding.retrieve(account)
        adopted = await connect.onboarding.adopt(account)
        assert adopted.details_submitted is True
        seen = await connect.tracker.last(account)
        assert seen is not None
        assert seen.state is AccountState.COMPLETE
        own = (await connect.platform.check()).account
        with pytest.raises(InvalidRequest, match="platform's own"):
            await connect.onboarding.adopt(own)

    travel(colour, journey)


@BOTH
def test_capabilities_are_given_up(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        (given_up,) = await connect.capabilities.unrequest(account, "card_payments")
        assert (given_up.requested, given_up.status) == (False, "unrequested")
        assert not await connect.onboarding.can(account, "direct_charge")

    travel(colour, journey)


@BOTH
def test_a_company_tells_its_papers_in_either_api(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        papers = Company(
            name="Lamps LLC",
            phone="0000000000",
            address=HOME,
            tax_id="111111111",
            document=Document(front="file_identity_document_success"),
            owners_provided=True,
        )
        apis: Any = ("v1", "v2")
        for api in apis:
            made = await connect.onboarding.create(
                key=f"company-{api}",
                country="US",
                type="custom",
                business_type="company",
                prefill=AccountDetails(company=papers, business_profile=SHOP, terms=TERMS),
                api=api,
            )
            await connect.external_accounts.add(made.id, key=f"bank-{api}", token="btok_us_verified")
            await connect.persons.create(
                made.id,
                key=f"ana-{api}",
                person=PersonDetails(
                    first_name="Ana",
                    last_name="Silva",
                    email="ana@example.com",
                    phone="0000000000",
                    date_of_birth=date(1901, 1, 1),
                    address=HOME,
                    ssn_last_4="0000",
                    relationship=Relationship(representative=True, owner=True, title="Owner"),
                ),
                metadata={"of": "1"},
            )
            connect.simulator.advance(hours=1)
            assert (await connect.onboarding.status(made.id)).state is AccountState.COMPLETE

    travel(colour, journey)


@BOTH
def test_an_account_with_money_left_is_not_deleted_in_live_mode(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        stripes = await connect.onboarding.create(key="seller-2", country="US", type="standard")
        await connect.charges.direct.create(
            key="order-1", account=account, amount=Money.of("20.00", "usd"), payment_method="pm_card_visa"
        )
        room: Any = connect.onboarding
        getattr(room, "_source", room)._caller.owner.livemode = True  # as a live key would have it
        with pytest.raises(InvalidRequest, match="still has"):
            await connect.onboarding.delete(account)
        with pytest.raises(InvalidRequest, match="Stripe bears"):
            await connect.onboarding.delete(stripes.id)
        empty = await connect.onboarding.create(key="seller-3", country="US", type="express")
        await connect.onboarding.delete(empty.id)
        with pytest.raises(NotFound):
            await connect.onboarding.retrieve(empty.id)

    travel(colour, journey)


@BOTH
def test_a_deletion_that_may_not_be_is_told(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        connect.simulator.faults.next("forbidden", path=f"/v1/accounts/{account}", method="DELETE")
        with pytest.raises(PermissionDenied):
            await connect.onboarding.delete(account)
        assert (await connect.onboarding.retrieve(account)).id == account

    travel(colour, journey)


@BOTH
def test_the_tracker_looks_after_every_event_about_an_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        box = Mailbox(connect)
        box.router.track_accounts()
        thin: list[Any] = []
        connect.simulator.subscribe(lambda body, headers: thin.append((body, headers)), SECRET, thin=True)
        account = await seller(connect)
        for body, headers in thin:
            await box.router.handle(body, headers)
        body = b'{"id": "evt_9", "object": "v2.core.event", "type": "v2.core.account.closed", "livemode": false, '
        body += b'"created": "2026-11-24T00:00:00Z"}'
        signed = {"Stripe-Signature": signature(body, SECRET, int(connect.simulator.clock.now))}
        await box.router.handle(body, signed)
        await box.hand_in()
        assert await box.work()
        seen = [observation async for observation in connect.tracker.list()]
        assert [(one.account, one.state) for one in seen] == [(account, AccountState.COMPLETE)]
        assert await connect.tracker.blocked(within=timedelta(days=365)) == []

    travel(colour, journey)


class Busy(MemoryStore):
    """A store where somebody else always was quicker with a note."""

    def set_note(self, note: Any) -> bool:
        return False


@BOTH
def test_a_tracker_that_always_comes_second_says_so(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="express")
        with pytest.raises(StoreUnavailable, match="quicker every time"):
            await connect.tracker.observe(made.id)
        with pytest.raises(OperationInProgress, match="is being exchanged"):
            await connect.oauth.exchange(code="ac_1", state="s", expected_state="s")

    travel(colour, journey, Busy())
