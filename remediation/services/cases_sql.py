"""Moving a set of cases: one statement locks, moves what may move, and writes both histories of what really moved.

Sources and target come from the model's declared transitions. NumberEvent kind 7 is remediation.
"""

MOVE = """
WITH held AS MATERIALIZED (
    SELECT id, state AS before FROM remediation_case
    WHERE account_id = %(account)s AND id = ANY(%(ids)s) AND state = ANY(%(sources)s)
    ORDER BY id FOR NO KEY UPDATE
), moved AS (
    UPDATE remediation_case AS kase SET state = %(target)s, state_since = %(now)s, reason = %(reason)s,
        outcome = coalesce(%(outcome)s, kase.outcome), due_at = %(due_at)s,
        closed_at = CASE WHEN %(closes)s THEN %(now)s::timestamptz END,
        submission_id = CASE WHEN %(releases)s THEN NULL ELSE kase.submission_id END,
        sent = kase.sent + %(sent)s
    FROM held WHERE kase.id = held.id
    RETURNING kase.id, kase.account_id, kase.number_id, held.before
), told AS (
    INSERT INTO remediation_caseevent (account_id, case_id, at, kind, from_state, to_state, reason, reference, actor_id)
    SELECT account_id, id, %(now)s, 'state', before, %(target)s, %(reason)s, %(reference)s, %(actor)s FROM moved
    RETURNING case_id
), recorded AS (
    INSERT INTO numbers_numberevent (account_id, number_id, at, kind, from_value, to_value, reason, actor_id)
    SELECT account_id, number_id, %(now)s, 7, before, %(target)s, left(%(reason)s, 200), %(actor)s FROM moved
)
SELECT case_id FROM told ORDER BY case_id
"""
