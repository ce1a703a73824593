"""The statements of ingestion, in the order in which they run; all in one transaction with the feed's cursor.

Temporary tables pass rows from step to step and are analyzed, because nothing else gives the planner their size. Joins
against the big tables are forced by shape (LATERAL with OFFSET 0, upsert by key): an UPDATE ... FROM hashed all views
of the account and took five times as long. No statement reads the clock: `now` and every cut-off are parameters.

Tables: `page` (as received) > `hit` (with number, or why refused) > `held` (locked status rows) > `seen` (views as they
were) > `fresh` (what was really new, per number and source) > `merged` (views as they are now) > `rated`.
"""

PAGE = """
CREATE TEMP TABLE page (
    place integer, e164 varchar(32), source_id smallint, observed_at timestamptz, ident varchar(80), flagged boolean,
    verdict smallint, category varchar(80), maturity smallint, connection smallint, engagement smallint,
    sentiment smallint, raw text
) ON COMMIT DROP
"""
PAGE_COPY = "COPY page FROM STDIN"

# The token was drawn when the lease was taken: a worker that lost its lease meanwhile changes nothing.
FENCE = """
UPDATE numbers_feed SET cursor = %(new_cursor)s::jsonb, lease_until = %(lease_until)s
WHERE id = %(feed)s AND lease_token = %(token)s AND cursor IS NOT DISTINCT FROM %(old_cursor)s::jsonb
"""

# Found by the number alone, and the account compared afterwards: the planner takes an account that has just come in for
# empty, and would read all of its numbers, by any index that begins with the account, for every observation.
HIT = """
CREATE TEMP TABLE hit ON COMMIT DROP AS
SELECT page.*, number.id AS number_id,
    CASE WHEN page.observed_at > %(future)s THEN 'future'
         WHEN page.observed_at < %(oldest)s THEN 'too_late'
         WHEN number.id IS NULL THEN 'unknown_number' END AS refused
FROM (SELECT * FROM page ORDER BY e164) AS page LEFT JOIN LATERAL (
    SELECT account_id, id FROM numbers_phonenumber WHERE e164 = page.e164 OFFSET 0
) AS number ON number.account_id = %(account)s
"""
HIT_COUNTS = "SELECT coalesce(refused, 'good'), count(*), min(observed_at), max(observed_at) FROM hit GROUP BY 1"

# Locked in the order of ids, one by one: two feeds that touch the same numbers wait for each other, never deadlock,
# and each rates from what the other left.
HELD_COLUMNS = """
    ctid AS place, number_id, account_id, product, origin, registration, capability, rating, rating_since, tag_since,
    maturity, connection, engagement, sentiment, scores_at, last_updated
"""
HELD = f"""
CREATE TEMP TABLE held ON COMMIT DROP AS
SELECT status.* FROM (SELECT DISTINCT number_id AS id FROM hit WHERE refused IS NULL ORDER BY 1) AS wanted
CROSS JOIN LATERAL (
    SELECT {HELD_COLUMNS} FROM numbers_numberstatus WHERE number_id = wanted.id FOR NO KEY UPDATE
) AS status
"""
HELD_DUE = f"""
CREATE TEMP TABLE held ON COMMIT DROP AS
SELECT {HELD_COLUMNS} FROM numbers_numberstatus
WHERE account_id = %(account)s AND rerate_at <= %(now)s
ORDER BY number_id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
"""
HELD_AFTER = f"""
CREATE TEMP TABLE held ON COMMIT DROP AS
SELECT {HELD_COLUMNS} FROM numbers_numberstatus
WHERE account_id = %(account)s AND rating >= %(least)s AND number_id > %(after)s
ORDER BY number_id LIMIT %(limit)s FOR NO KEY UPDATE
"""
# Thresholds decide only between Mixed and Spam: a number that nothing flags stays what it is under any of them.
HELD_FLAGGED = f"""
CREATE TEMP TABLE held ON COMMIT DROP AS
SELECT {HELD_COLUMNS} FROM numbers_numberstatus
WHERE account_id = %(account)s AND rating >= 2 LIMIT %(limit)s
"""

SEEN = """
CREATE TEMP TABLE seen ON COMMIT DROP AS
SELECT view.* FROM held CROSS JOIN LATERAL (
    SELECT number_id, source_id, verdict, flagged, since, last_seen, marks, category, raw_hash
    FROM numbers_sourceview WHERE number_id = held.number_id OFFSET 0
) AS view
"""

# Of two observations with one identity the first of the page is kept, as the one of an earlier page would be.
# Only rows that were really inserted come back, so a page taken twice changes nothing. The raw answer is kept when it
# differs from the one before: equal ones would take most of the disk.
FRESH = """
CREATE TEMP TABLE fresh ON COMMIT DROP AS
WITH new_reading AS (
    INSERT INTO numbers_reading (
        account_id, number_id, source_id, observed_at, ident, received_at, flagged, verdict, category,
        maturity, connection, engagement, sentiment, raw
    )
    SELECT %(account)s, hit.number_id, hit.source_id, hit.observed_at, hit.ident, %(now)s, hit.flagged, hit.verdict,
        hit.category, hit.maturity, hit.connection, hit.engagement, hit.sentiment,
        CASE WHEN hit.raw <> '' AND hashtextextended(hit.raw, 0) IS DISTINCT FROM coalesce(
            lag(hashtextextended(hit.raw, 0)) OVER same, seen.raw_hash) THEN hit.raw END
    FROM hit LEFT JOIN seen USING (number_id, source_id)
    WHERE hit.refused IS NULL
    WINDOW same AS (PARTITION BY hit.number_id, hit.source_id ORDER BY hit.observed_at)
    ORDER BY hit.number_id, hit.source_id, hit.observed_at, hit.place
    ON CONFLICT DO NOTHING
    RETURNING number_id, source_id, observed_at, flagged, verdict, category, maturity, connection, engagement,
        sentiment, (extract(epoch FROM observed_at) * 1000000)::bigint * 2 + flagged::int AS mark, raw
), ranked AS (
    SELECT *, row_number() OVER newest AS place, count(*) OVER whole AS n,
        array_agg(mark) OVER (newest ROWS BETWEEN CURRENT ROW AND 9 FOLLOWING) AS marks,
        (array_agg(hashtextextended(raw, 0)) FILTER (WHERE raw IS NOT NULL) OVER whole)[1] AS raw_hash
    FROM new_reading
    WINDOW newest AS (PARTITION BY number_id, source_id ORDER BY mark DESC, verdict DESC),
        whole AS (newest ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
SELECT number_id, source_id, marks, observed_at AS last_seen, n, raw_hash, verdict, category, maturity, connection,
    engagement, sentiment
FROM ranked WHERE place = 1
"""
FRESH_NONE = """
CREATE TEMP TABLE fresh ON COMMIT DROP AS
SELECT number_id, source_id, marks, last_seen, 0::bigint AS n, raw_hash, verdict, category,
    0::smallint AS maturity, 0::smallint AS connection, 0::smallint AS engagement, 0::smallint AS sentiment
FROM numbers_sourceview LIMIT 0
"""
FRESH_COUNT = "SELECT coalesce(sum(n), 0) FROM fresh"

# The rule of feeds/rating.py for every source of the held numbers. Integers only: flagged * 100 >= share * seen.
MERGED = """
CREATE TEMP TABLE merged ON COMMIT DROP AS
WITH joined AS (
    SELECT number_id, source_id, source.kind, fresh.n IS NOT NULL AS touched,
        coalesce(own.mark, %(provider_mark)s) AS provider_mark,
        coalesce(own.microseconds, %(provider_microseconds)s) AS provider_microseconds,
        seen.verdict AS old_verdict, seen.since AS old_since,
        CASE WHEN fresh.n IS NULL THEN seen.marks WHEN seen.marks IS NULL THEN fresh.marks
             WHEN fresh.marks[cardinality(fresh.marks)] >= seen.marks[1] THEN (fresh.marks || seen.marks)[1:10]
             ELSE (array_sort(seen.marks || fresh.marks, true))[1:10] END AS marks,
        CASE WHEN fresh.n IS NULL OR seen.last_seen > fresh.last_seen THEN seen.verdict
             WHEN seen.last_seen = fresh.last_seen THEN greatest(seen.verdict, fresh.verdict)
             ELSE fresh.verdict END AS own_verdict,
        CASE WHEN fresh.n IS NULL OR seen.last_seen > fresh.last_seen THEN seen.category
             ELSE fresh.category END AS category,
        CASE WHEN fresh.n IS NULL OR seen.last_seen > fresh.last_seen THEN seen.raw_hash
             ELSE coalesce(fresh.raw_hash, seen.raw_hash, 0) END AS raw_hash
    FROM seen FULL JOIN fresh USING (number_id, source_id) JOIN numbers_source AS source ON source.id = source_id
    LEFT JOIN unnest(%(own_keys)s::text[], %(own_marks)s::bigint[], %(own_microseconds)s::bigint[])
        AS own (key, mark, microseconds) ON own.key = source.key
    OFFSET 0
), judged AS (
    SELECT *, marks[1] & 1 = 1 AS flagged, marks[cardinality(marks)] AS oldest,
        marks[1] < CASE kind WHEN 2 THEN provider_mark ELSE %(window_mark)s END AS stale,
        CASE WHEN kind = 2 THEN own_verdict WHEN marks[1] & 1 = 0 THEN 1 WHEN (
            SELECT count(*) >= %(min_observations)s AND sum(mark & 1) * 100 >= %(spam_share)s * count(*)
            FROM unnest(marks) AS mark WHERE mark >= %(window_mark)s
        ) THEN 3 ELSE 2 END::smallint AS verdict
    FROM joined OFFSET 0
)
SELECT number_id, source_id, kind, touched, marks, category, raw_hash, flagged, stale, verdict,
    verdict IS DISTINCT FROM old_verdict AS turned,
    timestamptz 'epoch' + (marks[1] >> 1) * interval '1 microsecond' AS last_seen,
    CASE WHEN verdict = old_verdict THEN old_since
         WHEN touched THEN timestamptz 'epoch' + (marks[1] >> 1) * interval '1 microsecond'
         ELSE %(now)s END AS since,
    CASE WHEN stale THEN NULL
         WHEN kind = 2 THEN (marks[1] >> 1) + provider_microseconds + 1
         WHEN oldest >= %(window_mark)s THEN (oldest >> 1) + %(window_microseconds)s + 1
         ELSE ((SELECT min(mark) FROM unnest(marks) AS mark WHERE mark >= %(window_mark)s) >> 1)
            + %(window_microseconds)s + 1 END AS changes_at
FROM judged
"""

VIEWS = """
INSERT INTO numbers_sourceview (
    account_id, number_id, source_id, verdict, flagged, since, last_seen, marks, category, raw_hash
)
SELECT %(account)s, number_id, source_id, verdict, flagged, since, last_seen, marks, category, raw_hash
FROM merged WHERE touched OR turned ORDER BY number_id, source_id
ON CONFLICT (number_id, source_id) DO UPDATE SET verdict = excluded.verdict, flagged = excluded.flagged,
    since = excluded.since, last_seen = excluded.last_seen, marks = excluded.marks, category = excluded.category,
    raw_hash = excluded.raw_hash
"""

RATED = """
CREATE TEMP TABLE rated ON COMMIT DROP AS
WITH worst AS (
    SELECT held.number_id, coalesce(max(merged.verdict) FILTER (WHERE NOT merged.stale), 0) AS worst,
        coalesce(sum(CASE merged.kind WHEN 2 THEN %(spam_carriers)s ELSE 1 END)
            FILTER (WHERE NOT merged.stale AND merged.verdict = 3), 0) AS votes,
        coalesce(array_agg(merged.source_id ORDER BY merged.source_id)
            FILTER (WHERE NOT merged.stale AND merged.flagged), '{}') AS flagged_by,
        min(merged.changes_at) AS changes_at, max(merged.last_seen) FILTER (WHERE merged.touched) AS observed_at
    FROM held LEFT JOIN merged USING (number_id) GROUP BY held.number_id
), judged AS (
    SELECT held.*, worst.flagged_by, worst.changes_at, worst.observed_at,
        coalesce(worst.observed_at, %(now)s) AS at,
        CASE WHEN worst.votes >= %(spam_carriers)s THEN 3 ELSE least(worst.worst, 2) END::smallint AS new_rating
    FROM held JOIN worst USING (number_id)
), timed AS (
    SELECT *, CASE WHEN new_rating = rating THEN rating_since ELSE at END AS new_rating_since FROM judged
), tagged AS (
    SELECT *, CASE WHEN new_rating = 3 THEN coalesce(tag_since, at)
        WHEN new_rating = 1 OR (new_rating = 0 AND new_rating_since <= %(tag_expired)s) THEN NULL
        ELSE tag_since END AS new_tag_since
    FROM timed
), scored AS (
    SELECT DISTINCT ON (number_id) number_id, last_seen AS new_scores_at, maturity AS new_maturity,
        connection AS new_connection, engagement AS new_engagement, sentiment AS new_sentiment
    FROM fresh JOIN numbers_source AS source ON source.id = source_id AND source.kind = 2
    ORDER BY number_id, last_seen DESC, source_id
)
SELECT tagged.*, new_scores_at, new_maturity, new_connection, new_engagement, new_sentiment,
    coalesce(new_scores_at >= scores_at, false) AS rescored,
    least(timestamptz 'epoch' + changes_at * interval '1 microsecond',
        CASE WHEN new_rating = 0 AND new_tag_since IS NOT NULL THEN new_rating_since + %(tag_expiry)s END
    ) AS new_rerate_at
FROM tagged LEFT JOIN scored USING (number_id)
"""

# By the rows' places in the table, which stay what they were when the rows were locked: the shortest way to a row, and
# the planner cannot choose to hash the whole table.
STATUS = """
UPDATE numbers_numberstatus AS status SET rating = new_rating, rating_since = new_rating_since,
    tag_since = new_tag_since,
    maturity = CASE WHEN rescored THEN new_maturity ELSE rated.maturity END,
    connection = CASE WHEN rescored THEN new_connection ELSE rated.connection END,
    engagement = CASE WHEN rescored THEN new_engagement ELSE rated.engagement END,
    sentiment = CASE WHEN rescored THEN new_sentiment ELSE rated.sentiment END,
    scores_at = CASE WHEN rescored THEN new_scores_at ELSE rated.scores_at END, flagged_by = rated.flagged_by,
    last_updated = greatest(rated.last_updated, observed_at, CASE WHEN new_rating <> rated.rating THEN at END),
    rerate_at = new_rerate_at
FROM rated WHERE status.ctid = rated.place
"""
STATUS_COUNT = "SELECT count(*) FROM rated"

# Kinds are those of states.EventKind: 3 rating, 4 spam tag.
EVENTS = """
INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, source_id, reason)
SELECT account_id, number_id, at, 3, (%(rating_words)s::text[])[rating + 1],
    (%(rating_words)s::text[])[new_rating + 1], NULL::smallint, reason.words
FROM rated CROSS JOIN LATERAL (
    SELECT CASE WHEN observed_at IS NULL THEN 'Time alone: observations left the window or went stale'
        ELSE left(coalesce('Flagged by ' || (
            SELECT string_agg(name, ', ' ORDER BY id) FROM numbers_source WHERE id = ANY(rated.flagged_by)
        ), 'No source flags it now'), 200) END AS words
) AS reason
WHERE new_rating <> rating
UNION ALL
SELECT account_id, number_id, at, 4, CASE WHEN tag_since IS NULL THEN '' ELSE 'tagged' END,
    CASE WHEN new_tag_since IS NOT NULL THEN 'tagged' WHEN new_rating = 0 THEN 'expired' ELSE 'cleared' END,
    NULL::smallint,
    CASE WHEN new_tag_since IS NOT NULL THEN 'Rated Spam' WHEN new_rating = 0
        THEN 'No source has reported for too long' ELSE 'Rated Healthy' END
FROM rated WHERE (tag_since IS NULL) <> (new_tag_since IS NULL)
"""

COUNT_BY_HAND = "SELECT set_config('numbers.count_by_hand', 'on', true)"
COUNTS = """
INSERT INTO numbers_numbercount (account_id, product, origin, registration, capability, rating, tagged, n)
SELECT account_id, product, origin, registration, capability, side_rating, side_tagged, sum(side_n)
FROM rated CROSS JOIN LATERAL (
    VALUES (rating, tag_since IS NOT NULL, -1), (new_rating, new_tag_since IS NOT NULL, 1)
) AS side (side_rating, side_tagged, side_n)
WHERE rating <> new_rating OR (tag_since IS NULL) <> (new_tag_since IS NULL)
GROUP BY 1, 2, 3, 4, 5, 6, 7 HAVING sum(side_n) <> 0
"""

CHANGES = "SELECT rating, new_rating, count(*) FROM rated WHERE rating <> new_rating GROUP BY 1, 2 ORDER BY 1, 2"

DUE_ACCOUNTS = """
SELECT DISTINCT account_id FROM numbers_numberstatus WHERE rerate_at <= %(now)s
"""

# At once and not only at the commit, so that several pages fit into one transaction.
DROP_EVALUATED = "DROP TABLE held, seen, fresh, merged, rated"
DROP_RECEIVED = "DROP TABLE page, hit"
