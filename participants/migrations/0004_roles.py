from django.db import migrations

ROLES = [
    "Participant",
    "Author",
    "Reviewer",
    "Publisher",
    "Translator",
    "Facilitator",
    "Coordinator",
    "Host",
    "Partnership staff",
    "Data-protection officer",
    "Safeguarding officer",
    "Administrator",
]


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name in ROLES:
        Group.objects.get_or_create(name=name)
    checkers = Group.objects.filter(name__in=["Reviewer", "Publisher"])
    Task = apps.get_model("wagtailcore", "GroupApprovalTask")
    for task in Task.objects.filter(name="Moderators approval"):
        task.name = "Review"
        task.save()
        task.groups.set(checkers)
    Workflow = apps.get_model("wagtailcore", "Workflow")
    Workflow.objects.filter(name="Moderators approval").update(name="Review")
    Group.objects.filter(name__in=["Editors", "Moderators"], user=None).delete()


class Migration(migrations.Migration):
    """The groups of the platform take the place of Wagtail's own two.

    What each may do is granted after every migrate, when all permissions exist: see
    `participants.roles`.
    """

    dependencies = [
        ("participants", "0003_regions"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailimages", "0027_image_description"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailmedia", "0005_alter_media_options"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
