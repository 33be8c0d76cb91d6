"""What is intended: a seeded list of operations, each with the effects that it has to have."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from connectkit.calls.keys import mark
from connectkit.connect import AsyncConnect
from connectkit.models.base import Value
from connectkit.money import Money
from connectkit.requests import Request
from connectkit.storage.records import Identity

_GENERATIONS: Final = 20  # wire keys that one operation can have come to
TOO_MUCH: Final = 99_999_900  # cents; more than the platform has, and as much as Stripe takes


@frozen
class Effect:
    """One object that an operation has to create.

    Attributes:
        step: The place in a flow, `""` for a single call.
        account: The account that it is created on; `None` for the platform.
        amount: How much it moves, in minor units.
    """

    step: str
    account: str | None
    amount: int

    def marks(self, identity: Identity) -> Sequence[str]:
        """Give the marks that it may carry."""
        request = Request("post", "/v1/any", account=self.account)
        return [mark(identity, request, generation) for generation in range(_GENERATIONS)]


@frozen
class Intent:
    """One operation, named by its key.

    Attributes:
        kind: `transfer`, `payout`, `refund`, `split` or `topup`.
        key: Its name.
        live: Whether it is of the live mode.
        possible: Whether Stripe will do it.
        payment: The payment that it is about, or `""`.
        shares: Who gets how much, by account.
        effects: What it has to create.
    """

    kind: str
    key: str
    live: bool
    possible: bool
    payment: str
    shares: Mapping[str, int]
    effects: Sequence[Effect]


async def carry_out(connect: AsyncConnect, intent: Intent) -> Value:
    """Do what is intended, and give the object that came of it first."""
    shares = {account: Money(amount, "usd") for account, amount in intent.shares.items()}
    match intent.kind:
        case "transfer":
            ((account, amount),) = shares.items()
            return await connect.transfers.create(key=intent.key, amount=amount, destination=account)
        case "payout":
            ((account, amount),) = shares.items()
            return await connect.payouts.create(key=intent.key, amount=amount, account=account)
        case "refund":
            return await connect.charges.separate.refund(intent.payment, key=intent.key)
        case "split":
            done = await connect.charges.separate.settle(intent.payment, key=intent.key, shares=shares)
            return done.transfers[0]
        case _:
            amount = Money(intent.effects[0].amount, "usd")
            return await connect.topups.create(key=intent.key, amount=amount)


@frozen
class Material:
    """What there is to work with.

    Attributes:
        accounts: Connected accounts with money.
        poor: A connected account without any.
        unsettled: Paid payments of which nothing was shared out, with their amounts.
        settled: Paid payments, with the transfers that were made of each and their amounts.
    """

    accounts: Sequence[str]
    poor: str
    unsettled: Sequence[str]
    settled: Mapping[str, Mapping[str, int]]


SPLITS: Final = 0.2
REFUNDS: Final = 0.2
PAID: Final = 3000
"""Cents of each payment."""


def counted(operations: int) -> tuple[int, int]:
    """Give how many splits and refunds there are among so many operations."""
    return int(operations * SPLITS), int(operations * REFUNDS)


def planned(operations: int, material: Material, seed: int) -> Sequence[Intent]:
    """Give so many intents."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    intents = [_split(payment, number, material, chance) for number, payment in enumerate(material.unsettled)]
    intents += [_refund(payment, made) for payment, made in material.settled.items()]
    number = 0
    while len(intents) < operations:
        number += 1
        intents.append(_single(number, material, chance))
    chance.shuffle(intents)
    return intents


def _single(number: int, material: Material, chance: random.Random) -> Intent:
    account, amount = chance.choice(material.accounts), chance.randint(100, 2000)
    match chance.choices(["transfer", "payout", "too much", "too poor", "live"], [45, 35, 4, 4, 12])[0]:
        case "transfer":
            effect = Effect("", None, amount)
            return _intent("transfer", f"transfer-{number}", {account: amount}, [effect])
        case "payout":
            return _intent("payout", f"payout-{number}", {account: amount}, [Effect("", account, amount)])
        case "too much":
            effect = Effect("", None, TOO_MUCH)
            return _intent("transfer", f"transfer-{number}", {account: TOO_MUCH}, [effect], possible=False)
        case "too poor":
            effect = Effect("", material.poor, amount)
            return _intent("payout", f"payout-{number}", {material.poor: amount}, [effect], possible=False)
        case _:  # under a name that the test mode is likely to have as well
            return _intent("topup", f"transfer-{number - 1}", {}, [Effect("", None, amount)], live=True)


def _split(payment: str, number: int, material: Material, chance: random.Random) -> Intent:
    chosen = chance.sample(material.accounts, 3)
    shares = {account: chance.randint(100, PAID // 4) for account in chosen}
    effects = [Effect(f"transfer/{place}", None, amount) for place, amount in enumerate(shares.values())]
    return _intent("split", f"split-{number}", shares, effects, payment=payment)


def _refund(payment: str, made: Mapping[str, int]) -> Intent:
    reversals = [Effect(f"reversal/{transfer}", None, amount) for transfer, amount in made.items()]
    return _intent("refund", f"refund-{payment}", {}, [Effect("refund", None, PAID), *reversals], payment=payment)


def _intent(
    kind: str,
    key: str,
    shares: Mapping[str, int],
    effects: Sequence[Effect],
    *,
    live: bool = False,
    possible: bool = True,
    payment: str = "",
) -> Intent:
    return Intent(kind, key, live, possible, payment, shares, effects)
