"""What a settlement lacks, topped up once, however often it is asked for."""

from __future__ import annotations

from typing import Final

from connectkit.calls.caller import Caller, Intent
from connectkit.errors import InvalidRequest
from connectkit.models.topups import TopUp
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.resources.arguments import given, optional_id

_VERB: Final = "topups.create"
_LONGEST: Final = 180  # characters of a key, so that its top-ups can be named after it


def check_funding(key: str, source: str | None) -> None:
    """Check that top-ups can be named after a key, and where they are to come from.

    Raises:
        InvalidRequest: The key is too long, or the source is no id of a bank.
    """
    optional_id(source, "source", "btok_", "src_", "ba_")
    if len(key) > _LONGEST:
        message = f"Top-ups are named after the key, which has at most {_LONGEST} characters then."
        raise InvalidRequest(message, param="key")


async def topped_up(caller: Caller, key: str, missing: Money, source: str | None) -> TopUp:
    """Give the top-up that a settlement waits for, or that has come to nothing; make one if there is none.

    One that has arrived is followed by another: its money was spent in another way.

    Args:
        caller: Whose operations these are.
        key: The name of the settlement.
        missing: What the balance lacks now; a top-up that was begun before stays as it was.
        source: The bank; the one of the Dashboard if it is not given.
    """
    number = 0
    while True:
        number += 1
        params = given(amount=missing.amount, currency=missing.currency, source=source)
        request, asked = Request("post", "/v1/topups", params), {"funds": key}
        intent = Intent(_VERB, f"{key}/topup/{number}", request, asked, TopUp.KEEP)
        made = TopUp.parse(await caller.perform(intent))
        if made.receipt.replayed:
            made = TopUp.parse(await caller.read(Request("get", f"/v1/topups/{made.id}"), _VERB))
        if made.status != "succeeded":
            return made
