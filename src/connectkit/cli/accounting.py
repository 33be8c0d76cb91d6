"""The scenes in which the platform hears of what happened, and sees that all of it is settled and explained."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from connectkit.models.details import AccountDetails, BusinessProfile

from .play import Play


async def webhooks(play: Play) -> None:
    """Receive events, verify them, and handle each once."""
    seller = play.sellers["express"]
    await play.connect.onboarding.update(seller, details=AccountDetails(business_profile=_profile()))
    await play.until(play.received)
    await play.work()
    status = await play.redeliver()
    await play.work()
    for type, count in Counter(type for type, _ in play.handled).items():
        play.show(type, count)
    play.check("events were received", true=bool(play.handled))
    play.check("a repeated delivery is answered with 200", true=status == 200)  # noqa: PLR2004  # HTTP's own
    play.check("every event was handled once", true=set(play.handled.values()) == {1})


def _profile() -> BusinessProfile:
    """Give something new to say in every run, so that every run causes an event."""
    return BusinessProfile(product_description=f"Hand-made pottery, described at {datetime.now(tz=UTC).isoformat()}.")


async def journal(play: Play) -> None:
    """Look at what is unfinished."""
    unfinished = await play.connect.operations.unfinished()
    play.show("unfinished operations", len(unfinished))
    play.check("nothing is unfinished", true=not unfinished)


async def reconciled(play: Play) -> None:
    """Explain every movement of every account."""
    unexplained = 0
    async for report in play.connect.reconciliation.periods(accounts=[*play.sellers.values()]):
        lines = sum(report.origins.values())
        name = next((kind for kind, seller in play.sellers.items() if seller == report.account), "platform")
        play.show(name, f"{lines} movements, closing {report.closing('usd')}")
        unexplained += sum(amount.amount for amount in report.unexplained)
        for finding in report.findings:
            play.show(finding.kind.value, f"{finding.object_id}: {finding.why}")
        play.check(f"all of {name} is explained", true=report.explained)
    play.show("not explained", f"{unexplained} cents")


async def ledger(play: Play) -> None:
    """Add the whole simulated world up."""
    play.check("the ledger sums to zero", true=bool(play.stage.ledger()["balanced"]))
