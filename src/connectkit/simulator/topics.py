"""The simulated topics, in one list: a new topic is one line here."""

from __future__ import annotations

from typing import Final

from . import events
from .routing import Topic

TOPICS: Final[tuple[Topic, ...]] = (events.topic,)
"""Every topic that the simulator has."""
