"""Open cases into the queue: requests of at most so many numbers, or tasks for a person where no provider is named."""

# One statement: number the open cases, a request for each so many, an item for each case, and the cases point to it.
QUEUE = """
WITH ready AS MATERIALIZED (
    SELECT kase.id, kase.number_id, (row_number() OVER (ORDER BY kase.id) - 1) / %(largest)s AS lot
    FROM remediation_case AS kase
    WHERE kase.account_id = %(account)s AND kase.closed_at IS NULL AND kase.state = 'open'
        AND kase.submission_id IS NULL
), lot AS MATERIALIZED (
    SELECT lot, gen_random_uuid() AS uuid, count(*) AS n FROM ready GROUP BY lot
), made AS (
    INSERT INTO remediation_submission (uuid, account_id, provider, business, state, state_since, reference, adopted,
        call_purpose, numbers, created_at, due_at, failures, last_error, answer)
    SELECT uuid, %(account)s, %(provider)s, %(business)s, 'queued', %(now)s, '', false, '', n, %(now)s, %(now)s, 0, '',
        '{}' FROM lot ORDER BY lot
    RETURNING id, uuid
), pointed AS (
    UPDATE remediation_case AS kase SET submission_id = made.id, provider = %(provider)s
    FROM ready JOIN lot USING (lot) JOIN made USING (uuid) WHERE kase.id = ready.id
)
INSERT INTO remediation_submissionitem (account_id, submission_id, case_id, e164, bucket, sent)
SELECT %(account)s, made.id, ready.id, number.e164, '', false
FROM ready JOIN lot USING (lot) JOIN made USING (uuid) JOIN numbers_phonenumber AS number ON number.id = ready.number_id
ORDER BY ready.id
"""

# A task for each carrier that flags the number; one without a carrier where only a provider's verdict does.
TASKS = """
INSERT INTO remediation_manualtask (uuid, account_id, case_id, source_id, state, reference, note, created_at)
SELECT gen_random_uuid(), kase.account_id, kase.id, source.id, 'todo', '', '', %(now)s
FROM remediation_case AS kase LEFT JOIN LATERAL (
    SELECT id FROM numbers_source WHERE id = ANY(kase.carriers) AND kind = 1
) AS source ON true
WHERE kase.account_id = %(account)s AND kase.id = ANY(%(ids)s)
ON CONFLICT DO NOTHING
"""
