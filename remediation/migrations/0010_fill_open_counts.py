"""Count what was open before the triggers: rows and counters are compared, so it may run while others write."""

from django.db import migrations

FILL = """
INSERT INTO remediation_casecount (account_id, state, is_late, n)
SELECT account_id, state, is_late, sum(n) FROM (
    SELECT account_id, state, is_late, -n AS n FROM remediation_casecount
    UNION ALL
    SELECT account_id, state, overdue_at IS NOT NULL, 1 FROM remediation_case WHERE closed_at IS NULL
) AS both_sides GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
INSERT INTO remediation_alertcount (account_id, kind, muted_until, n)
SELECT account_id, kind, muted_until, sum(n) FROM (
    SELECT account_id, kind, muted_until, -n AS n FROM remediation_alertcount
    UNION ALL
    SELECT account_id, kind, muted_until, 1 FROM remediation_alert WHERE cleared_at IS NULL
) AS both_sides GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
"""


class Migration(migrations.Migration):
    """Data apart from the tables."""

    dependencies = [("remediation", "0009_count_open_cases_and_alerts")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
