"""How a session is made, whatever it sells."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from connectkit.calls.caller import Caller, Intent
from connectkit.models.checkout import CheckoutSession
from connectkit.requests import Request, checked_id

from .options import PERSONAL


async def opened(
    caller: Caller, verb: str, key: str, params: dict[str, Any], *, account: str | None = None, wait: float
) -> CheckoutSession:
    """Make a session. What is never stored, as its URL, is read again where the answer is remembered."""
    request = Request("post", "/v1/checkout/sessions", params, account=account)
    intent = Intent(verb, key, request, params, CheckoutSession.KEEP, personal=PERSONAL)
    session = CheckoutSession.parse(await caller.perform(intent, wait=wait), account)
    if not session.receipt.replayed:
        return session
    return evolve(await read_session(caller, session.id, account), receipt=session.receipt)


async def read_session(caller: Caller, session_id: str, account: str | None) -> CheckoutSession:
    """Read a session.

    Raises:
        InvalidRequest: It is not the id of one.
    """
    request = Request("get", path_of(session_id), account=account)
    return CheckoutSession.parse(await caller.read(request, "checkout.retrieve"), account)


def path_of(session_id: str) -> str:
    """Give where a session is.

    Raises:
        InvalidRequest: It is not the id of one.
    """
    return f"/v1/checkout/sessions/{checked_id(session_id, 'session_id', 'cs_')}"
