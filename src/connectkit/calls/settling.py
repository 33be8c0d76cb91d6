"""How an unknown outcome is settled, for every endpoint that the library sends a change to.

After the window in which Stripe honours a wire key, or once it is stuck, sending again would be a gamble; each endpoint
declares instead how to find out:

- `Finder`: what it creates is listed, and carries the operation's mark in its metadata.
- `StateCheck`: it moves one object into a state that can be read.
- `REPEATABLE`: it sets a state; sending it again changes nothing.
- `MINT`: it makes a link or secret that is worth nothing once it is lost; it is made again.

An endpoint that is missing here is refused before anything is sent to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeAlias

from attrs import frozen

from connectkit.errors import InvalidRequest
from connectkit.requests import Params, Request

_SLACK: Final = 300  # seconds before the first send from which on to list: clocks differ


@frozen
class Finder:
    """What the endpoint creates can be listed.

    Attributes:
        same: The parameters of the creation that narrow the list.
        since: Whether the list can be narrowed by time of creation.
        done: The statuses that show that it has happened, where being there is not enough.
        listed: Where it is listed, if that is not the endpoint itself.
    """

    same: tuple[str, ...] = ()
    since: bool = True
    done: frozenset[str] | None = None
    listed: str = ""

    def request(self, sent: Request, since: datetime, until: datetime | None = None) -> Request:
        """Give the request that lists where the created object has to be."""
        params: dict[str, Any] = {name: sent.params[name] for name in self.same if name in sent.params}
        if sent.api == "v1":
            params["limit"] = 100
        if self.since:
            params["created"] = {"gte": int(since.timestamp()) - _SLACK}
        if self.since and until is not None:
            params["created"]["lte"] = int(until.timestamp()) + _SLACK
        return Request("get", self.listed or sent.path, params, account=sent.account, version=sent.version)

    def happened(self, sent: Request, found: Params) -> bool:
        """Tell whether *found* shows the effect: that it is there, and if it was to be confirmed, how far that came."""
        return self.done is None or not sent.params.get("confirm") or found["status"] in self.done


def _any(sent: Request, found: Params) -> bool:  # noqa: ARG001  # the status alone proves it
    return True


def _captured(sent: Request, found: Params) -> bool:
    """Tell whether as much was captured as was asked for."""
    return bool(found["amount_received"] == sent.params.get("amount_to_capture", found["amount"]))


def _reserved(sent: Request, found: Params) -> bool:
    """Tell whether as much is reserved as was asked for."""
    return bool(found["amount"] == sent.params["amount"])


def _submitted(sent: Request, found: Params) -> bool:
    """Tell whether evidence was submitted, which can be done once, or staged, where that was all."""
    details = found["evidence_details"]
    return bool(details["submission_count"] if sent.params.get("submit") else details["has_evidence"])


@frozen
class StateCheck:
    """The endpoint moves one object into a state that can be read.

    Attributes:
        done: The statuses that show that it has happened.
        own: Whether the endpoint is the object's own address, and not an action below it.
        proven: Tells of an object in such a status whether it was this request that brought it there.
    """

    done: frozenset[str]
    own: bool = False
    proven: Callable[[Request, Params], bool] = _any

    def request(self, sent: Request) -> Request:
        """Give the request that reads the object."""
        path = sent.path if self.own else sent.path.rpartition("/")[0]
        return Request("get", path, account=sent.account, version=sent.version)

    def happened(self, sent: Request, found: Params) -> bool:
        """Tell whether *found* shows the effect."""
        return found["status"] in self.done and self.proven(sent, found)


class Harmless(Enum):
    """Endpoints where nothing needs to be found out."""

    REPEATABLE = "repeatable"
    MINT = "mint"


Settling: TypeAlias = Finder | StateCheck | Harmless


@frozen
class Endpoint:
    """One endpoint that changes something.

    Attributes:
        template: Its path, ids as `:id`.
        settling: How an unknown outcome is settled.
        marks: Whether what it creates carries metadata of ours.
        onward: How to go on with the object that lives on after a refusal; `None` where none does.
    """

    template: str
    settling: Settling
    marks: bool = True
    onward: Callable[[Request, str], Request] | None = None

    def reading(self, sent: Request, object_id: str) -> Request:
        """Give the request that reads what *sent* has made or moved."""
        if isinstance(self.settling, StateCheck):
            return self.settling.request(sent)
        listed = self.settling.listed if isinstance(self.settling, Finder) else ""
        return Request("get", f"{listed or sent.path}/{object_id}", account=sent.account, version=sent.version)


def _confirm_instead(sent: Request, payment_intent: str) -> Request:
    """Confirm the payment intent that a declined card left behind, so that never a second one is made."""
    names = ("payment_method", "off_session", "return_url")
    params: Params = {name: sent.params[name] for name in names if name in sent.params}
    return Request("post", f"/v1/payment_intents/{payment_intent}/confirm", params, sent.account, sent.version)


def _again(sent: Request, payment_intent: str) -> Request:  # noqa: ARG001  # the path names it already
    return sent


_CONFIRMED: Final = frozenset({"succeeded", "processing", "requires_capture", "requires_action"})

_SET_UP: Final = frozenset({"succeeded", "processing", "requires_action"})
_CANCELED: Final = frozenset({"canceled"})
_ANSWERED: Final = frozenset(
    {"needs_response", "under_review", "won", "lost"}
    | {"warning_needs_response", "warning_under_review", "warning_closed"}
)

ENDPOINTS: Final[Sequence[Endpoint]] = (
    Endpoint("/v1/accounts", Finder()),
    Endpoint("/v1/accounts/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/accounts/:id/external_accounts", Finder(since=False)),
    Endpoint("/v1/account_links", Harmless.MINT, marks=False),
    Endpoint("/v1/balance_settings", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/payment_intents", Finder(done=_CONFIRMED), onward=_confirm_instead),
    Endpoint("/v1/payment_intents/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/payment_intents/:id/confirm", StateCheck(_CONFIRMED), marks=False, onward=_again),
    Endpoint("/v1/payment_intents/:id/capture", StateCheck(frozenset({"succeeded"}), proven=_captured), marks=False),
    Endpoint(
        "/v1/payment_intents/:id/increment_authorization",
        StateCheck(frozenset({"requires_capture"}), proven=_reserved),
        marks=False,
        onward=_again,
    ),
    Endpoint("/v1/payment_intents/:id/cancel", StateCheck(_CANCELED), marks=False),
    Endpoint("/v1/checkout/sessions", Finder()),
    Endpoint("/v1/checkout/sessions/:id/expire", StateCheck(frozenset({"expired"})), marks=False),
    Endpoint("/v1/customers", Finder()),
    Endpoint("/v1/payment_methods", Harmless.MINT, marks=False),
    Endpoint("/v1/payment_methods/:id/detach", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/setup_intents", Finder(done=_CONFIRMED)),
    Endpoint("/v1/setup_intents/:id/confirm", StateCheck(_SET_UP), marks=False, onward=_again),
    Endpoint("/v1/setup_intents/:id/cancel", StateCheck(_CANCELED), marks=False),
    Endpoint("/v1/disputes/:id", StateCheck(_ANSWERED, own=True, proven=_submitted), marks=False),
    Endpoint("/v1/disputes/:id/close", StateCheck(frozenset({"lost", "warning_closed"})), marks=False),
    Endpoint("/v1/charges", Finder(same=("transfer_group",))),
    Endpoint("/v1/refunds", Finder(same=("payment_intent", "charge"))),
    Endpoint("/v1/transfers", Finder(same=("destination", "transfer_group"))),
    Endpoint("/v1/transfers/:id/reversals", Finder(since=False)),
    Endpoint("/v1/application_fees/:id/refunds", Finder(since=False)),
    Endpoint("/v1/payouts", Finder()),
    Endpoint("/v1/payouts/:id/cancel", StateCheck(_CANCELED), marks=False),
    Endpoint("/v1/payouts/:id/reverse", Finder(listed="/v1/payouts")),
    Endpoint("/v1/topups", Finder()),
    Endpoint("/v1/topups/:id/cancel", StateCheck(_CANCELED), marks=False),
    Endpoint("/v1/accounts/:id/capabilities/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/accounts/:id/external_accounts/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/accounts/:id/login_links", Harmless.MINT, marks=False),
    Endpoint("/v1/accounts/:id/persons", Finder(since=False)),
    Endpoint("/v1/accounts/:id/persons/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/accounts/:id/reject", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/accounts/:id/unreject", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/account_sessions", Harmless.MINT, marks=False),
    Endpoint("/v1/files", Harmless.MINT, marks=False),
    Endpoint("/oauth/deauthorize", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/accounts/:id/close", Harmless.REPEATABLE, marks=False),
    Endpoint("/v1/webhook_endpoints", Harmless.MINT, marks=False),
    Endpoint("/v1/webhook_endpoints/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/event_destinations", Harmless.MINT, marks=False),
    Endpoint("/v2/core/event_destinations/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/event_destinations/:id/disable", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/event_destinations/:id/enable", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/event_destinations/:id/ping", Harmless.MINT, marks=False),
    Endpoint("/v2/core/accounts", Finder(since=False)),
    Endpoint("/v2/core/accounts/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/accounts/:id/persons", Finder(since=False)),
    Endpoint("/v2/core/accounts/:id/persons/:id", Harmless.REPEATABLE, marks=False),
    Endpoint("/v2/core/account_links", Harmless.MINT, marks=False),
)


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r":id\b", r"[^/]+", template))


_PATTERNS: Final = tuple((_pattern(endpoint.template), endpoint) for endpoint in ENDPOINTS)


@lru_cache(maxsize=1024)
def _endpoint(path: str) -> Endpoint | None:
    return next((endpoint for pattern, endpoint in _PATTERNS if pattern.fullmatch(path)), None)


def endpoint_of(request: Request) -> Endpoint:
    """Give the endpoint that a changing request speaks to.

    Raises:
        InvalidRequest: It has not declared how an unknown outcome is settled.
    """
    endpoint = _endpoint(request.path)
    if endpoint is not None:
        return endpoint
    message = f"{request.path} has not declared how an unknown outcome is settled."
    raise InvalidRequest(message, param="path", next_step="Add it to connectkit.calls.settling.ENDPOINTS.")
