from django.core.management.base import CommandError

from participants.actions import erase_person
from participants.management.commands._person import PersonCommand


class Command(PersonCommand):
    help = "Erases one person for good; anonymous counts stay."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--yes", action="store_true", help="needed, since nothing comes back")

    def handle(self, *args, person, yes, **options):
        user = self.find(person)
        if not yes:
            raise CommandError("Nothing was erased. Add --yes: what is erased never comes back.")
        erase_person(user.pk)
        self.stdout.write("Erased.")
