from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from home.models import contact_address
from participants.actions.present import find_present
from participants.jobs import later
from participants.models import Feedback
from participants.rules import is_held

# The sweep leaves the worker this long before it takes a mail over.
GRACE = timedelta(minutes=2)
CLAIM = timedelta(minutes=10)


def give_feedback(
    token: UUID, *, message: str, page: str, reply_to: str, language: str, user: Any = None
) -> Feedback:
    """Keeps a message and promises the mail. The same form sent twice is kept and mailed once. Of
    somebody who was erased a moment before, the message is kept and no name."""
    with transaction.atomic():
        if user is not None and find_present(user.pk) is None:
            user, reply_to = None, ""
        try:
            with transaction.atomic():
                feedback = Feedback.objects.create(
                    token=token,
                    message=message,
                    page=page,
                    reply_to=reply_to,
                    language=language,
                    user=user,
                )
        except IntegrityError:
            return Feedback.objects.get(token=token)
        later("participants.mail_feedback", feedback.pk)
    return feedback


def mail_feedback(feedback_id: int, *, now: datetime | None = None) -> bool:
    """Mails the message to the people in charge, once.

    The row is claimed first and the mail is sent outside any transaction, so a slow mail server
    holds no lock. A worker that dies while sending leaves a claim that runs out after ten minutes.
    """
    feedback = _claim(feedback_id, now or timezone.now())
    if feedback is None:
        return False
    _mail(feedback).send()
    Feedback.objects.filter(pk=feedback_id).update(mailed_at=now or timezone.now())
    return True


@transaction.atomic
def _claim(feedback_id: int, now: datetime) -> Feedback | None:
    feedback = Feedback.objects.select_for_update().filter(pk=feedback_id, mailed_at=None).first()
    if feedback is None or is_held(feedback.claimed_at, CLAIM, now):
        return None
    feedback.claimed_at = now
    feedback.save(update_fields=["claimed_at"])
    return feedback


def mail_unsent_feedback() -> int:
    """The sweep: mails whose message to the worker was lost."""
    waiting = Feedback.objects.unmailed(older_than=GRACE).values_list("pk", flat=True)
    return sum(mail_feedback(pk) for pk in waiting[:50])


def _mail(feedback: Feedback) -> EmailMessage:
    with override(settings.LANGUAGE_CODE):
        lines = [feedback.message, "", _("Page: %(page)s") % {"page": feedback.page}]
        return EmailMessage(
            subject=_("Feedback from the platform"),
            body="\n".join(lines),
            to=[contact_address()],
            reply_to=[feedback.reply_to] if feedback.reply_to else None,
        )
