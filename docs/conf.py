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

# Every name of ours has to resolve. Other projects' names would need their inventories from the network at each build.
nitpick_ignore_regex = [(r"py:.*", r"(?!connectkit).*")]


def setup(app: Sphinx) -> None:
    """Show an error by its attributes: users catch errors and never make them."""

    def shown(_app: Sphinx, what: str, *_: object) -> tuple[str, str] | None:
        return ("", "") if what == "exception" else None

    app.connect("autodoc-process-signature", shown)
