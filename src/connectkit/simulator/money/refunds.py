"""Refunds: money that goes back to a buyer, and what of transfers and fees goes back with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from connectkit.simulator.calls import Call
from connectkit.simulator.clock import HOUR
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import Refusal, invalid, not_simulated_param, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from . import application_fees, disputes, reversals, warnings
from .asking import ask, told_of
from .bouncing import bounce, tell, to_buyer, undo
from .cards import ASKS, Card
from .exchange import back as back_rate
from .fx import convert
from .methods import card_of
from .returning import return_cash
from .rows import FeeDetail, later, post, row, row_of
from .shares import Refunded, share
from .switches import switches_of

topic: Final = Topic("refunds")
topic.kind("refund", indexes=("charge", "payment_intent"))

_SHORT: Final = "insufficient_funds"
_DISPUTED: Final = "charge_for_pending_refund_disputed"
_FIRST: Final = {"pending": "pending", ASKS: "requires_action"}
"""What status a refund has at first that does not succeed at once."""


@dataclass(frozen=True, slots=True)
class _Order:
    """A refund that is to be paid.

    Attributes:
        charge: Of what.
        refund: The refund.
        refunded: How much of it, and how much was refunded before.
        transfer: What comes back with it, if anything.
        fee: What is given back with it, if anything.
        card: What it was paid with.
    """

    charge: Object
    refund: Object
    refunded: Refunded
    transfer: Object | None
    fee: Object | None
    card: Card


@topic.route("POST", "/v1/refunds", "RefundCreateParams")
def create(world: World, call: Call) -> Object:
    """Pay a buyer back, whole or in part; or send back what a customer has sent and not spent."""
    params = call.params
    if "origin" in params:
        return return_cash(world, call)
    for name in ("currency", "customer"):
        if name in params:
            raise not_simulated_param(name, "refunds of payments")
    charge = _charge(world, call.account, params)
    amount = _amount(charge, params)
    transfer = _transfer(world, charge, params)
    fee = _fee(world, charge, params)
    card = card_of(world.get(call.account, "payment_method", charge["payment_method"]))
    refunded = Refunded(amount, charge["amount_refunded"], charge["amount_captured"])
    asked = told_of(world, charge, params, card)
    order = _Order(charge, _new(world, charge, amount, params, card) | asked, refunded, transfer, fee, card)
    covered = _covered(world, order)
    refund = world.add(call.account, order.refund)
    merge_metadata(refund, params)
    if covered:
        _carry_out(world, order)
    else:
        refund |= {"status": "pending", "pending_reason": _SHORT}
        world.clock.after(HOUR, partial(_try_again, world, order))
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    if params.get("reason") == "fraudulent":
        charge["fraud_details"] = {"user_report": "fraudulent"}
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    if charge["refunded"]:
        disputes.close_inquiry(world, charge)
        warnings.settle(world, charge)
    return refund


def _carry_out(world: World, order: _Order) -> None:
    """Pay a buyer back; where a bank works on it, now or once it has."""
    if order.card.refund == "pending" and switches_of(world).pending_refund_moves == "on_success":
        world.clock.after(HOUR, partial(_move_late, world, order))
        return
    _move(world, order)
    if order.card.refund == ASKS:
        ask(world, order.refund)
    elif order.card.refund:
        ending = _succeed if order.card.refund == "pending" else bounce
        world.clock.after(HOUR, partial(ending, world, order.charge, order.refund))


def _move_late(world: World, order: _Order) -> None:
    _move(world, order)
    _succeed(world, order.charge, order.refund)


def _move(world: World, order: _Order) -> None:
    """Move the money of a refund, and of what comes back with it."""
    paid = _paid_back(world, order)
    order.refund["_returns"] = tuple(one["id"] for one in (order.transfer, order.fee) if one is not None)
    rows = [paid]
    if order.transfer is not None:
        rows += _reversed(world, order.transfer, order.refund, order.refunded)
    if order.fee is not None:
        rows += _fee_back(world, order.fee, order.refunded)
    post(world, *rows, others=to_buyer(order.refund, paid))


def _covered(world: World, order: _Order) -> bool:
    """Tell whether the balance that a refund is paid from covers it, with what comes back of the transfer."""
    if not switches_of(world).refunds_wait:
        return True
    charge, transfer = order.charge, order.transfer
    settled = row_of(world, charge)
    account, currency = charge["_account"], settled["currency"]
    held = world.ledger.available(account, currency)
    if settled["available_on"] > world.clock.now:
        held += world.ledger.pending(account, currency)
    part = 0 if order.fee is None else _share_of_fee(world, order.fee, order.refunded)
    coming = application_fees.given_back(order.fee, part)
    if transfer is not None:
        back = _share_of_transfer(world, transfer, order.refunded)
        reversals.check_covered(world, transfer, back, coming)
        held += back
    if account != world.platform:
        held += coming
    elif order.fee is not None:
        held -= application_fees.taken_off(order.fee, part, currency)
    rate = back_rate(world, charge["currency"], currency, settled["_rate"])
    return held >= convert(order.refunded.amount, rate)


def _try_again(world: World, order: _Order) -> None:
    """Pay a refund that waits for funds, if they have come; never after the bank has taken the payment back."""
    refund = order.refund
    if disputes.taken_back(world, order.charge):
        refund |= {"status": "failed", "failure_reason": _DISPUTED, "failure_balance_transaction": None}
        del refund["pending_reason"]
        undo(world, order.charge, refund)
        return
    with suppress(Refusal):  # a seller whose share is not there yet: it goes on waiting
        if _covered(world, order):
            del refund["pending_reason"]
            refund["status"] = _FIRST.get(order.card.refund, "succeeded")
            _carry_out(world, order)
            tell(world, refund)
            return
    world.clock.after(HOUR, partial(_try_again, world, order))


def _charge(world: World, account: str, params: dict[str, Any]) -> Object:
    if "charge" in params:
        charge = world.get(account, "charge", params["charge"], param="charge")
    elif "payment_intent" in params:
        intent = world.get(account, "payment_intent", params["payment_intent"], param="payment_intent")
        if intent["latest_charge"] is None:
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise refused(message, "payment_intent_unexpected_state", param="payment_intent")
        charge = world.get(account, "charge", intent["latest_charge"])
    else:
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    if charge["source_transfer"] is not None:
        raise refused(f"{charge['id']} is a transfer's payment: reverse the transfer.", param="charge")
    if not charge["captured"]:
        raise refused(f"Charge {charge['id']} has not been captured.", "charge_not_refundable")
    disputes.check_undisputed(world, charge)
    return charge


def _amount(charge: Object, params: dict[str, Any]) -> int:
    left: int = charge["amount_captured"] - charge["amount_refunded"]
    amount: int = params.get("amount", left)
    if not left:
        raise refused(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise refused(message, param="amount")
    return amount


def _transfer(world: World, charge: Object, params: dict[str, Any]) -> Object | None:
    if not params.get("reverse_transfer"):
        return None
    if charge["_transfer"] is None:
        message = "Cannot reverse transfer: the charge has no transfer of its own."
        raise refused(message, param="reverse_transfer")
    return world.get(world.platform, "transfer", charge["_transfer"])


def _fee(world: World, charge: Object, params: dict[str, Any]) -> Object | None:
    if not params.get("refund_application_fee") or charge["_fee"] is None:
        return None
    alone = charge["_transfer"] is not None and not params.get("reverse_transfer")
    if alone and switches_of(world).fee_flag_alone == "reject":
        message = "You cannot refund the application fee of a destination charge without reversing the transfer."
        raise refused(message, param="refund_application_fee")
    return world.get(world.platform, "application_fee", charge["_fee"])


def _new(world: World, charge: Object, amount: int, params: dict[str, Any], card: Card) -> Object:
    return {
        "id": world.ids.new("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.clock.now,
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": {"card": {"type": "refund"}, "type": "card"},
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": _FIRST.get(card.refund, "succeeded"),
        "transfer_reversal": None,
        "_returns": (),
    }


def _paid_back(world: World, order: _Order) -> Object:
    charge, refund = order.charge, order.refund
    settled = row_of(world, charge)
    rate = back_rate(world, charge["currency"], settled["currency"], settled["_rate"])
    words = charge["description"]
    paid = row(
        world,
        charge["_account"],
        type="refund",
        amount=-convert(refund["amount"], rate),
        currency=settled["currency"],
        source=refund["id"],
        available_on=later(world, settled),
        description=f"REFUND FOR CHARGE ({words})" if words else "REFUND FOR CHARGE",
        fees=_fees(world, order.refunded, settled),
        rate=rate,
        source_type=settled["_source_type"],
    )
    refund["balance_transaction"] = paid["id"]
    return paid


def _fees(world: World, refunded: Refunded, settled: Object) -> list[FeeDetail]:
    """Give what of Stripe's fee comes back: nothing, but where the contract says so."""
    switches = switches_of(world)
    taken = any(detail["type"] == "stripe_fee" for detail in settled["fee_details"])
    if not switches.refund_returns_fee or not taken:
        return []
    before = convert(refunded.before, settled["_rate"])
    after = convert(refunded.before + refunded.amount, settled["_rate"])
    returned = switches.pricing.returned(settled["amount"], before, after - before)
    return [FeeDetail("stripe_fee", -returned, "Stripe processing fee refund")]


def _reversed(world: World, transfer: Object, refund: Object, refunded: Refunded) -> list[Object]:
    part = _share_of_transfer(world, transfer, refunded)
    if not part:
        return []
    reversal, rows = reversals.take_back(world, transfer, part, refund=refund)
    refund["transfer_reversal"] = reversal["id"]
    return rows


def _share_of_transfer(world: World, transfer: Object, refunded: Refunded) -> int:
    return share(transfer["amount"], transfer["amount_reversed"], refunded, switches_of(world))


def _fee_back(world: World, fee: Object, refunded: Refunded) -> list[Object]:
    part = _share_of_fee(world, fee, refunded)
    return application_fees.give_back(world, fee, part)[1] if part else []


def _share_of_fee(world: World, fee: Object, refunded: Refunded) -> int:
    return share(fee["amount"], fee["amount_refunded"], refunded, switches_of(world))


def _succeed(world: World, _: Object, refund: Object) -> None:
    refund["status"] = "succeeded"
    world.emit("refund.updated", refund)


@disputes.escalated
def _overtaken(world: World, charge: Object) -> None:
    """Fail what was refunded while the bank only asked: now it has taken the whole payment back itself."""
    for refund in list(world.table(charge["_account"], "refund").where(charge=charge["id"])):
        if refund["status"] == "succeeded":
            bounce(world, charge, refund, _DISPUTED)


@topic.route("GET", "/v1/refunds", "RefundListParams")
def index(world: World, call: Call) -> Object:
    """List refunds, newest first."""
    filters = {name: call.params.get(name) for name in ("charge", "payment_intent")}
    return listing(world.table(call.account, "refund"), call, **filters)


@topic.route("GET", "/v1/refunds/:id", "RefundRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a refund."""
    return world.get(call.account, "refund", call.id)


@topic.route("POST", "/v1/refunds/:id", "RefundUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a refund's metadata."""
    refund = world.get(call.account, "refund", call.id)
    merge_metadata(refund, call.params)
    tell(world, refund)
    return refund


@topic.invariant("refund")
def _returned(_: World, thing: Object) -> None:
    """A refund's money came back if the refund failed or was canceled, and only then."""
    if (thing["status"] in {"canceled", "failed"}) is not ("failure_balance_transaction" in thing):
        raise InvariantBroken(f"{thing['id']} is {thing['status']}, and its money is not where that says.")
    if thing.get("pending_reason") == _SHORT and (thing["status"], thing["balance_transaction"]) != ("pending", None):
        raise InvariantBroken(f"{thing['id']} waits for funds, and has moved some.")
