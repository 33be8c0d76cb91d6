"""What a journey consists of: requests as data, to be sent to whoever speaks Stripe's HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from attrs import field, frozen


@frozen
class Step:
    """One request.

    Attributes:
        method: The HTTP method.
        path: The path; `{name}` stands for what an earlier step saved.
        params: The parameters, in form notation for API v1 and nested for API v2; values may name what was saved.
        saves: What is kept of the answer: a name for each place, as `latest_charge.id`.
        account: The saved account that it acts for.
        key: An idempotency key, if it is to be sent twice.
        until: A place in the answer and what has to stand there; it is asked again until then.
    """

    method: str
    path: str
    params: Mapping[str, Any] = field(factory=dict[str, Any])
    saves: Mapping[str, str] = field(factory=dict[str, str])
    account: str = ""
    key: str = ""
    until: tuple[str, object] | None = None


Journeys: TypeAlias = Mapping[str, tuple[Step, ...]]

SELLER: Final[Mapping[str, str]] = {
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
"""A seller of whom everything is known."""

PAID: Final[Mapping[str, str]] = {
    "currency": "usd",
    "payment_method": "pm_card_bypassPending",
    "confirm": "true",
    "capture_method": "automatic",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
    "expand[0]": "latest_charge",
}
"""A payment whose money is available at once."""

INTENT: Final[Mapping[str, str]] = {"intent": "id", "charge": "latest_charge.id"}
"""What is kept of a payment."""


def opened(saved: str = "seller") -> tuple[Step, Step]:
    """Give the steps to a seller who can be paid, kept as *saved*."""
    path = f"/v1/accounts/{{{saved}}}"
    return (
        Step("POST", "/v1/accounts", SELLER, {saved: "id"}),
        Step("GET", path, until=("capabilities.transfers", "active")),
    )


def paid(amount: int, method: str = "pm_card_bypassPending", **more: str) -> Mapping[str, str]:
    """Give the parameters of a payment of *amount* cents with a test payment method."""
    return {**PAID, "payment_method": method, "amount": str(amount), **more}
