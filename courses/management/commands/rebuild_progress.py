from django.core.management.base import BaseCommand, CommandError

from courses.actions import rebuild_progress
from courses.models import Enrolment


class Command(BaseCommand):
    help = "Rebuilds progress from the log of events and says where it differed."

    def add_arguments(self, parser):
        parser.add_argument("--person", type=int, help="id of one person")
        parser.add_argument("--course", help="translation key of one course")
        parser.add_argument("--dry-run", action="store_true", help="only say, change nothing")

    def handle(self, *args, person, course, dry_run, **options):
        enrolments = Enrolment.objects.order_by("pk")
        if person:
            enrolments = enrolments.filter(user=person)
        if course:
            enrolments = enrolments.in_course(course)
        checked = differing = 0
        for pk in enrolments.values_list("pk", flat=True).iterator():
            checked += 1
            differences = rebuild_progress(pk, write=not dry_run)
            differing += bool(differences)
            for difference in differences:
                self.stdout.write(f"enrolment {pk}: {difference}")
        self.stdout.write(f"{checked} checked, {differing} differed.")
        if dry_run and differing:
            raise CommandError("Some progress differs from its log: run again without --dry-run.")
