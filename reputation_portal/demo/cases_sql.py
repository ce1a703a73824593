"""Repairs of the demo's past: each label that a monitored number had becomes the case that it would have been.

A label that cleared within the limit is a cleared case, one that is still there an unsuccessful case. Labels that went
by themselves after the limit are left out: in the made-up history nobody repaired them. One request a day holds the
cases that were opened on it. `limit` and the other spans are parameters.
"""

LABELS = """
CREATE TEMP TABLE label ON COMMIT DROP AS
SELECT gen_random_uuid() AS uuid, tag.number_id, tag.at AS opened, number.e164,
    coalesce(tag.how = 'cleared' AND tag.ended <= tag.at + %(limit)s, false) AS cleared,
    least(tag.ended, tag.at + %(limit)s) AS closed, date_trunc('day', tag.at) AS lot,
    ARRAY(
        SELECT DISTINCT source_id FROM numbers_reading AS reading
        WHERE reading.number_id = tag.number_id AND reading.flagged
            AND reading.observed_at BETWEEN tag.at - %(target)s AND tag.at + %(day)s ORDER BY source_id
    ) AS carriers
FROM (
    SELECT number_id, at, to_value, lead(at) OVER history AS ended, lead(to_value) OVER history AS how
    FROM numbers_numberevent WHERE account_id = %(account)s AND kind = 4
    WINDOW history AS (PARTITION BY number_id ORDER BY at, id)
) AS tag JOIN numbers_numberstatus AS status ON status.number_id = tag.number_id AND status.capability IN (2, 4)
    JOIN numbers_phonenumber AS number ON number.id = tag.number_id
WHERE tag.to_value = 'tagged' AND tag.at >= coalesce(status.capability_since, tag.at)
    AND least(tag.ended, tag.at + %(limit)s) <= %(now)s
    AND (tag.ended IS NULL OR (tag.how = 'cleared' AND tag.ended <= tag.at + %(limit)s))
"""
REQUESTS = """
INSERT INTO remediation_submission (uuid, account_id, provider, business, state, state_since, reference, adopted,
    call_purpose, numbers, created_at, sent_at, accepted_at, tier1_at, tier2_at, finished_at, failures, last_error,
    answer)
SELECT gen_random_uuid(), %(account)s, %(provider)s, '', 'completed', ended, 'demo-' || lot::date, false, %(purpose)s,
    n, sent, sent, sent, least(sent + %(day)s / 2, ended), ended, ended, 0, '', '{}'
FROM (SELECT lot, min(opened) AS sent, count(*) AS n FROM label GROUP BY lot) AS day
    CROSS JOIN LATERAL (SELECT least(lot + %(target)s, %(now)s) AS ended) AS end_of_request
"""
CASES = """
INSERT INTO remediation_case (uuid, account_id, number_id, state, state_since, reason, outcome, attempt, tag_since,
    carriers, provider, sent, opened_at, target_at, limit_at, closed_at, submission_id)
SELECT label.uuid, %(account)s, label.number_id, CASE WHEN label.cleared THEN 'cleared' ELSE 'unsuccessful' END,
    label.closed, CASE WHEN label.cleared THEN %(cleared)s ELSE %(lost)s END,
    CASE WHEN label.cleared THEN 'remediated' ELSE 'requires_review' END,
    1, label.opened, label.carriers, %(provider)s, 1, label.opened, label.opened + %(target)s,
    label.opened + %(limit)s, label.closed, request.id
FROM label JOIN remediation_submission AS request
    ON request.account_id = %(account)s AND request.reference = 'demo-' || label.lot::date
"""
ITEMS = """
INSERT INTO remediation_submissionitem (account_id, submission_id, case_id, e164, bucket, sent)
SELECT kase.account_id, kase.submission_id, kase.id, label.e164, kase.outcome, true
FROM label JOIN remediation_case AS kase USING (uuid)
"""
EVENTS = """
INSERT INTO remediation_caseevent (account_id, case_id, at, kind, from_state, to_state, reason, reference)
SELECT kase.account_id, kase.id, step.at, 'state', step.before, step.after, step.reason, step.reference
FROM label JOIN remediation_case AS kase USING (uuid)
    JOIN remediation_submission AS request ON request.id = kase.submission_id
    CROSS JOIN LATERAL (VALUES
        (1, kase.opened_at, '', 'open', 'A monitored number is flagged as spam', ''),
        (2, least(kase.opened_at + %(minute)s, kase.closed_at), 'open', 'submitted', 'Submitted for re-evaluation',
            request.reference),
        (3, least(kase.opened_at + 20 * %(minute)s::interval, kase.closed_at), 'submitted', 'in_review',
            'The provider works on it', request.reference),
        (4, kase.closed_at, 'in_review', kase.state, kase.reason, '')
    ) AS step (place, at, before, after, reason, reference)
ORDER BY kase.id, step.place
"""
NUMBER_EVENTS = """
INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason)
SELECT kase.account_id, kase.number_id, step.at, 7, step.before, step.after, step.reason
FROM label JOIN remediation_case AS kase USING (uuid) CROSS JOIN LATERAL (VALUES
        (1, kase.opened_at, '', 'open', 'A monitored number is flagged as spam'),
        (2, kase.closed_at, 'in_review', kase.state, left(kase.reason, 200))
    ) AS step (place, at, before, after, reason)
ORDER BY kase.id, step.place
"""
ALERTS = """
INSERT INTO remediation_alert (uuid, account_id, kind, subject, "group", number_id, words, since, raised_at, cleared_at,
    cleared_because)
SELECT gen_random_uuid(), %(account)s, 'tag', label.number_id::text, '', label.number_id, 'Flagged as spam',
    label.opened, label.opened, label.closed, 'A clean reading'
FROM label WHERE label.cleared
"""
STEPS = (LABELS, REQUESTS, CASES, ITEMS, EVENTS, NUMBER_EVENTS, ALERTS)
