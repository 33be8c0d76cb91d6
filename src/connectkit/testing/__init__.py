"""For tests of code that uses connectkit, and of stores that others write.

pytest and Hypothesis are needed only where a name of this package is used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clock import SimulatedTime as SimulatedTime
    from .machine import StoreMachine as StoreMachine
    from .shared import SharedStoreSuite as SharedStoreSuite
    from .stores import StoreSuite as StoreSuite
    from .strategies import deliveries as deliveries
    from .strategies import operations as operations
else:  # hidden from the checkers, so that a name which does not exist stays an error
    _HOME_OF = {
        "SharedStoreSuite": "connectkit.testing.shared",
        "SimulatedTime": "connectkit.testing.clock",
        "StoreMachine": "connectkit.testing.machine",
        "StoreSuite": "connectkit.testing.stores",
        "deliveries": "connectkit.testing.strategies",
        "operations": "connectkit.testing.strategies",
    }

    __all__ = list(_HOME_OF)

    if "pytest" in sys.modules:  # a law that fails then says what it compared
        sys.modules["pytest"].register_assert_rewrite(*_HOME_OF.values())

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        return getattr(import_module(_HOME_OF[name]), name)
