"""Statements over the billed checks of one feed. The rule is told in `checks`."""

_ADD = """
INSERT INTO numbers_numbercheck (account_id, feed_id, number_id, busy, quiet, next_at)
SELECT account_id, %(feed)s, id, true, 0, %(now)s FROM numbers_phonenumber
WHERE account_id = %(account)s {bound}
ON CONFLICT DO NOTHING
"""
ADD_ALL = _ADD.format(bound="")
ADD_NEW = _ADD.format(
    bound="AND id > (SELECT coalesce(max(number_id), 0) FROM numbers_numbercheck WHERE feed_id = %(feed)s)"
)

_IS_BUSY = "(status.rating >= 2 OR status.tag_since IS NOT NULL OR status.rating_since > %(changed_since)s)"

# Driven from the few flagged numbers, never from all checks.
PROMOTE = """
UPDATE numbers_numbercheck AS due SET busy = true, quiet = 0, next_at = least(due.next_at, due.checked_at + %(base)s)
FROM numbers_numberstatus AS status
WHERE status.account_id = %(account)s AND status.rating >= 2
    AND due.feed_id = %(feed)s AND due.number_id = status.number_id AND NOT due.busy
"""

DUE = """
SELECT picked.number_id, number.e164 FROM (
    (SELECT number_id, busy, next_at FROM numbers_numbercheck
     WHERE feed_id = %(feed)s AND busy AND next_at <= %(now)s ORDER BY next_at LIMIT %(limit)s)
    UNION ALL
    (SELECT number_id, busy, next_at FROM numbers_numbercheck
     WHERE feed_id = %(feed)s AND NOT busy AND next_at <= %(now)s ORDER BY next_at LIMIT %(limit)s)
) AS picked JOIN numbers_phonenumber AS number ON number.id = picked.number_id
ORDER BY picked.busy DESC, picked.next_at LIMIT %(limit)s
"""

SETTLE = f"""
WITH judged AS (
    SELECT due.number_id, {_IS_BUSY} AS busy, number.e164 = ANY(%(answered)s) AS answered,
        CASE WHEN due.busy THEN 0 ELSE least(due.quiet + 1, %(last)s) END AS quiet
    FROM numbers_numbercheck AS due
    JOIN numbers_numberstatus AS status ON status.number_id = due.number_id
    JOIN numbers_phonenumber AS number ON number.id = due.number_id
    WHERE due.feed_id = %(feed)s AND due.number_id = ANY(%(ids)s)
), timed AS (
    SELECT number_id, busy AND answered AS busy,
        CASE WHEN NOT answered THEN %(last)s WHEN busy THEN 0 ELSE quiet END AS quiet
    FROM judged
)
UPDATE numbers_numbercheck AS due SET checked_at = %(now)s, busy = timed.busy, quiet = timed.quiet,
    next_at = %(now)s + CASE WHEN timed.busy THEN %(base)s ELSE (%(waits)s::interval[])[timed.quiet + 1] END
FROM timed WHERE due.feed_id = %(feed)s AND due.number_id = timed.number_id
"""

NEXT_DUE = """
SELECT least(
    (SELECT min(next_at) FROM numbers_numbercheck WHERE feed_id = %(feed)s AND busy),
    (SELECT min(next_at) FROM numbers_numbercheck WHERE feed_id = %(feed)s AND NOT busy)
)
"""

USED = "SELECT coalesce(sum(billed), 0) FROM numbers_feedrun WHERE feed_id = %(feed)s AND started_at >= %(since)s"

DISTRIBUTION = """
SELECT busy, least(quiet, %(last)s), count(*) FROM numbers_numbercheck WHERE feed_id = %(feed)s GROUP BY 1, 2
"""
