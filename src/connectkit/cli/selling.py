"""The scenes about sellers, from what fits them to the end of an account.

Each can be played again after a run that was killed anywhere: what it claims holds of a world in which it was played
before as well.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from connectkit.models.details import (
    AccountDetails,
    Address,
    BusinessProfile,
    Company,
    Document,
    PersonDetails,
    Relationship,
    TermsAcceptance,
)
from connectkit.models.settings import Branding
from connectkit.models.standing import AccountState
from connectkit.sellers.recommending import Business, recommended

from .play import Play, usd

_CLIENT: Final = "ca_demo"
_DOCUMENT: Final = "company.verification.document"
_FAILING: Final = Document(front="file_identity_document_failure")
_PASSING: Final = Document(front="file_identity_document_success")
_OFFICE: Final = Address(line1="address_full_match", city="Columbus", state="OH", postal_code="43214", country="US")


async def fit(play: Play) -> None:
    """Ask which accounts and which charge fit the marketplace."""
    fitting = recommended(Business(customers_know_the_seller=False, several_sellers=True))
    play.show("accounts", fitting.account)
    play.show("charges", fitting.charge)
    for reason in fitting.reasons:
        play.show("because", reason)
    play.check("one payment for several sellers is shared out later", true=fitting.charge == "separate")


async def company(play: Play) -> None:
    """Tell Stripe of a company with two owners; a document fails first, and passes then."""
    made = await play.once(
        lambda: play.connect.onboarding.create(
            key="demo/seller/company",
            country="US",
            type="custom",
            business_type="company",
            prefill=AccountDetails(
                company=Company(name="Lamps LLC", phone="0000000000", address=_OFFICE, tax_id="000000000"),
                business_profile=BusinessProfile(
                    url="https://accessible.stripe.com", product_description="Lamps made by hand.", mcc="5719"
                ),
                terms=TermsAcceptance(date=datetime(2026, 11, 1, tzinfo=UTC), ip="203.0.113.7"),
            ),
        )
    )
    await play.once(lambda: play.connect.external_accounts.add(made.id, key="demo/bank/company", token=_BANK))
    for name, share, title in (("Eva", 60, "Managing director"), ("Ben", 40, None)):
        person = _person(name, share, title)
        told = await play.once(
            lambda name=name, person=person: play.connect.persons.create(  # type: ignore[misc]
                made.id, key=f"demo/person/{name}", person=person
            )
        )
        play.show(name, ", ".join(sorted(told.roles)))
    await play.connect.onboarding.provide(made.id, {"company.owners_provided": True, _DOCUMENT: _FAILING})
    for line in await play.connect.onboarding.requirements(made.id, api="v1"):
        play.show(line.text, " ".join(line.remedies))
    await play.connect.onboarding.provide(made.id, {_DOCUMENT: _PASSING})
    status = await play.connect.onboarding.status(made.id, api="v1")
    play.company = made.id
    play.show("after another picture", status.state.value)
    play.check("the other picture passed", true=_DOCUMENT not in {wanted.name for wanted in status.due})


_BANK: Final = "btok_us_verified"


def _person(name: str, share: int, title: str | None) -> PersonDetails:
    return PersonDetails(
        first_name=name,
        last_name="Silva",
        email=f"{name.lower()}@seller.example",
        phone="0000000000",
        date_of_birth=date(1901, 1, 1),
        address=_OFFICE,
        ssn_last_4="0000",
        relationship=Relationship(
            representative=title is not None, owner=True, percent_ownership=Decimal(share), title=title
        ),
    )


async def replaced_bank(play: Play) -> None:
    """Put another bank account in the place of one, never leaving the seller without."""
    first = await play.once(
        lambda: play.connect.external_accounts.add(play.company, key="demo/bank/company", token=_BANK)
    )
    second = await play.once(
        lambda: play.connect.external_accounts.replace(play.company, first.id, key="demo/bank/company/2", token=_BANK)
    )
    held = [bank async for bank in play.connect.external_accounts.list(play.company)]
    play.show("paid out to", f"…{second.last4}")
    play.check("the new bank account is the only one", true=[bank.id for bank in held] == [second.id])


async def existing(play: Play) -> None:
    """Connect an account that a seller has already, and let it go again."""
    begun = await play.connect.oauth.authorize(client_id=_CLIENT, prefill={"email": "old@seller.example"})
    back = play.stage.allow(begun.url)
    connection = await play.connect.oauth.exchange(code=back["code"], state=back["state"], expected_state=begun.state)
    account = await play.connect.onboarding.adopt(connection.account)
    allowed = await play.connect.onboarding.can(account.id, "direct_charge")
    play.show("connected", f"{account.id}, {connection.scope}; can be charged on: {bool(allowed)}")
    await play.connect.oauth.deauthorize(account.id, client_id=_CLIENT)
    gone = (await play.connect.tracker.observe(account.id)).after
    play.show("let go", gone.state.value)
    play.check("the account could be charged on", true=bool(allowed))
    play.check("the account is gone", true=gone.state is AccountState.DISCONNECTED)


async def late(play: Play) -> None:
    """A deadline passes: payouts stop first. What was missing is given, and everything works again."""
    play.stage.demand(play.company, "company.structure", days=10)
    before = (await play.connect.tracker.observe(play.company)).after
    play.show("wanted", f"{', '.join(before.due) or 'nothing'} until {before.deadline}")
    play.stage.advance(days=11, key="demo/late")
    status = await play.connect.onboarding.status(play.company)
    play.show("late", f"{status.state.value}; charged on: {status.can_charge}, paid out: {status.can_be_paid_out}")
    if status.state is AccountState.RESTRICTED_PAST_DUE:
        play.check("payouts stop first", true=status.can_charge and not status.can_be_paid_out)
    await play.connect.onboarding.provide(play.company, {"company.structure": "multi_member_llc"})
    change = await play.connect.tracker.observe(play.company)
    play.show("given", ", ".join(change.met) or "before")
    play.check("the company is repaired", true=change.after.state is AccountState.COMPLETE)


async def looks(play: Play) -> None:
    """Say what customers read on their statements, and when the seller is paid out."""
    seen = await play.connect.settings.update(
        play.company,
        statement_descriptor="LAMPS LLC",
        statement_descriptor_prefix="LAMPS",
        branding=Branding(primary_color="#0055ff"),
    )
    paid = await play.connect.settings.set_payouts(
        account=play.company, interval="weekly", weekdays=["friday"], minimum_balance=[usd("25.00")]
    )
    country = await play.connect.platform.country("US")
    play.show("statement", f"{seen.statement_descriptor}; cards: {seen.statement_descriptor_prefix}")
    play.show("paid out", f"{paid.interval}, {', '.join(paid.weekdays)}; stays: {paid.minimum_balance[0]}")
    play.show("settles in", country.default_currency)
    play.check("both parts of the descriptor are as they were said", true=seen.statement_descriptor_prefix == "LAMPS")
    play.check("the schedule is weekly", true=paid.interval == "weekly")


async def form(play: Play) -> None:
    """Compare a form of the platform's own with what Stripe wants of all sellers."""
    asked = ("company", "person", "individual", "business_profile", "external_account", "tos_acceptance")
    report = await play.connect.platform.form_report(asked)
    play.show("missing", ", ".join(report.missing) or "nothing")
    play.check("the form asks for everything", true=report.complete)


async def ended(play: Play) -> None:
    """Reject a seller, change the platform's mind, and close another account for good."""
    made = await play.once(
        lambda: play.connect.onboarding.create(key="demo/seller/rejected", country="US", type="express")
    )
    rejected = await play.connect.onboarding.reject(made.id, reason="fraud_other")
    play.show("rejected", rejected.requirements.disabled_reason)
    back = await play.connect.onboarding.unreject(made.id)
    play.show("taken back", back.requirements.disabled_reason or "nothing disables it")
    leaving = await play.once(
        lambda: play.connect.onboarding.create(key="demo/seller/closed", country="US", type="express")
    )
    closed = await play.connect.onboarding.close(leaving.id)
    play.show("closed", closed.closed)
    play.check("it was the platform who rejected", true="platform_fraud" in rejected.requirements.disabled_reason)
    play.check("the rejection is taken back", true="rejected" not in back.requirements.disabled_reason)
    play.check("the account is closed", true=closed.closed)
