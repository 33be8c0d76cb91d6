"""What parity is judged by: requests in their order, as data, to be sent to whoever speaks Stripe's HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen


@frozen
class Step:
    """One request.

    Attributes:
        method: The HTTP method.
        path: The path; `{name}` stands for what an earlier step saved.
        params: The parameters, in form notation; values may name what was saved as well.
        saves: The name that the answer's id is saved under.
        account: The saved account that it acts for.
        key: An idempotency key, if it is to be sent twice.
    """

    method: str
    path: str
    params: Mapping[str, Any] = field(factory=dict[str, Any])
    saves: str = ""
    account: str = ""
    key: str = ""


_SELLER: Final = {
    "type": "custom",
    "country": "US",
    "business_type": "individual",
    "capabilities[card_payments][requested]": "true",
    "capabilities[transfers][requested]": "true",
    "individual[first_name]": "Jenny",
    "individual[last_name]": "Rosen",
    "individual[email]": "jenny.rosen@example.com",
    "individual[phone]": "0000000000",
    "individual[dob][day]": "1",
    "individual[dob][month]": "1",
    "individual[dob][year]": "1901",
    "individual[id_number]": "000000000",
    "individual[address][line1]": "address_full_match",
    "individual[address][city]": "San Francisco",
    "individual[address][state]": "CA",
    "individual[address][postal_code]": "94103",
    "business_profile[url]": "https://accessible.stripe.com",
    "business_profile[mcc]": "5734",
    "business_profile[product_description]": "Software for testing payments.",
    "tos_acceptance[date]": "1700000000",
    "tos_acceptance[ip]": "127.0.0.1",
    "external_account": "btok_us_verified",
}
_PAID: Final = {
    "currency": "usd",
    "payment_method": "pm_card_bypassPending",
    "confirm": "true",
    "capture_method": "automatic",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
    "expand[0]": "latest_charge",
}
_OPEN: Final = Step("POST", "/v1/accounts", _SELLER, saves="seller")

JOURNEYS: Final[Mapping[str, tuple[Step, ...]]] = {
    "a seller": (
        _OPEN,
        Step("GET", "/v1/accounts/{seller}"),
        Step("GET", "/v1/accounts/{seller}/capabilities"),
        Step("GET", "/v1/balance", account="seller"),
    ),
    "a destination charge": (
        _OPEN,
        Step(
            "POST",
            "/v1/payment_intents",
            {**_PAID, "amount": "10000", "application_fee_amount": "1230", "transfer_data[destination]": "{seller}"},
            saves="intent",
        ),
        Step("GET", "/v1/payment_intents/{intent}"),
        Step(
            "POST",
            "/v1/refunds",
            {
                "payment_intent": "{intent}",
                "amount": "4000",
                "reverse_transfer": "true",
                "refund_application_fee": "true",
            },
        ),
        Step("GET", "/v1/transfers", {"destination": "{seller}"}),
    ),
    "a direct charge": (
        _OPEN,
        Step(
            "POST",
            "/v1/payment_intents",
            {**_PAID, "amount": "5000", "application_fee_amount": "500"},
            saves="intent",
            account="seller",
        ),
        Step("POST", "/v1/payouts", {"amount": "1000", "currency": "usd"}, account="seller"),
        Step("POST", "/v1/payouts", {"amount": "900000", "currency": "usd"}, account="seller"),
    ),
    "what is refused": (
        Step("POST", "/v1/transfers", {"amount": "100", "currency": "usd"}),
        Step("POST", "/v1/transfers", {"amount": "x", "currency": "usd", "destination": "acct_1"}),
        Step("POST", "/v1/topups", {"amount": "100", "currency": "usd", "colour": "red"}),
        Step("POST", "/v1/refunds", {"charge": "ch_nothing"}),
        Step("GET", "/v1/charges/ch_nothing"),
        Step("GET", "/v1/payouts", {"limit": "1000"}),
        Step("POST", "/v1/payment_intents", {**_PAID, "amount": "2000", "payment_method": "pm_card_chargeDeclined"}),
    ),
    "a key that is used again": (
        Step("POST", "/v1/payment_intents", {"amount": "2000", "currency": "usd"}, key="one"),
        Step("POST", "/v1/payment_intents", {"amount": "2000", "currency": "usd"}, key="one"),
        Step("POST", "/v1/payment_intents", {"amount": "3000", "currency": "usd"}, key="one"),
    ),
}
"""Every journey; each is followed by a look at the rows and events that it made."""
