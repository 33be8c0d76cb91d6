"""Accounts: one account in two shapes, with capabilities, requirements, bank accounts and links."""

from __future__ import annotations

from . import capabilities, external, laws, links, oauth, persons, sessions, specs, tokens, v1, v2, v2_persons
from .kinds import topic

__all__ = [
    "capabilities",
    "external",
    "laws",
    "links",
    "oauth",
    "persons",
    "sessions",
    "specs",
    "tokens",
    "topic",
    "v1",
    "v2",
    "v2_persons",
]
