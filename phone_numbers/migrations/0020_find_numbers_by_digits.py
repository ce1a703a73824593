"""Numbers are found by their digits alone, whatever the planner knows of the account."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # a big table is not locked while its index is built

    dependencies = [
        ("numbers", "0019_places_in_pools"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="phonenumber",
            index=models.Index(fields=["e164"], name="numbers_by_e164"),
        ),
    ]
