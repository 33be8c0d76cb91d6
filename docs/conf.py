"""How Sphinx builds this documentation."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version as version_of

from sphinx.application import Sphinx

import_module("connectkit.assembly")
import_module("connectkit.simulator")
TOPICS = import_module("connectkit.simulator.topics").TOPICS
SWITCHES = import_module("connectkit.simulator.money.switches")
SERVICES = import_module("connectkit.simulator.services")
ENDPOINTS_HERE = "<!-- the table of endpoints -->"
SWITCHES_HERE = "<!-- the table of switches -->"
CALLS_HERE = "<!-- the table of the SDK's calls -->"
APART_HERE = "<!-- the table of parameters that are not simulated -->"
typing.TYPE_CHECKING = True  # the signatures of `Connect` name types that it imports only when one is made
import_module("connectkit.connect")
typing.TYPE_CHECKING = False

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
    (r"py:class", r"connectkit\.(\w+\.)*(Of\w+|S|T|T_co)"),  # type variables
    (r"py:class", r"connectkit\.resources\.(\w+\.)*Async\w+"),  # described by their blocking faces
]
autodoc_default_options = {"exclude-members": "parse, KEEP"}  # how a value is read from an answer is the library's own


def setup(app: Sphinx) -> None:
    """Show no signature of what users never make: errors, values, and the parts of a `Connect`."""
    given = (
        "connectkit.later.",
        "connectkit.models.",
        "connectkit.resources.",
        "connectkit.simulator.server",
        "connectkit.webhooks.events",
        "connectkit.webhooks.router",
    )
    made = "connectkit.models.details"

    def shown(
        _app: Sphinx,
        what: str,
        _name: str,
        documented: object,
        _options: object,
        signature: str | None,
        _returns: object,
    ) -> tuple[str, str] | None:
        module = getattr(documented, "__module__", "")
        is_given = what == "class" and module.startswith(given) and module != made
        return ("", "") if signature is not None and (is_given or what == "exception") else None

    app.connect("autodoc-process-signature", shown)
    app.connect("source-read", tabulate)


def tabulate(_app: Sphinx, _name: str, source: list[str]) -> None:
    """Put the tables of the simulator's endpoints, switches and gaps where they are wanted."""
    for here, table in (
        (ENDPOINTS_HERE, endpoints),
        (SWITCHES_HERE, switches),
        (CALLS_HERE, calls),
        (APART_HERE, apart),
    ):
        if here in source[0]:
            source[0] = source[0].replace(here, table())


def endpoints() -> str:
    """Give a table of everything that the simulator answers."""
    rows = [
        f"| {topic.name} | `{route.method} {route.path}` | {(route.answer.__doc__ or '').partition(chr(10))[0]} |"
        for topic in sorted(TOPICS, key=lambda topic: topic.name)
        for route in topic.routes
    ]
    return "\n".join(["| topic | request | what it does |", "|---|---|---|", *rows])


def switches() -> str:
    """Give a table of everything that can be decided otherwise than it is."""
    rows = [
        f"| `{switch.name}` | {switch.default} | {switch.others} | {switch.about} | {switch.source} |"
        for switch in SWITCHES.described()
    ]
    heads = ["| switch | as it is | as it could be | what it decides | what says so |", "|---|---|---|---|---|"]
    return "\n".join([*heads, *rows])


def calls() -> str:
    """Give a table of every call of the SDK, by resource: what is simulated, and what is not."""
    rows = [
        f"| `{resource.path}` | {_named(resource.simulated)} | {_named(resource.missing)} |"
        for resource in SERVICES.resources()
    ]
    return "\n".join(["| resource | simulated | answered 501 |", "|---|---|---|", *rows])


def apart() -> str:
    """Give a table of the parameters that are never simulated, by endpoint."""
    rows = [
        f"| `{route.method} {route.path}` | {_named(sorted(route.apart))} |"
        for topic in sorted(TOPICS, key=lambda topic: topic.name)
        for route in topic.routes
        if route.apart
    ]
    return "\n".join(["| request | answered 501 |", "|---|---|", *rows])


def _named(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
