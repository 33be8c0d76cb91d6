from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
OUTSIDE = ("connectkit.simulator",)  # stands beside the house and has a contract of its own


def modules() -> set[str]:
    paths = [path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*.py") if path.name != "__init__.py"]
    return {".".join(path.parts) for path in paths}


def on_a_floor() -> set[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return set(re.findall(r"[\w.]+", " ".join(contracts[0]["layers"])))


def test_each_module_has_its_floor() -> None:
    floors = (*on_a_floor(), *OUTSIDE)
    homeless = {
        name for name in modules() if not any(name == floor or name.startswith(f"{floor}.") for floor in floors)
    }
    assert homeless == set()
