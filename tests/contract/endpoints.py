"""Which of the SDK's types holds the parameters of which endpoint: every endpoint that connectkit speaks to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

PARAMS: Final[Mapping[tuple[str, str], str]] = {
    ("get", "/v1/account"): "AccountRetrieveCurrentParams",
    ("post", "/v1/accounts"): "AccountCreateParams",
    ("get", "/v1/accounts"): "AccountListParams",
    ("get", "/v1/accounts/:id"): "AccountRetrieveParams",
    ("post", "/v1/accounts/:id"): "AccountUpdateParams",
    ("get", "/v1/accounts/:id/external_accounts"): "AccountExternalAccountListParams",
    ("post", "/v1/accounts/:id/external_accounts"): "AccountExternalAccountCreateParams",
    ("delete", "/v1/accounts/:id"): "AccountDeleteParams",
    ("post", "/v1/accounts/:id/reject"): "AccountRejectParams",
    ("post", "/v1/accounts/:id/unreject"): "AccountUnrejectParams",
    ("post", "/v1/accounts/:id/login_links"): "AccountLoginLinkCreateParams",
    ("get", "/v1/accounts/:id/capabilities"): "AccountCapabilityListParams",
    ("get", "/v1/accounts/:id/capabilities/:id"): "AccountCapabilityRetrieveParams",
    ("post", "/v1/accounts/:id/capabilities/:id"): "AccountCapabilityUpdateParams",
    ("get", "/v1/accounts/:id/external_accounts/:id"): "AccountExternalAccountRetrieveParams",
    ("post", "/v1/accounts/:id/external_accounts/:id"): "AccountExternalAccountUpdateParams",
    ("delete", "/v1/accounts/:id/external_accounts/:id"): "AccountExternalAccountDeleteParams",
    ("get", "/v1/accounts/:id/persons"): "AccountPersonListParams",
    ("post", "/v1/accounts/:id/persons"): "AccountPersonCreateParams",
    ("get", "/v1/accounts/:id/persons/:id"): "AccountPersonRetrieveParams",
    ("post", "/v1/accounts/:id/persons/:id"): "AccountPersonUpdateParams",
    ("delete", "/v1/accounts/:id/persons/:id"): "AccountPersonDeleteParams",
    ("post", "/v1/account_links"): "AccountLinkCreateParams",
    ("post", "/v1/account_sessions"): "AccountSessionCreateParams",
    ("get", "/v1/country_specs/:id"): "CountrySpecRetrieveParams",
    ("post", "/v1/files"): "FileCreateParams",
    ("get", "/v1/files/:id"): "FileRetrieveParams",
    ("post", "/v1/application_fees/:id/refunds"): "ApplicationFeeRefundCreateParams",
    ("get", "/v1/application_fees/:id/refunds"): "ApplicationFeeRefundListParams",
    ("get", "/v1/application_fees/:id"): "ApplicationFeeRetrieveParams",
    ("get", "/v1/application_fees"): "ApplicationFeeListParams",
    ("get", "/v1/balance"): "BalanceRetrieveParams",
    ("post", "/v1/balance_settings"): "BalanceSettingsUpdateParams",
    ("get", "/v1/balance_settings"): "BalanceSettingsRetrieveParams",
    ("get", "/v1/balance_transactions"): "BalanceTransactionListParams",
    ("get", "/v1/balance_transactions/:id"): "BalanceTransactionRetrieveParams",
    ("get", "/v1/charges"): "ChargeListParams",
    ("get", "/v1/charges/:id"): "ChargeRetrieveParams",
    ("post", "/v1/payment_intents"): "PaymentIntentCreateParams",
    ("get", "/v1/payment_intents"): "PaymentIntentListParams",
    ("get", "/v1/payment_intents/:id"): "PaymentIntentRetrieveParams",
    ("post", "/v1/payment_intents/:id/confirm"): "PaymentIntentConfirmParams",
    ("post", "/v1/payment_intents/:id/capture"): "PaymentIntentCaptureParams",
    ("post", "/v1/payment_intents/:id/cancel"): "PaymentIntentCancelParams",
    ("get", "/v1/disputes"): "DisputeListParams",
    ("get", "/v1/disputes/:id"): "DisputeRetrieveParams",
    ("post", "/v1/disputes/:id"): "DisputeUpdateParams",
    ("post", "/v1/disputes/:id/close"): "DisputeCloseParams",
    ("post", "/v1/payouts/:id/cancel"): "PayoutCancelParams",
    ("post", "/v1/payouts/:id/reverse"): "PayoutReverseParams",
    ("post", "/v1/topups/:id/cancel"): "TopupCancelParams",
    ("post", "/v1/payouts"): "PayoutCreateParams",
    ("get", "/v1/payouts"): "PayoutListParams",
    ("get", "/v1/payouts/:id"): "PayoutRetrieveParams",
    ("post", "/v1/refunds"): "RefundCreateParams",
    ("get", "/v1/refunds"): "RefundListParams",
    ("get", "/v1/refunds/:id"): "RefundRetrieveParams",
    ("post", "/v1/topups"): "TopupCreateParams",
    ("get", "/v1/topups"): "TopupListParams",
    ("get", "/v1/topups/:id"): "TopupRetrieveParams",
    ("post", "/v1/transfers"): "TransferCreateParams",
    ("get", "/v1/transfers"): "TransferListParams",
    ("get", "/v1/transfers/:id"): "TransferRetrieveParams",
    ("post", "/v1/transfers/:id/reversals"): "TransferReversalCreateParams",
    ("get", "/v1/transfers/:id/reversals"): "TransferReversalListParams",
    ("get", "/v1/events"): "EventListParams",
    ("get", "/v2/core/events/:id"): "v2.core.EventRetrieveParams",
    ("post", "/v1/webhook_endpoints"): "WebhookEndpointCreateParams",
    ("get", "/v1/webhook_endpoints"): "WebhookEndpointListParams",
    ("get", "/v1/webhook_endpoints/:id"): "WebhookEndpointRetrieveParams",
    ("post", "/v1/webhook_endpoints/:id"): "WebhookEndpointUpdateParams",
    ("delete", "/v1/webhook_endpoints/:id"): "WebhookEndpointDeleteParams",
    ("post", "/oauth/token"): "OAuth.OAuthTokenParams",
    ("post", "/oauth/deauthorize"): "OAuth.OAuthDeauthorizeParams",
    ("post", "/v2/core/accounts"): "v2.core.AccountCreateParams",
    ("get", "/v2/core/accounts"): "v2.core.AccountListParams",
    ("get", "/v2/core/accounts/:id"): "v2.core.AccountRetrieveParams",
    ("post", "/v2/core/accounts/:id"): "v2.core.AccountUpdateParams",
    ("post", "/v2/core/accounts/:id/close"): "v2.core.AccountCloseParams",
    ("post", "/v2/core/account_links"): "v2.core.AccountLinkCreateParams",
}


def params_name(method: str, path: str) -> str:
    """Give the name of the SDK's type; a path that is not listed fails the test that sent it."""
    for (verb, template), name in PARAMS.items():
        if verb == method and re.fullmatch(re.sub(r":id\b", r"[^/]+", template), path):
            return name
    message = f"{method} {path} has no entry in tests/contract/endpoints.py"
    raise LookupError(message)
