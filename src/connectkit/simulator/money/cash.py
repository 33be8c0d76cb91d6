"""Cash balances: what a customer sent by bank transfer, and what is paid with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import listing
from connectkit.simulator.refusals import invalid, refused, too_small
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

Arrived: TypeAlias = Callable[[World, Object], None]
"""Hears of a payment intent for which there is enough now."""

topic: Final = Topic("cash balances")
topic.kind("cash_balance", render=lambda _, cash: {name: value for name, value in cash.items() if name != "id"})
topic.kind("customer_cash_balance_transaction", indexes=("customer",))

_MODES: Final = frozenset({"automatic", "manual"})
_ARRIVED: Final[list[Arrived]] = []
_WAITING: Final = "requires_action"


def arrived(hear: Arrived) -> Arrived:
    """Have the decorated function hear of every payment that can be paid from now on."""
    _ARRIVED.append(hear)
    return hear


def take_cash(world: World, intent: Object) -> bool:
    """Pay with what the customer has sent, and tell whether that is enough."""
    if intent["customer"] is None:
        message = "A payment with customer_balance needs a customer."
        raise invalid(message, param="customer", code="parameter_missing")
    currency, amount = intent["currency"], intent["amount"]
    cash = _cash(world, intent["_account"], intent["customer"])
    if cash["available"].get(currency, 0) < amount:
        return False
    _write(world, cash, currency, -amount, "applied_to_payment", payment_intent=intent["id"])
    return True


def send_back(world: World, refund: Object) -> None:
    """Take what is refunded to a customer out of what she has sent.

    Raises:
        Refusal: It is more than there is.
    """
    cash, currency = _cash(world, refund["_account"], refund["customer"]), refund["currency"]
    if cash["available"].get(currency, 0) < refund["amount"]:
        raise refused("The refund is of more than the customer's cash balance holds.", param="amount")
    _write(world, cash, currency, -refund["amount"], "return_initiated")


def keep_back(world: World, refund: Object) -> None:
    """Put back into a cash balance what could not be sent out of it, even if its customer was deleted meanwhile."""
    cash = _kept(world, refund["_account"], refund["customer"])
    _write(world, cash, refund["currency"], refund["amount"], "return_canceled")


def take_in(world: World, refund: Object, customer: str) -> None:
    """Put into a cash balance what is refunded of a payment, even if its customer was deleted meanwhile."""
    cash = _kept(world, refund["_account"], customer)
    _write(world, cash, refund["currency"], refund["amount"], "refunded_from_payment", refund=refund["id"])


def asked_for(world: World, intent: Object) -> Object:
    """Give what a customer is asked to do who has not sent enough."""
    held = _cash(world, intent["_account"], intent["customer"])["available"].get(intent["currency"], 0)
    transfer = part(intent, "payment_method_options", "customer_balance", "bank_transfer")
    kind = transfer.get("type", "us_bank_transfer")
    about: Object = {
        "amount_remaining": intent["amount"] - held,
        "currency": intent["currency"],
        "financial_addresses": [],
        "hosted_instructions_url": f"{world.site}/instructions/{intent['id']}",
        "reference": intent["id"][3:15].upper(),
        "type": kind,
    }
    return {"type": "display_bank_transfer_instructions", "display_bank_transfer_instructions": about}


@topic.route("GET", "/v1/customers/:id/cash_balance", "CustomerCashBalanceRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give what a customer has sent and not spent."""
    return _cash(world, call.account, call.id)


@topic.route("POST", "/v1/customers/:id/cash_balance", "CustomerCashBalanceUpdateParams")
def update(world: World, call: Call) -> Object:
    """Say whether what arrives is used without being asked."""
    cash = _cash(world, call.account, call.id)
    mode = call.params.get("settings", {}).get("reconciliation_mode", "merchant_default")
    cash["settings"] = {
        "reconciliation_mode": mode if mode in _MODES else "automatic",
        "using_merchant_default": mode not in _MODES,
    }
    return cash


@topic.route("GET", "/v1/customers/:id/cash_balance_transactions", "CustomerCashBalanceTransactionListParams")
def index(world: World, call: Call) -> Object:
    """List what came and went, newest first."""
    customer = world.get(call.account, "customer", call.id)["id"]
    return listing(world.table(call.account, "customer_cash_balance_transaction"), call, customer=customer)


@topic.route("GET", "/v1/customers/:id/cash_balance_transactions/:row", "CustomerCashBalanceTransactionRetrieveParams")
def retrieve_row(world: World, call: Call) -> Object:
    """Give one of what came and went."""
    world.get(call.account, "customer", call.id)
    return world.get(call.account, "customer_cash_balance_transaction", call.ids["row"])


@topic.route("POST", "/v1/test_helpers/customers/:id/fund_cash_balance", "test_helpers.CustomerFundCashBalanceParams")
def fund(world: World, call: Call) -> Object:
    """Let a bank transfer of a customer arrive; what waits for it is paid, the oldest first."""
    if call.params["amount"] < 1:
        raise too_small("amount")
    cash = _cash(world, call.account, call.id)
    currency: str = call.params["currency"].lower()
    transfer = {"reference": call.params.get("reference"), "type": "us_bank_transfer"}
    funded = _write(world, cash, currency, call.params["amount"], "funded", bank_transfer=transfer)
    world.emit("cash_balance.funds_available", cash)
    if cash["settings"]["reconciliation_mode"] == "automatic":
        for intent in list(world.table(call.account, "payment_intent").where(customer=call.id, status=_WAITING))[::-1]:
            if intent["currency"] == currency and intent["payment_method_types"] == ["customer_balance"]:
                _pay(world, cash, intent)
    return funded


def _pay(world: World, cash: Object, intent: Object) -> None:
    held = cash["available"].get(intent["currency"], 0)
    if held >= intent["amount"]:
        for hear in _ARRIVED:
            hear(world, intent)
    else:
        intent["next_action"] = asked_for(world, intent)
        world.emit("payment_intent.partially_funded", intent)


def _cash(world: World, account: str, customer: str) -> Object:
    world.get(account, "customer", customer)
    return _kept(world, account, customer)


def _kept(world: World, account: str, customer: str) -> Object:
    found = next(world.table(account, "cash_balance").where(customer=customer), None)
    return found or world.add(
        account,
        {
            "id": f"cash_{customer}",
            "object": "cash_balance",
            "available": {},
            "customer": customer,
            "customer_account": None,
            "livemode": world.livemode,
            "settings": {"reconciliation_mode": "automatic", "using_merchant_default": True},
        },
    )


def _write(world: World, cash: Object, currency: str, amount: int, type: str, **about: object) -> Object:
    balance = cash["available"].get(currency, 0) + amount
    cash["available"] = {**cash["available"], currency: balance}
    world.touch(cash)
    written = world.add(
        cash["_account"],
        {
            "id": world.ids.new("ccsbtxn"),
            "object": "customer_cash_balance_transaction",
            "created": world.clock.now,
            "currency": currency,
            "customer": cash["customer"],
            "customer_account": None,
            "ending_balance": balance,
            "livemode": world.livemode,
            "net_amount": amount,
            "type": type,
            **({type: about} if about else {}),
        },
    )
    world.emit("customer_cash_balance_transaction.created", written)
    return written


@topic.invariant("cash_balance")
def _adds_up(world: World, thing: Object) -> None:
    """A cash balance is the sum of what came and went, and never below nothing."""
    sums: dict[str, int] = {}
    for row in world.table(thing["_account"], "customer_cash_balance_transaction").where(customer=thing["customer"]):
        sums[row["currency"]] = sums.get(row["currency"], 0) + row["net_amount"]
    if sums != thing["available"] or any(amount < 0 for amount in sums.values()):
        raise InvariantBroken(f"{thing['id']}: {thing['available']} is not what came and went.")
