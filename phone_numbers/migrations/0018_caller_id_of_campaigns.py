"""What caller ID matching needs of campaigns and their pools (D25): places, uses, caps, and choices with reasons."""

import datetime

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_account_thresholds"),
        ("numbers", "0017_events_of_remediation"),
    ]

    operations = [
        migrations.CreateModel(
            name="CallerIdChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                (
                    "destination",
                    models.CharField(help_text="Plus and first digits of the called number.", max_length=8),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("matched", "Matched"), ("default", "Default"), ("none", "No caller ID")], max_length=8
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("steps", models.JSONField(default=list)),
            ],
        ),
        migrations.AddField(
            model_name="campaign",
            name="calls_per_day",
            field=models.PositiveIntegerField(
                blank=True, help_text="Calls of one number a day (UTC), then it is skipped; empty: no cap.", null=True
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="calls_per_hour",
            field=models.PositiveIntegerField(
                blank=True, help_text="Calls of one number an hour (UTC), then it is skipped; empty: no cap.", null=True
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="no_caller_id_at",
            field=models.DateTimeField(
                help_text="When a call got no caller ID last, because no number was left and there is no default.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="rest_after",
            field=models.PositiveIntegerField(
                blank=True,
                help_text="Calls of one number a day (UTC), then it is chosen last; empty: numbers need no rest.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="use_mixed",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="Choose numbers rated Mixed as caller ID (D25).",
                verbose_name="use Mixed numbers",
            ),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="area_code",
            field=models.CharField(db_default="", editable=False, max_length=5),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="day_on",
            field=models.DateField(db_default=datetime.date(1970, 1, 1)),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="day_uses",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="exchange",
            field=models.CharField(db_default="", editable=False, max_length=8),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="hour_at",
            field=models.DateTimeField(db_default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="hour_uses",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="last_used_at",
            field=models.DateTimeField(db_default=datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.UTC)),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="state",
            field=models.CharField(db_default="", editable=False, max_length=2),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(fields=["campaign", "exchange", "last_used_at", "id"], name="numbers_pool_by_exchange"),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(
                fields=["campaign", "area_code", "last_used_at", "id"], name="numbers_pool_by_area_code"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(fields=["campaign", "state", "last_used_at", "id"], name="numbers_pool_by_state"),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(fields=["campaign", "last_used_at", "id"], name="numbers_pool_by_use"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaignnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="place_in_pool",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE number record;",
                    func="\n    SELECT e164, state INTO number FROM numbers_phonenumber WHERE id = NEW.number_id;\n    IF number.e164 ~ '^\\+1[0-9]{10}$' THEN\n        NEW.area_code := left(number.e164, 5);\n        NEW.exchange := left(number.e164, 8);\n    END IF;\n    NEW.state := coalesce(number.state, '');\n    RETURN NEW;\n",
                    hash="8332391e8f179fca20a4eeac4173d54976fccd68",
                    operation="INSERT",
                    pgid="pgtrigger_place_in_pool_8fa59",
                    table="numbers_campaignnumber",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="phonenumber",
            trigger=pgtrigger.compiler.Trigger(
                name="move_in_pools",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="UPDATE numbers_campaignnumber SET state = NEW.state WHERE number_id = NEW.id; RETURN NULL;",
                    hash="9bc4ef67f14edfcb0f4391dab1745f8e11a39688",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_move_in_pools_f08c6",
                    table="numbers_phonenumber",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="campaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("calls_per_hour__isnull", True), ("calls_per_hour__gte", 1), _connector="OR"),
                    models.Q(("calls_per_day__isnull", True), ("calls_per_day__gte", 1), _connector="OR"),
                    models.Q(("rest_after__isnull", True), ("rest_after__gte", 1), _connector="OR"),
                ),
                name="numbers_campaign_limits_positive",
            ),
        ),
        migrations.AddField(
            model_name="calleridchoice",
            name="account",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.account"
            ),
        ),
        migrations.AddField(
            model_name="calleridchoice",
            name="campaign",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="numbers.campaign"
            ),
        ),
        migrations.AddField(
            model_name="calleridchoice",
            name="number",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="numbers.phonenumber",
            ),
        ),
        migrations.AddIndex(
            model_name="calleridchoice",
            index=models.Index(fields=["campaign", "-at"], name="numbers_choice_by_time"),
        ),
    ]
