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
from connectkit.resources.external_accounts import AsyncExternalAccounts
from connectkit.resources.onboarding import AsyncOnboarding
from connectkit.resources.payouts import AsyncPayouts
from connectkit.resources.topups import AsyncTopUps
from connectkit.resources.transfers import AsyncTransfers

from .pending import Room, adeferred


class AsyncLaterTransfers(Room[AsyncTransfers]):
    """Transfers and their reversals."""

    create: Final = adeferred(AsyncTransfers.create)
    reverse: Final = adeferred(AsyncTransfers.reverse)


class AsyncLaterPayouts(Room[AsyncPayouts]):
    """Payouts."""

    create: Final = adeferred(AsyncPayouts.create)


class AsyncLaterTopUps(Room[AsyncTopUps]):
    """Top-ups."""

    create: Final = adeferred(AsyncTopUps.create)


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


class AsyncLater:
    """The verbs of an `AsyncConnect`, written down in a transaction of yours.

    Attributes:
        onboarding: Connected accounts.
        external_accounts: Where sellers are paid out to.
        charges: Payments and refunds.
        transfers: Transfers and their reversals.
        payouts: Payouts.
        topups: Top-ups.
    """

    def __init__(self, planning: Planning, watching: Watching) -> None:
        self.onboarding: Final = AsyncLaterOnboarding(AsyncOnboarding, planning, watching)
        self.external_accounts: Final = AsyncLaterExternalAccounts(AsyncExternalAccounts, planning, watching)
        self.charges: Final = AsyncLaterCharges(AsyncPayments, planning, watching)
        self.transfers: Final = AsyncLaterTransfers(AsyncTransfers, planning, watching)
        self.payouts: Final = AsyncLaterPayouts(AsyncPayouts, planning, watching)
        self.topups: Final = AsyncLaterTopUps(AsyncTopUps, planning, watching)
