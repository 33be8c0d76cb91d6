"""The statements of the embedded store, named, once.

Rules of this file. A migration that was released is never edited: a change of the schema is another one at the end, and
it only adds, because older code goes on working on the same file while a fleet is renewed. No statement needs more than
SQLite 3.24, which is what the oldest systems in use have. Columns are listed by name, so that additions do not matter.
"""

from __future__ import annotations

from typing import Final

APPLICATION: Final = 0x636B6974
"""Marks a file as ours, in its header: the letters of "ckit"."""

MIGRATIONS: Final = (
    """
    CREATE TABLE operations (
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
        object_id TEXT NOT NULL,
        refusal TEXT NOT NULL,
        request TEXT NOT NULL, -- bodies come last: what stands before them is read without them
        answer TEXT NOT NULL,
        UNIQUE (tenant, platform, livemode, key, step)
    );
    CREATE INDEX operations_unfinished ON operations (id) WHERE state NOT IN ('succeeded', 'refused');

    CREATE TABLE deliveries (
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
        body BLOB NOT NULL,
        UNIQUE (scope, event_id)
    );
    CREATE INDEX deliveries_waiting ON deliveries (id) WHERE NOT done;
    CREATE INDEX deliveries_ordered ON deliveries (ordering, id) WHERE NOT done;
    """,
)
"""What makes a schema of version n out of one of version n - 1."""

INSERT_OPERATION: Final = """
    INSERT INTO operations (
        tenant, platform, livemode, key, step, verb, fingerprint, request, state, generation, token, version,
        doubt, spent, first_sent, quiet_from, lease_until, object_id, answer, refusal, created, updated
    ) VALUES (
        :tenant, :platform, :livemode, :key, :step, :verb, :fingerprint, :request, :state, :generation, :token,
        :version, :doubt, :spent, :first_sent, :quiet_from, :lease_until, :object_id, :answer, :refusal, :created,
        :updated
    ) ON CONFLICT (tenant, platform, livemode, key, step) DO NOTHING
"""
"""Adds an operation, or nothing if its identity is taken."""

SWAP_OPERATION: Final = """
    UPDATE operations SET
        verb = :verb, fingerprint = :fingerprint, request = :request, state = :state, generation = :generation,
        token = :token, version = :version, doubt = :doubt, spent = :spent, first_sent = :first_sent,
        quiet_from = :quiet_from, lease_until = :lease_until, object_id = :object_id, answer = :answer,
        refusal = :refusal, created = :created, updated = :updated
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND key = :key AND step = :step
        AND version = :version - 1
"""
"""Replaces an operation, if it has the version before this one."""

GET_OPERATION: Final = """
    SELECT
        tenant, platform, livemode, key, step, verb, fingerprint, request, state, generation, token, version,
        doubt, spent, first_sent, quiet_from, lease_until, object_id, answer, refusal, created, updated
    FROM operations
    WHERE tenant = :tenant AND platform = :platform AND livemode = :livemode AND key = :key AND step = :step
"""
"""Gives the operation of an identity."""

UNFINISHED_OPERATIONS: Final = """
    SELECT
        tenant, platform, livemode, key, step, verb, fingerprint, request, state, generation, token, version,
        doubt, spent, first_sent, quiet_from, lease_until, object_id, answer, refusal, created, updated
    FROM operations
    WHERE state NOT IN ('succeeded', 'refused')
    ORDER BY id
    LIMIT :limit
"""
"""Gives what is neither succeeded nor refused, the oldest first."""

INSERT_DELIVERY: Final = """
    INSERT INTO deliveries (
        scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error
    ) VALUES (
        :scope, :event_id, :type, :body, :ordering, :received, :attempts, :lease_until, :token, :done, :error
    ) ON CONFLICT (scope, event_id) DO NOTHING
"""
"""Adds a delivery, or nothing if its event is known."""

NEXT_DELIVERY: Final = """
    SELECT scope, event_id, type, body, ordering, received, attempts, lease_until, token, done, error
    FROM deliveries AS waiting
    WHERE NOT done AND lease_until <= :now AND (
        ordering = '' OR NOT EXISTS (
            SELECT 1 FROM deliveries AS earlier
            WHERE NOT earlier.done AND earlier.ordering = waiting.ordering AND earlier.id < waiting.id
        )
    )
    ORDER BY id
    LIMIT 1
"""
"""Gives the oldest delivery that nobody holds and that no earlier one of its ordering key stands before."""

TAKE_DELIVERY: Final = """
    UPDATE deliveries SET attempts = :attempts, token = :token, lease_until = :lease_until
    WHERE scope = :scope AND event_id = :event_id
"""
"""Hands a delivery to a worker."""

FINISH_DELIVERY: Final = """
    UPDATE deliveries SET done = 1, error = :error WHERE scope = :scope AND event_id = :event_id AND token = :token
"""
"""Ends a delivery, if it was not taken again."""

FAIL_DELIVERY: Final = """
    UPDATE deliveries SET error = :error, lease_until = :lease_until
    WHERE scope = :scope AND event_id = :event_id AND token = :token AND NOT done
"""
"""Gives a delivery back, if it was not taken again and is not done."""
