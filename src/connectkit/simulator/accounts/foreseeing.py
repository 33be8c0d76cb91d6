"""What Stripe says today of what it will not accept one day: recorded for two of its own test values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectkit.simulator.shapes import Object, part
from connectkit.simulator.state import World

from .checking import Problem, people
from .telephones import INVALID, WORDS

_OLD: Final = 1901
_ZEROS: Final = "+10000000000"
_YEAR: Final = "dob.year"  # under which part of the date it stands is inferred


_ENFORCED: Final = "+enforce_future_requirements@"  # in the address of an account, for tests


def is_enforced(account: Object) -> bool:
    """Tell whether what will be wanted one day is wanted now: a documented property of some addresses."""
    return _ENFORCED in (account["email"] or "")


def problems_to_come(world: World, account: Object) -> list[Problem]:
    """Tell what will have to be given again; none of it is due yet."""
    return [problem for name, person in people(world, account) for problem in _of_person(name, person)]


def _of_person(name: str, person: Object) -> Iterator[Problem]:
    if part(person, "dob").get("year") == _OLD:
        reason = "Date of birth must be within the past 120 years."
        yield Problem(f"{name}.{_YEAR}", "invalid_dob_age_over_maximum", reason)
    if person["phone"] == _ZEROS:
        yield Problem(f"{name}.phone", INVALID, WORDS)
