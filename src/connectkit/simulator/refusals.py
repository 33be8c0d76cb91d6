"""What Stripe says when it says no.

There are two kinds, and the difference decides whether a retry with the same key sees the answer again:

- A request that was *not executed*: its parameters are wrong, something that its body names does not exist, the key is
  unknown, the limit is reached. Such an answer is never stored.
- A request that was *executed* and refused: not enough funds, a declined card, a charge refunded already. Stripe stores
  the answer under the idempotency key and says `Stripe-Should-Retry: false`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="Stripe"'}
_DOCUMENTATION: Final = "https://docs.stripe.com/error-codes/"

_LABELS: Final = {"payment_intent": "payment_intent", "payment_method": "PaymentMethod", "setup_intent": "setupintent"}
_NAMED: Final = {"payment_intent": "intent", "PaymentMethod": "payment_method", "setupintent": "intent"}
"""What is called otherwise than its kind, and how the parameter is called that stands in the path for it."""


class Refusal(Exception):
    """An answer that is an error.

    Args:
        message: What Stripe says.
        status: The HTTP status.
        type: Stripe's type of error.
        code: Stripe's code, if it gives one.
        param: Which parameter is meant, in form notation.
        executed: Whether the request was executed: then the answer is stored under its key.
        headers: What the answer carries besides the usual.
        fields: Further members of the error, such as `decline_code`.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        executed: bool = False,
        headers: dict[str, str] | None = None,
        fields: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.executed = executed
        self.headers: dict[str, str] = headers or {}
        self.fields: dict[str, Any] = fields or {}

    def body(self, request_id: str | None) -> dict[str, Any]:
        """Give the body of the answer."""
        error: dict[str, Any] = {"message": self.message, "type": self.type}
        if self.code is not None:
            error |= {"code": self.code, "doc_url": _DOCUMENTATION + self.code.replace("_", "-")}
        if self.param is not None:
            error["param"] = self.param
        if request_id is not None:
            error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        return {"error": error | self.fields}


def refused(
    message: str, code: str | None = None, *, param: str | None = None, status: int = 400, **fields: object
) -> Refusal:
    """Refuse in execution: the answer is stored under the request's key."""
    return Refusal(message, code=code, param=param, status=status, executed=True, fields=fields)


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """Refuse before execution: the request itself is wrong."""
    return Refusal(message, code=code, param=param)


def label_of(kind: str) -> str:
    """Give what Stripe's messages call a kind."""
    return _LABELS.get(kind) or kind.replace("_", " ")


def no_such(label: str, id: str, *, param: str | None = None) -> Refusal:
    """Refuse an id that names nothing: 404 if it stands in the path, 400 if the body or the query names it."""
    status = 404 if param is None else 400
    named = param or _NAMED.get(label, "id")
    return Refusal(f"No such {label}: '{id}'", status=status, code="resource_missing", param=named)


def card_declined(message: str, code: str, decline_code: str | None = None, **fields: object) -> Refusal:
    """Refuse a card, with status 402."""
    more = fields if decline_code is None else {"decline_code": decline_code, **fields}
    return Refusal(message, status=402, type="card_error", code=code, executed=True, fields=more)


def balance_insufficient(message: str = "You have insufficient available funds in your Stripe account.") -> Refusal:
    """Refuse to move more than there is."""
    return refused(message, "balance_insufficient")


def missing(param: str) -> Refusal:
    """Refuse a request that leaves out a required parameter."""
    return invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def unknown(params: Sequence[str]) -> Refusal:
    """Refuse parameters that the endpoint does not have."""
    plural = "s" if len(params) > 1 else ""
    message = f"Received unknown parameter{plural}: {', '.join(params)}"
    return invalid(message, param=params[0], code="parameter_unknown")


def too_many_pairs(count: int, most: int) -> Refusal:
    """Refuse more metadata than an object can have."""
    return invalid(f"Metadata can have up to {most} keys, but you've set {count}.", param="metadata")


def exclusive(*params: str) -> Refusal:
    """Refuse parameters that go without one another."""
    message = f"You may only specify one of these parameters: {', '.join(params)}."
    return invalid(message, param=params[0], code="parameters_exclusive")


def invalid_integer(param: str, value: str) -> Refusal:
    """Refuse what should be a whole number."""
    return invalid(f"Invalid integer: {value}", param=param, code="parameter_invalid_integer")


def invalid_empty(param: str) -> Refusal:
    """Refuse an empty value for what cannot be unset."""
    message = (
        f"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{param}' cannot be unset. You should remove '{param}' from your request or supply a non-empty value."
    )
    return invalid(message, param=param, code="parameter_invalid_empty")


def too_small(param: str, least: int = 1) -> Refusal:
    """Refuse a number below the least that is allowed."""
    message = f"This value must be greater than or equal to {least}."
    return invalid(message, param=param, code="parameter_invalid_integer")


def bad_key(masked: str) -> Refusal:
    """Refuse an API key that is wrong or not there."""
    message = f"Invalid API Key provided: {masked}"
    return Refusal(message, status=401, headers=dict(_CHALLENGE))


def no_key() -> Refusal:
    """Refuse a request without an API key."""
    message = (
        "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer "
        "auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
    )
    return Refusal(message, status=401, headers=dict(_CHALLENGE))


def publishable_key() -> Refusal:
    """Refuse a key that is for browsers."""
    message = "This API call cannot be made with a publishable API key. Please use a secret API key."
    return Refusal(message, status=401, code="secret_key_required", headers=dict(_CHALLENGE))


def no_access(account: str) -> Refusal:
    """Refuse to act for an account that is not connected."""
    message = (
        f"The provided key does not have access to account '{account}' (or that account does not exist). "
        "Application access may have been revoked."
    )
    return Refusal(message, status=403, code="account_invalid")


def no_permission(masked: str, account: str, called: str, short: str) -> Refusal:
    """Refuse a key that may not do this, without having looked at the request.

    The code and this form of the message are those of 2026; before it had no code, and said `rak_` before the name.

    Args:
        masked: The key, as far as it may be shown.
        account: On which account.
        called: What the Dashboard calls the permission that is missing.
        short: What it is called in short.
    """
    message = (
        f"Permission denied. The provided key '{masked}' does not have the required permissions for this endpoint on "
        f"account '{account}'. Enabling {called} ('{short}') permissions on this key would allow this request to "
        "continue."
    )
    return Refusal(message, status=403, code="more_permissions_required")


def unrecognised(method: str, path: str) -> Refusal:
    """Refuse an address that Stripe does not have."""
    return Refusal(f"Unrecognized request URL ({method}: {path}).", status=404)


def not_simulated(method: str, path: str) -> Refusal:
    """Refuse what Stripe has and the simulator has not."""
    return Refusal(f"The simulator does not have {method} {path} yet.", status=501, type="api_error")


def not_simulated_param(param: str, owner: str, *, name: str | None = None) -> Refusal:
    """Refuse a parameter that Stripe has and the simulator has not.

    Args:
        param: The parameter.
        owner: Of what it is one, in the plural.
        name: In form notation, if it stands inside another.
    """
    message = f"The simulator does not have the parameter {param} of {owner} yet."
    return Refusal(message, status=501, type="api_error", param=name or param)


def key_in_use(*, should_retry: bool = True) -> Refusal:
    """Refuse a key whose first request is still being worked on."""
    message = "There is currently another in-progress request using this Stripe idempotency key."
    headers = {"Stripe-Should-Retry": "true"} if should_retry else {}
    return Refusal(message, status=409, code="idempotency_key_in_use", headers=headers)


def key_reused(key: str) -> Refusal:
    """Refuse a key that stands for another request."""
    message = (
        "Keys for idempotent requests can only be used with the same parameters and the same endpoint they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different request."
    )
    return Refusal(message, type="idempotency_error")


def lock_timeout() -> Refusal:
    """Refuse because something else is working on the object."""
    message = (
        "This object cannot be accessed right now because another API request or Stripe process is currently "
        "accessing it. If you see this error intermittently, retry the request. If you see this error frequently and "
        "are making multiple concurrent requests to a single object, make your requests serially or at a lower rate."
    )
    return Refusal(message, status=429, code="lock_timeout", headers={"Stripe-Should-Retry": "true"})


def rate_limited(reason: str = "global-rate") -> Refusal:
    """Refuse because too much is asked at once."""
    headers = {"Stripe-Rate-Limited-Reason": reason}
    return Refusal("Request rate limit exceeded.", status=429, code="rate_limit", headers=headers)


def server_error() -> Refusal:
    """Fail, as if Stripe itself had."""
    return Refusal("An unknown error occurred.", status=500, type="api_error", executed=True)
