"""The verbs that write down, in asyncio."""

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

from .pending import Room, adeferred


class AsyncLaterTransfers(Room[AsyncTransfers]):
    """Transfers and their reversals."""

    create: Final = adeferred(AsyncTransfers.create)
    reverse: Final = adeferred(AsyncTransfers.reverse)
    debit: Final = adeferred(AsyncTransfers.debit)


class AsyncLaterPayouts(Room[AsyncPayouts]):
    """Payouts."""

    create: Final = adeferred(AsyncPayouts.create)
    cancel: Final = adeferred(AsyncPayouts.cancel)
    reverse: Final = adeferred(AsyncPayouts.reverse)


class AsyncLaterTopUps(Room[AsyncTopUps]):
    """Top-ups."""

    create: Final = adeferred(AsyncTopUps.create)
    cancel: Final = adeferred(AsyncTopUps.cancel)


class AsyncLaterDisputes(Room[AsyncDisputes]):
    """Disputes: accepted, recovered from sellers, and repaid to them. The last two read the payment at once."""

    close: Final = adeferred(AsyncDisputes.close)
    recover: Final = adeferred(AsyncDisputes.recover)
    repay: Final = adeferred(AsyncDisputes.repay)


class AsyncLaterRefunds(Room[AsyncRefunds]):
    """Refunds that have failed."""

    restore: Final = adeferred(AsyncRefunds.restore)


class AsyncLaterSetupIntents(Room[AsyncSetupIntents]):
    """Ways to pay that are kept for later."""

    confirm: Final = adeferred(AsyncSetupIntents.confirm)
    cancel: Final = adeferred(AsyncSetupIntents.cancel)


class AsyncLaterOnboarding(Room[AsyncOnboarding]):
    """Connected accounts, without personal data."""

    create: Final = adeferred(AsyncOnboarding.create)


class AsyncLaterExternalAccounts(Room[AsyncExternalAccounts]):
    """Bank accounts and cards of sellers, by their tokens."""

    add: Final = adeferred(AsyncExternalAccounts.add)


class AsyncLaterDirectCharges(Room[AsyncDirectCharges]):
    """Direct charges."""

    create: Final = adeferred(AsyncDirectCharges.create)
    refund: Final = adeferred(AsyncDirectCharges.refund)


class AsyncLaterDestinationCharges(Room[AsyncDestinationCharges]):
    """Destination charges."""

    create: Final = adeferred(AsyncDestinationCharges.create)
    refund: Final = adeferred(AsyncDestinationCharges.refund)


class AsyncLaterSeparateCharges(Room[AsyncSeparateCharges]):
    """Separate charges, their settlement and refunds. The last two read the payment when they are called."""

    create: Final = adeferred(AsyncSeparateCharges.create)
    settle: Final = adeferred(AsyncSeparateCharges.settle)
    refund: Final = adeferred(AsyncSeparateCharges.refund)


class AsyncLaterCharges(Room[AsyncPayments]):
    """Payments.

    Attributes:
        direct: Direct charges.
        destination: Destination charges.
        separate: Separate charges and transfers.
    """

    def __init__(self, source: Callable[[Caller], AsyncPayments], planning: Planning, watching: Watching) -> None:
        super().__init__(source, planning, watching)
        self.direct: Final = AsyncLaterDirectCharges(AsyncDirectCharges, planning, watching)
        self.destination: Final = AsyncLaterDestinationCharges(AsyncDestinationCharges, planning, watching)
        self.separate: Final = AsyncLaterSeparateCharges(AsyncSeparateCharges, planning, watching)

    confirm: Final = adeferred(AsyncPayments.confirm)
    capture: Final = adeferred(AsyncPayments.capture)
    increment: Final = adeferred(AsyncPayments.increment)
    cancel: Final = adeferred(AsyncPayments.cancel)
    return_fee: Final = adeferred(AsyncPayments.return_fee)


class AsyncLater:
    """The verbs of an `AsyncConnect`, written down in a transaction of yours.

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
        self.onboarding: Final = AsyncLaterOnboarding(AsyncOnboarding, planning, watching)
        self.external_accounts: Final = AsyncLaterExternalAccounts(AsyncExternalAccounts, planning, watching)
        self.charges: Final = AsyncLaterCharges(AsyncPayments, planning, watching)
        self.transfers: Final = AsyncLaterTransfers(AsyncTransfers, planning, watching)
        self.payouts: Final = AsyncLaterPayouts(AsyncPayouts, planning, watching)
        self.topups: Final = AsyncLaterTopUps(AsyncTopUps, planning, watching)
        self.disputes: Final = AsyncLaterDisputes(AsyncDisputes, planning, watching)
        self.refunds: Final = AsyncLaterRefunds(AsyncRefunds, planning, watching)
        self.setup_intents: Final = AsyncLaterSetupIntents(AsyncSetupIntents, planning, watching)
