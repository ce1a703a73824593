"""Totals of open cases and alerts, and the triggers that keep them."""

import django.db.models.deletion
from django.db import migrations, models

# One insert of deltas for each statement, whoever runs it and however many rows it touches.
COUNTERS = """
CREATE FUNCTION remediation_count_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO remediation_casecount (account_id, state, is_late, n)
        SELECT account_id, state, overdue_at IS NOT NULL, count(*) FROM new_rows WHERE closed_at IS NULL
        GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO remediation_casecount (account_id, state, is_late, n)
        SELECT account_id, state, overdue_at IS NOT NULL, -count(*) FROM old_rows WHERE closed_at IS NULL
        GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO remediation_casecount (account_id, state, is_late, n)
        SELECT account_id, state, is_late, sum(n) FROM (
            SELECT account_id, state, overdue_at IS NOT NULL AS is_late, 1 AS n FROM new_rows WHERE closed_at IS NULL
            UNION ALL
            SELECT account_id, state, overdue_at IS NOT NULL, -1 FROM old_rows WHERE closed_at IS NULL
        ) AS moved GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION remediation_count_alerts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO remediation_alertcount (account_id, kind, muted_until, n)
        SELECT account_id, kind, muted_until, count(*) FROM new_rows WHERE cleared_at IS NULL GROUP BY 1, 2, 3;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO remediation_alertcount (account_id, kind, muted_until, n)
        SELECT account_id, kind, muted_until, -count(*) FROM old_rows WHERE cleared_at IS NULL GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO remediation_alertcount (account_id, kind, muted_until, n)
        SELECT account_id, kind, muted_until, sum(n) FROM (
            SELECT account_id, kind, muted_until, 1 AS n FROM new_rows WHERE cleared_at IS NULL
            UNION ALL
            SELECT account_id, kind, muted_until, -1 FROM old_rows WHERE cleared_at IS NULL
        ) AS moved GROUP BY 1, 2, 3 HAVING sum(n) <> 0;
    END IF;
    RETURN NULL;
END $$;
"""
TRIGGERS = """
CREATE TRIGGER {function}_inserted AFTER INSERT ON {table} REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {function}_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
CREATE TRIGGER {function}_updated AFTER UPDATE ON {table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
OF_CASES = TRIGGERS.format(function="remediation_count_cases", table="remediation_case")
OF_ALERTS = TRIGGERS.format(function="remediation_count_alerts", table="remediation_alert")
REVERSE = "DROP FUNCTION remediation_count_cases, remediation_count_alerts CASCADE"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_api_keys"),
        ("remediation", "0008_alert_of_unserved_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlertCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("tag", "Flagged as spam"),
                            ("default_flagged", "Flagged default caller ID"),
                            ("area_floor", "Too few healthy numbers in an area"),
                            ("needs_rest", "Numbers that need rest"),
                            ("no_caller_id", "Calls without a caller ID"),
                            ("feed_failing", "Feed that fails"),
                            ("case_overdue", "Overdue case"),
                        ],
                        max_length=16,
                    ),
                ),
                ("muted_until", models.DateTimeField(null=True)),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="CaseCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("submitted", "Submitted"),
                            ("in_review", "In review"),
                            ("disputed", "Regulatory dispute"),
                            ("awaiting_clean_reading", "Awaiting a clean reading"),
                            ("parked", "Needs a person"),
                            ("cooling_down", "Cooling down"),
                            ("cleared", "Cleared"),
                            ("not_flagged", "Not flagged at the provider"),
                            ("unsuccessful", "Unsuccessful"),
                            ("cancelled", "Cancelled"),
                        ],
                        max_length=24,
                    ),
                ),
                ("is_late", models.BooleanField()),
                ("n", models.IntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="alertcount",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="casecount",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddIndex(
            model_name="alertcount",
            index=models.Index(fields=["account"], name="remediation_alert_count"),
        ),
        migrations.AddIndex(
            model_name="casecount",
            index=models.Index(fields=["account"], name="remediation_case_count"),
        ),
        migrations.RunSQL(COUNTERS + OF_CASES + OF_ALERTS, REVERSE),
    ]
