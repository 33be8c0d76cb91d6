"""Where an error came from, in words that name places and nobody: messages and values may speak of people."""

from __future__ import annotations

import traceback
from pathlib import PurePath
from typing import Final

_DEEPEST: Final = 12  # places, the innermost last


def traced(error: BaseException) -> str:
    """Give the kind of an error, and the places that it came through."""
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    places = [f"  {'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno} in {frame.name}" for frame in frames]
    return "\n".join([f"{type(error).__module__}.{type(error).__qualname__}", *places])
