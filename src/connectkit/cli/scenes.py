"""The scenes of the demonstration, in order: the backbone of a platform on Stripe Connect.

Every creating or moving call has a key, so that a run that was killed goes on where it stopped. What a scene claims is
read from what its calls gave and from rows that never change, not from balances that later scenes move.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from attrs import frozen

from . import accounting, accounts, banking, charging, further, many, returning, selling, sinking, taking
from .play import Play


@frozen
class Scene:
    """One step of the demonstration.

    Attributes:
        name: What it is called.
        shows: What it shows, in a sentence.
        play: Plays it.
    """

    name: str
    shows: str
    play: Callable[[Play], Awaitable[None]]


SCENES: Final[Sequence[Scene]] = (
    Scene("platform", "The platform is there, in test mode, and pays out by hand.", accounts.platform),
    Scene("what fits", "A few questions tell which accounts and which charges fit.", selling.fit),
    Scene("sellers", "A standard, an express and a custom account, each made once under its key.", accounts.sellers),
    Scene(
        "hosted onboarding",
        "A link leads a seller through Stripe's own form; status says what is due.",
        accounts.hosted,
    ),
    Scene(
        "API onboarding",
        "A platform that collects requirements itself sends them, and a bank.",
        accounts.api_onboarding,
    ),
    Scene("capabilities", "What each seller can do now.", accounts.capabilities),
    Scene("embedded components", "A page can show Stripe's components, and a seller her dashboard.", accounts.embedded),
    Scene("sellers watched", "How each seller stands is remembered; nobody will be blocked soon.", accounts.watched),
    Scene("company", "A company with two owners; a document fails first, and passes then.", selling.company),
    Scene(
        "bank replaced",
        "A new bank account is added, made the default, and the old one removed.",
        selling.replaced_bank,
    ),
    Scene("existing account", "A seller connects an account of her own by OAuth, and lets it go.", selling.existing),
    Scene("deadline", "What is late stops payouts first; given, everything works again.", selling.late),
    Scene("settings", "Descriptors, colours and the payout schedule of a seller.", selling.looks),
    Scene("tax forms", "What the tax forms of a seller need is asked for.", further.taxes),
    Scene("form report", "The platform's own form asks for all that Stripe wants.", selling.form),
    Scene("end of accounts", "A rejection is taken back; an account is closed for good.", selling.ended),
    Scene("direct charge", "The buyer pays the seller; the platform gets its fee.", charging.direct),
    Scene(
        "destination charge",
        "The buyer pays the platform; the seller gets the money less the fee.",
        charging.destination,
    ),
    Scene("separate charge", "The buyer pays the platform, which settles with two sellers.", charging.separate),
    Scene("reserved money", "More is reserved, a part is taken, and the fee is in proportion.", taking.reserved),
    Scene("returning buyer", "A card is kept, shared with a seller, and charged later.", taking.returning),
    Scene("checkout", "A page of Stripe's is paid; one order is delivered once.", taking.checkout),
    Scene("split", "A rule says who gets what; it is remembered with the payment.", further.split),
    Scene("kept card", "A page of Stripe's keeps a card, which is charged later.", further.kept),
    Scene("currencies", "A buyer pays euros; the balance grows in dollars.", further.currencies),
    Scene("fraud warning", "A buyer is paid back before a warning becomes a dispute.", further.warned),
    Scene(
        "webhooks", "Events are verified, remembered before they are answered, and handled once.", accounting.webhooks
    ),
    Scene("plan", "A refund of several calls is shown whole before anything moves.", returning.plans),
    Scene("refunds", "Buyers are paid back, and sellers' shares and fees come back in proportion.", returning.refunds),
    Scene(
        "dispute",
        "A disputed payment is recovered from its seller, answered with evidence, and won.",
        returning.disputes,
    ),
    Scene("balances", "Pending funds have settled.", banking.balances),
    Scene("account debit", "A seller is debited for the platform's monthly fee.", further.debited),
    Scene("slow bank", "A bank pays days later; the order is delivered once, then.", further.slow_bank),
    Scene("payouts", "One seller is paid out to a bank, another at once.", banking.payouts),
    Scene("failed payout", "A closed bank account gives the money back.", banking.failed_payout),
    Scene("top-up", "The platform adds its own money, and transfers of it.", banking.topup),
    Scene("run", "Many transfers as one: looked over, carried out side by side, reported.", many.run),
    Scene("disputed in parts", "Two disputes of one payment are recovered from its seller, each once.", sinking.parts),
    Scene("below zero", "A balance is seen to sink, and its bank is debited for what it lacks.", sinking.below),
    Scene("journal", "Every operation is settled.", accounting.journal),
    Scene(
        "reconciliation", "Every movement leads to the operation that caused it, to the cent.", accounting.reconciled
    ),
    Scene("ledger", "The whole simulated world sums to zero.", accounting.ledger),
)
"""Every step, in order."""
