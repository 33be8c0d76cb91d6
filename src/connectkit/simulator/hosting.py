"""Pages in plain HTML."""

from __future__ import annotations

import html
from typing import Final

from connectkit.simulator.answers import Answer

_TYPE: Final = {"Content-Type": "text/html; charset=utf-8"}


def page(title: str, body: str, status: int = 200) -> Answer:
    """Give a page; *body* is HTML, *title* is text."""
    named = f"{html.escape(title)} (simulated)"
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{named}</title><h1>{named}</h1>'
    return Answer(status, dict(_TYPE), f"{head}{body}</html>".encode())


def refused_page(message: str, status: int = 404) -> Answer:
    """Give a page that only says why there is nothing else."""
    return page("Not available", f"<p>{html.escape(message)}</p>", status)
