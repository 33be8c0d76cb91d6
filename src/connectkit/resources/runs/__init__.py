"""Runs: thousands of operations as one."""

from .room import AsyncRuns as AsyncRuns
from .room import Runs as Runs
