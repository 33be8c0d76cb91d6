"""Refunds that ask the buyer where her money shall go: those of bank transfers, and of what she sent besides.

Stripe writes to her, and waits. The states, and the 45 days, are those of
docs.stripe.com/payments/customer-balance/refunding. That page says both that what she does not answer for goes into her
cash balance, and that the refund fails and the merchant has to find another way: `unanswered_refunds` decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from connectkit.simulator.answers import Answer
from connectkit.simulator.calls import Call
from connectkit.simulator.clock import DAY, HOUR
from connectkit.simulator.hosting import Problem, page, refused_page, written_field
from connectkit.simulator.refusals import invalid, not_simulated_param, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .bouncing import open_again, put_back, tell
from .cards import ASKS, Card
from .cash import keep_back, take_in
from .switches import switches_of

topic: Final = Topic("refunds that ask the buyer")

_WAITS: Final = 45 * DAY
_ASKED: Final = "requires_action"
_UNANSWERED: Final = "unknown"
"""Why a refund fails that nobody answered; inferred: of Stripe's reasons the one that claims nothing."""

_PREFIX: Final = "/refunds/"
_TITLE: Final = "Where shall your refund go?"
_FIELD: Final = "number"
_NUMBERS: Final = {
    "DE89370400440532013000": True,
    "DE62370400440532013001": False,
    "DE89370400440532013002": False,
    "DE89370400440532013003": False,
    "DE89370400440532013004": False,
    "DE89370400440532013005": False,
    "000123456789": True,
    "000111111116": False,
}
"""Whether a bank takes a refund to a test account; of those that are no IBAN it is inferred from payouts to them."""


def told_of(world: World, charge: Object, params: Mapping[str, Any], card: Card) -> Object:
    """Give what a refund says of whom Stripe writes to; nothing where it need not ask.

    Raises:
        Refusal: Nobody knows where to write, or an address is given where nobody is asked.
    """
    given: str | None = params.get("instructions_email")
    if card.refund != ASKS:
        if given is not None:
            raise not_simulated_param("instructions_email", "refunds that do not ask the buyer")
        return {}
    customer = world.table(charge["_account"], "customer").get(charge["customer"]) or {}
    intent = world.get(charge["_account"], "payment_intent", charge["payment_intent"])
    transfer = part(intent, "payment_method_options", "customer_balance", "bank_transfer")
    return asked_at(given or customer.get("email"), transfer.get("type", "us_bank_transfer"))


def asked_at(email: str | None, kind: str = "us_bank_transfer") -> Object:
    """Give what a refund by bank transfer says of whom Stripe writes to.

    Raises:
        Refusal: Nobody knows where to write.
    """
    if email is None:
        message = "The customer has no email address to send the instructions to: give one in instructions_email."
        raise invalid(message, param="instructions_email")
    details = {kind: {"reference": None, "reference_status": None}, "type": kind}
    return {"destination_details": details, "instructions_email": email}


def ask(world: World, refund: Object) -> None:
    """Write to the buyer, and wait for her answer until 45 days after the refund was made."""
    until = refund["created"] + _WAITS
    sent = {"email_sent_at": world.clock.now, "email_sent_to": refund["instructions_email"]}
    details = {"email_sent": sent, "expires_at": until}
    refund |= {"status": _ASKED, "next_action": {"display_details": details, "type": "display_details"}}
    world.clock.at(max(until, world.clock.now), partial(_give_up, world, refund))


def _give_up(world: World, refund: Object) -> None:
    if refund["status"] == _ASKED:
        _expire(world, refund)


def _expire(world: World, refund: Object) -> None:
    if switches_of(world).unanswered_refunds == "failed":
        _give_back(world, refund, "failed", _UNANSWERED)
        world.emit("refund.failed", refund)
        return
    if refund["charge"] is None:
        _give_back(world, refund, "canceled", _UNANSWERED)
    else:
        _into_cash(world, refund)
    tell(world, refund)


def _into_cash(world: World, refund: Object) -> None:
    """End a refund of a payment in the buyer's cash balance: she has it, so that the charge stays refunded."""
    del refund["next_action"]
    take_in(world, refund, world.get(refund["_account"], "charge", refund["charge"])["customer"])
    refund |= {"status": "canceled", "failure_reason": _UNANSWERED, "failure_balance_transaction": None}


def _give_back(world: World, refund: Object, status: str, reason: str) -> None:
    """End a refund that did not reach the buyer: it goes back to where it came from."""
    del refund["next_action"]
    if refund["charge"] is None:
        keep_back(world, refund)
        refund |= {"status": status, "failure_reason": reason, "failure_balance_transaction": None}
        return
    charge = world.get(refund["_account"], "charge", refund["charge"])
    put_back(world, charge, refund, status, reason)
    open_again(charge, refund)


@topic.route("POST", "/v1/refunds/:id/cancel", "RefundCancelParams")
def cancel(world: World, call: Call) -> Object:
    """Give a refund up that waits for the buyer's answer."""
    refund = _asked(world, call, "canceled")
    _give_back(world, refund, "canceled", "merchant_request")
    tell(world, refund)
    return refund


@topic.route("POST", "/v1/test_helpers/refunds/:id/expire", "test_helpers.RefundExpireParams")
def expire(world: World, call: Call) -> Object:
    """Let a refund fail as if the buyer had not answered in time."""
    refund = _asked(world, call, "expired")
    _expire(world, refund)
    return refund


def _asked(world: World, call: Call, verb: str) -> Object:
    """Give a refund that waits for the buyer's answer.

    Raises:
        Refusal: There is none of this id, or it waits for nothing.
    """
    refund = world.get(call.account, "refund", call.id)
    if refund["status"] != _ASKED:
        message = f"Refund {refund['id']} could not be {verb} because it has a status of {refund['status']}."
        raise refused(message)
    return refund


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:
    """Show the page that Stripe's letter leads to, or take what was written into it."""
    refund = world.find(path.removeprefix(_PREFIX).partition("?")[0])
    if refund is None or refund["object"] != "refund" or refund["status"] != _ASKED:
        return refused_page("There is no refund that waits for your answer here.")
    if method != "POST":
        return _page()
    taken = _NUMBERS.get(said.get(_FIELD, "").replace(" ", ""))
    if taken is None:
        return _page(Problem("Only test accounts can be given here.", _FIELD))
    del refund["next_action"]
    refund["status"] = "pending"
    tell(world, refund)
    world.clock.after(HOUR, partial(_arrived if taken else _came_back, world, refund))
    return page(_TITLE, "<p>Thank you. You can close this page.</p>")


def _arrived(world: World, refund: Object) -> None:
    refund["status"] = "succeeded"
    tell(world, refund)


def _came_back(world: World, refund: Object) -> None:
    """Ask the buyer again, whose bank has not taken the money."""
    ask(world, refund)
    tell(world, refund)


def _page(*problems: Problem) -> Answer:
    field = written_field(_FIELD, "Account number or IBAN", {"name": _FIELD, "required": ""}, wrong=bool(problems))
    numbers = ", ".join(number for number, taken in _NUMBERS.items() if taken)
    body = f'<p>Money arrives at {numbers}.</p><form method="post">{field}<button>Send</button></form>'
    return page(_TITLE, body, 400 if problems else 200, problems)
