"""Which configuration of accounts, and which type of charge, fit a business, asked in a few questions.

Sources: Stripe's recommendations on integrations, and its table of what a bearer of losses means for each type of
charge.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import frozen

ChargeType: TypeAlias = Literal["direct", "destination", "separate"]


@frozen(kw_only=True)
class Business:
    """What a platform is like.

    Attributes:
        customers_know_the_seller: Whether customers buy from the seller under its own name, as in a shop of its own,
            and not from the platform.
        several_sellers: Whether one payment is for several sellers.
        pays_later: Whether it is known only later who gets how much, or when.
        bears_losses: Whether the platform bears what sellers can't pay back.
        sets_prices: Whether the platform decides what sellers pay for payments, and pays Stripe's fees itself.
        own_forms: Whether the platform collects what Stripe has to know in forms of its own, and keeps them up to date.
        sellers_have_stripe: Whether sellers have accounts of their own at Stripe.
    """

    customers_know_the_seller: bool
    several_sellers: bool = False
    pays_later: bool = False
    bears_losses: bool = False
    sets_prices: bool = False
    own_forms: bool = False
    sellers_have_stripe: bool = False


@frozen(kw_only=True)
class Recommendation:
    """What fits.

    Attributes:
        account: `standard`, `express` or `custom`, as `onboarding.create` takes it; `""` where only the axes say it.
        dashboard: What of Stripe's the seller can open.
        fees_collector: Who takes Stripe's fees.
        losses_collector: Who bears what the account can't pay back.
        charge: The type of charge.
        capabilities: What each account has to ask for.
        reasons: Why, a sentence each.
        cautions: What has to be seen to, a sentence each.
    """

    account: str
    dashboard: str
    fees_collector: str
    losses_collector: str
    charge: ChargeType
    capabilities: tuple[str, ...]
    reasons: tuple[str, ...]
    cautions: tuple[str, ...]


def recommended(business: Business) -> Recommendation:
    """Say which accounts and which type of charge fit a business."""
    charge, why = _charge(business)
    indirect = charge != "direct"
    losses = "application" if indirect or business.bears_losses or business.own_forms else "stripe"
    fees = "application" if losses == "application" or business.sets_prices else "stripe"
    account, dashboard = _account(business, losses=losses, fees=fees)
    return Recommendation(
        account=account,
        dashboard=dashboard,
        fees_collector=fees,
        losses_collector=losses,
        charge=charge,
        capabilities=("transfers",) if indirect else ("card_payments", "transfers"),
        reasons=(why, _DASHBOARDS[dashboard]),
        cautions=tuple(_cautions(business, losses, indirect=indirect)),
    )


def _charge(business: Business) -> tuple[ChargeType, str]:
    if business.several_sellers or business.pays_later:
        return "separate", "One payment is shared by several sellers, or later: charge first, and transfer then."
    if business.customers_know_the_seller:
        return "direct", "The customer buys from the seller: the payment, its fees and its disputes are the seller's."
    return "destination", "The customer buys from the platform, for one seller: the rest moves on with the payment."


def _account(business: Business, *, losses: str, fees: str) -> tuple[str, str]:
    if business.own_forms:
        return "custom", "none"
    if losses == "application":
        return "express", "express"
    if fees == "stripe":
        return "standard", "full"
    return "", "none"


_DASHBOARDS = {
    "full": "Sellers have Stripe's whole dashboard, and Stripe keeps asking them for what it has to know.",
    "express": "Stripe's form asks sellers for what it has to know, and a small dashboard shows them their payouts.",
    "none": "Sellers see Stripe's embedded components or your own pages alone.",
}


def _cautions(business: Business, losses: str, *, indirect: bool) -> list[str]:
    found: list[str] = []
    if indirect:
        found.append("Refunds and disputes are taken from the platform's balance: reverse the transfer with each.")
    if indirect and not business.bears_losses:
        found.append("With such charges the platform bears the losses, whatever it wishes.")
    if losses == "application":
        found.append("What a seller can't pay back is the platform's: hold payouts of new sellers back.")
    if business.own_forms:
        found.append("What Stripe has to know changes about every six months, and with it your forms.")
    if business.sellers_have_stripe and not indirect:
        found.append("Sellers who have an account can connect it with oauth.authorize.")
    return found
