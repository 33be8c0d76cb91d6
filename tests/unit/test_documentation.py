from __future__ import annotations

import re
from pathlib import Path

import connectkit
from connectkit import AccountState
from connectkit.sellers.status import table

ROOT = Path(__file__).parents[2]
DIRECTIVE = re.compile(r"^\.\. auto(?:class|exception|function|data):: connectkit\.(\w+)(?:\(.*\))?$", re.MULTILINE)
BLOCK = re.compile(r"```sh\n(?P<command>.*?)```", re.DOTALL)


def test_the_reference_has_each_public_name_once() -> None:
    pages = (ROOT / "docs" / "reference").glob("*.md")
    described = [name for page in pages for name in DIRECTIVE.findall(page.read_text())]
    assert sorted(described) == sorted(vars(connectkit)["__all__"])


def test_the_readme_gives_each_command_as_one_line() -> None:
    readme = (ROOT / "README.md").read_text()
    for heading in ("Run it", "Test it"):
        section = readme.split(f"\n## {heading}\n")[1]
        block = BLOCK.match(section.lstrip())
        assert block is not None, heading
        assert block["command"].count("\n") == 1, heading


def test_the_table_of_states_is_the_one_in_the_code() -> None:
    page = (ROOT / "docs" / "reference" / "sellers.md").read_text()
    assert page.split("<!-- states -->\n\n")[1].split("\n<!-- end of states -->")[0] == table()


def test_every_state_is_in_the_table() -> None:
    assert all(f"| `{state.name}` |" in table() for state in AccountState)
