"""What was taken back from sellers for a dispute, and what was given back after it was won."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from attrs import frozen

from .base import Answer
from .debts import Debit
from .refunds import UNCOVERED, Uncovered
from .transfers import Transfer, TransferReversal


@frozen(kw_only=True)
class Recovery:
    """What was taken back from sellers for a dispute.

    Attributes:
        dispute: The dispute.
        reversals: What came back of transfers, the newest transfer first.
        debits: What accounts were debited.
        uncovered: What balances did not cover, where the recovery went on without it.
    """

    dispute: str
    reversals: tuple[TransferReversal, ...]
    debits: tuple[Debit, ...]
    uncovered: tuple[Uncovered, ...]

    @classmethod
    def read(cls, dispute: str, answers: Sequence[Answer]) -> Self:
        """Read what a flow came to."""
        kinds: dict[str, list[Answer]] = {"transfer_reversal": [], "charge": [], UNCOVERED: []}
        for answer in answers:
            kinds[answer.data["object"]].append(answer)
        return cls(
            dispute=dispute,
            reversals=tuple(TransferReversal.parse(answer) for answer in kinds["transfer_reversal"]),
            debits=tuple(Debit.parse(answer) for answer in kinds["charge"]),
            uncovered=tuple(Uncovered.read(answer.data) for answer in kinds[UNCOVERED]),
        )


@frozen(kw_only=True)
class Repayment:
    """What sellers got back: after a dispute that was won, or a refund that failed.

    Attributes:
        of: The dispute or the refund.
        transfers: What each of them got.
    """

    of: str
    transfers: tuple[Transfer, ...]

    @classmethod
    def read(cls, of: str, answers: Sequence[Answer]) -> Self:
        """Read what a flow came to."""
        return cls(of=of, transfers=tuple(Transfer.parse(answer) for answer in answers))
