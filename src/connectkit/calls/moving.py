"""What a request moves, whom it concerns and what it belongs to: for brakes, lanes, and for whoever looks it up."""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve

from connectkit.models.base import Data, identifier, part
from connectkit.requests import Request
from connectkit.storage.records import Operation

_IN_PATH: Final = re.compile(r"/accounts/(acct_[A-Za-z0-9]+)")
_PART_OF: Final = re.compile(r"^/v1/(?:transfers|application_fees)/(\w+)/")
_BELONGS: Final = ("source_transaction", "charge", "payment_intent")


def moving(operation: Operation, request: Request, currency: str = "") -> Operation:
    """Note in *operation* which connected account *request* concerns, how much it moves, and of what it is a part.

    Args:
        operation: The row.
        request: What it sends.
        currency: Of the request's amount, where the request itself does not say it.
    """
    operation = evolve(operation, account=_account(request), related_id=_whole(request))
    named = str(request.params.get("currency", currency))
    amount = request.params.get("amount")
    if not named or not isinstance(amount, int):
        return operation
    return evolve(operation, amount=amount, currency=named)


def led_to(answer: Data) -> str:
    """Give what came of a request besides the object that it made: the charge of a payment; `""` for nothing."""
    return identifier(answer.get("latest_charge"))


def _whole(request: Request) -> str:
    """Give what the request's object will belong to: the transfer, fee, charge or payment that it is taken from."""
    in_path = _PART_OF.match(request.path)
    named = (str(request.params[name]) for name in _BELONGS if request.params.get(name))
    return in_path[1] if in_path else next(named, "")


def _account(request: Request) -> str:
    in_path = _IN_PATH.search(request.path)
    destination = request.params.get("destination") or part(request.params, "transfer_data").get("destination")
    if request.account:
        return request.account
    if in_path:
        return in_path[1]
    return str(destination) if str(destination).startswith("acct_") else ""
