"""Moves of a number's state: one statement locks, changes and writes the events of the rows that really changed."""

_MOVE = """
WITH held AS (
    SELECT number_id, {column} AS before FROM numbers_numberstatus
    WHERE account_id = %(account)s AND number_id = ANY(%(ids)s) AND {column} <> %(to)s
        AND (%(only_from)s::smallint[] IS NULL OR {column} = ANY(%(only_from)s::smallint[]))
    ORDER BY number_id FOR NO KEY UPDATE
), moved AS (
    UPDATE numbers_numberstatus AS status SET {column} = %(to)s, {extra}
        last_updated = greatest(status.last_updated, %(now)s)
    FROM held WHERE status.number_id = held.number_id
    RETURNING status.number_id, held.before
)
INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason, actor_id)
SELECT %(account)s, number_id, %(now)s, %(kind)s, (%(words)s::text[])[before + 1],
    (%(words)s::text[])[%(to)s + 1], %(reason)s, %(actor)s
FROM moved
"""
SET_REGISTRATION = _MOVE.format(column="registration", extra="")
SET_CAPABILITY = _MOVE.format(column="capability", extra="capability_reason = %(reason)s, capability_since = %(now)s,")
