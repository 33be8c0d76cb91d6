"""Telephone numbers that cannot be any: Stripe wants them again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from connectkit.simulator.shapes import Object
from connectkit.simulator.state import World

from .checking import Problem, people

INVALID: Final = "invalid_phone_number"
WORDS: Final = "The phone number is not valid."

_NUMBER: Final = re.compile(r"\+?[0-9]{7,15}")
"""What can be a number, without what stands between its digits.

Inferred: the code was seen, the numbers that it was for were not. E.164 has at most 15 digits.
"""

_BETWEEN: Final = str.maketrans("", "", " -.()/")


def bad_telephones(world: World, account: Object) -> list[Problem]:
    """Tell which telephone numbers have to be given again; one that is not given is missing, not wrong."""
    return [Problem(item, INVALID, WORDS) for item, number in _given(world, account) if not _can_be(number)]


def _given(world: World, account: Object) -> Iterator[tuple[str, str]]:
    owners = list(people(world, account))
    if account["individual"] is None and account["company"] is not None:
        owners.append(("company", account["company"]))
    for name, owner in owners:
        if owner["phone"]:
            yield f"{name}.phone", owner["phone"]


def _can_be(number: str) -> bool:
    return _NUMBER.fullmatch(number.translate(_BETWEEN)) is not None
