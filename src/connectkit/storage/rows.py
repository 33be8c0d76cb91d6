"""Records as rows of plain column values, and back.

A time is a whole number of microseconds since 1970 in UTC, so that it comes back as it was and sorts as it passed.
Text is whatever UTF-8 can spell. Half of a surrogate pair is refused before anything is stored, by every store: two
names that differ only in what a database replaced would be one operation.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from connectkit.errors import InvalidRequest

from . import sql
from .base import Movements, Successes
from .records import NEVER, Delivery, Identity, Note, Operation, Realm, State

Values: TypeAlias = Mapping[str, str | int | bytes]
"""Column values by their names."""

OPERATION: Final = (
    *("tenant", "platform", "livemode", "key", "step", "verb", "fingerprint", "request", "state", "generation"),
    *("token", "version", "doubt", "spent", "first_sent", "quiet_from", "lease_until", "object_id", "answer"),
    *("refusal", "created", "updated", "account", "amount", "currency", "deferred", "priority", "due", "lane"),
    "related_id",
)
"""The columns of an operation, in the order of `to_operation`."""

DELIVERY: Final = (
    *("scope", "event_id", "type", "body", "ordering", "received", "attempts", "lease_until", "token", "done"),
    *("error", "change", "happened"),
)
"""The columns of a delivery, in the order of `to_delivery`."""

NOTE: Final = ("tenant", "platform", "livemode", "topic", "name", "text", "version")
"""The columns of a note, in the order of `to_note`."""

_PLACES: Final = ("first", "second", "third", "fourth", "fifth", "sixth")  # as many as there are states
_MICROSECOND: Final = timedelta(microseconds=1)


def from_identity(identity: Identity) -> Values:
    """Give the columns that name an operation.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    return _checked(
        {
            "tenant": identity.tenant,
            "platform": identity.platform,
            "livemode": int(identity.livemode),
            "key": identity.key,
            "step": identity.step,
        }
    )


def from_realm(realm: Realm) -> Values:
    """Give the columns that name a realm.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    return _checked({"tenant": realm.tenant, "platform": realm.platform, "livemode": int(realm.livemode)})


def from_note(note: Note) -> Values:
    """Give the columns of a note.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    named: Values = {"topic": note.topic, "name": note.name, "text": note.text, "version": note.version}
    return {**from_realm(note.realm), **_checked(named)}


def to_note(row: Sequence[Any]) -> Note:
    """Make a note of its columns."""
    tenant, platform, livemode, topic, name, text, version = row
    return Note(Realm(tenant, platform, bool(livemode)), topic, name, text, version)


def from_movements(movements: Movements) -> Values:
    """Give what selects movements; its verbs are a JSON list.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    sought: Values = {"currency": movements.currency, "account": movements.account, "since": micros(movements.since)}
    return _checked({**from_realm(movements.realm), **sought, "verbs": json.dumps(sorted(movements.verbs))})


def from_objects(realm: Realm, objects: Collection[str]) -> Values:
    """Give what selects operations by objects; their ids are a JSON list.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    return _checked({**from_realm(realm), "objects": json.dumps(sorted(objects), ensure_ascii=False)})


def listing(
    realm: Realm, states: Collection[State], limit: int, account: str, after: Identity | None
) -> tuple[str, Values]:
    """Give the statement that lists operations, and its values.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    named = [state.value for state in states] or [""]
    places = dict(zip(_PLACES, named * len(_PLACES), strict=False))
    ended = bool({State.SUCCEEDED, State.REFUSED}.intersection(states))
    values: Values = {**from_realm(realm), **places, "limit": limit, "account": account}
    if after is not None:
        values = {**values, "last_key": after.key, "last_step": after.step}
    return sql.list_operations(ended=ended, after=after is not None), _checked(values)


def succession(successes: Successes, limit: int) -> tuple[str, Values]:
    """Give the statement that lists operations that succeeded, and its values.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    span: Values = {"since": micros(successes.since), "until": micros(successes.until), "limit": limit}
    values: Values = {**from_realm(successes.realm), **span, "account": successes.account}
    if successes.after is not None:
        values = {**values, "last_key": successes.after.key, "last_step": successes.after.step}
    statement = sql.list_succeeded(account=bool(successes.account), after=successes.after is not None)
    return statement, _checked(values)


def from_operation(operation: Operation) -> Values:
    """Give the columns of an operation.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    identity = operation.identity
    return _checked(
        {
            "tenant": identity.tenant,
            "platform": identity.platform,
            "livemode": int(identity.livemode),
            "key": identity.key,
            "step": identity.step,
            "verb": operation.verb,
            "fingerprint": operation.fingerprint,
            "request": operation.request,
            "state": operation.state.value,
            "generation": operation.generation,
            "token": operation.token,
            "version": operation.version,
            "doubt": int(operation.doubt),
            "spent": int(operation.spent),
            "first_sent": micros(operation.first_sent),
            "quiet_from": micros(operation.quiet_from),
            "lease_until": micros(operation.lease_until),
            "object_id": operation.object_id,
            "answer": operation.answer,
            "refusal": operation.refusal,
            "created": micros(operation.created),
            "updated": micros(operation.updated),
            "account": operation.account,
            "amount": operation.amount,
            "currency": operation.currency,
            "deferred": int(operation.deferred),
            "priority": operation.priority,
            "due": micros(operation.due),
            "lane": operation.lane,
            "related_id": operation.related_id,
        }
    )


def to_operation(row: Sequence[Any]) -> Operation:
    """Give the operation of a row, whose columns are in the order of `OPERATION`."""
    tenant, platform, livemode, key, step, verb, fingerprint, request, state, generation, token, version = row[:12]
    doubt, spent, first_sent, quiet_from, lease_until, object_id, answer, refusal, created, updated = row[12:22]
    account, amount, currency, deferred, priority, due, lane, related_id = row[22:30]
    return Operation(
        identity=Identity(tenant, platform, bool(livemode), key, step),
        verb=verb,
        fingerprint=fingerprint,
        request=request,
        state=State(state),
        generation=generation,
        token=token,
        version=version,
        doubt=bool(doubt),
        spent=bool(spent),
        first_sent=moment(first_sent),
        quiet_from=moment(quiet_from),
        lease_until=moment(lease_until),
        object_id=object_id,
        answer=answer,
        refusal=refusal,
        created=moment(created),
        updated=moment(updated),
        account=account,
        amount=amount,
        currency=currency,
        deferred=bool(deferred),
        priority=priority,
        due=moment(due),
        lane=lane,
        related_id=related_id,
    )


def from_delivery(delivery: Delivery) -> Values:
    """Give the columns of a delivery.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    return _checked(
        {
            "scope": delivery.scope,
            "event_id": delivery.event_id,
            "type": delivery.type,
            "body": delivery.body,
            "ordering": delivery.ordering,
            "received": micros(delivery.received),
            "attempts": delivery.attempts,
            "lease_until": micros(delivery.lease_until),
            "token": delivery.token,
            "done": int(delivery.done),
            "error": delivery.error,
            "change": delivery.change,
            "happened": micros(delivery.happened),
        }
    )


def from_name(scope: str, event_id: str) -> Values:
    """Give the columns that name a delivery.

    Raises:
        InvalidRequest: Some text cannot be spelled in UTF-8.
    """
    return _checked({"scope": scope, "event_id": event_id})


def to_delivery(row: Sequence[Any]) -> Delivery:
    """Give the delivery of a row, whose columns are in the order of `DELIVERY`."""
    scope, event_id, type_, body, ordering, received, attempts, lease_until, token, done, error = row[:11]
    change, happened = row[11:13]
    return Delivery(
        scope=scope,
        event_id=event_id,
        type=type_,
        body=body,
        ordering=ordering,
        received=moment(received),
        attempts=attempts,
        lease_until=moment(lease_until),
        token=token,
        done=bool(done),
        error=error,
        change=change,
        happened=moment(happened),
    )


def micros(at: datetime) -> int:
    """Give a time as a column value."""
    return (at - NEVER) // _MICROSECOND


def moment(value: int) -> datetime:
    """Give the time of a column value."""
    return NEVER + timedelta(microseconds=value)


def _checked(values: Values) -> Values:
    try:
        "".join([value for value in values.values() if isinstance(value, str)]).encode()
    except UnicodeEncodeError:
        name = next(name for name, value in values.items() if isinstance(value, str) and not _spelled(value))
        message = f"The {name} holds half of a surrogate pair, which is no text."
        raise InvalidRequest(message, param=name, next_step="Decode it with the encoding it came in.") from None
    return values


def _spelled(text: str) -> bool:
    return text == text.encode(errors="ignore").decode()
