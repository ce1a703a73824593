"""One status newest first, the list that people open most, is then read straight from an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("numbers", "0011_number_checks"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="numberstatus",
            name="numbers_status_by_status",
        ),
        migrations.AddIndex(
            model_name="numberstatus",
            index=models.Index(fields=["account", "status", "last_updated", "number"], name="numbers_status_by_status"),
        ),
    ]
