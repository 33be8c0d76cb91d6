"""Accounts as Stripe's two APIs answer them."""

from __future__ import annotations

from typing import Any

from connectkit.models.accounts import Account
from connectkit.models.base import Answer


def v1(*, requirements: dict[str, Any] | None = None, **changed: Any) -> dict[str, Any]:
    """Give an account of v1 that can do everything."""
    return {
        "id": "acct_1",
        "object": "account",
        "country": "US",
        "controller": {
            "fees": {"payer": "application"},
            "losses": {"payments": "application"},
            "requirement_collection": "application",
            "stripe_dashboard": {"type": "none"},
        },
        "capabilities": {"card_payments": "active", "transfers": "active"},
        "requirements": {
            "alternatives": [],
            "current_deadline": None,
            "currently_due": [],
            "disabled_reason": None,
            "errors": [],
            "eventually_due": [],
            "past_due": [],
            "pending_verification": [],
            **(requirements or {}),
        },
        "future_requirements": None,
        "charges_enabled": True,
        "payouts_enabled": True,
        "details_submitted": True,
        "default_currency": "usd",
        "email": "ana@example.com",
        "individual": {"first_name": "Ana"},
        "metadata": {"seller": "7"},
        "created": 1_790_000_000,
        **changed,
    }


def capability(status: str = "active", code: str = "", resolution: str | None = "provide_info") -> dict[str, Any]:
    """Give a capability of v2."""
    return {"status": status, "status_details": [{"code": code, "resolution": resolution}] if code else []}


def entry(description: str, status: str = "currently_due", **changed: Any) -> dict[str, Any]:
    """Give a requirement of v2."""
    return {
        "awaiting_action_from": "user",
        "description": description,
        "errors": [],
        "minimum_deadline": {"status": status},
        "reference": None,
        "requested_reasons": [],
        **changed,
    }


def v2(
    *,
    cards: dict[str, Any] | None = None,
    transfers: dict[str, Any] | None = None,
    payouts: dict[str, Any] | None = None,
    entries: tuple[dict[str, Any], ...] = (),
    summary: dict[str, Any] | None = None,
    collector: str = "application",
    **changed: Any,
) -> dict[str, Any]:
    """Give an account of v2 that can do everything."""
    balance = {"payouts": payouts or capability()}
    return {
        "id": "acct_1",
        "object": "v2.core.account",
        "closed": False,
        "configuration": {
            "merchant": {"capabilities": {"card_payments": cards or capability(), "stripe_balance": balance}},
            "recipient": {
                "capabilities": {"stripe_balance": {**balance, "stripe_transfers": transfers or capability()}},
            },
        },
        "contact_email": "ana@example.com",
        "created": "2026-09-21T14:13:20.000Z",
        "dashboard": "none",
        "defaults": {
            "currency": "usd",
            "responsibilities": {
                "fees_collector": "application",
                "losses_collector": "application",
                "requirements_collector": collector,
            },
        },
        "future_requirements": None,
        "identity": {"country": "us", "individual": {"given_name": "Ana"}},
        "metadata": {"seller": "7"},
        "requirements": {"alternatives": [], "entries": list(entries), "summary": {"minimum_deadline": summary}},
        **changed,
    }


def account(data: dict[str, Any]) -> Account:
    """Read an account."""
    return Account.parse(Answer(data=data))
