"""Statements of an import, set-based. Each takes the account as a parameter, and none reads the clock.

The planner takes an account whose numbers are just coming in for empty, so that every index that begins with the
account looks as good as any other, and it would read all of the account's numbers for every line. Lines therefore find
their numbers by the number alone (`LATERAL (... OFFSET 0)`), and the account is compared afterwards.
"""

# A number by its digits; whose it is, is asked by whoever joins this.
_HELD = """LATERAL (
    SELECT account_id, id, label, product, origin FROM numbers_phonenumber WHERE e164 = {line}.e164 OFFSET 0
) held"""

CREATE_STAGED_LINES = """
CREATE TEMP TABLE staged_line (
    line integer NOT NULL,
    given text NOT NULL,
    e164 text NOT NULL,
    country text NOT NULL,
    label text,
    product smallint,
    origin smallint,
    campaigns text[],
    refusal text NOT NULL
) ON COMMIT DROP
"""

COPY_STAGED_LINES = "COPY staged_line FROM STDIN (FORMAT csv, FORCE_NOT_NULL (given, e164, country, refusal))"

ANALYZE_STAGED_LINES = "ANALYZE staged_line"
DROP_STAGED_LINES = "DROP TABLE staged_line"

# What a good line will do depends on what the account holds already. A campaign is joined, never left.
KEEP_LINES = f"""
INSERT INTO numbers_importrow
    (job_id, account_id, line, given, e164, country, label, product, origin, campaigns, outcome, reason)
SELECT %(job)s, %(account)s, staged.line, staged.given, staged.e164, staged.country, staged.label, staged.product,
    staged.origin, staged.campaigns,
    CASE WHEN staged.refusal <> '' THEN %(refuse)s
        WHEN held.id IS NULL THEN %(add)s
        WHEN change.words <> '' THEN %(change)s
        ELSE %(same)s END,
    left(CASE WHEN staged.refusal <> '' THEN staged.refusal WHEN held.id IS NULL THEN '' ELSE change.words END, 200)
FROM staged_line staged
LEFT JOIN {_HELD.format(line="staged")} ON held.account_id = %(account)s AND staged.refusal = ''
LEFT JOIN LATERAL (
    SELECT concat_ws('; ',
        CASE WHEN staged.label <> held.label THEN
            'Label ' || CASE WHEN held.label = '' THEN '' ELSE '“' || held.label || '” ' END
            || 'becomes “' || staged.label || '”' END,
        CASE WHEN staged.product <> held.product THEN
            'Product ' || (%(products)s::jsonb ->> held.product::text) || ' becomes '
            || (%(products)s::jsonb ->> staged.product::text) END,
        CASE WHEN staged.origin <> held.origin THEN
            'Source ' || (%(origins)s::jsonb ->> held.origin::text) || ' becomes '
            || (%(origins)s::jsonb ->> staged.origin::text) END,
        (SELECT 'Joins ' || string_agg(campaign.name, ', ' ORDER BY campaign.name)
         FROM unnest(staged.campaigns) AS named
         JOIN numbers_campaign campaign ON campaign.account_id = %(account)s AND campaign.name = named
         WHERE NOT EXISTS (
            SELECT FROM numbers_campaignnumber member
            WHERE member.campaign_id = campaign.id AND member.number_id = held.id))
    ) AS words
    WHERE held.id IS NOT NULL
) change ON true
"""

# The first line of a number counts; the later ones are refused and say where it is.
STAGE_REPEATED = """
CREATE TEMP TABLE staged_repeat ON COMMIT DROP AS
SELECT line, first FROM (
    SELECT line, min(line) OVER (PARTITION BY e164) AS first FROM numbers_importrow
    WHERE job_id = %(job)s AND account_id = %(account)s AND outcome <> %(refuse)s
) AS good
WHERE line > first
"""
ANALYZE_REPEATED = "ANALYZE staged_repeat"
DROP_REPEATED = "DROP TABLE staged_repeat"

REFUSE_REPEATED = """
UPDATE numbers_importrow repeated
SET outcome = %(refuse)s, reason = 'This is the same number as in line ' || staged.first || '.'
FROM staged_repeat staged
WHERE repeated.job_id = %(job)s AND repeated.account_id = %(account)s AND repeated.line = staged.line
"""

ANALYZE_LINES = "ANALYZE numbers_importrow (job_id, line, outcome)"

COUNT_OUTCOMES = """
SELECT outcome, count(*) FROM numbers_importrow WHERE job_id = %(job)s AND account_id = %(account)s GROUP BY outcome
"""

NEXT_BATCH = """
SELECT max(line), count(*) FROM (
    SELECT line FROM numbers_importrow
    WHERE job_id = %(job)s AND account_id = %(account)s AND outcome IN (%(add)s, %(change)s) AND line > %(after)s
    ORDER BY line LIMIT %(limit)s
) AS batch
"""

STAGE_NEW_NUMBERS = f"""
INSERT INTO staged_number (e164, country, label, product, origin, campaigns)
SELECT line.e164, line.country, coalesce(line.label, ''), coalesce(line.product, %(product)s),
    coalesce(line.origin, %(origin)s), coalesce(line.campaigns, '{{}}')
FROM numbers_importrow line
LEFT JOIN {_HELD.format(line="line")} ON held.account_id = line.account_id
WHERE line.job_id = %(job)s AND line.account_id = %(account)s AND line.outcome IN (%(add)s, %(change)s)
    AND line.line > %(after)s AND line.line <= %(until)s AND held.id IS NULL
"""

STAGE_CHANGES = f"""
CREATE TEMP TABLE staged_change ON COMMIT DROP AS
SELECT held.id, held.label AS old_label, coalesce(line.label, held.label) AS label,
    held.product AS old_product, coalesce(line.product, held.product) AS product,
    held.origin AS old_origin, coalesce(line.origin, held.origin) AS origin,
    coalesce(line.campaigns, '{{}}') AS campaigns, line.account_id
FROM numbers_importrow line
JOIN {_HELD.format(line="line")} ON held.account_id = line.account_id
WHERE line.job_id = %(job)s AND line.account_id = %(account)s AND line.outcome IN (%(add)s, %(change)s)
    AND line.line > %(after)s AND line.line <= %(until)s
    AND (line.label <> held.label OR line.product <> held.product OR line.origin <> held.origin
        OR line.campaigns IS NOT NULL)
"""

# Statuses are locked in the order of their key, as ingestion does, so that two writers wait and never deadlock.
LOCK_STATUSES = """
SELECT count(*) FROM (
    SELECT 1 FROM (SELECT id FROM staged_change WHERE account_id = %(account)s ORDER BY id) AS wanted
    CROSS JOIN LATERAL (
        SELECT FROM numbers_numberstatus WHERE number_id = wanted.id FOR NO KEY UPDATE
    ) AS status
) AS locked
"""

CHANGE_STATUSES = """
UPDATE numbers_numberstatus status SET product = staged.product, origin = staged.origin
FROM staged_change staged
WHERE staged.account_id = %(account)s AND status.number_id = staged.id
    AND (staged.product <> staged.old_product OR staged.origin <> staged.old_origin)
"""

CHANGE_NUMBERS = """
UPDATE numbers_phonenumber number SET label = staged.label, product = staged.product, origin = staged.origin
FROM staged_change staged
WHERE staged.account_id = %(account)s AND number.id = staged.id
    AND (staged.label <> staged.old_label OR staged.product <> staged.old_product
        OR staged.origin <> staged.old_origin)
"""

# One event per field that changed and per campaign that was joined; the count is of numbers.
RECORD_CHANGES = """
WITH joined AS (
    INSERT INTO numbers_campaignnumber (account_id, campaign_id, number_id, added_at)
    SELECT DISTINCT %(account)s, campaign.id, staged.id, %(now)s::timestamptz
    FROM staged_change staged
    CROSS JOIN LATERAL unnest(staged.campaigns) AS named
    JOIN numbers_campaign campaign ON campaign.account_id = %(account)s AND campaign.name = named
    ON CONFLICT (campaign_id, number_id) DO NOTHING
    RETURNING campaign_id, number_id
), said AS (
    SELECT staged.id AS number_id, field.place, field.name, field.old, field.new
    FROM staged_change staged
    CROSS JOIN LATERAL (VALUES
        (1, 'Label', staged.old_label, staged.label),
        (2, 'Product', %(products)s::jsonb ->> staged.old_product::text, %(products)s::jsonb ->> staged.product::text),
        (3, 'Source', %(origins)s::jsonb ->> staged.old_origin::text, %(origins)s::jsonb ->> staged.origin::text)
    ) AS field (place, name, old, new)
    WHERE field.old <> field.new
    UNION ALL
    SELECT joined.number_id, 4, 'Campaign', '', campaign.name
    FROM joined JOIN numbers_campaign campaign ON campaign.id = joined.campaign_id
), event AS (
    INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason, actor_id)
    SELECT %(account)s, number_id, %(now)s, %(edited_kind)s, left(old, 40), left(new, 40),
        left(name || ': ' || %(reason)s, 200), %(actor)s
    FROM said ORDER BY number_id, place
)
SELECT count(DISTINCT number_id) FROM said
"""

ANALYZE_STAGED_CHANGES = "ANALYZE staged_change"
DROP_STAGED_CHANGES = "DROP TABLE staged_change"
