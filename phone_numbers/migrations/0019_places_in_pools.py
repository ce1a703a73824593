"""Where the numbers that are in pools already are. Data, apart from schema; a trigger tells it for new ones."""

from django.db import migrations

FILL = """
UPDATE numbers_campaignnumber AS pool SET state = number.state,
    area_code = CASE WHEN number.e164 ~ '^\\+1[0-9]{10}$' THEN left(number.e164, 5) ELSE '' END,
    exchange = CASE WHEN number.e164 ~ '^\\+1[0-9]{10}$' THEN left(number.e164, 8) ELSE '' END
FROM numbers_phonenumber AS number WHERE number.id = pool.number_id
"""


class Migration(migrations.Migration):
    dependencies = [("numbers", "0018_caller_id_of_campaigns")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
