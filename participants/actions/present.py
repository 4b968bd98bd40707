from django.utils.translation import gettext_lazy as _

from participants.models import User
from participants.refusals import Refused


def present(user_id: int) -> User:
    """The person, locked so that writing about them and erasing them take turns. Nothing is written
    about somebody who was erased: that is refused."""
    user = User.objects.select_for_update(no_key=True).get(pk=user_id)
    if user.erased_at is not None:
        raise Refused("erased", _("This account was erased, so nothing is kept any more."))
    return user
