from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from academy.demo.loader import Loader
from academy.demo.reader import DemoFileError


class Command(BaseCommand):
    help = "Loads the demonstration. What is there already stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR / "demo")
        parser.add_argument("--password", default=getattr(settings, "DEMO_PASSWORD", None))
        parser.add_argument("--update", action="store_true", help="write the files over edits")

    def handle(self, *args, root, password, update, **options):
        if not password:
            raise CommandError("Give the demonstration accounts a password: --password …")
        loader = Loader(root, password=password, update=update, say=self.stdout.write)
        try:
            loader.run()
        except DemoFileError as error:
            raise CommandError(str(error)) from error
