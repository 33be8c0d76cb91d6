"""Fixtures and settings that every test shares."""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: how long an example takes says something about the machine, not about the law.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("chaos", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "dev"))
