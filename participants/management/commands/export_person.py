import json

from django.core.serializers.json import DjangoJSONEncoder

from participants.actions import export_person
from participants.management.commands._person import PersonCommand


class Command(PersonCommand):
    help = "Writes everything that is kept about one person as JSON."

    def handle(self, *args, person, **options):
        data = export_person(self.find(person))
        self.stdout.write(json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
