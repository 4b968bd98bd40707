from django.core.management.base import BaseCommand, CommandError

from participants.models import User


class PersonCommand(BaseCommand):
    """A command about one person, named by id or e-mail address."""

    def add_arguments(self, parser):
        parser.add_argument("person", help="id or e-mail address")

    def find(self, person: str) -> User:
        key = {"pk": int(person)} if person.isdecimal() else {"email__iexact": person}
        user = User.objects.filter(**key).first()
        if user is None:
            raise CommandError("There is no such person. Give an id or an e-mail address.")
        return user
