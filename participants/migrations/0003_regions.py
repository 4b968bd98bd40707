from django.db import migrations

from participants import regions


def load(apps, schema_editor):
    regions.load(apps.get_model("participants", "Region"), "2024")


class Migration(migrations.Migration):
    """The regions of NUTS 2024."""

    dependencies = [("participants", "0002_people_and_organisations")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
