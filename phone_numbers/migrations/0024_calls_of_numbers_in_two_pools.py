"""A number that joins a pool brings its calls along. Those that are in two pools already agree from the next day on,
when calls are counted anew.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("numbers", "0023_account_of_rows_unchecked"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="campaignnumber",
            name="place_in_pool",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="campaignnumber",
            trigger=pgtrigger.compiler.Trigger(
                name="place_in_pool",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    declare="DECLARE number record; status record; used record;",
                    func="\n    SELECT e164, state INTO number FROM numbers_phonenumber WHERE id = NEW.number_id;\n    IF number.e164 ~ '^\\+1[0-9]{10}$' THEN\n        NEW.area_code := left(number.e164, 5);\n        NEW.exchange := left(number.e164, 8);\n    END IF;\n    NEW.state := coalesce(number.state, '');\n    SELECT rating, tag_since INTO status FROM numbers_numberstatus WHERE number_id = NEW.number_id;\n    NEW.rating := coalesce(status.rating, 0);\n    NEW.tagged := status.tag_since IS NOT NULL;\n    SELECT last_used_at, hour_at, hour_uses, day_on, day_uses INTO used\n    FROM numbers_campaignnumber WHERE number_id = NEW.number_id AND last_used_at > NEW.last_used_at\n    ORDER BY last_used_at DESC LIMIT 1;\n    IF FOUND THEN\n        NEW.last_used_at := used.last_used_at;\n        NEW.hour_at := used.hour_at;\n        NEW.hour_uses := used.hour_uses;\n        NEW.day_on := used.day_on;\n        NEW.day_uses := used.day_uses;\n    END IF;\n    RETURN NEW;\n",
                    hash="0fc6e44d0d4ce3becf8ca2ef371f582c6fa8c124",
                    operation="INSERT",
                    pgid="pgtrigger_place_in_pool_8fa59",
                    table="numbers_campaignnumber",
                    when="BEFORE",
                ),
            ),
        ),
    ]
