from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from participants.rules import normalised_name
from participants.states import Channel, MailState

SUGGESTIONS = 10


class UserQuerySet(models.QuerySet):
    def update(self, **fields):
        """Also logs who gets or loses full access, which a bare update would hide."""
        if "is_superuser" not in fields:
            return super().update(**fields)
        from participants import audit

        return audit.update_logged(self, super().update, fields)

    update.alters_data = True


class OrganisationQuerySet(models.QuerySet):
    def current(self):
        """Without the signposts that merges left behind."""
        return self.filter(merged_into=None)

    def named(self, name: str, country: str):
        return self.filter(country=country, normalised_name=normalised_name(name))

    def suggested_for(self, text: str, country: str = ""):
        """At most ten whose name has a word that begins like the text, in a stable order."""
        wanted = normalised_name(text)
        if len(wanted) < 2:
            return self.none()
        found = self.current().filter(
            Q(normalised_name__startswith=wanted) | Q(normalised_name__contains=f" {wanted}")
        )
        if country:
            found = found.filter(country=country)
        return found.order_by("normalised_name", "pk")[:SUGGESTIONS]


class FeedbackQuerySet(models.QuerySet):
    def unmailed(self, *, older_than: timedelta = timedelta(0), now: datetime | None = None):
        """Whose mail was promised and not sent."""
        before = (now or timezone.now()) - older_than
        return self.filter(mailed_at=None, created_at__lte=before)


class NoticeQuerySet(models.QuerySet):
    def on_site(self):
        return self.filter(channel=Channel.PRODUCT)

    def unread(self):
        return self.on_site().filter(read_at=None)

    def waiting(self):
        """Mails that are still to be sent."""
        return self.filter(channel=Channel.MAIL, state=MailState.WAITING)
