"""The sources that the adapters speak of. Data, apart from schema."""

from django.db import migrations

CARRIER, PROVIDER = 1, 2
SOURCES = [
    ("att", "AT&T", "AT&T", CARRIER),
    ("verizon", "Verizon", "VZW", CARRIER),
    ("tmobile", "T-Mobile", "TMO", CARRIER),
    ("uscellular", "UScellular", "USC", CARRIER),
    ("telnyx", "Telnyx", "TLX", PROVIDER),
    ("hiya", "Hiya", "HIYA", PROVIDER),
]


def add_sources(apps, schema_editor):
    source = apps.get_model("numbers", "Source")
    source.objects.bulk_create(source(key=k, name=n, mark=m, kind=kind) for k, n, m, kind in SOURCES)


class Migration(migrations.Migration):
    dependencies = [("numbers", "0003_readings_and_counters")]
    operations = [migrations.RunPython(add_sources, migrations.RunPython.noop)]
