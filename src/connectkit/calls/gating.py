"""What a request does with the money of connected accounts: what has to be allowed before it is sent."""

from __future__ import annotations

from collections.abc import Iterator

from connectkit.models.base import part
from connectkit.requests import Params, Request
from connectkit.sellers.gates import Movement


def movements(request: Request) -> Iterator[tuple[str, Movement]]:
    """Give each connected account that a request moves money of, and how."""
    if request.path == "/v1/transfers":
        yield str(request.params["destination"]), "transfer"
    elif request.path == "/v1/payouts" and request.account:
        yield request.account, "payout"
    elif request.path == "/v1/payment_intents":
        yield from _of_payment(request, request.params)
    elif request.path == "/v1/checkout/sessions":
        yield from _of_payment(
            request, {**part(request.params, "payment_intent_data"), **part(request.params, "subscription_data")}
        )


def _of_payment(request: Request, params: Params) -> Iterator[tuple[str, Movement]]:
    if request.account:
        yield request.account, "direct_charge"
    destination = part(params, "transfer_data").get("destination")
    if destination:
        yield destination, "destination_charge"
    if params.get("on_behalf_of"):
        yield params["on_behalf_of"], "on_behalf_of"
