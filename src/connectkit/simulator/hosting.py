"""What hosted pages have in common: plain HTML that can be read, heard, and walked through with a keyboard."""

from __future__ import annotations

from html import escape
from typing import Final, NamedTuple

from .answers import Answer

_HEADERS: Final = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: #f6f8fa; color: #1a1f36 }
main { max-width: 36rem; margin: 2rem auto; padding: 1rem 2rem 2rem; background: #fff; border: 1px solid #d5dbe1;
  border-radius: 8px }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem }
fieldset { border: 0; border-top: 1px solid #e3e8ee; margin: 1.5rem 0 0; padding: .75rem 0 0 }
legend { font-weight: 600; font-size: 1.1rem; padding: 0 .5rem 0 0 }
label { display: block; margin: .75rem 0 .25rem } .tick label { display: inline; margin: 0 0 0 .4rem }
input:not([type=checkbox]), select { box-sizing: border-box; width: 100%; font: inherit; padding: .45rem .6rem;
  border: 1px solid #87909f; border-radius: 5px; background: #fff }
input[aria-invalid] { border: 2px solid #b3093c }
button { font: inherit; font-weight: 600; margin: 1.25rem .5rem 0 0; padding: .55rem 1.25rem; color: #fff;
  background: #4b45c6; border: 1px solid #4b45c6; border-radius: 5px; cursor: pointer }
button.quiet { color: #3c37a8; background: #fff } a { color: #3c37a8 } .hint { color: #545f71; font-size: .9rem }
:focus-visible { outline: 3px solid #1a5fd0; outline-offset: 1px }
.problem { border: 2px solid #b3093c; border-radius: 5px; padding: .5rem 1rem }
.problem h2 { margin: 0; color: #b3093c }
.problem ul { margin: .25rem 0; padding-left: 1.25rem }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { padding: .3rem 0; border-bottom: 1px solid #e3e8ee }
th { text-align: left; font-weight: 400 } td { text-align: right; white-space: nowrap }
tfoot *, thead * { font-weight: 600 }
th.n { text-align: right }
"""


class Problem(NamedTuple):
    """Something that was wrong with what a visitor wrote.

    Attributes:
        message: What, in words for her.
        field: The id of the field that it is about; empty if it is about none.
    """

    message: str
    field: str = ""


def page(title: str, body: str, status: int = 200, problems: tuple[Problem, ...] = ()) -> Answer:
    """Give a page.

    Args:
        title: What it is called, as text.
        body: What it says, as HTML.
        status: The HTTP status.
        problems: What has to be repaired; told first, with a link to each field.
    """
    named = f"{escape(title)} (simulated)"
    text = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">'
        f"<title>{'Error: ' if problems else ''}{named}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{named}</h1>{_summary(problems)}{body}</main></body></html>"
    )
    return Answer(status, dict(_HEADERS), text.encode())


def refused_page(message: str, status: int = 404) -> Answer:
    """Give a page that only says why there is nothing else."""
    return page("Not available", f"<p>{escape(message)}</p>", status)


def _summary(problems: tuple[Problem, ...]) -> str:
    if not problems:
        return ""
    items = "".join(
        f'<li><a href="#{escape(field)}">{escape(message)}</a></li>' if field else f"<li>{escape(message)}</li>"
        for message, field in problems
    )
    return f'<div class="problem" role="alert"><h2>There is a problem</h2><ul>{items}</ul></div>'


def written_field(id: str, label: str, attributes: dict[str, str], *, wrong: bool = False) -> str:
    """Give a field to be written into, below its label.

    Args:
        id: What it is called on the page.
        label: Its label, as text.
        attributes: The attributes of its tag, such as `name` and `value`; an empty one stands without a value.
        wrong: Whether what was written there has to be repaired.
    """
    told = {"id": id, **attributes, **({"aria-invalid": "true"} if wrong else {})}
    said = " ".join(f'{name}="{escape(value)}"' if value or name == "value" else name for name, value in told.items())
    return f'<label for="{escape(id)}">{escape(label)}</label><input {said}>'
