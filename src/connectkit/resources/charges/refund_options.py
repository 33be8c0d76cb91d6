"""What may be said of a refund, for each kind of charge: a direct charge has no transfer that could be reversed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict, get_args

from attrs import field, frozen

from connectkit.errors import InvalidRequest
from connectkit.money import Money
from connectkit.owing import IfShort
from connectkit.requests import checked_id
from connectkit.resources.arguments import check_word, checked_money, given

from .refunding import RefundReason


class DirectRefund(TypedDict, total=False):
    """What may be said of the refund of a direct charge; each can be left out.

    Attributes:
        amount: How much; all that is left if it is not given.
        refund_fee: Whether the platform gives its fee back, in proportion; it does if it is not said.
        reason: Why, in Stripe's words; `fraudulent` also blocks the card and the buyer's address.
    """

    amount: Money | None
    refund_fee: bool
    reason: RefundReason | None


class DestinationRefund(TypedDict, total=False):
    """What may be said of the refund of a destination charge; each can be left out.

    Attributes:
        amount: How much; all that is left if it is not given.
        reverse_transfer: Whether the seller's share is taken back, in proportion; if not, the platform pays all of it.
        refund_fee: Whether the seller gets the application fee back; if not, the seller pays it.
        if_short: What is done where the seller's balance does not cover the share: `stop` refunds nothing; `bear` pays
            the buyer and leaves the share to the seller; `park` does so too, and remembers it in `transfers.owed`.
        reason: Why, in Stripe's words; `fraudulent` also blocks the card and the buyer's address.
    """

    amount: Money | None
    reverse_transfer: bool
    refund_fee: bool
    if_short: IfShort
    reason: RefundReason | None


class SeparateRefund(TypedDict, total=False):
    """What may be said of the refund of a separate charge; each can be left out.

    Attributes:
        amount: How much; all that is left if it is not given.
        reverse_transfers: Whether the sellers' shares are taken back; if not, the platform pays all of it.
        take_back: From whom how much comes back, as from the one seller whose goods are returned. If it is not given,
            shares come back by the division that the payment remembers, or in proportion.
        if_short: What is done where a seller's balance does not cover the share: `stop` pays the buyer and stops there,
            until the same key goes on; `bear` goes on without it; `park` does so too, and remembers it in
            `transfers.owed`.
        reason: Why, in Stripe's words; `fraudulent` also blocks the card and the buyer's address.
    """

    amount: Money | None
    reverse_transfers: bool
    take_back: Mapping[str, Money] | None
    if_short: IfShort
    reason: RefundReason | None


def _money(_: object, __: object, value: Money | None) -> None:
    if value is not None:
        checked_money(value)


def _reason(_: object, __: object, value: RefundReason | None) -> None:
    if value is not None:
        check_word(value, "reason", get_args(RefundReason))


def _checked_take_back(take_back: Mapping[str, Money] | None) -> Mapping[str, Money] | None:
    if take_back is None:
        return None
    return {
        checked_id(seller, "take_back", "acct_"): checked_money(amount, "take_back").check_chargeable("take_back")
        for seller, amount in take_back.items()
    }


@frozen(kw_only=True)
class DirectTerms:
    """The members of `DirectRefund`, checked."""

    amount: Money | None = field(default=None, validator=_money)
    refund_fee: bool = True
    reason: RefundReason | None = field(default=None, validator=_reason)

    def arguments(self) -> dict[str, Any]:
        """Give them as JSON values, for the fingerprint."""
        return given(amount=_written(self.amount), refund_fee=self.refund_fee, reason=self.reason)


@frozen(kw_only=True)
class DestinationTerms:
    """The members of `DestinationRefund`, checked."""

    amount: Money | None = field(default=None, validator=_money)
    reverse_transfer: bool = True
    refund_fee: bool = True
    if_short: IfShort = "stop"
    reason: RefundReason | None = field(default=None, validator=_reason)

    def __attrs_post_init__(self) -> None:
        if self.refund_fee and not self.reverse_transfer:
            message = "The fee of a destination charge comes back only together with the transfer."
            raise InvalidRequest(message, param="refund_fee", next_step="Pass refund_fee=False too.")

    def arguments(self) -> dict[str, Any]:
        """Give them as JSON values, for the fingerprint."""
        return given(
            amount=_written(self.amount),
            reverse_transfer=self.reverse_transfer,
            refund_fee=self.refund_fee,
            if_short=_unusual(self.if_short),
            reason=self.reason,
        )


@frozen(kw_only=True)
class SeparateTerms:
    """The members of `SeparateRefund`, checked."""

    amount: Money | None = field(default=None, validator=_money)
    reverse_transfers: bool = True
    take_back: Mapping[str, Money] | None = field(default=None, converter=_checked_take_back)
    if_short: IfShort = "stop"
    reason: RefundReason | None = field(default=None, validator=_reason)

    def __attrs_post_init__(self) -> None:
        if self.take_back is not None and not self.reverse_transfers:
            message = "take_back says from whom, and reverse_transfers=False that nobody: choose one."
            raise InvalidRequest(message, param="take_back")

    def arguments(self) -> dict[str, Any]:
        """Give them as JSON values, for the fingerprint."""
        back = self.take_back
        return given(
            amount=_written(self.amount),
            reverse_transfers=self.reverse_transfers,
            take_back=None if back is None else {seller: str(amount) for seller, amount in back.items()},
            if_short=_unusual(self.if_short),
            reason=self.reason,
        )


def _written(amount: Money | None) -> str | None:
    return None if amount is None else str(amount)


def _unusual(if_short: IfShort) -> str | None:
    """Leave the default out, so that fingerprints of before it was there stay as they were."""
    return None if if_short == "stop" else if_short
