"""A progress bar of a run: on a terminal by rich, in a notebook by the notebook itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from html import escape
from importlib import import_module
from typing import Any, Final

from attrs import define, field
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from connectkit.models.runs import RunProgress
from connectkit.storage.records import State

_PAUSE: Final = 0.1  # seconds between two pictures in a notebook, each of which is a message


@contextmanager
def bar(title: str, *, console: Console | None = None) -> Generator[Callable[[RunProgress], None], None, None]:
    """Show how far a run has come, for its *progress*.

    `with bar("payouts") as shown: connect.runs.execute(plan, progress=shown)`.

    Args:
        title: What stands before it.
        console: Where it is shown, if not in the notebook that this is, or on the standard output.
    """
    if console is None and _in_notebook():
        yield _Picture(title).show
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(title, total=None)

        def listen(now: RunProgress) -> None:
            shown.update(task, total=now.total, completed=now.done, description=_words(title, now))

        yield listen


@define(repr=False)
class _Picture:
    """The bar in a notebook, which needs no widgets there."""

    title: str
    now: RunProgress = field(factory=lambda: RunProgress(total=0, done=0, states={}))
    handle: Any = None
    last: float = 0.0

    def show(self, now: RunProgress) -> None:
        """Show how far it has come, if that is the end or some time has passed."""
        if now.done < now.total and time.monotonic() - self.last < _PAUSE:
            return
        self.last, self.now = time.monotonic(), now
        if self.handle is None:
            self.handle = import_module("IPython.display").display(self, display_id=True)
        else:
            self.handle.update(self)

    def __repr__(self) -> str:
        return f"{_words(self.title, self.now)}: {self.now.done} of {self.now.total}"

    def _repr_html_(self) -> str:
        return f'<progress value="{self.now.done}" max="{self.now.total}"></progress> {escape(repr(self))}'


def _in_notebook() -> bool:
    """Tell whether this is a notebook: IPython, in a kernel and not on a terminal."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def _words(title: str, now: RunProgress) -> str:
    refused = now.states.get(State.REFUSED, 0)
    return f"{title}, {refused} refused" if refused else title
