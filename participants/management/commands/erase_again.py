from django.core.management.base import BaseCommand, CommandError

from participants import journal
from participants.actions import erase_again


class Command(BaseCommand):
    help = "After a backup was restored: erases again whoever was erased since it was made."

    def add_arguments(self, parser):
        parser.add_argument(
            "places",
            nargs="+",
            metavar="place",
            help="a newer backup, a folder of private files, or `storage`: the site's present one",
        )

    def handle(self, *args, places, **options):
        noted = {}
        for place in places:
            try:
                noted |= journal.noted(place)
            except FileNotFoundError as error:
                raise CommandError(f"There is no folder {place}. Nobody was erased.") from error
        erased, refused = erase_again(noted)
        self.stdout.write(f"Erased again: {erased} of {len(noted)} who were ever erased.")
        if refused:
            numbers = ", ".join(map(str, refused))
            raise CommandError(
                f"Not erased, as nobody else holds a role of theirs: {numbers}. Give the role to "
                "somebody else, then repeat this command."
            )
