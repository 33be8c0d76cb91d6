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
_SOURCE: Final = " Rests on: "
_ATTRIBUTE: Final = re.compile(r"^ {4}(\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)  # of a cleaned docstring


@dataclass(frozen=True, slots=True)
class Switches:
    """How the simulator decides where Stripe's own rule is unknown, or is a matter of contract.

    Each says what it rests on: a page of Stripe's documentation, a contract or a setting, or why it is inferred.

    Attributes:
        pricing: What Stripe takes of a settled card payment. Rests on: a contract; US cards as in
            docs.stripe.com/connect/destination-charges.
        rates: Mid-market exchange rates. Rests on: inferred: rates change, and test mode's are not published; round
            figures.
        fx_fee: What Stripe takes of a converted payment or transfer, in percent; refunds are converted at the mid rate.
            Rests on: a contract; docs.stripe.com/currencies/conversions, and 1 was seen as well.
        refund_fx_rate: Whether a refund is converted at the rate of the day, or at that of its charge. Rests on:
            inferred: test mode has done both, and mostly this.
        application_fee_currency: Whether the platform earns its fee of a destination charge in the currency of the
            charge, brought home, or in that which the connected account settles in. Rests on: inferred: as test mode
            does; docs.stripe.com/connect/currencies has the other.
        fees_in_rows: Whether Stripe's fee is taken off the row of a charge; it is billed outside of the balance if not.
            Rests on: a contract; docs.stripe.com/reports/balance-transaction-types.
        refund_returns_fee: Whether a refund brings Stripe's fee back. Rests on: a contract; docs.stripe.com/refunds
            says that fees are kept.
        instant_fee: What the platform takes on top of an instant payout of a connected account, in hundredths of a
            percent; Stripe has platforms set it in the Dashboard. Rests on: a setting of the Dashboard;
            docs.stripe.com/connect/instant-payouts.
        instant_from_pending: Whether what cards have paid can be paid out at once while it is still pending; Stripe
            advances it then. Rests on: docs.stripe.com/payouts/instant-payouts.
        net_available_rounding: How a balance rounds what of it reaches a bank at once, less what the platform takes.
            Rests on: inferred: no amount was seen that would tell; more than this could not be paid out with its fee.
        refunds_wait: Whether a refund waits until the balance that it is paid from covers it, and taking a share back
            is refused where the seller's does not; refunds take balances below zero if not, as recorded in test mode.
            Rests on: docs.stripe.com/connect/charges has them wait; inferred from test mode that it does not.
        fee_on_platform_charge: Whether an application fee of a payment that is the platform's own is refused or
            ignored. Rests on: inferred: docs.stripe.com/api/payment_intents names the charges that it is for.
        fee_with_amount: Whether an application fee beside an amount to transfer is refused, or is taken of that. Rests
            on: inferred: docs.stripe.com/api/charges has the one exclude the other for older charges.
        platform_billed_fees: Whether the fees of direct charges that the platform pays are rows of its balance, or are
            billed outside of it. Rests on: inferred from docs.stripe.com/connect/direct-charges-fee-payer-behavior,
            which shows no row.
        pending_refund_moves: Whether a refund that a bank still works on holds its amount, or moves it once it
            succeeds. Rests on: docs.stripe.com/refunds; inferred from one refund in test mode that it may be otherwise.
        unanswered_refunds: What becomes of a refund whose buyer does not say in time where it shall go: it has failed,
            and is credited to the charge's owner, or it is canceled, and is in the buyer's cash balance. Rests on:
            docs.stripe.com/payments/customer-balance/refunding has both; inferred which of them counts.
        payout_days: How many days a payout is under way; it leaves after the first. Rests on: inferred:
            docs.stripe.com/payouts promises none; test mode's are soon.
        payout_returned_after: How many days after a payout was paid a bank returns it, if it does so late. Rests on:
            inferred: docs.stripe.com/payouts says that it may take five business days.
        payout_lists_itself: Whether the row of an automatic payout is listed among those that it paid out. Rests on:
            inferred: docs.stripe.com/payouts/reconciliation does not say whether it is one of its own rows.
        topup_row: Whether a top-up is a row of the balance when it succeeds, or pending from the beginning. Rests on:
            inferred: docs.stripe.com/connect/top-ups tells when it is available, and not when it is a row.
        dispute_fee: What Stripe takes for a dispute, in minor units of the currency that its charge settled in. Rests
            on: a contract; docs.stripe.com/disputes/how-disputes-work.
        dispute_win_returns_fee: Whether a dispute that is won brings its fee back. Rests on: a contract;
            docs.stripe.com/disputes/how-disputes-work keeps it, docs.stripe.com/testing does not.
        lost_dispute_adjustment: What comes back later of a dispute that is lost, as a correction, in minor units. Rests
            on: inferred: such rows were seen, and none is documented.
        multiple_disputes: Whether several disputes of a payment come together, each of a part of it, or one by one,
            each of the whole, after the one before was won. Rests on: inferred: docs.stripe.com/testing says that there
            are several, and not when or of how much.
        counter_fee: What it costs to answer a dispute, in minor units as well; it comes back if the dispute is won.
            Rests on: a contract; docs.stripe.com/disputes/how-disputes-work.
        compliance_fee: The same of a compliance dispute. Rests on: docs.stripe.com/api/disputes for Visa; inferred for
            Mastercard.
        reversal_share: Whether each refund is shared out by itself, or makes up for the rounding of earlier ones. Rests
            on: inferred from every reversal that was looked at; docs.stripe.com/connect/destination-charges.
        reversal_tie: How half a minor unit is rounded in a share. Rests on: inferred: no half was ever seen.
        last_reversal_closes: Whether the refund that completes a charge takes back all that is left. Rests on:
            inferred: nothing was seen that would tell.
        connected_fee_return_row: How an application fee that is given back is written at the connected account. Rests
            on: inferred: it is no part of the refund's own row, and was not seen itself.
        connected_fee_on_payment_row: Whether a destination charge's fee is a part of the payment's row, or its own row.
            Rests on: inferred from docs.stripe.com/connect/destination-charges, which shows gross and fee.
        zero_fee_destination: Whether a destination charge may ask for a fee of nothing, as a direct charge may. Rests
            on: inferred: test mode accepts it of direct charges.
        fee_flag_alone: Whether a refund may give the fee of a destination charge back without reversing the transfer.
            Rests on: inferred from docs.stripe.com/connect/destination-charges, which has both go together.
        source_cap: Whether transfers from a charge may sum to what was paid, or to that less Stripe's fee. Rests on:
            inferred: docs.stripe.com/connect/separate-charges-and-transfers speaks of the charge's amount.
        source_after_refund: Whether what was refunded of a charge cannot be transferred from it any more, as long as it
            was not reversed, or the whole can. Rests on: inferred:
            docs.stripe.com/connect/separate-charges-and-transfers gives no number; the careful one.
        capture_method_default: How a payment is captured if nothing is said. Rests on:
            docs.stripe.com/payments/payment-intents/asynchronous-capture; older versions had the other.
        min_amount_code: The code for an amount below the least. Rests on: inferred from test mode;
            docs.stripe.com/error-codes has the other.
        negative_debits: Whether Stripe takes what a connected account is below zero from its bank, where the account's
            settings let it: every midnight if what is available is below zero, only if what is pending does not cover
            it (`total`), or never. Rests on: inferred: docs.stripe.com/connect/account-balances says that Stripe may,
            and not when.
        debits_available: Whether what is taken from a bank is available in the balance when it arrives, or at once.
            Rests on: inferred: docs.stripe.com/connect/account-balances holds the reserve until after it.
        connect_reserves: Whether the platform has a reserve of what accounts are below zero whose requirements it
            collects itself.
            Rests on: docs.stripe.com/connect/account-balances; off, for it hides what moved.
        session_metadata_copied: Whether the metadata of a Checkout session are also its payment's. Rests on: inferred:
            docs.stripe.com/api/checkout/sessions/create has other ones for that.
        unverified_account_completes: Whether Checkout is complete, and unpaid, once a buyer has given a bank account
            that is still to be verified; it stays open until the payment is made if not. Rests on: inferred from
            docs.stripe.com/payments/ach-direct-debit.
        invoice_retries: After how many days a renewal that could not be paid is tried again, each counted from the
            attempt before; Stripe chooses the times by itself, or as the Dashboard says. Rests on: a setting of the
            Dashboard; docs.stripe.com/billing/revenue-recovery/smart-retries.
        after_retries: What becomes of a subscription whose renewal could not be paid in the end. Rests on: a setting of
            the Dashboard; docs.stripe.com/billing/revenue-recovery/smart-retries.
        accounts_v1: Whether the platform may make accounts through API v1, which Stripe refuses new ones. Rests on: a
            setting of the Dashboard; docs.stripe.com/connect/accounts-v2.
        v2_after: How many simulated seconds it takes until API v2 knows an account that was made through v1. Rests on:
            inferred: docs.stripe.com/connect/accounts-v2 does not say how soon.
        controller_combinations: Whether only the combinations of a controller that Stripe lists are accepted, or any.
            Rests on: inferred: docs.stripe.com/connect/migrate-to-controller-properties lists some, and forbids no
            other.
        type_with_controller: Whether an account that is made with both a type and a controller is refused, or the
            controller counts. Rests on: inferred: docs.stripe.com/api/accounts/create has the one replace the other.
        platform_mcc: The merchant category of an account whose platform tells of its business and not of that. Rests
            on: inferred: docs.stripe.com/connect/setting-mcc takes the platform's own; this one was seen.
        charges_off_after: How many days after payouts were disabled charges are, if nothing is given. Rests on:
            inferred: docs.stripe.com/connect/handling-api-verification says that it may take some time.
        foreseen_grace: How many days there are to give what was announced, once it is wanted. Rests on: inferred:
            docs.stripe.com/connect/handle-verification-updates says that there may be some.
        errored_bank: Whether a bank account that a payout failed at is wanted anew, or is only not paid out to. Rests
            on: inferred: docs.stripe.com/connect/payouts-connected-accounts stops payouts, and may ask anew.
        key_scope: Whether an idempotency key is one of its account's, or of the whole platform's. Rests on: inferred:
            docs.stripe.com/api/idempotent_requests does not say whose a key is.
        refusals_kept: Whether what was refused when it was executed is remembered under its key, or executed again.
            Rests on: docs.stripe.com/api/idempotent_requests; inferred which refusals count.
        traffic_counts: Whether requests for connected accounts count with the platform's, or each account by itself.
            Rests on: inferred: docs.stripe.com/rate-limits does not say whose they are.
        conflict_should_retry: Whether the refusal of a key that is in use tells the client to try again. Rests on:
            inferred: docs.stripe.com/api/idempotent_requests has no header for it.
        links_after: How many simulated seconds it takes until a charge that was captured asynchronously shows its
            transfer, application fee and row; with nothing it does so right after the answer. Rests on: inferred:
            docs.stripe.com/payments/payment-intents/asynchronous-capture says that it takes some time.
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
    fee_on_platform_charge: Literal["reject", "ignore"] = "reject"
    fee_with_amount: Literal["reject", "accept"] = "reject"
    platform_billed_fees: Literal["rows", "outside"] = "rows"
    pending_refund_moves: Literal["at_once", "on_success"] = "at_once"
    unanswered_refunds: Literal["failed", "cash_balance"] = "failed"
    payout_days: int = 2
    payout_returned_after: int = 3
    payout_lists_itself: bool = True
    topup_row: Literal["on_success", "at_once"] = "on_success"
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
    source_after_refund: Literal["unrefunded", "whole"] = "unrefunded"
    capture_method_default: Literal["automatic_async", "automatic"] = "automatic_async"
    min_amount_code: Literal["parameter_invalid_integer", "amount_too_small"] = "parameter_invalid_integer"
    negative_debits: Literal["available", "total", "never"] = "available"
    debits_available: Literal["on_arrival", "at_once"] = "on_arrival"
    connect_reserves: bool = False
    session_metadata_copied: bool = False
    unverified_account_completes: bool = True
    invoice_retries: tuple[int, ...] = (3, 5, 7)
    after_retries: Literal["canceled", "unpaid", "past_due"] = "canceled"
    accounts_v1: bool = True
    v2_after: int = 0
    controller_combinations: Literal["listed", "any"] = "listed"
    type_with_controller: Literal["reject", "accept"] = "reject"
    platform_mcc: str = "5192"
    charges_off_after: int = 30
    foreseen_grace: int = 14
    errored_bank: Literal["wanted", "unpaid"] = "wanted"
    key_scope: Literal["account", "platform"] = "account"
    refusals_kept: bool = True
    traffic_counts: Literal["platform", "account"] = "platform"
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
        source: What says so: a page of Stripe's documentation, a contract, or why it is inferred.
    """

    name: str
    default: str
    others: str
    about: str
    source: str


def described() -> list[Switch]:
    """Give every switch."""
    told = {name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(inspect.getdoc(Switches) or "")}
    hints = typing.get_type_hints(Switches)
    return [_described(one.name, hints[one.name], one.default, told[one.name]) for one in fields(Switches)]


def _described(name: str, hint: object, default: object, told: str) -> Switch:
    about, _, source = told.removesuffix(".").partition(_SOURCE)
    return Switch(name, *_standing(hint, default), about, source)


def _standing(hint: object, default: object) -> tuple[str, str]:
    """Give how a switch stands, and how else it can stand."""
    if default is MISSING:
        kind = getattr(hint, "__name__", "")
        return f"`{kind}()`", f"another `{kind}`"
    if isinstance(default, tuple):
        return f"`{default}`", "other numbers"
    choices = (True, False) if hint is bool else typing.get_args(hint)
    others = ", ".join(f"`{choice}`" for choice in choices if choice != default)
    return f"`{default}`", others or ("another text" if hint is str else "another number")
