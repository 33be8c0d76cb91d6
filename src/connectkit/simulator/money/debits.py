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
from .fx import convert
from .rows import post, row
from .scheduled import DEBITED
from .switches import switches_of

topic: Final = Topic("account debits")

_REGIONS: Final = frozenset({"AU", "CA", "Europe", "HK", "JP", "NZ", "US"})
_MOST: Final = 10_000_000  # cents of a US dollar


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
    _, paid = _debit(world, source, params)
    merge_metadata(paid, params)
    world.emit("charge.succeeded", paid)
    return paid


def send(world: World, source: str, params: dict[str, Any]) -> Object:
    """Debit a connected account in the other way: by a transfer of its own to the platform, which is given."""
    if params["destination"] != world.platform:
        message = "Connected accounts can transfer to their platform only."
        raise refused(message, param="destination")
    if "amount" not in params:
        raise missing("amount")
    transfer, paid = _debit(world, source, params)
    merge_metadata(transfer, params)
    world.emit("transfer.created", transfer)
    world.emit("charge.succeeded", paid)
    return transfer


def _debit(world: World, source: str, params: dict[str, Any]) -> tuple[Object, Object]:
    _check(world, source, params)
    transfer = _transfer(world, source, params)
    paid = world.add(world.platform, payment(world, transfer, 0))
    paid |= {"description": params.get("description"), "transfer_group": params.get("transfer_group")}
    paid["source"] = queries.account_of(world, source)
    transfer["destination_payment"] = paid["id"]
    sent = _row(world, source, "transfer", -params["amount"], transfer)
    received = _row(world, world.platform, "payment", params["amount"], paid)
    transfer["balance_transaction"] = sent["id"]
    paid |= {"balance_transaction": received["id"], "_row": received["id"]}
    world.add(source, transfer)
    post(world, sent, received)
    return transfer, paid


def _check(world: World, source: str, params: dict[str, Any]) -> None:
    queries.account_of(world, source, param="source")
    currency = params["currency"].lower()
    if params["amount"] < 1:
        raise too_small("amount")
    if currency != queries.default_currency(world, source):
        raise refused("An account is debited in its default currency.", param="currency")
    if not queries.platform_bears_losses(world, source):
        raise refused("Accounts whose losses are not the platform's cannot be debited.", param="source")
    regions = {_region(world, account) for account in (world.platform, source)}
    if len(regions) > 1 or not regions <= _REGIONS:
        raise refused("Accounts are debited within one region, and not in every one.", param="source")
    if convert(params["amount"], switches_of(world).rates.mid(currency, "usd")) > _MOST:
        raise refused("An account is debited by at most 100,000 USD, or as much in its currency.", param="amount")
    if world.ledger.available(source, currency) < params["amount"] and not _may_sink(world, source, currency):
        raise balance_insufficient("The connected account has insufficient funds for this debit.")


def _region(world: World, account: str) -> str:
    country = queries.country(world, account)
    return "Europe" if country in DEBITED - _REGIONS else country


def _may_sink(world: World, source: str, currency: str) -> bool:
    """Tell whether an account may be debited below zero: where that is held back, and a bank can be asked for it."""
    bank = queries.default_bank_account(world, source, currency)
    reserved = switches_of(world).connect_reserves and queries.is_reserved_for(world, source)
    return reserved and bank is not None and bank["object"] == "bank_account"


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
