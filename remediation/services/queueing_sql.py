"""Open cases into the queue: requests of at most so many numbers, or tasks for a person where no provider is named."""

# The cases come as arrays, of which the planner knows the length: joined with the rows that were just inserted, it took
# them for a handful and compared each with each. `+ 0` keeps it from looking a case up by its account.
POINT = """
UPDATE remediation_case AS kase SET submission_id = lot.submission_id, provider = %(provider)s
FROM unnest(%(cases)s::bigint[], %(submissions)s::bigint[]) AS lot (case_id, submission_id)
WHERE kase.id = lot.case_id AND kase.account_id + 0 = %(account)s
"""
ITEMS = """
INSERT INTO remediation_submissionitem (account_id, submission_id, case_id, e164, bucket, sent)
SELECT %(account)s, lot.submission_id, lot.case_id, number.e164, '', false
FROM unnest(%(cases)s::bigint[], %(submissions)s::bigint[], %(numbers)s::bigint[])
    AS lot (case_id, submission_id, number_id)
    JOIN numbers_phonenumber AS number ON number.id = lot.number_id AND number.account_id + 0 = %(account)s
ORDER BY lot.case_id
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
