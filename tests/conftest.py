"""Fixtures and settings that every test shares."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import settings
from tests.contract.watching import answered, watched

__all__ = ["answered", "watched"]

# The SDK by itself, as some tests use it, keeps a file in the user's settings: let it be one of this clone.
os.environ["XDG_CONFIG_HOME"] = str(Path(__file__).parents[1] / ".cache" / "config")

# No deadline: how long an example takes says something about the machine, not about the law. A commit waits for few
# examples, the count of the branches for many; where nobody watches, both are always the same ones.
CI = bool(os.environ.get("CI"))
settings.register_profile("daily", deadline=None, max_examples=25, derandomize=CI, print_blob=CI)
settings.register_profile("thorough", deadline=None, max_examples=100, derandomize=CI, print_blob=CI)
settings.register_profile("chaos", deadline=None, max_examples=2_000)
settings.register_profile("fuzz", deadline=None, max_examples=25_000)
settings.register_profile("machine", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "daily"))
