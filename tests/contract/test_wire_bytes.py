"""Our path through the SDK puts the same bytes on the wire as its typed services, for every endpoint in use."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import stripe

from connectkit.requests import Request, Upload
from connectkit.sdk import API_VERSION, Sdk

from . import buyers
from .endpoints import PARAMS

ACCOUNT = "acct_9"
KEY = "ck1_a"
OPTIONS: Any = {"stripe_account": ACCOUNT, "idempotency_key": KEY}
READING: Any = {"stripe_account": ACCOUNT}
V2_OPTIONS: Any = {"stripe_context": ACCOUNT, "idempotency_key": KEY}
V2_READING: Any = {"stripe_context": ACCOUNT}
Wire = tuple[str, str, Any, dict[str, str]]


class Recorder(stripe.HTTPClient):
    """Writes down what would be sent."""

    name = "recorder"

    def __init__(self) -> None:
        super().__init__()  # pyright: ignore[reportUnknownMemberType]  # untyped there
        self.wire: list[Wire] = []

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> Any:
        kept = {name.lower(): value for name, value in (headers or {}).items() if name.lower() not in RANDOM}
        self.wire.append((method, url, post_data, kept))
        return '{"object": "list", "data": []}', 200, {}


RANDOM = {"x-stripe-client-user-agent", "x-stripe-client-telemetry", "user-agent"}
"""Headers that tell of the sender and not of the request."""

CREATE: dict[str, Any] = {"amount": 1000, "currency": "usd", "metadata": {"a b": "ü&="}}
INTENT: dict[str, Any] = {
    **CREATE,
    "confirm": True,
    "payment_method": "pm_card_visa",
    "application_fee_amount": 12,
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    "transfer_data": {"destination": "acct_1"},
}
V1_ACCOUNT: dict[str, Any] = {
    "country": "US",
    "controller": {"stripe_dashboard": {"type": "none"}, "fees": {"payer": "application"}},
    "capabilities": {"transfers": {"requested": True}},
    "individual": {"dob": {"day": 1, "month": 1, "year": 1901}},
}
V2_ACCOUNT: dict[str, Any] = {
    "include": ["identity", "requirements"],
    "identity": {"country": "us"},
    "configuration": {"merchant": {"capabilities": {"card_payments": {"requested": True}}}},
    "metadata": {"a": "b"},
}
ENDPOINT: dict[str, Any] = {
    "url": "https://a.b/c",
    "enabled_events": ["payout.paid", "payout.failed"],
    "connect": True,
    "api_version": API_VERSION,
}
DESTINATION: dict[str, Any] = {
    "name": "shop",
    "type": "webhook_endpoint",
    "webhook_endpoint": {"url": "https://a.b/c"},
    "event_payload": "thin",
    "enabled_events": ["v1.payout.paid"],
    "events_from": ["@self", "@accounts"],
    "include": ["webhook_endpoint.signing_secret", "webhook_endpoint.url"],
}
LINK: dict[str, Any] = {
    "account": "acct_1",
    "type": "account_onboarding",
    "return_url": "https://a.b/c?d=e",
    "refresh_url": "https://a.b/",
}
V2_LINK: dict[str, Any] = {
    "account": "acct_1",
    "use_case": {
        "type": "account_onboarding",
        "account_onboarding": {
            "configurations": ["merchant"],
            "return_url": "https://a.b/",
            "refresh_url": "https://a.b/",
        },
    },
}
PAGE: dict[str, Any] = {"limit": 100, "created": {"gte": 1}}
SCHEDULE: dict[str, Any] = {"payments": {"payouts": {"schedule": {"interval": "manual"}}}}
BANK: dict[str, Any] = {"external_account": "btok_1", "default_for_currency": True}
TRANSFER: dict[str, Any] = {**CREATE, "destination": "acct_1", "source_transaction": "ch_1"}
REFUND: dict[str, Any] = {"payment_intent": "pi_1", "amount": 1, "reverse_transfer": True}

EVIDENCE: dict[str, Any] = {"evidence": {"product_description": "A chair."}, "submit": True}

SESSION: dict[str, Any] = {
    "account": "acct_1",
    "components": {"payouts": {"enabled": True, "features": {"instant_payouts": True}}},
}
PERSON: dict[str, Any] = {
    "first_name": "Ana",
    "relationship": {"owner": True, "percent_ownership": 25.5},
    "verification": {"document": {"front": "file_1"}},
    "metadata": {"a": "b"},
}
PERSON_V2: dict[str, Any] = {
    "given_name": "Ana",
    "relationship": {"owner": True, "percent_ownership": "25.5"},
    "id_numbers": [{"type": "us_ssn", "value": "000000000"}],
    "metadata": {"a": "b"},
}
TAX = "tax_reporting_us_1099_k"
FILE: dict[str, Any] = {"purpose": "identity_document", "file": Upload("front.png", b"\x89PNG\r\n\x00")}
CODE: dict[str, Any] = {"grant_type": "authorization_code", "code": "ac_1"}
LEAVING: dict[str, Any] = {"client_id": "ca_1", "stripe_user_id": "acct_1"}


def _own(options: Any) -> Any:
    return {**options}  # the SDK writes into them


def _read(params: dict[str, Any]) -> Any:
    file = io.BytesIO(params["file"].content)
    file.name = params["file"].name
    return {**params, "file": file}


Service = Callable[[stripe.StripeClient, Any], object]

CALLS: list[tuple[str, str, dict[str, Any], Service]] = [
    ("get", "/v1/account", {}, lambda c, p: c.v1.accounts.retrieve_current(p, READING)),
    ("post", "/v1/accounts", V1_ACCOUNT, lambda c, p: c.v1.accounts.create(p, OPTIONS)),
    ("get", "/v1/accounts", PAGE, lambda c, p: c.v1.accounts.list(p, READING)),
    ("get", "/v1/accounts/acct_1", {}, lambda c, p: c.v1.accounts.retrieve("acct_1", p, READING)),
    ("post", "/v1/accounts/acct_1", V1_ACCOUNT, lambda c, p: c.v1.accounts.update("acct_1", p, OPTIONS)),
    (
        "get",
        "/v1/accounts/acct_1/external_accounts",
        {"limit": 100},
        lambda c, p: c.v1.accounts.external_accounts.list("acct_1", p, READING),
    ),
    (
        "post",
        "/v1/accounts/acct_1/external_accounts",
        BANK,
        lambda c, p: c.v1.accounts.external_accounts.create("acct_1", p, OPTIONS),
    ),
    ("post", "/v1/account_links", LINK, lambda c, p: c.v1.account_links.create(p, OPTIONS)),
    ("post", "/v1/account_sessions", SESSION, lambda c, p: c.v1.account_sessions.create(p, OPTIONS)),
    ("delete", "/v1/accounts/acct_1", {}, lambda c, p: c.v1.accounts.delete("acct_1", p, READING)),
    (
        "post",
        "/v1/accounts/acct_1/reject",
        {"reason": "fraud_other", "payouts_action": "none"},
        lambda c, p: c.v1.accounts.reject("acct_1", p, OPTIONS),
    ),
    ("post", "/v1/accounts/acct_1/unreject", {}, lambda c, p: c.v1.accounts.unreject("acct_1", p, OPTIONS)),
    (
        "post",
        "/v1/accounts/acct_1/login_links",
        {},
        lambda c, p: c.v1.accounts.login_links.create("acct_1", p, OPTIONS),
    ),
    (
        "get",
        "/v1/accounts/acct_1/capabilities",
        {},
        lambda c, p: c.v1.accounts.capabilities.list("acct_1", p, READING),
    ),
    (
        "get",
        f"/v1/accounts/acct_1/capabilities/{TAX}",
        {},
        lambda c, p: c.v1.accounts.capabilities.retrieve("acct_1", TAX, p, READING),
    ),
    (
        "post",
        f"/v1/accounts/acct_1/capabilities/{TAX}",
        {"requested": True},
        lambda c, p: c.v1.accounts.capabilities.update("acct_1", TAX, p, OPTIONS),
    ),
    (
        "get",
        "/v1/accounts/acct_1/external_accounts/ba_1",
        {},
        lambda c, p: c.v1.accounts.external_accounts.retrieve("acct_1", "ba_1", p, READING),
    ),
    (
        "post",
        "/v1/accounts/acct_1/external_accounts/ba_1",
        {"default_for_currency": True},
        lambda c, p: c.v1.accounts.external_accounts.update("acct_1", "ba_1", p, OPTIONS),
    ),
    (
        "delete",
        "/v1/accounts/acct_1/external_accounts/ba_1",
        {},
        lambda c, p: c.v1.accounts.external_accounts.delete("acct_1", "ba_1", p, READING),
    ),
    (
        "get",
        "/v2/core/accounts/acct_1/persons",
        {},
        lambda c, p: c.v2.core.accounts.persons.list("acct_1", p, V2_READING),
    ),
    (
        "post",
        "/v2/core/accounts/acct_1/persons",
        PERSON_V2,
        lambda c, p: c.v2.core.accounts.persons.create("acct_1", p, V2_OPTIONS),
    ),
    (
        "get",
        "/v2/core/accounts/acct_1/persons/person_1",
        {},
        lambda c, p: c.v2.core.accounts.persons.retrieve("acct_1", "person_1", p, V2_READING),
    ),
    (
        "post",
        "/v2/core/accounts/acct_1/persons/person_1",
        PERSON_V2,
        lambda c, p: c.v2.core.accounts.persons.update("acct_1", "person_1", p, V2_OPTIONS),
    ),
    (
        "delete",
        "/v2/core/accounts/acct_1/persons/person_1",
        {},
        lambda c, p: c.v2.core.accounts.persons.delete("acct_1", "person_1", p, V2_OPTIONS),
    ),
    (
        "get",
        "/v1/accounts/acct_1/persons",
        {"limit": 100, "relationship": {"owner": True}},
        lambda c, p: c.v1.accounts.persons.list("acct_1", p, READING),
    ),
    (
        "post",
        "/v1/accounts/acct_1/persons",
        PERSON,
        lambda c, p: c.v1.accounts.persons.create("acct_1", p, OPTIONS),
    ),
    (
        "get",
        "/v1/accounts/acct_1/persons/person_1",
        {},
        lambda c, p: c.v1.accounts.persons.retrieve("acct_1", "person_1", p, READING),
    ),
    (
        "post",
        "/v1/accounts/acct_1/persons/person_1",
        PERSON,
        lambda c, p: c.v1.accounts.persons.update("acct_1", "person_1", p, OPTIONS),
    ),
    (
        "delete",
        "/v1/accounts/acct_1/persons/person_1",
        {},
        lambda c, p: c.v1.accounts.persons.delete("acct_1", "person_1", p, READING),
    ),
    ("get", "/v1/country_specs/u_1", {}, lambda c, p: c.v1.country_specs.retrieve("u_1", p, READING)),
    ("get", "/v1/files/file_1", {}, lambda c, p: c.v1.files.retrieve("file_1", p, READING)),
    ("post", "/v1/files", FILE, lambda c, p: c.v1.files.create(_read(p), _own(OPTIONS))),
    ("post", "/oauth/token", CODE, lambda c, p: c.oauth.token(p, OPTIONS)),
    ("post", "/oauth/deauthorize", LEAVING, lambda c, p: c.oauth.deauthorize(p, OPTIONS)),
    (
        "post",
        "/v1/application_fees/fee_1/refunds",
        {"amount": 1},
        lambda c, p: c.v1.application_fees.refunds.create("fee_1", p, OPTIONS),
    ),
    (
        "get",
        "/v1/application_fees/fee_1/refunds",
        {"limit": 100},
        lambda c, p: c.v1.application_fees.refunds.list("fee_1", p, READING),
    ),
    (
        "get",
        "/v1/application_fees/fee_1",
        {},
        lambda c, p: c.v1.application_fees.retrieve("fee_1", p, READING),
    ),
    ("get", "/v1/application_fees", {"charge": "ch_1"}, lambda c, p: c.v1.application_fees.list(p, READING)),
    ("get", "/v1/balance", {}, lambda c, p: c.v1.balance.retrieve(p, READING)),
    ("post", "/v1/balance_settings", SCHEDULE, lambda c, p: c.v1.balance_settings.update(p, OPTIONS)),
    ("get", "/v1/balance_settings", {}, lambda c, p: c.v1.balance_settings.retrieve(p, READING)),
    (
        "get",
        "/v1/balance_transactions",
        {"limit": 100, "source": "ch_1", "type": "charge"},
        lambda c, p: c.v1.balance_transactions.list(p, READING),
    ),
    (
        "get",
        "/v1/balance_transactions/txn_1",
        {},
        lambda c, p: c.v1.balance_transactions.retrieve("txn_1", p, READING),
    ),
    ("get", "/v1/charges", {"payment_intent": "pi_1"}, lambda c, p: c.v1.charges.list(p, READING)),
    ("get", "/v1/charges/ch_1", {}, lambda c, p: c.v1.charges.retrieve("ch_1", p, READING)),
    ("post", "/v1/payment_intents", INTENT, lambda c, p: c.v1.payment_intents.create(p, OPTIONS)),
    ("get", "/v1/payment_intents", PAGE, lambda c, p: c.v1.payment_intents.list(p, READING)),
    (
        "get",
        "/v1/payment_intents/pi_1",
        {"expand": ["latest_charge", "latest_charge.transfer"]},
        lambda c, p: c.v1.payment_intents.retrieve("pi_1", p, READING),
    ),
    (
        "post",
        "/v1/payment_intents/pi_1/confirm",
        {"payment_method": "pm_1"},
        lambda c, p: c.v1.payment_intents.confirm("pi_1", p, OPTIONS),
    ),
    (
        "post",
        "/v1/payment_intents/pi_1/capture",
        {"amount_to_capture": 1},
        lambda c, p: c.v1.payment_intents.capture("pi_1", p, OPTIONS),
    ),
    ("post", "/v1/payment_intents/pi_1/cancel", {}, lambda c, p: c.v1.payment_intents.cancel("pi_1", p, OPTIONS)),
    ("get", "/v1/disputes", {"limit": 100}, lambda c, p: c.v1.disputes.list(p, READING)),
    ("get", "/v1/disputes/du_1", {"expand": ["charge"]}, lambda c, p: c.v1.disputes.retrieve("du_1", p, READING)),
    ("post", "/v1/disputes/du_1", EVIDENCE, lambda c, p: c.v1.disputes.update("du_1", p, OPTIONS)),
    ("post", "/v1/disputes/du_1/close", {}, lambda c, p: c.v1.disputes.close("du_1", p, OPTIONS)),
    ("post", "/v1/payouts/po_1/cancel", {}, lambda c, p: c.v1.payouts.cancel("po_1", p, OPTIONS)),
    ("get", "/v1/events", {"limit": 100, "created": {"gte": 1, "lt": 2}}, lambda c, p: c.v1.events.list(p, READING)),
    ("get", "/v2/core/events/evt_1", {}, lambda c, p: c.v2.core.events.retrieve("evt_1", p, V2_READING)),
    ("post", "/v1/webhook_endpoints", ENDPOINT, lambda c, p: c.v1.webhook_endpoints.create(p, OPTIONS)),
    ("get", "/v1/webhook_endpoints", {"limit": 100}, lambda c, p: c.v1.webhook_endpoints.list(p, READING)),
    (
        "get",
        "/v2/core/event_destinations",
        {"limit": 100},
        lambda c, p: c.v2.core.event_destinations.list(p, V2_READING),
    ),
    (
        "post",
        "/v2/core/event_destinations",
        DESTINATION,
        lambda c, p: c.v2.core.event_destinations.create(p, V2_OPTIONS),
    ),
    (
        "get",
        "/v2/core/event_destinations/ed_1",
        {"include": ["webhook_endpoint.url"]},
        lambda c, p: c.v2.core.event_destinations.retrieve("ed_1", p, V2_READING),
    ),
    (
        "post",
        "/v2/core/event_destinations/ed_1",
        {"webhook_endpoint": {"url": "https://a.b/d"}},
        lambda c, p: c.v2.core.event_destinations.update("ed_1", p, V2_OPTIONS),
    ),
    (
        "post",
        "/v2/core/event_destinations/ed_1/disable",
        {},
        lambda c, p: c.v2.core.event_destinations.disable("ed_1", p, V2_OPTIONS),
    ),
    (
        "post",
        "/v2/core/event_destinations/ed_1/enable",
        {},
        lambda c, p: c.v2.core.event_destinations.enable("ed_1", p, V2_OPTIONS),
    ),
    (
        "post",
        "/v2/core/event_destinations/ed_1/ping",
        {},
        lambda c, p: c.v2.core.event_destinations.ping("ed_1", p, V2_OPTIONS),
    ),
    (
        "delete",
        "/v2/core/event_destinations/ed_1",
        {},
        lambda c, p: c.v2.core.event_destinations.delete("ed_1", p, V2_OPTIONS),
    ),
    ("get", "/v1/webhook_endpoints/we_1", {}, lambda c, p: c.v1.webhook_endpoints.retrieve("we_1", p, READING)),
    (
        "post",
        "/v1/webhook_endpoints/we_1",
        {"disabled": True},
        lambda c, p: c.v1.webhook_endpoints.update("we_1", p, OPTIONS),
    ),
    ("delete", "/v1/webhook_endpoints/we_1", {}, lambda c, p: c.v1.webhook_endpoints.delete("we_1", p, READING)),
    (
        "post",
        "/v1/payouts/po_1/reverse",
        {"metadata": {"a": "b"}},
        lambda c, p: c.v1.payouts.reverse("po_1", p, OPTIONS),
    ),
    ("post", "/v1/topups/tu_1/cancel", {}, lambda c, p: c.v1.topups.cancel("tu_1", p, OPTIONS)),
    ("post", "/v1/payouts", {**CREATE, "method": "instant"}, lambda c, p: c.v1.payouts.create(p, OPTIONS)),
    ("get", "/v1/payouts", {"status": "paid", "limit": 100}, lambda c, p: c.v1.payouts.list(p, READING)),
    ("get", "/v1/payouts/po_1", {}, lambda c, p: c.v1.payouts.retrieve("po_1", p, READING)),
    ("post", "/v1/refunds", REFUND, lambda c, p: c.v1.refunds.create(p, OPTIONS)),
    ("get", "/v1/refunds", {"charge": "ch_1"}, lambda c, p: c.v1.refunds.list(p, READING)),
    ("get", "/v1/refunds/re_1", {}, lambda c, p: c.v1.refunds.retrieve("re_1", p, READING)),
    ("post", "/v1/topups", {**CREATE, "source": "btok_1"}, lambda c, p: c.v1.topups.create(p, OPTIONS)),
    ("get", "/v1/topups", PAGE, lambda c, p: c.v1.topups.list(p, READING)),
    ("get", "/v1/topups/tu_1", {}, lambda c, p: c.v1.topups.retrieve("tu_1", p, READING)),
    ("post", "/v1/transfers", TRANSFER, lambda c, p: c.v1.transfers.create(p, OPTIONS)),
    ("get", "/v1/transfers", {"transfer_group": "a/b c"}, lambda c, p: c.v1.transfers.list(p, READING)),
    ("get", "/v1/transfers/tr_1", {}, lambda c, p: c.v1.transfers.retrieve("tr_1", p, READING)),
    (
        "post",
        "/v1/transfers/tr_1/reversals",
        {"amount": 1, "refund_application_fee": True},
        lambda c, p: c.v1.transfers.reversals.create("tr_1", p, OPTIONS),
    ),
    (
        "get",
        "/v1/transfers/tr_1/reversals",
        {"limit": 100},
        lambda c, p: c.v1.transfers.reversals.list("tr_1", p, READING),
    ),
    ("post", "/v2/core/accounts", V2_ACCOUNT, lambda c, p: c.v2.core.accounts.create(p, V2_OPTIONS)),
    ("get", "/v2/core/accounts", {"limit": 20}, lambda c, p: c.v2.core.accounts.list(p, V2_READING)),
    (
        "get",
        "/v2/core/accounts/acct_1",
        {"include": ["identity", "requirements"]},
        lambda c, p: c.v2.core.accounts.retrieve("acct_1", p, V2_READING),
    ),
    ("post", "/v2/core/accounts/acct_1", V2_ACCOUNT, lambda c, p: c.v2.core.accounts.update("acct_1", p, V2_OPTIONS)),
    (
        "post",
        "/v2/core/accounts/acct_1/close",
        {"applied_configurations": ["merchant"]},
        lambda c, p: c.v2.core.accounts.close("acct_1", p, V2_OPTIONS),
    ),
    ("post", "/v2/core/account_links", V2_LINK, lambda c, p: c.v2.core.account_links.create(p, V2_OPTIONS)),
    *buyers.CALLS,
]


@pytest.mark.off_contract  # an update takes less than a creation; what counts here is how it is written
@pytest.mark.parametrize(
    ("method", "path", "params", "service"), CALLS, ids=[f"{method} {path}" for method, path, _, _ in CALLS]
)
def test_the_bytes_are_the_same(method: Any, path: str, params: dict[str, Any], service: Service) -> None:
    ours, theirs = Recorder(), Recorder()
    key = KEY if method == "post" or (method == "delete" and path.startswith("/v2/")) else None
    Sdk("sk_test_x", http_client=ours).send(Request(method, path, params, ACCOUNT, API_VERSION, key), 5.0)
    client = stripe.StripeClient("sk_test_x", stripe_version=API_VERSION, http_client=theirs, max_network_retries=0)
    service(client, params)
    assert [_without_boundary(*sent) for sent in ours.wire] == [_without_boundary(*sent) for sent in theirs.wire]
    assert len(ours.wire) == 1


def _without_boundary(method: str, url: str, body: Any, headers: dict[str, str]) -> Wire:
    """Take out what is drawn anew for each file that is sent."""
    kind = headers.get("content-type", "")
    boundary = kind.partition("boundary=")[2]
    if not boundary:
        return method, url, body, headers
    return method, url, body.replace(boundary.encode(), b"--"), {**headers, "content-type": "multipart/form-data"}


def test_every_endpoint_in_use_is_compared() -> None:
    compared = {(method, _template(path)) for method, path, _, _ in CALLS}
    assert compared == set(PARAMS)


def _template(path: str) -> str:
    return "/".join(":id" if "_" in step and any(map(str.isdigit, step)) else step for step in path.split("/"))
