"""Totals of one account's open cases and alerts: sums of a few delta rows, however many there are (decision 0089)."""

CASES = """
SELECT state, sum(n)::bigint, coalesce(sum(n) FILTER (WHERE is_late), 0)::bigint
FROM remediation_casecount WHERE account_id = %(account)s GROUP BY state HAVING sum(n) > 0
"""
ALERTS = """
SELECT kind, sum(n)::bigint, coalesce(sum(n) FILTER (WHERE muted_until > %(now)s), 0)::bigint
FROM remediation_alertcount WHERE account_id = %(account)s GROUP BY kind HAVING sum(n) > 0
"""
