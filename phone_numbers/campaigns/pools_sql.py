"""Statements that change a campaign's pool: each writes the event of every number that really joined or left."""

# In the order of ids, as ingestion locks them: a rating that changes in the same moment reaches the pools before this
# change or after it, and the two never wait for each other.
HOLD = """
SELECT count(*) FROM (
    SELECT 1 FROM (SELECT DISTINCT unnest(%(ids)s::bigint[]) AS id ORDER BY 1) AS wanted
    CROSS JOIN LATERAL (
        SELECT FROM numbers_numberstatus WHERE number_id = wanted.id AND account_id = %(account)s FOR NO KEY UPDATE
    ) AS status
) AS held
"""

JOIN = """
WITH joined AS (
    INSERT INTO numbers_campaignnumber (account_id, campaign_id, number_id, added_at)
    SELECT %(account)s, %(campaign)s, number.id, %(now)s FROM numbers_phonenumber number
    WHERE number.account_id = %(account)s AND number.id = ANY(%(ids)s) ORDER BY number.id
    ON CONFLICT (campaign_id, number_id) DO NOTHING
    RETURNING number_id
)
INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason, actor_id)
SELECT %(account)s, number_id, %(now)s, %(kind)s, '', left(%(name)s, 40), 'Campaign: joined', %(actor)s
FROM joined ORDER BY number_id
"""

LEAVE = """
WITH gone AS (
    DELETE FROM numbers_campaignnumber
    WHERE account_id = %(account)s AND campaign_id = %(campaign)s AND number_id = ANY(%(ids)s)
    RETURNING number_id
)
INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason, actor_id)
SELECT %(account)s, number_id, %(now)s, %(kind)s, left(%(name)s, 40), '', 'Campaign: left', %(actor)s
FROM gone ORDER BY number_id
"""
