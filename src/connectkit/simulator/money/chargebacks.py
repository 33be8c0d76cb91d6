"""The money of disputes: what a buyer's bank takes, what it gives back, and what that costs."""

from __future__ import annotations

from typing import Final

from connectkit.simulator.accounts import queries
from connectkit.simulator.ledger import STRIPE, WORLD, Entry, InvariantBroken
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from . import charges
from .claims import COMPLIANCE
from .fx import convert
from .rows import FeeDetail, later, post, row, row_of
from .switches import switches_of

_WITHDRAWAL: Final = "Chargeback withdrawal"
_REVERSAL: Final = "Chargeback reversal"
_ADJUSTMENT: Final = "Adjustment of lost dispute"


def withdraw(world: World, dispute: Object, charge: Object) -> None:
    """Take what is disputed back, with a fee on top; who pays Stripe's fees of the charge pays that."""
    fee = switches_of(world).dispute_fee
    settled = row_of(world, charge)
    own = _pays(world, charge)
    details = [FeeDetail("stripe_fee", fee, "Dispute fee")] if own and fee else []
    debit = _row(world, dispute, -dispute["_settled"], _WITHDRAWAL, details)
    billed = [] if own else _billed(world, charge, fee, "Dispute fee")
    buyer = Entry(WORLD, charge["currency"], dispute["amount"])
    stripe = [Entry(STRIPE, settled["currency"], fee)] if details or billed else []
    post(world, debit, *billed, others=[*stripe, buyer])
    dispute["_rows"].append(debit["id"])
    world.emit("charge.dispute.funds_withdrawn", dispute)


def give_back(world: World, dispute: Object) -> None:
    """Credit what was taken; the fee is kept, unless the contract says otherwise, and that of an answer comes back."""
    debit = world.get(dispute["_account"], "balance_transaction", dispute["_rows"][0])
    fee = debit["fee"] if switches_of(world).dispute_win_returns_fee else 0
    details = [FeeDetail("stripe_fee", -fee, "Dispute fee refund")] if fee else []
    credit = _row(world, dispute, dispute["_settled"], _REVERSAL, details)
    stripe = [Entry(STRIPE, debit["currency"], -fee)] if fee else []
    post(world, credit, others=[Entry(WORLD, dispute["currency"], -dispute["amount"]), *stripe])
    dispute["is_charge_refundable"] = True
    dispute["_rows"].append(credit["id"])
    _return_counter_fee(world, dispute)
    world.emit("charge.dispute.funds_reinstated", dispute)


def adjust(world: World, dispute: Object) -> None:
    """Correct what a lost dispute took, where that is done."""
    amount = min(switches_of(world).lost_dispute_adjustment, dispute["_settled"])
    if amount:
        credit = _row(world, dispute, amount, _ADJUSTMENT, [])
        post(world, credit, others=[Entry(WORLD, credit["currency"], -amount)])
        dispute["_adjusted"] = amount
        dispute["_rows"].append(credit["id"])


def counter(world: World, dispute: Object) -> None:
    """Bill what it costs to answer a dispute, where that costs something; it comes back if the dispute is won."""
    switches = switches_of(world)
    kind = dispute["payment_method_details"]["card"]["case_type"]
    fee = switches.compliance_fee if kind == COMPLIANCE else switches.counter_fee
    charge = world.get(dispute["_account"], "charge", dispute["charge"])
    billed = _billed(world, charge, fee, "Dispute countered fee")
    if billed:
        post(world, *billed, others=[Entry(STRIPE, billed[0]["currency"], -billed[0]["amount"])])
        dispute["_countered"] = billed[0]["id"]


def _return_counter_fee(world: World, dispute: Object) -> None:
    billed = world.find(dispute["_countered"])
    if billed is not None:
        back = row(
            world,
            billed["_account"],
            type="stripe_fee",
            amount=-billed["amount"],
            currency=billed["currency"],
            source=None,
            available_on=world.clock.now,
            description=f"Dispute countered fee refund ({dispute['charge']})",
        )
        post(world, back, others=[Entry(STRIPE, billed["currency"], billed["amount"])])


def _pays(world: World, charge: Object) -> bool:
    """Tell whether Stripe's fees of a charge are those of the account that it lives on."""
    return charge["_account"] == world.platform or queries.pays_direct_fees(world, charge["_account"])


def _row(world: World, dispute: Object, amount: int, words: str, fees: list[FeeDetail]) -> Object:
    charge = world.get(dispute["_account"], "charge", dispute["charge"])
    settled = row_of(world, charge)
    return row(
        world,
        dispute["_account"],
        type="adjustment",
        category="dispute" if amount < 0 else "dispute_reversal",
        amount=amount,
        currency=settled["currency"],
        source=dispute["id"],
        available_on=later(world, settled),
        description=f"{words} for {charge['id']}",
        fees=fees,
        source_type=settled["_source_type"],
    )


def _billed(world: World, charge: Object, fee: int, words: str) -> list[Object]:
    """Bill a fee of a dispute by itself, to who pays the fees of the charge; nothing is not billed."""
    own = _pays(world, charge)
    if not fee or not (own or switches_of(world).platform_billed_fees == "rows"):
        return []
    payer = charge["_account"] if own else world.platform
    currency = row_of(world, charge)["currency"]
    home = currency if payer == charge["_account"] else queries.default_currency(world, payer)
    rate = switches_of(world).rates.mid(currency, home)
    billed = row(
        world,
        payer,
        type="stripe_fee",
        amount=-convert(fee, rate),
        currency=home,
        source=None,
        available_on=world.clock.now,
        description=f"{words} ({charge['id']})",
        rate=rate,
    )
    return [billed]


@charges.topic.invariant("charge")
def _taken_at_most_once(world: World, thing: Object) -> None:
    """All disputes of a charge together have taken no more of it than it settled at."""
    if not thing.get("_disputes"):
        return
    disputes = [world.get(thing["_account"], "dispute", id) for id in thing["_disputes"]]
    rows = [id for dispute in disputes for id in dispute["_rows"]]
    taken = -sum(world.get(thing["_account"], "balance_transaction", id)["amount"] for id in rows)
    if not 0 <= taken <= row_of(world, thing)["amount"]:
        raise InvariantBroken(f"{thing['id']}: disputes have taken {taken} of it.")
