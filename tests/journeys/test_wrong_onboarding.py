"""What is wrong is said before anything is sent, or told from Stripe's answer; in both colours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from tests.journeys.stages import COLOURS, seller, travel, twin
from tests.journeys.test_accounts_whole import ANA, HOME, PAGES, SHOP, TERMS
from tests.journeys.test_webhooks import SECRET, Mailbox

from connectkit import (
    Account,
    AccountChange,
    AccountDetails,
    AccountNotReady,
    AccountState,
    AsyncConnect,
    BankDetails,
    BusinessProfile,
    Company,
    Document,
    InvalidRequest,
    LineItem,
    Money,
    NotFound,
    Observation,
    OperationInProgress,
    PermissionDenied,
    PersonDetails,
    Relationship,
    StoreUnavailable,
    can,
)
from connectkit.models.base import Answer
from connectkit.sellers.observing import vanished
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


_BACK = "https://shop.example/thanks"


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


@BOTH
def test_only_express_sellers_have_login_links(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect, type="standard")
        with pytest.raises(InvalidRequest, match="Only accounts with the Express dashboard"):
            await connect.onboarding.login_link(account)

    travel(colour, journey)


@BOTH
def test_the_last_bank_of_another_currency_can_go(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom")
        await connect.external_accounts.add(made.id, key="bank-1", token="btok_us_verified")
        euros = BankDetails(account_number="DE89370400440532013000", country="DE", currency="eur")
        added = await connect.external_accounts.add(made.id, key="bank-2", bank=euros)
        assert added.default_for_currency
        await connect.external_accounts.remove(made.id, added.id)
        assert [one.currency async for one in connect.external_accounts.list(made.id)] == ["usd"]

    travel(colour, journey)


@BOTH
def test_everybody_behind_an_account_is_listed(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom", business_type="company")
        ana = PersonDetails(first_name="Ana", relationship=Relationship(director=True))
        told = await connect.persons.create(made.id, key="ana", person=ana)
        assert [person.id async for person in connect.persons.list(made.id)] == [told.id]

    travel(colour, journey)


@BOTH
def test_what_can_not_be_looked_at_is_not_known(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        connect.simulator.faults.next("error_before", path="/v1/charges", method="GET")
        connect.simulator.faults.next("forbidden", path="/v1/payouts", method="GET")
        check = await connect.platform.check()
        assert check["may_read_charges"].good  # it was asked again
        assert not check["may_read_payouts"].good

    travel(colour, journey)


def test_a_deadline_can_come_nearer() -> None:
    later, sooner = (
        _seen(deadline) for deadline in (datetime(2027, 1, 9, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC))
    )
    assert AccountChange(before=later, after=sooner).deadline_moved == timedelta(days=-7)
    assert AccountChange(before=None, after=sooner).deadline_moved is None
    assert AccountChange(before=later, after=_seen(None)).deadline_moved is None


def _seen(deadline: datetime | None) -> Observation:
    return evolve(vanished("acct_1", datetime(2026, 11, 24, tzinfo=UTC)), deadline=deadline)


def test_a_closed_account_can_do_nothing() -> None:
    data = {"id": "acct_1", "object": "v2.core.account", "closed": True}
    denied = can(Account.parse(Answer(data=data)), "payout")
    assert (denied.allowed, denied.why) == (False, "The account is closed.")
    assert "account that is open" in denied.next_step


@BOTH
def test_papers_are_told_in_either_api(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        file = await connect.files.upload(b"%PDF-1.7 licence", purpose="account_requirement")
        papers = AccountDetails(documents={"company_license": (file.id,)})
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom", business_type="company")
        for api in ("v1", "v2"):
            chosen: Any = api
            assert (await connect.onboarding.update(made.id, details=papers, api=chosen)).id == made.id
        bank = await connect.external_accounts.add(made.id, key="bank-1", token="btok_us_verified")
        assert (await connect.external_accounts.prove(made.id, bank.id, files=[file.id])).id == bank.id
        with pytest.raises(InvalidRequest, match="one or more ids"):
            await connect.external_accounts.prove(made.id, bank.id, files=[])

    travel(colour, journey)


@BOTH
def test_a_preview_tells_what_a_capability_would_demand(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        details = AccountDetails(individual=evolve(ANA, id_number=None, ssn_last_4="0000"), terms=TERMS)
        made = await connect.onboarding.create(
            key="seller-1",
            country="US",
            type="custom",
            business_type="individual",
            capabilities=("transfers",),
            prefill=details,
        )
        await connect.external_accounts.add(made.id, key="bank-1", token="btok_us_verified")
        tax = await connect.capabilities.retrieve(made.id, "tax_reporting_us_1099_k")
        assert (tax.status, [entry.name for entry in tax.requirements.due]) == ("unrequested", ["individual.id_number"])
        (asked,) = await connect.capabilities.request(made.id, "tax_reporting_us_1099_k")
        assert asked.status == "inactive"

    travel(colour, journey)


@BOTH
def test_what_an_account_cannot_do_is_refused_before_it_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        gated = twin(connect, check_accounts=True)
        account = await seller(connect, "seller-1")
        dollars = Money.of("5.00", "usd")
        sold = [LineItem(name="Chair", price=dollars)]
        await connect.topups.create(key="float", amount=Money.of("100.00", "usd"))
        connect.simulator.advance(days=9)
        await gated.tracker.observe(account)
        paid = await gated.transfers.create(key="t-1", amount=dollars, destination=account)
        connect.simulator.demand(account, "individual.verification.document", days=-31)
        await gated.tracker.observe(account)

        before = len(connect.simulator.requests)
        verbs: list[Callable[[str], Awaitable[object]]] = [
            lambda key: gated.payouts.create(key=key, account=account, amount=dollars),
            lambda key: gated.transfers.create(key=key, amount=dollars, destination=account),
            lambda key: gated.charges.direct.create(
                key=key, account=account, amount=dollars, payment_method="pm_card_visa"
            ),
            lambda key: gated.charges.destination.create(
                key=key, destination=account, amount=dollars, payment_method="pm_card_visa"
            ),
            lambda key: gated.charges.separate.create(
                key=key, on_behalf_of=account, amount=dollars, payment_method="pm_card_visa"
            ),
            lambda key: gated.checkout.direct.create(key=key, account=account, line_items=sold, success_url=_BACK),
            lambda key: gated.checkout.destination.create(
                key=key, destination=account, line_items=sold, success_url=_BACK
            ),
        ]
        for number, verb in enumerate(verbs):
            with pytest.raises(AccountNotReady) as caught:
                await verb(f"blocked-{number}")
            assert caught.value.status == 0
        sent = {seen.method for seen in connect.simulator.requests[before:]}
        assert sent == {"GET"}
        assert await gated.transfers.create(key="t-1", amount=dollars, destination=account) == paid

        connect.simulator.onboard(account)
        assert (await gated.payouts.create(key="blocked-0", account=account, amount=dollars)).amount == dollars
        other = await seller(connect, "seller-2")
        assert (await gated.payouts.create(key="x", amount=dollars)).amount == dollars
        assert (await gated.transfers.create(key="t-2", amount=dollars, destination=other)).amount == dollars

    travel(colour, journey)


@BOTH
def test_a_flow_to_an_account_that_cannot_receive_is_refused_before_it_is_sent(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        gated = twin(connect, check_accounts=True)
        account = await seller(connect, "seller-1")
        charge = await gated.charges.separate.create(
            key="order-1", amount=Money.of("30.00", "usd"), payment_method="pm_card_bypassPending"
        )
        connect.simulator.demand(account, "individual.verification.document", days=-31)
        await gated.tracker.observe(account)
        shares = {account: Money.of("10.00", "usd")}
        with pytest.raises(AccountNotReady, match="transfers is inactive"):
            await gated.charges.separate.settle(charge.id, key="settle-1", shares=shares)

    travel(colour, journey)
