"""Members that have a value in Stripe's published sample objects and may be null in an answer, with the reason.

Every other member with a value there must have one here too. The SDK's annotations alone do not say that: they call
whatever may be left out optional.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_TOLD: Final = frozenset(
    (
        *("account_holder_name", "account_holder_type", "city", "country", "description", "email", "line1", "name"),
        *("phone", "postal_code", "shipping", "state"),
    )
)
"""What is null wherever nobody told it."""

_REASONS: Final[Mapping[str, str]] = {
    "account.requirements.disabled_reason": "nothing is disabled",
    "application_fee.fee_source.charge": "the fee of a payout has none",
    "balance_transaction.source": "what Stripe bills by itself has none",
    "bank_account.fingerprint": "that of a token has none",
    "bank_account.routing_number": "some countries have none",
    "capability.requested_at": "it was not requested",
    "card.cvc_check": "no code was given",
    "charge.balance_transaction": "nothing has moved yet",
    "charge.payment_method": "the payment of a transfer has none, as was recorded",
    "charge.payment_method_details.card.checks.cvc_check": "no code was given",
    "charge.receipt_url": "one that failed has none, as was recorded",
    "charge.source": "only older ways to pay have one",
    "checkout.session.cancel_url": "it was not told",
    "checkout.session.customer_details.email": "it was not told",
    "checkout.session.payment_intent": "it is not begun, or there is none",
    "checkout.session.success_url": "an embedded one has none",
    "checkout.session.url": "it is closed, or embedded",
    "checkout.session.wallet_options": "it was not told",
    "confirmation_token.return_url": "it was not told",
    "confirmation_token.setup_future_usage": "it was not told",
    "customer.currency": "nobody was billed yet",
    "customer.discount": "discounts are not simulated",
    "customer_cash_balance_transaction.funded.bank_transfer.reference": "it was not told",
    "dispute.payment_method_details.card.network_reason_code": "one about compliance, or of a bank, may have none",
    "file.expires_at": "it is kept for good",
    "file_link.expires_at": "it can be used for good",
    "file.type": "it is of no known kind",
    "file.url": "it cannot be downloaded",
    "invoice.customer_shipping": "it was not told",
    "invoice.due_date": "it is charged automatically",
    "invoice.effective_at": "a draft is not in effect",
    "invoice.next_payment_attempt": "none is planned",
    "invoice.shipping_details": "it was not told",
    "payment_intent.canceled_at": "it was not canceled",
    "payment_method.card.checks.cvc_check": "no code was given",
    "product.default_price": "it has none",
    "refund.charge": "one of what a customer sent and did not spend has none",
    "subscription.billing_mode.flexible": "how prorations are shown, which are not simulated",
    "subscription.cancel_at": "it is not to end",
    "subscription.canceled_at": "it was not canceled",
    "subscription.ended_at": "it has not ended",
    "subscription.next_pending_invoice_item_invoice": "invoice items are not simulated",
    "subscription.trial_end": "it has no trial",
    "subscription.trial_start": "it has no trial",
    "topup.source": "deprecated; the way to pay is named instead",
}


def may_be_null(member: str) -> bool:
    """Tell whether a member, as `charge.source`, may be null although the sample has a value."""
    return member in _REASONS or member.rpartition(".")[2] in _TOLD
