"""A store on SQLAlchemy Core: how somebody else's adapter looks, whole.

Read `connectkit.storage.base` beside it: each verb keeps the atomicity that is stated there. What a verb writes into a
row is worked out by `connectkit.storage.stamps`, and how a row becomes columns by `connectkit.storage.rows`, so that an
adapter is left with transactions. It is tried on SQLite; every statement is one that other databases have as well.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from connectkit import InvalidRequest, StoreUnavailable
from connectkit.storage import rows, stamps
from connectkit.storage.base import Movements, Powers, Successes
from connectkit.storage.records import Delivery, Identity, Note, Operation, Realm, State, Stored

VERSION: Final = 1

metadata = sa.MetaData()
schema = sa.Table("shop_schema", metadata, sa.Column("version", sa.Integer, primary_key=True))
NAME: Final = ("tenant", "platform", "livemode", "key", "step")
NUMBERS: Final = ("generation", "token", "version", "doubt", "spent", "first_sent", "quiet_from", "lease_until")
MORE_NUMBERS: Final = ("created", "updated", "amount", "deferred", "priority", "due")
TEXTS: Final = ("verb", "fingerprint", "request", "state", "answer", "refusal", "account", "currency")
IDS: Final = ("object_id", "related_id")  # by which operations are found
operations = sa.Table(
    "shop_operations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.BigInteger if name == "livemode" else sa.Text, nullable=False) for name in NAME),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in (*NUMBERS, *MORE_NUMBERS)),
    *(sa.Column(name, sa.Text, nullable=False) for name in TEXTS),
    *(sa.Column(name, sa.Text, nullable=False, index=True) for name in IDS),
    sa.Column("lane", sa.Text),  # NULL for none, so that the constraint below lets any number of those be
    sa.UniqueConstraint(*NAME),
    sa.UniqueConstraint("tenant", "platform", "livemode", "lane"),
    sa.Index("shop_operations_ended", "tenant", "platform", "livemode", "state", "updated", "id"),
)
deliveries = sa.Table(
    "shop_deliveries",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("scope", "event_id", "type", "ordering", "error")),
    sa.Column("change", sa.Text),  # NULL for none, as above
    sa.Column("happened", sa.BigInteger, nullable=False),
    *(sa.Column(n, sa.BigInteger, nullable=False) for n in ("received", "attempts", "lease_until", "token", "done")),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("scope", "event_id"),
    sa.UniqueConstraint("scope", "change"),
)
policies = sa.Table(
    "shop_policies",
    metadata,
    *(sa.Column(name, sa.Text, primary_key=True) for name in ("tenant", "platform")),
    sa.Column("livemode", sa.BigInteger, primary_key=True),
    sa.Column("policy", sa.Text, nullable=False),
)

notes = sa.Table(
    "shop_notes",
    metadata,
    *(sa.Column(name, sa.Text, primary_key=True) for name in ("tenant", "platform", "topic", "name")),
    sa.Column("livemode", sa.BigInteger, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)


class SQLAlchemyStore:
    """A store in the database of a URL; its tables are made when it is first used."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: sa.Engine | None = None

    @property
    def powers(self) -> Powers:
        return Powers(durable=True, shared=True)

    def insert(self, draft: Operation, lease: float) -> Stored:
        with self._writing() as connection:
            now = _now()
            row = stamps.inserted(draft, now, lease)
            try:
                with connection.begin_nested():
                    connection.execute(operations.insert(), _columns(row))
            except IntegrityError:
                known = connection.execute(_named(draft.identity)).one()
                return Stored(_operation(known), now, policy=_policy(connection, draft.identity.realm))
            return Stored(row, now, inserted=True, policy=_policy(connection, draft.identity.realm))

    def swap(
        self, changed: Operation, lease: float | None, *, durable: bool, tell: Delivery | None = None
    ) -> Stored | None:
        del durable  # everything is
        with self._writing() as connection:
            now = _now()
            row = stamps.swapped(changed, now, lease)
            if not self._replaced(connection, row):
                return None
            if tell is not None:
                self._remembered(connection, tell, now)
            return Stored(row, now, policy=_policy(connection, row.identity.realm))

    def get(self, identity: Identity) -> Stored | None:
        with self._writing() as connection:
            found = connection.execute(_named(identity)).one_or_none()
            if found is None:
                return None
            return Stored(_operation(found), _now(), policy=_policy(connection, identity.realm))

    def due(self, realm: Realm, lease: float) -> Stored | None:
        with self._writing() as connection:
            now = _now()
            table, busy = operations.c, operations.alias("busy").c
            free = sa.or_(
                table.account == "",
                ~sa.exists().where(_of(busy, realm), busy.lane == table.account, busy.id != table.id),
            )
            sending = sa.or_(
                table.state.in_(["planned", "unknown"]),
                sa.and_(table.state == "started", table.lease_until <= rows.micros(now)),
            )
            waiting = sa.and_(_of(table, realm), table.deferred == 1, table.due <= rows.micros(now), sending, free)
            found = connection.execute(
                sa.select(operations).where(waiting).order_by(table.priority.desc(), table.id).limit(1)
            ).one_or_none()
            if found is None:
                return None
            row = stamps.assigned(_operation(found), now, lease)
            self._replaced(connection, row)
            return Stored(row, now, policy=_policy(connection, realm))

    def listed(
        self, realm: Realm, states: Collection[State], limit: int, account: str = "", after: Identity | None = None
    ) -> Sequence[Stored]:
        with self._writing() as connection:
            named = [state.value for state in states]
            query = sa.select(operations).where(_of(operations.c, realm), operations.c.state.in_(named))
            if account:
                query = query.where(operations.c.account == account)
            if after is not None:
                query = query.where(
                    operations.c.id > _named(after).with_only_columns(operations.c.id).scalar_subquery()
                )
            found = connection.execute(query.order_by(operations.c.id).limit(limit)).all()
            now, policy = _now(), _policy(connection, realm)
            return [Stored(_operation(row), now, policy=policy) for row in found]

    def related(self, realm: Realm, objects: Collection[str]) -> Sequence[Stored]:
        rows.from_objects(realm, objects)
        with self._writing() as connection:
            table, sought = operations.c, {*objects} - {""}
            ours = sa.or_(table.object_id.in_(sought), table.related_id.in_(sought))
            query = sa.select(operations).where(_of(table, realm), ours).order_by(table.id)
            found = connection.execute(query).all()
            now, policy = _now(), _policy(connection, realm)
            return [Stored(_operation(row), now, policy=policy) for row in found]

    def succeeded(self, successes: Successes, limit: int) -> Sequence[Stored]:
        rows.succession(successes, limit)  # refuses what is no text
        with self._writing() as connection:
            table, since = operations.c, rows.micros(successes.since)
            query = sa.select(operations).where(
                _of(table, successes.realm),
                table.state == "succeeded",
                table.updated >= since,
                table.created <= rows.micros(successes.until),
            )
            if successes.account:
                query = query.where(table.account == successes.account)
            if successes.after is not None:
                last = _named(successes.after).with_only_columns(table.id).scalar_subquery()
                query = query.where(sa.or_(table.updated > since, table.id > last))
            found = connection.execute(query.order_by(table.updated, table.id).limit(limit)).all()
            now, policy = _now(), _policy(connection, successes.realm)
            return [Stored(_operation(row), now, policy=policy) for row in found]

    def moved(self, movements: Movements) -> int:
        with self._writing() as connection:
            table = operations.c
            query = sa.select(sa.func.coalesce(sa.func.sum(table.amount), 0)).where(
                _of(table, movements.realm),
                table.currency == movements.currency,
                table.verb.in_(list(movements.verbs)),
                table.first_sent >= rows.micros(movements.since),
                table.state.not_in(["planned", "refused"]),
            )
            if movements.account:
                query = query.where(table.account == movements.account)
            return int(connection.execute(query).scalar_one())

    def purge(self, realm: Realm, before: datetime, account: str = "") -> int:
        table = operations.c
        full = sa.or_(table.request != "", table.answer != "", table.refusal != "")
        ended = sa.and_(table.state.in_(["succeeded", "refused"]), table.updated < rows.micros(before))
        change = operations.update().where(_of(table, realm), ended, full)
        if account:
            change = change.where(table.account == account)
        return self._changed(change.values(request="", answer="", refusal="", version=table.version + 1))

    def policy(self, realm: Realm) -> str:
        with self._writing() as connection:
            return _policy(connection, realm)

    def set_policy(self, realm: Realm, before: str, after: str) -> bool:
        with self._writing() as connection:
            if _policy(connection, realm) != before:
                return False
            connection.execute(policies.delete().where(_of(policies.c, realm)))
            connection.execute(policies.insert(), {**rows.from_realm(realm), "policy": after})
            return True

    def note(self, realm: Realm, topic: str, name: str) -> Note | None:
        with self._writing() as connection:
            return _note(connection, Note(realm, topic, name, ""))

    def set_note(self, note: Note) -> bool:
        with self._writing() as connection:
            known = _note(connection, note)
            if note.version != (known.version if known else 0):
                return False
            connection.execute(notes.delete().where(_same(note)))
            connection.execute(notes.insert(), {**rows.from_note(note), "version": note.version + 1})
            return True

    def notes(self, realm: Realm, topic: str, after: str, limit: int) -> Sequence[Note]:
        with self._writing() as connection:
            of_topic = sa.select(notes).where(_of(notes.c, realm), notes.c.topic == topic)
            later = of_topic.where(notes.c.name > after).order_by(notes.c.name).limit(limit)
            return [_to_note(row) for row in connection.execute(later)]

    def remember(self, delivery: Delivery) -> bool:
        with self._writing() as connection:
            return self._remembered(connection, delivery, _now())

    def take(self, lease: float) -> Delivery | None:
        with self._writing() as connection:
            now = _now()
            table, earlier = deliveries.c, deliveries.alias("earlier").c
            first = ~sa.exists().where(earlier.done == 0, earlier.ordering == table.ordering, earlier.id < table.id)
            free = sa.and_(table.done == 0, table.lease_until <= rows.micros(now))
            query = sa.select(deliveries).where(free, sa.or_(table.ordering == "", first))
            found = connection.execute(query.order_by(table.id).limit(1)).one_or_none()
            if found is None:
                return None
            row = stamps.taken(_delivery(found), now, lease)
            values = {"attempts": row.attempts, "token": row.token, "lease_until": rows.micros(row.lease_until)}
            connection.execute(deliveries.update().where(table.id == found.id).values(values))
            return row

    def finish(self, delivery: Delivery, error: str = "") -> bool:
        row = stamps.finished(delivery, error)
        return self._changed(deliveries.update().where(*_held(delivery)).values(done=1, error=row.error)) == 1

    def fail(self, delivery: Delivery, error: str, delay: float) -> bool:
        row = stamps.failed(delivery, error, _now(), delay)
        change = deliveries.update().where(*_held(delivery), deliveries.c.done == 0)
        return self._changed(change.values(error=row.error, lease_until=rows.micros(row.lease_until))) == 1

    def forget(self, before: datetime, scope: str = "") -> int:
        table = deliveries.c
        change = deliveries.update().where(table.done == 1, table.received < rows.micros(before), table.body != b"")
        if scope:
            change = change.where(table.scope == scope)
        return self._changed(change.values(body=b""))

    def known(self, scope: str, event_id: str) -> Delivery | None:
        table, name = deliveries.c, rows.from_name(scope, event_id)
        query = sa.select(deliveries).where(*(table[column] == value for column, value in name.items()))
        with self._writing() as connection:
            found = connection.execute(query).one_or_none()
            return None if found is None else _delivery(found)

    def following(self, delivery: Delivery) -> Sequence[str]:
        table = deliveries.c
        later = (table.ordering != "", table.ordering == delivery.ordering)
        query = sa.select(table.type).distinct().where(*later, table.happened > rows.micros(delivery.happened))
        with self._writing() as connection:
            return list(connection.execute(query).scalars())

    def given_up(self, limit: int) -> Sequence[Delivery]:
        table = deliveries.c
        query = sa.select(deliveries).where(table.done == 1, table.error != "").order_by(table.id).limit(limit)
        with self._writing() as connection:
            return [_delivery(found) for found in connection.execute(query)]

    def revive(self, delivery: Delivery) -> bool:
        table = deliveries.c
        own = (table.scope == delivery.scope, table.event_id == delivery.event_id)
        last = sa.select(sa.func.max(deliveries.alias("last").c.id)).scalar_subquery()
        change = deliveries.update().where(*own, table.done == 1, table.error != "")
        values = {"id": last + 1, "done": 0, "attempts": 0, "token": table.token + 1, "lease_until": 0}
        return self._changed(change.values(values)) == 1

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def _replaced(self, connection: sa.Connection, row: Operation) -> bool:
        """Replace a row, if it has the version before this one."""
        own = sa.and_(*(operations.c[name] == value for name, value in rows.from_identity(row.identity).items()))
        change = operations.update().where(own, operations.c.version == row.version - 1)
        return connection.execute(change.values(_columns(row))).rowcount == 1

    @staticmethod
    def _remembered(connection: sa.Connection, delivery: Delivery, now: datetime) -> bool:
        try:
            with connection.begin_nested():
                values = rows.from_delivery(stamps.remembered(delivery, now))
                connection.execute(deliveries.insert(), {**values, "change": delivery.change or None})
        except IntegrityError:
            return False
        return True

    def _changed(self, change: sa.Update) -> int:
        with self._writing() as connection:
            return connection.execute(change).rowcount

    @contextmanager
    def _writing(self) -> Generator[sa.Connection]:
        """Run one transaction, alone; whatever keeps the database from being used is `StoreUnavailable`."""
        try:
            with self._opened().begin() as connection:
                yield connection
        except InvalidRequest:
            raise
        except (SQLAlchemyError, ValueError) as error:
            message = f"The database could not be used: {type(error).__name__}."
            raise StoreUnavailable(message, next_step="See to it that it answers, then call again.") from None

    def _opened(self) -> sa.Engine:
        if self._engine is None:
            engine = sa.create_engine(self._url, connect_args={"timeout": 10.0})
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
            with engine.begin() as connection:
                metadata.create_all(connection)
                known = connection.execute(sa.select(schema.c.version)).scalar()
                if known is None:
                    connection.execute(schema.insert().values(version=VERSION))
                elif known > VERSION:
                    message = f"The schema has version {known}, this code knows {VERSION}."
                    raise ValueError(message)
            self._engine = engine
        return self._engine


def _prepare(connection: Any, _: object) -> None:
    """Leave transactions to SQLAlchemy; the driver would begin them too late for two writers."""
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _of(table: Any, realm: Realm) -> sa.ColumnElement[bool]:
    return sa.and_(*(table[name] == value for name, value in rows.from_realm(realm).items()))


def _named(identity: Identity) -> sa.Select[Any]:
    values = rows.from_identity(identity)
    return sa.select(operations).where(*(operations.c[name] == value for name, value in values.items()))


def _held(delivery: Delivery) -> Sequence[sa.ColumnElement[bool]]:
    table = deliveries.c
    return [table.scope == delivery.scope, table.event_id == delivery.event_id, table.token == delivery.token]


def _policy(connection: sa.Connection, realm: Realm) -> str:
    return connection.execute(sa.select(policies.c.policy).where(_of(policies.c, realm))).scalar() or ""


def _same(note: Note) -> sa.ColumnElement[bool]:
    return sa.and_(_of(notes.c, note.realm), notes.c.topic == note.topic, notes.c.name == note.name)


def _note(connection: sa.Connection, note: Note) -> Note | None:
    rows.from_note(note)
    found = connection.execute(sa.select(notes).where(_same(note))).first()
    return None if found is None else _to_note(found)


def _to_note(row: Any) -> Note:
    found = row._mapping
    return rows.to_note([found[name] for name in rows.NOTE])


def _columns(row: Operation) -> dict[str, Any]:
    values = dict(rows.from_operation(row))
    return {**values, "lane": values["lane"] or None}


def _operation(row: Any) -> Operation:
    found = row._mapping
    return rows.to_operation([found[name] or "" if name == "lane" else found[name] for name in rows.OPERATION])


def _delivery(row: Any) -> Delivery:
    found = row._mapping
    return rows.to_delivery([found[name] or "" if name == "change" else found[name] for name in rows.DELIVERY])
