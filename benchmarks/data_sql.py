"""Statements that fill the database of a run: valid numbers, with states as a large account has them.

About 2 % of the numbers are rated Spam and 1.5 % Mixed; one in eight has no data. `random()` is seeded per account, so
that two runs measure the same rows.
"""

TABLES = (
    "numbers_phonenumber",
    "numbers_numberstatus",
    "numbers_sourceview",
    "numbers_numbercount",
    "benchmarks_plainnumber",
)

SECONDARY_INDEXES = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = current_schema() AND tablename IN ('numbers_phonenumber', 'numbers_numberstatus')
    AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""

STAGED = "CREATE TEMP TABLE staged (e164 varchar(16) NOT NULL) ON COMMIT DROP; SELECT setseed(0.42)"
COPY_STAGED = "COPY staged FROM STDIN"

NUMBERS = """
INSERT INTO numbers_phonenumber
    (uuid, account_id, e164, country, label, product, origin, area, state, created_at)
SELECT gen_random_uuid(), %(account)s, drawn.e164, 'US',
    CASE WHEN in_desk < 0.2 THEN '' ELSE
        (ARRAY['Collections desk', 'Front desk', 'Nurse line', 'Scheduling', 'Pharmacy refills', 'Branch office',
            'Renewals West', 'Renewals East', 'Field sales', 'Billing reminders'])[1 + (in_desk * 1e6)::int %% 10]
        || ' ' || (in_desk * 1e4)::int END,
    CASE WHEN in_product < 0.62 THEN 1 WHEN in_product < 0.95 THEN 2 ELSE 0 END,
    CASE WHEN in_origin < 0.88 THEN 1 ELSE 2 END,
    coalesce(place.area, 'United States'), coalesce(place.state, ''),
    %(now)s::timestamptz - in_origin * interval '300 days'
FROM (
    SELECT e164, random() AS in_desk, random() AS in_product, random() AS in_origin FROM staged
) AS drawn
LEFT JOIN LATERAL (
    SELECT area, state FROM numbers_areaprefix
    WHERE prefix IN (substr(drawn.e164, 2, 4), substr(drawn.e164, 2, 5), substr(drawn.e164, 2, 6),
        substr(drawn.e164, 2, 7), substr(drawn.e164, 2, 8))
    ORDER BY length(prefix) DESC LIMIT 1
) AS place ON true
"""

STATUSES = """
INSERT INTO numbers_numberstatus
    (number_id, account_id, product, origin, registration, capability, capability_reason, rating, rating_since,
     tag_since, maturity, connection, engagement, sentiment, scores_at, flagged_by, complaints_90d, last_updated,
     rerate_at)
SELECT id, %(account)s, product, origin, registration, capability,
    CASE WHEN capability = 3 THEN 'The provider could not confirm that the number is in service.' ELSE '' END,
    rating, CASE WHEN rating > 0 THEN updated - in_age * interval '20 days' ELSE 'epoch' END,
    CASE WHEN rating = 3 THEN updated - in_age * interval '20 days' END,
    CASE WHEN rating = 0 OR in_age < 0.05 THEN -1 ELSE (best * (0.7 + 0.3 * in_age))::int END,
    CASE WHEN rating = 0 OR in_age < 0.10 THEN -1 ELSE (best * (1 - 0.3 * in_age))::int END,
    CASE WHEN rating = 0 OR in_age < 0.15 THEN -1 ELSE (best * (0.8 + 0.2 * in_age))::int END,
    CASE WHEN rating = 0 OR in_age < 0.20 THEN -1 ELSE (best * (1 - 0.2 * in_age))::int END,
    CASE WHEN rating > 0 THEN updated ELSE 'epoch' END,
    CASE WHEN rating < 2 THEN '{}'::smallint[] WHEN in_age < 0.7 THEN ARRAY[1]::smallint[]
        ELSE ARRAY[1, 2]::smallint[] END,
    CASE WHEN rating = 3 THEN (in_age * 12)::int WHEN in_age < 0.02 THEN 1 ELSE 0 END,
    CASE WHEN rating > 0 THEN updated ELSE 'epoch' END,
    CASE WHEN rating > 0 THEN updated + interval '14 days' END
FROM (
    SELECT id, product, origin, in_age, 40 + 60 * random() AS best,
        CASE WHEN in_registration < 0.84 THEN 2 WHEN in_registration < 0.93 THEN 0 WHEN in_registration < 0.98 THEN 1
            ELSE 3 END AS registration,
        CASE WHEN in_registration >= 0.84 OR in_capability < 0.3 THEN 0 WHEN in_capability < 0.95 THEN 2
            WHEN in_capability < 0.98 THEN 1 ELSE 3 END AS capability,
        CASE WHEN in_rating < 0.02 THEN 3 WHEN in_rating < 0.035 THEN 2 WHEN in_rating < 0.16 THEN 0 ELSE 1
            END AS rating,
        %(now)s::timestamptz - interval '1 hour' - in_update * interval '10 days' AS updated
    FROM (
        SELECT id, product, origin, random() AS in_registration, random() AS in_capability, random() AS in_rating,
            random() AS in_age, random() AS in_update
        FROM numbers_phonenumber WHERE account_id = %(account)s
    ) AS number
) AS drawn
ORDER BY id
"""

# Two carriers have reported on every number that is not Unknown: ten calls each, half a day apart, flagged by the
# carriers that the status names. A mark is epoch microseconds * 2 + flagged.
VIEWS = """
INSERT INTO numbers_sourceview
    (account_id, number_id, source_id, verdict, flagged, since, last_seen, marks, category, raw_hash)
SELECT %(account)s, number_id, source.id, CASE WHEN flagged THEN rating ELSE 1 END, flagged, rating_since,
    last_updated, marks, '', 0
FROM numbers_numberstatus AS status
CROSS JOIN (SELECT id FROM numbers_source WHERE kind = 1 ORDER BY id LIMIT 2) AS source
CROSS JOIN LATERAL (
    SELECT source.id = ANY(status.flagged_by) AS flagged,
        (extract(epoch FROM status.last_updated) * 1000000)::bigint AS newest
) AS now
CROSS JOIN LATERAL (
    SELECT array_agg((now.newest - back * 43200000000) * 2
        + (now.flagged AND (back < 2 OR status.rating = 3))::int ORDER BY back) AS marks
    FROM generate_series(0, 9) AS back
) AS kept
WHERE status.account_id = %(account)s AND rating > 0
ORDER BY number_id, source.id
"""

PLAIN = """
INSERT INTO benchmarks_plainnumber
    (id, number, label, area, service, product, registration, rating, status, overall, maturity, connection,
     engagement, sentiment, capability, flagged_by, complaints_90d, last_updated)
SELECT number.id, number.e164, number.label, number.area, status.services, number.product, status.registration,
    status.rating, status.status, status.overall, status.maturity, status.connection, status.engagement,
    status.sentiment, status.capability,
    coalesce((SELECT string_agg(name, '; ') FROM numbers_source WHERE id = ANY(status.flagged_by)), ''),
    status.complaints_90d, status.last_updated
FROM numbers_phonenumber AS number JOIN numbers_numberstatus AS status ON status.number_id = number.id
WHERE number.account_id = (SELECT id FROM accounts_account WHERE slug = %(slug)s)
"""

# The same news for the peers' table, after pages were ingested.
PLAIN_CATCHES_UP = """
UPDATE benchmarks_plainnumber AS plain SET rating = status.rating, status = status.status,
    last_updated = status.last_updated
FROM numbers_numberstatus AS status
WHERE status.number_id = plain.id AND status.last_updated <> plain.last_updated
"""
