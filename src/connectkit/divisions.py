"""What came of a split: who gets how much, remembered with the payment, shown, and given back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import field, frozen

from .errors import InvalidRequest
from .money import Money

_NOTE: Final = "connectkit_split"
_VERSION: Final = "1"
_LENGTH: Final = 480  # characters of a note: Stripe takes 500
_PLATFORM: Final = "platform"


def split_notes(metadata: Mapping[str, str]) -> Mapping[str, str]:
    """Give what of a metadata remembers a division."""
    return {name: note for name, note in metadata.items() if name.startswith(_NOTE)}


@frozen(kw_only=True)
class LeftOut:
    """An account that a split names and that gets nothing.

    Attributes:
        account: The account.
        why: The reason.
    """

    account: str
    why: str


def _sorted_by_mention(shares: Mapping[str, Money]) -> dict[str, Money]:
    return dict(shares)


@frozen(kw_only=True)
class Division:
    """A total, divided: the shares and what the platform keeps sum to it.

    Attributes:
        total: What was divided.
        shares: What each connected account gets, in the order in which the rule names them; never zero.
        kept: What the platform keeps.
        left_out: Who gets nothing, and why.
    """

    total: Money
    shares: Mapping[str, Money] = field(converter=_sorted_by_mention)
    kept: Money
    left_out: tuple[LeftOut, ...] = ()

    def notes(self) -> dict[str, str]:
        """Give metadata that remembers the division with the payment, for refunds, disputes and reports.

        A division among many accounts takes several notes.
        """
        shares = [f"{account}={share.amount}" for account, share in self.shares.items()]
        words = [_VERSION, self.total.currency, str(self.total.amount), *shares]
        notes: list[str] = [""]
        for word in words:
            if len(notes[-1]) + len(word) >= _LENGTH:
                notes.append("")
            notes[-1] = f"{notes[-1]} {word}".strip()
        return {_NOTE if number == 1 else f"{_NOTE}_{number}": note for number, note in enumerate(notes, 1)}

    @classmethod
    def read(cls, metadata: Mapping[str, str]) -> Division | None:
        """Give the division that the metadata of a payment remembers, or `None`.

        Raises:
            InvalidRequest: What is remembered is damaged, or newer than this code.
        """
        if _NOTE not in metadata:
            return None
        notes = [metadata[_NOTE]]
        while (following := f"{_NOTE}_{len(notes) + 1}") in metadata:
            notes.append(metadata[following])
        try:
            version, currency, total, *shares = " ".join(notes).split()
            read = {account: Money(int(amount), currency) for account, amount in (one.split("=") for one in shares)}
            whole = Money(int(total), currency)
        except ValueError:
            version, currency, whole, read = "", "", None, {}
        if version != _VERSION or whole is None:
            message = "The note of a split in this metadata cannot be read."
            raise InvalidRequest(message, param="metadata", next_step="See whether somebody changed it by hand.")
        return cls(total=whole, shares=read, kept=whole - sum(read.values(), Money(0, currency)))

    def give_back(self, amount: Money, *, before: Money | None = None) -> Mapping[str, Money]:
        """Say how much of a refund to take back from each account, floored; the platform bears the rest.

        It is worked out from the whole that was refunded, so that refunds of the whole total, in whatever parts, take
        back every share to the last unit.

        Args:
            amount: What is refunded now.
            before: What was refunded before; nothing if it is not given.

        Raises:
            InvalidRequest: More is refunded than was paid, or a refund is negative.
        """
        earlier = before or Money(0, self.total.currency)
        whole = earlier + amount
        if amount.amount < 0 or earlier.amount < 0 or whole > self.total:
            message = f"Of {self.total}, {earlier} was refunded; {amount} more cannot be."
            raise InvalidRequest(message, param="amount")
        back = {account: self._due(share, whole) - self._due(share, earlier) for account, share in self.shares.items()}
        return {account: part for account, part in back.items() if not part.is_zero}

    def _due(self, share: Money, refunded: Money) -> Money:
        return Money(share.amount * refunded.amount // self.total.amount, share.currency)

    def table(self) -> str:
        """Show it as a table, a line for each account, the platform and the total."""
        rows = [*((account, share) for account, share in self.shares.items()), (_PLATFORM, self.kept)]
        rows += [(one.account, Money(0, self.total.currency)) for one in self.left_out]
        rows.append(("total", self.total))
        width = max(len(name) for name, _ in rows)
        amounts = [f"{amount.to_decimal():f}" for _, amount in rows]
        wide = max(map(len, amounts))
        lines = [f"{name:{width}}  {amount:>{wide}}" for (name, _), amount in zip(rows, amounts, strict=True)]
        return "\n".join(f"{line} {self.total.currency}" for line in lines)

    def diagram(self) -> str:
        """Show the flows of money, in the language of Mermaid."""
        lines = ["flowchart LR", f'  buyer["buyer"] -->|{self.total}| platform["platform keeps {self.kept}"]']
        lines += [f'  platform -->|{share}| {account}["{account}"]' for account, share in self.shares.items()]
        return "\n".join(lines)
