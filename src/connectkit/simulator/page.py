"""The front page: what there is in the simulated world, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import Final

from .answers import Answer
from .clock import rfc3339
from .control import ACTIONS, PREFIX
from .engine import Seen
from .money.currencies import written
from .shapes import Object
from .state import World

FRONT: Final = "/"
"""Where it is."""

_MOST: Final = 50
_SHOWN: Final = "The newest fifty are shown."
_STYLE: Final = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1a1f36 }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem } p { margin: .3rem 0 }
table { border-collapse: collapse; width: 100% } th, td { padding: .25rem .6rem; border-bottom: 1px solid #e3e8ee }
th { text-align: left; font-weight: 600; background: #f6f8fa } .n { text-align: right; white-space: nowrap }
code, td { font-family: ui-monospace, monospace; font-size: 13px } td { white-space: nowrap }
td.w:last-child { white-space: normal; overflow-wrap: anywhere } .e { color: #545f71 }
.s { overflow-x: auto } :focus-visible { outline: 3px solid #1a5fd0; outline-offset: 1px }
"""


def front(world: World, requests: Sequence[Seen]) -> Answer:
    """Give the page: accounts, balances, the ledger, movements and the last requests. It shows no secret."""
    accounts = _accounts(world)
    balanced = "sums to zero" if world.ledger.balanced() else "does not sum to zero"
    body = (
        f"<h1>connectkit simulator</h1><p>{'Live' if world.livemode else 'Test'} mode, platform "
        f"<code>{escape(world.platform)}</code>. It is {rfc3339(world.clock.now)[:19].replace('T', ' ')} UTC. "
        f"The money of this world {balanced}.</p>"
        + _section("Accounts and balances", _SHOWN, _HEADS["accounts"], [_account_row(world, own) for own in accounts])
        + _section("Ledger", "What everybody holds, pending and available together.", *_ledger(world))
        + _section("Movements", _SHOWN, _HEADS["movements"], _movements(world, accounts))
        + _section(
            "Requests", _SHOWN, _HEADS["requests"], [_request(world, seen) for seen in reversed(requests[-_MOST:])]
        )
        + _steering()
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>connectkit simulator</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return Answer(200, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, page.encode())


_HEADS: Final = {
    "accounts": ("Account", "Type", "Country", "Charges", "Payouts", "Due", "+Available", "+Pending"),
    "movements": ("When", "Account", "Row", "Type", "+Amount", "+Fee", "+Net", "Status"),
    "requests": ("Request", "Method", "Path", "Account", "+Answer", "Idempotency key"),
}


def _section(title: str, note: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a table; the heads of columns of numbers begin with a plus sign."""
    if not rows:
        return f'<h2>{title}</h2><p class="e">Nothing yet.</p>'
    classes = ["n" if head.startswith("+") else "w" for head in heads]
    top = _row("th", classes, [head.lstrip("+") for head in heads])
    body = "".join(_row("td", classes, row) for row in rows)
    id = title.partition(" ")[0].lower()
    table = f"<table><thead>{top}</thead><tbody>{body}</tbody></table>"
    scrolled = f'<div class="s" role="region" tabindex="0" aria-labelledby="{id}">{table}</div>'
    return f'<h2 id="{id}">{title}</h2><p class="e">{note}</p>{scrolled}'


def _row(tag: str, classes: Sequence[str], cells: Sequence[str]) -> str:
    shown = zip(classes, cells, strict=True)
    scope = ' scope="col"' if tag == "th" else ""
    cell = "".join(f'<{tag}{scope} class="{kind}">{escape(text)}</{tag}>' for kind, text in shown)
    return f"<tr>{cell}</tr>"


def _accounts(world: World) -> list[Object]:
    return [world.kept["platform"], *islice(world.table(world.platform, "account").where(), _MOST)]


def _account_row(world: World, account: Object) -> list[str]:
    id_, ledger = account["id"], world.ledger
    own = id_ == world.platform
    currencies = ledger.currencies(id_)
    return [
        id_,
        "platform" if own else str(account.get("type", "")),
        str(account["country"]),
        *("yes" if account[f"{what}_enabled"] else "no" for what in ("charges", "payouts")),
        "" if own else str(len(account["requirements"]["currently_due"])),
        _amounts((currency, ledger.available(id_, currency)) for currency in currencies),
        _amounts((currency, ledger.pending(id_, currency)) for currency in currencies),
    ]


def _ledger(world: World) -> tuple[list[str], list[list[str]]]:
    totals = world.ledger.totals()
    currencies = sorted({currency for held in totals.values() for currency in held})
    rows = [[_name(world, party), *_columns(held, currencies)] for party, held in totals.items()]
    sums = {currency: sum(held.get(currency, 0) for held in totals.values()) for currency in currencies}
    return ["Whose", *(f"+{currency}" for currency in currencies)], [*rows, ["together", *_columns(sums, currencies)]]


def _columns(held: dict[str, int], currencies: Iterable[str]) -> list[str]:
    return [written(held[currency], currency) if currency in held else "" for currency in currencies]


def _movements(world: World, accounts: Iterable[Object]) -> list[list[str]]:
    rows = [
        row for account in accounts for row in islice(world.table(account["id"], "balance_transaction").where(), _MOST)
    ]
    rows.sort(key=lambda row: row["created"], reverse=True)
    return [
        [
            rfc3339(row["created"])[:19].replace("T", " "),
            _name(world, row["_account"]),
            row["id"],
            row["type"],
            *(f"{written(row[what], row['currency'])} {row['currency']}" for what in ("amount", "fee", "net")),
            "available" if row["available_on"] <= world.clock.now else "pending",
        ]
        for row in rows[:_MOST]
    ]


def _request(world: World, seen: Seen) -> list[str]:
    answer = "lost" if seen.status is None else str(seen.status)
    return [seen.request_id, seen.method, seen.path, _name(world, seen.account), answer, seen.key or ""]


def _name(world: World, party: str) -> str:
    return "platform" if party == world.platform else party


def _steering() -> str:
    items = "".join(
        f"<li><code>{method} {PREFIX}{name}</code> {escape(action.does)}</li>"
        for (method, name), action in ACTIONS.items()
    )
    return f"<h2>Steer it</h2><p>Bodies and answers are JSON; no key is needed.</p><ul>{items}</ul>"


def _amounts(held: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{written(amount, currency)} {currency}" for currency, amount in held)
