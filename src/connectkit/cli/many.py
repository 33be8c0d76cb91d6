"""The scene of many operations as one."""

from __future__ import annotations

from .play import Play, usd


async def run(play: Play) -> None:
    """Pay several sellers at once; one of them cannot be paid yet, and is left out before anything is sent."""
    newcomer = await play.once(
        lambda: play.connect.onboarding.create(
            key="demo/seller/newcomer", country="US", type="express", email="newcomer@seller.example"
        )
    )
    payees = {**play.sellers, "newcomer": newcomer.id}
    rows = [{"name": kind, "destination": seller, "amount": usd("0.50")} for kind, seller in payees.items()]
    plan = await play.connect.runs.plan(key="demo/run", verb="transfers.create", rows=rows)
    for blocked in plan.blocked:
        play.show(f"{blocked.row.name} is blocked", blocked.why)
    able = plan.without_blocked()
    play.show("to be moved", ", ".join(str(total) for total in able.totals.values()))
    report = await play.once(lambda: play.connect.runs.execute(able))
    for row in report.rows:
        play.show(row.name, f"{row.state.value} {row.object_id}")
    play.check("the newcomer alone is blocked", true=[one.row.name for one in plan.blocked] == ["newcomer"])
    play.check("all others were paid", true=not report.refused and not report.unfinished)
