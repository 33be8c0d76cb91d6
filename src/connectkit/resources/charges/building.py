"""What the three kinds of charge have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectkit.calls.caller import Caller, Intent
from connectkit.models.base import Answer
from connectkit.models.payments import Payment
from connectkit.requests import Params, Request, checked_id

from .options import PERSONAL


async def charged(
    caller: Caller, verb: str, key: str, params: Mapping[str, Any], *, account: str | None = None, wait: float
) -> Payment:
    """Make a payment intent, and confirm it where it says so."""
    request = Request("post", "/v1/payment_intents", params, account=account)
    intent = Intent(verb, key, request, params, Payment.KEEP, personal=PERSONAL)
    return Payment.parse(await caller.perform(intent, wait=wait), account)


async def read_payment(caller: Caller, payment_id: str, account: str | None, *expand: str) -> Answer:
    """Read a payment intent.

    Raises:
        InvalidRequest: It is not the id of one.
    """
    path = f"/v1/payment_intents/{checked_id(payment_id, 'payment_id', 'pi_')}"
    params = {"expand": [*expand]} if expand else {}
    return await caller.read(Request("get", path, params, account=account), "charges.retrieve")


def acting(payment_id: str, action: str, params: Params, account: str | None) -> Request:
    """Give the request that does something with a payment intent.

    Raises:
        InvalidRequest: It is not the id of one.
    """
    path = f"/v1/payment_intents/{checked_id(payment_id, 'payment_id', 'pi_')}/{action}"
    return Request("post", path, params, account=account)
