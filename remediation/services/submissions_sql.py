"""Claiming requests: a few of each account, whichever is due first, none that another worker is just taking."""

CLAIM = """
WITH waiting AS MATERIALIZED (
    SELECT id, due_at, row_number() OVER (PARTITION BY account_id ORDER BY due_at, id) AS place
    FROM remediation_submission
    WHERE due_at <= %(now)s AND state = ANY(%(states)s) AND (lease_until IS NULL OR lease_until <= %(now)s)
), picked AS MATERIALIZED (
    SELECT submission.id FROM waiting JOIN remediation_submission AS submission USING (id)
    WHERE waiting.place <= %(per_account)s AND submission.state = ANY(%(states)s)
        AND (submission.lease_until IS NULL OR submission.lease_until <= %(now)s)
    ORDER BY waiting.due_at, waiting.id LIMIT %(limit)s
    FOR NO KEY UPDATE OF submission SKIP LOCKED
)
UPDATE remediation_submission AS submission SET lease_token = gen_random_uuid(), lease_until = %(until)s
FROM picked WHERE submission.id = picked.id
RETURNING submission.id, submission.lease_token
"""
