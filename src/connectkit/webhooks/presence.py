"""Where the object of an event can be read as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connectkit.requests import Request

from .events import Event

_LISTS: Final[Mapping[str, str]] = {
    "application_fee": "application_fees",
    "charge": "charges",
    "checkout.session": "checkout/sessions",
    "customer": "customers",
    "dispute": "disputes",
    "payment_intent": "payment_intents",
    "payout": "payouts",
    "refund": "refunds",
    "setup_intent": "setup_intents",
    "topup": "topups",
    "transfer": "transfers",
}

_OF_ACCOUNTS: Final[Mapping[str, str]] = {
    "bank_account": "external_accounts",
    "capability": "capabilities",
    "card": "external_accounts",
    "person": "persons",
}


def reading(event: Event[object]) -> Request | None:
    """Give the request that reads an event's object as it is now, or `None` where there is none."""
    if event.related is not None:
        own = event.related.type.startswith("v2.core.account")  # the platform reads its accounts itself
        return Request("get", event.related.url, account=None if own else event.account) if event.related.url else None
    if event.kind == "account" and event.object_id:
        return Request("get", f"/v1/accounts/{event.object_id}")
    if event.kind == "balance":
        return Request("get", "/v1/balance", account=event.account)
    if event.kind in _OF_ACCOUNTS and event.object_id and event.account is not None:
        return Request("get", f"/v1/accounts/{event.account}/{_OF_ACCOUNTS[event.kind]}/{event.object_id}")
    if event.kind in _LISTS and event.object_id:
        return Request("get", f"/v1/{_LISTS[event.kind]}/{event.object_id}", account=event.account)
    return None


def whole_event(event: Event[object]) -> Request:
    """Give the request that reads a thin event with everything that it says."""
    return Request("get", f"/v2/core/events/{event.id}", account=event.account)
