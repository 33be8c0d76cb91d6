"""The Express dashboard, where a seller sees what she has and what is paid out to her."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from itertools import islice
from typing import Final

from connectkit.simulator.answers import Answer
from connectkit.simulator.clock import rfc3339
from connectkit.simulator.hosting import page, refused_page
from connectkit.simulator.refusals import Refusal
from connectkit.simulator.routing import Topic
from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .currencies import written

topic: Final = Topic("Express dashboard")

_PREFIX: Final = "/express/acct_"
_MOST: Final = 20
_NOTHING: Final = "<p>Nothing yet.</p>"


@topic.page(_PREFIX)
def visit(world: World, method: str, path: str, said: Mapping[str, str]) -> Answer:  # noqa: ARG001  # it has no form
    """Show the dashboard, once for each link."""
    id, _, token = path.partition("?")[0].removeprefix("/express/").partition("/")
    try:
        link = world.get(id, "_login_link", token, label="login link")
    except Refusal:
        return refused_page("There is no such page.")
    if method != "GET" or world.clock.now >= link["_expires_at"]:
        return refused_page("This link was used before, or is too old: ask the platform for another.", 410)
    link["_expires_at"] = 0
    return page(
        "Express dashboard", f"<p>Account <code>{escape(id)}</code>.</p>{_balance(world, id)}{_payouts(world, id)}"
    )


def _balance(world: World, id: str) -> str:
    ledger = world.ledger
    rows = "".join(
        _row(
            currency.upper(),
            written(ledger.available(id, currency), currency),
            written(ledger.pending(id, currency), currency),
        )
        for currency in ledger.currencies(id)
    )
    return "<h2>Balance</h2>" + (_table(("Currency", "Available", "Pending"), rows) if rows else _NOTHING)


def _payouts(world: World, id: str) -> str:
    rows = "".join(_payout(one) for one in islice(world.table(id, "payout").where(), _MOST))
    return "<h2>Payouts</h2>" + (_table(("Arrives", "Status", "Amount"), rows) if rows else _NOTHING)


def _payout(payout: Object) -> str:
    amount = f"{written(payout['amount'], payout['currency'])} {payout['currency'].upper()}"
    return _row(rfc3339(payout["arrival_date"])[:10], payout["status"], amount)


def _table(heads: tuple[str, ...], rows: str) -> str:
    first, *others = heads
    named = f'<th scope="col">{first}</th>' + "".join(f'<th scope="col" class="n">{head}</th>' for head in others)
    return f"<table><thead><tr>{named}</tr></thead><tbody>{rows}</tbody></table>"


def _row(first: str, *others: str) -> str:
    cells = "".join(f"<td>{escape(text)}</td>" for text in others)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
