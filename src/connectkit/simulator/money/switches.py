"""What nobody outside Stripe can know, or what depends on a contract: each point has a default, and can be changed."""

from __future__ import annotations

import inspect
import re
import typing
from dataclasses import MISSING, dataclass, field, fields
from typing import Final, Literal, NamedTuple

from connectkit.simulator.state import World

from .fees import Pricing
from .fx import Rates

_NAME: Final = "switches"
_ATTRIBUTE: Final = re.compile(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)  # of a cleaned docstring


@dataclass(frozen=True, slots=True)
class Switches:
    """How the simulator decides where Stripe's own rule is unknown, or is a matter of contract.

    Attributes:
        pricing: What Stripe takes of a settled card payment.
        rates: Mid-market exchange rates.
        fx_fee: What Stripe takes of a converted payment or transfer, in percent; refunds are converted at the mid rate.
        refund_fx_rate: Whether a refund is converted at the rate of the day, or at that of its charge.
        application_fee_currency: Whether the platform earns its fee of a destination charge in the currency of the
            charge, brought home, or in that which the connected account settles in.
        fees_in_rows: Whether Stripe's fee is taken off the row of a charge; it is billed outside of the balance if not.
        refund_returns_fee: Whether a refund brings Stripe's fee back.
        instant_fee: What the platform takes on top of an instant payout of a connected account, in hundredths of a
            percent; Stripe has platforms set it in the Dashboard.
        instant_from_pending: Whether what cards have paid can be paid out at once while it is still pending; Stripe
            advances it then.
        net_available_rounding: How a balance rounds what of it reaches a bank at once, less what the platform takes.
        refunds_wait: Whether a refund waits until the balance that it is paid from covers it, and taking a share back
            is refused where the seller's does not; refunds take balances below zero if not, as recorded in test mode.
        dispute_fee: What Stripe takes for a dispute, in minor units of the currency that its charge settled in.
        dispute_win_returns_fee: Whether a dispute that is won brings its fee back.
        lost_dispute_adjustment: What comes back later of a dispute that is lost, as a correction, in minor units.
        multiple_disputes: Whether several disputes of a payment come together, each of a part of it, or one by one,
            each of the whole, after the one before was won.
        counter_fee: What it costs to answer a dispute, in minor units as well; it comes back if the dispute is won.
        compliance_fee: The same of a compliance dispute.
        reversal_share: Whether each refund is shared out by itself, or makes up for the rounding of earlier ones.
        reversal_tie: How half a minor unit is rounded in a share.
        last_reversal_closes: Whether the refund that completes a charge takes back all that is left.
        connected_fee_return_row: How an application fee that is given back is written at the connected account.
        connected_fee_on_payment_row: Whether a destination charge's fee is a part of the payment's row, or its own row.
        zero_fee_destination: Whether a destination charge may ask for a fee of nothing, as a direct charge may.
        fee_flag_alone: Whether a refund may give the fee of a destination charge back without reversing the transfer.
        source_cap: Whether transfers from a charge may sum to what was paid, or to that less Stripe's fee.
        capture_method_default: How a payment is captured if nothing is said.
        min_amount_code: The code for an amount below the least.
        negative_debits: Whether Stripe takes what a connected account is below zero from its bank, where the account's
            settings let it: every midnight if what is available is below zero, only if what is pending does not cover
            it (`total`), or never.
        debits_available: Whether what is taken from a bank is available in the balance when it arrives, or at once.
        connect_reserves: Whether the platform has a reserve of what accounts whose losses it bears are below zero.
        unverified_account_completes: Whether Checkout is complete, and unpaid, once a buyer has given a bank account
            that is still to be verified; it stays open until the payment is made if not.
        invoice_retries: After how many days a renewal that could not be paid is tried again, each counted from the
            attempt before; Stripe chooses the times by itself, or as the Dashboard says.
        after_retries: What becomes of a subscription whose renewal could not be paid in the end; a Dashboard setting.
        accounts_v1: Whether the platform may make accounts through API v1, which Stripe refuses new ones.
        v2_after: How many simulated seconds it takes until API v2 knows an account that was made through v1.
        conflict_should_retry: Whether the refusal of a key that is in use tells the client to try again.
        links_after: How many simulated seconds it takes until a charge that was captured asynchronously shows its
            transfer, application fee and row; with nothing it does so right after the answer.
    """

    pricing: Pricing = field(default_factory=Pricing)
    rates: Rates = field(default_factory=Rates)
    fx_fee: int = 2
    refund_fx_rate: Literal["mid_now", "charge_rate"] = "mid_now"
    application_fee_currency: Literal["charge", "connected_settlement"] = "charge"
    fees_in_rows: bool = True
    refund_returns_fee: bool = False
    instant_fee: int = 0
    instant_from_pending: bool = True
    net_available_rounding: Literal["floor", "nearest"] = "floor"
    refunds_wait: bool = False
    dispute_fee: int = 1500
    dispute_win_returns_fee: bool = False
    lost_dispute_adjustment: int = 0
    multiple_disputes: Literal["together", "one_by_one"] = "together"
    counter_fee: int = 0
    compliance_fee: int = 50_000
    reversal_share: Literal["per_refund", "cumulative"] = "per_refund"
    reversal_tie: Literal["half_up", "half_even"] = "half_up"
    last_reversal_closes: bool = False
    connected_fee_return_row: Literal["adjustment", "payment", "none"] = "adjustment"
    connected_fee_on_payment_row: Literal["column", "row"] = "column"
    zero_fee_destination: Literal["accept", "reject"] = "accept"
    fee_flag_alone: Literal["reject", "accept"] = "reject"
    source_cap: Literal["gross", "net"] = "gross"
    capture_method_default: Literal["automatic_async", "automatic"] = "automatic_async"
    min_amount_code: Literal["parameter_invalid_integer", "amount_too_small"] = "parameter_invalid_integer"
    negative_debits: Literal["available", "total", "never"] = "available"
    debits_available: Literal["on_arrival", "at_once"] = "on_arrival"
    connect_reserves: bool = False
    unverified_account_completes: bool = True
    invoice_retries: tuple[int, ...] = (3, 5, 7)
    after_retries: Literal["canceled", "unpaid", "past_due"] = "canceled"
    accounts_v1: bool = True
    v2_after: int = 0
    conflict_should_retry: bool = True
    links_after: int = 0


def set_switches(world: World, switches: Switches) -> None:
    """Decide as *switches* say from now on."""
    world.kept[_NAME] = switches


def switches_of(world: World) -> Switches:
    """Give how a world decides."""
    switches: Switches = world.kept[_NAME]
    return switches


class Switch(NamedTuple):
    """One switch, as the documentation shows it.

    Attributes:
        name: Its name.
        default: How it stands.
        others: How else it can stand.
        about: What it decides.
    """

    name: str
    default: str
    others: str
    about: str


def described() -> list[Switch]:
    """Give every switch."""
    about = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(inspect.getdoc(Switches) or "")}
    hints = typing.get_type_hints(Switches)
    return [Switch(one.name, *_stands(hints[one.name], one.default), about[one.name]) for one in fields(Switches)]


def _stands(hint: object, default: object) -> tuple[str, str]:
    """Give how a switch stands, and how else it can stand."""
    if default is MISSING:
        kind = getattr(hint, "__name__", "")
        return f"`{kind}()`", f"another `{kind}`"
    if isinstance(default, tuple):
        return f"`{default}`", "other numbers"
    choices = (True, False) if hint is bool else typing.get_args(hint)
    others = ", ".join(f"`{choice}`" for choice in choices if choice != default)
    return f"`{default}`", others or "another number"
