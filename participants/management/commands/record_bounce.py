import sys

from django.core.management.base import BaseCommand

from participants import dsn
from participants.actions import record_bounce


class Command(BaseCommand):
    help = (
        "Reads the report of a mail server about a mail that came back (RFC 3464) from standard"
        " input. Let the mail server pipe what arrives at BOUNCE_ADDRESS into it."
    )

    def handle(self, **options):
        """Never fails on what it is given: a mail server would send that back in turn."""
        is_news = record_bounce(dsn.parsed(sys.stdin.buffer.read()))
        self.stdout.write("Recorded." if is_news else "Nothing to record.")
