"""What is asked to see which balances sink."""

from __future__ import annotations

from collections.abc import Sequence

from connectkit import Connect, MemoryStore, Money
from connectkit.models.balances import ClaimKind
from connectkit.storage.records import Note, Realm


class Watched(MemoryStore):
    """Counts how often what is owed was read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        self.reads += topic == "debt"
        return super().notes(realm, topic, after, limit)


def test_what_is_owed_is_read_once_for_any_number_of_chargebacks() -> None:
    store = Watched()
    with Connect.sandbox(store=store) as connect:
        seller = connect.onboarding.create(key="seller", country="US", type="express").id
        connect.simulator.onboard(seller)
        ten = Money.of("10.00", "usd")
        connect.charges.separate.create(key="funds", amount=ten * 10, payment_method="pm_card_bypassPending")
        sales = [
            connect.charges.separate.create(
                key=f"order-{number}", amount=ten, payment_method="pm_card_createDispute"
            ).id
            for number in range(3)
        ]
        for sale in sales:
            connect.charges.separate.settle(sale, key=f"{sale}/settle", shares={seller: ten})
        connect.settings.set_payouts(interval="manual", debit_negative_balances=False, account=seller)
        connect.simulator.advance(days=9)
        connect.payouts.create(key="payout", account=seller, amount=ten * 3)
        (last,) = connect.disputes.list(payment=sales[-1])
        connect.disputes.recover(last.id, key="recover", if_short="park")
        store.reads = 0
        (outlook,) = connect.tracker.sinking(seller)
        assert [claim.kind for claim in outlook.claims] == [ClaimKind.DISPUTE, ClaimKind.DISPUTE, ClaimKind.OWED]
        assert store.reads == 1
