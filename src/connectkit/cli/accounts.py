"""The scenes in which accounts are made, onboarded and watched, and what they can do is asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

from connectkit.models.details import AccountDetails, Address, BusinessProfile, Individual, TermsAcceptance

from .play import Play

_RETURN: Final = "https://marketplace.example/welcome-back"
_REFRESH: Final = "https://marketplace.example/new-link"


async def platform(play: Play) -> None:
    """Look at the platform itself."""
    check = await play.connect.platform.check()
    play.show(
        "before the first account", "; ".join(finding.next_step for finding in check.findings if not finding.good)
    )
    balance = await play.connect.balances.retrieve()
    await play.connect.settings.set_payouts(interval="manual")
    play.show("API version", play.connect.api_version)
    play.check("the key is a test key", true=not any(amount.amount < 0 for amount in balance.available))


async def sellers(play: Play) -> None:
    """Make one account of each type."""
    for kind in ("standard", "express", "custom"):
        account = await play.once(
            lambda kind=kind: play.connect.onboarding.create(  # type: ignore[misc]
                key=f"demo/seller/{kind}", country="US", type=kind, email=f"{kind}@seller.example"
            )
        )
        play.sellers[kind] = account.id
        play.show(kind, account.id)
    play.check("three accounts were made", true=len(set(play.sellers.values())) == len(play.sellers))


async def hosted(play: Play) -> None:
    """Lead two sellers through Stripe's own form."""
    for kind in ("standard", "express"):
        seller = play.sellers[kind]
        before = await play.connect.onboarding.status(seller)
        link = await play.connect.onboarding.link(seller, return_url=_RETURN, refresh_url=_REFRESH)
        play.check(f"the link of the {kind} seller can be followed", true=link.url.startswith("http"))
        play.stage.onboard(seller)
        after = await play.connect.onboarding.status(seller)
        play.show(f"{kind}: before", f"{before.state.value}, {len(before.due)} things due: {before.next_step}")
        play.show(f"{kind}: after", f"{after.state.value}; can charge: {after.can_charge}")
        play.check(f"the {kind} seller is enabled", true=after.can_charge and after.can_receive_transfers)


async def watched(play: Play) -> None:
    """Ask what each seller can do, and remember how it is."""
    for kind, seller in play.sellers.items():
        direct = await play.connect.onboarding.can(seller, "direct_charge")
        seen = (await play.connect.tracker.observe(seller)).after
        play.show(kind, f"{seen.state.value}; {'can be charged on' if direct else direct.why}")
        play.check(f"the {kind} seller is known", true=seen.account == seller)
    blocked = {seen.account for seen in await play.connect.tracker.blocked(within=timedelta(days=14))}
    play.check("none of them is blocked", true=blocked.isdisjoint(play.sellers.values()))


async def embedded(play: Play) -> None:
    """Give a page what Stripe's embedded components need."""
    session = await play.connect.onboarding.session(
        play.sellers["express"], components={"account_onboarding": {}, "payouts": {"instant_payouts": True}}
    )
    play.show("components", ", ".join(session.components))
    login = await play.connect.onboarding.login_link(play.sellers["express"])
    play.check("the seller can open her dashboard", true=login.redirect.headers["Location"].startswith("http"))


async def api_onboarding(play: Play) -> None:
    """Tell Stripe of the third seller through the API."""
    seller = play.sellers["custom"]
    before = await play.connect.onboarding.status(seller)
    await play.connect.onboarding.update(seller, business_type="individual", details=_details())
    bank = await play.once(
        lambda: play.connect.external_accounts.add(seller, key="demo/bank/custom", token="btok_us_verified")  # noqa: S106  # a test token
    )
    after = await play.connect.onboarding.status(seller)
    play.show("due before", ", ".join(requirement.name for requirement in before.due) or "nothing")
    play.show("bank account", f"…{bank.last4}")
    play.show("after", f"{after.state.value}; can be paid out: {after.can_be_paid_out}")
    play.check("the custom seller is enabled", true=after.can_charge and after.can_be_paid_out)


def _details() -> AccountDetails:
    return AccountDetails(
        individual=Individual(
            first_name="Ana",
            last_name="Silva",
            email="ana@seller.example",
            phone="0000000000",
            date_of_birth=date(1901, 1, 1),
            address=Address(line1="address_full_match", city="Columbus", state="OH", postal_code="43214", country="US"),
            id_number="000000000",
            ssn_last_4="0000",
        ),
        business_profile=BusinessProfile(
            name="Ana's pottery",
            url="https://accessible.stripe.com",
            product_description="Hand-made pottery, sold online.",
            mcc="5734",
        ),
        terms=TermsAcceptance(date=datetime(2026, 11, 1, tzinfo=UTC), ip="203.0.113.7"),
    )


async def capabilities(play: Play) -> None:
    """See what each seller can do."""
    for kind, seller in play.sellers.items():
        account = await play.connect.onboarding.retrieve(seller)
        play.show(kind, ", ".join(f"{name}: {status}" for name, status in account.capabilities.items()))
        play.check(f"{kind} can receive transfers", true=account.capabilities.active("transfers"))
