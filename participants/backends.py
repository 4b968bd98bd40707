from allauth.account.auth_backends import AuthenticationBackend

from participants.models import User


class PersonBackend(AuthenticationBackend):
    """Signs people in as allauth does, and loads whoever is signed in together with what the header
    of every page says of them, so that it costs no query of its own."""

    def get_user(self, user_id):
        person = User.objects.for_header().filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None
