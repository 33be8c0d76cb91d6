"""What a transfer and its reversal are to the connected account: a payment, and a refund of it."""

from __future__ import annotations

from connectkit.simulator.accounts.queries import applied
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .methods import billing


def payment(world: World, transfer: Object, fee: int) -> Object:
    """Give the payment that a transfer is to its receiver, in the transfer's own currency.

    Args:
        world: The world.
        transfer: The transfer.
        fee: The application fee that is taken off, in the currency that the receiver settles in.
    """
    amount = transfer["amount"]
    nothing = dict.fromkeys(
        (
            "application_fee",
            "calculated_statement_descriptor",
            "customer",
            "description",
            "failure_balance_transaction",
            "failure_code",
            "failure_message",
            "on_behalf_of",
            "outcome",
            "payment_intent",
            "payment_method",
            "receipt_email",
            "receipt_number",
            "receipt_url",
            "review",
            "shipping",
            "source",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_data",
            "transfer_group",
        )
    )
    return {
        "id": world.ids.new("py"),
        "object": "charge",
        **nothing,
        "application": applied(world),
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "application_fee_amount": fee or None,
        "balance_transaction": None,
        "billing_details": billing(),
        "captured": True,
        "created": world.clock.now,
        "currency": transfer["currency"],
        "disputed": False,
        "fraud_details": {},
        "livemode": world.livemode,
        "metadata": {},
        "paid": True,
        "payment_method_details": {"stripe_account": {}, "type": "stripe_account"},
        "refunded": False,
        "source_transfer": transfer["id"],
        "status": "succeeded",
        "transfer": None,
        "_row": None,
    }


def payment_refund(world: World, paid: Object, reversal: Object, gave: Object) -> Object:
    """Give the refund that a reversal is to the account that gives the money back.

    Args:
        world: The world.
        paid: The payment that the transfer was.
        reversal: The reversal.
        gave: The row of that account, which names it.
    """
    return {
        "id": gave["source"],
        "object": "refund",
        "amount": reversal["amount"],
        "balance_transaction": gave["id"],
        "charge": paid["id"],
        "created": world.clock.now,
        "currency": reversal["currency"],
        "customer": None,
        "customer_account": None,
        "metadata": {},
        "payment_intent": None,
        "payment_method": None,
        "reason": None,
        "receipt_number": None,
        "source_transfer_reversal": reversal["id"],
        "status": "succeeded",
        "transfer_reversal": reversal["id"],
    }
