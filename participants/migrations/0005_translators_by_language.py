from django.db import migrations


def forget_rights_on_all_languages(apps, schema_editor):
    Permission = apps.get_model("wagtailcore", "GroupPagePermission")
    Permission.objects.filter(group__name="Translator", page__depth=1).delete()
    Collections = apps.get_model("wagtailcore", "GroupCollectionPermission")
    Collections.objects.filter(group__name="Translator", collection__depth=1).delete()


class Migration(migrations.Migration):
    """Translators had rights on the whole page tree. Now each language has a group of its own,
    which `participants.roles` makes after every migrate."""

    dependencies = [("participants", "0004_roles")]

    operations = [migrations.RunPython(forget_rights_on_all_languages, migrations.RunPython.noop)]
