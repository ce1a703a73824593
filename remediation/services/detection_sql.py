"""The statements of detection, in the order in which they run, all for one account in one transaction.

Each compares facts and writes the difference, so running it again changes nothing. `now` and every moment that follows
from it are parameters. NumberEvent kinds are those of states.EventKind: 4 spam tag, 7 remediation; ratings 0 unknown,
1 healthy.
"""

# One detection of an account at a time: two that saw different moments could leave an alert for a label that is gone.
LOCK_SPACE = 7301  # tells these advisory locks from others
LOCK = "SELECT pg_advisory_xact_lock(%(space)s, %(account)s::integer)"
TAKE = "DELETE FROM remediation_changedaccount WHERE account_id = %(account)s"
CHANGED = "SELECT DISTINCT account_id FROM remediation_changedaccount ORDER BY account_id"

# Accounts where facts and rows differ without a note: what was there before, and what a restored dump lacks.
DIFFERING = """
SELECT DISTINCT account_id FROM (
    SELECT status.account_id FROM numbers_numberstatus AS status
    WHERE status.tag_since IS NOT NULL AND NOT EXISTS (
        SELECT FROM remediation_alert AS alert WHERE alert.account_id = status.account_id AND alert.kind = 'tag'
            AND alert.cleared_at IS NULL AND alert.number_id = status.number_id)
    UNION ALL
    SELECT alert.account_id FROM remediation_alert AS alert
        JOIN numbers_numberstatus AS status ON status.number_id = alert.number_id
    WHERE alert.kind = 'tag' AND alert.cleared_at IS NULL AND status.tag_since IS DISTINCT FROM alert.since
    UNION ALL
    SELECT account_id FROM remediation_case
    WHERE closed_at IS NULL AND state = 'open' AND submission_id IS NULL
) AS found
"""

CLEAR_ALERTS = """
UPDATE remediation_alert AS alert SET cleared_at = %(now)s,
    cleared_because = CASE WHEN status.tag_since IS NOT NULL THEN 'The label ended and came back'
        WHEN status.rating = 0 THEN 'No source has reported for too long' ELSE 'A clean reading' END
FROM numbers_numberstatus AS status
WHERE alert.account_id = %(account)s AND alert.kind = 'tag' AND alert.cleared_at IS NULL
    AND status.number_id = alert.number_id AND status.tag_since IS DISTINCT FROM alert.since
"""

# The names of carriers are joined, so that they are put together once for each set of carriers and not for each number.
# Several numbers of one campaign are shown as one line; a number of several campaigns stands under the oldest.
RAISE_ALERTS = """
INSERT INTO remediation_alert (uuid, account_id, kind, subject, "group", number_id, campaign_id, words, since,
    raised_at, cleared_because)
SELECT gen_random_uuid(), status.account_id, 'tag', status.number_id::text,
    coalesce('campaign:' || pool.campaign_id, ''), status.number_id, pool.campaign_id,
    left('Flagged as spam' || coalesce(' by ' || carriers.names, ''), 300), status.tag_since, %(now)s, ''
FROM numbers_numberstatus AS status LEFT JOIN LATERAL (
    SELECT string_agg(name, ', ' ORDER BY id) AS names FROM numbers_source WHERE id = ANY(status.flagged_by)
) AS carriers ON true LEFT JOIN LATERAL (
    SELECT campaign.id AS campaign_id FROM numbers_campaignnumber AS member
        JOIN numbers_campaign AS campaign ON campaign.id = member.campaign_id AND campaign.state = 'active'
    WHERE member.number_id = status.number_id ORDER BY campaign.id LIMIT 1
) AS pool ON true
WHERE status.account_id = %(account)s AND status.tag_since IS NOT NULL AND NOT EXISTS (
    SELECT FROM remediation_alert AS alert WHERE alert.account_id = %(account)s AND alert.kind = 'tag'
        AND alert.cleared_at IS NULL AND alert.number_id = status.number_id)
ORDER BY status.number_id
ON CONFLICT DO NOTHING
"""

# `{facts}` joins what decides and names `ended_at` and `why`. A case ends when its label did, by the reading; the lines
# of its timeline are written now, so that they stay in order.
_CLOSE = """
WITH ended AS MATERIALIZED (
    SELECT kase.id, kase.state AS before, facts.ended_at, facts.why FROM remediation_case AS kase
    JOIN numbers_numberstatus AS status ON status.number_id = kase.number_id
    {facts}
    WHERE kase.account_id = %(account)s AND kase.closed_at IS NULL AND kase.state = ANY(%(sources)s)
    ORDER BY kase.id FOR NO KEY UPDATE OF kase
), moved AS (
    UPDATE remediation_case AS kase SET state = %(target)s, state_since = %(now)s, closed_at = ended.ended_at,
        reason = ended.why, due_at = NULL
    FROM ended WHERE kase.id = ended.id
    RETURNING kase.id, kase.account_id, kase.number_id, ended.before, ended.why
), told AS (
    INSERT INTO remediation_caseevent (account_id, case_id, at, kind, from_state, to_state, reason, reference)
    SELECT account_id, id, %(now)s, 'state', before, %(target)s, why, '' FROM moved
)
INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason)
SELECT account_id, number_id, %(now)s, 7, before, %(target)s, why FROM moved
"""

# Only a clean reading closes a case: the tag was taken away by Healthy since the case's label began, even if the number
# was tagged again before detection looked. A tag that expired without readings closes nothing (D19).
CLEAR_CASES = _CLOSE.format(
    facts="""LEFT JOIN LATERAL (
        SELECT max(event.at) AS at FROM numbers_numberevent AS event
        WHERE status.tag_since IS DISTINCT FROM kase.tag_since AND event.number_id = kase.number_id
            AND event.kind = 4 AND event.to_value = 'cleared' AND event.at >= kase.tag_since
    ) AS gone ON true
    JOIN LATERAL (
        SELECT least(%(now)s, greatest(kase.opened_at, coalesce(gone.at, status.rating_since))) AS ended_at,
            'A clean reading: no source flags it any more' AS why
        WHERE gone.at IS NOT NULL OR (status.tag_since IS NULL AND status.rating = 1)
    ) AS facts ON true"""
)
CANCEL_CASES = _CLOSE.format(
    facts="""JOIN LATERAL (
        SELECT %(now)s::timestamptz AS ended_at, 'Monitoring of the number was switched off' AS why
        WHERE status.capability <> ALL(%(monitored)s)
    ) AS facts ON true"""
)

# The tag expired and came back without a clean reading between: the same repair goes on.
CONTINUE_CASES = """
UPDATE remediation_case AS kase SET tag_since = status.tag_since
FROM numbers_numberstatus AS status
WHERE kase.account_id = %(account)s AND kase.closed_at IS NULL AND status.number_id = kase.number_id
    AND status.tag_since IS NOT NULL AND status.tag_since <> kase.tag_since
"""

# A label whose case was closed opens no other one by itself, unless monitoring was off meanwhile. Where a provider
# takes cases (`provider` is not NULL), the new ones are in requests of at most `largest` numbers from the beginning: to
# point them there afterwards writes each a second time, and has its references checked again.
OPEN_CASES = """
WITH wanted AS MATERIALIZED (
    SELECT status.account_id, status.number_id, status.tag_since, status.flagged_by, before.id AS previous_id,
        coalesce(before.attempt, 0) + 1 AS attempt,
        (row_number() OVER (ORDER BY status.number_id) - 1) / %(largest)s AS lot
    FROM numbers_numberstatus AS status LEFT JOIN LATERAL (
        SELECT id, attempt FROM remediation_case AS past
        WHERE past.number_id = status.number_id AND past.closed_at >= %(returned_since)s AND past.state <> 'cancelled'
        ORDER BY past.opened_at DESC, past.id DESC LIMIT 1
    ) AS before ON true
    WHERE status.account_id = %(account)s AND status.tag_since IS NOT NULL AND status.capability = ANY(%(monitored)s)
        AND NOT EXISTS (
            SELECT FROM remediation_case AS same WHERE same.number_id = status.number_id AND (
                same.closed_at IS NULL
                OR (same.tag_since = status.tag_since AND (same.state <> 'cancelled' OR same.outcome = %(stopped)s))
            )
        )
), request AS (
    INSERT INTO remediation_submission (uuid, account_id, provider, business, state, state_since, reference, adopted,
        call_purpose, numbers, created_at, due_at, failures, last_error, answer)
    SELECT gen_random_uuid(), %(account)s, %(provider)s, %(business)s, 'queued', %(now)s, '', false, '', count(*),
        %(now)s, %(now)s, 0, '', '{}'
    FROM wanted WHERE %(provider)s::text IS NOT NULL GROUP BY lot ORDER BY lot
    RETURNING id
), lots AS (
    SELECT id AS submission_id, row_number() OVER (ORDER BY id) - 1 AS lot FROM request
), opened AS (
    INSERT INTO remediation_case (uuid, account_id, number_id, state, state_since, reason, outcome, attempt,
        previous_id, tag_since, carriers, provider, submission_id, sent, opened_at, target_at, limit_at)
    SELECT gen_random_uuid(), account_id, number_id, 'open', %(now)s, '', '', attempt, previous_id, tag_since,
        flagged_by, CASE WHEN submission_id IS NULL THEN '' ELSE %(provider)s END, submission_id, 0, %(now)s,
        %(target_at)s, %(limit_at)s
    FROM wanted LEFT JOIN lots USING (lot)
    ORDER BY number_id
    ON CONFLICT DO NOTHING
    RETURNING id, account_id, number_id, attempt, submission_id
), item AS (
    INSERT INTO remediation_submissionitem (account_id, submission_id, case_id, e164, bucket, sent)
    SELECT opened.account_id, opened.submission_id, opened.id, number.e164, '', false
    FROM opened JOIN numbers_phonenumber AS number ON number.id = opened.number_id
    WHERE opened.submission_id IS NOT NULL ORDER BY opened.id
), worded AS (
    SELECT *, CASE WHEN attempt > 1 THEN 'The label came back within 30 days: attempt ' || attempt
        ELSE 'A monitored number is flagged as spam' END AS why FROM opened
), told AS (
    INSERT INTO remediation_caseevent (account_id, case_id, at, kind, from_state, to_state, reason, reference)
    SELECT account_id, id, %(now)s, 'state', '', 'open', why, '' FROM worded
), noted AS (
    INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason)
    SELECT account_id, number_id, %(now)s, 7, '', 'open', why FROM worded
)
SELECT count(*), count(submission_id) FROM opened
"""

DROP_TASKS = """
UPDATE remediation_manualtask AS task SET state = CASE task.state WHEN 'filed' THEN 'done' ELSE 'dropped' END
FROM remediation_case AS kase
WHERE task.account_id = %(account)s AND task.state IN ('todo', 'filed') AND kase.id = task.case_id
    AND kase.closed_at IS NOT NULL
"""
