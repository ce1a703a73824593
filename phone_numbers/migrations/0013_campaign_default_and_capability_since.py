"""A campaign's default caller ID, and since when a number stands where it stands in monitoring."""

import django.db.models.deletion
from django.db import migrations, models

# The default is a number of the pool: a key on the membership holds that, and clears the default when it ends. The key
# is checked when the transaction ends, since an account is deleted with its memberships before its campaigns.
DEFAULT_IN_POOL = """
ALTER TABLE numbers_campaign ADD CONSTRAINT numbers_campaign_default_in_pool
    FOREIGN KEY (id, default_number_id) REFERENCES numbers_campaignnumber (campaign_id, number_id)
    ON DELETE SET NULL (default_number_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [("numbers", "0012_order_each_status_by_update")]
    operations = [
        migrations.AddField(
            model_name="campaign",
            name="default_number",
            field=models.ForeignKey(
                help_text="The default caller ID, a number of the pool; a key in the database clears it when it leaves.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="numbers.phonenumber",
            ),
        ),
        migrations.AddField(
            model_name="numberstatus",
            name="capability_since",
            field=models.DateTimeField(help_text="When monitoring moved last; empty: it never did.", null=True),
        ),
        migrations.RunSQL(
            DEFAULT_IN_POOL, "ALTER TABLE numbers_campaign DROP CONSTRAINT numbers_campaign_default_in_pool"
        ),
    ]
