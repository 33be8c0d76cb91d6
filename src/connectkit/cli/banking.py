"""The scenes of balances and banks: what is available, paid out, comes back, or is added."""

from __future__ import annotations

from .play import Play, usd


async def balances(play: Play) -> None:
    """Wait until the funds have settled."""
    for seller in play.sellers.values():
        await play.connect.settings.set_payouts(interval="manual", account=seller)
    play.stage.advance(days=10, key="demo/settled")
    for kind, seller in play.sellers.items():
        balance = await play.connect.balances.retrieve(account=seller)
        play.show(kind, f"available {balance.available_in('usd')}, pending {balance.pending_in('usd')}")
        play.check(f"nothing of {kind} is pending", true=balance.pending_in("usd").is_zero)


async def payouts(play: Play) -> None:
    """Pay one seller out to a bank in days, and another at once."""
    standard = await play.once(
        lambda: play.connect.payouts.create(
            key="demo/payout/standard", account=play.sellers["express"], amount=usd("20.00")
        )
    )
    instant = await play.once(
        lambda: play.connect.payouts.create(
            key="demo/payout/instant", account=play.sellers["custom"], amount=usd("5.00"), method="instant"
        )
    )
    play.stage.advance(days=7, key="demo/paid-out")
    for account, payout in ((play.sellers["express"], standard), (play.sellers["custom"], instant)):
        now = await play.connect.payouts.retrieve(payout.id, account=account)
        play.show(now.method, f"{now.amount}: {now.status}")
        play.check(f"the {now.method} payout arrived", true=now.status == "paid")


async def failed_payout(play: Play) -> None:
    """A bank that is closed gives the money back."""
    seller = play.sellers["custom"]
    closed = await play.once(
        lambda: play.connect.external_accounts.add(
            seller,
            key="demo/bank/closed",
            token="btok_us_verified_accountClosed",  # noqa: S106  # a test token
        )
    )
    payout = await play.once(
        lambda: play.connect.payouts.create(
            key="demo/payout/failing", account=seller, amount=usd("6.00"), destination=closed.id
        )
    )
    play.stage.advance(days=7, key="demo/returned")
    now = await play.connect.payouts.retrieve(payout.id, account=seller)
    rows = play.connect.balances.transactions(account=seller, source=payout.id)
    moved = [row.net.amount async for row in rows]
    play.show("failed", f"{now.failure_code}; movements {moved}")
    play.check("the payout failed", true=now.status == "failed")
    play.check("the money is back", true=sum(moved) == 0 and len(moved) == 2)  # noqa: PLR2004  # out and back


async def topup(play: Play) -> None:
    """Add the platform's own money, and transfer of it."""
    topup = await play.once(
        lambda: play.connect.topups.create(key="demo/topup", amount=usd("2000.00"), statement_descriptor="Top-up")
    )
    play.stage.advance(days=10, key="demo/topped-up")
    arrived = await play.connect.topups.retrieve(topup.id)
    transfer = await play.once(
        lambda: play.connect.transfers.create(
            key="demo/bonus", amount=usd("150.00"), destination=play.sellers["express"]
        )
    )
    play.show("top-up", f"{arrived.amount}: {arrived.status}")
    play.show("transfer", f"{transfer.amount} to {transfer.destination}")
    play.check("the top-up succeeded", true=arrived.status == "succeeded")
