"""Who gets what of separate charges, and where it is taken from, worked out before anything is sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

from attrs import field, frozen

from connectkit.calls.caller import Caller, Step
from connectkit.divisions import Division
from connectkit.errors import InvalidRequest
from connectkit.models.balances import Balance
from connectkit.models.base import Answer, Data, identifier, part
from connectkit.models.payments import Payment
from connectkit.models.plans import passed
from connectkit.models.transfers import Transfer
from connectkit.money import Money
from connectkit.requests import Params, Request, checked_id
from connectkit.resources.arguments import check_word, checked_metadata, checked_money, given
from connectkit.shortfalls import Shortfall
from connectkit.splits import Split

from .building import read_payment

PaidFrom: TypeAlias = Literal["charge", "balance"]
"""What sellers are paid from: the charge itself, or the platform's available balance."""

Shares: TypeAlias = Mapping[str, Money] | Split
"""What each connected account gets, or the rule that says so."""

_PAYMENT: Final = "connectkit_payment"
"""The note by which a transfer that was paid from the balance tells which payment it settles."""


@frozen
class Source:
    """A charge that is settled.

    Attributes:
        payment: The payment intent.
        charge: The charge.
        group: The label of its transfers.
        whole: What it settled to, in the currency that it settled in.
        left: What of it is not shared out yet.
        metadata: The payment's notes.
    """

    payment: str
    charge: str
    group: str | None
    whole: Money
    left: Money
    metadata: Mapping[str, str]

    @classmethod
    async def read(cls, caller: Caller, payment_id: str) -> Source:
        """Read a payment that is to be settled.

        Raises:
            InvalidRequest: It has not succeeded.
        """
        answer = await read_payment(caller, payment_id, None, "latest_charge.balance_transaction")
        charge = _paid(answer)
        row = part(charge, "balance_transaction") or charge
        whole = Money(row["amount"], row["currency"])
        made = [one for one in await transfers_of(caller, charge) if one.source_transaction == charge["id"]]
        before = sum((transfer.amount for transfer in made), start=Money(0, whole.currency))
        return cls(
            payment=payment_id,
            charge=str(charge["id"]),
            group=charge.get("transfer_group"),
            whole=whole,
            left=whole - before,
            metadata=part(answer.data, "metadata"),
        )


def _paid(answer: Answer) -> Data:
    charge = part(answer.data, "latest_charge")
    if answer.data["status"] != "succeeded" or not charge:
        message = f"This payment has not succeeded: it is {answer.data['status']}."
        raise InvalidRequest(message, param="payment_id", next_step="Settle once payment_intent.succeeded has come.")
    return charge


async def transfers_of(caller: Caller, charge: Data) -> Sequence[Transfer]:
    """Give the transfers that settled a charge, in the order in which they were made."""
    payment = identifier(charge.get("payment_intent"))
    group = charge.get("transfer_group") or f"group_{payment}"  # as Stripe labels it at its first transfer
    pages = caller.pages(Request("get", "/v1/transfers", {"transfer_group": group, "limit": 100}), "transfers.list")
    transfers = [Transfer.parse(Answer(data=item)) async for item in pages]
    return [
        transfer
        for transfer in reversed(transfers)
        if transfer.source_transaction == charge["id"] or transfer.metadata.get(_PAYMENT) == payment
    ]


@frozen
class Words:
    """What transfers say of themselves.

    Attributes:
        description: Words.
        metadata: Notes.
    """

    description: str | None
    metadata: Mapping[str, str] = field(converter=checked_metadata)

    def said(self, notes: Mapping[str, str]) -> dict[str, Any]:
        """Give the parameters of a transfer, with notes of ours besides."""
        return given(description=self.description, metadata={**self.metadata, **notes} or None)


@frozen
class Wish:
    """What a platform asks for when it settles.

    Attributes:
        payments: The payment intents; one or more.
        shares: Who gets what; as the payment itself remembers it if it is `None`.
        paid_from: What it is paid from.
        words: What the transfers say of themselves: a description, and notes.
    """

    payments: tuple[str, ...]
    shares: Shares | None
    paid_from: PaidFrom
    words: Words

    @classmethod
    def checked(cls, payments: str | Sequence[str], shares: Shares | None, paid_from: PaidFrom, words: Words) -> Wish:
        """Check what can be checked before anything is read.

        Raises:
            InvalidRequest: Something is wrong.
        """
        check_word(paid_from, "paid_from", get_args(PaidFrom))
        named = (payments,) if isinstance(payments, str) else tuple(payments)
        if not named or len({*named}) != len(named):
            message = "What is settled is one payment, or several different ones."
            raise InvalidRequest(message, param="payment_id")
        for payment in named:
            checked_id(payment, "payment_id", "pi_")
        if len(named) > 1 and (paid_from == "balance" or shares is None):
            message = "Several payments are settled from their charges, and by shares that are given."
            raise InvalidRequest(message, param="payment_id", next_step="Settle them one at a time.")
        known = shares if shares is None or isinstance(shares, Split) else _checked_shares(shares)
        return cls(named, known, paid_from, words)

    def arguments(self) -> dict[str, Any]:
        """Give what was asked for as JSON values."""
        asked = {"payment": self.payments[0], **({"payments": [*self.payments]} if len(self.payments) > 1 else {})}
        source = {} if self.paid_from == "charge" else {"paid_from": self.paid_from}
        source |= given(description=self.words.description, metadata=self.words.metadata or None)
        if isinstance(self.shares, Split):
            return {**asked, **source, "split": self.shares.document()}
        shares = self.shares if self.shares is None else {to: str(share) for to, share in self.shares.items()}
        return {**asked, **source, "shares": shares}

    async def steps(self, caller: Caller) -> Sequence[Step]:
        """Work out what is to be sent.

        Raises:
            InvalidRequest: The charges do not give that.
            Shortfall: The balance does not.
        """
        sources = [await Source.read(caller, payment) for payment in self.payments]
        whole = sum((source.whole for source in sources[1:]), start=_alike(sources))
        division = self._divided(whole, sources[0])
        shares = division.shares if division is not None else self._given()
        _check_currency(shares, whole)
        notes = {} if division is None else division.notes()
        if self.paid_from == "balance":
            await _check_balance(caller, sum(shares.values(), start=Money(0, whole.currency)))
            transfers = _from_balance(sources[0], shares, self.words.said(notes))
        else:
            transfers = _from_charges(sources, shares, self.words.said(notes))
        remembered = Division.read(sources[0].metadata) is not None
        return [*(_remember(sources[0], notes) if len(sources) == 1 and not remembered else ()), *transfers]

    def _divided(self, whole: Money, source: Source) -> Division | None:
        """Give the division: by the rule that was given, or as the payment remembers it."""
        if isinstance(self.shares, Split):
            return self.shares.of(whole)
        if self.shares is not None:
            return None
        division = Division.read(source.metadata)
        if division is None:
            message = "This payment remembers no division."
            step = "Pass shares={'acct_…': Money.of('70.00', 'usd')} or a Split."
            raise InvalidRequest(message, param="shares", next_step=step)
        return division

    def _given(self) -> Mapping[str, Money]:
        return self.shares if isinstance(self.shares, Mapping) else {}


def _checked_shares(shares: Mapping[str, Money]) -> dict[str, Money]:
    if not shares:
        message = "There is nobody to settle with."
        raise InvalidRequest(message, param="shares", next_step="Pass shares={'acct_…': Money.of('70.00', 'usd')}.")
    return {
        checked_id(seller, "shares", "acct_"): checked_money(share, "shares").check_chargeable("a share")
        for seller, share in shares.items()
    }


def _alike(sources: Sequence[Source]) -> Money:
    """Give the first charge's whole, if all settled in the same currency."""
    currencies = sorted({source.whole.currency for source in sources})
    if len(currencies) > 1:
        message = f"These charges settled in {' and '.join(currencies)}."
        raise InvalidRequest(message, param="payment_id", next_step="Settle those of one currency at a time.")
    return sources[0].whole


def _check_currency(shares: Mapping[str, Money], whole: Money) -> None:
    for share in shares.values():
        if share.currency != whole.currency:
            message = f"This charge settled in {whole.currency}; a share is in {share.currency}."
            raise InvalidRequest(message, param="shares", next_step="Share out what it settled to.")


async def _check_balance(caller: Caller, wanted: Money) -> None:
    missing = await shortfall(caller, wanted)
    if missing is not None:
        raise missing


async def shortfall(caller: Caller, wanted: Money) -> Shortfall | None:
    """Say by how much the platform's available balance does not suffice for *wanted*, if it does not."""
    balance = Balance.parse(await caller.read(Request("get", "/v1/balance"), "balances.retrieve"))
    available = balance.available_in(wanted.currency)
    if wanted <= available:
        return None
    return Shortfall(
        f"{wanted} are to be transferred, and {available} are available.",
        shortfall=wanted - available,
        available=available,
        tried="charges.separate.settle",
        next_step="Top the balance up by that, or wait for pending funds; then call again with the same key.",
    )


def _remember(source: Source, notes: Mapping[str, str]) -> Iterator[Step]:
    """Note the division with the payment, before anybody is paid by it."""
    if notes:
        request = Request("post", f"/v1/payment_intents/{source.payment}", {"metadata": dict(notes)})
        yield Step("remember", "charges.remember", request, Payment.KEEP)


def _from_balance(source: Source, shares: Mapping[str, Money], words: Params) -> Sequence[Step]:
    group = source.group or f"group_{source.payment}"
    said = {**words, "transfer_group": group, "metadata": {_PAYMENT: source.payment, **words.get("metadata", {})}}
    return [_transfer(number, to, share, said) for number, (to, share) in enumerate(shares.items())]


def _from_charges(sources: Sequence[Source], shares: Mapping[str, Money], words: Params) -> Sequence[Step]:
    """Take the shares from the charges in turn; one that no charge covers alone is paid by several transfers."""
    left = [source.left for source in sources]
    nothing = Money(0, left[0].currency)
    wanted, there = sum(shares.values(), start=nothing), sum(left, start=nothing)
    if wanted > there:
        message = f"The shares sum to {wanted}; {there} of this charge is not shared out yet."
        raise InvalidRequest(message, param="shares", next_step="Pay them with paid_from='balance'.")
    steps: list[Step] = []
    for to, share in shares.items():
        for place, source in enumerate(sources):
            taken = min(share, left[place])
            if taken.is_zero:
                continue
            share, left[place] = share - taken, left[place] - taken  # noqa: PLW2901  # what is still to be found
            said = {**given(source_transaction=source.charge, transfer_group=source.group), **words}
            steps.append(_transfer(len(steps), to, taken, said))
    return steps


def _transfer(number: int, seller: str, share: Money, said: Mapping[str, object]) -> Step:
    params = {"amount": share.amount, "currency": share.currency, "destination": seller, **said}
    return Step(
        f"transfer/{number}",
        "transfers.create",
        Request("post", "/v1/transfers", params),
        Transfer.KEEP,
        effects=passed(seller, share, "share"),
    )
