"""Numbers without a rating, asked for by rating, are found without reading all others first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("numbers", "0014_import_rows_unchecked"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="numberstatus",
            index=models.Index(
                condition=models.Q(("rating", 0)),
                fields=["account", "last_updated", "number"],
                name="numbers_status_unrated",
            ),
        ),
    ]
