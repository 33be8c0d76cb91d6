"""Account debits: money that the platform takes from a connected account, which has agreed to it."""

from __future__ import annotations

from typing import Any, Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.calls import Call
from connectkit.simulator.refusals import Refusal, balance_insufficient, missing, refused, too_small
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, merge_metadata
from connectkit.simulator.state import World

from .arrivals import payment
from .rows import post, row

topic: Final = Topic("account debits")


@topic.route(
    "POST",
    "/v1/charges",
    "ChargeCreateParams",
    apart=(
        "application_fee application_fee_amount capture customer destination on_behalf_of receipt_email "
        "shipping statement_descriptor statement_descriptor_suffix transfer_data"
    ),
)
def create(world: World, call: Call) -> Object:
    """Debit a connected account: a transfer of its to the platform, which is a payment there."""
    params = call.params
    source = params.get("source", "")
    if call.account != world.platform or not source.startswith("acct_"):
        message = "The simulator makes charges of connected accounts' balances only; cards are for payment intents."
        raise Refusal(message, status=501, type="api_error")
    for name in ("amount", "currency"):
        if name not in params:
            raise missing(name)
    _check(world, source, params)
    transfer = _transfer(world, source, params)
    paid = world.add(world.platform, payment(world, transfer, 0))
    paid |= {"description": params.get("description"), "transfer_group": params.get("transfer_group")}
    paid["source"] = queries.account_of(world, source)
    merge_metadata(paid, params)
    transfer["destination_payment"] = paid["id"]
    sent = _row(world, source, "transfer", -params["amount"], transfer)
    received = _row(world, world.platform, "payment", params["amount"], paid)
    transfer["balance_transaction"] = sent["id"]
    paid |= {"balance_transaction": received["id"], "_row": received["id"]}
    world.add(source, transfer)
    post(world, sent, received)
    world.emit("charge.succeeded", paid)
    return paid


def _check(world: World, source: str, params: dict[str, Any]) -> None:
    queries.account_of(world, source, param="source")
    currency = params["currency"].lower()
    if params["amount"] < 1:
        raise too_small("amount")
    if currency != queries.default_currency(world, source):
        raise refused("An account is debited in its default currency.", param="currency")
    if not queries.platform_bears_losses(world, source):
        raise refused("Accounts whose losses are not the platform's cannot be debited.", param="source")
    if world.ledger.available(source, currency) < params["amount"]:
        raise balance_insufficient("The connected account has insufficient funds for this debit.")


def _transfer(world: World, source: str, params: dict[str, Any]) -> Object:
    return {
        "id": world.ids.new("tr"),
        "object": "transfer",
        "amount": params["amount"],
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": world.clock.now,
        "currency": params["currency"].lower(),
        "description": params.get("description"),
        "destination": world.platform,
        "destination_payment": None,
        "livemode": world.livemode,
        "metadata": {},
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
        "_account": source,
    }


def _row(world: World, account: str, type: str, amount: int, thing: Object) -> Object:
    return row(
        world,
        account,
        type=type,
        amount=amount,
        currency=thing["currency"],
        source=thing["id"],
        available_on=world.clock.now,
        description=thing["description"],
    )
