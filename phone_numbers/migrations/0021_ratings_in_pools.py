"""Pools know the rating and the tag of their numbers, and walk them in the order in which they would be chosen."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_api_keys"),
        ("numbers", "0020_find_numbers_by_digits"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="campaignnumber",
            name="place_in_pool",
        ),
        migrations.RemoveIndex(
            model_name="campaignnumber",
            name="numbers_pool_by_exchange",
        ),
        migrations.RemoveIndex(
            model_name="campaignnumber",
            name="numbers_pool_by_area_code",
        ),
        migrations.RemoveIndex(
            model_name="campaignnumber",
            name="numbers_pool_by_state",
        ),
        migrations.RemoveIndex(
            model_name="campaignnumber",
            name="numbers_pool_by_use",
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="rating",
            field=models.SmallIntegerField(
                choices=[(0, "Unknown"), (1, "Healthy"), (2, "Mixed"), (3, "Spam")], db_default=0, editable=False
            ),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="tagged",
            field=models.BooleanField(db_default=False, editable=False),
        ),
        migrations.AddField(
            model_name="campaignnumber",
            name="turn",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Case(
                    models.When(models.Q(("tagged", True), ("rating", 3), _connector="OR"), then=models.Value(3)),
                    models.When(rating=1, then=models.Value(1)),
                    default=models.Value(2),
                ),
                output_field=models.SmallIntegerField(),
            ),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(
                fields=["campaign", "exchange", "turn", "last_used_at", "id"], name="numbers_pool_by_exchange"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(
                fields=["campaign", "area_code", "turn", "last_used_at", "id"], name="numbers_pool_by_area_code"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(
                fields=["campaign", "state", "turn", "last_used_at", "id"], name="numbers_pool_by_state"
            ),
        ),
        migrations.AddIndex(
            model_name="campaignnumber",
            index=models.Index(fields=["campaign", "turn", "last_used_at", "id"], name="numbers_pool_by_use"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaignnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="place_in_pool",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE number record; status record;",
                    func="\n    SELECT e164, state INTO number FROM numbers_phonenumber WHERE id = NEW.number_id;\n    IF number.e164 ~ '^\\+1[0-9]{10}$' THEN\n        NEW.area_code := left(number.e164, 5);\n        NEW.exchange := left(number.e164, 8);\n    END IF;\n    NEW.state := coalesce(number.state, '');\n    SELECT rating, tag_since INTO status FROM numbers_numberstatus WHERE number_id = NEW.number_id;\n    NEW.rating := coalesce(status.rating, 0);\n    NEW.tagged := status.tag_since IS NOT NULL;\n    RETURN NEW;\n",
                    hash="f95aff66c654461e67aaaf4255064af65fe01330",
                    operation="INSERT",
                    pgid="pgtrigger_place_in_pool_8fa59",
                    table="numbers_campaignnumber",
                    when="BEFORE",
                ),
            ),
        ),
    ]
