"""What a run prints: a line of JSON a step for programs, progress and tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

from attrs import asdict, field, frozen


@frozen(kw_only=True)
class StepResult:
    """What one step came to.

    Attributes:
        step: Its name.
        ok: Whether all that it checked is true.
        requests: How many HTTP requests it sent.
        shows: What it shows, in a sentence.
        rows: Facts to look at, as (what, value).
        failed: What was not true.
    """

    step: str
    ok: bool
    requests: int
    shows: str = ""
    rows: Sequence[tuple[str, str]] = ()
    failed: Sequence[str] = ()


@frozen(kw_only=True)
class Summary:
    """What the whole run came to."""

    steps: int
    requests: int
    seconds: float
    ledger_balanced: bool
    ledger: Mapping[str, Mapping[str, int]] = field(factory=dict[str, "Mapping[str, int]"])


class Report(Protocol):
    """Tells somebody how a run goes."""

    def step(self, result: StepResult) -> None:
        """Tell of a step that has ended."""
        ...

    def summary(self, summary: Summary) -> None:
        """Tell of the end."""
        ...


class JsonReport:
    """One JSON object a line."""

    def step(self, result: StepResult) -> None:
        """Print a step."""
        document: dict[str, object] = {"step": result.step, "ok": result.ok, "requests": result.requests}
        if result.failed:
            document["failed"] = list(result.failed)
        self._line(document)

    def summary(self, summary: Summary) -> None:
        """Print the end."""
        self._line({"summary": asdict(summary)})

    def _line(self, document: Mapping[str, object]) -> None:
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()


class RichReport:
    """Progress and tables, by rich (the extra `cli`)."""

    def __init__(self) -> None:
        try:
            from rich.console import Console  # noqa: PLC0415  # an extra
            from rich.table import Table  # noqa: PLC0415  # an extra
        except ImportError:
            message = "Tables need rich: pip install 'connectkit[cli]', or pass --json."
            raise SystemExit(message) from None

        self._console = Console()
        self._table = Table

    def step(self, result: StepResult) -> None:
        """Print a step: what it shows, and the facts."""
        sign = "[green]✓[/]" if result.ok else "[red]✗[/]"
        self._console.print(f"{sign} [bold]{result.step}[/] [dim]({result.requests} requests)[/]")
        self._console.print(f"  {result.shows}", style="italic", highlight=False)
        table = self._table(box=None, show_header=False, padding=(0, 2))
        for what, value in result.rows:
            table.add_row(what, value)
        for complaint in result.failed:
            table.add_row("[red]not true[/]", complaint)
        if table.row_count:
            self._console.print(table)

    def summary(self, summary: Summary) -> None:
        """Print the end: the ledger, which has to sum to zero in every currency."""
        table = self._table("account", "currency", "total", title="The ledger of the whole simulated world")
        for account, totals in summary.ledger.items():
            for currency, total in totals.items():
                table.add_row(account, currency, f"{total:,}")
        self._console.print(table)
        verdict = "[green]sums to zero[/]" if summary.ledger_balanced else "[red]does not sum to zero[/]"
        self._console.print(
            f"{summary.steps} steps, {summary.requests} requests, {summary.seconds:.1f} s; the ledger {verdict}."
        )
