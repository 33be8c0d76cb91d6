"""Makes `published.json`: which members Stripe's published sample objects have, and which of them are null there.

    python -m tests.contract.publish FIXTURES

FIXTURES is the file `fixtures3.json` of the repository stripe/openapi, which is under the MIT licence. Only names are
taken from it, no values.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from connectkit.simulator.shapes import is_hash

TABLE: Final = Path(__file__).parent / "published.json"

_ORIGIN: Final = "Names of members, and whether they are null, in the sample objects that Stripe publishes"
_LICENCE: Final = "stripe/openapi, fixtures3.json, MIT licence, copyright Stripe, Inc."
_DOTTED: Final = ("checkout.session", "radar.early_fraud_warning")
_LISTS: Final = frozenset({"data", "has_more", "object", "url", "total_count"})


def members(sample: dict[str, Any]) -> dict[str, Any]:
    """Give for each member what is inside it; else whether it is null."""
    return {name: _inside(value) for name, value in sorted(sample.items())}


def _inside(value: object) -> object:
    if is_hash(value) and value and "object" not in value and not value.keys() <= _LISTS:
        return members(value)
    return value is None


def main(arguments: Sequence[str]) -> int:
    """Write the table of the samples in a file."""
    if len(arguments) != 1:
        sys.stderr.write("Name the file of samples, and nothing else.\n")
        return 2
    samples: dict[str, dict[str, Any]] = json.loads(Path(arguments[0]).read_text())["resources"]
    lines = [
        f"{json.dumps(name)}: {json.dumps(members(sample))}"
        for name, sample in sorted(samples.items())
        if "." not in name or name in _DOTTED
    ]
    head = f'{{"origin": {json.dumps(_ORIGIN)}, "licence": {json.dumps(_LICENCE)}, "resources": {{\n'
    TABLE.write_text(head + ",\n".join(lines) + "\n}}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
