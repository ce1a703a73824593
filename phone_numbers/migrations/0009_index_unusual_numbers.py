"""A partial index for the few numbers that people look for; see UNUSUAL in the model."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("numbers", "0008_import_attempts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="numberstatus",
            index=models.Index(
                condition=models.Q(
                    ("tag_since__isnull", False),
                    models.Q(("flagged_by", []), _negated=True),
                    ("capability__in", [1, 3, 4]),
                    ("registration__in", [1, 3]),
                    _connector="OR",
                ),
                fields=["account", "capability", "registration", "tag_since", "number"],
                name="numbers_status_unusual",
            ),
        ),
    ]
