"""The history of numbers as CSV cells (D26): one row per event and one per day (UTC) with a reading."""

from __future__ import annotations

from common.csv_cells import ISO_TIME, SAFE_TEXT

# Events keep states by name (`in_progress`); a file has words (`In progress`), as the pages have.
_WORD = (
    "CASE WHEN event.kind = ANY(%(state_kinds)s) THEN upper(left({0}, 1)) || replace(substr({0}, 2), '_', ' ') "
    "ELSE {0} END"
)
# `{numbers}` is the composed SELECT id, e164 of the numbers. LATERAL reads one number after the other by index, so that
# nothing grows with the account. Of a day's readings the newest that carries scores stands for the day.
HISTORY = f"""
SELECT picked.e164, {ISO_TIME.format("line.at")}, line.kind,
    {SAFE_TEXT.format("line.from_value")}, {SAFE_TEXT.format("line.to_value")}, line.source,
    least(line.maturity, line.connection, line.engagement, line.sentiment),
    line.maturity, line.connection, line.engagement, line.sentiment,
    {SAFE_TEXT.format("line.reason")}, {SAFE_TEXT.format("line.actor")}
FROM ({{numbers}}) AS picked
CROSS JOIN LATERAL (
    SELECT event.at, event.id AS place, (%(kinds)s::text[])[event.kind] AS kind,
        {_WORD.format("event.from_value")} AS from_value, {_WORD.format("event.to_value")} AS to_value,
        source.name AS source, NULL::smallint AS maturity, NULL::smallint AS connection,
        NULL::smallint AS engagement, NULL::smallint AS sentiment, event.reason, person.email AS actor
    FROM numbers_numberevent AS event
    LEFT JOIN numbers_source AS source ON source.id = event.source_id
    LEFT JOIN accounts_user AS person ON person.id = event.actor_id
    WHERE event.number_id = picked.id AND event.account_id = %(account)s
    UNION ALL
    SELECT day.observed_at, 0, 'Reading', '', '', day.name,
        nullif(day.maturity, -1), nullif(day.connection, -1), nullif(day.engagement, -1), nullif(day.sentiment, -1),
        '', ''
    FROM (
        SELECT DISTINCT ON (1) date_trunc('day', reading.observed_at, 'UTC'), reading.observed_at, source.name,
            {{scores}}
        FROM numbers_reading AS reading JOIN numbers_source AS source ON source.id = reading.source_id
        WHERE reading.number_id = picked.id AND reading.account_id = %(account)s
        ORDER BY 1, greatest(reading.maturity, reading.connection, reading.engagement, reading.sentiment) >= 0 DESC,
            reading.observed_at DESC, reading.source_id, reading.ident
    ) AS day
) AS line
ORDER BY picked.e164, line.at, line.place
"""
SCORES = "reading.maturity, reading.connection, reading.engagement, reading.sentiment"
NO_SCORES = (
    "-1::smallint AS maturity, -1::smallint AS connection, -1::smallint AS engagement, -1::smallint AS sentiment"
)
