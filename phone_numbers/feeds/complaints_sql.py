"""The statements of taking complaints, in the order in which they run; all in one transaction.

Tables: `complaint_row` (the file as read) > `told` (one row per complaint about a number in some account). Numbers are
matched in one join over all accounts; the consumer's area code stays in `complaint_row`, which is dropped with the
transaction. No statement reads the clock.
"""

# Taking, and counting for the window, take turns: the count must see every complaint that another import commits.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7301002)"
IF_NOBODY_ELSE = "SELECT pg_try_advisory_xact_lock(7301002)"

ROWS = """
CREATE TEMP TABLE complaint_row (
    created_at timestamptz, e164 varchar(16), written varchar(40), area_code varchar(40),
    violation_at timestamptz, subject varchar(120), robocall boolean
) ON COMMIT DROP
"""
ROWS_COPY = "COPY complaint_row FROM STDIN"

# A day that the agency published twice: every number as written, with its area code, stands there an even number of
# times. Unreadable rows count too: they were published twice like the others.
HALVED = """
SELECT created_at FROM (
    SELECT created_at, count(*) AS n FROM complaint_row GROUP BY created_at, written, area_code
) AS pair
GROUP BY created_at HAVING bool_and(n % 2 = 0) ORDER BY created_at
"""
REPEATS = """
SELECT (SELECT count(*) FROM complaint_row) - (
    SELECT count(*) FROM (
        SELECT DISTINCT e164, created_at, violation_at, subject, robocall FROM complaint_row
    ) AS once
)
"""

TOLD_FULL = """
CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT DISTINCT number.account_id, number.id AS number_id, row.created_at, row.violation_at, row.subject, row.robocall,
    false AS date_only, 0 AS ordinal, false AS in_full
FROM complaint_row AS row JOIN numbers_phonenumber AS number ON number.e164 = row.e164
"""

# Equal rows are told apart by an ordinal, so that the same file adds nothing when it comes again. A day that is known
# in full rows for a number is told by them alone.
TOLD_DAYS = """
CREATE TEMP TABLE told ON COMMIT DROP AS
WITH day AS (
    SELECT e164, created_at, count(*) / CASE WHEN created_at = ANY(%(halved)s) THEN 2 ELSE 1 END AS n
    FROM complaint_row WHERE e164 IS NOT NULL GROUP BY e164, created_at
), hit AS (
    SELECT number.account_id, number.id AS number_id, day.created_at, day.n, EXISTS (
        SELECT FROM numbers_complaint AS known
        WHERE known.number_id = number.id AND known.agency = %(agency)s AND NOT known.date_only
            AND known.created_at >= day.created_at AND known.created_at < day.created_at + interval '24 hours'
    ) AS in_full
    FROM day JOIN numbers_phonenumber AS number ON number.e164 = day.e164
)
SELECT account_id, number_id, created_at, NULL::timestamptz AS violation_at, ''::varchar AS subject,
    NULL::boolean AS robocall, true AS date_only, ordinal, in_full
FROM hit CROSS JOIN LATERAL generate_series(1, n) AS ordinal
"""

# Full rows stand for the date-only rows of the same number and day, whichever came first.
REPLACE_DAYS = """
DELETE FROM numbers_complaint AS known
USING (
    SELECT DISTINCT number_id, date_trunc('day', created_at, 'UTC') AS day FROM told WHERE NOT date_only
) AS full_day
WHERE known.number_id = full_day.number_id AND known.agency = %(agency)s AND known.created_at = full_day.day
    AND known.date_only
"""

KEEP = """
WITH kept AS (
    INSERT INTO numbers_complaint (
        account_id, number_id, agency, created_at, violation_at, subject, robocall, date_only, ordinal
    )
    SELECT account_id, number_id, %(agency)s, created_at, violation_at, subject, robocall, date_only, ordinal
    FROM told WHERE NOT in_full ORDER BY number_id, created_at
    ON CONFLICT DO NOTHING
    RETURNING account_id
)
SELECT account.slug, count(*) FROM kept JOIN accounts_account AS account ON account.id = kept.account_id
GROUP BY account.slug ORDER BY account.slug
"""
TOLD_COUNTS = "SELECT count(*), count(*) FILTER (WHERE in_full) FROM told"

DAYS = """
INSERT INTO numbers_complaintday (agency, day, date_only, rows, halved, taken_at)
VALUES (%(agency)s, %(day)s, %(date_only)s, %(rows)s, %(halved)s, %(now)s)
ON CONFLICT (agency, day, date_only) DO UPDATE
SET rows = excluded.rows, halved = excluded.halved, taken_at = excluded.taken_at
"""

# The status rows are locked in the order of ids, as ingestion does. `last_updated` stays: a complaint is neither an
# observation nor a change of status (D23, D24).
_WRITE_COUNTS = """
, changed AS (
    SELECT status.number_id, counted.n
    FROM numbers_numberstatus AS status JOIN counted ON counted.number_id = status.number_id
    WHERE status.complaints_90d <> counted.n
    ORDER BY status.number_id FOR NO KEY UPDATE OF status
)
UPDATE numbers_numberstatus AS status SET complaints_90d = changed.n
FROM changed WHERE status.number_id = changed.number_id
"""
_COUNT_HIT = f"""
, counted AS (
    SELECT hit.number_id, recent.n FROM hit CROSS JOIN LATERAL (
        SELECT count(*) AS n FROM numbers_complaint
        WHERE number_id = hit.number_id AND created_at > %(since)s AND created_at <= %(until)s
    ) AS recent
){_WRITE_COUNTS}
"""
COUNT_TOLD = f"WITH hit AS (SELECT DISTINCT number_id FROM told){_COUNT_HIT}"
COUNT_NUMBERS = f"WITH hit AS (SELECT DISTINCT unnest(%(numbers)s::bigint[]) AS number_id){_COUNT_HIT}"
COUNT_ALL = f"""
WITH recent AS (
    SELECT number_id, count(*) AS n FROM numbers_complaint
    WHERE created_at > %(since)s AND created_at <= %(until)s GROUP BY number_id
), counted AS (
    SELECT status.number_id, coalesce(recent.n, 0) AS n
    FROM numbers_numberstatus AS status LEFT JOIN recent ON recent.number_id = status.number_id
    WHERE status.complaints_90d > 0 OR recent.n > 0
){_WRITE_COUNTS}
"""

# None of the columns that the chips count changes here, so the counters' trigger has nothing to do.
COUNT_BY_HAND = "SELECT set_config('numbers.count_by_hand', %(by_hand)s, true)"
