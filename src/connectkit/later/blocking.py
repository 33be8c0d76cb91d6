"""The verbs that write down, blocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connectkit.calls.caller import Caller
from connectkit.calls.planning import Planning, Watching
from connectkit.resources.charges.destination import AsyncDestinationCharges
from connectkit.resources.charges.direct import AsyncDirectCharges
from connectkit.resources.charges.payments import AsyncPayments
from connectkit.resources.charges.separate import AsyncSeparateCharges
from connectkit.resources.disputes import AsyncDisputes
from connectkit.resources.external_accounts import AsyncExternalAccounts
from connectkit.resources.onboarding import AsyncOnboarding
from connectkit.resources.payouts import AsyncPayouts
from connectkit.resources.refunds import AsyncRefunds
from connectkit.resources.setup_intents import AsyncSetupIntents
from connectkit.resources.topups import AsyncTopUps
from connectkit.resources.transfers import AsyncTransfers

from .pending import Room, deferred


class LaterTransfers(Room[AsyncTransfers]):
    """Transfers and their reversals."""

    create: Final = deferred(AsyncTransfers.create)
    reverse: Final = deferred(AsyncTransfers.reverse)
    debit: Final = deferred(AsyncTransfers.debit)


class LaterPayouts(Room[AsyncPayouts]):
    """Payouts."""

    create: Final = deferred(AsyncPayouts.create)
    cancel: Final = deferred(AsyncPayouts.cancel)
    reverse: Final = deferred(AsyncPayouts.reverse)


class LaterTopUps(Room[AsyncTopUps]):
    """Top-ups."""

    create: Final = deferred(AsyncTopUps.create)
    cancel: Final = deferred(AsyncTopUps.cancel)


class LaterDisputes(Room[AsyncDisputes]):
    """Disputes: accepted, recovered from sellers, and repaid to them. The last two read the payment at once."""

    close: Final = deferred(AsyncDisputes.close)
    recover: Final = deferred(AsyncDisputes.recover)
    repay: Final = deferred(AsyncDisputes.repay)


class LaterRefunds(Room[AsyncRefunds]):
    """Refunds that have failed."""

    restore: Final = deferred(AsyncRefunds.restore)


class LaterSetupIntents(Room[AsyncSetupIntents]):
    """Ways to pay that are kept for later."""

    confirm: Final = deferred(AsyncSetupIntents.confirm)
    cancel: Final = deferred(AsyncSetupIntents.cancel)


class LaterOnboarding(Room[AsyncOnboarding]):
    """Connected accounts, without personal data."""

    create: Final = deferred(AsyncOnboarding.create)


class LaterExternalAccounts(Room[AsyncExternalAccounts]):
    """Bank accounts and cards of sellers, by their tokens."""

    add: Final = deferred(AsyncExternalAccounts.add)


class LaterDirectCharges(Room[AsyncDirectCharges]):
    """Direct charges."""

    create: Final = deferred(AsyncDirectCharges.create)
    refund: Final = deferred(AsyncDirectCharges.refund)


class LaterDestinationCharges(Room[AsyncDestinationCharges]):
    """Destination charges."""

    create: Final = deferred(AsyncDestinationCharges.create)
    refund: Final = deferred(AsyncDestinationCharges.refund)


class LaterSeparateCharges(Room[AsyncSeparateCharges]):
    """Separate charges, their settlement and refunds. The last two read the payment when they are called."""

    create: Final = deferred(AsyncSeparateCharges.create)
    settle: Final = deferred(AsyncSeparateCharges.settle)
    refund: Final = deferred(AsyncSeparateCharges.refund)


class LaterCharges(Room[AsyncPayments]):
    """Payments.

    Attributes:
        direct: Direct charges.
        destination: Destination charges.
        separate: Separate charges and transfers.
    """

    def __init__(self, source: Callable[[Caller], AsyncPayments], planning: Planning, watching: Watching) -> None:
        super().__init__(source, planning, watching)
        self.direct: Final = LaterDirectCharges(AsyncDirectCharges, planning, watching)
        self.destination: Final = LaterDestinationCharges(AsyncDestinationCharges, planning, watching)
        self.separate: Final = LaterSeparateCharges(AsyncSeparateCharges, planning, watching)

    confirm: Final = deferred(AsyncPayments.confirm)
    capture: Final = deferred(AsyncPayments.capture)
    increment: Final = deferred(AsyncPayments.increment)
    cancel: Final = deferred(AsyncPayments.cancel)
    return_fee: Final = deferred(AsyncPayments.return_fee)


class Later:
    """The verbs of a `Connect`, written down in a transaction of yours.

    Attributes:
        onboarding: Connected accounts.
        external_accounts: Where sellers are paid out to.
        charges: Payments and refunds.
        transfers: Transfers and their reversals.
        payouts: Payouts.
        topups: Top-ups.
        disputes: Disputes.
        refunds: Refunds that have failed.
        setup_intents: Ways to pay that are kept for later.
    """

    def __init__(self, planning: Planning, watching: Watching) -> None:
        self.onboarding: Final = LaterOnboarding(AsyncOnboarding, planning, watching)
        self.external_accounts: Final = LaterExternalAccounts(AsyncExternalAccounts, planning, watching)
        self.charges: Final = LaterCharges(AsyncPayments, planning, watching)
        self.transfers: Final = LaterTransfers(AsyncTransfers, planning, watching)
        self.payouts: Final = LaterPayouts(AsyncPayouts, planning, watching)
        self.topups: Final = LaterTopUps(AsyncTopUps, planning, watching)
        self.disputes: Final = LaterDisputes(AsyncDisputes, planning, watching)
        self.refunds: Final = LaterRefunds(AsyncRefunds, planning, watching)
        self.setup_intents: Final = LaterSetupIntents(AsyncSetupIntents, planning, watching)
