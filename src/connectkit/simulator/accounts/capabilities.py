"""Capabilities in API v1: asked for one by one, or looked at before."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import no_such
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .kinds import topic
from .queries import account_of
from .standing import capability, changing
from .telling import check_telling, request

_PAYMENTS: Final = (
    "acss_debit affirm afterpay_clearpay alma amazon_pay au_becs_debit bacs_debit bancontact bank_transfer billie "
    "bizum blik boleto card cartes_bancaires cashapp crypto eps fpx gb_bank_transfer giropay grabpay ideal "
    "india_international jcb jp_bank_transfer kakao_pay klarna konbini kr_card legacy link mb_way mobilepay "
    "multibanco mx_bank_transfer naver_pay nz_bank_account_becs_debit oxxo p24 pay_by_bank payco paynow paypay "
    "payto pix promptpay revolut_pay samsung_pay satispay scalapay sepa_bank_transfer sepa_debit sequra sofort "
    "sunbit swish twint upi us_bank_account_ach us_bank_transfer wero zip "
)
_OTHERS: Final = (
    "app_distribution",
    "card_issuing",
    "tax_reporting_us_1099_k",
    "tax_reporting_us_1099_misc",
    "transfers",
    "treasury",
)
NAMES: Final = frozenset({*(f"{name}_payments" for name in _PAYMENTS.split()), *_OTHERS})
"""Every capability of API v1."""


@topic.route("GET", "/v1/accounts/:id/capabilities", "AccountCapabilityListParams")
def list_capabilities(world: World, call: Call) -> Object:
    """List what was asked for, newest first."""
    account = account_of(world, call.id)
    data = [capability(world, account, name) for name in reversed(account["_requested"])]
    return {"object": "list", "data": data, "has_more": False, "url": call.path}


@topic.route("GET", "/v1/accounts/:id/capabilities/:capability", "AccountCapabilityRetrieveParams")
def retrieve_capability(world: World, call: Call) -> Object:
    """Give a capability, asked for or not."""
    account = account_of(world, call.id)
    return capability(world, account, _known(call.ids["capability"]))


@topic.route("POST", "/v1/accounts/:id/capabilities/:capability", "AccountCapabilityUpdateParams")
def update_capability(world: World, call: Call) -> Object:
    """Ask for a capability, or for it no longer."""
    account, name = account_of(world, call.id), _known(call.ids["capability"])
    if "requested" in call.params:
        check_telling(world, account, {"capabilities": {name: call.params}})
        with changing(world, account):
            request(world, account, name, requested=call.params["requested"])
    return capability(world, account, name)


def _known(name: str) -> str:
    if name not in NAMES:
        raise no_such("capability", name)
    return name
