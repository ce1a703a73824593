"""Statements over the counters of open cases and alerts (CaseCount, AlertCount) of all accounts."""

_FOLD = """
WITH gone AS (
    DELETE FROM {table} WHERE id IN (SELECT id FROM {table} ORDER BY id LIMIT 100000 FOR UPDATE SKIP LOCKED)
    RETURNING {dimensions}, n
)
INSERT INTO {table} ({dimensions}, n)
SELECT {dimensions}, sum(n) FROM gone GROUP BY {dimensions} HAVING sum(n) <> 0
"""

# Rows and counters are seen at one moment, and whoever writes a row writes its delta in the same transaction: what is
# missing now is missing.
_DIFFERENCES = """
SELECT {dimensions}, sum(n) FROM (
    SELECT {dimensions}, -n AS n FROM {table}
    UNION ALL
    SELECT {open_rows}, 1 FROM {rows}
) AS both_sides GROUP BY {dimensions} HAVING sum(n) <> 0
"""
_CASES = {
    "table": "remediation_casecount",
    "dimensions": "account_id, state, is_late",
    "open_rows": "account_id, state, overdue_at IS NOT NULL",
    "rows": "remediation_case WHERE closed_at IS NULL",
}
_ALERTS = {
    "table": "remediation_alertcount",
    "dimensions": "account_id, kind, muted_until",
    "open_rows": "account_id, kind, muted_until",
    "rows": "remediation_alert WHERE cleared_at IS NULL",
}

_COUNTED = (_CASES, _ALERTS)

FOLD = tuple(_FOLD.format(**counted) for counted in _COUNTED)
DIFFERENCES = tuple(f"SELECT count(*) FROM ({_DIFFERENCES.format(**counted)}) AS found" for counted in _COUNTED)
MEND = tuple(
    "INSERT INTO {table} ({dimensions}, n)".format(**counted) + _DIFFERENCES.format(**counted) for counted in _COUNTED
)
# One that mends at a time: two would both add what is missing.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('remediation.counts'))"
