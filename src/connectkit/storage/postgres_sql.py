"""The statements of the PostgreSQL stores, where they differ from those that SQLite understands.

Rules of this file. A verb is one statement, so that a client which is suspended holds no lock; the time is the
server's. An unsynced change turns the wait for the disk off for its own transaction, in the statement itself.
"""

from __future__ import annotations

from typing import Final

from . import sql

_NOW: Final = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)"
_CLOCK: Final = f"clock AS MATERIALIZED (SELECT {_NOW} AS now)"
_UNSYNCED: Final = f"clock AS MATERIALIZED (SELECT {_NOW} AS now, set_config('synchronous_commit', 'off', true))"
_REALM: Final = "tenant = :tenant AND platform = :platform AND livemode = :livemode"
_POLICY: Final = f"COALESCE((SELECT policy FROM connectkit_policies WHERE {_REALM}), '')"  # noqa: S608  # constants
MIGRATION_LOCK: Final = "SELECT pg_advisory_xact_lock(7163963)"
"""Keeps everybody else from migrating until the end of the transaction."""

HAS_SCHEMA: Final = """
    SELECT COUNT(*) FROM pg_catalog.pg_tables
    WHERE tablename = 'connectkit_schema' AND schemaname = ANY (current_schemas(false))
"""
"""Tells whether there is a schema at all; `to_regclass` would tell what this session knew before it waited."""

SESSION: Final = """
    SELECT set_config('synchronous_commit', 'on', false), set_config('statement_timeout', :patience, false),
        set_config('lock_timeout', :patience, false),
        set_config('default_transaction_isolation', 'read committed', false)
"""
"""Sets what every session depends on, whatever the defaults of the database or the role are."""

FSYNC: Final = "SHOW fsync"
"""Tells whether the server waits for its disk at all."""


def migration(statements: str) -> str:
    """Give a migration as PostgreSQL wants it: exact comparison of text, whole numbers of 64 bits."""
    wanted = {
        "INTEGER PRIMARY KEY": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        " INTEGER ": " BIGINT ",
        " TEXT ": ' TEXT COLLATE "C" ',
        " BLOB ": " BYTEA ",
    }
    for theirs, ours in wanted.items():
        statements = statements.replace(theirs, ours)
    return statements


INSERT: Final = f"""
    WITH {_CLOCK}, made AS (
        INSERT INTO connectkit_operations ({sql.COLUMNS})
        SELECT
            :tenant, :platform, :livemode, :key, :step, :verb, :fingerprint, :request, :state, :generation, :token,
            :version, :doubt, :spent, CASE WHEN :state = 'planned' THEN 0 ELSE now END, :quiet_from,
            now + CASE WHEN :state = 'planned' THEN 0 ELSE CAST(:lease AS BIGINT) END, :object_id, :answer, :refusal,
            now, now, :account, :amount, :currency, :deferred, :priority, :due, :lane, :related_id
        FROM clock
        ON CONFLICT (tenant, platform, livemode, key, step) DO NOTHING
        RETURNING id
    )
    SELECT now, (SELECT COUNT(*) FROM made), {_POLICY} FROM clock
"""  # noqa: S608  # constants
"""Adds an operation, or nothing if its identity is taken."""

GET: Final = f"""
    SELECT {sql.COLUMNS}, {_NOW}, {_POLICY} FROM connectkit_operations
    WHERE {_REALM} AND key = :key AND step = :step
"""  # noqa: S608  # constants
"""Gives the operation of an identity."""

_LOCKED: Final = """
    (SELECT pg_advisory_xact_lock(hashtextextended(NULLIF(:ordering, ''), 0))) AS ordered
"""  # deliveries of one ordering key are numbered in the order in which they are committed

_DELIVERY: Final = """
    scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error, change, happened
"""


def _remembering(source: str) -> str:
    return f"""
        INSERT INTO connectkit_deliveries ({_DELIVERY})
        SELECT
            :scope, :event_id, :type, :body, :ordering, now, :attempts, CAST(:held_until AS BIGINT), :delivery_token,
            :done, :error, :change, :happened
        FROM {source}, {_LOCKED}
        ON CONFLICT DO NOTHING
        RETURNING id
    """  # noqa: S608  # constants


def swap(*, durable: bool, telling: bool) -> str:
    """Give the statement that replaces an operation, if it has the version that was seen, and tells of it."""
    told = f", told AS ({_remembering('clock CROSS JOIN changed')})" if telling else ""
    return f"""
        WITH {_CLOCK if durable else _UNSYNCED}, changed AS (
            UPDATE connectkit_operations SET
                verb = :verb, fingerprint = :fingerprint, request = :request, state = :state, generation = :generation,
                token = :token, version = :version, doubt = :doubt, spent = :spent, first_sent = :first_sent,
                quiet_from = :quiet_from,
                lease_until = CASE WHEN :leased = 1 THEN now + CAST(:lease AS BIGINT) ELSE :lease_until END,
                object_id = :object_id, answer = :answer, refusal = :refusal, created = :created, updated = now,
                account = :account, amount = :amount, currency = :currency, deferred = :deferred,
                priority = :priority, due = :due, lane = :lane, related_id = :related_id
            FROM clock
            WHERE {_REALM} AND key = :key AND step = :step AND version = :seen
            RETURNING connectkit_operations.id
        ){told}
        SELECT now, {_POLICY} FROM clock CROSS JOIN changed
    """  # noqa: S608  # constants


SWAPS: Final = {
    (durable, telling): swap(durable=durable, telling=telling) for durable in (True, False) for telling in (True, False)
}
"""Those statements, by whether they are durable and tell."""

DUE: Final = f"""
    WITH {_CLOCK}, next AS (
        SELECT id FROM connectkit_operations AS waiting
        WHERE deferred = 1 AND {_REALM} AND due <= (SELECT now FROM clock)
            AND state IN ('planned', 'unknown', 'started')
            AND (state <> 'started' OR lease_until <= (SELECT now FROM clock))
            AND (
                account = '' OR NOT EXISTS (
                    SELECT 1 FROM connectkit_operations AS busy
                    WHERE busy.lane <> '' AND busy.lane = waiting.account AND busy.id <> waiting.id
                        AND busy.tenant = :tenant AND busy.platform = :platform AND busy.livemode = :livemode
                )
            )
        ORDER BY priority DESC, id
        LIMIT 1
        FOR UPDATE OF waiting SKIP LOCKED
    )
    UPDATE connectkit_operations SET
        state = 'started', token = token + 1, version = version + 1, refusal = '', spent = 0,
        first_sent = CASE WHEN state = 'planned' THEN now ELSE first_sent END,
        doubt = CASE WHEN state = 'started' THEN 1 ELSE doubt END,
        quiet_from = CASE WHEN state = 'started' THEN GREATEST(quiet_from, lease_until) ELSE quiet_from END,
        lane = account, updated = now, lease_until = now + CAST(:lease AS BIGINT)
    FROM next CROSS JOIN clock
    WHERE connectkit_operations.id = next.id
    RETURNING {sql.COLUMNS}, now, {_POLICY}
"""  # noqa: S608  # constants
"""Claims the operation that a worker has to send next; a lane that fills meanwhile is a violation of its index."""

_OBJECTS: Final = "= ANY (ARRAY(SELECT json_array_elements_text(CAST(:objects AS JSON))))"

RELATED: Final = (
    sql.RELATED.replace("IN (SELECT value FROM json_each(:objects))", _OBJECTS)
    .replace("WHERE id IN (", "WHERE id = ANY (ARRAY(")
    .replace(") AND tenant", ")) AND tenant")
)
"""Gives the operations that made objects, or whose own belong to them.

Lists are worked out beforehand, as arrays: as joins they would take the square of a table that nobody has analyzed yet.
"""

MOVED: Final = sql.MOVED.replace("json_each(:verbs)", "json_array_elements_text(CAST(:verbs AS JSON)) AS of (value)")
"""Sums what was moved."""

NOW: Final = f"SELECT {_NOW}, {_POLICY}"  # constants
"""Gives the time, and the policy of a realm."""


def _counting(change: str) -> str:
    return f"WITH changed AS ({change} RETURNING 1) SELECT COUNT(*) FROM changed"  # noqa: S608  # constants


PURGE: Final = _counting(sql.PURGE_OPERATIONS)
"""Empties the bodies of what ended, and counts it."""

SET_POLICY: Final = _counting(
    f"""
    INSERT INTO connectkit_policies (tenant, platform, livemode, policy)
    SELECT :tenant, :platform, :livemode, :after
    WHERE :before = '' OR EXISTS (SELECT 1 FROM connectkit_policies WHERE {_REALM})
    ON CONFLICT (tenant, platform, livemode) DO UPDATE SET policy = :after
    WHERE connectkit_policies.policy = :before
    """  # noqa: S608  # constants
)
"""Replaces the policy of a realm, if it is the one that was seen, and counts it."""

INSERT_NOTE: Final = _counting(sql.INSERT_NOTE)
"""Adds a note, or nothing if there is one, and counts it."""

SET_NOTE: Final = _counting(sql.SET_NOTE)
"""Replaces a note, if it has the version that was seen, and counts it."""

FORGET: Final = _counting(sql.FORGET_DELIVERIES)
"""Empties the bodies of old deliveries, and counts them."""

REVIVE: Final = f"""
    WITH revived AS (
        UPDATE connectkit_deliveries SET id = DEFAULT, done = 0, attempts = 0, token = token + 1, lease_until = 0
        FROM {_LOCKED}
        WHERE scope = :scope AND event_id = :event_id AND done = 1 AND error <> ''
        RETURNING 1
    )
    SELECT COUNT(*) FROM revived
"""  # noqa: S608  # constants
"""Puts what was given up at the end of the queue, and counts it."""

REMEMBER: Final = f"""
    WITH {_CLOCK}, told AS ({_remembering("clock")})
    SELECT COUNT(*) FROM told
"""  # noqa: S608  # constants
"""Adds a delivery, or nothing if its event is known, and tells which."""

TAKE: Final = f"""
    WITH {_UNSYNCED}, next AS (
        SELECT id FROM connectkit_deliveries AS waiting
        WHERE done = 0 AND lease_until <= (SELECT now FROM clock) AND (
            ordering = '' OR NOT EXISTS (
                SELECT 1 FROM connectkit_deliveries AS earlier
                WHERE earlier.done = 0 AND earlier.ordering = waiting.ordering AND earlier.id < waiting.id
            )
        )
        ORDER BY id
        LIMIT 1
        FOR UPDATE OF waiting SKIP LOCKED
    )
    UPDATE connectkit_deliveries
    SET attempts = attempts + 1, token = token + 1, lease_until = now + CAST(:lease AS BIGINT)
    FROM next CROSS JOIN clock
    WHERE connectkit_deliveries.id = next.id
    RETURNING {_DELIVERY}
"""  # noqa: S608  # constants
"""Hands the oldest delivery that is free to a worker."""


def _ending(change: str, condition: str) -> str:
    return f"""
        WITH {_UNSYNCED}, ended AS (
            UPDATE connectkit_deliveries SET error = :error, {change} FROM clock
            WHERE scope = :scope AND event_id = :event_id AND token = :token {condition}
            RETURNING connectkit_deliveries.id
        )
        SELECT COUNT(*) FROM ended
    """  # noqa: S608  # constants


FINISH: Final = _ending("done = 1", "")
"""Ends a delivery, if it was not taken again."""

FAIL: Final = _ending("lease_until = now + CAST(:delay AS BIGINT)", "AND done = 0")
"""Gives a delivery back, if it was not taken again and is not done."""
