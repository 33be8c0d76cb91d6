"""Invoices of subscriptions: what a period costs, and its payment."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final, TypeAlias

from connectkit.simulator.accounts.queries import country
from connectkit.simulator.calls import Call
from connectkit.simulator.ledger import InvariantBroken
from connectkit.simulator.lists import in_order, listing
from connectkit.simulator.money.confirming import ended, pay
from connectkit.simulator.money.methods import method_of
from connectkit.simulator.money.proposing import paying, propose
from connectkit.simulator.refusals import Refusal, refused
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

Settled: TypeAlias = Callable[[World, Object], None]
"""Hears of an invoice that was paid, or whose payment failed."""

topic: Final = Topic("invoices of subscriptions")
topic.kind("invoice", indexes=("customer",))

_FAILING: Final[list[Settled]] = []
_SETTLED: Final[list[Settled]] = []
_NOTHING: Final = (
    *("account_tax_ids", "application", "automatically_finalizes_at", "custom_fields", "customer_account"),
    *("customer_address", "customer_phone", "customer_shipping", "default_payment_method", "default_source"),
    *("description", "due_date", "ending_balance", "footer", "from_invoice", "hosted_invoice_url", "invoice_pdf"),
    *("last_finalization_error", "latest_revision", "next_payment_attempt", "receipt_number", "rendering"),
    *("shipping_cost", "shipping_details", "statement_descriptor", "test_clock", "total_pretax_credit_amounts"),
    *("total_taxes", "account_name"),
)


def settled(hear: Settled) -> Settled:
    """Have the decorated function hear of every invoice that was paid, or could not be."""
    _SETTLED.append(hear)
    return hear


def failing(prepare: Settled) -> Settled:
    """Have the decorated function prepare what the event of a payment that failed shows."""
    _FAILING.append(prepare)
    return prepare


def bill(world: World, subscription: Object, lines: list[Object], reason: str) -> Object:
    """Make the invoice of a period, final and open; a draft, where the subscription is unpaid."""
    draft = subscription["status"] == "unpaid"
    account: str = subscription["_account"]
    id = world.ids.new("in")
    customer = world.get(account, "customer", subscription["customer"])
    total = sum(line["amount"] for line in lines)
    invoice = world.add(
        account,
        {
            "id": id,
            "object": "invoice",
            **dict.fromkeys(_NOTHING),
            "account_country": country(world, account),
            "amount_due": total,
            "amount_overpaid": 0,
            "amount_paid": 0,
            "amount_remaining": total,
            "amount_shipping": 0,
            "attempt_count": 0,
            "attempted": False,
            "auto_advance": not draft,
            "automatic_tax": {
                "disabled_reason": None,
                "enabled": False,
                "liability": None,
                "provider": None,
                "status": None,
            },
            "billing_reason": reason,
            "collection_method": "charge_automatically",
            "created": world.clock.now,
            "currency": subscription["currency"],
            "customer": subscription["customer"],
            "customer_email": customer["email"],
            "customer_name": customer["name"],
            "customer_tax_exempt": "none",
            "customer_tax_ids": [],
            "default_tax_rates": [],
            "discounts": [],
            "effective_at": None if draft else world.clock.now,
            "issuer": {"type": "self"},
            "lines": {
                "object": "list",
                "data": [{**line, "invoice": id} for line in lines],
                "has_more": False,
                "url": f"/v1/invoices/{id}/lines",
            },
            "livemode": world.livemode,
            "metadata": {},
            "number": f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}",
            "on_behalf_of": subscription["on_behalf_of"],
            "parent": {
                "quote_details": None,
                "subscription_details": {
                    "metadata": dict(subscription["metadata"]),
                    "subscription": subscription["id"],
                },
                "type": "subscription_details",
            },
            "payment_settings": dict.fromkeys(("default_mandate", "payment_method_options", "payment_method_types")),
            "period_end": world.clock.now,
            "period_start": world.clock.now,
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "starting_balance": 0,
            "status": "draft" if draft else "open",
            "status_transitions": {
                **dict.fromkeys(("marked_uncollectible_at", "paid_at", "voided_at")),
                "finalized_at": None if draft else world.clock.now,
            },
            "subscription": subscription["id"],
            "subtotal": total,
            "subtotal_excluding_tax": total,
            "total": total,
            "total_excluding_tax": total,
            "total_discount_amounts": [],
            "webhooks_delivered_at": world.clock.now,
            "_intent": None,
            "_subscription": subscription["id"],
        },
    )
    customer["next_invoice_sequence"] += 1
    customer["currency"] = customer["currency"] or subscription["currency"]
    world.emit("invoice.created", invoice)
    if not draft:
        world.emit("invoice.finalized", invoice)
    return invoice


def collect(world: World, invoice: Object, method: Object, *, present: bool = True) -> None:
    """Pay an invoice with a payment method.

    Args:
        world: The world.
        invoice: The invoice.
        method: How it is paid.
        present: Whether the buyer is there, who could be asked to authenticate.

    Raises:
        Refusal: The payment is declined.
    """
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    if not invoice["total"]:
        close(world, invoice)
        return
    held = world.find(invoice["_intent"] or "")
    if held is None:
        subscription = world.get(invoice["_account"], "subscription", invoice["_subscription"])
        asked = {name: invoice[name] for name in ("currency", "customer")} | {"amount": invoice["total"]}
        held = propose(world, invoice["_account"], paid_with(asked, subscription), method)
        tie(invoice, held)
    else:
        held |= paying(method)
    pay(world, held, {} if present else {"off_session": True})


def tie(invoice: Object, intent: Object) -> None:
    """Have an invoice paid by a payment intent."""
    intent["_invoice"] = invoice["id"]
    invoice["_intent"] = intent["id"]


def paid_with(asked: Object, shares: Object) -> dict[str, Any]:
    """Give what a payment of a subscription is made with; the platform's part is a part of the total."""
    data, percent, total = shares["transfer_data"], shares["application_fee_percent"], asked["amount"]
    params = {**asked, "on_behalf_of": shares["on_behalf_of"]}
    if percent is not None:
        params["application_fee_amount"] = _part(total, percent)
    if data is not None:
        params["transfer_data"] = {"destination": data["destination"]}
        if data["amount_percent"] is not None:
            params["transfer_data"]["amount"] = _part(total, data["amount_percent"])
    return {**params, "capture_method": "automatic", "description": "Subscription", "setup_future_usage": "off_session"}


def _part(total: int, percent: float) -> int:
    return int(Fraction(str(percent)) * total / 100 + Fraction(1, 2))


def close(world: World, invoice: Object) -> None:
    """Have an invoice paid."""
    invoice |= {"status": "paid", "amount_paid": invoice["total"], "amount_remaining": 0, "auto_advance": False}
    invoice["next_payment_attempt"] = None
    invoice["status_transitions"]["paid_at"] = world.clock.now
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    for hear in _SETTLED:
        hear(world, invoice)


def void(world: World, invoice: Object) -> None:
    """Give an invoice up that was not paid."""
    invoice |= {"status": "void", "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"]["voided_at"] = world.clock.now
    world.emit("invoice.voided", invoice)


@ended
def _heard(world: World, intent: Object) -> None:
    """Go on with the invoice of a payment that ended."""
    invoice = world.find(intent.get("_invoice", ""))
    if invoice is None:
        return
    if intent["status"] == "succeeded":
        close(world, invoice)
    else:
        fail(world, invoice)


def fail(world: World, invoice: Object) -> None:
    """Tell that an invoice could not be paid."""
    for prepare in _FAILING:
        prepare(world, invoice)
    world.emit("invoice.payment_failed", invoice)
    for hear in _SETTLED:
        hear(world, invoice)


@topic.route("POST", "/v1/invoices/:id/pay", "InvoicePayParams")
def pay_invoice(world: World, call: Call) -> Object:
    """Pay an invoice that is open."""
    invoice = world.get(call.account, "invoice", call.id)
    if invoice["status"] != "open":
        raise refused(f"Invoice is already {invoice['status']}", "invoice_not_editable")
    subscription = world.get(call.account, "subscription", invoice["_subscription"])
    name = call.params.get("payment_method") or subscription["default_payment_method"]
    others = sorted(call.params.keys() - {"payment_method", "off_session"})
    if others or name is None:
        message = "The simulator pays invoices with the parameter payment_method, or with that of the subscription."
        raise Refusal(message, status=501, type="api_error", param=others[0] if others else "payment_method")
    collect(world, invoice, method_of(world, call.account, name, "payment_method"))
    return invoice


@topic.route("GET", "/v1/invoices", "InvoiceListParams", apart="customer_account due_date")
def index(world: World, call: Call) -> Object:
    """List invoices, newest first."""
    filters = {name: call.params.get(name) for name in ("customer", "status", "collection_method")}
    subscription = call.params.get("subscription")
    return listing(world.table(call.account, "invoice"), call, _subscription=subscription, **filters)


@topic.route("GET", "/v1/invoices/:id", "InvoiceRetrieveParams")
def retrieve(world: World, call: Call) -> Object:
    """Give an invoice."""
    return world.get(call.account, "invoice", call.id)


@topic.route("GET", "/v1/invoices/:id/lines", "InvoiceLineItemListParams")
def lines(world: World, call: Call) -> Object:
    """List the lines of an invoice, in their order on it."""
    return in_order("line_item", world.get(call.account, "invoice", call.id)["lines"]["data"], call)


@topic.invariant("invoice")
def _paid(world: World, thing: Object) -> None:
    """An invoice is paid exactly if its payment is."""
    intent = world.find(thing["_intent"] or "")
    if intent is not None and (intent["status"] == "succeeded") is not (thing["status"] == "paid"):
        raise InvariantBroken(f"{thing['id']} is {thing['status']}, and its payment {intent['status']}.")
