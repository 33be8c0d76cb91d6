"""No trap, recipe or law of money is without a test of its number."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
NUMBERED = re.compile(r"^def test_(\d\d)_", re.MULTILINE)


@pytest.mark.parametrize(
    ("files", "last"),
    [
        ("journeys/test_traps_of_money_*.py", 36),
        ("journeys/test_recipes_of_money_*.py", 15),
        ("simulator/test_invariants.py", 32),
    ],
)
def test_every_number_has_a_test(files: str, last: int) -> None:
    numbers = {int(number) for file in TESTS.glob(files) for number in NUMBERED.findall(file.read_text())}
    assert numbers == set(range(1, last + 1))
