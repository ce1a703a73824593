"""Statements over the counters (NumberCount) of all accounts."""

DIMENSIONS = "account_id, product, origin, registration, capability, rating, tagged"

FOLD = f"""
WITH gone AS (
    DELETE FROM numbers_numbercount WHERE id IN (
        SELECT id FROM numbers_numbercount ORDER BY id LIMIT 100000 FOR UPDATE SKIP LOCKED
    ) RETURNING {DIMENSIONS}, n
), kept AS (
    INSERT INTO numbers_numbercount ({DIMENSIONS}, n)
    SELECT {DIMENSIONS}, sum(n) FROM gone GROUP BY {DIMENSIONS} HAVING sum(n) <> 0 RETURNING 1
)
SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
"""

RATING_DAY = """
INSERT INTO numbers_ratingday (account_id, day, rating, n)
SELECT account_id, %(day)s, rating, greatest(sum(n), 0) FROM numbers_numbercount GROUP BY account_id, rating
ON CONFLICT (account_id, day, rating) DO UPDATE SET n = excluded.n WHERE numbers_ratingday.n <> excluded.n
"""

DIFFERENCES = f"""
SELECT account_id, count(*) FROM (
    SELECT {DIMENSIONS}, sum(n) FROM (
        SELECT {DIMENSIONS}, n FROM numbers_numbercount
        UNION ALL
        SELECT account_id, product, origin, registration, capability, rating, tag_since IS NOT NULL, -1
        FROM numbers_numberstatus
    ) AS both_sides GROUP BY {DIMENSIONS} HAVING sum(n) <> 0
) AS different GROUP BY account_id
"""
