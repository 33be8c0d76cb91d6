"""Renewals: paid without the buyer, and tried again where that fails, until it is given up."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from connectkit.simulator.clock import DAY
from connectkit.simulator.money.switches import switches_of
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .invoices import collect, fail, failing


def attempt(world: World, invoice: Object) -> None:
    """Pay the invoice of a renewal by the way to pay that there is."""
    subscription = world.get(invoice["_account"], "subscription", invoice["_subscription"])
    customer = world.table(invoice["_account"], "customer").get(invoice["customer"]) or {"invoice_settings": {}}
    name = subscription["default_payment_method"] or customer["invoice_settings"].get("default_payment_method")
    method = world.find(name or "")
    if method is None and invoice["total"]:
        invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
        fail(world, invoice)
        return
    with suppress(Refusal):  # the status of the subscription tells of it
        collect(world, invoice, method or {}, present=False)


@failing
def _plan(world: World, invoice: Object) -> None:
    """Try a renewal again after a while, or give it up; what a buyer tries by hand changes no plan."""
    planned = invoice["next_payment_attempt"]
    if invoice["billing_reason"] != "subscription_cycle" or (planned is not None and planned > world.clock.now):
        return
    days = switches_of(world).invoice_retries
    tried: int = invoice.get("_tried", 0)
    invoice["_tried"] = tried + 1
    if tried >= len(days):
        invoice |= {"next_payment_attempt": None, "_given_up": True}
        return
    invoice["next_payment_attempt"] = world.clock.now + days[tried] * DAY
    world.clock.at(invoice["next_payment_attempt"], partial(_again, world, invoice))


def _again(world: World, invoice: Object) -> None:
    subscription = world.get(invoice["_account"], "subscription", invoice["_subscription"])
    if invoice["status"] != "open" or subscription["ended_at"] is not None:
        invoice["next_payment_attempt"] = None
        return
    attempt(world, invoice)
