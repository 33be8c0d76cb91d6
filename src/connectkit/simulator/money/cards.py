"""Stripe's test cards and bank accounts, by the names of their payment methods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ASKS: Final = "asks"
"""How refunds begin of what was paid by bank transfer: the buyer is asked for her bank account."""


@dataclass(frozen=True, slots=True)
class Card:
    """A test card and what becomes of it.

    Attributes:
        last4: The end of its number.
        brand: Its network.
        country: Where it was issued.
        code: Stripe's code if it is declined, or `""`.
        decline_code: The issuer's reason, or `""`.
        available: Whether the money is available at once.
        authenticate: Whether the buyer has to be authenticated first.
        once: Whether that is done for good when the card has been set up.
        asked: When the buyer has to be authenticated besides: `setup` while it is set up by a payment, `merchant`
            where the merchant asks for it.
        unreachable: Whether her bank cannot be asked, so that whoever has to ask is declined.
        risk: How risky Stripe finds it.
        refund: `""`, or how a refund to it ends: `pending` succeeds later, `fail` fails later, `ASKS` when the buyer
            has said where it shall go.
        dispute: `""`, or what the buyer's bank says when it takes the payment back at once, by its name in `CLAIMS`.
        bounces: Whether the small deposits that verify the account do not arrive.
        warning: Whether the issuer warns early that the payment may be fraud.
        trigger: `""`, or how the account that is charged on moves on its way through verification.
        attaches: Whether it can be attached and set up, although it is declined when it is charged.
        funding: `credit`, `debit` or `prepaid`.
        kind: What kind of payment method it is.
        source_type: In which part of a balance its money arrives.
        delayed: `""`, or what the buyer's bank says in the end: `paid`, `never`, or Stripe's code of a failure.
    """

    last4: str = "4242"
    brand: str = "visa"
    country: str = "US"
    code: str = ""
    decline_code: str = ""
    available: bool = False
    authenticate: bool = False
    once: bool = False
    asked: str = ""
    unreachable: bool = False
    risk: str = "normal"
    refund: str = ""
    dispute: str = ""
    bounces: bool = False
    warning: bool = False
    trigger: str = ""
    attaches: bool = False
    funding: str = "credit"
    kind: str = "card"
    delayed: str = ""
    source_type: str = "card"


def _bank(last4: str, delayed: str) -> Card:
    return Card(last4, kind="us_bank_account", delayed=delayed)


def _declined(last4: str, decline_code: str, code: str = "card_declined") -> Card:
    return Card(last4, code=code, decline_code=decline_code)


CARDS: Final[Mapping[str, Card]] = {
    "pm_card_visa": Card(),
    "pm_card_visa_debit": Card("5556", funding="debit"),
    "pm_card_mastercard": Card("4444", "mastercard"),
    "pm_card_amex": Card("0005", "amex"),
    "pm_card_us": Card(),
    "pm_card_discover": Card("9424", "discover"),
    "pm_card_diners": Card("0004", "diners"),
    "pm_card_jcb": Card("0505", "jcb"),
    "pm_card_unionpay": Card("0005", "unionpay"),
    "pm_card_au": Card("0006", country="AU"),
    "pm_card_jp": Card("0003", country="JP"),
    "pm_card_sg": Card("0003", country="SG"),
    "pm_card_visa_prepaid": Card("4242", funding="prepaid"),
    "pm_card_mastercard_debit": Card("8210", "mastercard", funding="debit"),
    "pm_card_mastercard_prepaid": Card("5100", "mastercard", funding="prepaid"),
    "pm_card_in": Card("0008", country="IN", asked="setup"),
    "pm_card_nz": Card("0004", country="NZ"),
    "pm_card_hk": Card("0004", country="HK"),
    "pm_card_riskLevelHighest": Card("4954", code="card_declined", decline_code="fraudulent", risk="highest"),
    "pm_card_riskLevelElevated": Card("9235", risk="elevated"),
    "pm_card_cvcCheckFail": _declined("0101", "", "incorrect_cvc"),
    "pm_card_avsZipFail": _declined("0036", "", "incorrect_zip"),
    "pm_card_bypassPending": Card("0077", available=True),
    "pm_card_bypassPendingInternational": Card("0278", country="EE", available=True),
    "pm_card_visa_chargeDeclined": _declined("0002", "generic_decline"),
    "pm_card_chargeDeclined": _declined("0002", "generic_decline"),
    "pm_card_visa_chargeDeclinedInsufficientFunds": _declined("9995", "insufficient_funds"),
    "pm_card_chargeDeclinedInsufficientFunds": _declined("9995", "insufficient_funds"),
    "pm_card_visa_chargeDeclinedLostCard": _declined("9987", "lost_card"),
    "pm_card_visa_chargeDeclinedStolenCard": _declined("9979", "stolen_card"),
    "pm_card_visa_chargeDeclinedVelocityLimitExceeded": _declined("6975", "card_velocity_exceeded"),
    "pm_card_chargeDeclinedExpiredCard": _declined("0069", "", "expired_card"),
    "pm_card_chargeDeclinedIncorrectCvc": _declined("0127", "", "incorrect_cvc"),
    "pm_card_chargeDeclinedProcessingError": _declined("0119", "", "processing_error"),
    "pm_card_chargeCustomerFail": Card("0341", code="card_declined", decline_code="generic_decline", attaches=True),
    "pm_card_radarBlock": Card("0019", code="card_declined", decline_code="fraudulent", risk="highest"),
    "pm_card_authenticationRequired": Card("3184", authenticate=True),
    "pm_card_authenticationRequiredOnSetup": Card("3155", authenticate=True, once=True),
    "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds": Card(
        "3178", code="card_declined", decline_code="insufficient_funds", authenticate=True, attaches=True
    ),
    "pm_card_threeDSecureRequiredChargeDeclined": Card(
        "1629", code="card_declined", decline_code="generic_decline", authenticate=True, attaches=True
    ),
    "pm_card_threeDSecure2Required": Card("3220", authenticate=True),
    "pm_card_authenticationRequiredSetupForOffSession": Card("0446", asked="setup"),
    "pm_card_threeDSecureOptional": Card("3055", asked="merchant"),
    "pm_card_createDispute": Card("0259", dispute="fraudulent"),
    "pm_card_createCe3EligibleDispute": Card("0038", dispute="visa_compelling_evidence_3"),
    "pm_card_createMultipleDisputes": Card("0079", dispute="multiple"),
    "pm_card_createComplianceDispute": Card("0779", dispute="visa_compliance"),
    "pm_card_createMastercardComplianceDispute": Card("0002", "mastercard", dispute="mastercard_compliance"),
    "pm_card_createIssuerFraudRecord": Card("5423", warning=True),
    "pm_card_createDisputeProductNotReceived": Card("2685", dispute="product_not_received"),
    "pm_card_createDisputeInquiry": Card("1976", dispute="inquiry"),
    "pm_card_pendingRefund": Card("7726", refund="pending"),
    "pm_card_visa_triggerNextRequirements": Card("4202", trigger="next_requirements"),
    "pm_card_visa_triggerChargeBlock": Card("4210", trigger="charge_block"),
    "pm_card_visa_triggerPayoutBlock": Card("4236", trigger="payout_block"),
    "pm_card_refundFail": Card("5126", refund="fail"),
    "pm_usBankAccount_success": _bank("6789", "paid"),
    "pm_usBankAccount_accountClosed": _bank("1113", "account_closed"),
    "pm_usBankAccount_noAccount": _bank("1116", "no_account"),
    "pm_usBankAccount_insufficientFunds": _bank("2227", "insufficient_funds"),
    "pm_usBankAccount_debitNotAuthorized": _bank("3335", "debit_not_authorized"),
    "pm_usBankAccount_invalidCurrency": _bank("4440", "invalid_currency"),
    "pm_usBankAccount_processing": _bank("0009", "never"),
    "pm_usBankAccount_failMicrodeposits": Card("6789", kind="us_bank_account", delayed="paid", bounces=True),
    "pm_usBankAccount_dispute": Card("5559", kind="us_bank_account", delayed="paid", dispute="debit_not_authorized"),
    "pm_usBankAccount_legacy": Card("6789", kind="us_bank_account", delayed="paid", source_type="bank_account"),
    "_0044": Card("0044"),
    "_in_recurring": Card("0123", country="IN", asked="setup"),
    "_lookup": Card("1280", authenticate=True, unreachable=True, attaches=True),
    "_lookup_optional": Card("3097", asked="merchant", unreachable=True),
    "_becs_paid": Card("3456", country="AU", kind="au_becs_debit", delayed="paid"),
    "_becs_closed": Card("1113", country="AU", kind="au_becs_debit", delayed="account_closed"),
    "_fpx": Card("", country="MY", kind="fpx", authenticate=True, source_type="fpx"),
    "_cash": Card("", kind="customer_balance", refund=ASKS),
    "_sepa_paid": Card("3204", country="AT", kind="sepa_debit", delayed="paid"),
    "_sepa_failed": Card("3202", country="AT", kind="sepa_debit", delayed="insufficient_funds"),
}
"""Every card and bank account that is simulated, by its payment method's name; our own begin with `_`."""

MESSAGES: Final[Mapping[str, str]] = {
    "card_declined": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_zip": "Your card could not be authorized using the postal code provided.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "account_closed": "The bank account has been closed.",
    "no_account": "No bank account could be located.",
    "insufficient_funds": "The customer's account has insufficient funds to cover this payment.",
    "debit_not_authorized": "The customer has told their bank that this payment was not authorized.",
    "invalid_currency": "The bank account does not take this currency.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}

PARAMS: Final[Mapping[str, str]] = {
    "expired_card": "exp_month",
    "incorrect_cvc": "cvc",
    "incorrect_zip": "address_zip",
}
"""Which parameter a refusal of a card means, where it means one."""
