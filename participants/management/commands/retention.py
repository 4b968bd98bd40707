from django.core.management.base import BaseCommand

from participants import actions, retention


class Command(BaseCommand):
    help = "Does today's round of the retention rules, or says what it would do."

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args, dry_run, **options):
        if dry_run:
            self._tell(actions.retention_due())
            self.stdout.write("Nothing was changed.")
            return
        run = actions.run_retention(seconds=float("inf"))
        if run is None:
            self.stdout.write("Today's round is done, or another process is at it.")
            return
        self._tell(run.counts)
        if run.failed:
            self.stderr.write(f"Failed in part: {', '.join(run.failed)}")

    def _tell(self, counts: dict[str, int]) -> None:
        for rule in retention.rules():
            days = rule.period.days
            self.stdout.write(f"{rule.name} (after {days} days): {counts.get(rule.name, 0)}")
