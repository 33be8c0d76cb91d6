"""Separate charges and transfers: the buyer pays the platform, which settles with any number of sellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Unpack

from connectkit.calls.caller import Caller
from connectkit.calls.previews import AsyncPlan, Flow, Worked, previewing
from connectkit.drive import Blocking, blocking
from connectkit.errors import InsufficientBalance
from connectkit.models.base import Answer
from connectkit.models.funded import FundedSettlement
from connectkit.models.payments import Payment
from connectkit.models.refunds import Refund
from connectkit.models.transfers import Settlement, Transfer
from connectkit.money import Money
from connectkit.owing import check_parking
from connectkit.resources.arguments import given, optional_id
from connectkit.shortfalls import Shortfall

from .building import charged, read_payment
from .funding import check_funding, topped_up
from .options import PaymentOptions, Sale
from .refund_options import SeparateRefund, SeparateTerms
from .refunding import EXPANDED, Refundable, parking, refunded, reversals
from .settling import PaidFrom, Shares, Wish, Words, shortfall, transfers_of

_REFUND: Final = "charges.separate.refund"


class AsyncSeparateCharges:
    """Separate charges and transfers: the buyer pays the platform, which settles with any number of sellers.

    The payment lives on the platform, which bears Stripe's fees, refunds and disputes. Each seller needs the
    `transfers` capability.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def create(
        self,
        *,
        key: str,
        amount: Money,
        on_behalf_of: str | None = None,
        wait: float = 0.0,
        **options: Unpack[PaymentOptions],
    ) -> Payment:
        """Let a buyer pay the platform; `settle` gives the sellers their shares.

        Args:
            key: Your own name of this payment.
            amount: The price, in whole minor units of its currency.
            on_behalf_of: The connected account that is the merchant of record, where that is not the platform.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: What may be said of any payment; see `PaymentOptions`. Stripe makes a *transfer_group* at the
                first transfer if it is not given.

        Raises:
            InvalidRequest: An argument is wrong.
            PaymentDeclined: The buyer's side said no. The same key tries the same payment again.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        behalf = optional_id(on_behalf_of, "on_behalf_of", "acct_")
        params = {**Sale(amount=amount, **options).params(), **given(on_behalf_of=behalf)}
        return await charged(self._caller, "charges.separate.create", key, params, wait=wait)

    async def settle(
        self,
        payment_id: str | Sequence[str],
        *,
        key: str,
        shares: Shares | None = None,
        paid_from: PaidFrom = "charge",
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> Settlement:
        """Transfer to each seller a share of one payment, or of several; now or later, and in any number of parts.

        From the *charge*, a transfer succeeds before the funds have settled and becomes available with them. What is
        shared out is at most the whole charge: Stripe's fee is the platform's to pay from what it keeps. From the
        *balance*, sellers can get more than was charged, but only what is available now. The sellers are paid in the
        order given; if the flow is broken off, the later ones are missing until the same key completes it.

        A `Split` is applied to what the charge settled to. The division is noted in the metadata of the transfers and,
        of a single payment, of the payment itself.

        Args:
            payment_id: The payment intent, which has succeeded; or several, whose charges pay the shares in turn.
            key: Your own name of this settlement.
            shares: What each connected account gets, in the currency that the charge settled in; or the rule that says
                so. If it is not given, the division that the payment remembers.
            paid_from: The `charge` itself, or the platform's available `balance`.
            description: Words for each of the transfers.
            metadata: Notes for each of the transfers; those of the payment do not reach them.
            wait: For how many seconds to wait for somebody who is settling it now.

        Raises:
            InvalidRequest: An argument is wrong, the payment has not succeeded, or more than it is shared out.
            Shortfall: The balance does not cover it, and says by how much. Top that up, and call again with the same
                key: what was transferred before is not transferred again.
            AccountNotReady: A seller can't receive transfers; those before got theirs, and the same key goes on.
            Refused: Stripe said no for another reason.
            OutcomeUnknown: A transfer may have been made; the same key finds out.
        """
        wish = Wish.checked(payment_id, shares, paid_from, Words(description, metadata))
        return await self._settle(wish, key).carried_out(self._caller, wait)

    async def plan_settle(
        self,
        payment_id: str | Sequence[str],
        *,
        key: str,
        shares: Shares | None = None,
        paid_from: PaidFrom = "charge",
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> AsyncPlan[Settlement]:
        """Show what `settle` would send and move; executing the plan is that settlement.

        Args:
            payment_id: The payment intent, which has succeeded; or several, whose charges pay the shares in turn.
            key: Your own name of this settlement.
            shares: What each connected account gets, or the rule that says so; see `settle`.
            paid_from: The `charge` itself, or the platform's available `balance`.
            description: Words for each of the transfers.
            metadata: Notes for each of the transfers; those of the payment do not reach them.

        Raises:
            InvalidRequest: An argument is wrong, the payment has not succeeded, or more than it is shared out.
            Shortfall: The balance does not cover it, and says by how much.
            Unreachable: There was no usable answer.
        """
        wish = Wish.checked(payment_id, shares, paid_from, Words(description, metadata))
        return await self._settle(wish, key).planned(self._caller)

    async def settle_funded(
        self,
        payment_id: str,
        *,
        key: str,
        shares: Shares | None = None,
        source: str | None = None,
        description: str | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: float = 0.0,
    ) -> FundedSettlement:
        """Transfer to each seller a share from the balance, and top that up first by what it lacks.

        Where the balance suffices, this is `settle` with `paid_from="balance"`. Where it does not, a top-up of exactly
        what is missing is made, once, and nobody is paid; call again with the same key, as from a handler of
        `topup.succeeded`, and it goes on.

        Args:
            payment_id: The payment intent, which has succeeded.
            key: Your own name of this settlement; its top-ups are named after it.
            shares: What each connected account gets, or the rule that says so; see `settle`.
            source: The bank that is debited, as a token; the one of the Dashboard if it is not given.
            description: Words for each of the transfers.
            metadata: Notes for each of the transfers.
            wait: For how many seconds to wait for somebody who is settling it now.

        Raises:
            InvalidRequest: An argument is wrong, or the payment has not succeeded.
            AccountNotReady: A seller can't receive transfers; those before got theirs, and the same key goes on.
            Refused: Stripe said no for another reason, as that the platform cannot top up.
            OutcomeUnknown: A transfer or the top-up may have been made; the same key finds out.
        """
        check_funding(key, source)
        wish = Wish.checked(payment_id, shares, "balance", Words(description, metadata))
        try:
            return FundedSettlement(settlement=await self._settle(wish, key).carried_out(self._caller, wait))
        except Shortfall as short:
            return FundedSettlement(topup=await topped_up(self._caller, key, short.shortfall, source))

    def _settle(self, wish: Wish, key: str) -> Flow[Settlement]:
        async def work_out() -> Worked:
            return Worked(steps=await wish.steps(self._caller))

        def read(answers: Sequence[Answer]) -> Settlement:
            transfers = [Transfer.parse(answer) for answer in answers if answer.data["object"] == "transfer"]
            return Settlement(payment=wish.payments[0], transfers=tuple(transfers))

        async def explain(refused: InsufficientBalance) -> InsufficientBalance | None:
            return None if isinstance(refused, Shortfall) else await self._missing(key)

        return Flow(
            verb="charges.separate.settle",
            key=key,
            arguments=wish.arguments(),
            work_out=work_out,
            read=read,
            explain=explain,
        )

    async def _missing(self, key: str) -> Shortfall | None:
        """Say by how much the balance does not cover what of a settlement is outstanding."""
        transfers = [one.params for one in await self._caller.outstanding(key) if "destination" in one.params]
        wanted = sum(one["amount"] for one in transfers)
        return await shortfall(self._caller, Money(wanted, transfers[0]["currency"]))

    async def refund(
        self, payment_id: str, *, key: str, wait: float = 0.0, **options: Unpack[SeparateRefund]
    ) -> Refund:
        """Pay a buyer back, and take the sellers' shares back.

        Each seller's share comes back by the division that the payment remembers, or in proportion, rounded half up;
        when nothing of the payment is left, all of every transfer has come back. The buyer's refund is the first call,
        because it is the one that is owed; reversals that are still missing if the flow is broken off are the
        platform's loss until the same key completes them.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            wait: For how many seconds to wait for somebody who is making it now.
            **options: How much, from whom, and what if a balance is short; see `SeparateRefund`.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            InsufficientBalance: A seller's balance does not cover the share; what went before stands, and the same key
                goes on.
            Refused: Stripe said no for another reason, as that the payment is disputed.
            OutcomeUnknown: It may have been made; the same key finds out.
        """
        return await self._refund(payment_id, key, SeparateTerms(**options)).carried_out(self._caller, wait)

    async def plan_refund(self, payment_id: str, *, key: str, **options: Unpack[SeparateRefund]) -> AsyncPlan[Refund]:
        """Show what `refund` would send and move; executing the plan is that refund.

        Args:
            payment_id: The payment intent.
            key: Your own name of this refund.
            **options: How much, from whom, and what if a balance is short; see `SeparateRefund`.

        Raises:
            InvalidRequest: An argument is wrong, or more than what is left would be refunded.
            NotFound: There is no such payment.
            Unreachable: There was no usable answer.
        """
        return await self._refund(payment_id, key, SeparateTerms(**options)).planned(self._caller)

    def _refund(self, payment_id: str, key: str, terms: SeparateTerms) -> Flow[Refund]:
        check_parking(terms.if_short, key)

        async def work_out() -> Worked:
            refundable = Refundable.read(await read_payment(self._caller, payment_id, None, *EXPANDED), terms.amount)
            refund = refundable.refund(_REFUND, reason=terms.reason)
            made = await transfers_of(self._caller, refundable.charge) if terms.reverse_transfers else ()
            steps = [refund, *reversals(refundable, made, terms.take_back, terms.if_short)]
            return Worked(steps=steps, risks=refundable.risks)

        return Flow(
            verb=_REFUND,
            key=key,
            arguments={"payment": payment_id, **terms.arguments()},
            work_out=work_out,
            read=refunded,
            finish=parking(self._caller, key, terms.if_short),
        )


class SeparateCharges(Blocking[AsyncSeparateCharges]):
    """Separate charges and transfers: the buyer pays the platform, which settles with any number of sellers."""

    create: Final = blocking(AsyncSeparateCharges.create)
    settle: Final = blocking(AsyncSeparateCharges.settle)
    plan_settle: Final = previewing(AsyncSeparateCharges.plan_settle)
    settle_funded: Final = blocking(AsyncSeparateCharges.settle_funded)
    refund: Final = blocking(AsyncSeparateCharges.refund)
    plan_refund: Final = previewing(AsyncSeparateCharges.plan_refund)
