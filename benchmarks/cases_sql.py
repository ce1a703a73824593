"""Past cases, many at once: one for each number and round, cleared over the last 170 days."""

PAST_CASES = """
INSERT INTO remediation_case (uuid, account_id, number_id, state, state_since, reason, outcome, attempt, tag_since,
    carriers, provider, sent, opened_at, target_at, limit_at, closed_at)
SELECT gen_random_uuid(), account_id, id, 'cleared', closed, 'A clean reading: no source flags it any more',
    'remediated', 1, opened, ARRAY[1 + place %% 4]::smallint[], 'telnyx', 1, opened, opened + interval '2 days',
    opened + interval '7 days', closed
FROM (
    SELECT id, account_id, row_number() OVER (ORDER BY id) AS place FROM numbers_phonenumber
    WHERE account_id = %(account)s ORDER BY id LIMIT %(n)s
) AS number CROSS JOIN LATERAL (
    SELECT %(now)s::timestamptz - place %% 170 * interval '1 day' - interval '3 days' AS opened
) AS began CROSS JOIN LATERAL (SELECT opened + (1 + place %% 60) * interval '1 hour' AS closed) AS ended
"""
