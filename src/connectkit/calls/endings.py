"""How a call that did not simply succeed ends: the answer from the journal, or the error that says what is known."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

from connectkit.errors import (
    AnswerPurged,
    ConnectKitError,
    OperationConflict,
    OperationInProgress,
    OutcomeUnknown,
    ReviewNeeded,
    Throttled,
    Unreachable,
)
from connectkit.models.base import Answer, Receipt
from connectkit.storage.records import Operation

from . import plans
from .frozen import Frozen, differing
from .outcomes import Meaning, Sent, Silence
from .refusals import refusal

_LOOK = "Look at this operation in Stripe's dashboard, then operations.settle() or abandon() it."
_UNDOING: Final[Mapping[str, str]] = {
    "acct": "close the account",
    "pi": "refund it, or cancel it",
    "po": "payouts.cancel while it is pending; else let the account pay it back",
    "re": "a refund cannot be undone: ask the buyer",
    "tr": "transfers.reverse",
    "trr": "transfers.create",
    "tu": "topups.cancel while it is pending",
}
"""What undoes an object, by the beginning of its id."""

_AGAIN = "Call again with the same key and arguments: that finds out, and can't do it twice."


def tried(operation: Operation) -> str:
    """Tell what an operation is, for errors."""
    identity = operation.identity
    return f"{operation.verb} ({'/'.join(filter(None, (identity.key, identity.step)))})"


def replayed(operation: Operation) -> Answer:
    """Give the stored answer of an operation that was done before."""
    return Answer(data=json.loads(operation.answer), receipt=Receipt(replayed=True, as_of=operation.updated))


def conflict(known: Operation, draft: Operation) -> OperationConflict:
    """Say that the key names another request, and which of its parameters differ."""
    names = _differing(known, draft)
    return OperationConflict(
        f"This key already names {known.verb} with other arguments ({', '.join(names)}).",
        key=known.identity.key,
        differs=names,
        tried=tried(draft),
        next_step="Use the arguments of the first call, or name the new intent with a key of its own.",
    )


def _differing(known: Operation, draft: Operation) -> tuple[str, ...]:
    if known.verb != draft.verb:
        return ("verb",)
    if plans.loads(known.request) is not None:
        return ("arguments",)
    return differing(Frozen.loads(known.request).request, Frozen.loads(draft.request).request)


def in_progress(operation: Operation) -> OperationInProgress:
    """Say that somebody else is sending it."""
    return OperationInProgress(
        "Somebody else is sending this operation now.",
        key=operation.identity.key,
        tried=tried(operation),
        next_step="Wait for it (wait=seconds), or call again later with the same key.",
    )


def review(operation: Operation) -> ReviewNeeded:
    """Say that a person has to look, and at what."""
    duplicates = tuple(json.loads(operation.refusal).get("duplicates", ()))
    return ReviewNeeded(
        f"The facts about this operation contradict each other: {operation.refusal}.",
        key=operation.identity.key,
        duplicates=duplicates,
        tried=tried(operation),
        next_step=_keep_one(duplicates) if duplicates else _LOOK,
    )


def _keep_one(duplicates: Sequence[str]) -> str:
    undoing = ", ".join(f"{name} ({_UNDOING.get(name.partition('_')[0], 'undo it')})" for name in duplicates)
    return f"Keep one of {undoing}, undo the others, then operations.settle() with the one that is kept."


def purged(operation: Operation) -> AnswerPurged:
    """Say that it was done, and that what came of it was purged."""
    return AnswerPurged(
        f"This was done ({operation.object_id}), and the journal's record of it was purged since.",
        key=operation.identity.key,
        object_id=operation.object_id,
        tried=tried(operation),
        next_step="Read the object itself.",
    )


def unknown(operation: Operation, why: str, request_id: str = "") -> OutcomeUnknown:
    """Say that it may have happened."""
    return OutcomeUnknown(
        f"The outcome is not known: {why}.",
        key=operation.identity.key,
        request_id=request_id,
        tried=tried(operation),
        next_step=_AGAIN,
    )


def unsettled(operation: Operation, sent: Sent, *, doubt: bool) -> ConnectKitError:
    """Say what is known after the patience of a call has ended: that nothing was done, or that it may have been."""
    answer = sent.answer
    if isinstance(answer, Silence):
        why = answer.reason
    elif sent.verdict.meaning is Meaning.SILENT:
        said = refusal(answer, "").message
        why = f"a repetition was answered {answer.status} ({said}), which says nothing of the first"
    else:
        why = f"Stripe answered {answer.status}"
    if doubt:
        return unknown(operation, why, sent.request_id)
    kind = Unreachable if isinstance(answer, Silence) else Throttled
    message = f"No usable answer: {why}."
    return kind(message, request_id=sent.request_id, tried=tried(operation), next_step=_AGAIN)


def overtaken(known: Operation) -> OperationConflict:
    """Say that the key was carried out by another plan than the one that was shown."""
    return OperationConflict(
        f"This key carries {known.verb} out by another plan, which was made in the meantime.",
        key=known.identity.key,
        differs=("plan",),
        tried=tried(known),
        next_step="Plan it again with the same key to see that plan, or choose another key.",
    )
