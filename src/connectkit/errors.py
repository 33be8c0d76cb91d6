"""Everything that connectkit raises.

    ConnectKitError
    ├── InvalidRequest          refused here, before anything was sent
    ├── Refused                 Stripe answered no, and nothing was done
    │   ├── AuthenticationFailed    the API key is wrong, expired or of the other mode
    │   ├── PermissionDenied        the key may not do this, or not on this account
    │   ├── NotFound                no such object in this account and mode
    │   ├── InsufficientBalance     the Stripe balance does not cover it
    │   │   └── Shortfall               and it is known by how much
    │   ├── AccountNotReady         a capability or the account's state forbids it
    │   └── PaymentDeclined         the buyer's bank or Stripe's risk rules said no
    ├── Unreachable             no usable answer to something that moves nothing
    │   └── Throttled               told to come back later, more often than we were ready to
    ├── OperationError          about a named operation
    │   ├── OperationConflict       its key already names another request
    │   ├── OperationInProgress     somebody else is sending it now
    │   ├── OutcomeUnknown          it may have happened: call again with the same key
    │   ├── ReviewNeeded            a person has to look before anything more is sent
    │   └── AnswerPurged            it was done, and what came of it was purged
    ├── Braked                  a brake of the platform's own forbids it now, so nothing was sent
    ├── StoreUnavailable        the store could not be reached, so nothing was sent
    │   └── StoreRestored           the store is another than the fleet agreed on: an old backup
    └── ClockSkewed             this machine's clock is wrong, so nothing was sent

Each error says what was tried, whether it can have happened, and what to do next. None of them carries a secret or a
body of a request or answer, so that an error tracker may show them whole.
"""

from __future__ import annotations

from enum import Enum
from typing import Any


class Happened(Enum):
    """Whether the effect that was asked for can have taken place."""

    NO = "it did not happen"
    UNKNOWN = "it may have happened"
    YES = "it happened"


class ConnectKitError(Exception):
    """The root of every error of this library.

    Attributes:
        message: What went wrong, in one sentence.
        tried: What was being done, as `charges.direct.create (order-1)`.
        happened: Whether the effect can have taken place.
        next_step: What to do now.
    """

    happened: Happened = Happened.NO

    def __init__(self, message: str, *, tried: str = "", next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.tried = tried
        self.next_step = next_step

    def __str__(self) -> str:
        parts = [self.message]
        if self.tried:
            parts.append(f"While trying {self.tried}: {self.happened.value}.")
        if self.next_step:
            parts.append(self.next_step)
        return " ".join(parts)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (type(self), self.args, self.__dict__))


def _restored(kind: type[ConnectKitError], args: tuple[object, ...], state: dict[str, object]) -> ConnectKitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class InvalidRequest(ConnectKitError, ValueError):
    """An argument is wrong; nothing was sent.

    Attributes:
        param: The argument's name, where one argument is to blame.
    """

    def __init__(self, message: str, *, param: str = "", tried: str = "", next_step: str = "") -> None:
        super().__init__(message, tried=tried, next_step=next_step)
        self.param = param


class Refused(ConnectKitError):
    """Stripe refused, and said so for certain.

    Attributes:
        status: The HTTP status; 0 where connectkit refused before sending, by what Stripe had told before.
        code: Stripe's error code, `""` where it gave none. An open set.
        param: The parameter that Stripe blames, or `""`.
        decline_code: The issuer's reason for a card, or `""`.
        request_id: Stripe's id of the request, to quote to its support.
        object_id: The object that lives on after the refusal (a payment intent whose card was declined), or `""`.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: str = "",
        param: str = "",
        decline_code: str = "",
        request_id: str = "",
        object_id: str = "",
        tried: str = "",
        next_step: str = "",
    ) -> None:
        super().__init__(message, tried=tried, next_step=next_step)
        self.status = status
        self.code = code
        self.param = param
        self.decline_code = decline_code
        self.request_id = request_id
        self.object_id = object_id


class AuthenticationFailed(Refused):
    """The API key is wrong, expired, or belongs to the other mode."""


class PermissionDenied(Refused):
    """The key may not do this, or not on this account."""


class NotFound(Refused):
    """No such object in this account and mode."""


class InsufficientBalance(Refused):
    """The available Stripe balance does not cover the amount."""


class AccountNotReady(Refused):
    """The account's capabilities or state forbid it now."""


class PaymentDeclined(Refused):
    """The buyer's side said no: the card, its issuer, or Stripe's risk rules."""


class Unreachable(ConnectKitError):
    """Stripe gave no usable answer to a request that changes nothing.

    Attributes:
        request_id: Stripe's id of the last request, where an answer had one.
    """

    def __init__(self, message: str, *, request_id: str = "", tried: str = "", next_step: str = "") -> None:
        super().__init__(message, tried=tried, next_step=next_step)
        self.request_id = request_id


class Throttled(Unreachable):
    """Stripe asked for patience more often than the retry budget allows."""


class OperationError(ConnectKitError):
    """Something about a named operation.

    Attributes:
        key: The caller's name of the operation.
    """

    def __init__(self, message: str, *, key: str, tried: str = "", next_step: str = "") -> None:
        super().__init__(message, tried=tried, next_step=next_step)
        self.key = key


class OperationConflict(OperationError):
    """The key already names an operation with other arguments.

    Attributes:
        differs: The names of the arguments that differ; never their values.
    """

    def __init__(
        self, message: str, *, key: str, differs: tuple[str, ...], tried: str = "", next_step: str = ""
    ) -> None:
        super().__init__(message, key=key, tried=tried, next_step=next_step)
        self.differs = differs


class OperationInProgress(OperationError):
    """Another thread, task or process is sending this operation now."""

    happened = Happened.UNKNOWN


class OutcomeUnknown(OperationError):
    """No answer settled it: it may have happened, and the journal remembers that.

    Attributes:
        request_id: Stripe's id of the last request, where an answer had one.
    """

    happened = Happened.UNKNOWN

    def __init__(self, message: str, *, key: str, request_id: str = "", tried: str = "", next_step: str = "") -> None:
        super().__init__(message, key=key, tried=tried, next_step=next_step)
        self.request_id = request_id


class ReviewNeeded(OperationError):
    """The facts contradict each other; a person has to look before anything more is sent.

    Attributes:
        duplicates: The objects that one operation has made, where they are more than one.
    """

    happened = Happened.UNKNOWN

    def __init__(
        self, message: str, *, key: str, duplicates: tuple[str, ...] = (), tried: str = "", next_step: str = ""
    ) -> None:
        super().__init__(message, key=key, tried=tried, next_step=next_step)
        self.duplicates = duplicates


class AnswerPurged(OperationError):
    """It was done, and the journal's record of what came of it was purged.

    Attributes:
        object_id: The object that came of it, or the first of several.
    """

    happened = Happened.YES

    def __init__(self, message: str, *, key: str, object_id: str, tried: str = "", next_step: str = "") -> None:
        super().__init__(message, key=key, tried=tried, next_step=next_step)
        self.object_id = object_id


class Braked(ConnectKitError):
    """A brake of the platform's own forbids it now; nothing was sent by this call.

    Attributes:
        brake: Which one: `stop`, `dry_run`, `destination` or `limit`.
    """

    def __init__(self, message: str, *, brake: str, tried: str = "", next_step: str = "") -> None:
        super().__init__(message, tried=tried, next_step=next_step)
        self.brake = brake


class StoreUnavailable(ConnectKitError):
    """The store could not be reached, so nothing was sent."""


class StoreRestored(StoreUnavailable):
    """The store is not of the epoch that the fleet agreed on: it was restored from a backup, and has forgotten."""


class ClockSkewed(ConnectKitError):
    """This machine's clock is more than a minute away from Stripe's, so that no lease and no window can be trusted."""
