"""How Sphinx builds this documentation."""

from __future__ import annotations

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "connectkit"
author = "The connectkit authors"
copyright = "2026, the connectkit authors"
release = version = version_of("connectkit")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "connectkit"

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

default_role = "code"  # docstrings write `name`, as Markdown does
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_ivar = True  # an attribute is described once, in its class

nitpick_ignore_regex = [
    # Every name of ours has to resolve. Other projects' would need their inventories from the network at each build.
    (r"py:.*", r"(?!connectkit).*"),
    (r"py:class", r"connectkit\.(\w+\.)*Of\w+"),  # type variables
]

MADE_BY_CONNECT = ("connectkit.resources.", "connectkit.webhooks.router")


def setup(app: Sphinx) -> None:
    """Show no signature of what users never make: errors, and the parts of a `Connect`."""

    def shown(_app: Sphinx, what: str, _name: str, documented: object, *_: object) -> tuple[str, str] | None:
        is_part = what == "class" and getattr(documented, "__module__", "").startswith(MADE_BY_CONNECT)
        return ("", "") if is_part or what == "exception" else None

    app.connect("autodoc-process-signature", shown)
