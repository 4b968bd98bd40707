from django.utils.translation import gettext_lazy as _

from participants.models import User
from participants.refusals import Refused


def find_present(user_id: int) -> User | None:
    """The person, locked so that writing about them and erasing them take turns; nobody where
    they were erased."""
    user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    return user if user is not None and user.erased_at is None else None


def present(user_id: int) -> User:
    """The same where nothing can be done without the person: that is refused."""
    user = find_present(user_id)
    if user is None:
        raise Refused("erased", _("This account was erased, so nothing is kept any more."))
    return user
