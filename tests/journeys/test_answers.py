"""Forms that follow the requirements: what Stripe wants, answered by the names that it is asked for by."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.journeys.stages import COLOURS, seller, travel

from connectkit import (
    AccountState,
    AsyncConnect,
    BankDetails,
    Document,
    InvalidRequest,
    PermissionDenied,
    PersonDetails,
    Relationship,
)
from connectkit.simulator.accounts.samples import sample

BOTH = pytest.mark.parametrize("colour", COLOURS)

ANSWERS: dict[str, Any] = {
    "business_profile.mcc": "5734",
    "business_profile.url": "https://accessible.stripe.com",
    "individual.address.city": "Columbus",
    "individual.address.line1": "address_full_match",
    "individual.address.postal_code": "43214",
    "individual.address.state": "OH",
    "individual.dob.day": 1,
    "individual.dob.month": 1,
    "individual.dob.year": 1901,
    "individual.first_name": "Ana",
    "individual.last_name": "Silva",
    "individual.phone": "0000000000",
    "individual.ssn_last_4": "0000",
    "tos_acceptance.date": datetime(2026, 11, 1, tzinfo=UTC),
    "tos_acceptance.ip": "203.0.113.7",
}
IN_V2: dict[str, Any] = {
    "configuration.merchant.mcc": "5734",
    "identity.individual.given_name": "Ana",
    "identity.individual.date_of_birth": date(1901, 1, 1),
    "identity.individual.id_numbers.us_ssn_last_4": "0000",
    "identity.attestations.terms_of_service.account.date": datetime(2026, 11, 1, tzinfo=UTC),
}


@BOTH
@pytest.mark.parametrize("api", ["v1", "v2"])
def test_a_form_asks_for_what_is_due_and_answers_by_the_same_names(colour: str, api: Any) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(
            key="seller-1", country="US", type="custom", business_type="individual", api=api
        )
        await connect.external_accounts.add(made.id, key="bank-1", token="btok_us_verified")
        due = [entry.name for entry in (await connect.onboarding.status(made.id, api="v1")).due]
        status = await connect.onboarding.provide(made.id, {name: ANSWERS[name] for name in due})
        assert status.state is AccountState.PENDING_VERIFICATION
        assert status.due == ()
        connect.simulator.advance(hours=1)
        assert (await connect.onboarding.status(made.id, api=api)).state is AccountState.COMPLETE

    travel(colour, journey)


@BOTH
def test_the_words_of_v2_do_as_well(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom", business_type="individual")
        status = await connect.onboarding.provide(made.id, IN_V2)
        missing = {entry.name for entry in status.due}
        assert missing == ANSWERS.keys() - {
            "business_profile.mcc",
            "individual.dob.day",
            "individual.dob.month",
            "individual.dob.year",
            "individual.first_name",
            "individual.ssn_last_4",
            "tos_acceptance.date",
        } | {"external_account"}

    travel(colour, journey)


@BOTH
def test_people_are_told_of_beside_the_account(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(key="seller-1", country="US", type="custom", business_type="company")
        ana = await connect.persons.create(
            made.id, key="ana", person=PersonDetails(relationship=Relationship(representative=True))
        )
        paper = await connect.files.upload(b"%PDF-1.7", purpose="account_requirement")
        answers: dict[str, Any] = {
            f"{ana.id}.first_name": "Ana",
            f"{ana.id}.last_name": "Silva",
            f"{ana.id}.verification.document": "file_identity_document_success",
            "company.owners_provided": True,
            "company.verification.document": Document(front="file_identity_document_success"),
            "documents.company_license.files": [paper.id],
        }
        before = len(connect.simulator.requests)
        status = await connect.onboarding.provide(made.id, answers)
        assert "company.owners_provided" not in {entry.name for entry in status.due}
        assert (await connect.persons.retrieve(made.id, ana.id)).name == "Ana Silva"
        sent = [seen.path for seen in connect.simulator.requests[before:]]
        assert sent[:2] == [f"/v1/accounts/{made.id}/persons/{ana.id}", f"/v1/accounts/{made.id}"]
        alone = await connect.onboarding.provide(made.id, {f"{ana.id}.email": "ana@example.com"})
        assert alone.account == made.id

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({}, "Answer those"),
        ({"interv_1.credit_review.form": "x"}, "onboarding.link"),
        ({"person_1.proof_of_liveness": "x"}, "onboarding.link"),
        ({"external_account": "btok_1"}, "external_accounts.add"),
        ({"owners.first_name": "Ana"}, "persons.create"),
        ({"representative.dob.day": 1}, "persons.create"),
        ({"legal_guardian.first_name": "Ana"}, "persons.create"),
        ({"Not a name": 1}, "Pass the names"),
        ({"person_1": "x"}, "Pass the names"),
        ({"individual.dob": date(1901, 1, 1), "individual.dob.day": 1}, "one or the other"),
        ({"individual": "Ana", "individual.first_name": "Ana"}, "one or the other"),
        ({"tos_acceptance.date": datetime(2026, 11, 1)}, "taken as it happened"),  # noqa: DTZ001
    ],
)
def test_what_cannot_be_answered_so_is_said_before_anything_is_sent(
    colour: str, answers: dict[str, Any], told: str
) -> None:
    async def journey(connect: AsyncConnect) -> None:
        with pytest.raises(InvalidRequest) as caught:
            await connect.onboarding.provide("acct_1", answers)
        assert told in caught.value.next_step
        assert caught.value.param == "answers"
        assert connect.simulator.requests == []

    travel(colour, journey)


@BOTH
def test_the_details_of_sellers_of_stripes_are_theirs(colour: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        account = await seller(connect)
        await connect.onboarding.link(
            account, return_url="https://example.com/back", refresh_url="https://example.com/again"
        )
        with pytest.raises(PermissionDenied) as caught:
            await connect.onboarding.provide(account, {"individual.first_name": "Ana"})
        assert "onboarding.link" in caught.value.next_step

    travel(colour, journey)


@BOTH
@pytest.mark.parametrize("country", ["US", "GB", "DE", "FR", "JP", "BR", "AU", "CA", "MX", "IN"])
def test_one_form_serves_every_country(colour: str, country: str) -> None:
    async def journey(connect: AsyncConnect) -> None:
        made = await connect.onboarding.create(
            key="seller-1", country=country, type="custom", business_type="individual"
        )
        currency = (await connect.platform.country(country)).default_currency
        routing = "110000000" if country == "US" else None
        bank = BankDetails(account_number="000123456789", routing_number=routing, country=country, currency=currency)
        await connect.external_accounts.add(made.id, key="bank-1", bank=bank)
        due = [entry.name for entry in (await connect.onboarding.status(made.id, api="v1")).due]
        numbers = {name: int(sample(name, country)) for name in due if name.startswith("individual.dob.")}
        answers: dict[str, Any] = {name: sample(name, country) for name in due} | numbers
        answers["tos_acceptance.date"] = datetime(2026, 11, 1, tzinfo=UTC)
        await connect.onboarding.provide(made.id, answers)
        connect.simulator.advance(hours=1)
        assert (await connect.onboarding.status(made.id)).state is AccountState.COMPLETE
        assert (await connect.onboarding.retrieve(made.id)).country == country

    travel(colour, journey)
