"""Test cards and bank accounts by their numbers and tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from connectkit.simulator.refusals import card_declined, invalid, missing, no_such

from .cards import CARDS

_CENTURY: Final = 100

_CARDS: Final[Mapping[str, str]] = {
    "4242424242424242": "visa",
    "4000056655665556": "visa_debit",
    "5555555555554444": "mastercard",
    "2223003122003222": "mastercard",
    "5200828282828210": "mastercard_debit",
    "5105105105105100": "mastercard_prepaid",
    "378282246310005": "amex",
    "6011000990139424": "discover",
    "6011111111111117": "discover",
    "3056930009020004": "diners",
    "3566002020360505": "jcb",
    "6200000000000005": "unionpay",
    "6205500000000000004": "unionpay",
    "4000000360000006": "au",
    "4000003920000003": "jp",
    "4000007020000003": "sg",
    "4000003560000008": "in",
    "4000005540000008": "nz",
    "4000003440000004": "hk",
    "4000003560000123": "_in_recurring",
    "4000000000000044": "_0044",
    "4000000000000077": "bypassPending",
    "4000003720000278": "bypassPendingInternational",
    "4000000000000002": "visa_chargeDeclined",
    "4000000000009995": "visa_chargeDeclinedInsufficientFunds",
    "4000000000009987": "visa_chargeDeclinedLostCard",
    "4000000000009979": "visa_chargeDeclinedStolenCard",
    "4000000000006975": "visa_chargeDeclinedVelocityLimitExceeded",
    "4000000000000069": "chargeDeclinedExpiredCard",
    "4000000000000127": "chargeDeclinedIncorrectCvc",
    "4000000000000119": "chargeDeclinedProcessingError",
    "4000000000000341": "chargeCustomerFail",
    "4100000000000019": "radarBlock",
    "4000000000004954": "riskLevelHighest",
    "4000000000009235": "riskLevelElevated",
    "4000000000000101": "cvcCheckFail",
    "4000000000000036": "avsZipFail",
    "4000002500003155": "authenticationRequiredOnSetup",
    "4000002760003184": "authenticationRequired",
    "4000003800000446": "authenticationRequiredSetupForOffSession",
    "4000008260003178": "authenticationRequiredChargeDeclinedInsufficientFunds",
    "4000000000003220": "threeDSecure2Required",
    "4000008400001629": "threeDSecureRequiredChargeDeclined",
    "4000008400001280": "_lookup",
    "4000000000003055": "threeDSecureOptional",
    "4000000000003097": "_lookup_optional",
    "4000000000000259": "createDispute",
    "4000000000002685": "createDisputeProductNotReceived",
    "4000000000001976": "createDisputeInquiry",
    "4000000000005423": "createIssuerFraudRecord",
    "4000000404000079": "createMultipleDisputes",
    "4000000404000038": "createCe3EligibleDispute",
    "4000008400000779": "createComplianceDispute",
    "5105008400000002": "createMastercardComplianceDispute",
    "4000000000004202": "visa_triggerNextRequirements",
    "4000000000004210": "visa_triggerChargeBlock",
    "4000000000004236": "visa_triggerPayoutBlock",
    "4000000000007726": "pendingRefund",
    "4000000000005126": "refundFail",
}
"""The test cards, by number: what their payment methods are called behind `pm_card_`; our own begin with `_`."""

_BANKS: Final[Mapping[str, str]] = {
    "000123456789": "success",
    "000111111113": "accountClosed",
    "000111111116": "noAccount",
    "000222222227": "insufficientFunds",
    "000333333335": "debitNotAuthorized",
    "000444444440": "invalidCurrency",
    "000555555559": "dispute",
    "000000000009": "processing",
}
_IBANS: Final[Mapping[str, str]] = {
    "AT321904300235473204": "_sepa_paid",
    "AT611904300234573201": "_sepa_paid",
    "AT861904300235473202": "_sepa_failed",
    "IT60X0542811101000000123456": "_sepa_failed",
}


_BECS: Final[Mapping[tuple[str, str], str]] = {
    ("000000", "900123456"): "_becs_paid",
    ("000000", "111111113"): "_becs_closed",
}
"""The test accounts in Australia, by BSB and number."""


def card_named(given: Mapping[str, Any], param: str) -> str:
    """Give the name of the payment method behind a card that is given by token or number.

    Raises:
        Refusal: There is no such test card.
    """
    if given.get("token"):
        return token_named(str(given["token"]), f"{param}[token]")
    if not given.get("number"):
        raise missing(f"{param}[number]")
    number = str(given["number"]).replace(" ", "")
    if not _is_number(number):
        raise card_declined("Your card number is incorrect.", "incorrect_number", param="number")
    for name in ("exp_month", "exp_year"):
        if given.get(name) is None:
            raise missing(f"{param}[{name}]")
    if number not in _CARDS:
        message = "Your card was declined. Your request was in test mode, but used a non test card."
        raise card_declined(message, "card_declined", "test_mode_live_card")
    name = _CARDS[number]
    return name if name[0] == "_" else f"pm_card_{name}"


def token_named(token: str, param: str) -> str:
    """Give the name of the payment method behind a test token such as `tok_visa`.

    Raises:
        Refusal: There is no such token.
    """
    called = token.removeprefix("tok_")
    names = [f"pm_card_{name}" for name in (called, called.removeprefix("visa_"))]  # some are known by both
    found = next((name for name in names if name in CARDS), None)
    if found is None or not token.startswith("tok_"):
        raise no_such("token", token, param=param)
    return found


def bank_named(given: Mapping[str, Any]) -> str:
    """Give the name of the payment method behind a bank account of the United States.

    Raises:
        Refusal: It is no test account.
    """
    for name in ("account_number", "routing_number"):
        if not given.get(name):
            raise missing(f"us_bank_account[{name}]")
    number = str(given["account_number"])
    if number not in _BANKS:
        message = "You must use a test bank account number in test mode."
        raise invalid(message, param="us_bank_account[account_number]", code="account_number_invalid")
    return f"pm_usBankAccount_{_BANKS[number]}"


def iban_named(given: Mapping[str, Any]) -> str:
    """Give our name of the payment method behind an IBAN.

    Raises:
        Refusal: It is no test account.
    """
    iban = str(given["iban"]).replace(" ", "")
    if iban not in _IBANS:
        message = "The IBAN you provided is invalid: it is none of those for tests."
        raise invalid(message, param="sepa_debit[iban]", code="invalid_bank_account_iban")
    return _IBANS[iban]


def becs_named(given: Mapping[str, Any]) -> str:
    """Give our name of the payment method behind a bank account in Australia.

    Raises:
        Refusal: It is no test account.
    """
    bsb, number = (str(given[name]).replace("-", "") for name in ("bsb_number", "account_number"))
    if (bsb, number) not in _BECS:
        message = "You must use a test bank account number in test mode."
        raise invalid(message, param="au_becs_debit[account_number]", code="account_number_invalid")
    return _BECS[bsb, number]


def _is_number(number: str) -> bool:
    """Tell whether the digits of a card add up as they have to."""
    if not number.isascii() or not number.isdecimal():
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = [2 * digit - 9 * (digit > 4) for digit in digits[1::2]]  # noqa: PLR2004  # of nine, so the two digits add
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def card_written(said: Mapping[str, str]) -> dict[str, Any]:
    """Give a card as the API has it, from what a buyer wrote: *number*, *expiry* as `12/34`, and *cvc*."""
    card: dict[str, Any] = {name: said[name].replace(" ", "") for name in ("number", "cvc") if said.get(name)}
    month, _, year = said.get("expiry", "").replace(" ", "").partition("/")
    if month.isdecimal() and year.isdecimal():
        card |= {"exp_month": int(month), "exp_year": int(year) % _CENTURY + 20 * _CENTURY}
    return card
