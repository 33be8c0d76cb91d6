"""What a request moves, and whom it concerns: for brakes, and so that one account has one write in flight."""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve

from connectkit.models.base import part
from connectkit.requests import Request
from connectkit.storage.records import Operation

_IN_PATH: Final = re.compile(r"/accounts/(acct_[A-Za-z0-9]+)")


def moving(operation: Operation, request: Request, currency: str = "") -> Operation:
    """Note in *operation* which connected account *request* concerns, and how much it moves.

    Args:
        operation: The row.
        request: What it sends.
        currency: Of the request's amount, where the request itself does not say it.
    """
    named = str(request.params.get("currency", currency))
    amount = request.params.get("amount")
    if not named or not isinstance(amount, int):
        return evolve(operation, account=_account(request))
    return evolve(operation, account=_account(request), amount=amount, currency=named)


def _account(request: Request) -> str:
    in_path = _IN_PATH.search(request.path)
    destination = request.params.get("destination") or part(request.params, "transfer_data").get("destination")
    if request.account:
        return request.account
    if in_path:
        return in_path[1]
    return str(destination) if str(destination).startswith("acct_") else ""
