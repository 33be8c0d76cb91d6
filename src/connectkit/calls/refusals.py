"""A refusal of Stripe's, told as one of our errors: what it was, and what to do now.

Stripe's codes are an open set: what this table does not know is told by its status. Stripe's own sentence is passed on
after everything in it that looks like personal data or a secret has been struck out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from connectkit.errors import (
    AccountNotReady,
    AuthenticationFailed,
    InsufficientBalance,
    NotFound,
    PaymentDeclined,
    PermissionDenied,
    Refused,
)
from connectkit.requests import Response, compact

from .outcomes import error_of

_TOO_LITTLE: Final = (
    "If it is too little: the least that is charged depends on the currency that it settles in, as 0.50 usd, 0.50 eur, "
    "0.30 gbp, 50 jpy."
)

_BY_CODE: Final[Mapping[str, tuple[type[Refused], str]]] = {
    "balance_insufficient": (
        InsufficientBalance,
        "Top the balance up or wait until pending funds are available, then call again with the same key.",
    ),
    "resource_missing": (NotFound, "Check the id, the account it lives on, and the mode of the API key."),
    "account_invalid": (
        PermissionDenied,
        "Check the account's id; it may have disconnected from this platform, or belong to another.",
    ),
    "insufficient_capabilities_for_transfer": (
        AccountNotReady,
        "Ask for the transfers capability and see onboarding.status for what is due.",
    ),
    "transfers_not_allowed": (AccountNotReady, "See onboarding.status for what the account still has to do."),
    "payouts_not_allowed": (AccountNotReady, "See onboarding.status for what the account still has to do."),
    "capability_not_active": (AccountNotReady, "See onboarding.status for what the account still has to do."),
    "amount_too_small": (Refused, _TOO_LITTLE),
    "parameter_invalid_integer": (Refused, _TOO_LITTLE),
    "charge_already_refunded": (Refused, "Nothing is left to refund; read the payment's refunds."),
    "instant_payouts_unsupported": (AccountNotReady, "Use method='standard', or another external account."),
}

_BY_STATUS: Final[Mapping[int, tuple[type[Refused], str]]] = {
    401: (AuthenticationFailed, "Check the API key and its mode; a rotated key has to be replaced here too."),
    402: (PaymentDeclined, "Ask the buyer for another way to pay; calling again with the same key tries once more."),
    403: (PermissionDenied, "Give the restricted key this permission, or check the account's connection."),
    501: (Refused, "The simulator does not have this yet; try it against a sandbox of Stripe's."),
    404: (NotFound, "Check the id, the account it lives on, and the mode of the API key."),
}

_PERSONAL: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # e-mail addresses
    r"|\b(?:sk|rk|pk|whsec|ek)_[A-Za-z0-9_*]+"  # keys
    r"|\b\w+_secret_\w+"  # client secrets
    r"|(?<![\w])\+?\d[\d -]{5,}\d\b"  # numbers of accounts, persons, cards and telephones
)


def struck_out(text: str) -> str:
    """Strike out what looks like personal data or a secret."""
    return _PERSONAL.sub("[…]", text)


def refusal(answer: Response, tried: str) -> Refused:
    """Make the error of a refusal."""
    return _told(error_of(answer), answer.status, answer.request_id, surviving(answer), tried)


def refused_before(why: str, object_id: str, tried: str) -> Refused:
    """Make the error of a refusal that `written` wrote down.

    Args:
        why: What was written.
        object_id: The object that lives on, or `""`.
        tried: What was being done.
    """
    document: dict[str, Any] = json.loads(why or "{}")
    return _told(document, document.get("status", 0), document.get("request_id", ""), object_id, tried)


def _told(error: Mapping[str, object], status: int, request_id: str, object_id: str, tried: str) -> Refused:
    code = _text(error, "code")
    kind, next_step = _BY_CODE.get(code) or _BY_STATUS.get(status) or (Refused, "Correct it and call again.")
    message = struck_out(_text(error, "message")) or f"Stripe answered {status}."
    return kind(
        message,
        status=status,
        code=code,
        param=_text(error, "param"),
        decline_code=_text(error, "decline_code"),
        request_id=request_id,
        object_id=object_id,
        tried=tried,
        next_step=next_step,
    )


def surviving(answer: Response) -> str:
    """Give the id of the object that lives on after a refusal, as a payment intent whose card was declined."""
    intent = error_of(answer).get("payment_intent")
    return str(intent["id"]) if isinstance(intent, Mapping) else ""  # pyright: ignore[reportUnknownArgumentType]  # decoded JSON


def written(error: Refused) -> str:
    """Write a refusal down for the journal."""
    document: dict[str, Any] = {
        "status": error.status,
        "code": error.code,
        "param": error.param,
        "decline_code": error.decline_code,
        "request_id": error.request_id,
        "message": error.message,
    }
    return compact(document)


def _text(error: Mapping[str, object], name: str) -> str:
    value = error.get(name)
    return value if isinstance(value, str) else ""
