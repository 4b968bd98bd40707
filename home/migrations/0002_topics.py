from django.db import migrations

# The field's lists: action plan areas (sectors, then across sectors) and local practice.
TOPICS = {
    "sectoral": [
        ("education-and-training", "Education and training"),
        ("employment-and-skills", "Employment and skills"),
        ("health", "Health"),
        ("housing", "Housing"),
    ],
    "cross_cutting": [
        ("partnerships", "Partnerships for a more effective integration process"),
        ("eu-funding", "EU funding opportunities"),
        ("participation", "Participation and encounters with the host society"),
        ("digital-tools", "New technologies and digital tools"),
        ("monitoring", "Monitoring and evidence-based policy"),
    ],
    "extra": [
        ("community-sponsorship", "Community sponsorship"),
        ("reception", "Reception of newcomers"),
        ("rural-areas", "Towns and rural areas"),
        ("data-and-evidence", "Data and evidence"),
        ("funding-access", "Funding access"),
        ("campaigns", "Good-practice campaigns"),
    ],
}


def load(apps, schema_editor):
    Topic = apps.get_model("home", "Topic")
    position = 0
    for group, topics in TOPICS.items():
        for slug, name in topics:
            position += 1
            Topic.objects.get_or_create(
                slug=slug, defaults={"name": name, "group": group, "position": position}
            )


class Migration(migrations.Migration):
    dependencies = [("home", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
