"""`manage.py connectkit_events`: runs the functions of the events that are due."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectkit.contrib.workers import found, work


class Command(BaseCommand):
    """Runs until it is told to stop; start as many as you like."""

    help = "Runs the functions of the Stripe events that are due, until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what the command takes."""
        parser.add_argument("--once", action="store_true", help="stop as soon as nothing is due")
        parser.add_argument("--idle", type=float, default=1.0, help="seconds between two looks when nothing is due")

    def handle(self, *args: object, once: bool, idle: float, **options: object) -> None:  # noqa: ARG002  # Django's own
        """Run."""
        path: str | None = getattr(settings, "CONNECTKIT_ROUTER", None)
        if not path:
            message = 'Set CONNECTKIT_ROUTER = "shop.events.router", the path of your router.'
            raise CommandError(message)
        self.stdout.write(f"{work(found(path), idle=idle, once=once)} events")
