"""Top-ups: the platform's own money on its way into its balance."""

from __future__ import annotations

from functools import partial
from typing import Final

from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import WORLD, Entry, InvariantBroken
from connectkit.simulator.lists import listing, within
from connectkit.simulator.refusals import Refusal, no_such, refused, too_small
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .calendar import business_days
from .rows import post, row
from .switches import switches_of

topic: Final = Topic("top-ups")
topic.kind("topup")

_DAYS: Final = 5  # business days that a bank debit takes
_CLAWED_BACK: Final = "btok_us_verified_reversed"  # the simulator's own: Stripe has no token for it
_OUTCOMES: Final = {
    "btok_us_verified": "",
    _CLAWED_BACK: "",
    "btok_us_verified_noAccount": "no_account",
    "btok_us_verified_accountClosed": "account_closed",
    "btok_us_verified_insufficientFunds": "insufficient_funds",
    "btok_us_verified_debitNotAuthorized": "debit_not_authorized",
    "btok_us_verified_invalidCurrency": "invalid_currency",
}


@topic.route("POST", "/v1/topups", "TopupCreateParams", apart="payment_method payment_method_options")
def create(world: World, call: Call) -> Object:
    """Begin to add money to the platform's balance."""
    params = call.params
    if call.account != world.platform:
        message = "The simulator tops up the platform only."
        raise Refusal(message, status=501, type="api_error")
    if params["amount"] < 1:
        raise too_small("amount")
    source = params.get("source", "btok_us_verified")
    if source not in _OUTCOMES:
        raise no_such("source", source, param="source")
    available = business_days(world.clock.now, _DAYS)
    topup = world.add(
        call.account,
        {
            "id": world.ids.new("tu"),
            "object": "topup",
            "amount": params["amount"],
            "balance_transaction": None,
            "created": world.clock.now,
            "currency": params["currency"].lower(),
            "description": params.get("description"),
            "expected_availability_date": available,
            "failure_code": None,
            "failure_message": None,
            "initiated_by": "user",
            "livemode": world.livemode,
            "metadata": {},
            "source": None,
            "statement_descriptor": params.get("statement_descriptor"),
            "status": "pending",
            "transfer_group": params.get("transfer_group"),
        },
    )
    merge_metadata(topup, params)
    if switches_of(world).topup_row == "at_once":
        _credit(world, topup, available)
    world.emit("topup.created", topup)
    world.clock.at(available, partial(_arrive, world, topup, source))
    return topup


def _arrive(world: World, topup: Object, source: str) -> None:
    if topup["status"] != "pending":
        return
    failure = _OUTCOMES[source]
    if failure:
        topup |= {"status": "failed", "failure_code": failure, "failure_message": "The bank returned the debit."}
        _take_back(world, topup)
        world.emit("topup.failed", topup)
        return
    if topup["balance_transaction"] is None:
        _credit(world, topup, world.clock.now)
    topup["status"] = "succeeded"
    world.emit("topup.succeeded", topup)
    if source == _CLAWED_BACK:
        world.clock.at(business_days(world.clock.now, _DAYS), partial(_claw_back, world, topup))


def _credit(world: World, topup: Object, available_on: int) -> None:
    credit = row(
        world,
        world.platform,
        type="topup",
        amount=topup["amount"],
        currency=topup["currency"],
        source=topup["id"],
        available_on=available_on,
        description=topup["description"],
    )
    post(world, credit, others=[Entry(WORLD, topup["currency"], -topup["amount"])])
    topup["balance_transaction"] = credit["id"]


def _take_back(world: World, topup: Object) -> None:
    """Take off the balance what was written there, if it was."""
    if topup["balance_transaction"] is not None:
        _debit(world, topup)


def _claw_back(world: World, topup: Object) -> None:
    """Let the bank take back what has arrived, as after a debit that nobody authorized."""
    _debit(world, topup)
    topup["status"] = "reversed"
    world.emit("topup.reversed", topup)


def _debit(world: World, topup: Object) -> None:
    debit = row(
        world,
        world.platform,
        type="topup_reversal",
        amount=-topup["amount"],
        currency=topup["currency"],
        source=topup["id"],
        available_on=world.clock.now,
        description=topup["description"],
    )
    post(world, debit, others=[Entry(WORLD, topup["currency"], topup["amount"])])


@topic.route("POST", "/v1/topups/:id/cancel", "TopupCancelParams")
def cancel(world: World, call: Call) -> Object:
    """Stop a top-up that has not arrived."""
    topup = world.get(call.account, "topup", call.id)
    if topup["status"] != "pending":
        raise refused("Only pending top-ups can be canceled.", "status_transition_invalid")
    topup["status"] = "canceled"
    _take_back(world, topup)
    world.emit("topup.canceled", topup)
    return topup


@topic.route("GET", "/v1/topups", "TopupListParams")
def index(world: World, call: Call) -> Object:
    """List top-ups, newest first."""

    def matching(topup: Object) -> bool:
        return within(topup["amount"], call.params.get("amount"))

    return listing(world.table(call.account, "topup"), call, matching, status=call.params.get("status"))


@topic.route("GET", "/v1/topups/:id", "TopupRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give a top-up."""
    return world.get(call.account, "topup", call.id)


@topic.route("POST", "/v1/topups/:id", "TopupUpdateParams")
def update(world: World, call: Call) -> Object:
    """Change a top-up's words."""
    topup = world.get(call.account, "topup", call.id)
    merge_metadata(topup, call.params)
    topup["description"] = call.params.get("description", topup["description"])
    return topup


@topic.invariant("topup")
def _arrived(world: World, thing: Object) -> None:
    """A top-up moved money if it succeeded, and only then, where it is no row before."""
    moved, early = thing["balance_transaction"] is not None, switches_of(world).topup_row == "at_once"
    if not early and (thing["status"] in {"succeeded", "reversed"}) is not moved:
        raise InvariantBroken(f"{thing['id']} is {thing['status']}, and its money is not where that says.")
