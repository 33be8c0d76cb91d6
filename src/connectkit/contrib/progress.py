"""A progress bar of a run, on a terminal or in a notebook, by rich."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connectkit.models.runs import RunProgress
from connectkit.storage.records import State


@contextmanager
def bar(title: str, *, console: Console | None = None) -> Generator[Callable[[RunProgress], None], None, None]:
    """Show how far a run has come, for its *progress*.

    `with bar("payouts") as shown: connect.runs.execute(plan, progress=shown)`.

    Args:
        title: What stands before it.
        console: Where it is shown, if not on the standard output.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(title, total=None)

        def listen(now: RunProgress) -> None:
            refused = now.states.get(State.REFUSED, 0)
            words = f"{title}, {refused} refused" if refused else title
            shown.update(task, total=now.total, completed=now.done, description=words)

        yield listen
