"""An order of the ended cases alone: their newest page walked over every open case that is newer."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Without a transaction, so that cases go on being written."""

    atomic = False
    dependencies = [("remediation", "0010_fill_open_counts")]
    operations = [
        AddIndexConcurrently(
            model_name="case",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", False)),
                fields=["account", "opened_at", "id"],
                name="remediation_case_ended_list",
            ),
        ),
    ]
