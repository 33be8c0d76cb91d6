"""A marketplace on the official SDK alone: what it is given is the address of a server, and nothing of connectkit."""

from __future__ import annotations

import json
import sys
import urllib.request
from typing import Any

import stripe

BASE = sys.argv[1]
HOSTS: Any = dict.fromkeys(("api", "connect", "files", "meter_events"), BASE)
CARD: Any = {
    "currency": "usd",
    "confirm": True,
    "payment_method": "pm_card_visa",
    "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
}
client = stripe.StripeClient("sk_test_plain", base_addresses=HOSTS)


def steer(name: str, **body: object) -> None:
    request = urllib.request.Request(f"{BASE}/_simulator/{name}", json.dumps(body).encode(), method="POST")  # noqa: S310  # loopback
    urllib.request.urlopen(request).read()  # noqa: S310  # loopback


def seller(kind: str) -> str:
    params: Any = {
        "type": kind,
        "country": "US",
        "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
    }
    account = client.v1.accounts.create(params)
    steer("onboard", account=account.id)
    return account.id


def pay(amount: int, account: str | None = None, **more: Any) -> stripe.PaymentIntent:
    options: Any = {"stripe_account": account} if account else None
    params: Any = {**CARD, "amount": amount, **more}
    return client.v1.payment_intents.create(params, options)


def net(account: str | None = None) -> int:
    options: Any = {"stripe_account": account} if account else None
    return sum(row.net for row in client.v1.balance_transactions.list({"limit": 100}, options).data)


ana, ben, cleo = seller("standard"), seller("express"), seller("express")

# A direct charge of 10.00 with a fee of 1.23, and its refund of 4.00 with the fee in proportion.
direct = pay(1000, ana, application_fee_amount=123)
assert (net(ana), net()) == (818, 123)
direct_refund: Any = {"payment_intent": direct.id, "amount": 400, "refund_application_fee": True}
client.v1.refunds.create(direct_refund, {"stripe_account": ana})
assert (net(ana), net()) == (467, 74)

# A destination charge of 10.00 with a fee of 1.23, and its whole refund with both flags.
before = net()
destination = pay(1000, application_fee_amount=123, transfer_data={"destination": ben})
assert (net(ben), net() - before) == (877, 64)
client.v1.refunds.create({"payment_intent": destination.id, "reverse_transfer": True, "refund_application_fee": True})
assert (net(ben), net() - before) == (0, -59)

# A separate charge of 100.00, 70.00 and 20.00 of it transferred, refunded and both transfers reversed.
before = net()
separate = pay(10000)
transfers = [
    client.v1.transfers.create(
        {"amount": share, "currency": "usd", "destination": to, "source_transaction": str(separate.latest_charge)}
    )
    for to, share in ((ben, 7000), (cleo, 2000))
]
assert (net(ben), net(cleo), net() - before) == (7000, 2000, 680)
client.v1.refunds.create({"payment_intent": separate.id})
for transfer in transfers:
    client.v1.transfers.reversals.create(transfer.id)
assert (net(ben), net(cleo), net() - before) == (0, 0, -320)

with urllib.request.urlopen(f"{BASE}/_simulator/ledger") as answer:  # noqa: S310  # loopback
    assert json.load(answer)["balanced"] is True
assert not [name for name in sys.modules if name.startswith("connectkit")]
