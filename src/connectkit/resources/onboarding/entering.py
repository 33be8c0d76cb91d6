"""Ways for a seller into Stripe's own pages and components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias, get_args

from typing_extensions import TypedDict

from connectkit.calls.caller import Caller
from connectkit.errors import InvalidRequest
from connectkit.models.accounts import Account
from connectkit.models.entrances import AccountLink, AccountSession, LoginLink
from connectkit.requests import Request, checked_id
from connectkit.resources.arguments import check_word

from .checks import checked_url
from .dialects import Api, LinkOptions, LinkType, dialect_of

Component: TypeAlias = Literal[
    "account_management",
    "account_onboarding",
    "balance_report",
    "balances",
    "disputes_list",
    "documents",
    "financial_account",
    "financial_account_transactions",
    "instant_payouts_promotion",
    "issuing_card",
    "issuing_cards_list",
    "notification_banner",
    "payment_details",
    "payment_disputes",
    "payment_method_settings",
    "payments",
    "payout_details",
    "payout_reconciliation_report",
    "payouts",
    "payouts_list",
    "reporting_chart",
    "tax_registrations",
    "tax_settings",
    "terminal_hardware_orders",
    "terminal_hardware_shop",
]
"""Stripe's embedded components."""


class Features(TypedDict, total=False):
    """What a seller can do in a component; each component has some of them, with defaults of Stripe's."""

    capture_payments: bool
    card_management: bool
    card_spend_dispute_management: bool
    cardholder_management: bool
    destination_on_behalf_of_charge_management: bool
    disable_stripe_user_authentication: bool
    dispute_management: bool
    edit_payout_schedule: bool
    external_account_collection: bool
    instant_payouts: bool
    refund_management: bool
    send_money: bool
    smart_disputes_management: bool
    spend_control_management: bool
    standard_payouts: bool
    transfer_balance: bool


_PAYMENTS: Final = (
    "capture_payments destination_on_behalf_of_charge_management dispute_management refund_management "
    "smart_disputes_management"
)
_PAYOUTS: Final = (
    "disable_stripe_user_authentication edit_payout_schedule external_account_collection instant_payouts "
    "standard_payouts"
)
_ACCOUNT: Final = "disable_stripe_user_authentication external_account_collection"
_CARD: Final = "card_management card_spend_dispute_management cardholder_management spend_control_management"
FEATURES: Final[Mapping[Component, str]] = {
    "account_management": _ACCOUNT,
    "account_onboarding": _ACCOUNT,
    "balances": _PAYOUTS,
    "disputes_list": _PAYMENTS,
    "financial_account": f"{_ACCOUNT} send_money transfer_balance",
    "financial_account_transactions": "card_spend_dispute_management",
    "instant_payouts_promotion": f"{_ACCOUNT} instant_payouts",
    "issuing_card": _CARD,
    "issuing_cards_list": f"{_CARD} disable_stripe_user_authentication",
    "notification_banner": _ACCOUNT,
    "payment_details": _PAYMENTS,
    "payment_disputes": _PAYMENTS.partition(" ")[2],
    "payment_method_settings": "disable_stripe_user_authentication",
    "payments": _PAYMENTS,
    "payouts": _PAYOUTS,
}
"""Which component has which features, as Stripe's SDK describes them; the others have none."""

_SIGN_IN: Final = "disable_stripe_user_authentication"


class AsyncEntrances:
    """Ways for a seller into Stripe's own pages and components."""

    _caller: Caller

    async def link(
        self,
        account_id: str,
        *,
        return_url: str,
        refresh_url: str,
        type: LinkType = "account_onboarding",
        collect: Literal["currently_due", "eventually_due"] = "currently_due",
        future_requirements: bool = False,
        api: Api = "v2",
    ) -> AccountLink:
        """Make a link that leads the seller through Stripe's own form.

        It works once and for minutes only: make it when the seller, whom you know, clicks, and answer with its
        `redirect`. Answer requests for *refresh_url* in the same way: sign the seller in, make a new link, redirect.

        Args:
            account_id: The connected account.
            return_url: Where the seller comes back to, finished or not: read the status there.
            refresh_url: Where the seller is sent when the link no longer works; make a new one there.
            type: `account_update` is for accounts without a dashboard whose requirements the platform collects.
            collect: `eventually_due` asks at once for what will be wanted one day.
            future_requirements: Whether to ask for what will be wanted from a known day on as well.
            api: Which of Stripe's two APIs to ask.

        Raises:
            InvalidRequest: An argument is wrong.
            Refused: Stripe said no.
            Unreachable: There was no usable answer.
        """
        check_word(type, "type", get_args(LinkType))
        check_word(collect, "collect", ("currently_due", "eventually_due"))
        options = LinkOptions(
            type,
            checked_url(return_url, "return_url"),
            checked_url(refresh_url, "refresh_url"),
            collect,
            future_requirements=future_requirements,
        )
        request = dialect_of(api).link(checked_id(account_id, "account_id", "acct_"), options)
        return AccountLink.parse(await self._caller.mint(request, "onboarding.link"))

    async def session(self, account_id: str, *, components: Mapping[Component, Features]) -> AccountSession:
        """Give a page what it needs to show Stripe's embedded components to a seller.

        Make one for each page that is shown, and pass its `client_secret` to Connect.js. Like a link, the first one
        ends the platform's access to the seller's details where Stripe collects the requirements.

        Args:
            account_id: The connected account.
            components: By their names, the features that are not to be Stripe's defaults, as
                `{"account_onboarding": {}, "payouts": {"instant_payouts": True}}`.

        Raises:
            InvalidRequest: An argument is wrong: a component has no such feature, or sign-in differs among them.
            Refused: Stripe said no.
            Unreachable: There was no usable answer.
        """
        params = {"account": checked_id(account_id, "account_id", "acct_"), "components": _components(components)}
        answer = await self._caller.mint(Request("post", "/v1/account_sessions", params), "onboarding.session")
        return AccountSession.parse(answer)

    async def login_link(self, account_id: str) -> LoginLink:
        """Make a link that leads the seller into the Express dashboard.

        It works once and for a short time: make it when the seller, whom you know, clicks, and answer with its
        `redirect`.

        Args:
            account_id: A connected account with the Express dashboard, whose owner has sent Stripe's form off.

        Raises:
            InvalidRequest: The account has another dashboard, or its owner has not sent the form off.
            Refused: Stripe said no.
            Unreachable: There was no usable answer.
        """
        path = f"/v1/accounts/{checked_id(account_id, 'account_id', 'acct_')}"
        account = Account.parse(await self._caller.read(Request("get", path), "onboarding.login_link"))
        if account.dashboard != "express":
            message = "Only accounts with the Express dashboard have login links."
            step = "Owners with the full dashboard sign in at Stripe's own page; others use embedded components."
            raise InvalidRequest(message, param="account_id", next_step=step)
        if not account.details_submitted:
            message = "The seller has not sent Stripe's form off, and has no Express dashboard yet."
            raise InvalidRequest(message, param="account_id", next_step="Send the seller to onboarding.link first.")
        return LoginLink.parse(await self._caller.mint(Request("post", f"{path}/login_links"), "onboarding.login_link"))


def _components(features: Mapping[Component, Features]) -> dict[str, Any]:
    if not features or not isinstance(features, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  # callers without a checker
        message = "components is one or more names of embedded components."
        raise InvalidRequest(message, param="components", next_step="Pass components={'account_onboarding': {}}.")
    for name, chosen in features.items():
        check_word(name, "components", get_args(Component))
        unknown = chosen.keys() - set(FEATURES.get(name, "").split())
        if unknown:
            message = f"The component {name} has no feature {min(unknown)}."
            step = f"It has: {FEATURES[name]}." if name in FEATURES else "It has none."
            raise InvalidRequest(message, param="components", next_step=step)
    if len({chosen[_SIGN_IN] for chosen in features.values() if _SIGN_IN in chosen}) > 1:
        message = f"{_SIGN_IN} has to be the same for every component of a session."
        raise InvalidRequest(message, param="components")
    return {
        name: {"enabled": True, **({"features": dict(chosen)} if chosen else {})} for name, chosen in features.items()
    }
