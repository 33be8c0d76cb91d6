"""The money-safe way to run a platform on Stripe Connect.

Importing this package is cheap: a name is loaded, with what it needs, when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from connectkit.errors import AccountNotReady as AccountNotReady
    from connectkit.errors import AuthenticationFailed as AuthenticationFailed
    from connectkit.errors import ClockSkewed as ClockSkewed
    from connectkit.errors import ConnectKitError as ConnectKitError
    from connectkit.errors import Happened as Happened
    from connectkit.errors import InsufficientBalance as InsufficientBalance
    from connectkit.errors import InvalidRequest as InvalidRequest
    from connectkit.errors import NotFound as NotFound
    from connectkit.errors import OperationConflict as OperationConflict
    from connectkit.errors import OperationError as OperationError
    from connectkit.errors import OperationInProgress as OperationInProgress
    from connectkit.errors import OutcomeUnknown as OutcomeUnknown
    from connectkit.errors import PaymentDeclined as PaymentDeclined
    from connectkit.errors import PermissionDenied as PermissionDenied
    from connectkit.errors import Refused as Refused
    from connectkit.errors import ReviewNeeded as ReviewNeeded
    from connectkit.errors import StoreUnavailable as StoreUnavailable
    from connectkit.errors import Throttled as Throttled
    from connectkit.errors import Unreachable as Unreachable
else:  # hidden from the checkers, so that a name which does not exist stays an error
    from importlib import import_module

    _HOMES = {
        "connectkit.errors": (
            "AccountNotReady",
            "AuthenticationFailed",
            "ClockSkewed",
            "ConnectKitError",
            "Happened",
            "InsufficientBalance",
            "InvalidRequest",
            "NotFound",
            "OperationConflict",
            "OperationError",
            "OperationInProgress",
            "OutcomeUnknown",
            "PaymentDeclined",
            "PermissionDenied",
            "Refused",
            "ReviewNeeded",
            "StoreUnavailable",
            "Throttled",
            "Unreachable",
        ),
    }
    _HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

    __all__ = list(_HOME_OF)

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(_HOME_OF[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
