"""The statements of the stores that speak SQL, named, once.

Rules of this file. A migration that was released is never edited: a change of the schema is another one at the end, and
it only adds, because older code goes on working on the same database while a fleet is renewed. Statements are written
so that SQLite 3.24, which is what the oldest systems in use have, and PostgreSQL both understand them; truth is 0 or 1.
Columns are listed by name, so that additions do not matter.
"""

from __future__ import annotations

from functools import cache
from typing import Final

VERSION: Final = "SELECT value FROM connectkit_schema WHERE name = 'version'"
"""Gives the version of the schema."""

MIGRATIONS: Final = (
    """
    CREATE TABLE connectkit_schema (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    );
    INSERT INTO connectkit_schema (name, value) VALUES ('version', 0);

    CREATE TABLE connectkit_policies (
        tenant TEXT NOT NULL,
        platform TEXT NOT NULL,
        livemode INTEGER NOT NULL,
        policy TEXT NOT NULL,
        PRIMARY KEY (tenant, platform, livemode)
    );

    CREATE TABLE connectkit_notes (
        tenant TEXT NOT NULL,
        platform TEXT NOT NULL,
        livemode INTEGER NOT NULL,
        topic TEXT NOT NULL,
        name TEXT NOT NULL,
        text TEXT NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (tenant, platform, livemode, topic, name)
    );

    CREATE TABLE connectkit_operations (
        id INTEGER PRIMARY KEY, -- grows with each insertion, also when the clock is set back
        tenant TEXT NOT NULL,
        platform TEXT NOT NULL,
        livemode INTEGER NOT NULL,
        key TEXT NOT NULL,
        step TEXT NOT NULL,
        verb TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        state TEXT NOT NULL,
        generation INTEGER NOT NULL,
        token INTEGER NOT NULL,
        version INTEGER NOT NULL,
        doubt INTEGER NOT NULL,
        spent INTEGER NOT NULL,
        first_sent INTEGER NOT NULL, -- times are microseconds since 1970, UTC
        quiet_from INTEGER NOT NULL,
        lease_until INTEGER NOT NULL,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        account TEXT NOT NULL,
        amount INTEGER NOT NULL,
        currency TEXT NOT NULL,
        deferred INTEGER NOT NULL,
        priority INTEGER NOT NULL,
        due INTEGER NOT NULL,
        lane TEXT NOT NULL,
        object_id TEXT NOT NULL,
        refusal TEXT NOT NULL,
        request TEXT NOT NULL, -- bodies come last: what stands before them is read without them
        answer TEXT NOT NULL,
        UNIQUE (tenant, platform, livemode, key, step)
    );
    CREATE INDEX connectkit_operations_unfinished ON connectkit_operations (id)
        WHERE state NOT IN ('succeeded', 'refused');
    CREATE INDEX connectkit_operations_due ON connectkit_operations (priority DESC, id)
        WHERE deferred = 1 AND state IN ('planned', 'unknown', 'started');
    CREATE UNIQUE INDEX connectkit_operations_lanes ON connectkit_operations (tenant, platform, livemode, lane)
        WHERE lane <> '';
    CREATE INDEX connectkit_operations_moved ON connectkit_operations (currency, first_sent) WHERE amount <> 0;

    CREATE TABLE connectkit_deliveries (
        id INTEGER PRIMARY KEY, -- grows with each reception, also when the clock is set back
        scope TEXT NOT NULL,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        ordering TEXT NOT NULL,
        received INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        lease_until INTEGER NOT NULL,
        token INTEGER NOT NULL,
        done INTEGER NOT NULL,
        error TEXT NOT NULL,
        change TEXT NOT NULL,
        happened INTEGER NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (scope, event_id)
    );
    CREATE INDEX connectkit_deliveries_waiting ON connectkit_deliveries (id) WHERE done = 0;
    CREATE INDEX connectkit_deliveries_ordered ON connectkit_deliveries (ordering, id) WHERE done = 0;
    CREATE INDEX connectkit_deliveries_given_up ON connectkit_deliveries (id) WHERE done = 1 AND error <> '';
    CREATE INDEX connectkit_deliveries_objects ON connectkit_deliveries (ordering, happened) WHERE ordering <> '';
    CREATE UNIQUE INDEX connectkit_deliveries_changes ON connectkit_deliveries (scope, change) WHERE change <> '';
    """,
    """
    ALTER TABLE connectkit_operations ADD COLUMN related_id TEXT NOT NULL DEFAULT '';
    CREATE INDEX connectkit_operations_objects ON connectkit_operations (object_id) WHERE object_id <> '';
    CREATE INDEX connectkit_operations_related ON connectkit_operations (related_id) WHERE related_id <> '';
    """,
    """
    CREATE INDEX connectkit_operations_succeeded
        ON connectkit_operations (tenant, platform, livemode, updated, id, account, created)
        WHERE state = 'succeeded';
    """,
)
"""What makes a schema of version n out of one of version n - 1."""

MIGRATED: Final = "UPDATE connectkit_schema SET value = :version WHERE name = 'version'"
"""Notes the version of the schema."""

COLUMNS: Final = """
    tenant, platform, livemode, key, step, verb, fingerprint, request, state, generation, token, version,
    doubt, spent, first_sent, quiet_from, lease_until, object_id, answer, refusal, created, updated,
    account, amount, currency, deferred, priority, due, lane, related_id
"""
"""The columns of an operation, in the order of `rows.OPERATION`."""

INSERT_OPERATION: Final = f"""
    INSERT INTO connectkit_operations ({COLUMNS}) VALUES (
        :tenant, :platform, :livemode, :key, :step, :verb, :fingerprint, :request, :state, :generation, :token,
        :version, :doubt, :spent, :first_sent, :quiet_from, :lease_until, :object_id, :answer, :refusal, :created,
        :updated, :account, :amount, :currency, :deferred, :priority, :due, :lane, :related_id
    ) ON CONFLICT (tenant, platform, livemode, key, step) DO NOTHING
"""  # noqa: S608  # constants
"""Adds an operation, or nothing if its identity is taken."""

SWAP_OPERATION: Final = """
    UPDATE connectkit_operations SET
        verb = :verb, fingerprint = :fingerprint, request = :request, state = :state, generation = :generation,
        token = :token, version = :version, doubt = :doubt, spent = :spent, first_sent = :first_sent,
        quiet_from = :quiet_from, lease_until = :lease_until, object_id = :object_id, answer = :answer,
        refusal = :refusal, created = :created, updated = :updated, account = :account, amount = :amount,
        currency = :currency, deferred = :deferred, priority = :priority, due = :due, lane = :lane,
        related_id = :related_id
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND key = :key AND step = :step
        AND version = :version - 1
"""
"""Replaces an operation, if it has the version before this one."""

GET_OPERATION: Final = f"""
    SELECT {COLUMNS}
    FROM connectkit_operations
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND key = :key AND step = :step
"""  # noqa: S608  # constants
"""Gives the operation of an identity."""

DUE_OPERATION: Final = f"""
    SELECT {COLUMNS}
    FROM connectkit_operations AS waiting
    WHERE deferred = 1 AND tenant = :tenant AND platform = :platform AND livemode = :livemode AND due <= :now
        AND state IN ('planned', 'unknown', 'started') AND (state <> 'started' OR lease_until <= :now)
        AND (
            account = '' OR NOT EXISTS (
                SELECT 1 FROM connectkit_operations AS busy
                WHERE busy.lane <> '' AND busy.lane = waiting.account AND busy.id <> waiting.id
                    AND busy.tenant = :tenant AND busy.platform = :platform AND busy.livemode = :livemode
            )
        )
    ORDER BY priority DESC, id
    LIMIT 1
"""  # noqa: S608  # constants
"""Gives the operation that a worker has to send next."""

_LISTED: Final = f"""
    SELECT {COLUMNS}
    FROM connectkit_operations
    WHERE {{realm}} AND state IN (:first, :second, :third, :fourth, :fifth, :sixth)
        AND (:account = '' OR account = :account)
    ORDER BY id
    LIMIT :limit
"""  # noqa: S608  # constants

_LAST: Final = """
    SELECT id FROM connectkit_operations
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode
        AND key = :last_key AND step = :last_step
"""


@cache
def list_operations(*, ended: bool, after: bool) -> str:
    """Give the statement that gives operations in up to six states, the oldest first; a state may be named twice.

    Args:
        ended: Whether one of these states is an end; where none is, there is an index of ids.
        after: Whether a list goes on behind one of its rows. It then has to go through the table by id as well: to look
            every page of a realm up in the index of names, and to sort it, would take the square of its length.
    """
    realm = "tenant = :tenant AND platform = :platform AND livemode = :livemode"
    statement = _LISTED.format(realm=realm if ended and not after else realm.replace(" =", " || '' =", 2))
    if not ended:
        statement = statement.replace("ORDER BY", "AND state NOT IN ('succeeded', 'refused') ORDER BY")
    return statement.replace("ORDER BY", f"AND id > ({_LAST}) ORDER BY") if after else statement


RELATED: Final = f"""
    SELECT {COLUMNS}
    FROM connectkit_operations
    WHERE id IN (
        SELECT id FROM connectkit_operations
        WHERE object_id <> '' AND object_id IN (SELECT value FROM json_each(:objects))
        UNION
        SELECT id FROM connectkit_operations
        WHERE related_id <> '' AND related_id IN (SELECT value FROM json_each(:objects))
    ) AND tenant || '' = :tenant AND platform || '' = :platform AND livemode = :livemode
    ORDER BY id
"""  # noqa: S608  # constants
"""Gives the operations that made objects, or whose own belong to them; the index of names would find whole realms."""

_SUCCEEDED: Final = f"""
    SELECT {COLUMNS}
    FROM connectkit_operations
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND state = 'succeeded'
        AND updated >= :since AND created <= :until
    ORDER BY updated, id
    LIMIT :limit
"""  # noqa: S608  # constants


@cache
def list_succeeded(*, account: bool, after: bool) -> str:
    """Give the statement that gives operations that succeeded, in the order in which they did.

    Whatever it asks is in the index that it goes by, so that it reads the rows that it gives alone.

    Args:
        account: Whether they are to concern one connected account.
        after: Whether a list goes on behind one of its rows.
    """
    conditions = [
        *(["AND account = :account"] if account else []),
        *([f"AND (updated > :since OR id > ({_LAST}))"] if after else []),
    ]
    return _SUCCEEDED.replace("ORDER BY", " ".join([*conditions, "ORDER BY"]))


MOVED: Final = """
    SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM connectkit_operations
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode
        AND amount <> 0 AND currency = :currency AND first_sent >= :since
        AND verb IN (SELECT value FROM json_each(:verbs))
        AND state NOT IN ('planned', 'refused') AND (:account = '' OR account = :account)
"""
"""Sums what was moved."""

PURGE_OPERATIONS: Final = """
    UPDATE connectkit_operations SET request = '', answer = '', refusal = '', version = version + 1
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode
        AND state IN ('succeeded', 'refused') AND updated < :before
        AND (request <> '' OR answer <> '' OR refusal <> '') AND (:account = '' OR account = :account)
"""
"""Empties the bodies of what ended."""

GET_POLICY: Final = """
    SELECT policy FROM connectkit_policies
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode
"""
"""Gives the policy of a realm."""

INSERT_POLICY: Final = """
    INSERT INTO connectkit_policies (tenant, platform, livemode, policy)
    VALUES (:tenant, :platform, :livemode, '') ON CONFLICT (tenant, platform, livemode) DO NOTHING
"""
"""Makes room for the policy of a realm."""

SET_POLICY: Final = """
    UPDATE connectkit_policies SET policy = :after
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND policy = :before
"""
"""Replaces the policy of a realm, if it is the one that was seen."""

GET_NOTE: Final = """
    SELECT tenant, platform, livemode, topic, name, text, version FROM connectkit_notes
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND topic = :topic AND name = :name
"""
"""Gives a note."""

INSERT_NOTE: Final = """
    INSERT INTO connectkit_notes (tenant, platform, livemode, topic, name, text, version)
    VALUES (:tenant, :platform, :livemode, :topic, :name, :text, 1)
    ON CONFLICT (tenant, platform, livemode, topic, name) DO NOTHING
"""
"""Adds a note, or nothing if there is one."""

SET_NOTE: Final = """
    UPDATE connectkit_notes SET text = :text, version = version + 1
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND topic = :topic AND name = :name
        AND version = :version
"""
"""Replaces a note, if it has the version that was seen."""

LIST_NOTES: Final = """
    SELECT tenant, platform, livemode, topic, name, text, version FROM connectkit_notes
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND topic = :topic AND name > :name
    ORDER BY name
    LIMIT :limit
"""
"""Gives the notes of a topic after a name."""

INSERT_DELIVERY: Final = """
    INSERT INTO connectkit_deliveries (
        scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error, change, happened
    ) VALUES (
        :scope, :event_id, :type, :body, :ordering, :received, :attempts, :lease_until, :token, :done, :error,
        :change, :happened
    ) ON CONFLICT DO NOTHING
"""
"""Adds a delivery, or nothing if its event or its change is known."""

NEWEST_DELIVERIES: Final = """
    SELECT scope, event_id FROM connectkit_deliveries ORDER BY id DESC LIMIT :count
"""
"""Gives the deliveries that were added last."""


@cache
def insert_deliveries(number: int) -> str:
    """Give the statement that adds several deliveries, or those of them whose event and change are not known.

    Its values have no names, and are in the order of `rows.DELIVERY`.
    """
    row = f"({', '.join('?' * 13)})"
    return f"""
        INSERT INTO connectkit_deliveries (
            scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error, change, happened
        ) VALUES {", ".join([row] * number)} ON CONFLICT DO NOTHING
    """  # noqa: S608  # nothing but question marks


GET_DELIVERY: Final = """
    SELECT scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error, change, happened
    FROM connectkit_deliveries
    WHERE scope = :scope AND event_id = :event_id
"""
"""Gives a delivery."""

FOLLOWING_TYPES: Final = """
    SELECT DISTINCT type FROM connectkit_deliveries
    WHERE ordering <> '' AND ordering = :ordering AND happened > :happened
"""
"""Gives the types of what happened to an object later."""

GIVEN_UP: Final = """
    SELECT scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error, change, happened
    FROM connectkit_deliveries
    WHERE done = 1 AND error <> ''
    ORDER BY id
    LIMIT :limit
"""
"""Gives what was given up, the oldest first."""

REVIVE: Final = """
    UPDATE connectkit_deliveries SET
        id = (SELECT MAX(id) + 1 FROM connectkit_deliveries),
        done = 0, attempts = 0, token = token + 1, lease_until = 0
    WHERE scope = :scope AND event_id = :event_id AND done = 1 AND error <> ''
"""
"""Puts what was given up at the end of the queue."""

NEXT_DELIVERY: Final = """
    SELECT scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error, change, happened
    FROM connectkit_deliveries AS waiting
    WHERE done = 0 AND lease_until <= :now AND (
        ordering = '' OR NOT EXISTS (
            SELECT 1 FROM connectkit_deliveries AS earlier
            WHERE earlier.done = 0 AND earlier.ordering = waiting.ordering AND earlier.id < waiting.id
        )
    )
    ORDER BY id
    LIMIT 1
"""
"""Gives the oldest delivery that nobody holds and that no earlier one of its ordering key stands before."""

TAKE_DELIVERY: Final = """
    UPDATE connectkit_deliveries SET attempts = :attempts, token = :token, lease_until = :lease_until
    WHERE scope = :scope AND event_id = :event_id
"""
"""Hands a delivery to a worker."""

FINISH_DELIVERY: Final = """
    UPDATE connectkit_deliveries SET done = 1, error = :error
    WHERE scope = :scope AND event_id = :event_id AND token = :token
"""
"""Ends a delivery, if it was not taken again."""

FAIL_DELIVERY: Final = """
    UPDATE connectkit_deliveries SET error = :error, lease_until = :lease_until
    WHERE scope = :scope AND event_id = :event_id AND token = :token AND done = 0
"""
"""Gives a delivery back, if it was not taken again and is not done."""

FORGET_DELIVERIES: Final = """
    UPDATE connectkit_deliveries SET body = :empty
    WHERE done = 1 AND received < :before AND body <> :empty AND (:scope = '' OR scope = :scope)
"""
"""Empties the bodies of old deliveries."""
