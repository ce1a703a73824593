"""Statements that add numbers to an account's inventory, set-based. Each takes the account as a parameter."""

# Rows of one batch wait here; the same table serves an import's lines and rows made by code.
CREATE_STAGED = """
CREATE TEMP TABLE IF NOT EXISTS staged_number (
    e164 varchar(16) NOT NULL,
    country varchar(2) NOT NULL,
    label varchar(80) NOT NULL,
    product smallint NOT NULL,
    origin smallint NOT NULL,
    campaigns text[] NOT NULL
) ON COMMIT DROP;
TRUNCATE staged_number;
"""

# FORCE_NOT_NULL: csv writes an empty text without quotes, which COPY would read as NULL.
COPY_STAGED = (
    "COPY staged_number (e164, country, label, product, origin, campaigns) FROM STDIN "
    "(FORMAT csv, FORCE_NOT_NULL (country, label))"
)

# The area is the longest prefix that the table knows, otherwise the country's name. Inserting in the order of the
# number keeps two writers of one account from deadlocking. Statuses are counted by their trigger.
ADD_STAGED = """
WITH added AS (
    INSERT INTO numbers_phonenumber
        (uuid, account_id, e164, country, label, product, origin, area, state, created_at)
    SELECT gen_random_uuid(), %(account)s, staged.e164, staged.country, staged.label, staged.product, staged.origin,
        coalesce(place.area, country.name, ''), coalesce(place.state, ''), %(now)s
    FROM staged_number staged
    LEFT JOIN numbers_country country ON country.code = staged.country
    LEFT JOIN LATERAL (
        SELECT area, state FROM numbers_areaprefix
        WHERE prefix IN (
            substr(staged.e164, 2, 3), substr(staged.e164, 2, 4), substr(staged.e164, 2, 5), substr(staged.e164, 2, 6),
            substr(staged.e164, 2, 7), substr(staged.e164, 2, 8), substr(staged.e164, 2, 9)
        )
        ORDER BY length(prefix) DESC LIMIT 1
    ) place ON true
    ORDER BY staged.e164
    ON CONFLICT (account_id, e164) DO NOTHING
    RETURNING id, e164, product, origin
), status AS (
    INSERT INTO numbers_numberstatus
        (number_id, account_id, product, origin, registration, capability, capability_reason, rating, rating_since,
         maturity, connection, engagement, sentiment, scores_at, flagged_by, complaints_90d, last_updated)
    SELECT id, %(account)s, product, origin, 0, 0, '', 0, 'epoch', -1, -1, -1, -1, 'epoch', '{}', 0, 'epoch'
    FROM added ORDER BY id
), event AS (
    INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason, actor_id)
    SELECT %(account)s, id, %(now)s, %(added_kind)s, '', '', %(reason)s, %(actor)s FROM added ORDER BY id
), member AS (
    INSERT INTO numbers_campaignnumber (account_id, campaign_id, number_id, added_at)
    SELECT DISTINCT %(account)s, campaign.id, added.id, %(now)s::timestamptz
    FROM added
    JOIN staged_number staged USING (e164)
    CROSS JOIN LATERAL unnest(staged.campaigns) AS named
    JOIN numbers_campaign campaign ON campaign.account_id = %(account)s AND campaign.name = named
)
SELECT count(*) FROM added
"""

# Both halves of a number carry the account. For one that has just grown the planner expects a single row in each, joins
# them by that, and takes two minutes for 20,000 numbers; the server's own analysis waits for a tenth of a whole table.
ANALYZE_INVENTORY = "ANALYZE numbers_phonenumber, numbers_numberstatus, numbers_campaignnumber"
