from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import connectkit

NAMES: list[str] = vars(connectkit)["__all__"]  # hidden from the checkers, who read the real imports


def test_the_names_for_the_checkers_are_the_names_at_run_time() -> None:
    tree = ast.parse(Path(inspect.getfile(connectkit)).read_text())
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    for_checkers = {(alias.name, node.module) for node in imports for alias in node.names if alias.asname}
    at_run_time = {(name, connectkit.__dict__["_HOME_OF"][name]) for name in NAMES}
    assert for_checkers == at_run_time


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_there_and_listed(name: str) -> None:
    assert getattr(connectkit, name).__name__ == name
    assert name in dir(connectkit)


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'connectkit' has no attribute 'Conect'"):
        getattr(connectkit, "Conect")  # noqa: B009  # a checker would refuse the plain spelling


def loaded_by(program: str) -> set[str]:
    program = f"import sys\nbefore = set(sys.modules)\n{program}\nprint(*set(sys.modules) - before)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def test_importing_loads_nothing_costly() -> None:
    costly = {"stripe", "httpx", "tenacity", "asyncio", "sqlite3", "attrs"}
    assert not loaded_by("import connectkit") & costly


def test_importing_the_main_names_loads_neither_the_sdk_nor_http() -> None:
    costly = {"stripe", "httpx", "tenacity", "connectkit.simulator"}
    assert not loaded_by("from connectkit import AsyncConnect, Connect, Money, SQLiteStore") & costly
