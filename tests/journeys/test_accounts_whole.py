"""Every kind of seller from first contact to the end, in both colours: one journey a kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.journeys.stages import COLOURS, travel
from tests.simulator.driver import Driver
from tests.simulator.visitor import visit

from connectkit import (
    AccountDetails,
    AccountState,
    Address,
    AsyncConnect,
    BankDetails,
    BusinessProfile,
    CardDetails,
    Company,
    Document,
    Individual,
    InvalidRequest,
    Money,
    NextAction,
    PersonDetails,
    Refused,
    Relationship,
    Remedy,
    TermsAcceptance,
)

BOTH = pytest.mark.parametrize("colour", COLOURS)
PAGES: dict[str, Any] = {"return_url": "https://example.com/back", "refresh_url": "https://example.com/again"}
HOME = Address(line1="address_full_match", city="San Francisco", state="CA", postal_code="94111", country="US")
TERMS = TermsAcceptance(date=datetime(2026, 11, 23, 12, tzinfo=UTC), ip="203.0.113.7")
SHOP = BusinessProfile(
    url="https://accessible.stripe.com",
    product_description="Lamps made by hand",
    mcc="5734",
    support_phone="0000000000",
)
ANA = Individual(
    first_name="Ana",
    last_name="Silva",
    email="ana@example.com",
    phone="0000000000",
    date_of_birth=date(1901, 1, 1),
    address=HOME,
    id_number="000000000",
)
PNG = b"\x89PNG\r\n\x1a\n picture"


@BOTH
def test_standard_by_oauth(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        begun = await connect.oauth.authorize(
            client_id="ca_123", redirect_uri="https://example.com/oauth", prefill={"email": "ana@example.com"}
        )
        assert begun.state not in repr(begun)
        assert begun.redirect.headers["Location"] == begun.url
        status, headers, page = connect.simulator.handle("GET", path_of(begun.url), {})
        assert status == 200
        assert b"ana@example.com" in page
        status, headers, _ = connect.simulator.handle("POST", f"{path_of(begun.url)}&answer=allow", {})
        back = {name: values[0] for name, values in parse_qs(urlsplit(headers["Location"]).query).items()}
        assert back["state"] == begun.state

        with pytest.raises(InvalidRequest, match="state"):
            await connect.oauth.exchange(code=back["code"], state=back["state"], expected_state="another")
        known = {"code": back["code"], "state": back["state"], "expected_state": begun.state}
        connection = await connect.oauth.exchange(**known)
        assert connection == await connect.oauth.exchange(**known)
        assert connection.scope == "read_write"
        tokens = [seen for seen in connect.simulator.requests if seen.path == "/oauth/token"]
        assert len(tokens) == 1

        seller = await connect.onboarding.adopt(connection.account)
        assert await connect.onboarding.can(seller.id, "direct_charge")
        paid = await connect.charges.direct.create(
            key="order-1",
            account=seller.id,
            amount=Money.of("20.00", "usd"),
            payment_method="pm_card_visa",
        )
        assert paid.status == "succeeded"
        assert (await connect.tracker.observe(seller.id)).after.state is AccountState.COMPLETE

        await connect.oauth.deauthorize(seller.id, client_id="ca_123")
        gone = await connect.tracker.observe(seller.id)
        assert gone.after.state is AccountState.DISCONNECTED
        assert [seen.account for seen in await connect.tracker.blocked()] == [seller.id]
        with pytest.raises(Refused):
            await connect.oauth.deauthorize(seller.id, client_id="ca_123")

    travel(colour, journey)


@BOTH
def test_a_seller_who_says_no_is_not_connected(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        begun = await connect.oauth.authorize(client_id="ca_123")
        _, headers, _ = connect.simulator.handle("POST", f"{path_of(begun.url)}&answer=deny", {})
        assert "error=access_denied" in headers["Location"]
        with pytest.raises(Refused) as caught:
            await connect.oauth.exchange(code="ac_never", state="s", expected_state="s")
        assert caught.value.code == "invalid_grant"

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_express_hosted(colour: str, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-1", country="US", type="express", email="ana@example.com", api=api
        )
        with pytest.raises(InvalidRequest, match="has not sent Stripe's form off"):
            await connect.onboarding.login_link(seller.id)
        link = await connect.onboarding.link(
            seller.id, **PAGES, collect="eventually_due", future_requirements=True, api=api
        )
        assert link.redirect.status == 303
        assert link.redirect.headers["Cache-Control"] == "no-store"
        assert link.url not in repr(link) + repr(link.redirect)
        path = path_of(link.url)
        assert connect.simulator.handle("GET", path, {})[0] == 200
        again = connect.simulator.handle("GET", path, {})
        assert (again[0], again[1]["Location"]) == (303, PAGES["refresh_url"])
        fresh = await connect.onboarding.link(seller.id, **PAGES, api=api)
        assert visit(connect.simulator.handle, fresh.url).finish() == PAGES["return_url"]
        assert (await connect.onboarding.status(seller.id, api=api)).can_charge
        login = await connect.onboarding.login_link(seller.id)
        assert login.redirect.headers["Location"] == login.url
        assert login.url not in repr(login)

    travel(colour, journey)


@BOTH
def test_custom_by_api_with_a_company_and_a_document_that_fails_first(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-1",
            country="US",
            type="custom",
            business_type="company",
            prefill=AccountDetails(
                company=Company(name="Lamps LLC", phone="0000000000", address=HOME, tax_id="000000000"),
                business_profile=SHOP,
                terms=TERMS,
            ),
        )
        await connect.external_accounts.add(
            seller.id,
            key="bank-1",
            bank=BankDetails(account_number="000123456789", routing_number="110000000", country="US", currency="usd"),
        )
        ana = await connect.persons.create(
            seller.id,
            key="ana",
            person=PersonDetails(
                first_name="Ana",
                last_name="Silva",
                email="ana@example.com",
                phone="0000000000",
                date_of_birth=date(1990, 5, 17),
                address=HOME,
                ssn_last_4="0000",
                relationship=Relationship(
                    representative=True, owner=True, percent_ownership=Decimal(60), title="Managing director"
                ),
            ),
        )
        ben = await connect.persons.create(
            seller.id,
            key="ben",
            person=PersonDetails(
                first_name="Ben",
                last_name="Costa",
                email="ben@example.com",
                date_of_birth=date(1901, 1, 1),
                relationship=Relationship(owner=True, percent_ownership=Decimal(40)),
            ),
        )
        assert ana.roles == {"representative", "owner"}
        assert {person.id async for person in connect.persons.list(seller.id, role="owner")} == {ana.id, ben.id}
        wanted = await connect.onboarding.requirements(seller.id, api="v1")
        assert [line.text for line in wanted] == ["A confirmation that all owners are named"]
        await connect.onboarding.update(seller.id, details=AccountDetails(company=Company(owners_provided=True)))
        connect.simulator.advance(hours=1)

        (line,) = await connect.onboarding.requirements(seller.id, api="v1")
        assert line.requirement.name == f"{ana.id}.verification.document"
        assert line.text == "An identity document of Ana Silva"
        assert line.requirement.errors[0].remedy is Remedy.CORRECT_PERSON
        assert "Ana" not in repr(line)
        assert (await connect.onboarding.status(seller.id)).state is AccountState.RESTRICTED_PAST_DUE

        failing = PersonDetails(document=Document(front="file_identity_document_failure"))
        await connect.persons.update(seller.id, ana.id, person=failing)
        connect.simulator.advance(hours=1)
        (line,) = await connect.onboarding.requirements(seller.id, api="v1")
        assert line.remedies == (Remedy.CONTACT_STRIPE.advice,)
        assert (await connect.persons.retrieve(seller.id, ana.id)).verification_code == "document_failed_other"

        file = await connect.files.upload(PNG, purpose="identity_document", name="front.png")
        assert (file.size, file.type) == (len(PNG), "png")
        assert await connect.files.retrieve(file.id) == file
        passing = PersonDetails(document=Document(front="file_identity_document_success"))
        await connect.persons.update(seller.id, ana.id, person=passing)
        connect.simulator.advance(hours=1)
        assert (await connect.persons.retrieve(seller.id, ana.id)).verification == "verified"
        assert (await connect.onboarding.status(seller.id)).state is AccountState.COMPLETE
        with pytest.raises(Refused, match="cpt_1"):  # nobody's browser has made it
            await connect.persons.create(seller.id, key="cid", person=PersonDetails(token="cpt_1"))
        told = {"person": {"first_name": "Dee", "relationship": {"owner": True}}}
        token = Driver(connect.simulator).made("/v1/tokens", told)["id"]  # as the browser does
        dee = await connect.persons.create(seller.id, key="dee", person=PersonDetails(token=token))
        assert (dee.name, dee.roles) == ("Dee", frozenset({"owner"}))
        with pytest.raises(Refused):
            await connect.persons.delete(seller.id, ana.id)
        await connect.persons.delete(seller.id, ben.id)
        await connect.persons.delete(seller.id, ben.id)

    travel(colour, journey)


@BOTH
def test_a_recipient_for_transfers_only(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        terms = TermsAcceptance(
            date=datetime(2026, 11, 23, tzinfo=UTC), ip="203.0.113.7", service_agreement="recipient"
        )
        seller = await connect.onboarding.create(
            key="seller-1",
            country="US",
            type="custom",
            business_type="individual",
            capabilities=("transfers",),
            prefill=AccountDetails(individual=ANA, terms=terms),
            api="v1",
        )
        await connect.external_accounts.add(seller.id, key="bank-1", token="btok_us_verified")
        connect.simulator.advance(hours=1)
        transfer = await connect.onboarding.can(seller.id, "transfer")
        charge = await connect.onboarding.can(seller.id, "direct_charge")
        assert transfer.allowed
        assert (charge.allowed, charge.missing) == (False, ("card_payments",))
        assert "capabilities.request" in charge.next_step
        with pytest.raises(Refused, match="recipient"):
            await connect.capabilities.request(seller.id, "card_payments")

    travel(colour, journey)


@BOTH
def test_a_merchant_of_v2(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-1",
            country="US",
            dashboard="none",
            fees_collector="application",
            losses_collector="application",
            business_type="individual",
            capabilities=("card_payments",),
            prefill=AccountDetails(individual=ANA, business_profile=SHOP, terms=TERMS),
        )
        await connect.external_accounts.add(seller.id, key="bank-1", token="btok_us_verified")
        connect.simulator.advance(hours=1)
        assert await connect.onboarding.can(seller.id, "direct_charge")
        assert (await connect.onboarding.can(seller.id, "transfer")).missing == ("transfers",)
        preview = await connect.capabilities.retrieve(seller.id, "transfers")
        assert (preview.status, preview.requested) == ("unrequested", False)
        (asked,) = await connect.capabilities.request(seller.id, "transfers")
        assert asked.active
        assert {one.name for one in await connect.capabilities.list(seller.id)} == {"card_payments", "transfers"}

    travel(colour, journey)


@BOTH
def test_a_recipient_of_v2(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-1",
            country="US",
            type="express",
            business_type="individual",
            capabilities=("transfers",),
        )
        connect.simulator.onboard(seller.id)
        assert await connect.onboarding.can(seller.id, "destination_charge")
        assert not await connect.onboarding.can(seller.id, "on_behalf_of")
        session = await connect.onboarding.session(
            seller.id, components={"payouts": {"instant_payouts": True}, "balances": {}}
        )
        assert session.components == ("balances", "payouts")
        assert session.client_secret not in repr(session)
        connect.simulator.check()

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_restricted_by_a_deadline_and_repaired(colour: str, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-1",
            country="US",
            type="custom",
            business_type="individual",
            prefill=AccountDetails(individual=ANA, business_profile=SHOP, terms=TERMS),
        )
        await connect.external_accounts.add(seller.id, key="bank-1", token="btok_us_verified")
        connect.simulator.advance(hours=1)
        first = await connect.tracker.observe(seller.id)
        assert (first.before, first.after.state) == (None, AccountState.COMPLETE)
        assert not (await connect.tracker.observe(seller.id)).any

        connect.simulator.demand(seller.id, "individual.verification.document", days=10)
        change = await connect.tracker.observe(seller.id)
        assert change.appeared == ("individual.verification.document",)
        status = await connect.onboarding.status(seller.id, api=api)
        assert (status.state, status.next_action) == (AccountState.ENABLED_WITH_DEADLINE, NextAction.PROVIDE_DETAILS)
        assert status.deadline is not None
        assert await connect.tracker.blocked() == []
        assert [one.account for one in await connect.tracker.blocked(within=timedelta(days=14))] == [seller.id]

        connect.simulator.advance(days=11)
        late = await connect.tracker.observe(seller.id)
        assert late.moved == {"individual.verification.document": ("currently_due", "past_due")}
        status = await connect.onboarding.status(seller.id, api=api)
        assert status.state is AccountState.RESTRICTED_PAST_DUE
        assert (status.can_be_paid_out, status.can_charge) == (False, True)
        assert not await connect.onboarding.can(seller.id, "payout")
        connect.simulator.advance(days=31)
        assert not (await connect.onboarding.status(seller.id, api=api)).can_charge

        repaired = AccountDetails(individual=Individual(document=Document(front="file_identity_document_success")))
        await connect.onboarding.update(seller.id, details=repaired, api=api)
        connect.simulator.advance(hours=1)
        after = await connect.tracker.observe(seller.id)
        assert (after.met, after.after.state) == (("individual.verification.document",), AccountState.COMPLETE)

    travel(colour, journey)


@BOTH
def test_rejected_and_unrejected(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(key="seller-1", country="US", type="express")
        connect.simulator.onboard(seller.id)
        rejected = await connect.onboarding.reject(seller.id, reason="fraud_other")
        assert rejected.requirements.disabled_reason == "rejected.platform_fraud"
        status = await connect.onboarding.status(seller.id)
        assert (status.state, status.next_action) == (AccountState.REJECTED_BY_PLATFORM, NextAction.UNREJECT)
        assert (await connect.onboarding.unreject(seller.id)).charges_enabled
        assert (await connect.onboarding.unreject(seller.id)).charges_enabled
        await connect.onboarding.reject(seller.id, reason="other", payouts_action="none")
        paying = await connect.onboarding.status(seller.id, api="v1")
        assert (paying.can_charge, paying.can_be_paid_out) == (False, True)
        await connect.onboarding.unreject(seller.id)
        stripes = await connect.onboarding.create(key="seller-2", country="US", type="standard")
        with pytest.raises(Refused):
            await connect.onboarding.reject(stripes.id, reason="other", payouts_action="none")

    travel(colour, journey)


@BOTH
def test_closed_and_deleted(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        closing = await connect.onboarding.create(key="seller-1", country="US", type="express")
        deleting = await connect.onboarding.create(key="seller-2", country="US", type="express", api="v1")
        assert [account.id async for account in connect.onboarding.list()] == [deleting.id, closing.id]
        assert (await connect.onboarding.close(closing.id)).closed
        assert (await connect.onboarding.close(closing.id)).closed
        assert (await connect.onboarding.status(closing.id)).state is AccountState.CLOSED
        assert not await connect.onboarding.can(closing.id, "transfer")
        assert [account.id async for account in connect.onboarding.list(closed=True)] == [closing.id]
        await connect.onboarding.delete(deleting.id)
        await connect.onboarding.delete(deleting.id)
        assert (await connect.tracker.observe(deleting.id)).after.state is AccountState.DISCONNECTED

    travel(colour, journey)


@BOTH
def test_a_bank_is_replaced_in_the_order_that_is_safe(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(
            key="seller-1", country="US", type="custom", business_type="individual"
        )
        first = await connect.external_accounts.add(seller.id, key="bank-1", token="btok_us_verified")
        with pytest.raises(InvalidRequest, match="only one in the account's own currency"):
            await connect.external_accounts.remove(seller.id, first.id)
        card = await connect.external_accounts.add(
            seller.id, key="card-1", token="tok_visa_debit_us_transferSuccess", default=False
        )
        assert (card.kind, card.instant, card.default_for_currency) == ("card", True, False)
        numbered = CardDetails(number="4000056655665556", exp_month=12, exp_year=2034, currency="usd", cvc="123")
        second_card = await connect.external_accounts.add(seller.id, key="card-2", card=numbered, default=False)
        assert (second_card.last4, second_card.status) == ("5556", "new")
        await connect.external_accounts.remove(seller.id, second_card.id)
        with pytest.raises(InvalidRequest, match="by default"):
            await connect.external_accounts.remove(seller.id, first.id)
        other: Any = {"key": "bank-2", "token": "btok_us_verified_noAccount"}
        second = await connect.external_accounts.replace(seller.id, first.id, **other)
        assert await connect.external_accounts.replace(seller.id, first.id, **other) == second
        held = {one.id: one async for one in connect.external_accounts.list(seller.id)}
        assert held.keys() == {second.id, card.id}
        assert held[second.id].default_for_currency
        assert (await connect.external_accounts.make_default(seller.id, card.id)).default_for_currency
        assert (await connect.external_accounts.repair(seller.id, second.id)).status == "new"
        assert (await connect.external_accounts.retrieve(seller.id, second.id)).id == second.id
        await connect.external_accounts.remove(seller.id, second.id)

    travel(colour, journey)


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@BOTH
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_seller_is_told_of_by_a_token(colour: str, api: Any) -> None:
    told: dict[str, Any] = {
        "v1": {"account": {"business_type": "individual", "individual": {"first_name": "Ana"}}},
        "v2": {"identity": {"entity_type": "individual", "individual": {"given_name": "Ana"}}},
    }
    told["v1"]["account"]["tos_shown_and_accepted"] = True

    async def journey(connect: AsyncConnect) -> None:
        browser = Driver(connect.simulator)
        path = "/v1/tokens" if api == "v1" else "/v2/core/account_tokens"
        details = AccountDetails(token=browser.made(path, told[api])["id"])
        made = await connect.onboarding.create(
            key="seller-1", country="FR", type="custom", business_type="individual", prefill=details, api=api
        )
        assert browser.get(f"/v1/accounts/{made.id}").body["individual"]["first_name"] == "Ana"
        with pytest.raises(Refused, match="more than once"):
            await connect.onboarding.update(made.id, details=details, api=api)

    travel(colour, journey)


@BOTH
def test_people_are_the_same_through_both_apis(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        seller = await connect.onboarding.create(key="seller-1", country="US", type="custom", business_type="company")
        ana = PersonDetails(
            first_name="Ana",
            last_name="Silva",
            address=HOME,
            id_number="000000000",
            relationship=Relationship(owner=True, percent_ownership=Decimal("62.5"), title="CEO"),
        )
        connect.simulator.faults.next("lose_answer", path=f"/v2/core/accounts/{seller.id}/persons", method="POST")
        made = await connect.persons.create(seller.id, key="ana", person=ana, metadata={"row": "7"}, api="v2")
        assert (made.name, made.roles, made.title) == ("Ana Silva", frozenset({"owner"}), "CEO")
        assert made.metadata["row"] == "7"
        again = await connect.persons.create(seller.id, key="ana", person=ana, metadata={"row": "7"}, api="v2")
        assert again.id == made.id

        read = await connect.persons.retrieve(seller.id, made.id, api="v2")
        older = await connect.persons.retrieve(seller.id, made.id)
        assert (read.id, read.name, read.roles) == (older.id, older.name, older.roles)
        assert older.raw["relationship"]["percent_ownership"] == 62.5
        assert (older.raw["id_number_provided"], older.verification, read.verification) == (True, "unverified", "")

        ben = PersonDetails(first_name="Ben", relationship=Relationship(director=True))
        other = await connect.persons.create(seller.id, key="ben", person=ben)
        assert [found.id async for found in connect.persons.list(seller.id, api="v2")] == [other.id, made.id]
        assert [found.id async for found in connect.persons.list(seller.id, role="owner", api="v2")] == [made.id]
        lima = PersonDetails(last_name="Lima")
        changed = await connect.persons.update(seller.id, other.id, person=lima, metadata={"row": "8"}, api="v2")
        assert (changed.name, changed.metadata["row"]) == ("Ben Lima", "8")
        for _ in range(2):
            await connect.persons.delete(seller.id, other.id, api="v2")
        assert [found.id async for found in connect.persons.list(seller.id)] == [made.id]
        unknown: Any = "v3"
        with pytest.raises(InvalidRequest, match="api"):
            await connect.persons.retrieve(seller.id, made.id, api=unknown)

    travel(colour, journey)
