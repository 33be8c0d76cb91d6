"""The arguments of the command; whoever runs another one pays for no more than their names."""

from __future__ import annotations

from typing import Any

from .journeys import JOURNEYS


def add_to(commands: Any) -> None:  # noqa: ANN401  # argparse has no public name for it
    """Add the command to a command line."""
    parser = commands.add_parser("parity", help="compare the simulator with a sandbox, by its key in STRIPE_API_KEY")
    parser.add_argument("--base-url", metavar="URL", default="https://api.stripe.com", help="another than Stripe's")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument(
        "--journey",
        metavar="NAME",
        action="append",
        choices=JOURNEYS,
        help="only this journey, and whichever others are named; all of them if none is: " + ", ".join(JOURNEYS),
    )
    parser.add_argument(
        "--patience",
        metavar="SECONDS",
        type=float,
        default=60.0,
        help="wait so long at most for what Stripe does later, as to verify a seller",
    )
