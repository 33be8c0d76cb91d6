"""What a form of the platform's own does not ask for, although Stripe wants it.

Stripe changes what it wants about twice a year: run this against every account then, as its guide demands of platforms
that collect the requirements themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from attrs import frozen

_PERSON: Final = re.compile(r"^person_[^.]+")
_RISK: Final = re.compile(r"^interv_")


@frozen(kw_only=True)
class FormReport:
    """What a form lacks.

    Attributes:
        missing: What Stripe wants of some account and the form does not ask for, with the number of accounts. A person
            is written `person`, whoever it is.
        unanswerable: What no form of the platform's can answer, with the number of accounts: inquiries, and pictures
            taken at the moment. Send those sellers to `onboarding.link`.
        unused: What the form asks for and Stripe wants of nobody now.
    """

    missing: Mapping[str, int]
    unanswerable: Mapping[str, int]
    unused: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether the form asks for everything that a form can."""
        return not self.missing


def uncovered(wanted: Iterable[Collection[str]], collected: Collection[str]) -> FormReport:
    """Compare a form with what Stripe wants.

    Args:
        wanted: The names of what Stripe wants, of each account.
        collected: The names of what the form asks for, as `individual.first_name`; `owners` stands for all that begins
            so.
    """
    counts = Counter(name for names in wanted for name in {_PERSON.sub("person", name) for name in names})
    alone = {name: count for name, count in counts.items() if _RISK.match(name) or name.endswith("proof_of_liveness")}
    missing = {name: count for name, count in counts.items() if name not in alone and not _covered(name, collected)}
    unused = sorted(field for field in collected if not any(_covered(name, (field,)) for name in counts))
    return FormReport(
        missing=dict(sorted(missing.items())), unanswerable=dict(sorted(alone.items())), unused=tuple(unused)
    )


def _covered(name: str, collected: Collection[str]) -> bool:
    return any(name == field or name.startswith(f"{field}.") for field in collected)
